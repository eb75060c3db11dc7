"""A stream that the fold can't follow any more is put aside: flagged once, silent from then on; all others go on (TIME-8, B16).

Whatever an exception says of one fact, or of something that fell due, it says of this stream alone. Its state keeps why, says
nothing more, and is kept until a replay of the log heals it (`motcua replay deadlines`). Pure: the same log puts the same streams
aside.
"""

from typing import Final

from msgspec.structs import replace

from events.dossier import IntegrityFlagRaised
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.errors import StreamGapError
from rules.clocks.facts import Fact
from rules.clocks.instants import Instant
from rules.clocks.planning import Planner
from rules.clocks.state import NEVER, Clock, StreamState, Wake

FLAG_KIND: Final = "put_aside"
"""The kind of the integrity flag that says so."""
RULE: Final = "B16"
CLOCK: Final = "dossier"
_GAP: Final = f"{StreamGapError.__name__}: "
_MOST_CHARACTERS: Final = 1000


def reason_of(error: Exception) -> str:
    """What an exception says, in one bounded text."""
    return f"{type(error).__name__}: {error}"[:_MOST_CHARACTERS]


def refusal(before: StreamState | None, after: StreamState | None) -> str:
    """Why a fact was not folded in; empty where it was, or where it had been seen before."""
    return "" if after is None or after is before else after.aside


def put_aside(
    state: StreamState | None, fact: Fact, planner: Planner, emitted: list[DerivedEvent], reason: str
) -> StreamState:
    """The stream from a fact on that could not be folded in; the flag names that fact.

    Where events are missing before it the stream keeps its number: the one that follows that may still come.
    """
    known = state or _unopened(fact, planner)
    flag = DerivedEvent(
        kind=IntegrityFlagRaised,
        fields=flag_fields(reason, fact.event_id),
        subject=known.subject,
        zone=planner.default_zone,
        clock=CLOCK,
        due_at=fact.at,
        tag=f":{RULE}:{fact.event_id}",
        at=fact.at,
        seq=fact.seq,
        causation_id=fact.event_id,
        is_history=fact.is_history,
        detected_at=fact.known_at,
        unit_id=known.holder_unit_id,
    )
    emitted.append(flag)
    seq = known.seq if reason.startswith(_GAP) else fact.seq
    return replace(known, seq=seq, aside=reason, next_at=NEVER)


def put_aside_by_time(
    state: StreamState,
    due: tuple[Clock, Wake],
    detected_at: Instant,
    planner: Planner,
    emitted: list[DerivedEvent],
    reason: str,
) -> StreamState:
    """The stream from something on that fell due and could not be said; the flag names the event that set it going."""
    clock, wake = due
    flag = DerivedEvent(
        kind=IntegrityFlagRaised,
        fields=flag_fields(reason, clock.armed_by),
        subject=state.subject,
        zone=planner.default_zone,
        clock=clock.name,
        due_at=clock.lawful_due_at,
        tag=f":{RULE}:{wake.name}",
        at=wake.at,
        seq=clock.armed_seq,
        causation_id=clock.armed_by,
        is_history=wake.at <= state.history_at,
        detected_at=detected_at,
        unit_id=state.holder_unit_id,
    )
    emitted.append(flag)
    return replace(state, aside=reason, next_at=NEVER)


def passed_over(state: StreamState, fact: Fact) -> StreamState:
    """A stream that is aside, after one more of its events that nothing is made of."""
    return replace(state, seq=state.seq if waits_for_a_number(state) else max(state.seq, fact.seq))


def waits_for_a_number(state: StreamState) -> bool:
    """Whether a number is missing: the stream stands where it stood, and the event with that number takes it up again."""
    return state.aside.startswith(_GAP)


def flag_fields(reason: str, target_event_id: str) -> dict[str, str]:
    """The data of the flag."""
    return {"kind": FLAG_KIND, "rule": RULE, "detail": reason, "target_event_id": target_event_id}


def _unopened(fact: Fact, planner: Planner) -> StreamState:
    """What is known of a stream whose first event could not be folded in: what every event bears, and the defaults."""
    return StreamState(0, fact.known_at, 0, NEVER, planner.unnamed_subject(fact), fact.unit_id)
