"""Event -> fact: what a clock reads of each event, for the live worker, the bulk path and the explanation alike. Pure.

`FACT_BY_CLASS` and `SAYS_NOTHING` together name every type of `dossier-events`; a test holds them together.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from events import dossier
from events.envelope import Envelope
from rules.clocks import facts
from rules.clocks.facts import Fact, TermGiven
from rules.clocks.instants import Instant, micros

About = dict[str, Any]
Maker = Callable[[About, Envelope, Any], Fact]


def fact_of(envelope: Envelope, data: Any, known_at: Instant) -> Fact:
    """The fact of one event of `dossier-events`. `known_at`: its record's time in the log, microseconds UTC."""
    about: About = {
        "seq": envelope.stream_seq,
        "event_id": envelope.event_id,
        "event_type": envelope.event_type,
        "at": micros(envelope.occurred_at),
        "known_at": known_at,
        "is_history": envelope.is_history,
        "opened_on": envelope.opened_on.toordinal(),
        "unit_id": envelope.unit_id,
    }
    make = FACT_BY_CLASS.get(type(data))
    return Fact(**about) if make is None else make(about, envelope, data)


def _micros(at: datetime | None) -> Instant | None:
    return None if at is None else micros(at)


def _term(given: dossier.GivenTerm | None) -> TermGiven | None:
    return None if given is None else TermGiven(given.value, given.unit)


def _opening(about: About, envelope: Envelope, data: Any) -> About:
    about["dossier_code"] = envelope.dossier_code
    about["procedure_code"] = getattr(data, "procedure_code", None)
    about["calendar_id"] = getattr(data, "calendar_id", None)
    return about


def _submitted(about: About, envelope: Envelope, data: dossier.DossierSubmitted) -> Fact:
    return facts.Submitted(**_opening(about, envelope, data), round_no=data.round_no)


def _accepted(about: About, envelope: Envelope, data: dossier.DossierAccepted) -> Fact:
    term, appointment_at = _term(data.term), _micros(data.appointment_at)
    return facts.Accepted(**_opening(about, envelope, data), term=term, appointment_at=appointment_at)


def _feedback_received(about: About, envelope: Envelope, data: dossier.FeedbackReceived) -> Fact:
    return facts.FeedbackReceived(**_opening(about, envelope, data))


def _transferred(about: About, _: Envelope, data: dossier.DossierTransferred) -> Fact:
    return facts.Transferred(**about, to_unit_id=data.to_unit_id, due_back_at=_micros(data.due_back_at))


def _reassigned(about: About, _: Envelope, data: dossier.DossierReassignedByReorganisation) -> Fact:
    return facts.Reassigned(**about, to_unit_id=data.new_unit_id)


def _step_started(about: About, _: Envelope, data: dossier.StepStarted) -> Fact:
    return facts.StepStarted(
        **about,
        step_code=data.step_code,
        officer_id=data.assignee_id,
        responsible_unit_id=data.responsible_unit_id,
        budget=_term(data.budget),
        due_at=_micros(data.step_due_at),
    )


def _consulted(about: About, _: Envelope, data: dossier.ConsultationRequested) -> Fact:
    return facts.ConsultationRequested(
        **about,
        document_no=data.document_no,
        agency_unit_id=data.agency_unit_id,
        term=_term(data.reply_term),
        due_at=_micros(data.reply_due_at),
    )


def _extended(about: About, _: Envelope, data: dossier.DeadlineExtended) -> Fact:
    return facts.Extended(**about, new_due_at=micros(data.new_due_at), legal_basis=data.legal_basis)


def _apologised(about: About, _: Envelope, data: dossier.ApologySent) -> Fact:
    return facts.Apologised(**about, new_promised_at=_micros(data.new_promised_at))


def _ended(about: About, envelope: Envelope, _: Any) -> Fact:
    return facts.Ended(**about, recorded_at=micros(envelope.recorded_at))


