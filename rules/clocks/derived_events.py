"""What the clocks derive from the facts and the passing of time, with deterministic ids (B10).

A derived event holds the data of its event and what the envelope needs beyond the stream's own: `at` is when it fell due or was
caused, `detected_at` when that was noticed; only the latter may differ when the same event is emitted twice. Pure.
"""

from collections.abc import Callable
from datetime import UTC, date
from functools import lru_cache
from typing import Any
from uuid import UUID

from msgspec import Struct

from events.catalog import DEADLINE_TYPES
from events.deadline import DeadlineEvent
from events.named_ids import ids_in
from rules.clocks.instants import Instant, Zone
from rules.clocks.state import Subject

_id_of = ids_in(UUID("5f0b1c0e-6c0d-5a7f-9b1e-2f6a3d4c7e81"))
_due_text = lru_cache(maxsize=16_384)(Zone(UTC, date(2000, 1, 1), date(2060, 1, 1)).text)
"""Many clocks end at the same closing time."""
_STEM_BY_KIND: dict[Callable[..., DeadlineEvent], str] = {
    kind: name.rpartition(".")[0] for name, kind in DEADLINE_TYPES.items()
}


class DerivedEvent(Struct, frozen=True, kw_only=True, gc=False):
    """One event to be published. `tag` tells it apart from others of the same clock, type and due date (rung, cause).

    `kind` is the class of the event's data and `fields` are what it is made of, in its order: the record is written from them
    as they are, since building the object first would take longer than all else. `subject` and `zone` are those of the
    stream when it was emitted: a later fact may give it another calendar or procedure.
    """

    kind: Callable[..., DeadlineEvent]
    fields: dict[str, Any]
    subject: Subject
    zone: Zone
    clock: str
    due_at: Instant
    tag: str
    at: Instant
    seq: int
    causation_id: str
    is_history: bool
    detected_at: Instant
    unit_id: int

    @property
    def data(self) -> DeadlineEvent:
        """The data of the event."""
        return self.kind(**self.fields)


def event_id_of(dossier_id: str, emitted: DerivedEvent) -> str:
    """UUIDv5 of stream, clock, kind and due instant (B10)."""
    stem = _STEM_BY_KIND[emitted.kind]
    return _id_of(f"{dossier_id}|{emitted.clock}|{stem}{emitted.tag}|{_due_text(emitted.due_at)}")
