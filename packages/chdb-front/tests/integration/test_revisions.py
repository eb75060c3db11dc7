"""Native answers in the revision that a client asks for, and ClickHouse's own packing of bodies."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import clickhouse_connect
import pytest
from clickhouse_connect.driver.external import ExternalData

from chdb_front.native_frames import FramePacker, unpack_frames
from chdb_front.native_revision import single_blocks
from chdb_front.process import FrontProcess
from front_asking import Ask

pytestmark = pytest.mark.integration

INFO = b"\x01\x00\x02\xff\xff\xff\xff\x00"
ZONED = "SELECT toDateTime(1767225600, 'Asia/Ho_Chi_Minh') AS at"
LOCAL_NEW_YEAR = dt.datetime(2026, 1, 1, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def test_each_revision_has_what_clients_of_it_read(ask: Ask) -> None:
    def body(revision: int) -> bytes:
        return ask(ZONED, default_format="Native", client_protocol_version=revision).body

    value = (1767225600).to_bytes(4, "little")
    assert body(0) == b"\x01\x01\x02at\x08DateTime" + value
    assert body(54336) == INFO + b"\x01\x01\x02at\x08DateTime" + value
    assert body(54405) == INFO + b"\x01\x01\x02at\x1cDateTime('Asia/Ho_Chi_Minh')" + value
    assert body(54460) == INFO + b"\x01\x01\x02at\x1cDateTime('Asia/Ho_Chi_Minh')\x00" + value


def test_clickhouse_connect_asks_for_a_revision_and_keeps_the_zone(server: FrontProcess) -> None:
    with clickhouse_connect.get_client(host=server.host, port=server.port) as client:
        assert client.protocol_version == 54405
        sql = "SELECT toStartOfDay(toDateTime64('2026-01-01 05:00:00', 3, 'Asia/Ho_Chi_Minh')) AS day"
        assert client.query(sql).result_rows == [(LOCAL_NEW_YEAR,)]
        assert client.query_df(sql)["day"][0].isoformat() == "2026-01-01T00:00:00+07:00"


@pytest.mark.parametrize("session", [None, "revisions"])
def test_the_zone_of_temporary_and_external_tables_is_kept(server: FrontProcess, session: str | None) -> None:
    with clickhouse_connect.get_client(
        host=server.host, port=server.port, session_id=session, autogenerate_session_id=False
    ) as client:
        rows = ExternalData(
            file_name="sent.csv",
            fmt="CSV",
            structure=["at DateTime('Asia/Ho_Chi_Minh')"],
            data=b"2026-01-01 00:00:00\n",
        )
        assert client.query("SELECT at FROM sent", external_data=rows).result_rows == [(LOCAL_NEW_YEAR,)]
        if session is not None:
            client.command("CREATE TEMPORARY TABLE own (at DateTime('Asia/Ho_Chi_Minh'))")
            client.command("INSERT INTO own VALUES ('2026-01-01 00:00:00')")
            assert client.query("SELECT at FROM own").result_rows == [(LOCAL_NEW_YEAR,)]


@pytest.mark.parametrize("revision", [54405, 54460])
def test_answers_of_many_blocks_and_types_are_told_apart(ask: Ask, revision: int) -> None:
    columns = (
        "number AS n, toString(number) AS s, toDateTime(number, 'Asia/Tokyo') AS at, toNullable(number % 7) AS m, "
        "[toLowCardinality(toString(number % 3))] AS l, map('k', number) AS k, (number, 'x')::Tuple(a UInt8, b String) AS t, "
        "toDecimal64(number, 3) AS d, toFixedString('ab', 3) AS f, [[number], []] AS aa, "
        "toUUID('00000000-0000-0000-0000-000000000001') AS u, "
        # A value that is itself the head of the next column.
        "concat('\\x01z', '\\x06String') AS h, toString(number) AS z"
    )
    sql = f"SELECT {columns} FROM numbers(200000)"
    revised = ask(sql, default_format="Native", client_protocol_version=revision).body
    plain = ask(sql, default_format="Native").body
    heads = revised.count(INFO)
    assert heads >= 3
    kinds = 13 * heads if revision >= 54454 else 0
    zones = heads * (len("DateTime('Asia/Tokyo')") - len("DateTime"))
    assert len(revised) == len(plain) + heads * len(INFO) + kinds + zones


EVERY_LAYOUT = (
    "true::Bool", "toInt128(number)", "toUInt256(number)", "toFloat32(number)", "toDate32(number)", "toTime64('00:00:01', 3)",
    "CAST('b', 'Enum16(\\'a,(\\' = 1, \\'b\\' = 300)')", "toIPv4('1.2.3.4')", "toIPv6('::1')", "INTERVAL 1 DAY",
    "NULL", "[]", "tuple()",
    "toDecimal256(number, 40)", "CAST(if(number % 2, NULL, toString(number)), 'LowCardinality(Nullable(String))')",
    "arrayMap(x -> toLowCardinality(toString(x)), range(number % 3))", "map(toLowCardinality('k'), [(number, NULL)])",
    "(toLowCardinality('a'), toLowCardinality(toFixedString('b', 1)))"
    "::Tuple(`a b` LowCardinality(String), c LowCardinality(FixedString(1)))",
    "[(1, 'x')]::Nested(a UInt8, b String)", "(1.0, 2.0)::Point", "[[[(1.0, 2.0)]]]::MultiPolygon", "repeat('x', number)",
    "toNullable(toDateTime64(0, 6, 'UTC'))", "toBFloat16(1)", "sumSimpleState(number)",
)  # fmt: skip


@pytest.mark.parametrize("expression", EVERY_LAYOUT)
def test_the_end_of_a_column_follows_from_its_type(ask: Ask, expression: str) -> None:
    answer = ask(f"SELECT {expression} AS c, 'x' AS last FROM numbers(300)", default_format="Native")
    assert answer.status == 200, answer.text
    assert single_blocks(answer.body) == [answer.body]


@pytest.mark.parametrize(
    "sql", ["SHOW DATABASES", "DESCRIBE TABLE shop.orders", "EXISTS shop.orders", "EXPLAIN SELECT 1"]
)
def test_statements_that_do_not_stream_are_revised_too(ask: Ask, sql: str) -> None:
    assert ask(sql, default_format="Native", client_protocol_version=54460).body.startswith(INFO)


def test_an_answer_that_waits_for_its_end_is_the_same(ask: Ask) -> None:
    options = {"default_format": "Native", "client_protocol_version": 54460}
    sql = (
        "SELECT number, toDateTime(number, 'Asia/Tokyo') FROM numbers(200000) ORDER BY number SETTINGS max_threads = 1"
    )
    assert ask(sql, wait_end_of_query=1, **options).body == ask(sql, **options).body


def test_a_column_whose_length_nobody_knows_is_found_by_its_neighbours(ask: Ask) -> None:
    sql = "SELECT uniqState(number) AS state, 'x' AS s, toDateTime(0, 'Asia/Tokyo') AS at FROM numbers(9)"
    body = ask(sql, default_format="Native", client_protocol_version=54460).body
    assert body.startswith(INFO + b"\x03\x01\x05state\x1fAggregateFunction(uniq, UInt64)\x00")
    assert body.endswith(b"\x01s\x06String\x00\x01x\x02at\x16DateTime('Asia/Tokyo')\x00\x00\x00\x00\x00")


def test_a_revision_that_is_no_number_is_refused(ask: Ask) -> None:
    assert ask("SELECT 1", client_protocol_version="new").code == 36


@pytest.mark.parametrize("method", ["LZ4", "ZSTD", "NONE"])
def test_bodies_in_frames_go_in_and_out(ask: Ask, table: str, method: str) -> None:
    rows = b"".join(b"%d,%d\n" % (number, number) for number in range(300_000))
    assert ask(f"INSERT INTO {table} FORMAT CSV", FramePacker(method).push(rows), decompress=1).status == 200
    for wait in (0, 1):
        answer = ask(
            f"SELECT n, s FROM {table} ORDER BY n FORMAT TSV",
            compress=1,
            network_compression_method=method,
            wait_end_of_query=wait,
        )
        assert unpack_frames(answer.body, 1 << 30) == rows.replace(b",", b"\t")
        assert "Content-Encoding" not in answer.headers


def test_a_damaged_frame_stores_nothing(ask: Ask, table: str) -> None:
    body = bytearray(FramePacker("LZ4").push(b"1,a\n"))
    body[-1] ^= 1
    reply = ask(f"INSERT INTO {table} FORMAT CSV", bytes(body), decompress=1)
    assert (reply.status, reply.code) == (400, 40)
    assert ask(f"INSERT INTO {table} FORMAT CSV", bytes(body[:-2]), decompress=1).code == 354
    assert ask(f"INSERT INTO {table} FORMAT CSV", b"1,a\n", decompress=1).code == 354
    assert ask(f"SELECT count() FROM {table}").text == "0\n"


def test_an_error_in_the_middle_of_packed_frames_is_told_in_a_frame(ask: Ask) -> None:
    late = (
        "SELECT number, throwIf(number = 290000, 'late') FROM numbers(300000) SETTINGS max_block_size = 1000 FORMAT TSV"
    )
    reply = ask(late, compress=1)
    tag = reply.headers["X-ClickHouse-Exception-Tag"]
    plain = unpack_frames(reply.body, 1 << 30)
    assert plain.startswith(b"0\t0\n")
    assert f"\r\n__exception__\r\n{tag}\r\nCode: 395".encode() in plain
