"""A readable builder of one stream's events; with `watching` (the fold over them) and `words` (what was said, in short)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from msgspec.structs import replace

from events import dossier
from events.catalog import TYPE_BY_CLASS
from events.dossier import DossierEvent, GivenTerm, TermUnit
from events.envelope import Envelope, Event
from rules.clocks.state import StreamState
from services.deadlines.pipeline import Pipeline
from tests.unit.deadlines.watching import DOSSIER_ID, Watch, fact_of, fold, pipeline, procedures, rulebook
from tests.unit.deadlines.words import HANOI, dues, kind_of, kinds, local, of_clock, one, only, when_said

__all__ = [
    "CHAINED",
    "HANOI",
    "PAYING",
    "PLAIN",
    "SHORT",
    "STEPPED",
    "UNIT",
    "Life",
    "Watch",
    "at",
    "dues",
    "fact_of",
    "fold",
    "kind_of",
    "kinds",
    "local",
    "of_clock",
    "one",
    "only",
    "pipeline",
    "procedures",
    "recorded",
    "rulebook",
    "state_of",
    "term",
    "told",
    "when_said",
]

UNIT = 26734
"""The unit that every life begins in."""
PLAIN = "1.004859"
"""A procedure that the catalogue doesn't have: only what its events say counts."""
PAYING = "1.012817"
"""20 working days; a financial duty stops its clock; it has a transfer clock."""
CHAINED = "1.013978"
"""17 working days through a chain of agencies; a financial duty stops its clock; it has a transfer clock."""
STEPPED = "1.001653"
"""5 working days in steps with budgets: intake 4 hours, appraisal 3 working days, signing 1, return 4 hours."""
SHORT = timedelta(seconds=1)


def at(text: str) -> datetime:
    """A local instant of Hà Nội, written like 2026-02-11T10:20."""
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


def term(value: int, unit: TermUnit = "working_day") -> GivenTerm:
    """A term as a procedure states it."""
    return GivenTerm(value=value, unit=unit)


