"""The reader's account as a security boundary (ADR 0022): what was tried, and everything that this engine has, one by one.

A statement that is let through, a secret in an answer, or a connection to the port that waits for one is a failure.
"""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from chdb_front.catalogue import Catalogue, read_catalogue
from chdb_front.errors import QueryError
from chdb_front.process import FrontProcess
from chdb_front.reader_functions import TABLE_FUNCTIONS, is_allowed_function
from chdb_front.reader_names import SYSTEM_TABLES
from chdb_front.reader_settings import SettingRules
from chdb_front.users import Limits
from front_asking import Ask, Reply

pytestmark = pytest.mark.integration

HERE = Path(__file__).parent
SECRET = "bí-mật-4711"
NO_CHOICE = {
    "Bool", "BoolAuto", "UInt64", "UInt64Auto", "NonZeroUInt64", "Int64", "Int32", "Float", "Double", "Seconds",
    "Milliseconds", "MaxThreads",
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Trap:
    """A file and a port that nobody may reach; `caught` are connections."""

    file: Path
    port: int
    caught: list[str] = field(default_factory=list)

    def fill(self, sql: str) -> str:
        return sql.format(file=self.file, port=self.port)


@pytest.fixture(scope="module")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trap]:
    file = tmp_path_factory.mktemp("secret") / "secret.txt"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        made = Trap(file=file, port=listener.getsockname()[1])
        threading.Thread(target=_answer, args=(listener, made), daemon=True).start()
        yield made
    assert made.caught == []


def _answer(listener: socket.socket, trap: Trap) -> None:
    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return
        with caller:
            trap.caught.append(caller.recv(1000).decode(errors="replace").partition("\r\n")[0])
            caller.sendall(f"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{SECRET}".encode())


@pytest.fixture
def catalogue(ask: Ask) -> Catalogue:
    return read_catalogue(lambda sql: ask(sql).text)


def _is_refused(reply: Reply) -> bool:
    return reply.status in {400, 403, 404, 500} and reply.code != 0 and SECRET not in reply.text


