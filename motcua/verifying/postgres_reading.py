"""The event store for `verify` where it is PostgreSQL: read only, page by page, each question its own transaction."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

import psycopg
from psycopg.sql import SQL, Composed, Identifier

from motcua.output import CommandError, ExitCode
from motcua.postgres import address_of, schema_of
from motcua.verifying.store_reading import ROWS_AT_ONCE, STREAMS_AT_ONCE, StoredRow
from services.intake.adapters.recorders import POSTGRES_EVENTS


class StoreTable:
    """Reads the table of the events. Numbers may be missing in it: PostgreSQL gives one up with a transaction that fails."""

    has_every_number = False

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]], schema: str) -> None:
        self._connection = connection
        self._table = Identifier(schema, POSTGRES_EVENTS)

    def last_id(self) -> int:
        """The number of the last event."""
        ask = SQL("SELECT coalesce(max(notification_id), 0) FROM {}").format(self._table)
        row = self._connection.execute(ask).fetchone()
        return int(str(row[0])) if row else 0

    def rows(self, upto: int) -> Iterator[list[StoredRow]]:
        """Every event up to a number, in pages."""
        ask = SQL(
            "SELECT notification_id, originator_id, originator_version, state FROM {}"
            " WHERE notification_id > %s AND notification_id <= %s ORDER BY notification_id LIMIT %s"
        ).format(self._table)
        last = 0
        while page := self._rows(ask, (last, upto, ROWS_AT_ONCE)):
            last = page[-1].notification_id
            yield page

    def states_of(self, streams: Collection[int]) -> dict[tuple[int, int], bytes]:
        """(stream, number) -> stored event, of every event of those streams."""
        ask = SQL(
            "SELECT notification_id, originator_id, originator_version, state FROM {} WHERE originator_id = ANY(%s::uuid[])"
        ).format(self._table)
        asked = [f"{one:032x}" for one in streams]
        found: dict[tuple[int, int], bytes] = {}
        for start in range(0, len(asked), STREAMS_AT_ONCE):
            rows = self._rows(ask, (asked[start : start + STREAMS_AT_ONCE],))
            found.update({(one.stream, one.number): one.state for one in rows})
        return found

    def _rows(self, ask: Composed, parameters: tuple[object, ...]) -> list[StoredRow]:
        rows: list[tuple[int, object, int, bytes]] = self._connection.execute(ask, parameters).fetchall()  # type: ignore[assignment]
        return [
            StoredRow(no, int(str(stream).replace("-", ""), 16), number, bytes(state))
            for no, stream, number, state in rows
        ]


@contextmanager
def opened_table(settings: Mapping[str, str]) -> Iterator[StoreTable]:
    """The store, to read; CommandError where PostgreSQL does not answer or holds no store."""
    schema = schema_of(settings)
    try:
        with psycopg.connect(**address_of(settings), autocommit=True) as connection:  # type: ignore[arg-type]  # all are texts
            connection.read_only = True
            yield StoreTable(connection, schema)
    except psycopg.errors.UndefinedTable as error:
        raise CommandError(f"there is no event store in the schema {schema} of PostgreSQL", ExitCode.AWAY) from error
    except psycopg.Error as error:
        raise CommandError(f"the store in PostgreSQL can't be read: {error}", ExitCode.AWAY) from error
