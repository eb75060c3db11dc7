"""All reference things as they are recorded, with the ends of their hash chains. A batch works on a copy.

`version` counts the recorded reference events: every writer goes on numbering from there, so that two writers who both decide on
one register can't both be right (ADR 0020).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from events.codec import from_structured, to_structured
from events.envelope import Event
from events.hash_chain import hash_of
from events.reference import ReferenceEvent
from events.units import UnitEvent
from services.intake.domain.actions import ReferenceAction
from services.intake.domain.officer_register import Officers
from services.intake.domain.sealing import Recorded, envelope_of
from services.intake.domain.unit_register import Units


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainEnd:
    """Where the hash chain of one thing has come to."""

    stream_seq: int
    last_hash: str
    opened_on: date


class SealedReference(Recorded, frozen=True, kw_only=True):
    """One event of a reference thing. `register_no` is the version of the register that it makes."""

    register_no: int


class Register:
    """Every kind of reference thing. Not shared: whoever takes an event in has a copy of its own."""

    def __init__(self) -> None:
        self.version = 0
        self.units = Units()
        self.officers = Officers()
        self._ends: dict[UUID, ChainEnd] = {}

    def copy(self) -> "Register":
        """The same, to go on from."""
        other = Register()
        other.version = self.version
        other.units = self.units.copy()
        other.officers = self.officers.copy()
        other._ends = dict(self._ends)
        return other

    def end_of(self, stream_id: UUID) -> ChainEnd | None:
        """The end of a thing's chain; None: nothing was said of it."""
        return self._ends.get(stream_id)

    def take(self, event: Event, event_hash: str) -> None:
        """One more recorded event; it may have been recorded by anybody, so nothing is refused here."""
        data: Any = event.data
        said: ReferenceEvent = data
        if isinstance(said, UnitEvent):
            self.units.take(said)
        else:
            self.officers.take(said)
        about = event.envelope
        self.version += 1
        self._ends[said.stream_id] = ChainEnd(
            stream_seq=about.stream_seq, last_hash=event_hash, opened_on=about.opened_on
        )

    def take_all(self, stored: Collection[Mapping[str, Any]]) -> None:
        """What was recorded, in structured form and in the order of recording."""
        for structured in stored:
            self.take(from_structured(structured), str(structured["hash"]))


def sealed_in(register: Register, action: ReferenceAction, recorded_at: datetime, opened_on: date) -> SealedReference:
    """The event of an action in its place, and the register with it: it is changed."""
    envelope = envelope_of(register.end_of(action.dossier_id), action, recorded_at, opened_on)
    event = Event(envelope=envelope, data=action.data)
    structured = to_structured(event)
    structured["hash"] = hash_of(structured)
    register.take(event, structured["hash"])
    return SealedReference(
        dossier_id=action.dossier_id,
        stream_seq=envelope.stream_seq,
        event_type=envelope.event_type,
        structured=structured,
        register_no=register.version,
    )
