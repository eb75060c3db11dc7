"""What begins a stream: a submission, an acceptance, a citizen's feedback; and the clocks that start with it (DR-01 to DR-11)."""

from collections.abc import Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from events.deadline import DeadlineSet
from rules.clocks.facts import Accepted, Fact, FeedbackReceived, Submitted
from rules.clocks.instants import Instant, instant, micros
from rules.clocks.planning import Plan
from rules.clocks.rule_values import given_term_of, term_of
from rules.clocks.state import Acceptance, Clock
from rules.clocks.transition import DOSSIER, Handler, Transition
from rules.due.sub_clocks import feedback_due, intake_due, transfer_due
from rules.due.terms import Term, due, first_due, given_date
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
    acceptance = Acceptance(fact.event_id, fact.at, fact.unit_id, fact.procedure_code, fact.term, fact.appointment_at)
    transition.state = replace(transition.state, is_accepted=True, acceptance=acceptance, holder_event_id=fact.event_id)
    if fact.is_untold_of_letters:
        apology = replace(transition.state.apology, untold_until=fact.known_at)
        transition.state = replace(transition.state, apology=apology)
    if transition.legal_context is None:
        _unknown_calendar(transition, DOSSIER, "dossier")
        return
    try:
        found = first_planned(transition, fact)
    except RulesError as error:
        transition.not_armed_by(DOSSIER, "dossier", error)
        return
    if found is None:
        _nothing_to_count(transition, fact)
        return
    if found.problem:
        transition.flag("redated", "B15", found.problem, code="later-than-the-term")
    about = {"promised_due_at": found.promised_at or found.plan.due_at, "stated_due_at": fact.appointment_at or 0}
    clock = transition.armed(DOSSIER, "dossier", fact.at, found.plan, found.term, **about)
    emit_set(transition, clock, found.computed_due_at)
    _start_transfer(transition, fact)


class FirstDue(Struct, frozen=True, gc=False):
    """When a dossier is first due, and the term that is its own; and what B15 tells apart.

    `promised_at` is an appointment that lies later, `computed_due_at` what the term gives where an appointment binds, `problem`
    what was stated against the term.
    """

    plan: Plan
    term: Term | None
    promised_at: Instant | None = None
    computed_due_at: Instant | None = None
    problem: str = ""


def first_planned(transition: Transition, fact: Accepted) -> FirstDue | None:
    """The earlier of what the term gives, its own or the catalogue's, and of the appointment that was stated (B15, DR-09).

    None where there is neither. Raises RulesError.
    """
    legal_context = transition.require_legal_context()
    term, problem = _term_that_binds(transition, fact)
    if fact.appointment_at is not None:
        return _with_appointment(transition, fact, fact.appointment_at, term, problem)
    if term is None:
        return None
    return FirstDue(transition.planner.by_term(legal_context, "dossier", fact.at, term), term, problem=problem)


def _nothing_to_count(transition: Transition, fact: Accepted) -> None:
    if fact.procedure_code and transition.planner.procedure(fact.procedure_code, fact.opened_on) is None:
        reason = f"procedure {fact.procedure_code} is not in the catalogue, and the event states no term (DR-09)"
        transition.not_armed(DOSSIER, "dossier", "unknown_procedure", reason)
    else:
        transition.not_armed(DOSSIER, "dossier", "no_term", "there is neither a term nor an appointment (DR-09)")


def _term_that_binds(transition: Transition, fact: Accepted) -> tuple[Term | None, str]:
    """The term of an acceptance, and what is wrong with it.

    One that the catalogue doesn't have never lengthens the clock. Beside a mere appointment it is the longest of the catalogue:
    nobody has said which case it is.
    """
    stated, procedure = term_of(fact.term), transition.planner.procedure(fact.procedure_code, fact.opened_on)
    if procedure is None or stated in procedure.terms.values():
        return stated, ""
    if stated is None and fact.appointment_at is None:
        return procedure.term(), ""
    legal_context = transition.require_legal_context()
    ends = {
        term: transition.planner.by_term(legal_context, "dossier", fact.at, term).due_at
        for term in procedure.terms.values()
    }
    longest = max(ends, key=lambda term: ends[term])
    if stated is None:
        return longest, ""
    own_end = transition.planner.by_term(legal_context, "dossier", fact.at, stated).due_at
    problem = f"the catalogue has no term of {stated.value} {stated.unit} for procedure {fact.procedure_code}"
    return (stated if own_end <= ends[longest] else longest), problem


def _with_appointment(
    transition: Transition, fact: Accepted, stated_at: Instant, term: Term | None, problem: str
) -> FirstDue:
    legal_context = transition.require_legal_context()
    calendar, at = legal_context.calendar, instant(fact.at)
    answer = first_due(calendar, at, term, instant(stated_at), legal_context.rule_set)
    assert answer is not None  # noqa: S101 an appointment was stated
    if answer.rule == "appointment":
        own = term if fact.term is not None else None
        plan = transition.planner.by_due(legal_context, "dossier", answer, own)
        return FirstDue(plan, own, None, _computed(transition, fact, own), problem)
    # What was printed for the citizen is kept as the promise, to the instant if the calendar doesn't reach it.
    promised_at, later = stated_at, f"the appointment lies after {answer.due_at.isoformat()}, which the term gives"
    with suppress(CalendarExhaustedError):
        promised_at = micros(given_date(calendar, instant(stated_at)))
    plan = transition.planner.by_due(legal_context, "dossier", answer, term)
    return FirstDue(plan, term, promised_at, None, "; ".join(filter(None, (problem, later))))


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
