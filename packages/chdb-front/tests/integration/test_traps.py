"""Every trap of the engine that the front exists for. Each test fails on an engine without the front's handling."""

from __future__ import annotations

import gzip
import http.client
import socket
from collections.abc import Callable
from urllib.parse import quote
from uuid import uuid4

import brotli
import lz4.frame
import pytest
import zstandard

from chdb_front.process import FrontProcess
from front_asking import Ask, until, until_running

pytestmark = pytest.mark.integration

# Fails after about 290,000 rows of output, when JSON has long been written in part.
FAILS_LATE = (
    "SELECT number, throwIf(number = 290000, 'late') FROM numbers(300000) SETTINGS max_block_size = 1000 FORMAT "
)


@pytest.mark.parametrize("output_format", ["JSON", "CSVWithNames", "Parquet", "TSV", "Native"])
def test_a_failed_query_leaves_nothing_for_the_next_one_of_its_session(ask: Ask, output_format: str) -> None:
    session = f"bleed-{output_format}"
    failed = ask(FAILS_LATE + output_format, session_id=session, wait_end_of_query=1)
    assert failed.code == 395
    assert ask("SELECT 1, 2", session_id=session).text == "1\t2\n"


def test_a_failed_query_leaves_nothing_for_requests_without_session(ask: Ask) -> None:
    for _ in range(5):
        assert ask(FAILS_LATE + "JSON").code == 395
        assert ask("SELECT 'clean' FORMAT JSONEachRow").text == '{"\'clean\'":"clean"}\n'


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO {t} FORMAT CSV\n",
        "insert into table {t} (n, s) format CSV ",
        "INSERT INTO {t} (n, s) /* FORMAT TSV */ FORMAT -- really\n CSV\n",
        "INSERT INTO {t} SETTINGS max_insert_threads = 1 FORMAT CSV\n",
        "INSERT INTO {t} FORMAT CSV SETTINGS max_insert_threads = 1\n",
    ],
)
def test_data_after_an_empty_line_is_data(ask: Ask, table: str, statement: str) -> None:
    ask("CREATE OR REPLACE TABLE shop.victim (n UInt32) ENGINE = Memory")
    data = '1,"a\n\nDROP TABLE shop.victim;"\n2,"b"\n'
    reply = ask(statement.format(t=table) + data)
    assert reply.status == 200, reply.text
    assert ask(f"SELECT n, s FROM {table} ORDER BY n FORMAT CSV").text == '1,"a\n\nDROP TABLE shop.victim;"\n2,"b"\n'
    assert ask("EXISTS shop.victim").text == "1\n"


def test_data_beside_the_statement_may_hold_empty_lines_too(ask: Ask, table: str) -> None:
    reply = ask(f"INSERT INTO {table} FORMAT CSV", b'1,"a\n\n;drop table shop.victim"\n')
    assert reply.status == 200, reply.text
    assert ask(f"SELECT length(s) FROM {table}").text == "26\n"


def test_binary_data_with_empty_lines_arrives_whole(ask: Ask, table: str) -> None:
    rows = b"".join(number.to_bytes(4, "little") + b"\x04\n\n\n\n" for number in range(20_000))
    assert ask(f"INSERT INTO {table} FORMAT RowBinary", rows).status == 200
    assert (
        ask(f"SELECT count(), uniqExact(n), countIf(s = '\\n\\n\\n\\n') FROM {table}").text == "20000\t20000\t20000\n"
    )


def test_values_may_hold_anything_that_is_quoted(ask: Ask, table: str) -> None:
    reply = ask(f"INSERT INTO {table} VALUES (1, 'a;\n\nDROP TABLE {table}'),\n\n(1 + 1, concat('x', ';'))")
    assert reply.status == 200, reply.text
    assert ask(f"SELECT n, length(s) FROM {table} ORDER BY n").text == "1\t27\n2\t2\n"
    assert ask(f"INSERT INTO {table} VALUES", b"(3, ';')").status == 200
    assert ask(f"INSERT INTO {table} VALUES ({{a:UInt32}}, {{b:String}})", param_a=4, param_b="bốn").status == 200
    assert ask(f"SELECT s FROM {table} WHERE n = 4").text == "bốn\n"


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1; DROP TABLE shop.scratch",
        "SELECT ';'; DROP TABLE shop.scratch",
        "SELECT 1 /* ; */; DROP TABLE shop.scratch",
        "SELECT 1 # ;\n; DROP TABLE shop.scratch",
        "SELECT 1 /* /* */ ' */ ; DROP TABLE shop.scratch -- '",
        "SELECT $x$;$x$; DROP TABLE shop.scratch",
        "SELECT 'it''s'; DROP TABLE shop.scratch -- '",
        "DROP TABLE shop.scratch; selec",
        "INSERT INTO shop.scratch VALUES (1, 'a'); DROP TABLE shop.scratch",
        "INSERT INTO shop.scratch SELECT 1, 'a'; DROP TABLE shop.scratch",
        "SHOW TABLES; DROP TABLE shop.scratch",
    ],
)
def test_several_statements_in_one_request_are_refused_and_none_runs(ask: Ask, table: str, statement: str) -> None:
    assert ask(statement).code == 62
    assert ask(f"EXISTS {table}").text == "1\n"
    assert ask(f"SELECT count() FROM {table}").text == "0\n"


