"""Wall clock -> ticks: wakes the dossiers whose next instant has passed, by a keyed message on `deadline-ticks`.

Touches no table. A tick says how far time may be judged (`until`) and when that was seen (`detected_at`), so what follows from
it does not depend on when it is read. Time is held back for a partition until everything recorded before was processed
(horizon), and for dossiers whose last event was imported until the import has been silent for a while (history gate).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import faust
import orjson

from services.deadlines.adapters.committed_consumer import CommittedConsumer
from services.deadlines.adapters.faust_tables import OpenClocks
from services.deadlines.adapters.horizon import Horizon
from services.deadlines.adapters.timers import Timers
from services.deadlines.config import DeadlinesConfig
from services.deadlines.pipeline import Row
from services.deadlines.ports import Clock

TICK_SECONDS = 0.25
_MOST_PER_TICK = 2000
"""Ticks sent for one partition in one round; the rest follows in the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Look at the dossier of this key; both instants aware."""

    until: datetime
    detected_at: datetime


class Ticker:
    """Knows what is to be looked at when, and sends the ticks."""

    def __init__(self, config: DeadlinesConfig, clock: Clock, ticks: Any) -> None:
        self._config = config
        self._clock = clock
        self._ticks = ticks
        self._timers = Timers()
        self._horizon = Horizon()
        self._last_history_at: dict[int, datetime] = {}
        self._is_ready = False

    def rebuild(self, clocks: OpenClocks) -> tuple[int, int]:
        """Take everything from the table, after recovery: how many dossiers are kept, and how many looks are pending."""
        self.halt()
        now, kept = self._clock.now(), 0
        for row in clocks.wishes():
            kept += 1
            if row.check_at is not None:
                self._timers.add(row.partition, row.check_at, row.key, is_history=row.is_history)
            if row.is_history:
                self._last_history_at[row.partition] = now  # an import may be going on: wait for silence anew
        self._is_ready = True
        return kept, len(self._timers)

    def halt(self) -> None:
        """Partitions are moving: no ticks until the table is whole again."""
        self._is_ready = False
        self._timers.clear()
        self._horizon.clear()

    def follow(self, partition: int, key: bytes, before: Row | None, after: Row) -> None:
        """A row changed: look again when it wants to be looked at. An unchanged wish is already noted."""
        if after.is_history:
            self._last_history_at[partition] = self._clock.now()
        is_noted = before is not None and (before.check_at, before.is_history) == (after.check_at, after.is_history)
        if after.check_at is not None and not is_noted:
            self._timers.add(partition, after.check_at, key, is_history=after.is_history)

    def is_held_back(self, partition: int, row: Row) -> bool:
        """Whether time must not count for this dossier yet, because its import may still be running."""
        return row.is_history and not self._is_silent(partition, self._clock.now())

    def look_later(self, partition: int, key: bytes, row: Row) -> None:
        """A tick came too early: note it again."""
        if row.check_at is not None:
            self._timers.add(partition, row.check_at, key, is_history=row.is_history)

    async def fire(self, app: faust.App) -> int:
        """Send the ticks that are up; how many."""
        if not self._is_ready or app.rebalancing:
            return 0
        now = self._clock.now()
        waiting = self._timers.waiting(now - self._config.grace, lambda partition: self._is_silent(partition, now))
        if not waiting:
            return 0
        consumer = app.consumer
        assert isinstance(consumer, CommittedConsumer)  # noqa: S101 our transport makes it
        await self._horizon.advance(consumer, waiting, now)
        # Partitions may have been taken away while the broker was asked: then there is nothing left to pop.
        return sum(self._fire_partition(partition, now) for partition in waiting)

    def _fire_partition(self, partition: int, now: datetime) -> int:
        known_until = self._horizon.known_until(partition)
        if known_until is None:
            return 0
        until = known_until - self._config.grace
        with_history = self._is_silent(partition, now)
        keys = self._timers.pop(partition, until, _MOST_PER_TICK, with_history=with_history)
        value = tick_bytes(Tick(until=until, detected_at=now))
        for key in keys:
            self._ticks.send_soon(key=key, value=value, partition=partition)
        return len(keys)

    def _is_silent(self, partition: int, now: datetime) -> bool:
        last: datetime | None = self._last_history_at.get(partition)
        quiet: timedelta = self._config.history_quiet
        return last is None or now - last >= quiet


def tick_bytes(tick: Tick) -> bytes:
    """The tick on the wire."""
    return orjson.dumps({"until": tick.until, "detected_at": tick.detected_at})


def read_tick(value: bytes) -> Tick:
    """The tick of some bytes. Nobody else writes ticks, so anything wrong with one stops the worker (ValueError, KeyError)."""
    fields = orjson.loads(value)
    return Tick(
        until=datetime.fromisoformat(fields["until"]), detected_at=datetime.fromisoformat(fields["detected_at"])
    )
