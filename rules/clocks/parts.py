"""The parts of a dossier's way that have clocks of their own: transfer, step, agency, consultation, feedback (DR-11 to DR-14)."""

from typing import Any

from msgspec.structs import replace

from events.deadline import DeadlineMet, StepBreached
from rules.clocks.beginning import FEEDBACK_ANSWER, FEEDBACK_PUBLICATION, say_set, start_feedback
from rules.clocks.facts import (
    ConsultationAnswered,
    ConsultationRequested,
    FeedbackAct,
    IntakeAnswered,
    Reassigned,
    StepCompleted,
    StepStarted,
    TransferReceived,
    Transferred,
    TransferRefused,
)
from rules.clocks.instants import Instant, instant
from rules.clocks.planning import lawful_due_of, term_of
from rules.clocks.state import Clock, Ending
from rules.clocks.transition import DOSSIER, Turn
from rules.due.classify import classify
from rules.due.sub_clocks import agency_due, consultation_due, feedback_due, step_due
from rules.due.terms import Due, Term, appointment
from rules.errors import RulesError


def on_intake_answered(turn: Turn, fact: IntakeAnswered) -> None:
    """Guidance or a refusal ends the intake clock; a refusal ends the stream."""
    end_kind(turn, "intake")
    if fact.is_rejected and not turn.state.is_accepted:
        _close(turn)


def _close(turn: Turn) -> None:
    """Nothing more is timed here: the stream may be forgotten in time, as a finished dossier is."""
    fact = turn.caused_by()
    ending = Ending(fact.event_id, fact.event_type, fact.seq, fact.at, fact.known_at)
    turn.state = replace(turn.state, ending=ending)


def on_transfer_received(turn: Turn, _fact: TransferReceived) -> None:
    """The dossier has arrived, whoever reported its way (DR-11)."""
    end_kind(turn, "transfer")


def on_transferred(turn: Turn, fact: Transferred) -> None:
    """The transfer is done; another unit holds the dossier, with a day of its own where agencies work in a chain (DR-13)."""
    end_kind(turn, "transfer", "agency")
    before = turn.state.holder_unit_id
    turn.state = replace(turn.state, holder_unit_id=fact.to_unit_id, given_by_unit_id=before, officer_id=None)
    dossier = turn.state.clock(DOSSIER)
    if dossier is None or turn.pins is None or turn.state.ending is not None:
        return
    procedure = turn.planner.procedure(turn.state.subject.procedure_code, turn.state.subject.opened_on)
    has_legs = procedure is not None and procedure.agency_legs and fact.to_unit_id != turn.state.subject.unit_id
    if fact.due_back_at is None and not has_legs:
        return
    if fact.due_back_at is not None:
        answer = appointment(turn.pins.calendar, instant(fact.at), instant(fact.due_back_at))
    else:
        answer = agency_due(turn.pins.calendar, lawful_due_of(dossier, turn.pins), instant(fact.at), turn.pins.rule_set)
    _start(turn, f"agency:{fact.to_unit_id}#{fact.seq}", "agency", answer, None, unit_id=fact.to_unit_id)


def on_transfer_refused(turn: Turn, _fact: TransferRefused) -> None:
    """Back to the unit that handed it over; the agency's clock is over."""
    for clock in turn.state.clocks:
        if clock.kind == "agency":
            turn.drop(clock.name)
    giver = turn.state.given_by_unit_id
    turn.state = replace(turn.state, holder_unit_id=giver or turn.state.holder_unit_id, given_by_unit_id=0)


def on_reassigned(turn: Turn, fact: Reassigned) -> None:
    """A reorganisation: only the holder changes (DR-28)."""
    turn.state = replace(turn.state, holder_unit_id=fact.to_unit_id)


def on_step_started(turn: Turn, fact: StepStarted) -> None:
    """A step with a budget has a clock: its own due date, whatever the dossier's is (DR-12)."""
    state = turn.state
    if fact.officer_id is not None and fact.officer_id != state.officer_id:
        turn.state = replace(state, officer_id=fact.officer_id)
    if turn.pins is None or state.ending is not None:
        return
    is_given = fact.budget is not None or fact.due_at is not None
    usual = None if is_given else _budget_of_procedure(turn, fact.step_code)
    if not is_given and usual is None:
        return
    about = {"step_code": fact.step_code, "unit_id": fact.responsible_unit_id or 0, "officer_id": fact.officer_id}
    name = f"step:{fact.step_code}#{fact.seq}"
    try:
        if fact.due_at is not None:
            answer = appointment(turn.pins.calendar, instant(fact.at), instant(fact.due_at))
            _start(turn, name, "step", replace(answer, rule="DR-12"), None, **about)
            return
        budget = term_of(fact.budget) or usual
        assert budget is not None  # noqa: S101 one of both is there
        if budget.unit == "hour":
            answer = step_due(turn.pins.calendar, instant(fact.at), budget, turn.pins.rule_set)
            _start(turn, name, "step", answer, budget, **about)
            return
        plan = turn.planner.by_term(turn.pins, "step", fact.at, budget, "DR-12")
        say_set(turn, turn.armed(name, "step", fact.at, plan, budget, **about))
    except RulesError as error:
        turn.not_armed_by(name, "step", error)


