"""The event store's recorders with five side tables that are written in the same transaction as the events.

`action_receipts` remembers every recorded action (promise 3), `request_answers` the answers of requests with an
Idempotency-Key, `acting_persons` in which dossier a person acted first and whether in others too (B14), `linked_codes` the
codes that mean a dossier that didn't begin under them (DR-30), `register_places` where the events of reference things stand,
numbered without a gap: of two writers who go on from one number one fails (ADR 0020). All use the hook of `eventsourcing` that
its own process recorders use. Both stores let one transaction write at a time, so that a code which is looked for stays as it
was found. SQLITE_RECORDER and POSTGRES_RECORDER are values for its setting APPLICATION_RECORDER_TOPIC.
"""

from collections.abc import Sequence
from typing import Any, Protocol, cast
from uuid import UUID

from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor

from services.intake.domain.actors import Act, Acted
from services.intake.domain.batch import Place, Receipt
from services.intake.ports import Link, RequestAnswer

SQLITE_RECORDER = "services.intake.adapters.recorders:SQLiteLedgerRecorder"
POSTGRES_RECORDER = "services.intake.adapters.postgres_recorder:PostgresLedgerRecorder"
KEYS_PER_QUERY = 500
VERSION = "SELECT max(register_no) AS version FROM register_places"
RegisterPlace = tuple[int, UUID, int]
"""Number in the register, stream, number in the stream."""


class LedgerRecorder(Protocol):
    """What both recorders add to the library's application recorder."""

    def select_streams(self, dossier_ids: Sequence[UUID]) -> list[tuple[UUID, bytes]]:
        """(dossier, stored state) of every event of these dossiers, in order within each."""

    def select_at(self, places: Sequence[Place]) -> list[tuple[Place, bytes]]:
        """(place, stored state) of the events at those places."""

    def find_receipts(self, receipt_keys: Sequence[str]) -> tuple[list[Receipt], int]:
        """Receipts of recorded actions, and how many events of reference things there are: one question for both."""

    def find_answer(self, idempotency_key: str) -> RequestAnswer | None:
        """The kept answer of a request."""

    def find_acted(self, persons: Sequence[str]) -> list[tuple[str, Acted]]:
        """In which dossiers those persons acted, of those who did."""

    def find_links(self, code_ids: Sequence[UUID]) -> list[Link]:
        """The dossiers that those ids of codes were linked to."""

    def register_version(self) -> int:
        """How many events of reference things there are."""

    def select_register(self, after: int, limit: int) -> list[bytes]:
        """The stored states of the events of reference things behind a number, in order."""


