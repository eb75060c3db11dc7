"""The state of one dossier as far as decisions need it, folded from its events (domain.md 4.3).

`evolve(state, event)` takes any recorded event and never refuses: what was recorded has happened. Whether something may be
recorded is decided in `services.intake.domain.decide`.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, assert_never

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
    """What is known of a dossier after its latest event."""

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
    event_ids: frozenset[str] = frozenset()

    @property
    def is_ended(self) -> bool:
        """Whether an ending event was recorded."""
        return self.lifecycle not in ("accepted", "in_processing")


def evolve(state: DossierState | None, envelope: Envelope, data: DossierEvent) -> DossierState:
    """The state after one more recorded event."""
    if state is None:
        state = _opened(envelope, data)
    state = replace(
        state,
        stream_seq=envelope.stream_seq,
        last_hash=envelope.hash or "",
        event_ids=state.event_ids | {envelope.event_id},
    )
    return _changed(state, envelope.occurred_at, data)


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


def _changed(state: DossierState, occurred_at: datetime, data: DossierEvent) -> DossierState:
    latest = max(state.last_clock_event_at, occurred_at)
    match data:
        case SupplementRequested():
            return replace(
                state, is_waiting_for_supplement=True, supplement_rounds=data.round_no, last_clock_event_at=latest
            )
        case SupplementCompleted():
            return replace(state, is_waiting_for_supplement=False, last_clock_event_at=latest)
        case ResultReadyAtCounter() | DossierWithdrawn() | ProcessingStopped() | DossierReturned():
            return _ended(state, latest, data)
        case ResultDelivered():
            return replace(state, lifecycle="delivered")
        case DossierTransferred():
            return replace(_processing(state), held_by_unit_id=data.to_unit_id)
        case StepStarted() | StepCompleted() | ResultIssued():
            return _processing(state)
        case DossierAccepted() | ApologySent() | EventCorrected() | IntegrityFlagRaised():
            return state
        case _:
            assert_never(data)


def _processing(state: DossierState) -> DossierState:
    return replace(state, lifecycle="in_processing") if state.lifecycle == "accepted" else state


def _ended(state: DossierState, ended_at: datetime, data: DossierEvent) -> DossierState:
    if state.is_ended:
        return state
    lifecycle: Lifecycle = "resolved"
    match data:
        case DossierWithdrawn():
            lifecycle = "withdrawn"
        case ProcessingStopped():
            lifecycle = "stopped"
        case DossierReturned():
            lifecycle = "returned"
        case _:
            pass
    return replace(state, lifecycle=lifecycle, is_waiting_for_supplement=False, last_clock_event_at=ended_at)
