"""clickhouse-connect through the front: sync, async, DB-API, SQLAlchemy, pandas, Arrow."""

from __future__ import annotations

import asyncio
import datetime as dt
import decimal
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import clickhouse_connect
import clickhouse_connect.dbapi
import pandas as pd  # type: ignore[import-untyped]  # ships no types
import pyarrow as pa
import pytest
import sqlalchemy as sa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, StreamFailureError
from clickhouse_connect.driver.external import ExternalData
from sqlalchemy.ext.asyncio import create_async_engine

from chdb_front.process import FrontProcess
from front_asking import READER_PASSWORD

pytestmark = pytest.mark.integration


@pytest.fixture
def client(server: FrontProcess) -> Iterator[Client]:
    with clickhouse_connect.get_client(host=server.host, port=server.port) as connected:
        yield connected


@pytest.mark.smoke
def test_types_survive_the_way_in_and_out(client: Client) -> None:
    client.command(
        "CREATE OR REPLACE TABLE shop.types (id UInt64, u UUID, s LowCardinality(String), ns Nullable(String), d Date, "
        "ts DateTime64(3, 'UTC'), e Enum8('a' = 1, 'b' = 2), arr Array(String), m Map(String, UInt64), dec Decimal(18, 2), "
        "b Bool) ENGINE = MergeTree ORDER BY id"
    )
    at = dt.datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=dt.UTC)
    row = (
        1,
        uuid.UUID(int=5),
        "Thủ tục",
        None,
        dt.date(2026, 1, 2),
        at,
        "b",
        ["p\n\nq"],
        {"k": 5},
        decimal.Decimal("12.34"),
        True,
    )
    assert client.insert("shop.types", [row]).written_rows == 1
    assert client.query("SELECT * FROM shop.types", column_tzs={"ts": "Asia/Ho_Chi_Minh"}).result_rows == [row]
    client.command("DROP TABLE shop.types")


def test_parameters_settings_summary_and_query_id(client: Client) -> None:
    assert client.query("SELECT {a:Array(String)}", parameters={"a": ["it's", "b\n\t\\"]}).result_rows == [
        (["it's", "b\n\t\\"],)
    ]
    assert client.query("SELECT %(i)s", parameters={"i": 2}).result_rows == [(2,)]
    assert client.command("SELECT getSetting('max_threads')", settings={"max_threads": 3}) == 3
    assert client.query("SELECT 1", settings={"query_id": "own-id"}).query_id == "own-id"
    assert client.query("SELECT number FROM numbers(5)").summary["read_rows"] == "5"
    assert client.ping()


@pytest.mark.parametrize("compress", [False, "lz4", "zstd", "gzip", "br"])
def test_rows_columns_frames_and_arrow_go_in(server: FrontProcess, table: str, compress: bool | str) -> None:
    with clickhouse_connect.get_client(host=server.host, port=server.port, compress=compress) as client:
        client.insert(table, [[number, "x\n\n"] for number in range(50_000)], column_names=["n", "s"])
        client.insert(table, [[50_000, 50_001], ["a", "b"]], column_names=["n", "s"], column_oriented=True)
        client.insert_arrow(table, pa.table({"n": pa.array([50_002], pa.uint32()), "s": ["c"]}))
        client.insert_df(table, pd.DataFrame({"n": [50_003], "s": ["d"]}))
        client.raw_insert(table, ["n", "s"], b'50004,"e"\n', fmt="CSV")
        assert client.query(f"SELECT count(), max(n) FROM {table}").result_rows == [(50_005, 50_004)]
        assert client.query_df(f"SELECT n FROM {table}").shape == (50_005, 1)
        assert client.query_arrow(f"SELECT n FROM {table}").num_rows == 50_005
        with client.query_rows_stream(f"SELECT n, s FROM {table}") as rows:
            assert sum(1 for _ in rows) == 50_005