class SQLiteLedgerRecorder(SQLiteApplicationRecorder):
    """SQLite: WAL by the library; `synchronous` is FULL because the relay publishes what is committed (streams.md 4)."""

    def construct_create_table_statements(self) -> list[str]:
        """The library's table and the side tables."""
        return [
            *super().construct_create_table_statements(),
            "CREATE TABLE IF NOT EXISTS action_receipts (receipt_key TEXT PRIMARY KEY, digest TEXT NOT NULL,"
            " dossier_id TEXT NOT NULL, stream_seq INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS request_answers (idempotency_key TEXT PRIMARY KEY, digest TEXT NOT NULL,"
            " status INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS acting_persons (person TEXT PRIMARY KEY, dossier_id TEXT NOT NULL,"
            " has_others INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS linked_codes (code_id TEXT PRIMARY KEY, dossier_id TEXT NOT NULL) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS register_places (register_no INTEGER PRIMARY KEY, dossier_id TEXT NOT NULL,"
            " stream_seq INTEGER NOT NULL)",
        ]

    def _insert_events(
        self, c: SQLiteCursor, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        returned = super()._insert_events(c, stored_events)
        receipts: Sequence[Receipt] = kwargs.get("receipts", ())
        c.executemany(
            "INSERT INTO action_receipts VALUES (?,?,?,?)",
            [(one.receipt_key, one.digest, one.dossier_id.hex, one.stream_seq) for one in receipts],
        )
        answers: Sequence[RequestAnswer] = kwargs.get("answers", ())
        c.executemany(
            "INSERT INTO request_answers VALUES (?,?,?,?)",
            [(one.idempotency_key, one.digest, one.status, one.body) for one in answers],
        )
        acts: Sequence[Act] = kwargs.get("acts", ())
        c.executemany(
            "INSERT INTO acting_persons VALUES (?,?,0) ON CONFLICT (person) DO UPDATE SET has_others = 1"
            " WHERE has_others = 0 AND dossier_id <> excluded.dossier_id",
            [(person, dossier_id.hex) for person, dossier_id in acts],
        )
        links: Sequence[Link] = kwargs.get("links", ())
        for code_id, dossier_id in links:
            c.execute(f"SELECT 1 FROM {self.events_table_name} WHERE originator_id = ? LIMIT 1", (code_id.hex,))  # noqa: S608
            if c.fetchone():
                raise IntegrityError(f"a dossier began under {code_id}")
            c.execute("INSERT INTO linked_codes VALUES (?,?)", (code_id.hex, dossier_id.hex))
        begun = [cast("UUID", one.originator_id) for one in stored_events if one.originator_version == 1]
        if self._links_of(c, begun):
            raise IntegrityError("a code that is linked to a dossier can't begin another")
        in_register: Sequence[RegisterPlace] = kwargs.get("in_register", ())
        c.executemany(
            "INSERT INTO register_places VALUES (?,?,?)", [(no, stream.hex, seq) for no, stream, seq in in_register]
        )
        return returned

    def select_streams(self, dossier_ids: Sequence[UUID]) -> list[tuple[UUID, bytes]]:
        """(dossier, stored state) of every event of these dossiers, in order within each."""
        found: list[tuple[UUID, bytes]] = []
        with self.datastore.transaction(commit=False) as c:
            for start in range(0, len(dossier_ids), KEYS_PER_QUERY):
                keys = [one.hex for one in dossier_ids[start : start + KEYS_PER_QUERY]]
                marks = ",".join("?" * len(keys))
                c.execute(
                    f"SELECT originator_id, state FROM {self.events_table_name}"  # noqa: S608  # marks only
                    f" WHERE originator_id IN ({marks}) ORDER BY originator_id, originator_version",
                    keys,
                )
                found += [(UUID(row[0]), row[1]) for row in c.fetchall()]
        return found

    def select_at(self, places: Sequence[Place]) -> list[tuple[Place, bytes]]:
        """(place, stored state) of the events at those places."""
        found: list[tuple[Place, bytes]] = []
        with self.datastore.transaction(commit=False) as c:
            for start in range(0, len(places), KEYS_PER_QUERY):
                part = places[start : start + KEYS_PER_QUERY]
                marks = ",".join(["(?,?)"] * len(part))
                c.execute(
                    f"SELECT originator_id, originator_version, state FROM {self.events_table_name}"  # noqa: S608
                    f" WHERE (originator_id, originator_version) IN (VALUES {marks})",
                    [value for dossier_id, seq in part for value in (dossier_id.hex, seq)],
                )
                found += [((UUID(row[0]), row[1]), row[2]) for row in c.fetchall()]
        return found

    def find_receipts(self, receipt_keys: Sequence[str]) -> tuple[list[Receipt], int]:
        """Receipts of recorded actions, and how many events of reference things there are."""
        found: list[Receipt] = []
        with self.datastore.transaction(commit=False) as c:
            c.execute(VERSION)
            version = int(c.fetchone()[0] or 0)
            for start in range(0, len(receipt_keys), KEYS_PER_QUERY):
                keys = receipt_keys[start : start + KEYS_PER_QUERY]
                marks = ",".join("?" * len(keys))
                c.execute(f"SELECT * FROM action_receipts WHERE receipt_key IN ({marks})", list(keys))  # noqa: S608
                found += [Receipt(**{**dict(row), "dossier_id": UUID(row["dossier_id"])}) for row in c.fetchall()]
        return found, version

    def find_links(self, code_ids: Sequence[UUID]) -> list[Link]:
        """The dossiers that those ids of codes were linked to."""
        with self.datastore.transaction(commit=False) as c:
            return self._links_of(c, code_ids)

    def _links_of(self, c: SQLiteCursor, code_ids: Sequence[UUID]) -> list[Link]:
        found: list[Link] = []
        for start in range(0, len(code_ids), KEYS_PER_QUERY):
            keys = [one.hex for one in code_ids[start : start + KEYS_PER_QUERY]]
            marks = ",".join("?" * len(keys))
            c.execute(f"SELECT code_id, dossier_id FROM linked_codes WHERE code_id IN ({marks})", keys)  # noqa: S608
            found += [(UUID(row[0]), UUID(row[1])) for row in c.fetchall()]
        return found

    def find_answer(self, idempotency_key: str) -> RequestAnswer | None:
        """The kept answer of a request."""
        with self.datastore.transaction(commit=False) as c:
            c.execute("SELECT * FROM request_answers WHERE idempotency_key = ?", (idempotency_key,))
            row = c.fetchone()
        return RequestAnswer(**dict(row)) if row else None

    def find_acted(self, persons: Sequence[str]) -> list[tuple[str, Acted]]:
        """In which dossiers those persons acted, of those who did."""
        found: list[tuple[str, Acted]] = []
        with self.datastore.transaction(commit=False) as c:
            for start in range(0, len(persons), KEYS_PER_QUERY):
                keys = persons[start : start + KEYS_PER_QUERY]
                marks = ",".join("?" * len(keys))
                c.execute(f"SELECT * FROM acting_persons WHERE person IN ({marks})", list(keys))  # noqa: S608
                found += [acted(row["person"], UUID(row["dossier_id"]), row["has_others"]) for row in c.fetchall()]
        return found

    def register_version(self) -> int:
        """How many events of reference things there are."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(VERSION)
            return int(c.fetchone()[0] or 0)

    def select_register(self, after: int, limit: int) -> list[bytes]:
        """The stored states of the events of reference things behind a number, in order."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                f"SELECT state FROM register_places JOIN {self.events_table_name}"  # noqa: S608  # a name of ours
                " ON originator_id = dossier_id AND originator_version = stream_seq WHERE register_no > ?"
                " ORDER BY register_no LIMIT ?",
                (after, limit),
            )
            return [row[0] for row in c.fetchall()]


def acted(person: str, dossier_id: UUID, has_others: Any) -> tuple[str, Acted]:
    """A row of `acting_persons`."""
    return person, Acted(first_dossier_id=dossier_id, has_others=bool(has_others))