def _with(make: Callable[..., Fact], *names: str, **fixed: Any) -> Maker:
    """A fact that repeats some fields of its event as they are."""

    def made(about: About, _: Envelope, data: Any) -> Fact:
        return make(**about, **{name: getattr(data, name) for name in names}, **fixed)

    return made


FACT_BY_CLASS: Final[Mapping[type[Any], Maker]] = MappingProxyType(
    {
        dossier.DossierSubmitted: _submitted,
        dossier.IntakeGuidanceIssued: _with(facts.IntakeAnswered, is_rejected=False),
        dossier.IntakeRejected: _with(facts.IntakeAnswered, is_rejected=True),
        dossier.DossierAccepted: _accepted,
        dossier.DossierTransferred: _transferred,
        dossier.TransferReceived: _with(facts.TransferReceived),
        dossier.TransferRefused: _with(facts.TransferRefused),
        dossier.DossierReassignedByReorganisation: _reassigned,
        dossier.StepStarted: _step_started,
        dossier.StepCompleted: _with(facts.StepCompleted, "step_code"),
        dossier.ConsultationRequested: _consulted,
        dossier.ConsultationAnswered: _with(facts.ConsultationAnswered, "document_no"),
        dossier.SupplementRequested: _with(facts.PauseOpened, cause="supplement"),
        dossier.SupplementCompleted: _with(facts.PauseClosed, cause="supplement"),
        dossier.FinancialObligationRequested: _with(facts.PauseOpened, cause="financial_duty"),
        dossier.FinancialObligationExempted: _with(facts.PauseClosed, cause="financial_duty"),
        dossier.PaymentReceived: _with(facts.PauseClosed, cause="financial_duty", is_payment=True),
        dossier.DeadlineExtended: _extended,
        dossier.CalendarChangeApplied: _with(
            facts.CalendarChanged, "calendar_id", "old_version", "new_version", "reason"
        ),
        dossier.LatenessForeseen: _with(facts.LatenessForeseen),
        dossier.ApologySent: _apologised,
        dossier.ApologyWaived: _with(facts.ApologyWaived),
        dossier.EscalationAcknowledged: _with(facts.EscalationAcknowledged, "rung"),
        dossier.ResultReadyAtCounter: _ended,
        dossier.DossierWithdrawn: _ended,
        dossier.ProcessingStopped: _ended,
        dossier.DossierReturned: _ended,
        dossier.DossierReopened: _with(facts.Reopened),
        dossier.BackdatingApproved: _with(facts.BackdatingApproved, "target_event_id"),
        dossier.FeedbackReceived: _feedback_received,
        dossier.FeedbackRefused: _with(facts.FeedbackAct, stage="refusal"),
        dossier.FeedbackSupplementRequested: _with(facts.FeedbackAct, stage="supplement"),
        dossier.FeedbackAnswered: _with(facts.FeedbackAct, stage="answer"),
        dossier.FeedbackPublished: _with(facts.FeedbackAct, stage="publication"),
    }
)
"""How a fact is made of each event that says something to a clock."""

ORDERS: Final = frozenset(
    {
        dossier.DossierReassignedByReorganisation,
        dossier.CalendarChangeApplied,
        dossier.ApologyWaived,
        dossier.BackdatingApproved,
    }
)
"""Events whose fact is an `Order`, so that it can be told without their data."""

SAYS_NOTHING: Final[Mapping[type[Any], str]] = MappingProxyType(
    {
        dossier.SystemOutageRecorded: "an outage explains and never extends (DR-29)",
        dossier.ResultIssued: "the clock runs until the result is at the counter (4.3)",
        dossier.ResultDelivered: "the citizen's coming is no part of the term (4.3)",
        dossier.EventCorrected: "a correction never moves a clock by itself (4.1)",
        dossier.IntegrityFlagRaised: "a flag says what is known of the record, not of the dossier",
    }
)
"""Events that only have their place in the stream, and why."""
