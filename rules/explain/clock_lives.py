"""The lives of the clocks of one stream, gathered from the steps of its replay. Pure; nothing is judged or computed here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from events.deadline import (
    ClockNotArmed,
    DeadlineMet,
    DeadlineMoved,
    DeadlineRecomputed,
    DeadlineSet,
    EndingClassified,
    Outcome,
    StepBreached,
)
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.facts import Corrected, Fact
from rules.clocks.ledger import first_due_of
from rules.clocks.planning import LegalContext, Planner
from rules.clocks.replay import Step
from rules.clocks.rule_values import original_due_of
from rules.clocks.state import Clock, StreamState
from rules.clocks.transition import DOSSIER, transition_of
from rules.due.terms import Due
from rules.errors import RulesError

DUES = frozenset({"clock", "clock_kind", "original_due_at", "lawful_due_at", "promised_due_at", "due_on"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One change of the due dates of a clock: the fact that caused it, the rule, what went in, and the dates after it."""

    fact: Fact
    cause: str
    rule: str
    inputs: dict[str, Any]
    lawful_due_at: datetime
    promised_due_at: datetime


@dataclass(slots=True, kw_only=True)
class ClockLife:
    """One clock from being set going to its end.

    `base`: its first due date, counted by its present calendar (DR-27). `outcome`: the class that was last said of it.
    """

    name: str
    kind: str
    armed_by: Fact
    first: Clock
    last: Clock
    first_context: LegalContext
    context: LegalContext
    state: StreamState
    base: Due
    moves: list[Move] = field(default_factory=list)
    is_over: bool = False
    ended: Fact | None = None
    verdict: dict[str, Any] | None = None
    outcome: Outcome = "unknown"
    problem: str = ""


def clock_lives(steps: Sequence[Step], planner: Planner) -> list[ClockLife]:
    """Every clock that ever ran, in the order in which they were set going."""
    lives: list[ClockLife] = []
    for step in steps:
        _set_going(lives, step, planner)
        _follow(lives, step, planner)
        _hear(lives, step)
    return lives


def _open(lives: Iterable[ClockLife], name: str) -> ClockLife | None:
    """The clock of that name that runs or waits; the dossier's own goes on to stand when it has ended."""
    return next(
        (one for one in lives if one.name == name and (not one.is_over or (name == DOSSIER and not one.problem))), None
    )


def _set_going(lives: list[ClockLife], step: Step, planner: Planner) -> None:
    """A clock is new where there was none of its name, or where it was said to be set anew."""
    again = {one.fields["clock"] for one in step.emitted if one.kind is DeadlineSet}
    for change in step.changes:
        clock = change.after
        if clock is None:
            continue
        known = _open(lives, clock.name)
        if known is not None and not (clock.name in again and clock.armed_seq == step.fact.seq != known.armed_by.seq):
            continue
        if known is not None:
            known.is_over = True
        state = step.after or step.before
        assert state is not None  # noqa: S101 a clock belongs to a state
        context = planner.legal_context(state.subject)
        assert context is not None  # noqa: S101 a clock is only ever armed by a calendar
        lives.append(
            ClockLife(
                name=clock.name,
                kind=clock.kind,
                armed_by=step.fact,
                first=clock,
                last=clock,
                first_context=context,
                context=context,
                state=state,
                base=_base(planner, state, clock),
            )
        )


def _follow(lives: list[ClockLife], step: Step, planner: Planner) -> None:
    for change in step.changes:
        one = change.after or change.before
        life = _open(lives, one.name) if one is not None else None
        if life is not None and change.after is not None:
            life.last = change.after
        elif life is not None:
            life.is_over, life.ended = True, step.fact if change.is_ended else None
    if step.after is not None:
        for life in lives:
            if life.kind == DOSSIER or not life.is_over:
                _stand(life, step, step.after, planner)


def _stand(life: ClockLife, step: Step, after: StreamState, planner: Planner) -> None:
    """How a clock stands after a step; the dossier's own is kept when it has ended, and goes on when it is reopened."""
    clock = after.clock(life.name)
    if clock is None:
        life.is_over = True
        return
    life.last, life.state, life.context = clock, after, planner.legal_context(after.subject) or life.context
    if not clock.is_breached:
        life.base = _base(planner, after, clock)
    if life.kind == DOSSIER and after.ending is None:
        life.is_over, life.ended = False, None
    elif life.kind == DOSSIER and not life.is_over:
        life.is_over, life.ended = True, step.fact


def _hear(lives: list[ClockLife], step: Step) -> None:
    """What was emitted about clocks: moves, verdicts, and that one can't run any more."""
    for one in step.emitted:
        if one.kind is EndingClassified:
            for life in lives:
                if life.kind == DOSSIER:
                    life.verdict, life.outcome = one.fields, one.fields["outcome"]
            continue
        of_name = [life for life in lives if life.name == one.fields.get("clock")]
        if not of_name:
            continue
        life = of_name[-1]
        if one.kind in (DeadlineSet, DeadlineMoved, DeadlineRecomputed):
            life.moves.append(_move(step.fact, one))
        elif one.kind is DeadlineMet:
            life.outcome = one.fields["outcome"]
        elif one.kind is StepBreached:
            life.outcome = "late"
        elif one.kind is ClockNotArmed and life.armed_by is not step.fact:
            life.is_over, life.problem = True, one.fields["reason"]


def _move(fact: Fact, one: DerivedEvent) -> Move:
    return Move(
        fact=fact,
        cause=_cause(fact, one),
        rule=one.fields["rule"],
        inputs={name: value for name, value in one.fields.items() if name not in DUES and value is not None},
        lawful_due_at=one.fields["lawful_due_at"],
        promised_due_at=one.fields["promised_due_at"],
    )


def _cause(fact: Fact, one: DerivedEvent) -> str:
    if one.kind is DeadlineSet:
        return "set"
    if one.kind is DeadlineRecomputed:
        return "correction" if isinstance(fact, Corrected) else "calendar_change"
    cause: str = one.fields["cause"]
    return cause


def _base(planner: Planner, state: StreamState, clock: Clock) -> Due:
    transition = transition_of(planner, state, None, 0, [])
    try:
        return first_due_of(transition, clock)
    except RulesError:
        return original_due_of(clock, transition.zone)
