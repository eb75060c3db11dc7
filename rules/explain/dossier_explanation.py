"""Tell why the due dates of a whole dossier are what they are, clock by clock, and hold them against what was said.

The history is replayed by the very code that the worker runs (`rules.clocks.replay`); its trace gives every clock with its moves,
verdict and notes, and everything an inspector needs to redo the sums by hand is added (DR-01 to DR-31, AR-02, 4.6). Pure. A
computed due date that is not the recorded one `differs`; nothing is put right here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from events.deadline import Policy
from rules.book.procedures import ProcedureCatalogue
from rules.book.rulebook import Rulebook
from rules.clocks.facts import BackdatingApproved, ConsultationRequested, Fact
from rules.clocks.instants import Zone, instant
from rules.clocks.ledger import REOPENING, ledger_of, own_entries
from rules.clocks.planning import NO_LADDER, Planner
from rules.clocks.replay import Step, passed_since, replay
from rules.clocks.rule_values import lawful_due_of, term_of_clock
from rules.clocks.state import Entry, StreamState
from rules.clocks.transition import DOSSIER, Note, transition_of
from rules.clocks.verdicts import OUTCOME_FIELDS
from rules.due.classify import Classification
from rules.due.escalation import escalation_rungs
from rules.due.ladder import Rung, near_due_rungs
from rules.due.policy_classes import policy_classes
from rules.due.terms import Term
from rules.errors import RulesError
from rules.explain.clock_explanation import ClockExplanation, DueExplanation, explain_clock, explain_due
from rules.explain.clock_lives import ClockLife, clock_lives
from rules.explain.compared_moves import Compared, ExplainedMove, moves_of
from rules.explain.endings import ExplainedEnding, Headline, endings_of
from rules.explain.late_records import LateEvent, late_events_of
from rules.explain.missed import Breach, ExplainedObligation, breaches_of, obligations_of
from rules.explain.recorded_stream import RecordedDue, RecordedStream

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedClock:
    """One clock. `by_rules` is what the rules alone give where a source stated the appointment.

    `first` is how the original due date was counted where an order or a correction put another sum in its place (DR-27, B20).
    `causes` names the entries of the ledger. `judged_due_at` is the due date of a dossier that ended while it waited.
    `unexplained` are due dates that were said about it and follow from nothing.
    """

    name: str
    kind: str
    life: ClockLife
    explanation: ClockExplanation
    first: DueExplanation | None
    by_rules: DueExplanation | None
    causes: tuple[str, ...]
    original: Compared
    lawful: Compared
    promised: Compared
    judged_due_at: datetime
    moves: tuple[ExplainedMove, ...]
    unexplained: tuple[RecordedDue, ...]
    classes: dict[Policy, Classification]
    outcome: Classification
    latest_at: datetime | None
    rungs: tuple[Rung, ...]
    escalations: tuple[Rung, ...]

    @property
    def is_waiting(self) -> bool:
        """Whether it stands still now."""
        return self.life.last.is_paused and not self.life.is_over

    @property
    def differs(self) -> bool:
        """Whether anything that was said about this clock is not what comes out here."""
        finals = any(one.differs for one in (self.original, self.lawful, self.promised))
        return finals or any(move.differs for move in self.moves) or bool(self.unexplained)


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierExplanation:
    """All clocks of one stream. `unexplained`: due dates that were said about clocks which follow from no fact."""

    stream: RecordedStream
    clocks: tuple[ExplainedClock, ...]
    notes: tuple[Note, ...]
    unexplained: tuple[RecordedDue, ...]
    steps: tuple[Step, ...]
    state: StreamState | None
    zone: Zone
    opening: Fact | None
    procedure_name: str | None
    endings: tuple[ExplainedEnding, ...]
    breaches: tuple[Breach, ...]
    obligations: tuple[ExplainedObligation, ...]
    late_events: tuple[LateEvent, ...]

    @property
    def ending(self) -> Fact | None:
        """The fact that ended the stream, while it stands."""
        ending = self.state.ending if self.state else None
        return next((step.fact for step in self.steps if ending and step.fact.seq == ending.seq), None)

    @property
    def headline(self) -> Headline | None:
        """The class of the figures: that of the ending that stands; None before the acceptance, when none counts it."""
        if self.state is None or not self.state.is_accepted:
            return None
        ending = self.state.ending
        if ending is None:
            return "open"
        return next((one.headline for one in self.endings if one.event_id == ending.event_id), "unknown")

    @property
    def differs(self) -> bool:
        """Whether anything that was said is not what comes out here."""
        is_other_class = any(ending.differs for ending in self.endings)
        return bool(self.unexplained) or is_other_class or any(clock.differs for clock in self.clocks)


def explain_dossier(stream: RecordedStream, rulebook: Rulebook, procedures: ProcedureCatalogue) -> DossierExplanation:
    """Explain every clock of a stream, the dossier's own first, the others in the order in which they were set going."""
    planner = Planner(rulebook, procedures)
    steps = replay(stream.history, planner)
    lives = sorted(clock_lives(steps, planner), key=lambda life: life.kind != DOSSIER)
    state = next((step.after for step in reversed(steps) if step.after is not None), None)
    procedure = planner.procedure(state.subject.procedure_code, state.subject.opened_on) if state else None
    context = planner.legal_context(state.subject) if state else None
    zone = context.zone if context else planner.default_zone
    known = {id(one) for life in lives for one in _recorded_of(stream, life)}
    # A stream that was forgotten meanwhile has no more to say; time goes on with what was kept of it.
    emitted = [one for step in steps for one in step.emitted]
    emitted += passed_since(steps[-1].after if steps else None, stream.passed_until, planner)
    return DossierExplanation(
        stream=stream,
        clocks=tuple(_explained(planner, life, stream) for life in lives),
        notes=_notes(steps),
        unexplained=tuple(one for one in stream.recorded if id(one) not in known),
        steps=steps,
        state=state,
        zone=zone,
        opening=steps[0].fact if steps else None,
        procedure_name=procedure.name if procedure else None,
        endings=endings_of(steps, stream.classes, zone),
        breaches=breaches_of(emitted),
        obligations=obligations_of(emitted),
        late_events=late_events_of(steps, state, zone),
    )


