"""Which names a read-only account may say. In: names of the tree, the request's parameters. Out: a QueryError 497, or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chdb_front.catalogue import Catalogue
from chdb_front.errors import ACCESS_DENIED, QueryError, refused
from chdb_front.query_tree import Fields
from chdb_front.reader_settings import SettingRules

SYSTEM_TABLES = frozenset(
    {
        "aggregate_function_combinators", "collations", "columns", "data_skipping_indices", "data_type_families",
        "databases", "dictionaries", "formats", "functions", "keywords", "numbers", "numbers_mt", "one", "parts", "projections",
        "settings", "table_engines", "table_functions", "tables", "time_zones", "zeros", "zeros_mt",
    }
)  # fmt: skip
_PLAIN_NAME = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What one account may reach with one statement.

    `views` are those of `database` that it calls with arguments, `lambdas` the names that the statement itself gives to some.
    """

    database: str
    settings: SettingRules
    parameters: Mapping[str, str]
    views: frozenset[str] = frozenset()
    lambdas: frozenset[str] = frozenset()

    @property
    def catalogue(self) -> Catalogue:
        """What the engine has."""
        return self.settings.catalogue


def name_parts(fields: Fields, scope: Scope) -> list[str]:
    """A name with its `{parameter:Identifier}` filled in from the request."""
    parts = [str(part) for part in fields.get("name_parts") or [fields.get("name", "")]]
    given = iter([one for one in fields.get("children", []) if one.get("type") == "QueryParameter"])
    return [part or _given(next(given, {}), scope) for part in parts]


def _given(parameter: Fields, scope: Scope) -> str:
    value = scope.parameters.get(str(parameter.get("name")), "")
    if parameter.get("param_type") != "Identifier" or not _PLAIN_NAME.fullmatch(value):
        raise refused(ACCESS_DENIED, "An Identifier parameter must be sent with the request, and be a plain name")
    return value


def check_table(parts: list[str], scope: Scope) -> None:
    """Raises QueryError 497 unless the name of one or two parts is of the account's database or of a harmless system table."""
    if len(parts) > 2 or not all(_PLAIN_NAME.fullmatch(part) for part in parts):
        raise _denied(".".join(parts))
    if len(parts) == 1:
        return
    schema, table = parts
    is_harmless = schema.lower() == "information_schema" or (schema == "system" and table in SYSTEM_TABLES)
    if schema != scope.database and not is_harmless:
        raise _denied(".".join(parts))


def check_database(name: str, scope: Scope, *, is_for_use: bool = False) -> None:
    """The same for the name of a database: its own, or to be listed one of the system's."""
    others = () if is_for_use else ("system", "information_schema", "INFORMATION_SCHEMA", "")
    if name != scope.database and name not in others:
        raise _denied(f"{name}.*")


def _denied(name: str) -> QueryError:
    return refused(ACCESS_DENIED, f"This account may not read {name}: Not enough privileges.")
