"""An INSERT taken apart into statement, format and data. In: SQL and body bytes. Out: InsertParts, or None.

chDB ends inline data at an empty line and runs the rest as SQL, so data must never be part of a statement: everything
after FORMAT or VALUES reaches the engine as a file (`storing`). The rules where data starts are those of the server's
parser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chdb_front.errors import NOT_IMPLEMENTED, SYNTAX_ERROR, refused
from chdb_front.sql_text import Kind, Token, is_one_statement, tokens

_DATA_START = re.compile(rb"[ \t\f]*;?[ \t\f]*\r?\n?")
_SETTING = rb"[A-Za-z_]\w*\s*=\s*(?:'(?:[^'\\]|\\.)*'|[\w.+-]+)"
_SETTINGS = re.compile(rb"\s*SETTINGS\s+" + _SETTING + rb"(?:\s*,\s*" + _SETTING + rb")*", re.IGNORECASE)

_BEFORE_A_NAME = {b"INSERT", b"INTO", b"TABLE", b"FUNCTION", b"."}
_SELECTS = {b"SELECT", b"WITH", b"FROM"}


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertParts:
    """`target` is the statement up to its SETTINGS, which are kept apart; `data` is in `data_format`, exactly as sent."""

    target: bytes
    settings: bytes = b""
    data_format: str
    data: bytes

    @property
    def head(self) -> bytes:
        """The statement without FORMAT and data."""
        return self.target + self.settings


def split_insert(sql: bytes, body: bytes) -> InsertParts | None:
    """None if the INSERT takes its rows from a SELECT. `sql` is an INSERT; `body` what came beside `?query=`.

    Raises QueryError for an INSERT ... SELECT FROM input() with data: the engine has no safe way to take it.
    """
    depth = 0
    previous = b""
    settings: int | None = None
    items = tokens(sql)
    for token in items:
        # Right after these a word is the name of the table, even if it is `values` or `format`.
        is_name = previous in _BEFORE_A_NAME
        opens = previous == b"("
        previous = token.text.upper()
        if token.kind is Kind.SIGN:
            depth += (token.text == b"(") - (token.text == b")")
        elif token.upper in _SELECTS and (depth == 0 or (depth == 1 and opens)) and not is_name:
            _refuse_data_after_select(sql, token.start, body)
            return None
        elif depth or is_name:
            continue
        elif token.upper == b"VALUES" and _is_followed_by_rows(sql, token, body):
            return _values(sql, (settings, token), body)
        elif token.upper == b"FORMAT":
            return _format(sql, (settings, token), next(items, None), body)
        elif token.upper == b"SETTINGS" and settings is None:
            settings = token.start
    # Never None here: what the engine gets as a whole statement must not end in data.
    raise refused(SYNTAX_ERROR, "Syntax error: an INSERT needs VALUES, FORMAT or SELECT")


def _is_followed_by_rows(sql: bytes, keyword: Token, body: bytes) -> bool:
    following = next(tokens(sql, keyword.end), None)
    return (following is None and bool(body)) or (following is not None and following.text in {b"(", b";", b"{"})


def _values(sql: bytes, clauses: tuple[int | None, Token], body: bytes) -> InsertParts:
    settings, keyword = clauses
    data = sql[keyword.end :]
    if body:
        data = data + b"\n" + body
    if b";" in data and not is_one_statement(tokens(data)):
        raise refused(SYNTAX_ERROR, "Syntax error (Multi-statements are not allowed)")
    target, clause = _apart(sql[: keyword.start], settings)
    return InsertParts(target=target, settings=clause, data_format="Values", data=data)


def _format(sql: bytes, clauses: tuple[int | None, Token], name: Token | None, body: bytes) -> InsertParts:
    settings, keyword = clauses
    if name is None or name.kind is not Kind.WORD:
        raise refused(SYNTAX_ERROR, "Syntax error: FORMAT of an INSERT needs a name")
    target, clause = _apart(sql[: keyword.start], settings)
    end = name.end
    after = _SETTINGS.match(sql, end)
    if after is not None:
        clause, end = clause + after[0], after.end()
    inline = sql[_DATA_START.match(sql, end).end() :]  # type: ignore[union-attr]  # every part is optional
    if inline.strip() and body:
        inline = inline + b"\n" + body
    data = inline if inline.strip() or not body else body
    return InsertParts(target=target, settings=clause, data_format=name.text.decode(), data=data)


def _apart(head: bytes, settings: int | None) -> tuple[bytes, bytes]:
    return (head, b"") if settings is None else (head[:settings], head[settings:])


def _refuse_data_after_select(sql: bytes, start: int, body: bytes) -> None:
    depth = 0
    previous = b""
    for token in tokens(sql + b"\n" + body if body else sql, start):
        depth += (token.text == b"(") - (token.text == b")") if token.kind is Kind.SIGN else 0
        if token.text == b"(" and previous == b"INPUT":
            raise refused(
                NOT_IMPLEMENTED, "INSERT ... SELECT FROM input() is not supported here: insert the rows as they are"
            )
        previous = token.upper