def test_every_statement_that_was_ever_tried_is_refused_and_says_no_secret(ask_as_reader: Ask, trap: Trap) -> None:
    files = sorted((HERE / "refused").glob("*.sql"))
    lines = [line for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    statements = [trap.fill(line) for line in lines if line and not line.startswith("--")]
    assert len(statements) > 500
    structure = trap.fill("a UInt8, b String ALIAS file('{file}')")
    passed = []
    for place, sql in enumerate(statements):
        session = {"session_id": "tried"} if place % 2 else {}
        reply = ask_as_reader(sql, param_d="private", param_t="private", param_f="file", param_s=structure, **session)
        # 46, 60 and 81 would be the engine's word on what it looked for, 117 and 452 its second wall.
        if not _is_refused(reply) or reply.code not in {36, 62, 73, 164, 497}:
            passed.append((sql, reply.code, reply.text[:200]))
    assert not passed, "\n".join(map(str, passed))
    assert trap.caught == []
    assert (
        ask_as_reader("SELECT getSetting('max_execution_time'), count() FROM orders", session_id="tried").text
        == "2\t2\n"
    )


def test_every_setting_that_is_no_number_or_switch_is_refused_wherever_it_stands(
    ask: Ask, ask_as_reader: Ask, trap: Trap, catalogue: Catalogue
) -> None:
    merge_tree = ask(
        "SELECT name FROM system.merge_tree_settings WHERE type NOT IN ('Bool', 'UInt64', 'Seconds')"
    ).text.split()
    named = [name for name, kind in catalogue.setting_types.items() if kind not in NO_CHOICE]
    assert len(named) > 150
    passed = []
    for name in [*named, *merge_tree]:
        for value in (str(trap.file), f"http://127.0.0.1:{trap.port}/", "private.secrets"):
            replies = [ask_as_reader("SELECT 1", **{name: value})]
            if value == str(trap.file):
                replies.append(ask_as_reader(f"SELECT 1 SETTINGS `{name}` = '{value}'"))
                replies.append(ask_as_reader(f"SET {name} = '{value}'", session_id="settings"))
            passed += [(name, reply.text) for reply in replies if not _is_refused(reply) and name not in HARMLESS]
    assert not passed, "\n".join(map(str, passed))
    assert trap.caught == []


# Words that are printed, and what the HTTP interface itself takes out of the URL: in SQL those are the files of refused/'s.
HARMLESS = {
    "bool_false_representation", "bool_true_representation", "database", "default_format", "format_csv_null_representation",
    "format_tsv_null_representation", "log_comment",
}  # fmt: skip


def test_the_settings_a_reader_may_change_are_those_of_the_list(catalogue: Catalogue) -> None:
    rules = SettingRules(limits=Limits(), catalogue=catalogue)
    listed = (HERE / "reader_settings.txt").read_text(encoding="utf-8").split()
    assert sorted(name for name in catalogue.setting_types if _may_change(rules, name)) == listed


def _may_change(rules: SettingRules, name: str) -> bool:
    for value in (
        "1",
        "2",
        "0",
        "throw",
        "all",
        "basic",
        "simple",
        "ignore",
        "enable",
        "lz4",
        "none",
        "uniq",
        "x",
        "UTC",
    ):
        try:
            rules.check(name, value)
        except QueryError:
            continue
        return True
    return False


def test_the_functions_a_reader_may_not_call_are_those_of_the_list(catalogue: Catalogue) -> None:
    listed = (HERE / "refused_functions.txt").read_text(encoding="utf-8").split()
    assert sorted(name for name in catalogue.functions if not is_allowed_function(name, catalogue)) == listed
    assert all(is_allowed_function(name, catalogue) for name in catalogue.aggregates)


def test_every_table_function_but_those_of_the_list_is_refused_in_any_case_and_place(
    ask: Ask, ask_as_reader: Ask, trap: Trap
) -> None:
    names = ask("SELECT name FROM system.table_functions").text.split()
    others = [name for name in names if name.lower() not in TABLE_FUNCTIONS]
    assert len(others) > 60
    forms = (
        "SELECT * FROM {call}",
        "DESCRIBE TABLE {call}",
        "SELECT * FROM view(SELECT * FROM {call})",
        "SELECT 1 IN {call}",
    )
    passed = []
    for name in others:
        for called, form in zip((name, name.upper(), f"`{name}`", name), forms, strict=True):
            reply = ask_as_reader(form.format(call=f"{called}('{trap.file}', 'LineAsString')"))
            # 53 and 62: `format` is a harmless function too, and some have a grammar of their own.
            if reply.code not in {53, 62, 164, 497}:
                passed.append((name, form, reply.text[:200]))
    assert not passed, "\n".join(map(str, passed))


def test_every_format_is_answered_or_refused_and_none_reads_anything(ask: Ask, ask_as_reader: Ask, trap: Trap) -> None:
    formats = [
        line.split("\t") for line in ask("SELECT name, is_input, is_output FROM system.formats").text.splitlines()
    ]
    answered = set()
    for name, is_input, is_output in formats:
        if is_output == "1":
            by_clause = ask_as_reader(f"SELECT 1 AS x FORMAT {name}")
            by_url = ask_as_reader("SELECT 1 AS x", default_format=name)
            assert by_clause.code == by_url.code, name
            assert by_clause.code in {0, 73} or name in {"GeoJSON", "Npy", "Prometheus"}, by_clause.text
            answered |= {name} if by_clause.status == 200 else set()
        if is_input == "1":
            reply = _external(ask_as_reader, name)
            assert reply.code in {0, 73} or SECRET not in reply.text, name
    assert {
        "TSV",
        "CSVWithNames",
        "JSON",
        "JSONEachRow",
        "Native",
        "Parquet",
        "Arrow",
        "PrettyCompact",
        "Vertical",
    } <= answered
    assert not answered & {
        "Template",
        "Protobuf",
        "CapnProto",
        "AvroConfluent",
        "MySQLWire",
        "PostgreSQLWire",
        "CustomSeparated",
    }
    assert ask_as_reader("SELECT 1 FORMAT jsoneachrow").text == '{"1":1}\n'
    assert ask_as_reader("SELECT 1 FORMAT tsvWithNames").text == "1\n1\n"
    assert trap.caught == []


@pytest.mark.parametrize(
    "name", ["Values", "Template", "Regexp", "AvroConfluent", "Protobuf", "MySQLDump", "Form", "values"]
)
def test_data_of_an_external_table_is_never_run_or_looked_up(ask_as_reader: Ask, name: str) -> None:
    reply = _external(ask_as_reader, name)
    assert reply.code == 73


def _external(ask_as_reader: Ask, data_format: str) -> Reply:
    form = '--b\r\nContent-Disposition: form-data; name="m"; filename="m"\r\n\r\n(1)\r\n--b--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    return ask_as_reader(
        "SELECT * FROM m", form.encode(), headers=headers, m_structure="x String", m_format=data_format
    )