class Life:
    """The events of one stream in order; each method adds one and gives the life back."""

    def __init__(
        self,
        dossier_id: str = DOSSIER_ID,
        *,
        is_history: bool = False,
        procedure_code: str = PLAIN,
        unit_id: int = UNIT,
    ) -> None:
        self.dossier_id = dossier_id
        self.is_history = is_history
        self.procedure_code = procedure_code
        self.unit_id = unit_id
        self.events: list[Event] = []

    def then(self, when: str | datetime, data: DossierEvent, *, delay: timedelta = SHORT) -> Life:
        """Add an event; it is recorded `delay` after it happened."""
        occurred_at = at(when) if isinstance(when, str) else when
        seq = len(self.events) + 1
        opened_on = self.events[0].envelope.opened_on if self.events else occurred_at.date()
        envelope = Envelope(
            event_id=str(uuid5(NAMESPACE_URL, f"{self.dossier_id}/{seq}")),
            source="urn:motcua:test",
            event_type=TYPE_BY_CLASS[type(data)],
            dossier_id=self.dossier_id,
            occurred_at=occurred_at,
            recorded_at=(occurred_at + delay).astimezone(UTC),
            stream_seq=seq,
            opened_on=opened_on,
            unit_id=self.unit_id,
            dossier_code="H29.123",
            is_history=self.is_history,
        )
        self.events.append(Event(envelope=envelope, data=data))
        return self

    # Beginning.

    def submitted(self, when: str | datetime, round_no: int = 1, **more: object) -> Life:
        data = dossier.DossierSubmitted(procedure_code=self.procedure_code, round_no=round_no, **more)  # type: ignore[arg-type]
        return self.then(when, data)

    def guided(self, when: str | datetime, round_no: int = 1) -> Life:
        return self.then(when, dossier.IntakeGuidanceIssued(round_no=round_no, missing_items=("giấy tờ",)))

    def rejected(self, when: str | datetime) -> Life:
        return self.then(when, dossier.IntakeRejected(reason="không thuộc thẩm quyền"))

    def accepted(
        self,
        when: str | datetime,
        given: GivenTerm | None = None,
        *,
        appointment_at: datetime | None = None,
        calendar_id: str | None = None,
        delay: timedelta = SHORT,
    ) -> Life:
        data = dossier.DossierAccepted(
            procedure_code=self.procedure_code, term=given, appointment_at=appointment_at, calendar_id=calendar_id
        )
        return self.then(when, data, delay=delay)

    # Handling.

    def step(
        self,
        when: str | datetime,
        step_code: str = "review",
        *,
        budget: GivenTerm | None = None,
        due_at: datetime | None = None,
        officer_id: str | None = None,
        unit_id: int | None = None,
        delay: timedelta = SHORT,
    ) -> Life:
        data = dossier.StepStarted(
            step_code=step_code,
            budget=budget,
            step_due_at=due_at,
            assignee_id=officer_id,
            responsible_unit_id=unit_id,
        )
        return self.then(when, data, delay=delay)

    def step_done(self, when: str | datetime, step_code: str = "review") -> Life:
        return self.then(when, dossier.StepCompleted(step_code=step_code))

    def moved_to(self, when: str | datetime, unit_id: int, *, due_back_at: datetime | None = None) -> Life:
        return self.then(when, dossier.DossierTransferred(to_unit_id=unit_id, due_back_at=due_back_at))

    def received_there(self, when: str | datetime) -> Life:
        return self.then(when, dossier.TransferReceived())

    def refused_there(self, when: str | datetime) -> Life:
        return self.then(when, dossier.TransferRefused(reason="thiếu phiếu kiểm soát"))

    def consulted(
        self,
        when: str | datetime,
        document_no: str = "12/CV",
        *,
        reply_term: GivenTerm | None = None,
        reply_due_at: datetime | None = None,
        agency_unit_id: int | None = None,
    ) -> Life:
        data = dossier.ConsultationRequested(
            document_no=document_no, reply_term=reply_term, reply_due_at=reply_due_at, agency_unit_id=agency_unit_id
        )
        return self.then(when, data)

    def answered(self, when: str | datetime, document_no: str = "12/CV") -> Life:
        return self.then(when, dossier.ConsultationAnswered(document_no=document_no))

    # Stops of the clock.

    def asked(
        self, when: str | datetime, round_no: int = 1, *, delay: timedelta = SHORT, reply_by: str | None = None
    ) -> Life:
        by = date.fromisoformat(reply_by) if reply_by else None
        data = dossier.SupplementRequested(round_no=round_no, missing_items=("giấy tờ",), reason="thiếu", reply_by=by)
        return self.then(when, data, delay=delay)

    def supplemented(self, when: str | datetime, round_no: int = 1, *, delay: timedelta = SHORT) -> Life:
        return self.then(when, dossier.SupplementCompleted(round_no=round_no), delay=delay)

    def owing(
        self, when: str | datetime, amount_vnd: int = 500_000, *, delay: timedelta = SHORT, pay_by: str | None = None
    ) -> Life:
        by = date.fromisoformat(pay_by) if pay_by else None
        data = dossier.FinancialObligationRequested(amount_vnd=amount_vnd, basis="lệ phí trước bạ", pay_by=by)
        return self.then(when, data, delay=delay)

    def paid(self, when: str | datetime, amount_vnd: int = 500_000, *, delay: timedelta = SHORT) -> Life:
        return self.then(when, dossier.PaymentReceived(amount_vnd=amount_vnd, method="online_dvcqg"), delay=delay)

    def exempted(self, when: str | datetime) -> Life:
        return self.then(when, dossier.FinancialObligationExempted(basis="hộ nghèo"))

    def extended(self, when: str | datetime, new_due_at: datetime, *, delay: timedelta = SHORT) -> Life:
        data = dossier.DeadlineExtended(new_due_at=new_due_at, legal_basis="Luật Đất đai", approver_id="o-9")
        return self.then(when, data, delay=delay)

    def outage(self, when: str | datetime, from_at: datetime, to_at: datetime) -> Life:
        return self.then(when, dossier.SystemOutageRecorded(from_at=from_at, to_at=to_at, scope="toàn tỉnh"))

    # Results.

    def issued(self, when: str | datetime) -> Life:
        return self.then(when, dossier.ResultIssued(document_no="7/GP", result_kind="granted"))

    def ready(self, when: str | datetime, *, delay: timedelta = SHORT) -> Life:
        return self.then(when, dossier.ResultReadyAtCounter(), delay=delay)

    def withdrawn(self, when: str | datetime, *, delay: timedelta = SHORT) -> Life:
        return self.then(when, dossier.DossierWithdrawn(), delay=delay)

    def stopped(self, when: str | datetime) -> Life:
        return self.then(when, dossier.ProcessingStopped(reason="không đủ điều kiện"))

    def returned(self, when: str | datetime) -> Life:
        return self.then(when, dossier.DossierReturned(reason="không đủ điều kiện"))

    def delivered(self, when: str | datetime) -> Life:
        return self.then(when, dossier.ResultDelivered(method="counter"))

    def reopened(self, when: str | datetime) -> Life:
        return self.then(when, dossier.DossierReopened(reason="sai sót", approver_id="o-9"))

    # Lateness.

    def foreseen(self, when: str | datetime) -> Life:
        return self.then(when, dossier.LatenessForeseen(reason="thiếu người"))

    def apologised(self, when: str | datetime, new_promised_at: datetime | None = None) -> Life:
        data = dossier.ApologySent(
            letter_no="12/TXL", reason="chậm", signer_id="o-1", medium="paper", new_promised_at=new_promised_at
        )
        return self.then(when, data)

    def waived(self, when: str | datetime) -> Life:
        return self.then(when, dossier.ApologyWaived(basis="thiên tai", approver_id="o-9"))

    def acknowledged(self, when: str | datetime, rung: str) -> Life:
        return self.then(when, dossier.EscalationAcknowledged(rung=rung))  # type: ignore[arg-type]

    # Feedback.

    def feedback(self, when: str | datetime) -> Life:
        return self.then(when, dossier.FeedbackReceived(kind="delay", feedback_channel="one_stop"))

    def feedback_refused(self, when: str | datetime) -> Life:
        return self.then(when, dossier.FeedbackRefused(reason="không thuộc thẩm quyền"))

    def feedback_supplement(self, when: str | datetime) -> Life:
        return self.then(when, dossier.FeedbackSupplementRequested(missing_items=("mã hồ sơ",)))

    def feedback_answered(self, when: str | datetime) -> Life:
        return self.then(when, dossier.FeedbackAnswered())

    def feedback_published(self, when: str | datetime) -> Life:
        return self.then(when, dossier.FeedbackPublished())

    # Control.

    def approved(self, when: str | datetime, target_event_id: str | None = None, *further: str) -> Life:
        """A second person approves events that were recorded late; without a target, the one just before."""
        target = target_event_id or self.events[-1].envelope.event_id
        data = dossier.BackdatingApproved(
            target_event_id=target, further_event_ids=further or None, reason="mất điện", approver_id="o-9"
        )
        return self.then(when, data)

    def corrected(self, when: str | datetime, fields: dict[str, Any], number: int = 1) -> Life:
        """Two persons put the event of that number right."""
        target = self.events[number - 1].envelope.event_id
        data = dossier.EventCorrected(
            target_event_id=target, corrected_fields=fields, reason="gõ nhầm", approver_id="o-9"
        )
        return self.then(when, data)

    def reorganised(self, when: str | datetime, new_unit_id: int) -> Life:
        data = dossier.DossierReassignedByReorganisation(
            old_unit_id=self.unit_id, new_unit_id=new_unit_id, legal_basis="NQ 1656"
        )
        return self.then(when, data)

    def recalendared(
        self,
        when: str | datetime,
        new_version: str,
        *,
        old_version: str = "2026.1",
        calendar_id: str = "vn-standard",
    ) -> Life:
        """The order to count by another version of the calendar."""
        data = dossier.CalendarChangeApplied(
            calendar_id=calendar_id,
            old_version=old_version,
            new_version=new_version,
            legal_source="TB 6150",
            reason="hoán đổi ngày làm việc",
        )
        return self.then(when, data)


def recorded(event: Event, recorded_at: datetime) -> Event:
    """The same event, recorded at another time."""
    return replace(event, envelope=replace(event.envelope, recorded_at=recorded_at.astimezone(UTC)))


def state_of(life: Life, **how: object) -> StreamState:
    """The state after a life."""
    state, _ = fold(life.events, **how)  # type: ignore[arg-type]
    assert state is not None
    return state


def told(life: Life, until: str | datetime | None = None, of: Pipeline | None = None) -> list[Event]:
    """Everything said about a life; also by a look at a later instant, if one is given."""
    watch = Watch(life.dossier_id, of)
    for event in life.events:
        watch.hear(event)
    if until is not None:
        watch.look(at(until) if isinstance(until, str) else until)
    return watch.emitted
