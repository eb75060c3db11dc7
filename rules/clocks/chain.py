"""Holds each event of a stream against the hash chain, before anything is made of it (ADR 0027). Pure.

The state keeps the beginnings of the hashes of its latest events. What is not the stream's next event is no event of the stream:
it is flagged, and the stream goes on with the true one.
"""

from typing import Final

from msgspec.structs import replace

from events.dossier import IntegrityFlagRaised
from events.hash_chain import GENESIS_KEPT, KEPT, Judged, Link, judged
from rules.clocks.aside import CLOCK, flag_fields
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.facts import Fact
from rules.clocks.planning import Planner
from rules.clocks.state import StreamState

MOST_KEPT: Final = 16
"""Events whose hashes are kept; an older number that comes again is passed over, whatever it says."""
_MOST_BYTES: Final = MOST_KEPT * KEPT


def judged_in(state: StreamState | None, link: Link) -> Judged:
    """Whether an event has its place in its stream. Of a stream that was forgotten nothing is known but the event itself."""
    if state is None:
        return judged(link, 0, GENESIS_KEPT if link.number == 1 else None, None)
    last, links = state.seq, state.links
    if link.number == last + 1:
        return judged(link, last, (links[-KEPT:] or None) if last else GENESIS_KEPT, None)
    place = len(links) - (last - link.number + 1) * KEPT
    return judged(link, last, None, links[place : place + KEPT] if place >= 0 else None)


def with_link(before: StreamState | None, after: StreamState, link: Link) -> StreamState:
    """The state after an event, its hash kept with those before it, if the event took its place."""
    if after.seq != link.number:
        return after
    kept = before.links if before is not None and before.seq == link.number - 1 else b""
    return replace(after, links=(kept + link.own)[-_MOST_BYTES:])


def flag_of(state: StreamState | None, fact: Fact, planner: Planner, why: str) -> DerivedEvent:
    """What is said of a record that is not the stream's, dated by the log: what the record says of itself is not believed."""
    return DerivedEvent(
        kind=IntegrityFlagRaised,
        fields=flag_fields(f"ChainBreakError: {why}", fact.event_id),
        subject=planner.unnamed_subject(fact) if state is None else state.subject,
        zone=planner.default_zone,
        clock=CLOCK,
        due_at=fact.known_at,
        tag=f":chain:{fact.event_id}",
        at=fact.known_at,
        seq=1 if state is None else max(1, state.seq),
        causation_id=fact.event_id,
        is_history=False,
        detected_at=fact.known_at,
        unit_id=fact.unit_id if state is None else state.holder_unit_id,
    )
