"""The hash chain of a dossier: each event carries the hash of the one before, so a gap or a change shows (promise 8).

SHA-256 over the structured CloudEvent without its own `hash`, keys sorted, UTF-8 JSON without spaces: anybody can redo it
from `motcua events`. `judged` is the one decision of every reader of a topic: whether a record has its place in the chain.
"""

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal, NamedTuple

import orjson

GENESIS = "0" * 64
"""`prevhash` of a dossier's first event."""
KEPT: Final = 16
"""Bytes of a hash that a reader keeps to compare: 128 bits, which nobody meets twice by chance."""
GENESIS_KEPT: Final = bytes(KEPT)
NO_HASH: Final = "it has no hash"
CHANGED: Final = "it was changed: its hash is another"

Verdict = Literal["follows", "known", "gap", "broken"]
"""`known`: it came before. `gap`: events before it are missing, if it is true; by itself it is whole."""


class Link(NamedTuple):
    """What the chain sees of one event: its number, the kept beginnings of both hashes, what is wrong with it by itself."""

    number: int
    before: bytes
    own: bytes
    fault: str = ""


class Judged(NamedTuple):
    """Whether an event has its place in its chain, and if not, why."""

    verdict: Verdict
    why: str = ""


def hash_of(structured: Mapping[str, Any]) -> str:
    """The hash of one structured CloudEvent, `prevhash` included and `hash` left out."""
    hashed = {name: value for name, value in structured.items() if name != "hash"}
    return hashlib.sha256(orjson.dumps(hashed, option=orjson.OPT_SORT_KEYS)).hexdigest()


def link_of(structured: Mapping[str, Any]) -> Link:
    """The link of one structured CloudEvent, its hash worked out anew."""
    own, before = read_hash(structured.get("hash")), read_hash(structured.get("prevhash"))
    fault = NO_HASH if own is None else "" if hash_of(structured) == structured["hash"] else CHANGED
    return Link(structured["streamseq"], (before or b"")[:KEPT], (own or b"")[:KEPT], fault)


def judged(link: Link, last: int, before: bytes | None, same: bytes | None) -> Judged:
    """Whether an event follows in its chain, whose last one is number `last` (0: none yet).

    `before` is what is kept of the hash of the number before the event's, `same` of its own number; None: nothing is kept. What
    can't be compared is trusted: so a reader that began before it kept hashes goes on, and checks from then on.
    """
    number = link.number
    if link.fault:
        return Judged("broken", link.fault)
    if number <= last:
        if same is None or same == link.own:
            return _KNOWN
        return Judged("broken", f"a second event of number {number}")
    if number != last + 1:
        return _GAP
    if before is None or before == link.before:
        return _FOLLOWS
    return Judged(
        "broken", "it does not follow from the event before" if last else "a first event that has one before it"
    )


def read_hash(said: Any) -> bytes | None:
    """The hash that an event says, as 32 bytes; None where it says none that can be one."""
    if not isinstance(said, str) or len(said) != len(GENESIS):
        return None
    try:
        return bytes.fromhex(said)
    except ValueError:
        return None


def first_break(chain: Iterable[Mapping[str, Any]]) -> int | None:
    """The 1-based place of the first event of one dossier that doesn't follow from the one before, or None."""
    expected = GENESIS
    for place, structured in enumerate(chain, start=1):
        if structured.get("prevhash") != expected or structured.get("hash") != hash_of(structured):
            return place
        if structured.get("streamseq") != place:
            return place
        expected = structured["hash"]
    return None


_KNOWN: Final = Judged("known")
_GAP: Final = Judged("gap")
_FOLLOWS: Final = Judged("follows")
