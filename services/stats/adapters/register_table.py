"""Tables that hold a register whole: each load is a revision, and what the register no longer says is gone."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from clickhouse_connect.driver.client import Client

from services.stats.adapters.clickhouse import insert_rows

Row = tuple[Any, ...]


class RegisterTable(NamedTuple):
    """Its columns but for `revision` and `is_deleted`; the first `key` of them are the order of the table."""

    name: str
    columns: tuple[str, ...]
    key: int


def known_rows(client: Client, table: RegisterTable) -> set[Row]:
    """What the table says now."""
    columns = ", ".join(table.columns)
    rows = client.query(f"SELECT {columns} FROM {table.name} FINAL").result_rows  # noqa: S608  # names of ours
    return {tuple(row) for row in rows}


def revision_of(client: Client, table: RegisterTable) -> int:
    """The number of the newest revision; 0 while the table is empty."""
    return int(client.query(f"SELECT max(revision) FROM {table.name}").result_rows[0][0])  # noqa: S608  # a name of ours


def replace_rows(client: Client, table: RegisterTable, rows: Iterable[Row]) -> None:
    """Make these rows all that the table says, as a new revision. Safe to repeat, also after a crash half-way."""
    wanted, revision = list(rows), revision_of(client, table) + 1
    said = {row[: table.key] for row in wanted}
    gone = sorted(row for row in known_rows(client, table) if row[: table.key] not in said)
    new = [*((*row, revision, 0) for row in wanted), *((*row, revision, 1) for row in gone)]
    if new:
        insert_rows(client, table.name, new, (*table.columns, "revision", "is_deleted"))
