"""The parts of a dossier's way that have clocks of their own: transfer, step, agency, consultation, feedback (DR-11 to DR-14)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from events.deadline import DeadlineMet
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.clocks.beginning import FEEDBACK_ANSWER, FEEDBACK_PUBLICATION, emit_set, start_feedback
from rules.clocks.dating import await_approval, flag_late, judged_by_class
from rules.clocks.facts import (
    CodeAssigned,
    ConsultationAnswered,
    ConsultationRequested,
    Fact,
    FeedbackAct,
    IntakeAnswered,
    Reassigned,
    StepCompleted,
    StepStarted,
    TransferReceived,
    Transferred,
    TransferRefused,
)
from rules.clocks.holding import handed_over, reassigned, received, refused
from rules.clocks.instants import Instant, instant
from rules.clocks.rule_values import lawful_due_of, term_of
from rules.clocks.state import Clock, Ending, holding, with_holding
from rules.clocks.transition import DOSSIER, Handler, Transition
from rules.clocks.verdicts import emit_missed
from rules.due.sub_clocks import agency_due, consultation_due, feedback_due, step_due
from rules.due.terms import Due, Term, appointment
from rules.errors import RulesError


def on_intake_answered(transition: Transition, fact: IntakeAnswered) -> None:
    """Guidance or a refusal ends the intake clock; a refusal ends the stream."""
    end_kind(transition, "intake")
    if fact.is_rejected and not transition.state.is_accepted:
        _close(transition)


def _close(transition: Transition) -> None:
    """Nothing more is timed here: the stream may be forgotten in time, as a finished dossier is."""
    fact = transition.caused_by()
    ending = Ending(fact.event_id, fact.event_type, fact.seq, fact.at, fact.known_at)
    transition.state = replace(transition.state, ending=ending)


def on_transfer_received(transition: Transition, _fact: TransferReceived) -> None:
    """The dossier has arrived, whoever reported its way (DR-11)."""
    end_kind(transition, "transfer")
    transition.state = with_holding(transition.state, received(holding(transition.state)))


def given_up(transition: Transition) -> None:
    """The end of the dossier leaves no hand-over open."""
    if transition.state.given_by_unit_id:
        transition.state = with_holding(transition.state, received(holding(transition.state)))


def on_transferred(transition: Transition, fact: Transferred) -> None:
    """The transfer is done; another unit holds the dossier, with a day of its own where agencies work in a chain (DR-13)."""
    end_kind(transition, "transfer", "agency")
    now, state = handed_over(holding(transition.state), (fact.to_unit_id, fact.event_id)), transition.state
    transition.state = with_holding(state if state.officer_id is None else replace(state, officer_id=None), now)
    dossier = transition.state.clock(DOSSIER)
    if dossier is None or transition.legal_context is None or transition.state.ending is not None:
        return
    procedure = transition.planner.procedure(
        transition.state.subject.procedure_code, transition.state.subject.opened_on
    )
    has_legs = procedure is not None and procedure.agency_legs and fact.to_unit_id != transition.state.subject.unit_id
    if fact.due_back_at is None and not has_legs:
        return
    name, calendar, rule_set = f"agency:{fact.to_unit_id}#{fact.seq}", *_law(transition)
    about = {"unit_id": fact.to_unit_id, "stated_due_at": fact.due_back_at or 0}
    try:
        if fact.due_back_at is not None:
            answer = appointment(calendar, instant(fact.at), instant(fact.due_back_at))
        else:
            answer = agency_due(calendar, lawful_due_of(dossier, transition.zone), instant(fact.at), rule_set)
        _start(transition, name, "agency", answer, None, **about)
    except RulesError as error:
        transition.not_armed_by(name, "agency", error)


def on_transfer_refused(transition: Transition, _fact: TransferRefused) -> None:
    """Back to the unit that handed it over; the agency's clock is over."""
    for clock in transition.state.clocks:
        if clock.kind == "agency":
            transition.drop(clock.name)
    transition.state = with_holding(transition.state, refused(holding(transition.state)))