def _budget_of_procedure(turn: Turn, step_code: str) -> Term | None:
    procedure = turn.planner.procedure(turn.state.subject.procedure_code, turn.state.subject.opened_on)
    if procedure is None:
        return None
    return next((step.budget for step in procedure.steps if step.code == step_code), None)


def on_step_completed(turn: Turn, fact: StepCompleted) -> None:
    """The latest open clock of that step ends; a step without one says nothing."""
    for clock in reversed(turn.state.clocks):
        if clock.kind == "step" and clock.step_code == fact.step_code:
            end(turn, clock)
            return


def on_consultation_requested(turn: Turn, fact: ConsultationRequested) -> None:
    """A clock beside the dossier's, which runs on (DR-14); none where nobody said until when."""
    if turn.pins is None or turn.state.ending is not None:
        return
    name = f"consultation:{fact.document_no}"
    try:
        term = term_of(fact.term)
        by = None if fact.due_at is None else instant(fact.due_at)
        answer = consultation_due(turn.pins.calendar, instant(fact.at), term, by, turn.pins.rule_set)
        if answer is not None:
            _start(turn, name, "consultation", answer, term, unit_id=fact.agency_unit_id or 0)
    except RulesError as error:
        turn.not_armed_by(name, "consultation", error)


def on_consultation_answered(turn: Turn, fact: ConsultationAnswered) -> None:
    """The agency answered."""
    clock = turn.state.clock(f"consultation:{fact.document_no}")
    if clock is not None:
        end(turn, clock)


def on_feedback_act(turn: Turn, fact: FeedbackAct) -> None:
    """Refusal and supplement have limits from the receipt; answer and publication are clocks (QĐ 766, 5.2)."""
    received = turn.state.clock(FEEDBACK_ANSWER)
    if fact.stage in ("refusal", "supplement") and received is not None:
        _judge_stage(turn, fact, received)
    if fact.stage in ("refusal", "answer") and received is not None:
        end(turn, received)
    if fact.stage == "answer":
        start_feedback(turn, FEEDBACK_PUBLICATION, fact.at)
    published = turn.state.clock(FEEDBACK_PUBLICATION)
    if fact.stage == "publication" and published is not None:
        end(turn, published)
    if fact.stage in ("refusal", "publication"):
        _close(turn)


def _judge_stage(turn: Turn, fact: FeedbackAct, received: Clock) -> None:
    """A stage that may only be used for so long is judged when it is used; nobody is late for not refusing."""
    pins, kind = turn.require_pins(), f"feedback_{fact.stage}"
    try:
        answer = feedback_due(pins.calendar, instant(received.started_at), fact.stage, pins.rule_set)
    except RulesError as error:
        turn.not_armed_by(kind, kind, error)
        return
    plan = turn.planner.by_due(pins, kind, answer, None)
    clock = turn.armed(kind, kind, received.started_at, plan, None)
    turn.drop(kind)
    if classify(pins.calendar, answer.due_at, instant(fact.at), answer.basis) == "late":
        holder = turn.state.holder_unit_id
        turn.because_at(clock.lawful_due_at, clock, "", StepBreached, **turn.dues(clock), held_by_unit_id=holder)
    else:
        say_met(turn, clock, fact.at, fact.event_type)


def end_kind(turn: Turn, *kinds: str) -> None:
    """End every clock of some kinds."""
    for clock in turn.state.clocks:
        if clock.kind in kinds:
            end(turn, clock)


def end(turn: Turn, clock: Clock) -> None:
    """A part is done: said when it was in time; when it wasn't, the breach has said it."""
    turn.drop(clock.name)
    if not clock.is_breached:
        fact = turn.caused_by()
        say_met(turn, clock, fact.at, fact.event_type)


def say_met(turn: Turn, clock: Clock, ended_at: Instant, ended_by: str, tag: str = "") -> bool:
    """Say that what a clock times ended early or on time (DR-08); nothing, and False, where it ended late."""
    if clock.basis == "instant":
        is_early, is_late = ended_at < clock.lawful_due_at, ended_at > clock.lawful_due_at
    else:
        ended_on = turn.zone.local(ended_at).toordinal()
        is_early, is_late = ended_on < clock.due_on, ended_on > clock.due_on
    if is_late:
        return False
    turn.because_at(
        ended_at,
        clock,
        tag,
        DeadlineMet,
        **turn.dues(clock),
        ended_at=turn.zone.local(ended_at),
        ended_by=ended_by,
        outcome="early" if is_early else "on_time",
    )
    return True


def _start(turn: Turn, name: str, kind: str, answer: Due, term: Term | None, **about: Any) -> None:
    plan = turn.planner.by_due(turn.require_pins(), kind, answer, term)
    say_set(turn, turn.armed(name, kind, turn.caused_by().at, plan, term, **about))
