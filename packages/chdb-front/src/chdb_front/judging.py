"""Judges what a reader sends before it runs; blocking, called in a thread of the readers. In: Statement. Out: Statement.

The engine's parser is asked for the tree in a connection of its own, so that nothing the reader has set can change what is
judged; the same parser then runs the same bytes. Promise: time and memory grow no faster than the text, which is bounded.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from typing import Final

from chdb_front.catalogue import Catalogue, read_catalogue
from chdb_front.engine import Connection, Engine, quoted
from chdb_front.errors import ACCESS_DENIED, READONLY, SYNTAX_ERROR, QueryError, from_engine, refused
from chdb_front.query_tree import Fields, tree_of
from chdb_front.reader_functions import check_input_format, check_output_format
from chdb_front.reader_names import Scope
from chdb_front.reader_rules import asked_format, called_tables, check_reader_tree, named_lambdas
from chdb_front.reader_settings import FIXED, SettingRules
from chdb_front.statement import Statement
from chdb_front.users import MOST_QUERY_BYTES

# For each `$` that opens no heredoc the engine's lexer looks through the rest of the text.
MOST_DOLLARS: Final = 2_000
_FROM = b"SELECT * FROM "
_NO_JSON = "does not support JSON serialization"
_OUR_CALL = re.compile(r": In scope SELECT (?:parseQueryToJSON|formatQuerySingleLine)\(.*", re.DOTALL)
_NAME = r"(?:`((?:[^`\\]|\\.)*)`|(\w+))"
_END = r"(?: FORMAT (?P<format>\w+))?"
_DESCRIBE = re.compile(r"DESCRIBE(?: TABLE)? (?P<what>.*)", re.DOTALL)
# What the engine has no JSON for, besides DESCRIBE; in the form that the engine itself writes it.
_OF_A_TABLE = re.compile(
    r"(?:EXISTS|SHOW CREATE)(?: TABLE| VIEW| DICTIONARY)? (?P<what>(?:" + _NAME + r"\.)?" + _NAME + ")" + _END
)
_OF_A_DATABASE = re.compile(r"(?:EXISTS|SHOW CREATE) DATABASE (?P<database>\w+)" + _END)
_OF_THE_ENGINE = re.compile(r"SHOW (?:SETTING \w+|ENGINES|FUNCTIONS(?: I?LIKE '(?:[^'\\]|\\.)*')?)" + _END)


def check_reader_text(sql: bytes, keyword: bytes) -> None:
    """Raises QueryError for what needs no parser: too long, nothing, or an INSERT."""
    if len(sql) > MOST_QUERY_BYTES:
        raise refused(SYNTAX_ERROR, f"The statement is longer than the {MOST_QUERY_BYTES} bytes this account may send")
    if sql.count(b"$") > MOST_DOLLARS:
        raise refused(SYNTAX_ERROR, f"The statement has more than {MOST_DOLLARS} dollar signs")
    if keyword == b"INSERT":
        raise refused(READONLY, "This account may only read: Cannot execute query in readonly mode.")


class Judge:
    """Knows the engine and what it has."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # The first question of a connection costs 2 ms, a further one 1; there are as many as readers at the same time.
        self._idle: list[Connection] = []

    def close(self) -> None:
        """Gives the engine its connections back; nothing may be judged any more."""
        while self._idle:
            self._idle.pop().close()

    @cached_property
    def catalogue(self) -> Catalogue:
        """Read at the first use, 20 ms."""
        return read_catalogue(self._engine.text)

    def judged(self, statement: Statement) -> Statement:
        """The statement with the format of its answer. Raises QueryError if this account may not run it."""
        user = statement.user
        if user.limits is None or user.database is None:
            return statement
        settings = SettingRules(limits=user.limits, catalogue=self.catalogue)
        given = {name: settings.as_given(name, value) for name, value in statement.settings.items()}
        for name, value in given.items():
            settings.check(name, value)
        for table in statement.external:
            check_input_format(table.data_format)
        scope = Scope(database=user.database, settings=settings, parameters=statement.parameters)
        connection = self._connection()
        try:
            named = _check(connection, statement.sql, scope)
        except BaseException:
            connection.close()
            raise
        self._idle.append(connection)
        check_output_format(named or statement.output_format)
        own = {name: value for name, value in given.items() if name not in FIXED}
        return replace(statement, settings=own, output_format=named or statement.output_format)

    def _connection(self) -> Connection:
        try:
            return self._idle.pop()
        except IndexError:
            return self._engine.connect()


def _check(connection: Connection, sql: bytes, scope: Scope) -> str | None:
    try:
        tree = _tree(connection, sql)
    except QueryError as error:
        if _NO_JSON not in error.text:
            raise
        return _check_without_tree(connection, sql, scope)
    return _check_tree(connection, tree, scope)


def _check_tree(connection: Connection, tree: Fields, scope: Scope) -> str | None:
    called = called_tables(tree, scope.database)
    views = _own_views(connection, scope.database, called)
    check_reader_tree(tree, replace(scope, views=views, lambdas=named_lambdas(tree, scope.catalogue)))
    return asked_format(tree)


def _check_without_tree(connection: Connection, sql: bytes, scope: Scope) -> str | None:
    text = _asked(connection, "formatQuerySingleLine", sql).decode(errors="replace").strip()
    described = _DESCRIBE.fullmatch(text)
    if described is not None:
        return _check_tree(connection, _tree(connection, _FROM + described["what"].encode()), scope)
    of_a_table = _OF_A_TABLE.fullmatch(text)
    if of_a_table is not None:
        _check_tree(connection, _tree(connection, _FROM + of_a_table["what"].encode()), scope)
        return of_a_table["format"]
    of_a_database = _OF_A_DATABASE.fullmatch(text)
    if of_a_database is not None and of_a_database["database"] != scope.database:
        raise refused(ACCESS_DENIED, f"This account may not read {of_a_database['database']}: Not enough privileges.")
    found = of_a_database or _OF_THE_ENGINE.fullmatch(text)
    if found is None:
        raise refused(READONLY, "This account may only read: Cannot execute query in readonly mode.")
    return found["format"]


def _tree(connection: Connection, sql: bytes) -> Fields:
    return tree_of(_asked(connection, "parseQueryToJSON", sql))


def _asked(connection: Connection, function: str, sql: bytes) -> bytes:
    # A constant would be worked out twice from a megabyte on.
    text = sql.replace(b"\\", b"\\\\").replace(b"'", b"\\'")
    try:
        return connection.query(b"SELECT %s(materialize('%s'))" % (function.encode(), text), "TSVRaw").bytes() or b""
    except Exception as error:  # noqa: BLE001  # chDB raises bare RuntimeError and its own errors alike
        known = from_engine(error)
        raise QueryError(known.code, _OUR_CALL.sub(f" ({known.name})", known.text)) from None


def _own_views(connection: Connection, database: str, called: frozenset[str]) -> frozenset[str]:
    """Which of the called names are views of the reader's database, and not also a table function of the engine."""
    if not called:
        return frozenset()
    names = ", ".join(quoted(name) for name in sorted(called))
    sql = (
        f"SELECT name FROM system.tables WHERE database = {quoted(database)} AND engine = 'View' AND name IN ({names}) "  # noqa: S608
        "AND lower(name) NOT IN (SELECT lower(name) FROM system.table_functions)"
    )
    return frozenset((connection.query(sql, "TSVRaw").bytes() or b"").decode().split())
