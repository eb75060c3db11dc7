"""Gives events their place in the hash chain, as intake does, and forges what stands on the topic."""

from collections.abc import Iterable

from msgspec.structs import replace

from events.codec import to_structured
from events.envelope import Event
from events.hash_chain import GENESIS, hash_of
from events.record_chain import structured_of

Headers = list[tuple[str, bytes]]


def sealed(event: Event, before: str | None = GENESIS) -> Event:
    """The event behind one of that hash, with its own."""
    linked = replace(event, envelope=replace(event.envelope, prev_hash=before, hash=None))
    return replace(linked, envelope=replace(linked.envelope, hash=hash_of(to_structured(linked))))


def chained(events: Iterable[Event]) -> list[Event]:
    """The events of one stream in order, sealed one behind the other."""
    made: list[Event] = []
    for event in events:
        made.append(sealed(event, made[-1].envelope.hash if made else GENESIS))
    return made


def resealed(value: bytes | None, headers: Iterable[tuple[str, bytes]]) -> Headers:
    """The headers of a record whose content was changed, with the hash that it now has."""
    named = {name: one for name, one in headers if name != "ce_hash"}
    right = hash_of(structured_of(value, list(named.items())))
    return [*named.items(), ("ce_hash", right.encode())]
