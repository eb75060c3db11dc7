"""The read-only reader: what it can do, and everything that `readonly=2` alone would have let through."""

from __future__ import annotations

import pytest

from front_asking import Ask

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("sql", "answer"),
    [
        ("SELECT count() FROM shop.orders", "2\n"),
        ("SELECT s FROM orders WHERE n IN (1, 5)", "một\n"),
        ("WITH d AS (SELECT * FROM orders) SELECT max(n) FROM d AS x JOIN orders AS y ON x.n = y.n", "2\n"),
        ("SELECT count() FROM numbers(10) WHERE number IN (SELECT n FROM shop.orders)", None),
        ("SELECT sum(number) FROM numbers(10) SETTINGS max_threads = 1", "45\n"),
        ("SELECT name, readonly FROM system.settings WHERE name = 'readonly'", None),
        ("SELECT name FROM system.databases WHERE name = 'shop'", "shop\n"),
        ("SELECT table_name FROM information_schema.tables WHERE table_name = 'orders'", "orders\n"),
        ("SHOW TABLES LIKE 'ord%'", "orders\n"),
        ("EXISTS shop.orders", "1\n"),
        ("SELECT 7 IN (1, 7), 8 IN [8]", "1\t1\n"),
        ("DESCRIBE TABLE orders", None),
        ("EXPLAIN SELECT * FROM orders", None),
        ("SHOW CREATE TABLE orders", None),
        ("SELECT getSetting('readonly'), getSetting('max_execution_time')", "2\t2\n"),
        ("SET max_threads = 2", ""),
        ("SELECT count() FROM system.tables WHERE database = 'shop' AND name = 'orders'", "1\n"),
        ("SELECT database FROM system.tables WHERE database = 'shop' AND name = 'orders'", "shop\n"),
        ("SELECT n AS file, n AS max_result_rows, s AS settings FROM orders WHERE file = 1", "1\t1\tmột\n"),
        ("SELECT max(n) AS `format` FROM orders AS `final`", "2\n"),
        ("SELECT {c:Identifier} FROM {d:Identifier}.orders ORDER BY n LIMIT 1", "1\n"),
        ("SELECT * APPLY(max) FROM (SELECT n FROM orders)", "2\n"),
        ("SELECT * REPLACE (n + 1 AS n) FROM orders ORDER BY n LIMIT 1", "2\tmột\n"),
        ("SELECT arrayMap(toString, [1, 2]), arrayMap(x -> x + 1, [1])", "['1','2']\t[2]\n"),
        ("WITH (x -> x * 2) AS twice SELECT twice(n) FROM orders ORDER BY n LIMIT 1", "2\n"),
        (
            "SELECT sumIf(n, n > 1), uniqExactIf(n, 1), quantiles(0.5)(n), countIf(n = 1) FROM orders",
            "2\t2\t[1.5]\t1\n",
        ),
        (
            "SELECT CASE WHEN n = 1 THEN 'a' ELSE 'b' END, row_number() OVER (ORDER BY n) FROM orders ORDER BY n LIMIT 1",
            "a\t1\n",
        ),
        ("SELECT n FROM (SELECT 2 AS n UNION ALL SELECT 1 EXCEPT SELECT 1) INTERSECT SELECT 2", "2\n"),
        ("SELECT a FROM values('a UInt8, b String', (1, 'x'), (2, 'y')) ORDER BY a LIMIT 1", "1\n"),
        ("DESCRIBE (SELECT 1 AS x)", None),
        ("DESC orders FORMAT JSONEachRow", None),
        ("EXPLAIN indexes = 1 SELECT * FROM orders", None),
        ("SELECT * FROM (EXPLAIN SELECT 1)", None),
        ("SHOW COLUMNS FROM orders", None),
        ("SHOW FULL COLUMNS FROM orders FROM shop LIKE 'n'", None),
        ("SHOW TABLES FROM shop LIKE 'ord%'", "orders\n"),
        ("SHOW TABLES FROM system LIKE 'one'", "one\n"),
        ("SHOW SETTINGS LIKE 'max_threads'", None),
        ("SHOW SETTING max_threads", None),
        ("SHOW FUNCTIONS LIKE 'toDate'", None),
        ("SHOW ENGINES", None),
        ("SHOW CREATE TABLE shop.orders FORMAT TSVRaw", None),
        ("SHOW CREATE DATABASE shop", None),
        ("EXISTS DATABASE shop", "1\n"),
        ("USE shop", ""),
        ("SELECT currentUser(), currentDatabase(), version() != '', timezone(), displayName() != ''", None),
        ("select /* a -- comment */ 1 -- and another\n;", "1\n"),
        ("SELECT $tag$a 'quoted' text$tag$", "a \\'quoted\\' text\n"),
    ],
)
def test_a_reader_reads_its_database_and_harmless_system_tables(
    ask_as_reader: Ask, sql: str, answer: str | None
) -> None:
    reply = ask_as_reader(sql, param_c="n", param_d="shop")
    assert reply.status == 200, reply.text
    assert answer is None or reply.text == answer


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO shop.orders VALUES (3, 'x')",
        "INSERT INTO shop.orders FORMAT CSV\n3,x\n",
        "INSERT INTO shop.orders SELECT 3, 'x'",
        "INSERT INTO FUNCTION null('n UInt8') SELECT 1",
        "CREATE TABLE shop.x (n UInt8) ENGINE = Memory",
        "CREATE TEMPORARY TABLE x (n UInt8)",
        "CREATE FUNCTION f AS x -> x",
        "ALTER TABLE shop.orders DELETE WHERE 1",
        "DELETE FROM shop.orders WHERE 1",
        "TRUNCATE TABLE shop.orders",
        "DROP TABLE shop.orders",
        "DROP DATABASE shop",
        "RENAME TABLE shop.orders TO shop.d",
        "OPTIMIZE TABLE shop.orders",
        "SYSTEM FLUSH LOGS",
        "SYSTEM STOP MERGES",
        "KILL QUERY WHERE 1",
        "BACKUP DATABASE shop TO File('/tmp/b')",
        "GRANT ALL ON *.* TO default",
        "USE private",
        "USE system",
        "BEGIN TRANSACTION",
        "SHOW PROCESSLIST",
        "EXECUTE AS default SELECT 1",
    ],
)
def test_a_reader_changes_nothing(ask: Ask, ask_as_reader: Ask, sql: str) -> None:
    for session in ({}, {"session_id": "reader-changes"}):
        reply = ask_as_reader(sql, **session)
        assert reply.code in {164, 497, 62}, reply.text
    assert ask("SELECT count() FROM shop.orders").text == "2\n"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM file('/etc/passwd', LineAsString)",
        "SELECT * FROM `file`('/etc/passwd', LineAsString)",
        "SELECT file('/etc/passwd')",
        "SELECT arrayMap(x -> file(x), ['/etc/passwd'])",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM `/etc/passwd`",
        'SELECT * FROM "/etc/passwd"',
        "SELECT 1 IN (`/etc/passwd`)",
        "SELECT * FROM shop.`/etc/passwd`",
        "SELECT * FROM {t:Identifier}",
        "SELECT * FROM fileCluster('c', '/etc/passwd', LineAsString)",
        "SELECT * FROM filesystem('/etc')",
        "SELECT * FROM url('http://127.0.0.1:1/', LineAsString)",
        "SELECT * FROM url('file:///etc/passwd', LineAsString)",
        "SELECT * FROM s3('http://127.0.0.1:1/b/x.csv')",
        "SELECT * FROM remote('127.0.0.1:9000', system.one)",
        "SELECT * FROM remoteSecure('127.0.0.1:9000', system.one)",
        "SELECT * FROM cluster('default', system.one)",
        "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
        "SELECT * FROM postgresql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
        "SELECT * FROM sqlite('/tmp/x.db', 't')",
        "SELECT * FROM hdfs('hdfs://127.0.0.1:1/x')",
        "SELECT * FROM executable('ls', 'TSV', 'a String')",
        "SELECT * FROM python('x')",
        "SELECT * FROM Python(x)",
        "SELECT * FROM icebergLocal('/etc')",
        "SELECT * FROM deltaLakeLocal('/etc')",
        "SELECT * FROM loop(file('/etc/passwd', LineAsString))",
        "SELECT * FROM view(SELECT * FROM file('/etc/passwd', LineAsString))",
        "SELECT * FROM eval('SELECT 1')",
        "SELECT aiGenerate('c', 'x')",
        "SELECT * FROM (EXPLAIN SELECT * FROM file('/etc/passwd', LineAsString))",
        "DESCRIBE TABLE file('/etc/passwd')",
        "EXPLAIN SELECT * FROM file('/etc/passwd', LineAsString)",
        "SELECT 1 INTO OUTFILE '/tmp/shop-reader.tsv'",
        "SHOW TABLES INTO OUTFILE '/tmp/shop-reader.tsv'",
    ],
)
def test_a_reader_reaches_no_file_network_or_program(ask_as_reader: Ask, sql: str) -> None:
    reply = ask_as_reader(sql, param_t="/etc/passwd")
    assert reply.code == 497, reply.text
    assert "root:" not in reply.text


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM private.secrets",
        "SELECT * FROM `private`.`secrets`",
        "SELECT * FROM {d:Identifier}.secrets",
        "SELECT * FROM orders WHERE n IN (SELECT n FROM private.secrets)",
        "SELECT 7 IN private.secrets",
        "SELECT 7 NOT IN private.secrets",
        "SELECT * FROM merge('private', '.*')",
        "SELECT * FROM dictionary('private.d')",
        "SELECT dictGet('private.d', 'v', 1)",
        "SELECT dictGetOrDefault(private.d, 'v', 1, '')",
        "SELECT dictGet(concat('private', '.d'), 'v', 1)",
        "SELECT joinGet('private.j', 'v', 1)",
        "SHOW CREATE TABLE private.secrets",
        "DESCRIBE TABLE private.secrets",
        "EXISTS private.secrets",
        "CHECK TABLE private.secrets",
        "SELECT * FROM system.processes",
        "SELECT * FROM system.users",
        "SELECT * FROM system.server_settings",
        "SELECT * FROM default.x",
        "(SELECT 1) UNION ALL (SELECT n FROM private.secrets)",
        'SELECT 1 AS "x\n    TableExpression", 2 FROM private.secrets',
    ],
)
def test_a_reader_sees_no_other_database(ask_as_reader: Ask, sql: str) -> None:
    reply = ask_as_reader(sql, param_d="private")
    assert reply.code in {164, 497}, reply.text
    assert ask_as_reader("SELECT 1", database="private").code == 164


