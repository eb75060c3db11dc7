"""Folds the whole history of one stream once more, with a trace of every step: the same code that the worker runs.

In go the facts of a stream in order, each with how far time had come in its partition of the log; out come the steps: state
before and after, what was emitted, which clocks changed and why something moved none. Pure.
"""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct

from rules.clocks.aside import refusal
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.errors import StreamGapError
from rules.clocks.facts import Fact
from rules.clocks.fold import FoldContext, pass_time
from rules.clocks.instants import Instant
from rules.clocks.log_time import told_late_at
from rules.clocks.planning import Planner
from rules.clocks.state import StreamState
from rules.clocks.taking import take
from rules.clocks.transition import Change, Note, Trace


class Told(NamedTuple):
    """A fact, and the latest instant at which its partition had seen nothing of the past for long enough (`LogTime`)."""

    fact: Fact
    open_until: Instant = 0


class Step(Struct, frozen=True, gc=False):
    """What one fact came to; `after` is None where the stream was forgotten and nothing of it is kept."""

    fact: Fact
    before: StreamState | None
    after: StreamState | None
    emitted: tuple[DerivedEvent, ...]
    changes: tuple[Change, ...]
    notes: tuple[Note, ...]
    late: tuple[tuple[str, Instant], ...] = ()


def replay(history: Iterable[Told], planner: Planner) -> tuple[Step, ...]:
    """The steps of a stream. Where it was put aside the replay ends, with a note `gap` or `put-aside` of why (TIME-8)."""
    state: StreamState | None = None
    steps: list[Step] = []
    for fact, open_until in history:
        trace, before = Trace(), state
        context = FoldContext(planner, trace=trace)
        state, emitted = take(state, fact, open_until, told_late_at(fact), context)
        reason = refusal(before, state)
        if reason:
            kind, _, detail = reason.partition(": ")
            note = Note(fact, "gap", detail) if kind == StreamGapError.__name__ else Note(fact, "put-aside", reason)
            steps.append(Step(fact, before, state, tuple(emitted), (), (note,)))
            break
        steps.append(
            Step(fact, before, state, tuple(emitted), tuple(trace.changes), tuple(trace.notes), tuple(trace.late))
        )
    return tuple(steps)


def passed_since(state: StreamState | None, until: Instant, planner: Planner) -> list[DerivedEvent]:
    """What fell due after the last event of a stream, before an instant."""
    emitted: list[DerivedEvent] = []
    if state is not None and not state.aside and state.next_at < until:
        pass_time(state, until, until, FoldContext(planner), emitted)
    return emitted
