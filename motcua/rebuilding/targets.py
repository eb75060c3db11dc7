"""Where the rebuilt store is put: a new SQLite file beside the old one, or an empty schema of PostgreSQL. Whole or not at all."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from eventsourcing.persistence import PersistenceError
from psycopg.sql import SQL, Identifier, Literal

from deploy.embedded.processes.whole_files import sync_folder
from motcua.output import CommandError, ExitCode
from motcua.postgres import address_of, schema_of
from motcua.rebuilding.storing import Numbering
from motcua.store_file import is_sqlite
from services.intake.adapters.event_store import LedgerStore, open_store
from services.intake.adapters.recorders import POSTGRES_EVENTS
from services.intake.ports import StoreUnavailableError

_BESIDE = ("-wal", "-shm")
"""What SQLite keeps beside a file that is open or was not closed."""
_TABLES = (
    POSTGRES_EVENTS, "action_receipts", "keyed_answers", "acting_persons", "linked_codes", "register_places",
)  # fmt: skip


class Target:
    """An empty store to write into, and what becomes of it; `aside` is where an old one was put."""

    def __init__(self, store: LedgerStore, numbering: Numbering | None) -> None:
        self.store = store
        self.numbering = numbering
        self.aside: Path | None = None
        self.is_kept = False

    def keep(self) -> None:
        """What was written is whole: it shall be the store."""
        self.is_kept = True


@contextmanager
def opened_target(settings: Mapping[str, str]) -> Iterator[Target]:
    """A store to write into; at the end it takes its place if it is kept, and goes away without a trace if it isn't."""
    try:
        with _new_file(settings) if is_sqlite(settings) else _empty_schema(settings) as target:
            yield target
    except (StoreUnavailableError, psycopg.OperationalError) as error:
        raise CommandError(f"the event store is away: {error}", ExitCode.AWAY) from error
    except PersistenceError as error:
        raise CommandError(f"no store can be made there: {error}", ExitCode.USAGE) from error


@contextmanager
def _new_file(settings: Mapping[str, str]) -> Iterator[Target]:
    path = Path(settings["SQLITE_DBNAME"]).absolute()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".rebuilding-", dir=path.parent))
    try:
        store = open_store({**settings, "SQLITE_DBNAME": str(folder / path.name)})
        target = Target(store, None)
        try:
            yield target
        finally:
            store.close()
        if target.is_kept:
            target.aside = _put_aside(path)
            (folder / path.name).rename(path)
            sync_folder(path.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put_aside(path: Path) -> Path | None:
    """Move an old file, with what SQLite keeps beside it, into a folder next to it, named by the time."""
    there = [one for end in ("", *_BESIDE) if (one := path.with_name(path.name + end)).exists()]
    if not there:
        return None
    aside = path.parent / f"aside-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    aside.mkdir(mode=0o700)
    for one in reversed(
        there
    ):  # the file itself last: while it is there, what belongs to it is beside it or it is not opened
        one.rename(aside / one.name)
    sync_folder(path.parent)
    return aside


class _Sequence:
    """The numbers that PostgreSQL gives: they go on behind any number."""

    def __init__(self, address: psycopg.Connection[tuple[object, ...]], schema: str) -> None:
        self._connection = address
        self._schema = schema

    def go_on_at(self, number: int) -> None:
        """The next event that is stored gets this number."""
        table = Literal(f"{self._schema}.{POSTGRES_EVENTS}")
        ask = SQL("SELECT setval(pg_get_serial_sequence({}, 'notification_id'), {}, false)")
        self._connection.execute(ask.format(table, Literal(number)))


@contextmanager
def _empty_schema(settings: Mapping[str, str]) -> Iterator[Target]:
    schema = schema_of(settings)
    store = open_store(settings)
    try:
        if store.last_id():
            raise CommandError(
                f"the schema {schema} of PostgreSQL holds a store; name an empty one (POSTGRES_SCHEMA), or rename that one",
                ExitCode.USAGE,
            )
        with psycopg.connect(**address_of(settings), autocommit=True) as connection:  # type: ignore[arg-type]  # all are texts
            target = Target(store, _Sequence(connection, schema))
            try:
                yield target
            finally:
                if not target.is_kept:
                    tables = SQL(", ").join([Identifier(schema, one) for one in _TABLES])
                    connection.execute(SQL("TRUNCATE {} RESTART IDENTITY").format(tables))
    finally:
        store.close()
