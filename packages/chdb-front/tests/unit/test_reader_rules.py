"""Trees of a few shapes against the rules of readers; the real engine's are tried in tests/integration/clickhouse_front."""

from __future__ import annotations

from typing import Any

import pytest

from chdb_front.catalogue import Catalogue, read_catalogue
from chdb_front.errors import QueryError
from chdb_front.reader_functions import check_input_format, check_output_format, is_allowed_function
from chdb_front.reader_names import Scope
from chdb_front.reader_rules import check_reader_tree
from chdb_front.reader_settings import SettingRules
from chdb_front.users import Limits

CATALOGUE = Catalogue(
    functions={
        "tostring": frozenset({("Type Conversion", "tostring")}),
        "file": frozenset({("Other", "file")}),
        "version": frozenset({("Other", "version")}),
        "made": frozenset({("", "made")}),
        "both": frozenset({("String", "both"), ("Other", "file")}),
    },
    aggregates=frozenset({"sum", "count", "if"}),
    combinators=("ornull", "array", "if"),
)
SCOPE = Scope(
    database="shop",
    settings=SettingRules(limits=Limits(), catalogue=CATALOGUE),
    parameters={"d": "shop", "p": "private"},
)
Tree = dict[str, Any]


def _from(**expression: Any) -> Tree:
    tables = {"type": "TablesInSelectQuery", "children": [{"type": "TableExpression", **expression}]}
    return {"type": "SelectWithUnionQuery", "list_of_selects": {"type": "SelectQuery", "tables": tables}}


def _select(*children: Tree) -> Tree:
    return {"type": "SelectWithUnionQuery", "select": {"type": "ExpressionList", "children": list(children)}}


def _name(*parts: str, kind: str = "Identifier", given: str = "") -> Tree:
    below = {"children": [{"type": "QueryParameter", "name": given, "param_type": "Identifier"}]} if given else {}
    return {"type": kind, "name": ".".join(parts), "name_parts": list(parts), **below}


def _call(name: str, *arguments: Tree, **more: Any) -> Tree:
    return {
        "type": "Function",
        "name": name,
        "arguments": {"type": "ExpressionList", "children": list(arguments)},
        **more,
    }


@pytest.mark.parametrize("parts", [("t",), ("shop", "t"), ("system", "one"), ("INFORMATION_SCHEMA", "TABLES")])
def test_a_reader_may_read(parts: tuple[str, ...]) -> None:
    check_reader_tree(_from(database_and_table_name=_name(*parts, kind="TableIdentifier")), SCOPE)


@pytest.mark.parametrize(
    "parts",
    [
        ("other", "t"),
        ("system", "users"),
        ("a", "b", "c"),
        ("/etc/passwd",),
        ("shop", "/etc/passwd"),
        ("",),
        ("Shop", "t"),
    ],
)
def test_a_reader_may_not_read(parts: tuple[str, ...]) -> None:
    with pytest.raises(QueryError, match="497"):
        check_reader_tree(_from(database_and_table_name=_name(*parts, kind="TableIdentifier")), SCOPE)


def test_a_name_that_is_a_parameter_is_judged_by_its_value() -> None:
    check_reader_tree(_from(database_and_table_name=_name("", "t", kind="TableIdentifier", given="d")), SCOPE)
    for given in ("p", "missing"):
        with pytest.raises(QueryError):
            check_reader_tree(_from(database_and_table_name=_name("", "t", kind="TableIdentifier", given=given)), SCOPE)


def test_what_is_unknown_is_refused() -> None:
    for tree in ({}, {"type": "DropQuery"}, _select({"type": "SomethingNew"}), _from(stream=True)):
        with pytest.raises(QueryError):
            check_reader_tree(tree, SCOPE)


def test_a_column_may_be_called_like_a_function_but_not_be_given_to_one() -> None:
    equals = _call("tostring", _name("n"), is_operator=True)
    check_reader_tree(_select(_name("file"), equals, _call("toString", _name("t", "file"))), SCOPE)
    with pytest.raises(QueryError, match=r"write table\.file"):
        check_reader_tree(_select(_call("toString", _name("file"))), SCOPE)


@pytest.mark.parametrize("transformer", [{"func_name": "file"}, {"lambda": _call("lambda", _call("file"))}, {}])
def test_a_function_in_apply_is_a_function(transformer: Tree) -> None:
    asterisk = {"type": "Asterisk", "transformers": {"type": "ColumnsApplyTransformer", **transformer}}
    with pytest.raises(QueryError, match="There is no function"):
        check_reader_tree(_select(asterisk), SCOPE)


@pytest.mark.parametrize(
    ("name", "is_allowed"),
    [
        ("toString", True), ("TOSTRING", True), ("version", True), ("lambda", True), ("sum", True), ("sumIf", True),
        ("sumArrayOrNull", True), ("file", False), ("File", False), ("made", False), ("both", False), ("fileIf", False),
        ("unheardOf", False), ("OrNull", False), ("", False),
    ],
)  # fmt: skip
def test_functions_are_allowed_by_category_and_name(name: str, is_allowed: bool) -> None:
    assert is_allowed_function(name, CATALOGUE) is is_allowed


def test_the_catalogue_takes_an_alias_for_its_target_and_nothing_that_somebody_made() -> None:
    answers = {
        "system.functions": "file\tfile\t0\t1\tOther\nread\tfile\t0\t1\tOther\nmine\tmine\t0\t0\tString\nsum\tsum\t1\t1\t\n",
        "system.settings": "max_threads\tMaxThreads\n",
        "combinators": "if\nornull\n",
    }
    catalogue = read_catalogue(lambda sql: next(answer for name, answer in answers.items() if name in sql))
    assert not any(is_allowed_function(name, catalogue) for name in ("read", "mine", "file"))
    assert is_allowed_function("sumIfOrNull", catalogue)
    assert catalogue.setting_types == {"max_threads": "MaxThreads"}


def test_formats_are_a_list_whatever_their_case() -> None:
    check_output_format("jsonEachRow")
    check_input_format("Native")
    for name in ("Template", "values "):
        with pytest.raises(QueryError, match="73"):
            check_output_format(name)
    with pytest.raises(QueryError, match="73"):
        check_input_format("Values")
