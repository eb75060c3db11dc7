"""The files the engine is configured by. In: a data folder and limits. Out: the engine's connection string.

The engine user gets every right except those on sources (files, URLs, S3, other servers): SQL can't leave the data
folder even where the front's own rules miss something. The working directory becomes an empty folder for the same
reason.
"""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

_RIGHTS = (
    "SHOW, SHOW ROW POLICIES, SELECT, INSERT, ALTER, CREATE, DROP, UNDROP TABLE, TRUNCATE, OPTIMIZE, CHECK, KILL QUERY, "
    "SYSTEM, dictGet"
)
# Longer than a reader's longest text with every byte escaped (`judging` puts it into a string).
_QUERY_BYTES = 4 << 20
# What names a file, an address, a table or a query, and nothing here uses: the engine refuses to change it, whoever asks.
_NEVER_CHANGED = (
    "format_avro_schema_registry_url", "format_schema", "format_schema_source", "format_template_resultset",
    "format_template_resultset_format", "format_template_row", "format_template_row_format", "http_allow_database_as_path",
    "http_allow_filters_as_path", "http_allow_table_as_file", "implicit_table_at_top_level",
    "input_format_record_errors_file_path", "output_format_schema", "rename_files_after_processing", "s3_base", "url_base",
)  # fmt: skip
_CONSTRAINTS = "".join(f"<{name}><const/></{name}>" for name in _NEVER_CHANGED)
_USERS = f"""<clickhouse>
  <profiles>
    <default>
      <implicit_select>0</implicit_select>
      <max_query_size>{_QUERY_BYTES}</max_query_size>
      <constraints>{_CONSTRAINTS}</constraints>
    </default>
  </profiles>
  <quotas><default/></quotas>
  <users>
    <default>
      <password></password>
      <networks><ip>::/0</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants><query>GRANT {_RIGHTS} ON *.*</query></grants>
    </default>
  </users>
</clickhouse>
"""


def write_engine_files(data_path: Path, memory_limit_bytes: int) -> tuple[str, Path]:
    """Writes the configuration under `data_path`; the connection string and the empty working directory.

    `memory_limit_bytes` is for the whole engine; 0 leaves the engine's own default (nine tenths of the machine).
    Raises ValueError for a path with `?` or `&`, which chDB can't take.
    """
    data_path = data_path.resolve()
    if set("?&%+#") & set(str(data_path)):
        raise ValueError(f"the path of the data folder must not contain any of ? & % + #: {data_path}")
    # Also one that an earlier version made for everybody to read.
    data_path.chmod(0o700)
    front = data_path / "front"
    empty = front / "empty"
    empty.mkdir(parents=True, exist_ok=True)
    (data_path / "engine").mkdir(exist_ok=True)
    users_file, config_file = front / "users.xml", front / "config.xml"
    users_file.write_text(_USERS, encoding="utf-8")
    limit = f"  <max_server_memory_usage>{memory_limit_bytes}</max_server_memory_usage>\n" if memory_limit_bytes else ""
    config_file.write_text(
        f"<clickhouse>\n  <users_config>{escape(str(users_file))}</users_config>\n{limit}</clickhouse>\n",
        encoding="utf-8",
    )
    return f"{data_path / 'engine'}?config-file={config_file}", empty