@pytest.mark.smoke
def test_a_reader_may_call_the_parameterised_views_of_its_database_only(ask: Ask, ask_as_reader: Ask) -> None:
    for database in ("shop", "private"):
        view = f"CREATE OR REPLACE VIEW {database}.from_{database} AS SELECT n FROM shop.orders WHERE n >= {{least:UInt32}}"
        assert ask(view).status == 200
    assert ask_as_reader("SELECT n FROM from_shop(least = 2)").text == "2\n"
    assert ask_as_reader("SELECT n FROM shop.from_shop(least = 2)").text == "2\n"
    assert ask_as_reader("DESCRIBE TABLE shop.from_shop(least = 2)").status == 200
    for call in ("from_private(least = 1)", "private.from_private(least = 1)", "nothing(least = 1)"):
        assert ask_as_reader(f"SELECT n FROM {call}").code == 497
    assert ask_as_reader("SELECT n FROM from_shop(least = (SELECT min(n) FROM private.secrets))").code == 497


LIMITS = {
    "max_execution_time": 60,
    "max_result_rows": 0,
    "max_memory_usage": 0,
    "max_rows_to_read": 0,
    "readonly": 0,
    "final": 0,
    "timeout_overflow_mode": "break",
    "read_overflow_mode": "break",
    "profile": "default",
    "dialect": "prql",
}


