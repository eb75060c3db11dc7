"""The columns of a query with their full types, beside the query itself. In: a statement. Out: columns, or none.

A DESCRIBE only analyses. It runs on a connection of its own where it can, since the one of the query is busy with it.
"""

from __future__ import annotations

from chdb_front.engine import Connection
from chdb_front.native_revision import Column, read_text
from chdb_front.sql_text import Kind, Token, tokens
from chdb_front.statement import Statement

_WHOLE = 2  # FORMAT and its name


def described(connection: Connection, statement: Statement) -> list[Column]:
    """The columns of a SELECT; none if the engine can't tell."""
    inner = without_format(statement.sql)
    try:
        connection.query("SET describe_compact_output = 1, print_pretty_type_names = 0", "Null")
        answer = connection.query(b"DESCRIBE TABLE (\n" + inner + b"\n)", "RowBinary", params=statement.parameters)
        connection.query("SET describe_compact_output = DEFAULT, print_pretty_type_names = DEFAULT", "Null")
    except Exception:  # noqa: BLE001  # chDB raises bare RuntimeError; the query itself says what is wrong with it
        return []
    columns = []
    data = answer.bytes() or b""
    place = 0
    while place < len(data):
        name, place = read_text(data, place)
        of_type, place = read_text(data, place)
        columns.append(Column(name, of_type))
    return columns


def without_format(sql: bytes) -> bytes:
    """A query without its FORMAT clause and the semicolons at its end; keeps no word but the last two."""
    depth = 0
    end = len(sql)
    clause: list[Token] = []
    cut: tuple[int, int] | None = None
    for token in tokens(sql):
        if token.kind is Kind.SIGN and token.text == b";":
            end = token.start
            break
        if len(clause) == _WHOLE and token.upper == b"SETTINGS":
            cut = (clause[0].start, clause[1].end)
        is_name = len(clause) == 1 and token.kind is Kind.WORD
        clause = [*clause, token] if is_name else []
        if token.kind is Kind.SIGN:
            depth += (token.text == b"(") - (token.text == b")")
        elif depth == 0 and not clause and token.upper == b"FORMAT":
            clause = [token]
    if len(clause) == _WHOLE:
        cut = (clause[0].start, clause[1].end)
    return sql[:end] if cut is None else sql[: cut[0]] + sql[cut[1] : end]