def test_every_table_of_the_system_but_those_of_the_list_is_refused(ask: Ask, ask_as_reader: Ask) -> None:
    for name in ask("SELECT name FROM system.tables WHERE database = 'system'").text.split():
        reply = ask_as_reader(f"SELECT count() FROM system.{name} LIMIT 0")
        assert (reply.status == 200) is (name in SYSTEM_TABLES), (name, reply.text)


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT name FROM system.databases ORDER BY name", "INFORMATION_SCHEMA\ninformation_schema\nshop\nsystem\n"),
        ("SHOW DATABASES", "INFORMATION_SCHEMA\ninformation_schema\nshop\nsystem\n"),
        ("SELECT count() FROM system.tables WHERE name = 'secrets'", "0\n"),
        ("SELECT count() FROM system.tables AS t WHERE t.database = 'private'", "0\n"),
        ("SELECT count() FROM (SELECT * FROM system.columns) WHERE database = 'private'", "0\n"),
        ("SELECT count() FROM system.parts WHERE table = 'secrets'", "0\n"),
        ("SELECT count() FROM system.dictionaries", "0\n"),
        ("SELECT count() FROM information_schema.tables WHERE table_name = 'secrets'", "0\n"),
        ("SELECT count() FROM INFORMATION_SCHEMA.COLUMNS WHERE table_schema = 'private'", "0\n"),
        ("SELECT count() FROM information_schema.schemata WHERE schema_name = 'private'", "0\n"),
        ("SELECT name FROM system.tables WHERE database = 'shop' AND name = 'orders'", "orders\n"),
        ("SELECT count() > 0 FROM system.parts WHERE table = 'orders'", "1\n"),
    ],
)
def test_the_rows_of_other_databases_are_not_there(ask_as_reader: Ask, sql: str, rows: str) -> None:
    assert ask_as_reader(sql).text == rows
    assert ask_as_reader(sql, session_id="rows").text == rows


def test_the_engine_itself_refuses_what_names_a_file_or_an_address(ask: Ask, trap: Trap) -> None:
    # The second wall: the writer, for whom the front has no list, can't either.
    for sql in (
        "SELECT 1 FORMAT Template SETTINGS format_template_row = '{file}'",
        "SELECT 1 FORMAT Protobuf SETTINGS format_schema = '{file}:M'",
        "SET format_avro_schema_registry_url = 'http://127.0.0.1:{port}/'",
        "SET input_format_record_errors_file_path = '{file}'",
    ):
        reply = ask(trap.fill(sql))
        assert _is_refused(reply), reply.text
        assert reply.code == 452
    assert trap.caught == []


def test_others_are_answered_while_a_long_text_is_judged(ask: Ask, ask_as_reader: Ask) -> None:
    long = threading.Thread(target=ask_as_reader, args=("SELECT n" + ", n" * 45_000,))
    long.start()
    answers = [ask("SELECT 1").text for _ in range(5)]
    assert long.is_alive(), "the text was judged too fast to tell"
    assert answers == ["1\n"] * 5
    long.join()


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT 1 " + "".join(f"$a{place}$ " for place in range(20_000)), 62),
        ("SELECT '" + "a" * (1 << 20) + "'", 62),
        ("SELECT n" + ", n" * 60_000, 168),
        ("SELECT " + "n + " * 900 + "n", 167),
        ("SELECT " + "(" * 5000 + "1" + ")" * 5000, 306),
    ],
)
def test_a_text_that_is_too_long_too_large_or_too_deep_is_refused_at_once(
    ask_as_reader: Ask, sql: str, code: int
) -> None:
    assert ask_as_reader(sql).code == code


def test_twice_the_text_costs_the_server_twice_the_time(server: FrontProcess, ask_as_reader: Ask) -> None:
    def cost(count: int) -> float:
        process = psutil.Process(server.pid)
        before = sum(process.cpu_times()[:2])
        assert ask_as_reader("SELECT 1 IN (1" + ", 1 + n" * count + ") AND ignore(" + "'x', " * count + "1)").code == 47
        return sum(process.cpu_times()[:2]) - before

    few, many = (min(cost(count) for _ in range(2)) for count in (4_000, 8_000))
    assert many <= 2.6 * few


def test_a_body_that_swells_is_refused(ask_as_reader: Ask) -> None:
    bomb = gzip.compress(bytes(100 << 20))
    assert ask_as_reader(bomb, headers={"Content-Encoding": "gzip"}).code == 396
    assert ask_as_reader(b"SELECT 1 " + b" " * (9 << 20)).code == 396
