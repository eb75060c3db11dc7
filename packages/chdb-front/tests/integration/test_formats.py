"""The HTTP interface as curl and other plain clients use it, and the usual formats."""

from __future__ import annotations

import io
import json
import subprocess

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from chdb_front.process import FrontProcess
from front_asking import Ask

pytestmark = pytest.mark.integration

ROWS = "SELECT number AS n, toString(number) AS s FROM numbers(3) FORMAT "


@pytest.mark.parametrize(
    ("output_format", "body"),
    [
        ("TSV", b"0\t0\n1\t1\n2\t2\n"),
        ("TabSeparatedWithNames", b"n\ts\n0\t0\n1\t1\n2\t2\n"),
        ("CSV", b'0,"0"\n1,"1"\n2,"2"\n'),
        ("CSVWithNames", b'"n","s"\n0,"0"\n1,"1"\n2,"2"\n'),
        ("JSONEachRow", b'{"n":0,"s":"0"}\n{"n":1,"s":"1"}\n{"n":2,"s":"2"}\n'),
        ("JSONCompactEachRow", b'[0, "0"]\n[1, "1"]\n[2, "2"]\n'),
        ("Values", b"(0,'0'),(1,'1'),(2,'2')"),
        ("RowBinary", b"".join(n.to_bytes(8, "little") + b"\x01" + str(n).encode() for n in range(3))),
        ("Markdown", b"| n | s |\n|-:|:-|\n| 0 | 0 |\n| 1 | 1 |\n| 2 | 2 |\n"),
        ("Null", b""),
    ],
)
def test_rows_come_in_the_format_asked_for(ask: Ask, output_format: str, body: bytes) -> None:
    assert ask(ROWS + output_format).body == body


@pytest.mark.parametrize("output_format", ["JSON", "JSONCompact"])
def test_json_is_one_document_even_if_large(ask: Ask, output_format: str) -> None:
    document = json.loads(ask(f"SELECT number FROM numbers(200000) FORMAT {output_format}").body)
    assert document["rows"] == len(document["data"]) == 200_000


@pytest.mark.parametrize("output_format", ["Parquet", "Arrow", "ArrowStream"])
def test_columnar_formats_are_one_file_even_if_large(ask: Ask, output_format: str) -> None:
    body = io.BytesIO(ask(f"SELECT number AS n FROM numbers(200000) FORMAT {output_format}").body)
    readers = {
        "Parquet": pq.read_table,
        "Arrow": lambda b: pa.ipc.open_file(b).read_all(),
        "ArrowStream": lambda b: pa.ipc.open_stream(b).read_all(),
    }
    assert readers[output_format](body).num_rows == 200_000


@pytest.mark.parametrize(
    "output_format",
    ["CSVWithNames", "TSVWithNamesAndTypes", "RowBinaryWithNamesAndTypes", "JSONCompactEachRowWithNames"],
)
def test_a_head_comes_once_however_many_blocks_there_are(ask: Ask, output_format: str) -> None:
    small = ask(f"SELECT number AS quite_a_name FROM numbers(1) FORMAT {output_format}").body
    body = ask(
        f"SELECT number AS quite_a_name FROM numbers(200000) SETTINGS max_block_size = 1000 FORMAT {output_format}"
    ).body
    assert small.count(b"quite_a_name") == body.count(b"quite_a_name") == 1


@pytest.mark.parametrize(
    "output_format", ["Pretty", "PrettyCompact", "Vertical", "XML", "Native", "Avro", "ORC", "MsgPack", "TSKV"]
)
def test_other_formats_work_too(ask: Ask, output_format: str) -> None:
    reply = ask(ROWS + output_format)
    assert reply.status == 200
    assert len(reply.body) > 10


@pytest.mark.parametrize("output_format", ["NoSuchFormat", "DataFrame", "ArrowTable"])
def test_an_unknown_format_is_an_error(ask: Ask, output_format: str) -> None:
    assert ask(ROWS + output_format).code == 73
    assert ask("SELECT 1", default_format=output_format).code == 73