@pytest.mark.parametrize("statement", ["SELECT 1;", "SELECT 1; -- done", "-- first\nSELECT 1 ;\n\n", "SELECT 1;;"])
def test_one_statement_may_end_with_semicolons_and_comments(ask: Ask, statement: str) -> None:
    assert ask(statement).text == "1\n"


def test_settings_in_the_url_hold_for_one_request_and_set_for_the_session(ask: Ask) -> None:
    read = "SELECT getSetting('max_block_size'), getSetting('max_result_rows')"
    default = ask("SELECT getSetting('max_block_size'), getSetting('max_result_rows')").text
    assert ask("SET max_block_size = 55", session_id="settings").status == 200
    assert ask(read, session_id="settings", max_result_rows=10, max_block_size=77).text == "77\t10\n"
    assert ask(read, session_id="settings").text == "55\t0\n"
    assert ask(read).text == default


def test_the_database_in_the_url_holds_for_one_request_and_use_for_the_session(ask: Ask) -> None:
    assert ask("SELECT currentDatabase()", session_id="db", database="system").text == "system\n"
    assert ask("SELECT currentDatabase()", session_id="db").text == "default\n"
    ask("USE shop", session_id="db")
    assert ask("SELECT currentDatabase()", session_id="db", database="system").text == "system\n"
    assert ask("SELECT currentDatabase()", session_id="db").text == "shop\n"


COMPRESSIONS: dict[str, Callable[[bytes], bytes]] = {
    "lz4": lz4.frame.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "gzip": gzip.compress,
}


@pytest.mark.parametrize("name", sorted(COMPRESSIONS))
def test_a_compressed_body_may_be_several_frames(ask: Ask, table: str, name: str) -> None:
    pack = COMPRESSIONS[name]
    body = pack(b"1,a\n") + pack(b"2,b\n") + pack(b"3,c\n")
    assert ask(f"INSERT INTO {table} FORMAT CSV", body, headers={"Content-Encoding": name}).status == 200
    assert ask(f"SELECT sum(n) FROM {table}").text == "6\n"


@pytest.mark.parametrize("name", [*sorted(COMPRESSIONS), "deflate", "br"])
def test_a_broken_or_cut_body_is_refused_with_a_code(ask: Ask, table: str, name: str) -> None:
    broken = ask(f"INSERT INTO {table} FORMAT CSV", b"not compressed at all", headers={"Content-Encoding": name})
    assert (broken.status, broken.code) == (400, 354)
    if name in COMPRESSIONS:
        cut = COMPRESSIONS[name](b"1,a\n" * 1000)[:-6]
        assert ask(f"INSERT INTO {table} FORMAT CSV", cut, headers={"Content-Encoding": name}).code == 354
    assert ask(f"SELECT count() FROM {table}").text == "0\n"


