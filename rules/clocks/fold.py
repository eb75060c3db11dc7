"""Follows the clocks of one stream: its facts in order, one by one, give the new state and what is to be said.

In go the state (None before the first event), one fact, until when time had passed before it, and the planner; out come the
state and the derived events. What fell due before the fact became known is said before it is told (`passed_before`), with the
state as it was known then: so the derived events are a function of the log alone, and a replay gives them again (B9).
"""

from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from rules.clocks import approving, beginning, correcting, ending, facts, moving, parts, pausing
from rules.clocks.aside import put_aside_by_time, reason_of
from rules.clocks.dating import FLAG, flag_interference
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.errors import StreamGapError
from rules.clocks.facts import Fact, Opening
from rules.clocks.falling_due import fall_due, next_due, next_wake_at, wake_of
from rules.clocks.instants import Instant
from rules.clocks.log_time import GRACE, RETENTION, passed_before
from rules.clocks.planning import Planner
from rules.clocks.state import NEVER, StreamState
from rules.clocks.transition import DOSSIER, Handler, Trace, Transition, transition_of

Step = tuple[StreamState | None, list[DerivedEvent]]


@dataclass(frozen=True, slots=True)
class FoldContext:
    """What every step of a fold is given: the law, the two lengths of `log_time`, and a trace, if one is wanted."""

    planner: Planner
    retention: Instant = RETENTION
    grace: Instant = GRACE
    trace: Trace | None = None


def evolve(state: StreamState | None, fact: Fact, open_until: Instant, late_at: Instant, context: FoldContext) -> Step:
    """The next state and what is emitted. A fact that was told before changes nothing and emits nothing.

    `open_until` is that of its partition's `LogTime`, `late_at` what that came to with the fact (0: it was not told late).

    Raises:
        StreamGapError: the event's number doesn't follow, so an event is missing.
        Exception: whatever a handler meets. `taking.take` catches all of them and puts the stream aside (TIME-8).
    """
    emitted: list[DerivedEvent] = []
    if state is None:
        return _begin(fact, context, emitted, late_at)
    seq = fact.seq
    if seq != state.seq + 1:
        if seq <= state.seq:
            return state, emitted
        raise StreamGapError(f"event {fact.event_id} has number {seq} and follows number {state.seq}")
    passed = passed_before(state, fact, open_until, context.grace)
    if state.next_at < passed:
        state = pass_time(state, passed, fact.known_at, context, emitted)
        if state.aside or is_over(state, passed, context.retention):  # a tick would have forgotten it by now
            return (state, emitted) if state.aside else _begin(fact, context, emitted, late_at)
    if fact.is_history is not state.is_history_turn:
        state = _out_of_turn(state, fact, context, emitted)
    handler = _HANDLERS.get(type(fact))
    after = state if handler is None else _told(state, fact, handler, context, emitted)
    return _noted(after, fact, context.retention, state, late_at), emitted


def _out_of_turn(state: StreamState, fact: Fact, context: FoldContext, emitted: list[DerivedEvent]) -> StreamState:
    """The first live event ends history's turn for good; history that comes later is flagged (B14)."""
    if not fact.is_history:
        return replace(state, is_history_turn=False)
    if fact.event_type != FLAG:
        flag_interference(transition_of(context.planner, state, fact, fact.known_at, emitted, context.trace))
    return state


def _told(
    state: StreamState, fact: Fact, handler: Handler, context: FoldContext, emitted: list[DerivedEvent]
) -> StreamState:
    transition = transition_of(context.planner, state, fact, fact.known_at, emitted, context.trace)
    if not state.is_accepted and fact.needs_acceptance:
        transition.flag("order", "domain 4.3: not-accepted-yet", f"{fact.event_type} before acceptance")
    elif state.ending is not None and fact.only_while_open:
        transition.flag("order", "domain 4.3: already-ended", f"{fact.event_type} after the end")
    elif type(fact) in _OPENING:
        _open_again(transition, fact)
    else:
        handler(transition, fact)
    return transition.state


def pass_time(
    state: StreamState, until: Instant, detected_at: Instant, context: FoldContext, emitted: list[DerivedEvent]
) -> StreamState:
    """Emit what fell due before an instant; the state after it. What can't be said puts the stream aside (TIME-8)."""
    try:
        transition = transition_of(context.planner, state, None, detected_at, emitted, context.trace)
    except Exception as error:  # noqa: BLE001 e.g. a version that its clock counts by is no longer published here
        clock = next_due(state, until)
        if clock is None:
            return state
        due = clock, wake_of(clock)
        return put_aside_by_time(state, due, detected_at, context.planner, emitted, reason_of(error))
    fall_due(transition, until)
    return _settled(transition.state, context.retention)


def taken_up(state: StreamState, context: FoldContext) -> StreamState | None:
    """A stream that waited for a missing number, as it was before; None: it had not begun."""
    return _settled(replace(state, aside=""), context.retention) if state.seq else None


def is_over(state: StreamState, until: Instant, retention: Instant) -> bool:
    """Whether a finished stream can be forgotten: nothing is ahead of it, and nothing was told for long enough."""
    return _next_look_at(state, state.known_at, retention) <= until and next_wake_at(state) == NEVER


