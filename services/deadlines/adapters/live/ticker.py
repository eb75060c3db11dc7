"""Wall clock -> ticks: wakes the streams whose next instant has passed, by a keyed message on `deadline-ticks`.

Touches no state. A tick says how far time may be judged (`until`) and when that was seen (`detected_at`), so what follows from
it does not depend on when it is read. Time is held back for a partition until everything recorded before was processed
(watermark), and for streams that are catching up until their partition has seen nothing of the past for a while.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from secrets import token_hex

import faust
import orjson

from rules.clocks.instants import Instant, instant, length, micros
from rules.clocks.state import NEVER, StreamState
from services.deadlines.adapters.live.clock_watch import ClockWatch
from services.deadlines.adapters.live.committed_consumer import CommittedConsumer
from services.deadlines.adapters.live.log_times import LogTimes
from services.deadlines.adapters.live.outbox import Outbox
from services.deadlines.adapters.live.timers import Timers
from services.deadlines.adapters.live.watermark import Watermark
from services.deadlines.adapters.store.faust_tables import OpenClocks
from services.deadlines.config import DeadlinesConfig
from services.deadlines.pipeline import Pipeline
from services.deadlines.ports import WallClock

TICK_SECONDS = 0.25
_MOST_PER_TICK = 2000
"""Ticks sent for one partition in one round; the rest follows in the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Look at the stream of this key. `assignment_epoch`: whose tick it is, see Ticker."""

    until: Instant
    detected_at: Instant
    assignment_epoch: str


class Ticker:
    """Knows what is to be looked at when, and sends the ticks.

    A tick holds only for who had folded in all that was recorded before it. After a crash or a move of partitions some of that
    is read anew, and a tick may be read before it; so each time that partitions are taken over begins a new `assignment_epoch`,
    ticks of earlier ones are passed over, and what they wanted is in the rebuilt index again.

    The log's time is the broker's, and a clock beside it may be ahead: time is judged `clock_skew` later than this worker's clock
    says, so a worker that is no more than that ahead calls nothing late that a replay would not (B9). One that is more than
    `clock_ahead` ahead says nothing at all that time brings (`ClockWatch`).
    """

    def __init__(
        self, pipeline: Pipeline, clock: WallClock, times: LogTimes, ticks: Outbox, config: DeadlinesConfig
    ) -> None:
        self._pipeline = pipeline
        self._clock = clock
        self._clock_skew = length(config.clock_skew)
        self._watch = ClockWatch(length(config.clock_ahead))
        self._times = times
        self._ticks = ticks
        self._timers = Timers()
        self._watermark = Watermark()
        self._is_ready = False
        self.assignment_epoch = token_hex(8)

    def rebuild(self, clocks: OpenClocks, partitions: Iterable[int]) -> tuple[int, int]:
        """Take everything from the rows, after recovery: how many streams are kept, and how many looks are pending."""
        self.halt()
        kept, latest = 0, dict.fromkeys(partitions, 0)
        for row in clocks.timer_entries(latest):
            kept += 1
            latest[row.partition] = max(latest[row.partition], row.head.catching_up_at)
            if row.head.next_at != NEVER:
                self._timers.add(row.partition, row.head.next_at, row.key, is_catching_up=row.is_catching_up)
        for partition, catching_up_at in latest.items():
            self._times.begin(partition, catching_up_at)
        self._is_ready = True
        return kept, len(self._timers)

    def halt(self) -> None:
        """Partitions are moving: no ticks until the table is whole again, and those that were sent hold no longer."""
        self._is_ready = False
        self.assignment_epoch = token_hex(8)
        self._timers.clear()
        self._watermark.clear()

    def follow(self, partition: int, key: bytes, before: StreamState | None, after: StreamState) -> None:
        """A state changed: look again when it wants to be looked at. An unchanged entry is already noted."""
        is_noted = (
            before is not None and before.next_at == after.next_at and before.is_catching_up == after.is_catching_up
        )
        if not is_noted:
            self.look_later(partition, key, after)

    def is_held_back(self, partition: int, state: StreamState, tick: Tick) -> bool:
        """Whether time must not count for this stream yet, because more of its past may be on its way."""
        watermark = tick.until + self._pipeline.grace
        return state.is_catching_up and not self._pipeline.is_silent(self._times.of(partition), watermark)

    def trusts(self, tick: Tick, appended_at: Instant, time_type: int | None) -> bool:
        """Whether the clock by which a tick was sent agreed with the broker's, which appended it then."""
        return self._watch.trusts(tick.detected_at, appended_at, time_type)

    def look_later(self, partition: int, key: bytes, state: StreamState) -> None:
        """Note when to look at it; also when a tick came too early."""
        if state.next_at != NEVER:
            self._timers.add(partition, state.next_at, key, is_catching_up=state.is_catching_up)

    async def fire(self, app: faust.App) -> int:
        """Send the ticks that are up; how many."""
        if not self._is_ready or app.rebalancing:
            return 0
        detected_at = micros(self._clock.now())
        now = detected_at - self._clock_skew
        waiting = self._timers.waiting(now - self._pipeline.grace, lambda partition: self._is_silent(partition, now))
        if not waiting:
            return 0
        if self._watch.is_refusing:
            if not self._watch.may_ask(detected_at):
                return 0
            waiting = {min(waiting)}
        consumer = app.consumer
        assert isinstance(consumer, CommittedConsumer)  # noqa: S101 our transport makes it
        await self._watermark.advance(consumer, waiting, now)
        # Partitions may have been taken away while the broker was asked: then there is nothing left to pop.
        return sum(self._fire_partition(partition, detected_at) for partition in waiting)

    def _fire_partition(self, partition: int, detected_at: Instant) -> int:
        watermark = self._watermark.known_until(partition)
        if watermark is None:
            return 0
        until = watermark - self._pipeline.grace
        with_catching_up = self._is_silent(partition, watermark)
        most = 1 if self._watch.is_refusing else _MOST_PER_TICK
        keys = self._timers.pop(partition, until, most, with_catching_up=with_catching_up)
        if keys:
            value = tick_bytes(Tick(until=until, detected_at=detected_at, assignment_epoch=self.assignment_epoch))
            for key in keys:
                self._ticks.put(partition, key, value)
        return len(keys)

    def _is_silent(self, partition: int, at: Instant) -> bool:
        return self._pipeline.is_silent(self._times.of(partition), at)


def tick_bytes(tick: Tick) -> bytes:
    """The value of the record on `deadline-ticks`; the name of the epoch on the wire is `sitting`."""
    times = {"until": instant(tick.until), "detected_at": instant(tick.detected_at)}
    return orjson.dumps(times | {"sitting": tick.assignment_epoch})


def read_tick(value: bytes) -> Tick:
    """The tick of some bytes. Nobody else writes ticks, so anything wrong with one stops the worker (ValueError, KeyError)."""
    fields = orjson.loads(value)
    return Tick(
        until=micros(datetime.fromisoformat(fields["until"])),
        detected_at=micros(datetime.fromisoformat(fields["detected_at"])),
        assignment_epoch=fields.get("sitting", ""),
    )
