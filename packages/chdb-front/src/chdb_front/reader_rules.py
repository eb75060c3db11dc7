"""What a read-only account may see. In: the engine's tree of a statement. Out: nothing, or a QueryError 497, 164 or 73.

The engine's `readonly=2` still allows KILL QUERY, temporary tables, changed limits and every database (ADR 0003); this
is the front's part. Promise: everything is refused that isn't listed: kinds of nodes, settings, formats, functions, table
functions, system tables, and databases but the account's own (ADR 0022). What a view of its database reads is the
writer's decision.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from chdb_front.catalogue import Catalogue
from chdb_front.errors import ACCESS_DENIED, READONLY, refused
from chdb_front.external_tables import is_plain_structure
from chdb_front.query_tree import Fields, Node, nodes
from chdb_front.reader_functions import (
    TABLE_FUNCTIONS,
    check_function,
    check_output_format,
    is_refused_by_name,
)
from chdb_front.reader_names import Scope, check_database, check_table, name_parts
from chdb_front.reader_settings import cannot_change

_ROOTS = frozenset(
    {"SelectWithUnionQuery", "ExplainQuery", "SetQuery", "UseQuery", "ShowTablesQuery", "ShowColumnsQuery", "ShowIndexesQuery"}
)  # fmt: skip
_PARTS = frozenset(
    {
        "SelectQuery", "SelectWithUnionQuery", "ExpressionList", "Identifier", "TableIdentifier", "Literal", "Function",
        "Subquery", "TablesInSelectQuery", "TablesInSelectQueryElement", "TableExpression", "TableJoin", "ArrayJoin",
        "OrderByElement", "WithElement", "Asterisk", "QualifiedAsterisk", "ColumnsRegexpMatcher", "ColumnsListMatcher",
        "QualifiedColumnsRegexpMatcher", "QualifiedColumnsListMatcher", "ColumnsTransformerList", "ColumnsApplyTransformer",
        "ColumnsExceptTransformer", "ColumnsReplaceTransformer", "ColumnsReplaceTransformerReplacement", "WindowDefinition",
        "WindowListElement", "InterpolateElement", "SampleRatio", "QueryParameter", "SetQuery", "SelectIntersectExceptQuery",
    }
)  # fmt: skip
_TABLE_EXPRESSION = frozenset(
    {"type", "final", "database_and_table_name", "table_function", "subquery", "sample_size", "sample_offset", "column_aliases"}
)  # fmt: skip
_NO_FILE = {"is_outfile_append", "is_outfile_truncate", "is_into_outfile_with_stdout"}
_SHOWN = _NO_FILE | {
    "type", "databases", "dictionaries", "settings", "changed", "full", "extended", "like", "not_like",
    "case_insensitive_like", "where_expression", "limit_length", "from", "format_ast", "settings_ast", "temporary",
}  # fmt: skip
_IN_FUNCTION = re.compile(r"(?:global)?(?:not)?(?:null)?in(?:ignoreset)?", re.IGNORECASE)
_LOOKUP_FUNCTION = re.compile(r"(?:dict(?:Get|Has|Is)\w*|joinGet\w*)", re.IGNORECASE)
_EXPLANATIONS = frozenset(
    {"EXPLAIN", "EXPLAIN AST", "EXPLAIN SYNTAX", "EXPLAIN QUERY TREE", "EXPLAIN PIPELINE", "EXPLAIN ESTIMATE"}
)  # fmt: skip


def called_tables(root: Fields, database: str) -> frozenset[str]:
    """What stands in FROM with arguments and is no table function of the list: perhaps a parameterised view."""
    called = (
        _called(node, database) for node in nodes(root) if node.type == "Function" and node.key == "table_function"
    )
    return frozenset(name for name in called if name.lower() not in TABLE_FUNCTIONS)


def named_lambdas(root: Fields, catalogue: Catalogue) -> frozenset[str]:
    """The names given by `WITH (x -> ...) AS name`, but none that the engine has itself."""
    found = (node.fields for node in nodes(root) if node.type == "Function" and node.fields.get("is_lambda_function"))
    names = {str(fields["alias"]) for fields in found if fields.get("alias")}
    return frozenset(name for name in names if name.lower() not in catalogue.functions)


def check_reader_tree(root: Fields, scope: Scope) -> None:
    """Raises QueryError unless the statement only reads, and only what the account may see."""
    kind = str(root.get("type", ""))
    if kind not in _ROOTS:
        raise refused(READONLY, "This account may only read: Cannot execute query in readonly mode.")
    for node in nodes(root):
        if node.parent is not None and node.type not in _PARTS:
            raise refused(ACCESS_DENIED, f"This account may not use {node.type}: only queries that read")
        if node.fields.get("out_file") is not None or node.fields.get("is_into_outfile_with_stdout"):
            raise refused(ACCESS_DENIED, "INTO OUTFILE is not allowed: the server does not touch files")
        output = node.child("format_ast")
        if output is not None:
            check_output_format(str(output.get("name", "")))
        check = _CHECKS.get(node.type)
        if check is not None:
            check(node, scope)


def asked_format(root: Fields) -> str | None:
    """The name in the FORMAT clause of the statement, or None."""
    output = root.get("format_ast")
    return str(output["name"]) if isinstance(output, dict) else None


def _called(node: Node, database: str) -> str:
    # Quoted as one name it means the same to the engine, which writes it so itself when it describes.
    return str(node.fields.get("name", "")).removeprefix(f"{database}.")


def _function(node: Node, scope: Scope) -> None:
    name = str(node.fields.get("name", ""))
    if node.key == "table_function":
        _table_function(node, scope)
        return
    if name not in scope.lambdas:
        check_function(name, scope.catalogue)
    if not node.fields.get("is_operator"):
        for argument in _arguments(node):
            _named_function(argument, scope)
    if _LOOKUP_FUNCTION.fullmatch(name):
        _looked_up(node, scope)


def _named_function(argument: Fields, scope: Scope) -> None:
    parts = name_parts(argument, scope) if argument.get("type") == "Identifier" else []
    if len(parts) == 1 and is_refused_by_name(parts[0], scope.catalogue):
        reason = f"{parts[0]} may stand for the function of this name, which this account may not use: write table.{parts[0]}"
        raise refused(ACCESS_DENIED, reason)


def _table_function(node: Node, scope: Scope) -> None:
    name = _called(node, scope.database)
    if name.lower() not in TABLE_FUNCTIONS and name not in scope.views:
        raise refused(ACCESS_DENIED, f"This account may not use the table function {name}")
    if name.lower() == "values" and not _has_plain_structure(node):
        raise refused(ACCESS_DENIED, "The structure of VALUES may hold names and types only")
    if name.lower() == "viewexplain" and not _explains_plainly(node):
        raise refused(ACCESS_DENIED, "This account may explain a subquery without options only")


def _has_plain_structure(node: Node) -> bool:
    first = next(iter(_arguments(node)), {})
    is_row = first.get("type") == "Literal" or first.get("name") == "tuple"
    return is_row and is_plain_structure(_text(first) or "")


def _explains_plainly(node: Node) -> bool:
    kind, options = (_text(one) for one in _arguments(node)[:2])
    return kind in _EXPLANATIONS and options == ""


def _arguments(node: Node) -> list[Fields]:
    found = node.child("arguments")
    return list(found.get("children", [])) if found is not None else []


def _text(node: Fields) -> str | None:
    value = node.get("value") if node.get("type") == "Literal" else None
    return str(value["value"]) if isinstance(value, dict) and value.get("field_type") == "String" else None


def _looked_up(node: Node, scope: Scope) -> None:
    arguments = _arguments(node)
    first = arguments[0] if arguments else {}
    name = _text(first)
    if name is not None:
        check_table(name.split("."), scope)
    elif first.get("type") == "Identifier":
        check_table(name_parts(first, scope), scope)
    else:
        raise refused(ACCESS_DENIED, "The name of a dictionary or join table must be written out")


def _identifier(node: Node, scope: Scope) -> None:
    parts = name_parts(node.fields, scope)
    above = node.parent.parent if node.parent is not None and node.place == 1 else None
    if above is not None and above.type == "Function" and _IN_FUNCTION.fullmatch(str(above.fields.get("name", ""))):
        check_table(parts, scope)


def _table(node: Node, scope: Scope) -> None:
    check_table(name_parts(node.fields, scope), scope)


def _settings(node: Node, scope: Scope) -> None:
    if node.parent is not None and node.parent.type == "ExplainQuery" and node.key == "settings":
        _options(node)
        return
    if node.fields.get("query_parameters"):
        raise refused(READONLY, "Parameters are sent with the request (param_name=...), not set by SQL")
    for change in node.fields.get("changes", []):
        scope.settings.check(str(change["name"]), _setting_value(change))
    for name in node.fields.get("default_settings", []):
        scope.settings.check_default(str(name))


def _options(node: Node) -> None:
    for change in node.fields.get("changes", []):
        if change["value"].get("field_type") not in {"UInt64", "Bool"}:
            raise refused(ACCESS_DENIED, f"This account may not use the option {change['name']} of EXPLAIN")


def _setting_value(change: Fields) -> str:
    value = change["value"]
    if value.get("field_type") not in {"UInt64", "Int64", "Float64", "Bool", "String"}:
        raise cannot_change(str(change["name"]))
    found = value.get("value")
    return str(found).lower() if isinstance(found, bool) else str(found)


def _apply(node: Node, scope: Scope) -> None:
    name = str(node.fields.get("func_name", ""))
    if name or node.child("lambda") is None:
        check_function(name, scope.catalogue)


def _table_expression(node: Node, _scope: Scope) -> None:
    for key in node.fields.keys() - _TABLE_EXPRESSION:
        raise refused(ACCESS_DENIED, f"This account may not use {key} in FROM")


def _explain(node: Node, _scope: Scope) -> None:
    explained = node.child("query") or {}
    if node.fields.get("kind") not in _EXPLANATIONS or explained.get("type") != "SelectWithUnionQuery":
        raise refused(ACCESS_DENIED, "This account may explain queries that read only")


def _use(node: Node, scope: Scope) -> None:
    check_database(".".join(name_parts(node.child("database") or {}, scope)), scope, is_for_use=True)


def _show_tables(node: Node, scope: Scope) -> None:
    for key, value in node.fields.items():
        if key not in _SHOWN and value not in (False, ""):
            raise refused(ACCESS_DENIED, f"This account may not use SHOW {key.upper()}")
    within = node.child("from")
    if within is not None:
        check_database(".".join(name_parts(within, scope)), scope)


def _show_columns(node: Node, scope: Scope) -> None:
    check_table(
        [part for part in (str(node.fields.get("database") or ""), str(node.fields.get("table"))) if part], scope
    )


_CHECKS: dict[str, Callable[[Node, Scope], None]] = {
    "Function": _function,
    "TableIdentifier": _table,
    "Identifier": _identifier,
    "SetQuery": _settings,
    "ColumnsApplyTransformer": _apply,
    "TableExpression": _table_expression,
    "ExplainQuery": _explain,
    "UseQuery": _use,
    "ShowTablesQuery": _show_tables,
    "ShowColumnsQuery": _show_columns,
    "ShowIndexesQuery": _show_columns,
}
