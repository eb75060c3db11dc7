"""When to look at which dossier: one heap per partition, derived from the table and rebuilt with it.

Nothing is ever removed before its time: an entry that has become stale is judged against the table when it comes up. Entries
of dossiers whose last event was imported wait apart, because their time may not count yet (ADR 0009, history gate).
Instants are whole microseconds since 1970 UTC, which keeps an entry small and quick to compare.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_Heap = list[tuple[int, bytes]]


class Timers:
    """Pending looks, per partition and apart for history."""

    def __init__(self) -> None:
        self._live: dict[int, _Heap] = defaultdict(list)
        self._history: dict[int, _Heap] = defaultdict(list)

    def __len__(self) -> int:
        return sum(len(heap) for heaps in (self._live, self._history) for heap in heaps.values())

    def add(self, partition: int, at: datetime, key: bytes, *, is_history: bool) -> None:
        """Look at dossier `key` once `at` has passed."""
        heaps = self._history if is_history else self._live
        heappush(heaps[partition], (micros(at), key))

    def waiting(self, now: datetime, is_history_over: Callable[[int], bool]) -> set[int]:
        """Partitions that have something to look at by now; history counts only where its import is over."""
        limit = micros(now)
        live = {partition for partition, heap in self._live.items() if _is_up(heap, limit)}
        past = {partition for partition, heap in self._history.items() if _is_up(heap, limit)}
        return live | {partition for partition in past if is_history_over(partition)}

    def pop(self, partition: int, before: datetime, limit: int, *, with_history: bool) -> list[bytes]:
        """Up to `limit` dossiers to look at now: those whose instant lies strictly before `before`."""
        keys = _pop(self._live[partition], micros(before), limit)
        if with_history:
            keys += _pop(self._history[partition], micros(before), limit - len(keys))
        return keys

    def clear(self) -> None:
        """Forget everything; the table knows it all."""
        self._live.clear()
        self._history.clear()


def micros(at: datetime) -> int:
    """Whole microseconds since 1970 UTC."""
    return (at - _EPOCH) // _MICROSECOND


def instant(number: int) -> datetime:
    """The inverse of `micros`."""
    return _EPOCH + timedelta(microseconds=number)


def _is_up(heap: _Heap, limit: int) -> bool:
    return bool(heap) and heap[0][0] < limit


def _pop(heap: _Heap, before: int, limit: int) -> list[bytes]:
    keys: list[bytes] = []
    while len(keys) < limit and _is_up(heap, before):
        keys.append(heappop(heap)[1])
    return keys
