"""A password is told to those who need it, and to nobody else."""

from pathlib import Path
from urllib.parse import urlsplit

from motcua.addresses import planned
from motcua.stack_programs import programs


def test_the_writers_password_is_known_to_the_engine_and_the_loader_only(tmp_path: Path) -> None:
    addresses = planned({"MOTCUA_DATA_DIR": str(tmp_path)}, creates=True)
    writer, reader = (urlsplit(url).password for url in (addresses.clickhouse_url, addresses.reader_url))
    assert writer
    assert reader
    told = {one.name: " ".join((*one.command, *one.env.values())) for one in programs(addresses)}
    assert {name for name, text in told.items() if writer in text} == {"clickhouse", "stats"}
    assert {name for name, text in told.items() if reader in text} == {"clickhouse", "web"}
