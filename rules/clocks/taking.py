"""Takes one fact into its stream, whatever it is: folded in, or the stream is put aside. The one place that catches (TIME-8).

The live worker, the bulk path, the verification and the explanation all come through here, so that all of them say the same of a
fact that the fold can't take.
"""

from rules.clocks.aside import passed_over, put_aside, reason_of, waits_for_a_number
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.facts import Fact
from rules.clocks.fold import FoldContext, Step, evolve, pass_time, taken_up
from rules.clocks.instants import Instant
from rules.clocks.log_time import passed_before
from rules.clocks.state import StreamState


def take(state: StreamState | None, fact: Fact, open_until: Instant, late_at: Instant, context: FoldContext) -> Step:
    """The next state and what is emitted; never an exception. Whether the fact was refused tells `aside.refusal`.

    A stream that waits for a missing number goes on with the event that has it: what came too early had no place there.
    What fell due before a fact that can't be folded in is said all the same, as a look at the clock would have said it.
    """
    if state is not None and state.aside:
        if fact.seq <= state.seq:
            return state, []
        if fact.seq != state.seq + 1 or not waits_for_a_number(state):
            return passed_over(state, fact), []
        state = taken_up(state, context)
    try:
        after, emitted = evolve(state, fact, open_until, late_at, context)
    except Exception as error:  # noqa: BLE001 nothing that one stream brings may stop the others (promise 12)
        return _refuse(state, fact, open_until, context, reason_of(error))
    if after is not None and after.aside:  # by what fell due before the fact
        return passed_over(after, fact), emitted
    return after, emitted


def refuse(state: StreamState | None, fact: Fact, context: FoldContext, reason: str) -> Step:
    """The same for a fact whose derived events can't be written: nothing is said but that the stream is put aside."""
    emitted: list[DerivedEvent] = []
    return put_aside(state, fact, context.planner, emitted, reason), emitted


def _refuse(state: StreamState | None, fact: Fact, open_until: Instant, context: FoldContext, reason: str) -> Step:
    emitted: list[DerivedEvent] = []
    passed = passed_before(state, fact, open_until, context.grace)
    if state is not None and state.next_at < passed:
        state = pass_time(state, passed, fact.known_at, context, emitted)
        if state.aside:
            return passed_over(state, fact), emitted
    return put_aside(state, fact, context.planner, emitted, reason), emitted
