"""How many events about dossiers are recorded, part by part, as of a moment that is old enough for all of them to be counted.

A part is all dossiers whose ids begin with the same two letters. What came since the last look is added; the whole is counted
anew from time to time, so that a row that somebody deleted shows too.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import NamedTuple

from services.intake.ports import CountedStore

SETTLED_SECONDS = 30.0
"""What was recorded longer ago than this has long been published and counted."""
ANEW_SECONDS = 600.0


class Settled(NamedTuple):
    """The counts of all events up to number `through`; `recorded_until` says when that one was recorded ('': there is none).

    `age_seconds`: since when that number is known to be reached, so every later event was recorded after that.
    """

    through: int
    recorded_until: str
    age_seconds: float
    counts: Mapping[str, int]


class _Look(NamedTuple):
    at: float
    last_id: int


class RecordedCounts:
    """May be asked by any number of threads; `seconds` is a clock that only goes on. Raises StoreUnavailableError."""

    def __init__(self, store: CountedStore, seconds: Callable[[], float]) -> None:
        self._store = store
        self._seconds = seconds
        self._looks: deque[_Look] = deque()
        self._counts: Counter[str] = Counter()
        self._through = 0
        self._anew_at = 0.0
        self._lock = threading.Lock()

    def settled(self) -> Settled:
        """The counts up to the newest number that was seen long enough ago; at the first look up to the last one."""
        with self._lock:
            look = self._settled_look()
            self._count_to(look.last_id)
            return Settled(
                through=look.last_id,
                recorded_until=self._recorded_at(look.last_id),
                age_seconds=self._seconds() - look.at,
                counts=dict(self._counts),
            )

    def _settled_look(self) -> _Look:
        now = self._seconds()
        self._looks.append(_Look(now, self._store.last_id()))
        while len(self._looks) > 1 and now - self._looks[1].at >= SETTLED_SECONDS:
            self._looks.popleft()
        return self._looks[0]

    def _count_to(self, last_id: int) -> None:
        now = self._seconds()
        if last_id < self._through or now >= self._anew_at:
            self._counts, self._through, self._anew_at = Counter(), 0, now + ANEW_SECONDS
        if last_id > self._through:
            self._counts.update(self._store.count_by_prefix("", self._through, last_id))
            self._through = last_id

    def _recorded_at(self, number: int) -> str:
        found = self._store.read_after(number - 1, 1) if number else ()
        return str(found[0].structured["recordedat"]) if found else ""
