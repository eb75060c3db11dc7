"""The recorder of the event store on PostgreSQL (`recorders` says what it adds to that of the library)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg import Cursor
from psycopg.rows import DictRow
from psycopg.sql import SQL, Identifier

from services.intake.adapters.recorders import PREFIX_STEP, REFERENCE_DIGIT, RegisterPlace, acted_row, answer_row
from services.intake.domain.actors import Act, Acted
from services.intake.domain.batch import Place, Receipt
from services.intake.ports import KEPT_SECONDS, SENDER_OF_BEFORE, Link, RequestAnswer


class PostgresLedgerRecorder(PostgresApplicationRecorder):
    """PostgreSQL, with the library's database functions off (streams.md 4: a tailing reader missed events with them)."""

    def __init__(self, datastore: PostgresDatastore, *, events_table_name: str = "stored_events") -> None:
        super().__init__(datastore, events_table_name=events_table_name)
        schema = Identifier(datastore.schema)
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS {}.action_receipts (receipt_key text PRIMARY KEY, digest text NOT NULL,"
                " dossier_id uuid NOT NULL, stream_seq bigint NOT NULL)"
            ).format(schema)
        )
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS {}.keyed_answers (sender text NOT NULL, idempotency_key text NOT NULL,"
                " digest text NOT NULL, status integer NOT NULL, body bytea NOT NULL, kept_at bigint NOT NULL,"
                " PRIMARY KEY (sender, idempotency_key))"
            ).format(schema)
        )
        self.sql_create_statements.append(
            SQL("CREATE INDEX IF NOT EXISTS keyed_answers_kept_at ON {}.keyed_answers (kept_at)").format(schema)
        )
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS {}.acting_persons (person text PRIMARY KEY, dossier_id uuid NOT NULL,"
                " has_others boolean NOT NULL)"
            ).format(schema)
        )
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS {}.linked_codes (code_id uuid PRIMARY KEY, dossier_id uuid NOT NULL)"
            ).format(schema)
        )
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS {}.register_places (register_no bigint PRIMARY KEY, dossier_id uuid NOT NULL,"
                " stream_seq bigint NOT NULL)"
            ).format(schema)
        )
        self._insert_place = SQL("INSERT INTO {}.register_places VALUES (%s,%s,%s)").format(schema)
        self._select_version = SQL("SELECT max(register_no) AS version FROM {}.register_places").format(schema)
        self._select_register = SQL(
            "SELECT state FROM {}.register_places JOIN {}.{} ON originator_id = dossier_id AND originator_version = stream_seq"
            " WHERE register_no > %s ORDER BY register_no LIMIT %s"
        ).format(schema, schema, Identifier(events_table_name))
        self._select_streams = SQL(
            "SELECT originator_id, state FROM {}.{} WHERE originator_id = ANY(%s) ORDER BY originator_id, originator_version"
        ).format(schema, Identifier(events_table_name))
        self._select_at = SQL(
            "SELECT originator_id, originator_version, state FROM {}.{} WHERE (originator_id, originator_version)"
            " IN (SELECT * FROM unnest(%s::uuid[], %s::bigint[]))"
        ).format(schema, Identifier(events_table_name))
        self._insert_receipt = SQL("INSERT INTO {}.action_receipts VALUES (%s,%s,%s,%s)").format(schema)
        self._insert_answer = SQL("INSERT INTO {}.keyed_answers VALUES (%s,%s,%s,%s,%s,%s)").format(schema)
        self._forget_answers = SQL("DELETE FROM {}.keyed_answers WHERE kept_at < %s").format(schema)
        self._find_table = SQL("SELECT to_regclass(%s) AS found")
        self._table_of_before = f"{datastore.schema}.request_answers"
        self._adopt_answers = SQL(
            "INSERT INTO {0}.keyed_answers SELECT %s, idempotency_key, digest, status, body, extract(epoch FROM now())::bigint"
            " FROM {0}.request_answers ON CONFLICT DO NOTHING"
        ).format(schema)
        self._empty_table_of_before = SQL("DELETE FROM {}.request_answers").format(schema)
        self._insert_act = SQL(
            "INSERT INTO {}.acting_persons AS known VALUES (%s,%s,false) ON CONFLICT (person) DO UPDATE SET has_others = true"
            " WHERE NOT known.has_others AND known.dossier_id <> excluded.dossier_id"
        ).format(schema)
        self._select_acted = SQL("SELECT * FROM {}.acting_persons WHERE person = ANY(%s)").format(schema)
        self._insert_link = SQL("INSERT INTO {}.linked_codes VALUES (%s,%s)").format(schema)
        self._insert_links_again = SQL(
            "INSERT INTO {0}.linked_codes SELECT code_id, dossier_id FROM {0}.linked_codes WHERE code_id = ANY(%s)"
        ).format(schema)
        self._insert_begun_as_links = SQL(
            "INSERT INTO {0}.linked_codes SELECT originator_id, originator_id FROM {0}.{1}"
            " WHERE originator_id = ANY(%s) AND originator_version = 1"
        ).format(schema, Identifier(events_table_name))
        self._select_links = SQL("SELECT code_id, dossier_id FROM {}.linked_codes WHERE code_id = ANY(%s)").format(
            schema
        )
        self._count_by_prefix = SQL(
            "SELECT substr(originator_id::text, 1, %s) AS part, count(*) AS events FROM {}.{}"
            " WHERE notification_id > %s AND notification_id <= %s AND originator_id BETWEEN %s AND %s"
            " AND substr(originator_id::text, 15, 1) <> %s GROUP BY part"
        ).format(schema, Identifier(events_table_name))
        self._select_prefix = SQL(
            "SELECT state FROM {}.{} WHERE originator_id BETWEEN %s AND %s AND substr(originator_id::text, 15, 1) <> %s"
        ).format(schema, Identifier(events_table_name))
        self._select_receipts = SQL("SELECT * FROM {}.action_receipts WHERE receipt_key = ANY(%s)").format(schema)
        self._select_answer = SQL(
            "SELECT * FROM {}.keyed_answers WHERE sender IN (%s,%s) AND idempotency_key = %s AND kept_at >= %s"
            " ORDER BY sender DESC LIMIT 1"
        ).format(schema)

    def _insert_events(self, curs: Cursor[DictRow], stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        super()._insert_events(curs, stored_events)
        receipts: Sequence[Receipt] = kwargs.get("receipts", ())
        if receipts:
            rows = [(one.receipt_key, one.digest, one.dossier_id, one.stream_seq) for one in receipts]
            curs.executemany(self._insert_receipt, rows)
        answers: Sequence[RequestAnswer] = kwargs.get("answers", ())
        if answers:
            curs.executemany(self._forget_answers, [(one.kept_at - KEPT_SECONDS,) for one in answers])
            curs.executemany(self._insert_answer, [answer_row(one) for one in answers])
        acts: Sequence[Act] = kwargs.get("acts", ())
        if acts:
            curs.executemany(self._insert_act, acts)
        in_register: Sequence[RegisterPlace] = kwargs.get("in_register", ())
        if in_register:
            curs.executemany(self._insert_place, in_register)

    def _insert_stored_events(self, curs: Cursor[DictRow], stored_events: Sequence[StoredEvent], **kwargs: Any) -> None:
        """The codes first, but after the lock: only then nobody else records what was looked for.

        A row that may not be there is inserted a second time, so that the unique key says so and nothing has to be read.
        """
        links: Sequence[Link] = kwargs.get("links", ())
        begun = [one.originator_id for one in stored_events if one.originator_version == 1]
        with curs.connection.cursor() as before:
            self._lock_table(before)
            if begun:
                before.execute(self._insert_links_again, (begun,))
            if links:
                before.execute(self._insert_begun_as_links, ([code_id for code_id, _ in links],))
                before.executemany(self._insert_link, links)
        super()._insert_stored_events(curs, stored_events, **kwargs)

    def select_streams(self, dossier_ids: Sequence[UUID]) -> list[tuple[UUID, bytes]]:
        """(dossier, stored state) of every event of these dossiers, in order within each."""
        with self.datastore.transaction(commit=False) as curs:
            curs.execute(self._select_streams, (list(dossier_ids),))
            return [(row["originator_id"], bytes(row["state"])) for row in curs.fetchall()]

    def select_at(self, places: Sequence[Place]) -> list[tuple[Place, bytes]]:
        """(place, stored state) of the events at those places."""
        with self.datastore.transaction(commit=False) as curs:
            curs.execute(self._select_at, ([one[0] for one in places], [one[1] for one in places]))
            return [((row["originator_id"], row["originator_version"]), bytes(row["state"])) for row in curs.fetchall()]

    def find_receipts(self, receipt_keys: Sequence[str]) -> tuple[list[Receipt], int]:
        """Receipts of recorded actions, and how many events of reference things there are."""
        with self.datastore.transaction(commit=False) as curs:
            curs.execute(self._select_version)
            row = curs.fetchone()
            curs.execute(self._select_receipts, (list(receipt_keys),))
            return [Receipt(**one) for one in curs.fetchall()], int(row["version"] or 0) if row else 0

    def adopt_answers(self) -> None:
        """Take over the answers of the table of before, in which they were everybody's and for ever."""
        with self.datastore.transaction(commit=True) as curs:
            curs.execute(self._find_table, (self._table_of_before,))
            found = curs.fetchone()
            if found is None or found["found"] is None:
                return
            curs.execute(self._adopt_answers, (SENDER_OF_BEFORE,))
            curs.execute(self._empty_table_of_before)

    def find_answer(self, sender: str, idempotency_key: str, since: int) -> RequestAnswer | None:
        """The kept answer of a sender's request."""
        with self.datastore.transaction(commit=False) as curs:
            curs.execute(self._select_answer, (sender, SENDER_OF_BEFORE, idempotency_key, since))
            row = curs.fetchone()
        return RequestAnswer(**{**row, "body": bytes(row["body"])}) if row else None

    def find_acted(self, persons: Sequence[str]) -> list[tuple[str, Acted]]:
        """In which dossiers those persons acted, of those who did."""
        with self.datastore.transaction(commit=False) as curs:
            curs.execute(self._select_acted, (list(persons),))
            return [acted_row(row["person"], row["dossier_id"], row["has_others"]) for row in curs.fetchall()]

    def find_links(self, code_ids: Sequence[UUID]) -> list[Link]:
        """The dossiers that those ids of codes were linked to."""
        with self.datastore.transaction(commit=False) as curs:
            curs.execute(self._select_links, (list(code_ids),))
            return [(row["code_id"], row["dossier_id"]) for row in curs.fetchall()]

    def count_by_prefix(self, prefix: str, after: int, upto: int) -> dict[str, int]:
        """Events about dossiers with numbers behind `after` up to `upto`, by the beginnings of their ids."""
        with self.datastore.transaction(commit=False) as curs:
            width = len(prefix) + PREFIX_STEP
            curs.execute(self._count_by_prefix, (width, after, upto, *_range_of(prefix), REFERENCE_DIGIT))
            return {row["part"]: row["events"] for row in curs.fetchall()}

    def select_prefix(self, prefix: str) -> list[bytes]:
        """The stored states of the dossiers whose ids begin so."""
        with self.datastore.transaction(commit=False) as curs:
            curs.execute(self._select_prefix, (*_range_of(prefix), REFERENCE_DIGIT))
            return [bytes(row["state"]) for row in curs.fetchall()]

    def register_version(self) -> int:
        """How many events of reference things there are."""
        with self.datastore.transaction(commit=False) as curs:
            curs.execute(self._select_version)
            row = curs.fetchone()
        return int(row["version"] or 0) if row else 0

    def select_register(self, after: int, limit: int) -> list[bytes]:
        """The stored states of the events of reference things behind a number, in order."""
        with self.datastore.transaction(commit=False) as curs:
            curs.execute(self._select_register, (after, limit))
            return [bytes(row["state"]) for row in curs.fetchall()]


def _range_of(prefix: str) -> tuple[UUID, UUID]:
    """The first and the last id that begins so."""
    return UUID(prefix.ljust(32, "0")), UUID(prefix.ljust(32, "f"))
