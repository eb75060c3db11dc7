"""The few things about a dossier that its clock depends on, taken from its events.

In goes a dossier event, out comes a `Fact` or None when the event says nothing to a clock. Facts are kept in the state, so
that everything said because of an earlier event can be said again word for word. Instants are in UTC. Pure.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from events import dossier
from events.envelope import Event
from rules.terms import TermUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class FactBase:
    """Which event said it (its number and id), when it happened, and whether it was taken over from another register."""

    seq: int
    event_id: str
    occurred_at: datetime
    is_history: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted(FactBase):
    """The clock starts. Calendar version and rule set are those in force at acceptance; they stay (DR-28)."""

    opened_on: date
    unit_id: int
    dossier_code: str | None
    procedure_code: str
    term_value: int | None
    term_unit: TermUnit | None
    appointment_at: datetime | None
    calendar_id: str | None
    calendar_version: str | None = None
    rule_set_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred(FactBase):
    """Another unit holds the dossier."""

    to_unit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseOpened(FactBase):
    """A supplement was asked for: the clock stands still."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseClosed(FactBase):
    """The supplement is complete: the clock runs again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised(FactBase):
    """An apology named a new day: the promise moves, the lawful due date doesn't (DR-26)."""

    new_promised_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(FactBase):
    """The clock stops for good; `ended_by` is the wire type of the event that ended it."""

    ended_by: str


Fact = Accepted | Transferred | PauseOpened | PauseClosed | Promised | Ended

AFTERLIFE = (
    dossier.StepStarted,
    dossier.StepCompleted,
    dossier.ResultIssued,
    dossier.ResultDelivered,
    dossier.DossierTransferred,
    dossier.ApologySent,
    dossier.EventCorrected,
    dossier.IntegrityFlagRaised,
)
"""What may still be said about a dossier whose clock has ended and was forgotten; it moves no clock."""


def fact_of(event: Event) -> Fact | None:
    """What the event says to the clock, or None."""
    envelope, data = event.envelope, event.data
    seq, event_id, at = envelope.stream_seq, envelope.event_id, envelope.occurred_at.astimezone(UTC)
    past = envelope.is_history
    match data:
        case dossier.DossierAccepted():
            return _accepted(event, data)
        case dossier.DossierTransferred(to_unit_id=unit_id):
            return Transferred(seq=seq, event_id=event_id, occurred_at=at, is_history=past, to_unit_id=unit_id)
        case dossier.SupplementRequested():
            return PauseOpened(seq=seq, event_id=event_id, occurred_at=at, is_history=past)
        case dossier.SupplementCompleted():
            return PauseClosed(seq=seq, event_id=event_id, occurred_at=at, is_history=past)
        case dossier.ApologySent(new_promised_at=datetime() as new):
            new = new.astimezone(UTC)
            return Promised(seq=seq, event_id=event_id, occurred_at=at, is_history=past, new_promised_at=new)
        case (
            dossier.ResultReadyAtCounter()
            | dossier.DossierWithdrawn()
            | dossier.ProcessingStopped()
            | dossier.DossierReturned()
        ):
            kind = envelope.event_type
            return Ended(seq=seq, event_id=event_id, occurred_at=at, is_history=past, ended_by=kind)
        case _:
            return None


def _accepted(event: Event, data: dossier.DossierAccepted) -> Accepted:
    envelope, term = event.envelope, data.term
    return Accepted(
        seq=envelope.stream_seq,
        event_id=envelope.event_id,
        occurred_at=envelope.occurred_at.astimezone(UTC),
        is_history=envelope.is_history,
        opened_on=envelope.opened_on,
        unit_id=envelope.unit_id,
        dossier_code=envelope.dossier_code,
        procedure_code=data.procedure_code,
        term_value=term.value if term else None,
        term_unit=term.unit if term else None,
        appointment_at=data.appointment_at.astimezone(UTC) if data.appointment_at else None,
        calendar_id=data.calendar_id,
    )
