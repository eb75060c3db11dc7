"""What the engine refuses to store is never answered 200: every sink that can fail, every way in, by clickhouse-connect."""

from __future__ import annotations

import gzip
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import brotli
import clickhouse_connect
import clickhouse_connect.dbapi
import lz4.frame
import pandas as pd  # type: ignore[import-untyped]  # ships no types
import pyarrow as pa
import pytest
import sqlalchemy as sa
import zstandard
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError
from clickhouse_connect.driver.external import ExternalData

from chdb_front.process import FrontProcess
from front_asking import Ask, ask_at, start

pytestmark = pytest.mark.integration

TABLE = "shop.sink"
POISON = 13
"""The number that a sink of these tests can't store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sink:
    """A table that refuses rows: what makes it, what is sent, and the code of the refusal."""

    columns: str = "n UInt32, s String"
    engine: str = "MergeTree ORDER BY n"
    then: tuple[str, ...] = ()
    rows: tuple[tuple[int, str], ...] = ((1, "a"), (POISON, "b"))
    settings: Mapping[str, object] = field(default_factory=dict)
    code: int = 395


SINKS = {
    "a constraint": Sink(columns=f"n UInt32, s String, CONSTRAINT c CHECK n != {POISON}", code=469),
    "a DEFAULT that throws": Sink(columns=f"n UInt32, s String, d UInt8 DEFAULT throwIf(n = {POISON})"),
    "a MATERIALIZED column that throws": Sink(
        columns=f"n UInt32, s String, m UInt8 MATERIALIZED throwIf(n = {POISON})"
    ),
    "a materialized view that throws": Sink(
        then=(
            "CREATE TABLE shop.sink_target (n UInt8) ENGINE = MergeTree ORDER BY n",
            f"CREATE MATERIALIZED VIEW shop.sink_view TO shop.sink_target AS SELECT throwIf(n = {POISON}) AS n FROM {TABLE}",
        )
    ),
    "an overflow in a view": Sink(
        rows=((1, "a"), (70_000, "b")),
        then=(
            "CREATE TABLE shop.sink_target (n UInt8) ENGINE = MergeTree ORDER BY n",
            "CREATE MATERIALIZED VIEW shop.sink_view TO shop.sink_target AS "
            f"SELECT accurateCast(n, 'UInt8') AS n FROM {TABLE}",
        ),
        code=70,
    ),
    "a constraint behind a view": Sink(
        then=(
            f"CREATE TABLE shop.sink_target (n UInt32, CONSTRAINT c CHECK n != {POISON}) ENGINE = MergeTree ORDER BY n",
            f"CREATE MATERIALIZED VIEW shop.sink_view TO shop.sink_target AS SELECT n FROM {TABLE}",
        ),
        code=469,
    ),
    "more partitions than a block may have": Sink(
        engine="MergeTree ORDER BY n PARTITION BY n", rows=tuple((number, "x") for number in range(150)), code=252
    ),
    "too many parts": Sink(
        engine="MergeTree ORDER BY n SETTINGS parts_to_delay_insert = 1, parts_to_throw_insert = 1",
        then=(f"SYSTEM STOP MERGES {TABLE}", f"INSERT INTO {TABLE} VALUES (1, 'a')"),
        code=252,
    ),
    "a disk that is too full": Sink(
        engine="MergeTree ORDER BY n SETTINGS min_free_disk_bytes_to_perform_insert = 1000000000000000", code=243
    ),
    "a limit of memory": Sink(
        rows=tuple((number, "x" * 500) for number in range(20_000)), settings={"max_memory_usage": 1_000_000}, code=241
    ),
    "a view, which stores nothing": Sink(
        then=(f"DROP TABLE {TABLE}", f"CREATE VIEW {TABLE} AS SELECT 1 AS n, '' AS s"), code=48
    ),
    "a table that is read only": Sink(then=(f"ALTER TABLE {TABLE} MODIFY SETTING table_readonly = 1",), code=774),
}


@pytest.fixture
def client(server: FrontProcess) -> Iterator[Client]:
    with clickhouse_connect.get_client(host=server.host, port=server.port, autogenerate_session_id=False) as connected:
        yield connected


@pytest.fixture
def make(ask: Ask) -> Iterator[Callable[[Sink], int]]:
    """Makes the sink; returns how many rows it holds before the test's own."""

    def made(sink: Sink) -> int:
        for statement in (f"CREATE TABLE {TABLE} ({sink.columns}) ENGINE = {sink.engine}", *sink.then):
            reply = ask(statement)
            assert reply.status == 200, reply.text
        return int(ask(f"SELECT count() FROM {TABLE}").text)

    yield made
    for name in ("shop.sink_view", "shop.sink_target", TABLE):
        ask(f"DROP TABLE IF EXISTS {name} SYNC")


@pytest.mark.parametrize("name", SINKS)
def test_what_a_sink_refuses_is_refused_to_the_client(client: Client, make: Callable[[Sink], int], name: str) -> None:
    sink = SINKS[name]
    make(sink)
    with pytest.raises(DatabaseError) as caught:
        client.insert(TABLE, sink.rows, column_names=["n", "s"], settings=dict(sink.settings))
    assert caught.value.code == sink.code


