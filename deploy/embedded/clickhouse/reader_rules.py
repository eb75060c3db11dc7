"""What a read-only account may see. In: SQL and its syntax tree. Out: nothing, or a QueryError 497 or 164.

The engine's `readonly=2` still allows KILL QUERY, temporary tables, changed limits and every database (ADR 0003); this
is the front's part. Promise: a reader names only its own database, the system tables listed here, and functions that
stay inside the engine. What a view of its database reads is the writer's decision.
"""

from __future__ import annotations

import re

from deploy.embedded.clickhouse.errors import ACCESS_DENIED, READONLY, QueryError, refused
from deploy.embedded.clickhouse.forbidden import check_calls
from deploy.embedded.clickhouse.sql_text import Kind, Token
from deploy.embedded.clickhouse.syntax_tree import Node, function_names, nodes
from deploy.embedded.clickhouse.users import GUARDED_SETTINGS

_STATEMENTS = frozenset(
    {
        "SelectWithUnionQuery", "SelectQuery", "SelectIntersectExceptQuery", "Explain", "DescribeQuery", "Set", "UseQuery",
        "ShowTables", "ShowColumns", "ShowIndexes", "ShowFunctions", "ShowSetting", "ShowEngineQuery",
        "ExistsTableQuery", "ExistsViewQuery", "ExistsDictionaryQuery", "ExistsDatabaseQuery",
        "ShowCreateTableQuery", "ShowCreateViewQuery", "ShowCreateDictionaryQuery", "ShowCreateDatabaseQuery",
    }
)  # fmt: skip
_NAMED_TARGET = re.compile(r"(?:Exists|ShowCreate)(?:Table|View|Dictionary)Query (?P<names>.*)|"
                           r"(?:Exists\w*|ShowCreate\w*|Use)(?:Query) (?P<database>.*)")  # fmt: skip
_SYSTEM_TABLES = frozenset(
    {
        "aggregate_function_combinators", "build_options", "collations", "columns", "contributors", "data_type_families",
        "databases", "dictionaries", "formats", "functions", "keywords", "licenses", "numbers", "numbers_mt", "one",
        "settings", "table_engines", "table_functions", "tables", "time_zones", "zeros", "zeros_mt", "parts",
        "data_skipping_indices", "projections",
    }
)  # fmt: skip
_TABLE_FUNCTIONS = frozenset(
    {
        "numbers", "numbers_mt", "zeros", "zeros_mt", "primes", "generateSeries", "generate_series", "generateRandom",
        "values", "SQLStandardValues", "null", "view", "viewExplain", "format",
    }
)  # fmt: skip
_IN_FUNCTION = re.compile(r"Function (?:global)?(?:not)?(?:null)?in(?:ignoreset)?\Z", re.IGNORECASE)
_LOOKUP_FUNCTION = re.compile(r"Function (?:dict(?:Get|Has|Is)\w*|joinGet\w*)\Z", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"\w+\Z")
_CONTROL = re.compile(rb"[\x00-\x1f\\]")


def check_reader_text(words: list[Token], parameters: dict[str, str]) -> None:
    """Raises QueryError if a reader sets a guarded setting, or uses a name that could blur the syntax tree."""
    for token in words:
        if token.kind is Kind.QUOTED_NAME and _CONTROL.search(token.text):
            raise refused(ACCESS_DENIED, "A quoted name with a control character or backslash is not allowed")
    _check_settings(words)
    has_name_parameter = any(token.text == b"Identifier" for token in words)
    if has_name_parameter and any(_CONTROL.search(value.encode()) for value in parameters.values()):
        raise refused(ACCESS_DENIED, "An Identifier parameter beside one with a control character is not allowed")


def _check_settings(words: list[Token]) -> None:
    sets = False
    for place, token in enumerate(words):
        if token.upper in {b"SET", b"SETTINGS"} and (place == 0 or words[place - 1].text != b"."):
            sets = True
        is_name = token.kind in {Kind.WORD, Kind.QUOTED_NAME}
        if not is_name or token.text.decode(errors="replace").lower() not in GUARDED_SETTINGS:
            continue
        # `SET name` without a value is allowed too, so after a SET the name alone is enough.
        is_assigned = place + 1 < len(words) and words[place + 1].text == b"="
        if sets or is_assigned:
            raise refused(READONLY, f"Cannot modify '{token.text.decode()}' setting in readonly mode.")


def is_reading(tree: str) -> bool:
    """True if the statement only reads, or changes the session alone."""
    root = next(nodes(tree), None)
    return root is not None and root.kind in _STATEMENTS


def called_tables(tree: str) -> frozenset[str]:
    """What stands in FROM with arguments and is no table function of the list: perhaps a parameterised view."""
    called = (node for node in nodes(tree) if node.kind == "Function" and node.parent == "TableExpression")
    return frozenset(node.detail for node in called) - _TABLE_FUNCTIONS


def check_reader_tree(tree: str, database: str, own_views: frozenset[str] = frozenset()) -> None:
    """Raises QueryError unless the statement only reads, and only from `database` and harmless system tables.

    `own_views` are the views of `database` that the statement calls with arguments.
    """
    for name in called_tables(tree) - own_views:
        raise refused(ACCESS_DENIED, f"This account may not use the table function {name}")
    all_nodes = list(nodes(tree))
    if not all_nodes or all_nodes[0].kind not in _STATEMENTS:
        raise refused(READONLY, "This account may only read: Cannot execute query in readonly mode.")
    check_calls(function_names(tree), defines_a_table=False)
    _check_target(all_nodes[0], database)
    for node in all_nodes:
        _check_node(node, database)


def _check_target(root: Node, database: str) -> None:
    target = _NAMED_TARGET.match(f"{root.kind} {root.detail}")
    if target is None:
        return
    names = target["names"].split() if target["names"] is not None else [target["database"], "*"]
    if len(names) > 1 and names[0] != database:
        raise _denied(" ".join(names))


def _check_node(node: Node, database: str) -> None:
    if node.kind == "TableIdentifier":
        _check_table(node.detail, database)
    elif len(node.parents) > 1 and node.parent == "ExpressionList":
        _check_argument(node, node.parents[-2], database)


def _check_argument(node: Node, function: str, database: str) -> None:
    if node.kind == "Identifier" and node.place == 1 and _IN_FUNCTION.match(function):
        _check_table(node.detail, database)
    elif node.place == 0 and _LOOKUP_FUNCTION.match(function):
        if node.kind not in {"Identifier", "Literal"}:
            raise refused(ACCESS_DENIED, "The name of a dictionary or join table must be written out")
        _check_table(node.detail.strip("'"), database)


def _check_table(name: str, database: str) -> None:
    parts = name.split(".")
    if len(parts) > 2 or not all(_PLAIN_NAME.match(part) for part in parts):
        raise _denied(name)
    if len(parts) == 1:
        return
    schema, table = parts
    is_own = schema == database
    is_harmless = schema.lower() == "information_schema" or (schema == "system" and table in _SYSTEM_TABLES)
    if not (is_own or is_harmless):
        raise _denied(name)


def _denied(name: str) -> QueryError:
    return refused(ACCESS_DENIED, f"This account may not read {name}: Not enough privileges.")
