"""When to look at which stream: one heap per partition, derived from the table and rebuilt with it.

Nothing is ever removed before its time: an entry that has become stale is judged against the state when it comes up. Entries
of streams that are catching up wait apart, because their time may not count yet (ADR 0012). Instants are whole microseconds
since 1970 UTC, which keeps an entry small and quick to compare.
"""

from collections import defaultdict
from collections.abc import Callable
from heapq import heappop, heappush

from rules.clocks.instants import Instant

_Heap = list[tuple[Instant, bytes]]


class Timers:
    """Pending looks, per partition and apart for streams that are catching up."""

    def __init__(self) -> None:
        self._live: dict[int, _Heap] = defaultdict(list)
        self._past: dict[int, _Heap] = defaultdict(list)

    def __len__(self) -> int:
        return sum(len(heap) for heaps in (self._live, self._past) for heap in heaps.values())

    def add(self, partition: int, at: Instant, key: bytes, *, is_catching_up: bool) -> None:
        """Look at stream `key` once `at` has passed."""
        heaps = self._past if is_catching_up else self._live
        heappush(heaps[partition], (at, key))

    def waiting(self, now: Instant, is_silent: Callable[[int], bool]) -> set[int]:
        """Partitions that have something to look at by now; what is catching up counts only where it is silent."""
        live = {partition for partition, heap in self._live.items() if _is_up(heap, now)}
        past = {partition for partition, heap in self._past.items() if _is_up(heap, now)}
        return live | {partition for partition in past if is_silent(partition)}

    def pop(self, partition: int, before: Instant, limit: int, *, with_catching_up: bool) -> list[bytes]:
        """Up to `limit` streams to look at now: those whose instant lies strictly before `before`."""
        keys = _pop(self._live[partition], before, limit)
        if with_catching_up:
            keys += _pop(self._past[partition], before, limit - len(keys))
        return keys

    def clear(self) -> None:
        """Forget everything; the table knows it all."""
        self._live.clear()
        self._past.clear()


def _is_up(heap: _Heap, limit: Instant) -> bool:
    return bool(heap) and heap[0][0] < limit


def _pop(heap: _Heap, before: Instant, limit: int) -> list[bytes]:
    keys: list[bytes] = []
    while len(keys) < limit and _is_up(heap, before):
        keys.append(heappop(heap)[1])
    return keys
