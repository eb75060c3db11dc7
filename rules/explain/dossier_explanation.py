"""Tell why the due dates of a whole dossier are what they are, clock by clock, and hold them against what was said.

In go the facts of one stream, the rulebook and the catalogue of procedures; out comes everything an inspector needs to redo
the sums by hand (DR-01 to DR-31, AR-02, 4.6). Pure. A computed due date that is not the recorded one `differs`; nothing is
put right here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from rules.book.procedures import ProcedureCatalogue
from rules.book.rulebook import Rulebook
from rules.book.ruleset import Policy
from rules.due.classify import Classification, classify, classify_recorded
from rules.due.escalation import escalation_rungs
from rules.due.ladder import Rung, apology_latest_at, near_due_rungs
from rules.due.supplement import Ledger, Pause, adjusted_due, closed
from rules.errors import RulesError
from rules.explain.clock_explanation import ClockExplanation, DueExplanation, explain_clock, explain_due
from rules.explain.dossier_facts import Fact, RecordedDue, StreamFacts
from rules.explain.dossier_moves import walk
from rules.explain.dossier_walk import DOSSIER, Move, Note, Walk, WalkedClock

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A computed instant beside the recorded one (None: nothing was recorded)."""

    computed: datetime
    recorded: datetime | None

    @property
    def differs(self) -> bool:
        """Whether something else was said; what was not recorded yet is no difference."""
        return self.recorded is not None and self.recorded != self.computed


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedMove:
    """One change of a clock's due dates, with what was said at that event; `is_missing`: nothing was, though later words were."""

    move: Move
    lawful: Compared
    promised: Compared
    is_missing: bool

    @property
    def differs(self) -> bool:
        """Whether something else was said, or nothing where something had to be."""
        return self.is_missing or self.lawful.differs or self.promised.differs


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedClock:
    """One clock. `by_rules` is what the rules alone give where a source stated the appointment.

    `first` is how the original due date was counted where an order replaced the calendar meanwhile (DR-27). `causes` names
    the entries of the ledger. `judged_due_at` is the due date of a dossier that ended while it waited. `unexplained` are due
    dates that were said about it and follow from nothing.
    """

    name: str
    kind: str
    walked: WalkedClock
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
        return self.walked.is_paused and not self.walked.is_over

    @property
    def differs(self) -> bool:
        """Whether anything that was said about this clock is not what comes out here."""
        finals = any(one.differs for one in (self.original, self.lawful, self.promised))
        return finals or any(move.differs for move in self.moves) or bool(self.unexplained)


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierExplanation:
    """All clocks of one stream. `unexplained`: due dates that were said about clocks which follow from no fact."""

    stream: StreamFacts
    clocks: tuple[ExplainedClock, ...]
    notes: tuple[Note, ...]
    unexplained: tuple[RecordedDue, ...]
    is_accepted: bool
    ending: Fact | None
    opening: Fact | None
    unit_id: int | None
    procedure_code: str | None
    procedure_name: str | None

    @property
    def differs(self) -> bool:
        """Whether anything that was said is not what comes out here."""
        return bool(self.unexplained) or any(clock.differs for clock in self.clocks)


def explain_dossier(stream: StreamFacts, rulebook: Rulebook, procedures: ProcedureCatalogue) -> DossierExplanation:
    """Explain every clock of a stream, the dossier's own first, the others in the order in which they started."""
    walked = walk(stream, rulebook, procedures)
    ordered = sorted(walked.clocks, key=lambda clock: clock.kind != DOSSIER)
    clocks = tuple(_explained(walked, clock, stream) for clock in ordered)
    known = {id(one) for clock in ordered for one in _recorded_of(stream, clock)}
    opening, procedure = walked.opening, walked.procedure()
    return DossierExplanation(
        stream=stream,
        clocks=clocks,
        notes=_notes(walked, stream),
        unexplained=tuple(one for one in stream.recorded if id(one) not in known),
        is_accepted=walked.is_accepted,
        ending=walked.ending,
        opening=opening,
        unit_id=opening.unit_id if opening else None,
        procedure_code=opening.procedure_code if opening else None,
        procedure_name=procedure.name if procedure else None,
    )


def _recorded_of(stream: StreamFacts, clock: WalkedClock) -> tuple[RecordedDue, ...]:
    """What was said about a clock: by its name; of the dossier's own there is only one, however it is called."""
    if clock.kind == DOSSIER:
        return tuple(one for one in stream.recorded if one.clock_kind == DOSSIER)
    return tuple(one for one in stream.recorded if (one.clock, one.clock_kind) == (clock.name, clock.kind))


