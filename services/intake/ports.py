"""What the intake pipeline needs from outside, by role."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.intake.domain.actors import Acted
from services.intake.domain.batch import Place, Receipt
from services.intake.domain.dossier import DossierState
from services.intake.domain.register import Register
from services.intake.domain.sealing import Recorded

KEPT_SECONDS = 7 * 24 * 3600
"""How long the answer under an Idempotency-Key is kept: longer than anybody goes on repeating a request."""
SENDER_OF_BEFORE = ""
"""Of answers that an earlier version kept: it did not say whose they are, so they are everybody's until they are forgotten."""
Link = tuple[UUID, UUID]
"""The id of a code, and the dossier that it means from now on (DR-30)."""


class StoreUnavailableError(Exception):
    """The event store is away: retry with back-off; nothing was recorded or it is not known whether it was."""


class AppendConflictError(Exception):
    """Somebody else recorded something in between, or we did and were not told: load again and decide again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestAnswer:
    """The answer that an HTTP request with an Idempotency-Key got, kept so that the second is equal.

    `sender` says whose key it is, `kept_at` since when it is kept (seconds since 1970, UTC); after KEPT_SECONDS it is forgotten.
    """

    sender: str
    idempotency_key: str
    digest: str
    status: int
    body: bytes
    kept_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """One place in the store's log: strictly growing `notification_id`, and the event as stored."""

    notification_id: int
    structured: Mapping[str, Any]


class EventStore(Protocol):
    """The durable record. Every method may raise StoreUnavailableError; calls block, so run them in a thread."""

    def load(self, dossier_ids: Collection[UUID]) -> Mapping[UUID, DossierState]:
        """The states of those dossiers that have events, each folded from its stored events."""

    def find_receipts(self, receipt_keys: Sequence[str]) -> Mapping[str, Receipt]:
        """The receipts of those actions that were recorded before."""

    def read_events(self, places: Sequence[Place]) -> Mapping[Place, Mapping[str, Any]]:
        """The stored events at those places, in structured form."""

    def find_acted(self, persons: Collection[str]) -> Mapping[str, Acted]:
        """Of those persons (`events.identity.person_of`) who were recorded as actors: in which dossiers."""

    def find_links(self, code_ids: Collection[UUID]) -> Mapping[UUID, UUID]:
        """Of those ids of codes that were linked to a dossier (DR-30): to which."""

    def register(self, *, as_of_receipts: bool = False) -> Register:
        """All reference things as they are recorded now, whoever recorded them. Shared: whoever changes it takes a copy.

        `as_of_receipts`: as it was when receipts were last asked for, which saves a question.
        """

    def register_after(self, register_no: int, limit: int) -> Sequence[Mapping[str, Any]]:
        """The events of reference things behind a number of the register, in order, in structured form."""

    def append(
        self,
        sealed: Sequence[Recorded],
        receipts: Sequence[Receipt],
        answers: Sequence[RequestAnswer] = (),
        links: Sequence[Link] = (),
    ) -> None:
        """All or nothing, durable when it returns, who acted in them included. Answers that are too old then are forgotten.

        AppendConflictError when any part was recorded by somebody else, or when the register has gone on since; so too
        where a code that is linked has a dossier of its own by now, or a dossier begins under a code that is linked.
        """

    def find_answer(self, sender: str, idempotency_key: str, since: int) -> RequestAnswer | None:
        """The kept answer of a sender's request, if it is kept since that second or later."""


class EventLog(Protocol):
    """The store's log in the order of recording; what the relay follows."""

    def read_after(self, notification_id: int, limit: int) -> Sequence[LogEntry]:
        """The next entries, without a gap that could still be filled."""

    def last_id(self) -> int:
        """The id of the latest entry, 0 when there is none."""


class CountedStore(EventLog, Protocol):
    """How much the store holds, for whoever compares it with what was counted. Dossiers only, by the letters of their ids."""

    def count_by_prefix(self, prefix: str, after: int, upto: int) -> Mapping[str, int]:
        """How many events stand behind one number up to another, by how their ids begin: two letters more than `prefix`."""

    def events_by_prefix(self, prefix: str) -> Sequence[Mapping[str, Any]]:
        """Every event of the dossiers whose ids begin so, in structured form."""


class Store(EventStore, CountedStore, Protocol):
    """What the assembled service holds: the write side and the read side are one database, so that the relay misses nothing."""


class LogPublisher(Protocol):
    """Puts log entries on Kafka, in order, all or none of them."""

    async def read(self, log: EventLog, notification_id: int, limit: int) -> Sequence[LogEntry]:
        """`log.read_after` without blocking the loop."""

    async def publish(self, entries: Sequence[LogEntry]) -> None:
        """One transaction. Raises when it is not certain that it was committed."""


class WallClock(Protocol):
    """The server's clock."""

    def now(self) -> datetime:
        """An aware instant."""
