"""What the loader needs of the world, by role; the adapters give it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.stats.domain.chains import StoredLink
from services.stats.domain.facts import DossierFacts
from services.stats.domain.levels import Places
from services.stats.domain.reference import ReferenceRow
from services.stats.domain.rows import DossierKey, EventRow, KnownEvent


class DeadLetterError(RuntimeError):
    """A dead letter can't be written; stop, because going on would lose the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One Kafka record, with its bytes as they came; `appended_at`: its time in the log, aware, UTC."""

    topic: str
    partition: int
    offset: int
    appended_at: datetime
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


class RecordSource(Protocol):
    """Committed records of the topics, in batches."""

    async def next_batch(self) -> Sequence[Record]:
        """Wait for the next batch: never empty, bounded by rows and by time."""
        ...

    async def commit(self, batch: Sequence[Record]) -> None:
        """Remember that a batch is done. If that fails the batch comes again, which changes nothing."""
        ...


class DeadLetters(Protocol):
    """Where records go that can never be handled."""

    async def send(self, record: Record, reason: str) -> None:
        """Write the record unchanged, with where it stood and why. Raises DeadLetterError: then the loader must stop."""
        ...


class FactStore(Protocol):
    """Events and facts, and the hierarchy as it stands."""

    async def links(self, keys: Sequence[DossierKey]) -> Sequence[StoredLink]:
        """Number and hash of every stored event of some dossiers."""
        ...

    async def reference_links(self, stream_ids: Sequence[str]) -> Sequence[StoredLink]:
        """The same of reference things."""
        ...

    async def insert_reference(self, rows: Sequence[ReferenceRow]) -> None:
        """Store events of reference things; storing one again changes nothing."""
        ...

    async def refresh_register(self) -> None:
        """Make the registers what all stored reference events say, and the facts' levels with them."""
        ...

    async def insert_events(self, rows: Sequence[EventRow]) -> None:
        """Store events; storing one again changes nothing."""
        ...

    async def known_events(self, keys: Sequence[DossierKey]) -> Mapping[DossierKey, Sequence[KnownEvent]]:
        """All stored events of some dossiers, whoever stored them."""
        ...

    async def places(self) -> tuple[int, Places]:
        """The newest revision of the hierarchy and the lookup in it."""
        ...

    async def insert_facts(self, facts: Sequence[DossierFacts]) -> None:
        """Store facts; of two rows of one dossier the one with more events behind it stays."""
        ...