@pytest.mark.parametrize("name", sorted(LIMITS))
def test_a_reader_cannot_lift_a_limit(ask_as_reader: Ask, name: str) -> None:
    value = LIMITS[name]
    literal = f"'{value}'" if isinstance(value, str) else value
    if name != WAITED:
        assert ask_as_reader("SELECT 1", **{name: value}).code == 164
    assert ask_as_reader(f"SELECT 1 SETTINGS {name} = {literal}").code == 164
    assert ask_as_reader(f"SELECT 1 SETTINGS `{name}` = {literal}").code == 164
    assert ask_as_reader(f"SELECT * FROM (SELECT 1 SETTINGS max_threads = 1, {name} = {literal})").code == 164
    assert ask_as_reader(f"SET {name} = {literal}", session_id="lift").code == 164
    assert ask_as_reader(f"SET max_threads = 1, {name.upper()} = {literal}", session_id="lift").code == 164


WAITED = "max_execution_time"
LOWER = {"max_execution_time": 1, "max_result_rows": 10, "max_memory_usage": 1000000, "max_rows_to_read": 100}


@pytest.mark.parametrize("name", sorted(LOWER))
def test_a_reader_may_lower_a_limit_and_not_raise_it(ask_as_reader: Ask, name: str) -> None:
    read = f"SELECT getSetting('{name}')"
    assert ask_as_reader(read, **{name: LOWER[name]}).text == f"{LOWER[name]}\n"
    assert ask_as_reader(f"{read} SETTINGS {name} = {LOWER[name]}").text == f"{LOWER[name]}\n"
    session = f"lower-{name}"
    own = ask_as_reader(read, session_id=session).text
    assert ask_as_reader(f"SET {name} = {LOWER[name]}", session_id=session).status == 200
    assert ask_as_reader(read, session_id=session).text == f"{LOWER[name]}\n"
    raised = ask_as_reader(f"SET {name} = {10**12}", session_id=session)
    assert raised.code == 164
    assert f"may lower '{name}' and not raise it above {float(own):g}" in raised.text