def _notes(steps: tuple[Step, ...]) -> tuple[Note, ...]:
    """What moved nothing; a late record that was approved needs no look any more (DR-31)."""
    facts = [step.fact for step in steps]
    approved = {one for fact in facts if isinstance(fact, BackdatingApproved) for one in fact.target_event_ids}
    notes = [note for step in steps for note in step.notes]
    return tuple(note for note in notes if note.code != "backdated" or note.fact.event_id not in approved)


def _recorded_of(stream: RecordedStream, life: ClockLife) -> tuple[RecordedDue, ...]:
    """What was said about a clock: by its name; of the dossier's own there is only one, however it is called."""
    if life.kind == DOSSIER:
        return tuple(one for one in stream.recorded if one.clock_kind == DOSSIER)
    return tuple(one for one in stream.recorded if (one.clock, one.clock_kind) == (life.name, life.kind))


def _explained(planner: Planner, life: ClockLife, stream: RecordedStream) -> ExplainedClock:
    clock, context, local = life.last, life.context, life.context.zone.local
    entries = own_entries(life.state, clock)
    ledger = ledger_of(transition_of(planner, life.state, None, 0, []), entries)
    is_dossier, lawful_at = life.kind == DOSSIER, _last_move(life)
    explanation = explain_clock(
        context.calendar, instant(clock.started_at), _counted(life), life.base, ledger, context.rule_set
    )
    recorded = _recorded_of(stream, life)
    last = recorded[-1] if recorded and not life.problem else None
    moves = moves_of(life, recorded)
    matched = {id(one) for one in recorded if any(one.seq == move.move.fact.seq for move in moves)}
    due, running_from = lawful_due_of(clock, context.zone), _running_from(life, explanation)
    return ExplainedClock(
        name=life.name,
        kind=life.kind,
        life=life,
        explanation=explanation,
        first=_first(life),
        by_rules=_by_rules(life),
        causes=tuple(_cause(entry) for entry in entries),
        original=Compared(
            computed=local(clock.original_due_at), recorded=recorded[-1].original_due_at if recorded else None
        ),
        lawful=Compared(computed=lawful_at[0], recorded=last.lawful_due_at if last else None),
        promised=Compared(computed=lawful_at[1], recorded=last.promised_due_at if last else None),
        judged_due_at=_judged_due_at(life) or lawful_at[0],
        moves=moves,
        unexplained=tuple(one for one in recorded if id(one) not in matched),
        classes=_classes(life, explanation) if is_dossier else {},
        outcome=_outcome(life),
        latest_at=local(clock.latest_at) if is_dossier else None,
        rungs=near_due_rungs(context.calendar, due, term_of_clock(clock), context.rule_set, running_from)
        if life.kind not in NO_LADDER
        else (),
        escalations=escalation_rungs(context.calendar, due, context.rule_set) if is_dossier else (),
    )