def _next_look_at(state: StreamState, known_at: Instant, retention: Instant) -> Instant:
    """When something falls due next, or when the stream may be forgotten.

    What a verdict is still awaited for is kept: what was recorded too late (DR-31), an apology that is owed (AR-07).
    """
    if state.aside:
        return NEVER
    at, ending, apology = next_wake_at(state), state.ending, state.apology
    if at != NEVER or ending is None or state.late_records:
        return at
    return NEVER if apology.open else known_at + retention


def _begin(fact: Fact, context: FoldContext, emitted: list[DerivedEvent], late_at: Instant) -> Step:
    if fact.seq > 1:
        # A finished dossier is forgotten after a while. What may still be said about it moves no clock; history may say more.
        if isinstance(fact, facts.Reopened):
            return _reopen_forgotten(fact, context, emitted, late_at)
        if fact.is_history or not fact.needs_a_state:
            return None, emitted
        raise StreamGapError(f"the events of the stream begin with {fact.event_type}, number {fact.seq}")
    transition = _opened(fact, context, emitted)
    handler = _HANDLERS.get(type(fact))
    if handler is not None and isinstance(fact, Opening):
        handler(transition, fact)
    elif handler is not None:
        transition.flag("order", "domain 4.3: not-accepted-yet", f"{fact.event_type} before acceptance")
    return _noted(transition.state, fact, context.retention, None, late_at), emitted


def _opened(fact: Fact, context: FoldContext, emitted: list[DerivedEvent]) -> Transition:
    """The first transition of a stream, whatever it begins with."""
    subject = context.planner.subject_of(fact if isinstance(fact, Opening) else _unnamed(fact))
    state = StreamState(
        fact.seq, fact.known_at, 0, NEVER, subject, subject.unit_id, is_history_turn=fact.is_history and fact.seq == 1
    )
    return transition_of(context.planner, state, fact, fact.known_at, emitted, context.trace)


def _unnamed(fact: Fact) -> Opening:
    """An opening of which no more is known than what every event bears."""
    return Opening(
        seq=fact.seq,
        event_id=fact.event_id,
        event_type=fact.event_type,
        at=fact.at,
        known_at=fact.known_at,
        opened_on=fact.opened_on,
        unit_id=fact.unit_id,
    )


def _reopen_forgotten(fact: Fact, context: FoldContext, emitted: list[DerivedEvent], late_at: Instant) -> Step:
    """Reopened so long after its end that its clock was forgotten: an alert (AL-7), and no clock from now on."""
    transition = _opened(fact, context, emitted)
    reason = "it was reopened after its clock had been forgotten; the due date has to be kept by hand"
    transition.not_armed(DOSSIER, "dossier", "contradiction", reason)
    state = replace(transition.state, is_accepted=True)
    return _noted(state, fact, context.retention, None, late_at), emitted


def _open_again(transition: Transition, fact: Fact) -> None:
    """A later submission or the acceptance after one; a second acceptance or feedback contradicts."""
    if isinstance(fact, facts.Submitted) and not transition.state.is_accepted:
        beginning.on_submitted(transition, fact)
    elif isinstance(fact, facts.Accepted) and not transition.state.is_accepted:
        parts.end_kind(transition, "intake")
        subject = transition.planner.subject_of(fact)
        transition.state = replace(
            transition.state,
            subject=replace(subject, opened_on=transition.state.subject.opened_on or subject.opened_on),
        )
        transition.state = replace(transition.state, holder_unit_id=fact.unit_id)
        transition.legal_context = transition.planner.legal_context(transition.state.subject)
        transition.zone = transition.legal_context.zone if transition.legal_context else transition.planner.default_zone
        beginning.on_accepted(transition, fact)
    else:
        transition.flag("order", "domain 4.3: already-accepted", f"{fact.event_type} of a stream that is open")


def _noted(
    state: StreamState, fact: Fact, retention: Instant, before: StreamState | None, late_at: Instant
) -> StreamState:
    """The state after the place of a fact in the stream and its time were noted, and when to look at it next."""
    known_at = fact.known_at
    if before is not None and state.clocks is before.clocks and state.ending is None:
        next_at = before.next_at
    else:
        next_at = _next_look_at(state, known_at, retention)
    return replace(
        state,
        seq=fact.seq,
        known_at=known_at,
        history_at=known_at if fact.is_history else state.history_at,
        catching_up_at=late_at or state.catching_up_at,
        next_at=next_at,
    )


def _settled(state: StreamState, retention: Instant) -> StreamState:
    """The state with the next instant at which to look at it."""
    at = _next_look_at(state, state.known_at, retention)
    return state if at == state.next_at else replace(state, next_at=at)


_HANDLERS: Final[dict[type[Fact], Handler]] = {
    **beginning.HANDLERS,
    **parts.HANDLERS,
    **pausing.HANDLERS,
    **moving.HANDLERS,
    **ending.HANDLERS,
    **approving.HANDLERS,
    **correcting.HANDLERS,
}
"""What each fact does; each row stands below the functions of its module."""
_OPENING: Final = frozenset(beginning.HANDLERS)
"""Facts with which a stream begins. A look into a set, for each event, is a third of an `isinstance`."""
