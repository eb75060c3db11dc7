"""The event store's recorders with five side tables that are written in the same transaction as the events.

`action_receipts` remembers every recorded action (promise 3), `keyed_answers` the answers of requests with an
Idempotency-Key for a while, `acting_persons` in which dossier a person acted first and whether in others too (B14),
`linked_codes` the codes that mean a dossier that didn't begin under them (DR-30), `register_places` where the events of
reference things stand, numbered without a gap: of two writers who go on from one number one fails (ADR 0020). All use the hook
of `eventsourcing` that its own process recorders use. Both stores let one transaction write at a time, so that a code which is
looked for stays as it was found. SQLITE_RECORDER and POSTGRES_RECORDER are values for its setting APPLICATION_RECORDER_TOPIC.
"""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

from services.intake.domain.actors import Acted
from services.intake.domain.batch import Place, Receipt
from services.intake.ports import Link, RequestAnswer

SQLITE_RECORDER = "services.intake.adapters.sqlite_recorder:SQLiteLedgerRecorder"
POSTGRES_RECORDER = "services.intake.adapters.postgres_recorder:PostgresLedgerRecorder"
POSTGRES_EVENTS = "intake_events"
"""The table of the events in PostgreSQL: the library names it by the application; in SQLite it is `stored_events`."""
KEYS_PER_QUERY = 500
VERSION = "SELECT max(register_no) AS version FROM register_places"
PREFIX_STEP = 2
"""By so many letters more than the prefix parts are told apart: at most 256."""
REFERENCE_DIGIT = "8"
"""The version digit in the ids of reference things (`is_reference_stream`), which no dossier has."""
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

    def find_answer(self, sender: str, idempotency_key: str, since: int) -> RequestAnswer | None:
        """The kept answer of a sender's request."""

    def adopt_answers(self) -> None:
        """Take over the answers of the table of before, in which they were everybody's and for ever."""

    def find_acted(self, persons: Sequence[str]) -> list[tuple[str, Acted]]:
        """In which dossiers those persons acted, of those who did."""

    def find_links(self, code_ids: Sequence[UUID]) -> list[Link]:
        """The dossiers that those ids of codes were linked to."""

    def count_by_prefix(self, prefix: str, after: int, upto: int) -> dict[str, int]:
        """Events about dossiers with numbers behind `after` up to `upto`, by the beginnings of their ids."""

    def select_prefix(self, prefix: str) -> list[bytes]:
        """The stored states of the dossiers whose ids begin so."""

    def register_version(self) -> int:
        """How many events of reference things there are."""

    def select_register(self, after: int, limit: int) -> list[bytes]:
        """The stored states of the events of reference things behind a number, in order."""


def answer_row(answer: RequestAnswer) -> tuple[str, str, str, int, bytes, int]:
    """A kept answer as it stands in `keyed_answers`."""
    return (answer.sender, answer.idempotency_key, answer.digest, answer.status, answer.body, answer.kept_at)


def acted_row(person: str, dossier_id: UUID, has_others: Any) -> tuple[str, Acted]:
    """What a row of `acting_persons` says."""
    return person, Acted(first_dossier_id=dossier_id, has_others=bool(has_others))