def _native(compress: bool | str) -> Callable[[FrontProcess, int], None]:
    def send(server: FrontProcess, number: int) -> None:
        with clickhouse_connect.get_client(host=server.host, port=server.port, compress=compress) as client:
            client.insert(TABLE, [[1, "a"], [number, "b"]], column_names=["n", "s"])

    return send


def _raw(data_format: str, pack: str | None = None, **settings: object) -> Callable[[FrontProcess, int], None]:
    def send(server: FrontProcess, number: int) -> None:
        with clickhouse_connect.get_client(host=server.host, port=server.port) as client:
            rows = f"SELECT toUInt32(arrayJoin([1, {number}])) AS n, 'a' AS s"
            client.raw_insert(
                TABLE, ["n", "s"], PACKERS[pack](client.raw_query(rows, fmt=data_format)), fmt=data_format,
                compression=pack, settings=settings,
            )  # fmt: skip

    return send


def _chunked(server: FrontProcess, number: int) -> None:
    chunks = iter([b"1,a\n", f"{number},b\n".encode(), b"2,c\n"])
    with clickhouse_connect.get_client(host=server.host, port=server.port) as client:
        client.raw_insert(TABLE, ["n", "s"], chunks, fmt="CSV")


def _frame(server: FrontProcess, number: int) -> None:
    with clickhouse_connect.get_client(host=server.host, port=server.port) as client:
        client.insert_df(TABLE, pd.DataFrame({"n": [1, number], "s": ["a", "b"]}))


def _arrow(server: FrontProcess, number: int) -> None:
    with clickhouse_connect.get_client(host=server.host, port=server.port) as client:
        client.insert_arrow(TABLE, pa.table({"n": pa.array([1, number], pa.uint32()), "s": ["a", "b"]}))


def _command(sql: str) -> Callable[[FrontProcess, int], None]:
    def send(server: FrontProcess, number: int) -> None:
        with clickhouse_connect.get_client(host=server.host, port=server.port) as client:
            client.command(sql.format(number=number))

    return send


def _external(server: FrontProcess, number: int) -> None:
    rows = ExternalData(
        file_name="ext.csv", fmt="CSV", structure=["n UInt32", "s String"], data=f"1,a\n{number},b\n".encode()
    )
    with clickhouse_connect.get_client(host=server.host, port=server.port) as client:
        client.query(f"INSERT INTO {TABLE} SELECT n, s FROM ext", external_data=rows)


def _session(server: FrontProcess, number: int) -> None:
    with clickhouse_connect.get_client(host=server.host, port=server.port, session_id="sink") as client:
        client.insert(TABLE, [[1, "a"], [number, "b"]], column_names=["n", "s"])


def _db_api(server: FrontProcess, number: int) -> None:
    with clickhouse_connect.dbapi.connect(host=server.host, port=server.port) as connection:
        connection.cursor().executemany(f"INSERT INTO {TABLE} (n, s) VALUES", [[1, "a"], [number, "b"]])


def _sqlalchemy(server: FrontProcess, number: int) -> None:
    engine = sa.create_engine(f"clickhousedb://default:@{server.host}:{server.port}/shop")
    table = sa.Table("sink", sa.MetaData(), sa.Column("n", sa.Integer), sa.Column("s", sa.String), schema="shop")
    with engine.connect() as connection:
        connection.execute(table.insert(), [{"n": 1, "s": "a"}, {"n": number, "s": "b"}])


PACKERS: dict[str | None, Callable[[bytes], bytes]] = {
    None: lambda data: data,
    "gzip": gzip.compress,
    "lz4": lz4.frame.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "br": brotli.compress,
}
FORMATS = (
    "CSV", "CSVWithNames", "TSV", "TSVWithNamesAndTypes", "TSKV", "JSONEachRow", "JSONCompactEachRow", "JSON", "JSONColumns",
    "Values", "Native", "RowBinary", "RowBinaryWithNamesAndTypes", "Arrow", "ArrowStream", "Parquet", "ORC", "Avro", "MsgPack",
)  # fmt: skip
WAYS_IN: dict[str, Callable[[FrontProcess, int], None]] = {
    **{f"rows, compressed with {name}": _native(name) for name in (False, "lz4", "zstd", "gzip")},
    **{f"raw {name}": _raw(name) for name in FORMATS},
    **{f"raw CSV packed by {name}": _raw("CSV", name) for name in ("gzip", "lz4", "zstd", "br")},
    "an asynchronous insert": _raw("CSV", async_insert=1, wait_for_async_insert=1),
    "an asynchronous insert that waits for nothing": _raw("CSV", async_insert=1, wait_for_async_insert=0),
    "chunks": _chunked,
    "a data frame": _frame,
    "an Arrow table": _arrow,
    "values in the statement": _command(f"INSERT INTO {TABLE} VALUES (1, 'a'), ({{number}}, 'b')"),
    "a SELECT": _command(f"INSERT INTO {TABLE} SELECT arrayJoin([1, {{number}}]), 'a'"),
    "data with settings before": _command(f"INSERT INTO {TABLE} SETTINGS async_insert = 1 FORMAT CSV {{number}},a"),
    "data with settings behind": _command(f"INSERT INTO {TABLE} FORMAT CSV SETTINGS async_insert = 1\n{{number}},a"),
    "an external table": _external,
    "a session": _session,
    "the DB-API": _db_api,
    "SQLAlchemy": _sqlalchemy,
}