@pytest.mark.parametrize("name", ["lz4", "zstd", "gzip", "br"])
@pytest.mark.parametrize(
    "sql", ["SELECT number FROM numbers(200000)", "SELECT number FROM numbers(200000) FORMAT JSONCompact"]
)
def test_answers_are_compressed_on_request(ask: Ask, name: str, sql: str) -> None:
    plain = ask(sql).body
    packed = ask(sql, enable_http_compression=1, headers={"Accept-Encoding": name})
    assert packed.headers["Content-Encoding"] == name
    unpack = {
        "lz4": lz4.frame.decompress,
        "zstd": lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data),
        "gzip": gzip.decompress,
        "br": brotli.decompress,
    }[name]
    unpacked = unpack(packed.body)
    if sql.endswith("JSONCompact"):  # holds its own elapsed time
        plain, unpacked = plain.split(b'"statistics"')[0], unpacked.split(b'"statistics"')[0]
    assert unpacked == plain


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [("br", "br"), ("gzip, deflate, br, zstd", "gzip"), ("snappy, br;q=0.5", "br"), ("gzip;q=0, br", "br"),
     ("br;q=0.0", None), ("snappy", None), ("*", None), ("", None)],
)  # fmt: skip
def test_whatever_a_client_says_it_accepts_it_gets_an_answer_that_it_can_read(
    ask: Ask, accepted: str, chosen: str | None
) -> None:
    plain = ask("SELECT 1", headers={"Accept-Encoding": accepted})
    assert (plain.text, plain.headers.get("Content-Encoding")) == ("1\n", None)
    packed = ask("SELECT 1", enable_http_compression=1, headers={"Accept-Encoding": accepted})
    assert packed.headers.get("Content-Encoding") == chosen
    assert {None: bytes, "gzip": gzip.decompress, "br": brotli.decompress}[chosen](packed.body) == b"1\n"


@pytest.mark.parametrize("sql", ["EXPLAIN SELECT 1", "SHOW DATABASES", "DESCRIBE TABLE shop.orders", "EXISTS shop.orders",
                                 "WITH 1 AS x SELECT x", "FROM shop.orders SELECT n", "(SELECT 1)"])  # fmt: skip
@pytest.mark.parametrize("output_format", ["TSV", "JSONEachRow"])
def test_statements_the_engine_cannot_stream_are_answered_all_the_same(ask: Ask, sql: str, output_format: str) -> None:
    reply = ask(f"{sql} FORMAT {output_format}")
    assert reply.status == 200, reply.text
    assert reply.body
    assert reply.headers["X-ClickHouse-Format"] == output_format


@pytest.mark.parametrize(
    ("sql", "status", "code", "name"),
    [
        ("selec 1", 400, 62, "SYNTAX_ERROR"),
        ("SELECT * FROM no_such_table", 404, 60, "UNKNOWN_TABLE"),
        ("SELECT * FROM shop.no_such_table", 404, 60, "UNKNOWN_TABLE"),
        ("SELECT no_such_column", 404, 47, "UNKNOWN_IDENTIFIER"),
        ("SELECT * FROM nodb.t", 404, 81, "UNKNOWN_DATABASE"),
        ("INSERT INTO no_such_table VALUES (1)", 404, 60, "UNKNOWN_TABLE"),
        ("SELECT 1 SETTINGS no_such_setting = 1", 404, 115, "UNKNOWN_SETTING"),
        ("SELECT throwIf(1)", 500, 395, "FUNCTION_THROW_IF_VALUE_IS_NON_ZERO"),
        ("SELECT sleepEachRow(1) FROM numbers(5) SETTINGS max_execution_time = 0.2, max_block_size = 1",
         408, 159, "TIMEOUT_EXCEEDED"),
        ("   ", 400, 62, "SYNTAX_ERROR"),
    ],
)  # fmt: skip
def test_errors_carry_the_code_the_name_and_the_version(ask: Ask, sql: str, status: int, code: int, name: str) -> None:
    reply = ask(sql)
    assert (reply.status, reply.code) == (status, code)
    assert reply.text.startswith(f"Code: {code}. DB::")
    assert f"({name})" in reply.text
    assert "(version " in reply.text


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_an_error_in_the_middle_of_a_stream_is_told_at_its_end(ask: Ask, encoding: str) -> None:
    options = {"enable_http_compression": 1, "headers": {"Accept-Encoding": encoding}} if encoding else {}
    reply = ask(FAILS_LATE + "TSV", **options)
    body = gzip.decompress(reply.body) if encoding else reply.body
    tag = reply.headers["X-ClickHouse-Exception-Tag"]
    assert reply.status == 200
    assert body.startswith(b"0\t0\n1\t0\n")
    rows, _, trailer = body.partition(f"\r\n__exception__\r\n{tag}\r\n".encode())
    assert rows.count(b"\n") >= 1000
    message = trailer[: trailer.rindex(b"\n", 0, trailer.rindex(tag.encode())) + 1]
    assert b"Code: 395" in message
    length = len(message)
    assert trailer[length:] == f"{length} {tag}\r\n__exception__\r\n".encode()


