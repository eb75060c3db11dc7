"""What begins a stream: a submission, an acceptance, a citizen's feedback; and the clocks that start with it (DR-01 to DR-11)."""

from msgspec.structs import replace

from events.deadline import DeadlineSet
from rules.clocks.facts import Accepted, FeedbackReceived, Submitted
from rules.clocks.instants import Instant, instant, micros
from rules.clocks.planning import Plan, given_term_of, term_of
from rules.clocks.state import Clock
from rules.clocks.transition import DOSSIER, Turn
from rules.due.sub_clocks import feedback_due, intake_due, transfer_due
from rules.due.terms import Term, appointment, due
from rules.errors import CalendarExhaustedError, RulesError

TRANSFER = "transfer"
FEEDBACK_ANSWER = "feedback_answer"
FEEDBACK_PUBLICATION = "feedback_publication"


def on_submitted(turn: Turn, fact: Submitted) -> None:
    """The counter answers within so many working hours (DR-10); each round has its own clock."""
    name = f"intake:{fact.round_no}"
    if turn.pins is None:
        _unknown_calendar(turn, name, "intake")
        return
    try:
        answer = intake_due(turn.pins.calendar, instant(fact.at), turn.pins.rule_set)
    except RulesError as error:
        turn.not_armed_by(name, "intake", error)
        return
    term = Term(value=turn.pins.rule_set.intake_working_hours, unit="hour")
    say_set(turn, turn.armed(name, "intake", fact.at, turn.planner.by_due(turn.pins, "intake", answer, term), term))


def on_accepted(turn: Turn, fact: Accepted) -> None:
    """The dossier's own clock, and the one of its transfer where the procedure has one."""
    turn.state = replace(turn.state, is_accepted=True)
    if turn.pins is None:
        _unknown_calendar(turn, DOSSIER, "dossier")
        return
    try:
        found = _dossier_plan(turn, fact)
    except RulesError as error:
        turn.not_armed_by(DOSSIER, "dossier", error)
        return
    if found is None:
        return
    plan, term, computed_due_at = found
    say_set(turn, turn.armed(DOSSIER, "dossier", fact.at, plan, term), computed_due_at)
    _start_transfer(turn, fact)


def _dossier_plan(turn: Turn, fact: Accepted) -> tuple[Plan, Term | None, Instant | None] | None:
    """(plan, term, what the rules alone would have given). An appointment that the source states wins over a term."""
    pins = turn.require_pins()
    term = term_of(fact.term) or _term_of_procedure(turn, fact)
    if fact.appointment_at is not None:
        answer = appointment(pins.calendar, instant(fact.at), instant(fact.appointment_at))
        return turn.planner.by_due(pins, "dossier", answer, term), term, _computed(turn, fact, term)
    if term is None:
        if fact.procedure_code and turn.planner.procedure(fact.procedure_code, fact.opened_on) is None:
            reason = f"procedure {fact.procedure_code} is not in the catalogue, and the event states no term (DR-09)"
            turn.not_armed(DOSSIER, "dossier", "unknown_procedure", reason)
        else:
            turn.not_armed(DOSSIER, "dossier", "no_term", "there is neither a term nor an appointment (DR-09)")
        return None
    return turn.planner.by_term(pins, "dossier", fact.at, term), term, None


def _term_of_procedure(turn: Turn, fact: Accepted) -> Term | None:
    if fact.appointment_at is not None:
        return None
    procedure = turn.planner.procedure(fact.procedure_code, fact.opened_on)
    return procedure.term() if procedure is not None else None


def _computed(turn: Turn, fact: Accepted, term: Term | None) -> Instant | None:
    pins = turn.require_pins()
    if term is None:
        return None
    try:
        return micros(due(pins.calendar, instant(fact.at), term, pins.rule_set).due_at)
    except CalendarExhaustedError:
        return None


def _start_transfer(turn: Turn, fact: Accepted) -> None:
    procedure = turn.planner.procedure(fact.procedure_code, fact.opened_on)
    if procedure is None or not procedure.has_transfer_clock:
        return
    pins = turn.require_pins()
    answer = transfer_due(pins.calendar, instant(fact.at), pins.rule_set)
    say_set(turn, turn.armed(TRANSFER, "transfer", fact.at, turn.planner.by_due(pins, "transfer", answer, None), None))


def on_feedback_received(turn: Turn, fact: FeedbackReceived) -> None:
    """An answer within so many working days (QĐ 766, 5.2)."""
    start_feedback(turn, FEEDBACK_ANSWER, fact.at)


def start_feedback(turn: Turn, name: str, at: Instant) -> None:
    """Start the clock of an answer or of its publication."""
    if turn.pins is None:
        _unknown_calendar(turn, name, name)
        return
    try:
        stage = "answer" if name == FEEDBACK_ANSWER else "publication"
        answer = feedback_due(turn.pins.calendar, instant(at), stage, turn.pins.rule_set)  # type: ignore[arg-type]
    except RulesError as error:
        turn.not_armed_by(name, name, error)
        return
    say_set(turn, turn.armed(name, name, at, turn.planner.by_due(turn.pins, name, answer, None), None))


def say_set(turn: Turn, clock: Clock, computed_due_at: Instant | None = None) -> None:
    """Say that a clock was set going, with everything needed to redo the sum."""
    pins, local, subject = turn.require_pins(), turn.zone.local, turn.state.subject
    is_given = clock.original_rule == "appointment"
    turn.because(
        clock,
        "",
        DeadlineSet,
        **turn.dues(clock),
        accepted_at=local(clock.started_at),
        effective_start_at=local(clock.effective_start_at),
        term=given_term_of(clock),
        given_by="source_system" if is_given else "rules",
        computed_due_at=None if computed_due_at is None else local(computed_due_at),
        classify_by=clock.basis,
        rule=clock.original_rule,
        policy=pins.rule_set.supplement_policy,
        procedure_code=subject.procedure_code or "",
        calendar_id=subject.calendar_id,
        calendar_version=subject.calendar_version,
        rule_set_version=subject.rule_set_id,
        time_zone=pins.zone_name,
        held_by_unit_id=clock.unit_id or turn.state.holder_unit_id,
        step_code=clock.step_code,
    )


def _unknown_calendar(turn: Turn, name: str, kind: str) -> None:
    reason = f"calendar {turn.state.subject.calendar_id} is not known"
    turn.not_armed(name, kind, "unknown_calendar", reason)