@pytest.mark.parametrize("way", WAYS_IN)
def test_no_way_in_reports_what_is_not_stored(
    server: FrontProcess, ask: Ask, make: Callable[[Sink], int], way: str
) -> None:
    make(SINKS["a constraint"])
    with pytest.raises((DatabaseError, sa.exc.DatabaseError)) as caught:
        WAYS_IN[way](server, POISON)
    assert "VIOLATED_CONSTRAINT" in str(caught.value)
    assert ask(f"SELECT count() FROM {TABLE}").text == "0\n"
    WAYS_IN[way](server, 12)
    assert ask(f"SELECT countIf(n = 12) FROM {TABLE}").text == "1\n"


@pytest.mark.parametrize("way", ["?query= and a body", "all in the body", "a form with the statement in it"])
def test_the_refusal_has_the_servers_status_and_code(ask: Ask, make: Callable[[Sink], int], way: str) -> None:
    make(SINKS["a constraint"])
    statement = f"INSERT INTO {TABLE} FORMAT CSV"
    if way == "all in the body":
        reply = ask(f"{statement}\n{POISON},a\n")
    elif way == "?query= and a body":
        reply = ask(statement, f"{POISON},a\n".encode())
    else:
        form = (
            f'--x\r\nContent-Disposition: form-data; name="query"\r\n\r\n{statement}\n{POISON},a\r\n--x--\r\n'.encode()
        )
        reply = ask(None, form, headers={"Content-Type": "multipart/form-data; boundary=x"})
    assert (reply.status, reply.code) == (500, 469)
    assert reply.text.startswith("Code: 469. DB::Exception: Constraint `c` for table shop.sink")


def test_an_error_in_the_data_speaks_of_the_data_alone(ask: Ask, table: str) -> None:
    reply = ask(f"INSERT INTO {table} FORMAT CSV", b"one,a\n")
    assert (reply.status, reply.code) == (500, 27) or (reply.status, reply.code) == (400, 27)
    assert reply.text.count("Code: ") == 1
    assert "/proc" not in reply.text
    assert "file" not in reply.text.lower().replace("profile", "")


def test_an_unknown_packing_of_the_body_is_refused_and_nothing_stored(ask: Ask, table: str) -> None:
    reply = ask(f"INSERT INTO {table} FORMAT CSV", b"\x04\x0c1,a\n", headers={"Content-Encoding": "snappy"})
    assert (reply.status, reply.code) == (501, 48)
    assert ask(f"SELECT count() FROM {table}").text == "0\n"


def test_the_summary_counts_what_was_written(ask: Ask, table: str) -> None:
    for size, rows in ((1, 1), (3, 3), (150_000, 150_000)):
        body = b"".join(b"%d,x\n" % number for number in range(size))
        reply = ask(f"INSERT INTO {table} FORMAT CSV", body)
        assert f'"written_rows":"{rows}"' in reply.headers["X-ClickHouse-Summary"]
    assert ask(f"SELECT count() FROM {table}").text == "150004\n"


def test_a_large_insert_makes_as_few_parts_as_on_a_server(ask: Ask, table: str) -> None:
    body = b"".join(b"%d,x\n" % number for number in range(300_000))
    assert ask(f"INSERT INTO {table} FORMAT CSV", body).status == 200
    assert (
        ask("SELECT count() FROM system.parts WHERE table = 'scratch' AND database = 'shop' AND active").text == "1\n"
    )


def test_settings_of_storing_do_not_stay_in_the_session(ask: Ask, table: str) -> None:
    read = "SELECT getSetting('max_threads'), getSetting('max_block_size'), getSetting('input_format_parallel_parsing')"
    before = ask(read, session_id="storing").text
    assert ask(f"INSERT INTO {table} FORMAT CSV", b"1,a\n", session_id="storing").status == 200
    assert ask(read, session_id="storing").text == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 16 MiB, where this user may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "none", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small file system can't be mounted here: {mounted.stderr.decode().strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_what_a_full_disk_does_not_hold_is_refused_and_the_rest_is_there(small_disk: Path) -> None:
    running = start(small_disk / "clickhouse")
    ask_at(running.url, "CREATE TABLE t (n UInt64, s String CODEC(NONE)) ENGINE = MergeTree ORDER BY n")
    stored = 0
    body = b"".join(b"%d,%s\n" % (number, Random(number).randbytes(250).hex().encode()) for number in range(2000))
    while (reply := ask_at(running.url, "INSERT INTO t FORMAT CSV", body)).status == 200:
        stored += 2000
    assert (reply.status, reply.code) == (500, 243)
    assert stored > 0
    assert ask_at(running.url, "SELECT count() FROM t").text == f"{stored}\n"
    assert running.stop() == 0