def test_headers_tell_format_summary_zone_and_id(ask: Ask, table: str) -> None:
    created = ask(
        "CREATE TABLE IF NOT EXISTS shop.scratch (n UInt32, s String) ENGINE = MergeTree ORDER BY n", query_id="mine"
    )
    assert "X-ClickHouse-Format" not in created.headers
    assert created.headers["X-ClickHouse-Query-Id"] == "mine"
    assert created.headers["X-ClickHouse-Timezone"] == "UTC"
    inserted = ask(f"INSERT INTO {table} FORMAT CSV", b"1,a\n2,b\n")
    assert '"written_rows":"2"' in inserted.headers["X-ClickHouse-Summary"]
    selected = ask("SELECT 1 FORMAT JSON")
    assert selected.headers["X-ClickHouse-Format"] == "JSON"
    assert selected.headers["X-ClickHouse-Query-Id"] != ask("SELECT 1").headers["X-ClickHouse-Query-Id"]


def test_the_session_is_free_as_soon_as_the_client_has_the_last_byte(server: FrontProcess) -> None:
    # Two connections in turn: on one alone the server would not look at the next request before the last is done.
    connections = [http.client.HTTPConnection(server.host, server.port) for _ in range(2)]
    for turn in range(200):
        connection = connections[turn % 2]
        connection.request("POST", "/?session_id=quick", body=b"SELECT number FROM numbers(10)")
        response = connection.getresponse()
        body = response.read()
        assert response.status == 200, body
    for connection in connections:
        connection.close()


def test_a_busy_session_is_locked_and_a_missing_one_not_invented(server: FrontProcess, ask: Ask) -> None:
    slow = socket.create_connection((server.host, server.port))
    sql = b"SELECT sleepEachRow(1) FROM numbers(3) SETTINGS max_block_size = 1"
    slow.sendall(
        b"POST /?session_id=busy&query_id=busy HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(sql), sql)
    )
    until_running(ask, "busy")
    assert ask("SELECT 1", session_id="busy").code == 373
    slow.close()
    assert ask("SELECT 1", session_id="none", session_check=1).code == 372


def _abandon(server: FrontProcess, ask: Ask, sql: str) -> None:
    """Leave once the query runs."""
    name = f"abandoned-{uuid4().hex}"
    head = f"POST /?query_id={name}&query={quote(sql)} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"
    with socket.create_connection((server.host, server.port)) as client:
        client.sendall(head.encode())
        until_running(ask, name)


def _wait_until_idle(ask: Ask, seconds: float) -> None:
    running = "SELECT query FROM system.processes WHERE query NOT LIKE '%system.processes%'"
    until(lambda: ask(running).text == "", seconds, lambda: ask(running).text)


@pytest.mark.smoke
def test_reads_that_nobody_waits_for_are_killed(server: FrontProcess, ask: Ask) -> None:
    # More of them than the server has threads: without the kill it would stop answering.
    for place in range(12):
        output_format = "JSON" if place % 2 else "TSV"
        endless = f"SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(number) FORMAT {output_format}"
        _abandon(server, ask, endless)
    assert ask("SELECT 'alive'").text == "alive\n"
    _wait_until_idle(ask, 5.0)


def test_a_stream_whose_client_leaves_is_killed(server: FrontProcess, ask: Ask) -> None:
    _abandon(server, ask, "SELECT number FROM system.numbers FORMAT RowBinary")
    _wait_until_idle(ask, 5.0)


def test_an_insert_whose_client_leaves_is_finished(server: FrontProcess, ask: Ask, table: str) -> None:
    _abandon(
        server,
        ask,
        f"INSERT INTO {table} SELECT number, toString(sleepEachRow(0.05)) FROM numbers(12) SETTINGS max_block_size = 1",
    )
    _wait_until_idle(ask, 5.0)
    assert ask(f"SELECT count() FROM {table}").text == "12\n"


def test_get_may_only_read(ask: Ask, table: str) -> None:
    assert ask("SELECT 1", method="GET").text == "1\n"
    for session in ({}, {"session_id": "get"}):
        assert ask(f"INSERT INTO {table} VALUES (1, 'a')", method="GET", **session).code == 164
        assert ask(f"DROP TABLE {table}", method="GET", **session).code == 164
    assert ask(f"INSERT INTO {table} VALUES (1, 'a')", session_id="get").status == 200, (
        "a GET must not lock the session"
    )


