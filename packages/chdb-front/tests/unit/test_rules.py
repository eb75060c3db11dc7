"""Words, trees and users: what is refused before the engine sees it."""

from __future__ import annotations

import pytest

from chdb_front.errors import QueryError, from_engine, refused
from chdb_front.forbidden import check_calls, check_text
from chdb_front.options import parse_options
from chdb_front.sql_text import tokens
from chdb_front.syntax_tree import nodes
from chdb_front.users import User, Users

TREE = """SelectWithUnionQuery (children 1)
 ExpressionList (children 1)
  SelectQuery (children 2)
   ExpressionList (children 1)
    Function in (alias x) (children 1)
     ExpressionList (children 2)
      Identifier n
      Identifier shop.t
   TablesInSelectQuery (children 1)
    TablesInSelectQueryElement (children 1)
     TableExpression (children 1)
      TableIdentifier {table} (alias a b)
"""


def test_a_tree_gives_each_node_its_kind_detail_parent_and_place() -> None:
    found = list(nodes(TREE.format(table="shop.t")))
    function, argument, second, table = found[4], found[6], found[7], found[-1]
    assert (function.kind, function.detail) == ("Function", "in")
    assert (argument.place, second.place, second.parents[-2]) == (0, 1, "Function in")
    assert (table.kind, table.detail, table.parent) == ("TableIdentifier", "shop.t", "TableExpression")


@pytest.mark.parametrize(
    "sql", [b"SELECT 1 INTO OUTFILE 'x'", b"INSERT INTO t FROM INFILE 'x'", b"SYSTEM SHUTDOWN", b"SELECT 1; SELECT 2"]
)
def test_plain_words_are_refused_for_everyone(sql: bytes) -> None:
    with pytest.raises(QueryError):
        check_text(list(tokens(sql)))


@pytest.mark.parametrize(
    ("sql", "needs_tree"),
    [
        (b"SELECT 1", False),
        (b"SELECT url, file FROM t", False),
        (b"SELECT file('x')", True),
        (b"SELECT `S3` ('x')", True),
        (b"CREATE TABLE t", True),
    ],
)
def test_a_suspicious_word_makes_the_tree_decide(sql: bytes, needs_tree: bool) -> None:
    assert check_text(list(tokens(sql))) is needs_tree


def test_functions_that_leave_the_engine_and_bricking_engines_are_refused() -> None:
    for name in ("file", "URL", "s3Cluster", "icebergLocal", "aiGenerate", "AIEmbed", "python"):
        with pytest.raises(QueryError):
            check_calls([name], defines_a_table=False)
    check_calls(["count", "profile", "domain", "Kafka", "paimonia"[:3]], defines_a_table=False)
    with pytest.raises(QueryError, match="Kafka table engine"):
        check_calls(["Kafka"], defines_a_table=True)


def test_credentials_are_taken_from_each_place_and_compared_whole() -> None:
    users = Users((User(name="default", password=""), User(name="đọc", password="mật khẩu")))
    assert users.authenticate({}, {}).name == "default"
    assert users.authenticate({}, {"user": "đọc", "password": "mật khẩu"}).name == "đọc"
    assert users.authenticate({"X-ClickHouse-User": "đọc", "X-ClickHouse-Key": "mật khẩu"}, {}).name == "đọc"
    for wrong in ({"user": "đọc"}, {"user": "đọc", "password": "mật"}, {"user": "x"}, {"password": "x"}):
        with pytest.raises(QueryError, match="516"):
            users.authenticate({}, wrong)


def test_passwords_are_not_shown() -> None:
    assert "hush" not in repr(User(name="a", password="hush"))


def test_an_open_address_demands_passwords(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse_options(["--path", "x", "--host", "0.0.0.0"], {})
    assert caught.value.code == 2
    assert "both passwords must be set" in capsys.readouterr().err
    environment = {"CHDB_FRONT_WRITER_PASSWORD": "a", "CHDB_FRONT_READER_PASSWORD": "b"}
    assert parse_options(["--path", "x", "--host", "0.0.0.0"], environment).host == "0.0.0.0"


def test_the_first_code_in_the_engines_text_is_the_servers() -> None:
    error = from_engine(
        RuntimeError(
            "Streaming query failed: Code: 241. DB::Exception: Code: 10. DB::Exception: x. (MEMORY_LIMIT_EXCEEDED)"
        )
    )
    assert (error.code, error.name) == (241, "MEMORY_LIMIT_EXCEEDED")
    assert from_engine(ValueError("odd")).code == 1002
    assert from_engine(refused(164, "no")).code == 164