def _explained(walked: Walk, clock: WalkedClock, stream: StreamFacts) -> ExplainedClock:
    ledger, causes = _ledger(walked, clock)
    recorded = _recorded_of(stream, clock)
    last = recorded[-1] if recorded else None
    # Where it was said that the clock can't run any more, what was said before is not its present due date.
    is_stale = last is not None and any(one.clock == clock.name and one.seq > last.seq for one in stream.not_armed)
    present = None if is_stale else last
    explanation = explain_clock(clock.calendar, clock.started_at, clock.counted, clock.base, ledger, clock.rule_set)
    judged_at, classes = _judged(clock, explanation)
    ended_at = clock.ended.at if clock.ended else None
    moves = _moves(clock, recorded)
    matched = {id(one) for one in recorded if any(one.seq == move.move.fact.seq for move in moves)}
    is_dossier = clock.kind == DOSSIER
    return ExplainedClock(
        name=clock.name,
        kind=clock.kind,
        walked=clock,
        explanation=explanation,
        first=_first(clock),
        by_rules=_by_rules(clock),
        causes=causes,
        original=Compared(computed=clock.original.due_at, recorded=last.original_due_at if last else None),
        lawful=Compared(computed=clock.lawful.due_at, recorded=present.lawful_due_at if present else None),
        promised=Compared(computed=clock.promised_at, recorded=present.promised_due_at if present else None),
        judged_due_at=judged_at,
        moves=moves,
        unexplained=tuple(one for one in recorded if id(one) not in matched),
        classes=classes if is_dossier else {},
        outcome=classify(clock.calendar, judged_at, ended_at, clock.original.basis),
        latest_at=_or_none(lambda: _latest_at(clock)) if is_dossier else None,
        rungs=_rungs(clock) if clock.kind not in ("intake", "transfer") else (),
        escalations=escalation_rungs(clock.calendar, clock.lawful, clock.rule_set) if is_dossier else (),
    )


def _ledger(walked: Walk, clock: WalkedClock) -> tuple[Ledger, tuple[str, ...]]:
    if clock.kind == DOSSIER:
        return walked.ledger, tuple(walked.causes)
    return clock.ledger, tuple(entry.cause if isinstance(entry, Pause) else "extension" for entry in clock.ledger)


def _moves(clock: WalkedClock, recorded: tuple[RecordedDue, ...]) -> tuple[ExplainedMove, ...]:
    """Hold each change against what was said after the same event; the last words win where it was said twice."""
    said = {one.seq: one for one in recorded}
    latest = max(said, default=-1)
    found = []
    for move in clock.moves:
        one = said.get(move.fact.seq)
        found.append(
            ExplainedMove(
                move=move,
                lawful=Compared(computed=move.lawful_due_at, recorded=one.lawful_due_at if one else None),
                promised=Compared(computed=move.promised_due_at, recorded=one.promised_due_at if one else None),
                is_missing=one is None and move.fact.seq < latest,
            )
        )
    return tuple(found)


def _judged(clock: WalkedClock, explanation: ClockExplanation) -> tuple[datetime, dict[Policy, Classification]]:
    """Give the due date that an ending is judged by, and its class under each policy.

    A dossier that ended while it waited is judged as if the answer had come then.
    """
    ended_at = clock.ended.at if clock.ended else None
    lawful_at = clock.lawful.due_at
    if clock.is_paused and ended_at is not None and clock.kind == DOSSIER:
        ledger, policy = closed(explanation.ledger, explanation.calendar.local(ended_at)), explanation.lawful
        found = _or_none(
            lambda: adjusted_due(clock.calendar, clock.base, clock.term, ledger, clock.rule_set, policy).due
        )
        lawful_at = found.due_at if found else lawful_at
    classes = _or_none(lambda: explanation.classify_all(ended_at)) or {}
    return lawful_at, classes


def _first(clock: WalkedClock) -> DueExplanation | None:
    if clock.calendar.version == clock.first_calendar.version or clock.term is None:
        return None
    term = clock.term
    return _or_none(lambda: explain_due(clock.first_calendar, clock.started_at, term, clock.rule_set))


def _by_rules(clock: WalkedClock) -> DueExplanation | None:
    if clock.term is None or clock.original.rule != "appointment":
        return None
    term = clock.term
    return _or_none(lambda: explain_due(clock.first_calendar, clock.started_at, term, clock.rule_set))


def _latest_at(clock: WalkedClock) -> datetime:
    return apology_latest_at(clock.calendar, clock.lawful, clock.term, clock.rule_set, clock.running_from_at)


def _rungs(clock: WalkedClock) -> tuple[Rung, ...]:
    return near_due_rungs(clock.calendar, clock.lawful, clock.term, clock.rule_set, clock.running_from_at)


def _backdated(walked: Walk) -> tuple[Note, ...]:
    """An ending that was recorded late, with the due date between (DR-31)."""
    clock, fact = walked.dossier(), walked.ending
    if clock is None or fact is None or fact.is_history or fact.event_id in walked.approved:
        return ()
    tolerance = clock.rule_set.back_dating_tolerance
    found = classify_recorded(
        clock.calendar, clock.lawful.due_at, fact.at, fact.known_at, tolerance, basis=clock.lawful.basis
    )
    return (Note(fact=fact, code="backdated"),) if found.is_backdated else ()


def _notes(walked: Walk, stream: StreamFacts) -> tuple[Note, ...]:
    """Everything noted; what was said of the same event when it happened stands for it."""
    said = _not_armed(stream)
    known = {note.fact.seq for note in said}
    own = (
        note for note in walked.notes if note.code not in ("no-term", "unknown-calendar") or note.fact.seq not in known
    )
    return (*own, *_backdated(walked), *said)


def _not_armed(stream: StreamFacts) -> tuple[Note, ...]:
    """What was said of clocks that can't run (AL-7)."""
    told = {fact.seq: fact for fact in stream.facts}
    return tuple(
        Note(fact=told[one.seq], code="not-armed", detail=one.reason) for one in stream.not_armed if one.seq in told
    )


def _or_none(ask: Callable[[], _T]) -> _T | None:
    try:
        return ask()
    except RulesError:
        return None
