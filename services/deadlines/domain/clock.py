"""Follows the clock of one dossier: its events in order, one by one, give the new state and what is to be said.

In go the state (None before the first event), one dossier event and the rulebook; out come the state and deadline events.
Before an event is applied, everything that fell due before it happened is said (detected at the event's `recorded_at`), so the
outputs of a list of events are a function of that list: no clock, no I/O. An event that was seen before changes nothing and
says again, with the same ids and contents, what it said the first time.
"""

from dataclasses import replace
from datetime import UTC, timedelta

from events.envelope import Envelope, Event
from rules.rulebook import Rulebook
from services.deadlines.domain.arming import arm, pin, pinned, resumed
from services.deadlines.domain.caused import conclusions_of
from services.deadlines.domain.errors import StreamGapError
from services.deadlines.domain.facts import (
    AFTERLIFE,
    Accepted,
    Ended,
    Fact,
    PauseClosed,
    PauseOpened,
    Promised,
    Transferred,
    fact_of,
)
from services.deadlines.domain.falling_due import conclusions, passed
from services.deadlines.domain.outputs import say
from services.deadlines.domain.state import Clock, DossierState, Mark, Unarmed

REPORTED_LONG_AFTER = timedelta(hours=1)
"""A counter that reports what happened so long ago is catching up: what ended the clock may come with the next message."""

Step = tuple[DossierState | None, tuple[Event, ...]]


def evolve(state: DossierState | None, event: Event, rulebook: Rulebook) -> Step:
    """The next state and what is to be said.

    Raises:
        StreamGapError: the event's number doesn't follow, so an event is missing (reaction: stop).
    """
    seq = event.envelope.stream_seq
    if state is None:
        return _begin(event, rulebook)
    if seq <= state.seq:
        return state, _again(state, event, rulebook)
    if seq > state.seq + 1:
        raise StreamGapError(f"dossier {state.dossier_id}: event {seq} follows event {state.seq}")
    return _next(state, event, rulebook)


def remember(state: DossierState, names: tuple[str, ...]) -> DossierState:
    """The state after our own word came back: these rungs were said because time passed, not because of an event."""
    said = {mark.name for mark in state.marks}
    new = tuple(Mark(name=name, seq=state.seq) for name in names if name not in said)
    return replace(state, marks=state.marks + new) if new else state


def _begin(event: Event, rulebook: Rulebook) -> Step:
    envelope, fact = event.envelope, fact_of(event)
    if envelope.stream_seq == 1 and isinstance(fact, Accepted):
        return _accept(pin(fact, rulebook), event, rulebook)
    # A finished dossier is forgotten after a while. What may still be said about it moves no clock; history may say more.
    if envelope.stream_seq > 1 and (envelope.is_history or isinstance(event.data, AFTERLIFE)):
        return None, ()
    what = f"dossier {envelope.dossier_id}: its events begin with {envelope.event_type}, number {envelope.stream_seq}"
    raise StreamGapError(what)


def _accept(fact: Accepted, event: Event, rulebook: Rulebook) -> Step:
    opened = _opened(event.envelope.dossier_id, fact, arm(fact, rulebook))
    state = replace(opened, is_history=_is_catching_up(event.envelope))
    return state, _say_caused(state, state, fact, event, rulebook)


def _opened(dossier_id: str, fact: Accepted, clock: Clock | Unarmed) -> DossierState:
    return DossierState(
        dossier_id=dossier_id,
        seq=fact.seq,
        is_history=fact.is_history,
        holder_unit_id=fact.unit_id,
        ledger=(fact,),
        clock=clock,
    )


def _is_catching_up(envelope: Envelope) -> bool:
    """Whether more of the dossier's past may still be on its way: an import, or a counter that reports long afterwards."""
    return envelope.is_history or envelope.recorded_at - envelope.occurred_at > REPORTED_LONG_AFTER


def _next(state: DossierState, event: Event, rulebook: Rulebook) -> Step:
    envelope = event.envelope
    missed = passed(state, envelope.occurred_at.astimezone(UTC))
    outputs: tuple[Event, ...] = ()
    if missed:
        outputs = conclusions(state, missed, pinned(state.accepted, rulebook).calendar, envelope.recorded_at)
        said = tuple(Mark(name=due.mark, seq=envelope.stream_seq) for due in missed)
        state = replace(state, marks=state.marks + said)
    fact = fact_of(event)
    after = state if fact is None else _apply(state, fact, rulebook)
    if isinstance(fact, Ended) and state.ended_recorded_at is None:
        after = replace(after, ended_recorded_at=envelope.recorded_at.astimezone(UTC))
    after = replace(after, seq=envelope.stream_seq, is_history=_is_catching_up(envelope))
    if fact is not None:
        outputs += _say_caused(state, after, fact, event, rulebook)
    return after, outputs


def _apply(state: DossierState, fact: Fact, rulebook: Rulebook) -> DossierState:
    """The state after a fact, without what falls due. After the end nothing moves any more."""
    if state.ended_recorded_at is not None:
        return state
    ledger, clock = (*state.ledger, fact), state.clock
    match fact:
        case Transferred(to_unit_id=unit_id):
            return replace(state, ledger=ledger, holder_unit_id=unit_id)
        case PauseOpened() if isinstance(clock, Clock) and not clock.is_paused:
            return replace(state, ledger=ledger, clock=replace(clock, is_paused=True))
        case PauseClosed() if isinstance(clock, Clock) and clock.is_paused:
            pins = pinned(state.accepted, rulebook)
            return replace(state, ledger=ledger, clock=resumed(clock, ledger, fact, pins))
        case Promised(new_promised_at=promised_at) if isinstance(clock, Clock):
            return replace(state, ledger=ledger, clock=replace(clock, promised_due_at=promised_at))
        case Ended():
            return replace(state, ledger=ledger)
        case _:
            return state


def _say_caused(
    before: DossierState, after: DossierState, fact: Fact, event: Event, rulebook: Rulebook
) -> tuple[Event, ...]:
    if isinstance(after.clock, Unarmed) or before.ended_recorded_at is not None:
        return ()
    pins = pinned(after.accepted, rulebook)
    said = conclusions_of(before, after, fact, pins)
    return tuple(say(after, one, pins.calendar, event.envelope.recorded_at) for one in said)


def _again(state: DossierState, event: Event, rulebook: Rulebook) -> tuple[Event, ...]:
    seq = event.envelope.stream_seq
    if state.accepted.calendar_version is None:
        return ()
    if seq == 1:
        return _accept(state.accepted, event, rulebook)[1]
    return _next(_rewound(state, seq, rulebook), event, rulebook)[1]


def _rewound(state: DossierState, seq: int, rulebook: Rulebook) -> DossierState:
    """The state as it was just before event `seq`, folded again from the ledger."""
    accepted = state.accepted
    past = _opened(state.dossier_id, accepted, arm(accepted, rulebook))
    for fact in state.ledger[1:]:
        if fact.seq < seq:
            past = _apply(past, fact, rulebook)
            if isinstance(fact, Ended):
                past = replace(past, ended_recorded_at=state.ended_recorded_at)
    return replace(past, seq=seq - 1, marks=tuple(mark for mark in state.marks if mark.seq < seq))
