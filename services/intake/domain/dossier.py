"""The state of one dossier as far as decisions need it, folded from its events (domain.md 4.3).

`evolve(state, event)` takes any recorded event and never refuses: what was recorded has happened. Whether something may be
recorded is decided in `services.intake.domain.decide`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from functools import cache
from typing import Any, Literal, assert_never

from events.dossier import (
    ApologySent,
    DossierAccepted,
    DossierEvent,
    DossierReturned,
    DossierTransferred,
    DossierWithdrawn,
    EventCorrected,
    IntegrityFlagRaised,
    ProcessingStopped,
    ResultDelivered,
    ResultIssued,
    ResultReadyAtCounter,
    StepCompleted,
    StepStarted,
    SupplementCompleted,
    SupplementRequested,
)
from events.envelope import Envelope

Lifecycle = Literal["accepted", "in_processing", "resolved", "delivered", "withdrawn", "stopped", "returned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierState:
    """What is known of a dossier after its latest event. `correctable_fields` holds, by event id, what may be corrected in it."""

    dossier_id: str
    stream_seq: int
    last_hash: str
    opened_on: date
    procedure_code: str
    calendar_id: str | None
    held_by_unit_id: int
    lifecycle: Lifecycle
    last_clock_event_at: datetime
    is_waiting_for_supplement: bool = False
    supplement_rounds: int = 0
    correctable_fields: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def is_ended(self) -> bool:
        """Whether an ending event was recorded."""
        return self.lifecycle not in ("accepted", "in_processing")


def evolve(state: DossierState | None, envelope: Envelope, data: DossierEvent, event_hash: str) -> DossierState:
    """The state after one more recorded event, whose hash is given beside it because it is computed last."""
    before = state or _opened(envelope, data)
    return replace(
        before,
        stream_seq=envelope.stream_seq,
        last_hash=event_hash,
        correctable_fields={**before.correctable_fields, envelope.event_id: _correctable_fields(data)},
        **_changes(before, envelope.occurred_at, data),
    )


def _opened(envelope: Envelope, data: DossierEvent) -> DossierState:
    accepted = data if isinstance(data, DossierAccepted) else None
    return DossierState(
        dossier_id=envelope.dossier_id,
        stream_seq=0,
        last_hash="",
        opened_on=envelope.opened_on,
        procedure_code=accepted.procedure_code if accepted else "",
        calendar_id=accepted.calendar_id if accepted else None,
        held_by_unit_id=envelope.unit_id,
        lifecycle="accepted",
        last_clock_event_at=envelope.occurred_at,
    )


def _changes(state: DossierState, occurred_at: datetime, data: DossierEvent) -> dict[str, Any]:
    latest = max(state.last_clock_event_at, occurred_at)
    match data:
        case SupplementRequested():
            return {
                "is_waiting_for_supplement": not state.is_ended,
                "supplement_rounds": data.round_no,
                "last_clock_event_at": latest,
                **_processing(state),
            }
        case SupplementCompleted():
            return {"is_waiting_for_supplement": False, "last_clock_event_at": latest}
        case ResultReadyAtCounter() | DossierWithdrawn() | ProcessingStopped() | DossierReturned():
            return _ended(state, latest, _END_BY_CLASS[type(data)])
        case ResultDelivered():
            return {"lifecycle": "delivered"}
        case DossierTransferred():
            return {**_processing(state), "held_by_unit_id": data.to_unit_id}
        case StepStarted() | StepCompleted() | ResultIssued():
            return _processing(state)
        case DossierAccepted() | ApologySent() | EventCorrected() | IntegrityFlagRaised():
            return {}
        case _:
            assert_never(data)


_END_BY_CLASS: Mapping[type[DossierEvent], Lifecycle] = {
    ResultReadyAtCounter: "resolved",
    DossierWithdrawn: "withdrawn",
    ProcessingStopped: "stopped",
    DossierReturned: "returned",
}


def _processing(state: DossierState) -> dict[str, Any]:
    return {"lifecycle": "in_processing"} if state.lifecycle == "accepted" else {}


def _ended(state: DossierState, ended_at: datetime, lifecycle: Lifecycle) -> dict[str, Any]:
    if state.is_ended:
        return {}
    return {"lifecycle": lifecycle, "is_waiting_for_supplement": False, "last_clock_event_at": ended_at}


def _correctable_fields(data: DossierEvent) -> frozenset[str]:
    """The fields of the event's data and `time`; what a second person or intake itself has said is not corrected again."""
    if isinstance(data, EventCorrected | IntegrityFlagRaised):
        return frozenset()
    event_class: Any = type(data)
    known = _field_names(event_class)
    return known | data.extra.keys() if data.extra else known


@cache
def _field_names(event_class: Any) -> frozenset[str]:
    return frozenset(one.name for one in fields(event_class)) - {"extra"} | {"time"}
