"""The columns of a query with their full types, beside the query itself. In: a statement. Out: columns, or none.

A DESCRIBE only analyses. It runs on a connection of its own where it can, since the one of the query is busy with it.
"""

from __future__ import annotations

from itertools import pairwise

from deploy.embedded.clickhouse.engine import Connection
from deploy.embedded.clickhouse.native_revision import Column, read_text
from deploy.embedded.clickhouse.sql_text import Kind, tokens
from deploy.embedded.clickhouse.statement import Statement


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
    """A query without its FORMAT clause and the semicolons at its end."""
    words = list(tokens(sql))
    while words and words[-1].text == b";":
        sql = sql[: words.pop().start]
    depth = 0
    cut: tuple[int, int] | None = None
    for place, (word, following) in enumerate(pairwise(words)):
        if word.kind is Kind.SIGN:
            depth += (word.text == b"(") - (word.text == b")")
        elif depth == 0 and word.upper == b"FORMAT" and following.kind is Kind.WORD:
            rest = words[place + 2 : place + 3]
            if not rest or rest[0].upper == b"SETTINGS":
                cut = (word.start, following.end)
    return sql if cut is None else sql[: cut[0]] + sql[cut[1] :]