def _last_move(life: ClockLife) -> tuple[datetime, datetime]:
    """The lawful and the promised due date as they were last said; an ending while waiting is judged by another."""
    if life.moves:
        return life.moves[-1].lawful_due_at, life.moves[-1].promised_due_at
    local = life.context.zone.local
    return local(life.last.lawful_due_at), local(life.last.promised_due_at)


def _counted(life: ClockLife) -> Term | None:
    """The term in which the days are told. Feedback has none of its own: its stages are limits in working days."""
    clock, context = life.last, life.first_context
    if life.kind.startswith("feedback"):
        start = context.zone.local(clock.effective_start_at).date()
        due_on = context.zone.local(clock.original_due_at).date()
        return Term(value=context.calendar.working_days_between(start, due_on), unit="working_day")
    if isinstance(life.armed_by, ConsultationRequested) and life.armed_by.due_at is not None:
        return None
    return term_of_clock(clock)


def _running_from(life: ClockLife, explanation: ClockExplanation) -> datetime:
    if life.kind == DOSSIER:
        return explanation.under(explanation.lawful).running_from_at
    return explanation.original.effective_start_at


def _cause(entry: Entry) -> str:
    if entry.cause is None:
        return "extension"
    return "reopening" if entry.legal_basis == REOPENING else entry.cause


def _classes(life: ClockLife, explanation: ClockExplanation) -> dict[Policy, Classification]:
    """The verdict under each policy; of a dossier that is open, what the policies say of it so far (DR-22)."""
    if life.ended is not None and life.verdict is not None:
        return {policy: life.verdict[name] for policy, name in OUTCOME_FIELDS}
    original, term, ledger = explanation.original, explanation.term, explanation.ledger
    return policy_classes(explanation.calendar, original, term, ledger, None, explanation.rule_set)


def _outcome(life: ClockLife) -> Classification:
    """As the clock said it last; not known before it has ended."""
    return "unknown" if life.ended is None else life.outcome


def _judged_due_at(life: ClockLife) -> datetime | None:
    """The due date by which the clock said that it judged the ending."""
    return life.verdict.get("judged_due_at") if life.ended is not None and life.verdict is not None else None


def _first(life: ClockLife) -> DueExplanation | None:
    """How the original due date was counted, where another sum took its place."""
    context, term = life.first_context, term_of_clock(life.first)
    first = context.calendar.version, life.first.started_at, term
    if term is None or first == (life.context.calendar.version, life.last.started_at, term_of_clock(life.last)):
        return None
    return _or_none(lambda: explain_due(context.calendar, instant(life.first.started_at), term, context.rule_set))


def _by_rules(life: ClockLife) -> DueExplanation | None:
    term, context = term_of_clock(life.last), life.first_context
    if term is None or life.last.original_rule != "appointment":
        return None
    started_at = instant(life.last.started_at)
    return _or_none(lambda: explain_due(context.calendar, started_at, term, context.rule_set))


def _or_none(ask: Callable[[], _T]) -> _T | None:
    try:
        return ask()
    except RulesError:
        return None
