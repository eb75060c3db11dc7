"""The hash chains of the streams that a batch touches: what is stored of them, and which of its records go on from there. Pure.

A stream is a dossier or a reference thing. What is known is asked of ClickHouse for each batch, because another member may have
stored the batch before; within the batch each record that has its place is known to those behind it.
"""

from collections.abc import Iterable
from typing import NamedTuple

from events.errors import ChainBreakError
from events.hash_chain import GENESIS_KEPT, KEPT, Link, judged


class StoredLink(NamedTuple):
    """Number and hash of a stored event; `hash` is hex, empty where it was stored without one."""

    stream_id: str
    number: int
    hash: str


class Chains:
    """The numbers of some streams with the hashes that stand for them; several only where a forged one was stored once."""

    def __init__(self, stored: Iterable[StoredLink]) -> None:
        self._hashes: dict[str, dict[int, set[bytes]]] = {}
        self._last: dict[str, int] = {}
        for one in stored:
            hashes = self._hashes.setdefault(one.stream_id, {}).setdefault(one.number, set())
            if one.hash:
                hashes.add(bytes.fromhex(one.hash)[:KEPT])

    def take(self, stream_id: str, link: Link) -> None:
        """One more record of a stream. Raises ChainBreakError where it doesn't follow; then the stream stands where it stood."""
        hashes = self._hashes.setdefault(stream_id, {})
        last = self._last.get(stream_id, 0)
        while last + 1 in hashes:
            last += 1
        self._last[stream_id] = last
        number = link.number
        before = GENESIS_KEPT if number == 1 else _fitting(hashes.get(number - 1), link.before)
        verdict, why = judged(link, last, before, _fitting(hashes.get(number), link.own))
        if verdict == "gap":
            raise ChainBreakError(f"number {number} comes, and the next one is {last + 1}")
        if verdict == "broken":
            raise ChainBreakError(why)
        hashes.setdefault(number, set()).add(link.own)


def _fitting(stored: set[bytes] | None, said: bytes) -> bytes | None:
    """The stored hash that is said, else another one that stands there; None where none is known."""
    if not stored:
        return None
    return said if said in stored else min(stored)