def test_a_client_that_would_wait_longer_is_answered_within_the_limit(ask_as_reader: Ask) -> None:
    read = f"SELECT getSetting('{WAITED}')"
    own = ask_as_reader(read).text
    assert ask_as_reader(read, **{WAITED: 10**6}).text == own
    assert ask_as_reader(read, **{WAITED: 10**6}, session_id="waits").text == own
    assert ask_as_reader(read, **{WAITED: 0}).code == 164
    assert ask_as_reader(read, **{WAITED: "x"}).code == 36


def test_a_lowered_limit_holds(ask_as_reader: Ask) -> None:
    assert ask_as_reader("SELECT number FROM numbers(20)", max_result_rows=10).code == 396
    fewer = ask_as_reader(
        "SELECT number FROM numbers(20)", max_result_rows=10, max_block_size=10, result_overflow_mode="break"
    )
    assert len(fewer.text.splitlines()) == 10


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT number FROM numbers(3001)", 396),
        ("SELECT number FROM numbers(3001) FORMAT JSON", 396),
        ("SELECT count() FROM numbers(6000000)", 158),
        ("SELECT length(groupArray(toString(number))) FROM numbers(4900000)", 241),
        ("SELECT sleepEachRow(0.5) FROM numbers(20) SETTINGS max_block_size = 1", 159),
    ],
)
@pytest.mark.parametrize("session", [{}, {"session_id": "limits"}])
def test_the_limits_of_a_reader_hold(ask_as_reader: Ask, sql: str, code: int, session: dict[str, str]) -> None:
    reply = ask_as_reader(sql, **session)
    assert reply.code == code or f"Code: {code}." in reply.text, reply.text[-300:]


@pytest.mark.smoke
def test_only_the_right_password_opens(ask: Ask) -> None:
    assert ask("SELECT 1", user="reader", password="wrong").code == 516
    assert ask("SELECT 1", user="reader").code == 516
    assert ask("SELECT 1", user="nobody").code == 516
    assert ask("SELECT 1", headers={"X-ClickHouse-User": "reader", "X-ClickHouse-Key": "x"}).status == 403
    assert ask("SELECT 1", headers={"Authorization": "Basic !!!"}).code == 516
    assert ask("SELECT 1", headers={"Authorization": "Bearer x"}).code == 516


def test_a_web_page_of_another_site_is_refused(ask: Ask) -> None:
    assert ask("SELECT 1", headers={"Origin": "https://example.org"}).code == 497
    assert ask("SELECT 1", headers={"Origin": "null"}).code == 497


def test_a_reader_may_send_an_external_table(ask_as_reader: Ask) -> None:
    form = '--b\r\nContent-Disposition: form-data; name="m"; filename="m"\r\n\r\n1\n2\n\r\n--b--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    options = {"m_types": "UInt32", "m_format": "TSV", "input_format_tsv_skip_trailing_empty_lines": 1}
    reply = ask_as_reader("SELECT count() FROM orders WHERE n IN m", form.encode(), headers=headers, **options)
    assert reply.text == "2\n", reply.text
    for structure in (
        "n UInt32) ENGINE = File(CSV, '/etc/passwd'",
        "n UInt32 ALIAS file('/etc/passwd')",
        "n UInt32); SELECT (1",
    ):
        options = {"m_structure": structure}
        assert ask_as_reader("SELECT * FROM m", form.encode(), headers=headers, **options).code == 36