@pytest.mark.smoke
def test_the_same_insert_token_counts_once(client: Client) -> None:
    client.command(
        "CREATE OR REPLACE TABLE shop.tokens (n UInt32) ENGINE = MergeTree ORDER BY n "
        "SETTINGS non_replicated_deduplication_window = 10"
    )
    for _ in range(2):
        client.insert("shop.tokens", [[1]], column_names=["n"], settings={"insert_deduplication_token": "t"})
    assert client.command("SELECT count() FROM shop.tokens") == 1
    client.command("DROP TABLE shop.tokens")


def test_errors_are_the_servers(client: Client) -> None:
    with pytest.raises(DatabaseError) as caught:
        client.query("SELECT * FROM no_such_table")
    assert (caught.value.code, caught.value.name) == (60, "UNKNOWN_TABLE")
    stream = client.query_rows_stream(
        "SELECT throwIf(number = 200000, 'boom') FROM numbers(300000) SETTINGS max_block_size = 1000, max_threads = 1"
    )
    with pytest.raises(StreamFailureError, match="boom"), stream as rows:
        for _ in rows:
            pass
    assert client.query("SELECT 1").result_rows == [(1,)]


def test_sessions_and_external_data(server: FrontProcess) -> None:
    with clickhouse_connect.get_client(host=server.host, port=server.port, session_id=str(uuid.uuid4())) as client:
        client.command("CREATE TEMPORARY TABLE kept (n UInt8)")
        client.command("INSERT INTO kept VALUES (5)")
        assert client.query("SELECT n FROM kept").result_rows == [(5,)]
        external = ExternalData(file_name="m.csv", fmt="CSV", structure=["name String", "v UInt32"], data=b"a,1\nb,2\n")
        assert client.query("SELECT sum(v) FROM m", external_data=external).result_rows == [(3,)]
        assert client.query(
            "SELECT sum(v) FROM m WHERE name = {n:String}", external_data=external, parameters={"n": "b"}
        ).result_rows == [(2,)]


def test_one_client_without_a_session_serves_eight_threads(server: FrontProcess) -> None:
    with clickhouse_connect.get_client(host=server.host, port=server.port, autogenerate_session_id=False) as client:

        def work(_: int) -> list[Sequence[object]]:
            return [client.query("SELECT count() FROM shop.orders").result_rows[0] for _ in range(10)]

        with ThreadPoolExecutor(8) as threads:
            answers = list(threads.map(work, range(8)))
    assert answers == [[(2,)] * 10] * 8


def test_the_reader_connects_with_clickhouse_connect(server: FrontProcess) -> None:
    with clickhouse_connect.get_client(
        host=server.host, port=server.port, username="reader", password=READER_PASSWORD
    ) as client:
        assert client.query("SELECT n FROM orders ORDER BY n").result_rows == [(1,), (2,)]
        assert client.query_df("SELECT s FROM shop.orders ORDER BY n")["s"].tolist() == ["một", "cửa"]
        with pytest.raises(DatabaseError) as caught:
            client.insert("shop.orders", [[3, "x"]], column_names=["n", "s"])
        assert caught.value.code in {164, 497}


async def test_the_async_client(server: FrontProcess, table: str) -> None:
    client = await clickhouse_connect.get_async_client(
        host=server.host, port=server.port, autogenerate_session_id=False
    )
    async with client:
        summary = await client.insert(table, [[number, "z"] for number in range(1000)], column_names=["n", "s"])
        assert summary.written_rows == 1000
        results = await asyncio.gather(*(client.query("SELECT number FROM numbers(1000)") for _ in range(20)))
        assert sum(result.row_count for result in results) == 20_000
        async with await client.query_rows_stream("SELECT number FROM numbers(100000)") as rows:
            assert sum([1 async for _ in rows]) == 100_000
        assert (await client.query_arrow(f"SELECT n FROM {table}")).num_rows == 1000
        with pytest.raises(DatabaseError) as caught:
            await client.query("SELECT * FROM no_such_table")
        assert caught.value.code == 60


def test_db_api(server: FrontProcess) -> None:
    connection = clickhouse_connect.dbapi.connect(host=server.host, port=server.port)
    cursor = connection.cursor()
    cursor.execute("SELECT n, s FROM shop.orders WHERE n > %(n)s ORDER BY n", {"n": 0})
    assert cursor.fetchall() == [(1, "một"), (2, "cửa")]
    assert [column[0] for column in cursor.description] == ["n", "s"]
    cursor.close()
    connection.close()


