"""Puts what the clock concluded into deadline events with deterministic ids (B10).

In go a state, its conclusion and the two times; out comes the event. `occurred_at` is when it fell due or was caused,
`detected_at` when that was noticed; only the latter may differ when the same thing is said twice. Pure.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

from events.catalog import TYPE_BY_CLASS
from events.deadline import DeadlineEvent
from events.envelope import Envelope, Event
from rules.calendar import Calendar
from services.deadlines.domain.state import Clock, DossierState

SOURCE = "urn:motcua:deadlines"
CLOCK = "dossier"
"""The clock of the whole dossier; other clocks of a dossier will have other names."""

_NAMESPACE = UUID("5f0b1c0e-6c0d-5a7f-9b1e-2f6a3d4c7e81")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """What a conclusion follows from: an event of the dossier, by id and number, and whether that was history."""

    event_id: str
    seq: int
    is_history: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """One thing to say: `kind` tells it apart from others of the same clock and due date (rung, cause)."""

    data: DeadlineEvent
    kind: str
    occurred_at: datetime
    cause: Cause


def event_id_of(dossier_id: str, kind: str, due_at: datetime) -> str:
    """UUIDv5 of stream, clock, kind and due instant (B10)."""
    return str(uuid5(_NAMESPACE, f"{dossier_id}|{CLOCK}|{kind}|{due_at.astimezone(UTC).isoformat()}"))


def say(state: DossierState, conclusion: Conclusion, calendar: Calendar, detected_at: datetime) -> Event:
    """The deadline event of one conclusion; instants in the calendar's zone."""
    accepted, data, cause = state.accepted, conclusion.data, conclusion.cause
    event_type = TYPE_BY_CLASS[type(data)]
    kind = event_type.rpartition(".")[0] + conclusion.kind
    return Event(
        envelope=Envelope(
            event_id=event_id_of(state.dossier_id, kind, data.lawful_due_at),
            source=SOURCE,
            event_type=event_type,
            dossier_id=state.dossier_id,
            occurred_at=calendar.local(conclusion.occurred_at),
            recorded_at=calendar.local(detected_at),
            stream_seq=cause.seq,
            opened_on=accepted.opened_on,
            unit_id=state.holder_unit_id,
            dossier_code=accepted.dossier_code,
            actor_kind="system",
            causation_id=cause.event_id,
            procedure_code=accepted.procedure_code,
            calendar_id=accepted.calendar_id,
            calendar_version=accepted.calendar_version,
            rule_set_version=accepted.rule_set_id,
            is_history=cause.is_history,
        ),
        data=data,
    )


def armed_by(clock: Clock) -> Cause:
    """The cause of everything that falls due: the event that gave the clock its present due date."""
    return Cause(event_id=clock.armed_by, seq=clock.armed_seq, is_history=clock.is_armed_by_history)