def on_reassigned(transition: Transition, fact: Reassigned) -> None:
    """A reorganisation: only the holder changes (DR-28)."""
    now = reassigned(holding(transition.state), (fact.to_unit_id, fact.event_id))
    transition.state = with_holding(transition.state, now)


def on_code_assigned(transition: Transition, fact: CodeAssigned) -> None:
    """Another code, or an acceptance that was sent again under it: the clocks go on as they were (DR-30)."""


def on_step_started(transition: Transition, fact: StepStarted) -> None:
    """A step with a budget has a clock: its own due date, whatever the dossier's is (DR-12)."""
    state = transition.state
    if fact.officer_id is not None and fact.officer_id != state.officer_id:
        transition.state = replace(state, officer_id=fact.officer_id)
    if transition.legal_context is None or state.ending is not None:
        return
    is_given = fact.budget is not None or fact.due_at is not None
    usual = None if is_given else _budget_of_procedure(transition, fact.step_code)
    if not is_given and usual is None:
        return
    about = {"step_code": fact.step_code, "unit_id": fact.responsible_unit_id or 0, "officer_id": fact.officer_id}
    name = f"step:{fact.step_code}#{fact.seq}"
    try:
        if fact.due_at is not None:
            answer = appointment(transition.legal_context.calendar, instant(fact.at), instant(fact.due_at))
            _start(transition, name, "step", replace(answer, rule="DR-12"), None, **about, stated_due_at=fact.due_at)
            return
        budget = term_of(fact.budget) or usual
        assert budget is not None  # noqa: S101 one of both is there
        if budget.unit == "hour":
            answer = step_due(
                transition.legal_context.calendar, instant(fact.at), budget, transition.legal_context.rule_set
            )
            _start(transition, name, "step", answer, budget, **about)
            return
        plan = transition.planner.by_term(transition.legal_context, "step", fact.at, budget, "DR-12")
        emit_set(transition, transition.armed(name, "step", fact.at, plan, budget, **about))
    except RulesError as error:
        transition.not_armed_by(name, "step", error)


def _budget_of_procedure(transition: Transition, step_code: str) -> Term | None:
    procedure = transition.planner.procedure(
        transition.state.subject.procedure_code, transition.state.subject.opened_on
    )
    if procedure is None:
        return None
    return next((step.budget for step in procedure.steps if step.code == step_code), None)


def on_step_completed(transition: Transition, fact: StepCompleted) -> None:
    """The latest open clock of that step ends; a step without one says nothing."""
    for clock in reversed(transition.state.clocks):
        if clock.kind == "step" and clock.step_code == fact.step_code:
            end(transition, clock)
            return


def on_consultation_requested(transition: Transition, fact: ConsultationRequested) -> None:
    """A clock beside the dossier's, which runs on (DR-14); none where nobody said until when."""
    if transition.legal_context is None or transition.state.ending is not None:
        return
    for asked_before in _consultations(transition, fact.document_no):
        transition.drop(asked_before.name)
    name = f"consultation:{fact.document_no}#{fact.seq}"
    try:
        term = term_of(fact.term)
        by = None if fact.due_at is None else instant(fact.due_at)
        answer = consultation_due(
            transition.legal_context.calendar, instant(fact.at), term, by, transition.legal_context.rule_set
        )
        if answer is not None:
            about = {"unit_id": fact.agency_unit_id or 0, "stated_due_at": fact.due_at or 0}
            _start(transition, name, "consultation", answer, term, **about)
    except RulesError as error:
        transition.not_armed_by(name, "consultation", error)


def on_consultation_answered(transition: Transition, fact: ConsultationAnswered) -> None:
    """End the clock of the request with that number (DR-14)."""
    for clock in _consultations(transition, fact.document_no):
        end(transition, clock)


def _consultations(transition: Transition, document_no: str) -> list[Clock]:
    """The open requests of that number; a second one takes the place of the first."""
    return [one for one in transition.state.clocks if one.name.rpartition("#")[0] == f"consultation:{document_no}"]