@pytest.mark.parametrize(
    ("input_format", "body"),
    [
        ("TSV", b"1\ta\n2\tb\n"),
        ("CSVWithNames", b'"s","n"\n"a",1\n"b",2\n'),
        ("JSONEachRow", b'{"n":1,"s":"a"}\n\n{"n":2,"s":"b"}\n'),
        ("JSONCompactEachRow", b'[1,"a"]\n[2,"b"]'),
        ("Values", b"(1,'a'), (2,'b')"),
        ("RowBinary", b"\x01\0\0\0\x01a\x02\0\0\0\x01b"),
    ],
)
def test_rows_are_taken_in_the_usual_formats(ask: Ask, table: str, input_format: str, body: bytes) -> None:
    for sql, data in (
        (f"INSERT INTO {table} FORMAT {input_format}", body),
        (f"INSERT INTO {table} FORMAT {input_format}\n".encode() + body, None),
    ):
        reply = ask(sql, data)
        assert reply.status == 200, reply.text
    assert ask(f"SELECT sum(n), groupUniqArray(s) = ['a', 'b'] OR 1 FROM {table}").text == "6\t1\n"


@pytest.mark.parametrize("data_format", ["Parquet", "Arrow", "ArrowStream", "Native"])
def test_what_comes_out_in_binary_goes_in_again(ask: Ask, table: str, data_format: str) -> None:
    body = ask(f"SELECT toUInt32(number) AS n, repeat('x\n\n', 3) AS s FROM numbers(1000) FORMAT {data_format}").body
    assert ask(f"INSERT INTO {table} FORMAT {data_format}", body).status == 200
    assert ask(f"SELECT count(), max(n), any(length(s)) FROM {table}").text == "1000\t999\t9\n"


@pytest.mark.smoke
def test_bad_data_inserts_nothing_and_says_where(ask: Ask, table: str) -> None:
    reply = ask(f"INSERT INTO {table} FORMAT CSV", b"1,a\nnot a number,b\n")
    assert reply.status == 400
    assert "row 2" in reply.text
    assert ask(f"SELECT count() FROM {table}").text == "0\n"


def test_the_statement_may_come_in_every_documented_way(ask: Ask) -> None:
    assert ask("SELECT 1").text == "1\n"
    assert ask("SELECT 1", method="GET").text == "1\n"
    assert ask("SELECT", b"1").text == "1\n"
    assert ask("SELECT 1", b"").text == "1\n"
    assert ask(None, b"SELECT 1").text == "1\n"
    assert ask("SELECT 1", default_format="JSONEachRow").text == '{"1":1}\n'
    assert ask("SELECT 1", headers={"X-ClickHouse-Format": "CSV"}).headers["X-ClickHouse-Format"] == "CSV"
    assert ask("SELECT currentDatabase()", database="shop").text == "shop\n"
    assert ask("SELECT currentDatabase()", headers={"X-ClickHouse-Database": "system"}).text == "system\n"
    assert ask("SELECT {a:UInt8} + {b:UInt8}, {s:String}", param_a=1, param_b=2, param_s="a\\tb").text == "3\ta\\tb\n"
    assert ask("SELECT getSetting('max_threads')", max_threads=3).text == "3\n"


def test_ping_and_the_bare_address_answer_ok(server: FrontProcess, ask: Ask) -> None:
    assert ask(None, method="GET").text == "Ok.\n"
    assert subprocess.check_output(["curl", "-s", f"{server.url}/ping"]) == b"Ok.\n"
    assert subprocess.check_output(["curl", "-s", f"{server.url}/replicas_status"]) == b"Ok.\n"


def test_curl_inserts_and_selects(server: FrontProcess, table: str) -> None:
    base = ["curl", "-sS", "--fail-with-body"]
    subprocess.run([*base, server.url, "--data-binary", f"INSERT INTO {table} FORMAT TSV\n1\tmột\n\n"[:-1]], check=True)
    subprocess.run(
        [*base, f"{server.url}/?query=INSERT+INTO+{table}+FORMAT+CSV", "--data-binary", "2,hai\n"], check=True
    )
    answer = subprocess.check_output([*base, "-u", "default:", server.url, "-d", f"SELECT * FROM {table} ORDER BY n"])
    assert answer.decode() == "1\tmột\n2\thai\n"


def test_what_is_not_supported_says_so(ask: Ask) -> None:
    assert ask("SELECT 1", role="r").code == 48
    assert ask("INSERT INTO shop.orders SELECT a, b FROM input('a UInt32, b String') FORMAT CSV\n1,a\n").code == 48
    assert ask("SELECT 1", **{"bad name": 1}).code == 115
