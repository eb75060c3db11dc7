"""What begins a stream: a submission, an acceptance, a citizen's feedback; and the clocks that start with it (DR-01 to DR-11)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from events.deadline import DeadlineSet
from rules.clocks.facts import Accepted, Fact, FeedbackReceived, Submitted
from rules.clocks.instants import Instant, instant, micros
from rules.clocks.planning import Plan
from rules.clocks.rule_values import given_term_of, term_of
from rules.clocks.state import Clock
from rules.clocks.transition import DOSSIER, Handler, Transition
from rules.due.sub_clocks import feedback_due, intake_due, transfer_due
from rules.due.terms import Term, appointment, due
from rules.errors import CalendarExhaustedError, RulesError

TRANSFER = "transfer"
FEEDBACK_ANSWER = "feedback_answer"
FEEDBACK_PUBLICATION = "feedback_publication"


def on_submitted(transition: Transition, fact: Submitted) -> None:
    """The counter answers within so many working hours (DR-10); each round has its own clock."""
    name = f"intake:{fact.round_no}"
    if transition.legal_context is None:
        _unknown_calendar(transition, name, "intake")
        return
    term = Term(value=transition.legal_context.rule_set.intake_working_hours, unit="hour")
    try:
        answer = intake_due(transition.legal_context.calendar, instant(fact.at), transition.legal_context.rule_set)
        plan = transition.planner.by_due(transition.legal_context, "intake", answer, term)
    except RulesError as error:
        transition.not_armed_by(name, "intake", error)
        return
    emit_set(transition, transition.armed(name, "intake", fact.at, plan, term))


def on_accepted(transition: Transition, fact: Accepted) -> None:
    """The dossier's own clock, and the one of its transfer where the procedure has one."""
    transition.state = replace(transition.state, is_accepted=True)
    if transition.legal_context is None:
        _unknown_calendar(transition, DOSSIER, "dossier")
        return
    try:
        found = _dossier_plan(transition, fact)
    except RulesError as error:
        transition.not_armed_by(DOSSIER, "dossier", error)
        return
    if found is None:
        return
    plan, term, computed_due_at = found
    emit_set(transition, transition.armed(DOSSIER, "dossier", fact.at, plan, term), computed_due_at)
    _start_transfer(transition, fact)


def _dossier_plan(transition: Transition, fact: Accepted) -> tuple[Plan, Term | None, Instant | None] | None:
    """(plan, term, what the rules alone would have given). An appointment that the source states wins over a term."""
    legal_context = transition.require_legal_context()
    term = term_of(fact.term) or _term_of_procedure(transition, fact)
    if fact.appointment_at is not None:
        answer = appointment(legal_context.calendar, instant(fact.at), instant(fact.appointment_at))
        return (
            transition.planner.by_due(legal_context, "dossier", answer, term),
            term,
            _computed(transition, fact, term),
        )
    if term is None:
        if fact.procedure_code and transition.planner.procedure(fact.procedure_code, fact.opened_on) is None:
            reason = f"procedure {fact.procedure_code} is not in the catalogue, and the event states no term (DR-09)"
            transition.not_armed(DOSSIER, "dossier", "unknown_procedure", reason)
        else:
            transition.not_armed(DOSSIER, "dossier", "no_term", "there is neither a term nor an appointment (DR-09)")
        return None
    return transition.planner.by_term(legal_context, "dossier", fact.at, term), term, None


def _term_of_procedure(transition: Transition, fact: Accepted) -> Term | None:
    if fact.appointment_at is not None:
        return None
    procedure = transition.planner.procedure(fact.procedure_code, fact.opened_on)
    return procedure.term() if procedure is not None else None


def _computed(transition: Transition, fact: Accepted, term: Term | None) -> Instant | None:
    legal_context = transition.require_legal_context()
    if term is None:
        return None
    try:
        return micros(due(legal_context.calendar, instant(fact.at), term, legal_context.rule_set).due_at)
    except CalendarExhaustedError:
        return None


def _start_transfer(transition: Transition, fact: Accepted) -> None:
    procedure = transition.planner.procedure(fact.procedure_code, fact.opened_on)
    if procedure is None or not procedure.has_transfer_clock:
        return
    legal_context = transition.require_legal_context()
    try:
        answer = transfer_due(legal_context.calendar, instant(fact.at), legal_context.rule_set)
        plan = transition.planner.by_due(legal_context, "transfer", answer, None)
    except RulesError as error:
        transition.not_armed_by(TRANSFER, "transfer", error)
        return
    emit_set(transition, transition.armed(TRANSFER, "transfer", fact.at, plan, None))


def on_feedback_received(transition: Transition, fact: FeedbackReceived) -> None:
    """An answer within so many working days (QĐ 766, 5.2)."""
    start_feedback(transition, FEEDBACK_ANSWER, fact.at)


def start_feedback(transition: Transition, name: str, at: Instant) -> None:
    """Start the clock of an answer or of its publication."""
    if transition.legal_context is None:
        _unknown_calendar(transition, name, name)
        return
    try:
        stage = "answer" if name == FEEDBACK_ANSWER else "publication"
        answer = feedback_due(transition.legal_context.calendar, instant(at), stage, transition.legal_context.rule_set)  # type: ignore[arg-type]
        plan = transition.planner.by_due(transition.legal_context, name, answer, None)
    except RulesError as error:
        transition.not_armed_by(name, name, error)
        return
    emit_set(transition, transition.armed(name, name, at, plan, None))


def emit_set(transition: Transition, clock: Clock, computed_due_at: Instant | None = None) -> None:
    """Say that a clock was set going, with everything needed to redo the sum."""
    legal_context, local, subject = transition.require_legal_context(), transition.zone.local, transition.state.subject
    is_given = clock.original_rule == "appointment"
    transition.emit(
        clock,
        "",
        DeadlineSet,
        **transition.dues(clock),
        accepted_at=local(clock.started_at),
        effective_start_at=local(clock.effective_start_at),
        term=given_term_of(clock),
        given_by="source_system" if is_given else "rules",
        computed_due_at=None if computed_due_at is None else local(computed_due_at),
        classify_by=clock.basis,
        rule=clock.original_rule,
        policy=legal_context.rule_set.supplement_policy,
        procedure_code=subject.procedure_code or "",
        calendar_id=subject.calendar_id,
        calendar_version=subject.calendar_version,
        rule_set_version=subject.rule_set_id,
        time_zone=legal_context.zone_name,
        held_by_unit_id=clock.unit_id or transition.state.holder_unit_id,
        step_code=clock.step_code,
    )


def _unknown_calendar(transition: Transition, name: str, kind: str) -> None:
    reason = f"calendar {transition.state.subject.calendar_id} is not known"
    transition.not_armed(name, kind, "unknown_calendar", reason)


HANDLERS: Final[Mapping[type[Fact], Handler]] = MappingProxyType(
    {
        Submitted: on_submitted,
        Accepted: on_accepted,
        FeedbackReceived: on_feedback_received,
    }
)
"""What each of these facts does."""