def test_external_tables_are_seen_by_their_query_alone(ask: Ask) -> None:
    data = '"a\n\nDROP TABLE shop.orders",1\nb,2\n'
    form = f'--x1\r\nContent-Disposition: form-data; name="m"; filename="m.csv"\r\n\r\n{data}\r\n--x1--\r\n'.encode()
    headers = {"Content-Type": "multipart/form-data; boundary=x1"}
    options = {"m_format": "CSV", "m_structure": "name String, v UInt32"}
    sessions: list[dict[str, str]] = [{}, {"session_id": "external"}, {"session_id": "external"}]
    for session in sessions:
        reply = ask("SELECT sum(v) FROM m", form, headers=headers, **options, **session)
        assert reply.text == "3\n"
        assert ask("SELECT * FROM m", **session).code == 60
    options["m_structure"] = "name String DEFAULT file('/etc/passwd'), v UInt32"
    assert ask("SELECT sum(v) FROM m", form, headers=headers, **options).code == 36


@pytest.mark.parametrize(
    "engine", ["Kafka('127.0.0.1:1', 'topic', 'group', 'JSONEachRow')", "`Kafka` SETTINGS kafka_format = 'CSV'"]
)
def test_a_kafka_table_is_refused_with_the_reason(ask: Ask, engine: str) -> None:
    reply = ask(f"CREATE TABLE shop.k (n UInt32) ENGINE = {engine}")
    assert reply.code == 48
    assert "Kafka table engine is refused" in reply.text
    assert ask("EXISTS shop.k").text == "0\n"


@pytest.mark.parametrize(
    "sql",
    [
        "SYSTEM SHUTDOWN",
        "system kill",
        "SELECT 1 INTO OUTFILE 'x.tsv'",
        "SELECT file('/etc/passwd')",
        "SELECT `file`('/etc/passwd')",
        "SELECT * FROM file('/etc/passwd', LineAsString)",
        "INSERT INTO FUNCTION file('x.csv') SELECT 1",
        "INSERT INTO FUNCTION file('x.csv') FORMAT CSV\n1\n",
        "INSERT INTO shop.orders FROM INFILE 'x.csv' FORMAT CSV",
        "SELECT * FROM url('http://127.0.0.1:1/', LineAsString)",
        "SELECT * FROM python('x')",
        "CREATE TABLE shop.f (n UInt32 DEFAULT length(file('/etc/passwd'))) ENGINE = Memory",
        "CREATE TABLE shop.f (n UInt32) ENGINE = File(CSV, '/tmp/shop-f.csv')",
        "CREATE FUNCTION read_it AS x -> file(x)",
    ],
)
def test_no_statement_reaches_files_the_network_or_the_process(ask: Ask, sql: str) -> None:
    assert ask(sql).code == 497
    assert ask("SELECT 1").status == 200


@pytest.mark.parametrize("name", ["'/etc/passwd'", "`/etc/passwd`", '"/etc/passwd"', "nowhere", "default.nowhere"])
def test_an_unknown_table_is_never_taken_for_a_file(ask: Ask, name: str) -> None:
    reply = ask(f"SELECT * FROM {name}")
    assert (reply.status, reply.code) == (404, 60)
    assert "UNKNOWN_TABLE" in reply.text


@pytest.mark.smoke
def test_kill_query_finds_a_query_by_the_id_the_client_gave(server: FrontProcess, ask: Ask) -> None:
    slow = socket.create_connection((server.host, server.port))
    sql = b"SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(number) FORMAT JSON"
    slow.sendall(b"POST /?query_id=victim HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(sql), sql))
    until_running(ask, "victim")
    assert "victim" in ask("SELECT Settings['log_comment'] FROM system.processes").text
    ask("KILL QUERY WHERE Settings['log_comment'] = 'victim' SYNC")
    assert b"X-ClickHouse-Exception-Code: 394" in slow.recv(65536)
    slow.close()


def test_the_same_query_id_runs_once_at_a_time(server: FrontProcess, ask: Ask) -> None:
    slow = socket.create_connection((server.host, server.port))
    sql = b"SELECT sleepEachRow(1) FROM numbers(3) SETTINGS max_block_size = 1"
    slow.sendall(b"POST /?query_id=twin HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(sql), sql))
    until_running(ask, "twin")
    assert ask("SELECT 1", query_id="twin").code == 216
    slow.close()