METADATA = sa.MetaData()
PEOPLE = sa.Table("orders", METADATA, sa.Column("n", sa.Integer), sa.Column("s", sa.String), schema="shop")


def test_sqlalchemy(server: FrontProcess) -> None:
    engine = sa.create_engine(f"clickhousedb://default:@{server.host}:{server.port}/shop")
    with engine.connect() as connection:
        assert connection.execute(sa.select(PEOPLE.c.s).where(PEOPLE.c.n == 2)).scalars().all() == ["cửa"]
        connection.execute(
            sa.text("CREATE OR REPLACE TABLE shop.sa (n UInt32, s String) ENGINE = MergeTree ORDER BY n")
        )
        reflected = sa.Table("sa", sa.MetaData(), autoload_with=connection, schema="shop")
        connection.execute(reflected.insert(), [{"n": 1, "s": "x;\n\ny"}, {"n": 2, "s": "z"}])
        assert connection.execute(sa.select(sa.func.count()).select_from(reflected)).scalar() == 2
        assert "sa" in sa.inspect(engine).get_table_names(schema="shop")
        assert pd.read_sql(sa.text("SELECT n FROM shop.sa ORDER BY n"), connection)["n"].tolist() == [1, 2]
        connection.execute(sa.text("DROP TABLE shop.sa"))
    engine.dispose()


def test_sqlalchemy_reflects_and_groups_by_local_days(server: FrontProcess, client: Client) -> None:
    client.command(
        "CREATE OR REPLACE TABLE shop.reflected (id String, at DateTime64(3, 'Asia/Ho_Chi_Minh'), note Nullable(String), "
        "kinds Array(LowCardinality(String)), state Enum8('open' = 0, 'late' = 1)) ENGINE = MergeTree ORDER BY id"
    )
    client.command("INSERT INTO shop.reflected VALUES ('a', '2026-03-02 00:30:00', NULL, ['x'], 'late')")
    client.command("CREATE OR REPLACE VIEW shop.reflected_view AS SELECT id FROM shop.reflected")
    engine = sa.create_engine(f"clickhousedb://default:@{server.host}:{server.port}/shop")
    inspector = sa.inspect(engine)
    assert "shop" in inspector.get_schema_names()
    assert "reflected" in inspector.get_table_names("shop")
    assert "reflected_view" in inspector.get_view_names("shop")
    assert inspector.has_table("reflected", "shop")
    assert [column["name"] for column in inspector.get_columns("reflected", "shop")] == [
        "id",
        "at",
        "note",
        "kinds",
        "state",
    ]
    table = sa.Table("reflected", sa.MetaData(), autoload_with=engine, schema="shop")
    # As Superset writes its time grains.
    day = sa.func.toStartOfDay(sa.func.toDateTime(table.c.at)).label("day")
    by_day = sa.select(day, sa.func.count().label("n")).group_by(day)
    with engine.connect() as connection:
        assert [(at.isoformat(), n) for at, n in connection.execute(by_day)] == [("2026-03-02T00:00:00+07:00", 1)]
        frame = pd.read_sql(by_day, connection)  # pandas itself turns it to UTC
    assert frame["day"].dt.tz_convert("Asia/Ho_Chi_Minh")[0].isoformat() == "2026-03-02T00:00:00+07:00"
    engine.dispose()
    client.command("DROP TABLE shop.reflected_view")
    client.command("DROP TABLE shop.reflected")


async def test_sqlalchemy_async(server: FrontProcess) -> None:
    engine = create_async_engine(f"clickhousedb+async://reader:{READER_PASSWORD}@{server.host}:{server.port}/shop")
    async with engine.connect() as connection:
        rows = await connection.execute(sa.select(PEOPLE.c.n).order_by(PEOPLE.c.n))
        assert rows.scalars().all() == [1, 2]
    await engine.dispose()


def test_who_lists_policies_is_told_that_there_are_none(client: Client) -> None:
    assert client.command("SHOW POLICIES") == ""
