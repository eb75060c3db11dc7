"""The recorder of the event store on SQLite (`recorders` says what it adds to that of the library)."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from eventsourcing.persistence import IntegrityError, StoredEvent
from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteCursor

from services.intake.adapters.recorders import (
    KEYS_PER_QUERY,
    PREFIX_STEP,
    REFERENCE_DIGIT,
    VERSION,
    RegisterPlace,
    acted_row,
    answer_row,
)
from services.intake.domain.actors import Act, Acted
from services.intake.domain.batch import Place, Receipt
from services.intake.ports import KEPT_SECONDS, SENDER_OF_BEFORE, Link, RequestAnswer


class SQLiteLedgerRecorder(SQLiteApplicationRecorder):
    """SQLite: WAL by the library; `synchronous` is FULL because the relay publishes what is committed (streams.md 4)."""

    def construct_create_table_statements(self) -> list[str]:
        """The library's table and the side tables."""
        return [
            *super().construct_create_table_statements(),
            "CREATE TABLE IF NOT EXISTS action_receipts (receipt_key TEXT PRIMARY KEY, digest TEXT NOT NULL,"
            " dossier_id TEXT NOT NULL, stream_seq INTEGER NOT NULL) WITHOUT ROWID",
            "CREATE TABLE IF NOT EXISTS keyed_answers (sender TEXT NOT NULL, idempotency_key TEXT NOT NULL, digest TEXT NOT NULL,"
            " status INTEGER NOT NULL, body BLOB NOT NULL, kept_at INTEGER NOT NULL,"
            " PRIMARY KEY (sender, idempotency_key)) WITHOUT ROWID",
            "CREATE INDEX IF NOT EXISTS keyed_answers_kept_at ON keyed_answers (kept_at)",
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
        c.executemany("DELETE FROM keyed_answers WHERE kept_at < ?", [(one.kept_at - KEPT_SECONDS,) for one in answers])
        c.executemany("INSERT INTO keyed_answers VALUES (?,?,?,?,?,?)", [answer_row(one) for one in answers])
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
                # A join and not `(a, b) IN (VALUES ...)`: for that SQLite reads the whole table.
                c.execute(
                    f"WITH place (id, number) AS (VALUES {marks})"  # noqa: S608  # marks only
                    f" SELECT originator_id, originator_version, state FROM place CROSS JOIN {self.events_table_name}"
                    " ON originator_id = id AND originator_version = number",
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

    def find_answer(self, sender: str, idempotency_key: str, since: int) -> RequestAnswer | None:
        """The kept answer of a sender's request."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                "SELECT * FROM keyed_answers WHERE sender IN (?,?) AND idempotency_key = ? AND kept_at >= ?"
                " ORDER BY sender DESC LIMIT 1",
                (sender, SENDER_OF_BEFORE, idempotency_key, since),
            )
            row = c.fetchone()
        return RequestAnswer(**dict(row)) if row else None

    def adopt_answers(self) -> None:
        """Take over the answers of the table of before, in which they were everybody's and for ever."""
        with self.datastore.transaction(commit=True) as c:
            c.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'request_answers'")
            if c.fetchone() is None:
                return
            c.execute(
                "INSERT OR IGNORE INTO keyed_answers SELECT ?, idempotency_key, digest, status, body,"
                " CAST(strftime('%s', 'now') AS INTEGER) FROM request_answers",
                (SENDER_OF_BEFORE,),
            )
            c.execute("DELETE FROM request_answers")

    def find_acted(self, persons: Sequence[str]) -> list[tuple[str, Acted]]:
        """In which dossiers those persons acted, of those who did."""
        found: list[tuple[str, Acted]] = []
        with self.datastore.transaction(commit=False) as c:
            for start in range(0, len(persons), KEYS_PER_QUERY):
                keys = persons[start : start + KEYS_PER_QUERY]
                marks = ",".join("?" * len(keys))
                c.execute(f"SELECT * FROM acting_persons WHERE person IN ({marks})", list(keys))  # noqa: S608
                found += [acted_row(row["person"], UUID(row["dossier_id"]), row["has_others"]) for row in c.fetchall()]
        return found

    def count_by_prefix(self, prefix: str, after: int, upto: int) -> dict[str, int]:
        """Events about dossiers with numbers behind `after` up to `upto`, by the beginnings of their ids.

        From the beginning by the index of the ids alone, which is a fraction of the table; from a number on by the new rows.
        """
        by_number = "+rowid <= :upto" if after == 0 else "rowid > :after AND rowid <= :upto"
        plain = "" if after == 0 else "+"
        width = len(prefix) + PREFIX_STEP
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                f"SELECT substr(originator_id, 1, {width}) AS part, count(*) AS events FROM {self.events_table_name}"  # noqa: S608
                f" WHERE {by_number} AND {plain}originator_id >= :first AND {plain}originator_id < :behind"
                f" AND substr(originator_id, 13, 1) <> '{REFERENCE_DIGIT}' GROUP BY part",
                {"after": after, "upto": upto, "first": prefix, "behind": f"{prefix}g"},
            )
            return {row["part"]: row["events"] for row in c.fetchall()}

    def select_prefix(self, prefix: str) -> list[bytes]:
        """The stored states of the dossiers whose ids begin so."""
        with self.datastore.transaction(commit=False) as c:
            c.execute(
                f"SELECT state FROM {self.events_table_name} WHERE originator_id >= ? AND originator_id < ?"  # noqa: S608
                f" AND substr(originator_id, 13, 1) <> '{REFERENCE_DIGIT}'",
                (prefix, f"{prefix}g"),
            )
            return [row["state"] for row in c.fetchall()]

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