def on_feedback_act(transition: Transition, fact: FeedbackAct) -> None:
    """Refusal and supplement have limits from the receipt; answer and publication are clocks (QĐ 766, 5.2)."""
    received = transition.state.clock(FEEDBACK_ANSWER)
    if fact.stage in ("refusal", "supplement") and received is not None:
        _judge_stage(transition, fact, received)
    if fact.stage in ("refusal", "answer") and received is not None:
        end(transition, received)
    if fact.stage == "answer":
        start_feedback(transition, FEEDBACK_PUBLICATION, fact.at)
    published = transition.state.clock(FEEDBACK_PUBLICATION)
    if fact.stage == "publication" and published is not None:
        end(transition, published)
    if fact.stage in ("refusal", "publication"):
        _close(transition)


def _judge_stage(transition: Transition, fact: FeedbackAct, received: Clock) -> None:
    """A stage that may only be used for so long is judged when it is used; nobody is late for not refusing."""
    legal_context, kind = transition.require_legal_context(), f"feedback_{fact.stage}"
    try:
        answer = feedback_due(legal_context.calendar, instant(received.started_at), fact.stage, legal_context.rule_set)
        plan, name = transition.planner.by_due(legal_context, kind, answer, None), f"{kind}#{fact.seq}"
    except RulesError as error:
        transition.not_armed_by(kind, kind, error)
        return
    clock = transition.armed(name, kind, received.started_at, plan, None)
    transition.drop(name, is_ended=True)
    if transition.class_at(clock, fact.at) == "late":
        emit_missed(transition, clock)
    elif judged_by_class(transition, fact, clock).is_recorded_late:
        flag_late(transition, fact, clock)
        await_approval(transition, fact, clock)
        emit_missed(transition, clock)
    else:
        emit_met(transition, clock, fact.at, fact.event_type)


def end_kind(transition: Transition, *kinds: str) -> None:
    """End every clock of some kinds."""
    for clock in transition.state.clocks:
        if clock.kind in kinds:
            end(transition, clock)


def end(transition: Transition, clock: Clock) -> None:
    """A part is done: said when it was in time; when it wasn't, the breach says it. Recorded late, it wasn't (DR-31)."""
    fact = transition.caused_by()
    transition.drop(clock.name, is_ended=True)
    if judged_by_class(transition, fact, clock).is_recorded_late:
        flag_late(transition, fact, clock)
        await_approval(transition, fact, clock)
        if not clock.is_breached:
            emit_missed(transition, clock)
    elif not clock.is_breached:
        emit_met(transition, clock, fact.at, fact.event_type)


def emit_met(transition: Transition, clock: Clock, ended_at: Instant, ended_by: str) -> None:
    """Say that what a clock times ended early or on time (DR-08); nothing where it ended late."""
    outcome = transition.class_at(clock, ended_at)
    if outcome == "late":
        return
    transition.emit_at(
        ended_at,
        clock,
        "",
        DeadlineMet,
        **transition.dues(clock),
        ended_at=transition.zone.local(ended_at),
        ended_by=ended_by,
        outcome=outcome,  # type: ignore[arg-type]  # early or on time
    )


def _law(transition: Transition) -> tuple[Calendar, RuleSet]:
    legal_context = transition.require_legal_context()
    return legal_context.calendar, legal_context.rule_set


def _start(transition: Transition, name: str, kind: str, answer: Due, term: Term | None, **about: Any) -> None:
    plan = transition.planner.by_due(transition.require_legal_context(), kind, answer, term)
    emit_set(transition, transition.armed(name, kind, transition.caused_by().at, plan, term, **about))


HANDLERS: Final[Mapping[type[Fact], Handler]] = MappingProxyType(
    {
        IntakeAnswered: on_intake_answered,
        Transferred: on_transferred,
        TransferReceived: on_transfer_received,
        TransferRefused: on_transfer_refused,
        Reassigned: on_reassigned,
        CodeAssigned: on_code_assigned,
        StepStarted: on_step_started,
        StepCompleted: on_step_completed,
        ConsultationRequested: on_consultation_requested,
        ConsultationAnswered: on_consultation_answered,
        FeedbackAct: on_feedback_act,
    }
)
"""What each of these facts does."""
