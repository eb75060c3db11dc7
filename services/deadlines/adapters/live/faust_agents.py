"""One agent per topic: read, ask the pipeline, emit, keep, acknowledge last. Nothing else happens here.

Between reading a state and keeping it nothing is awaited, so no other agent can change it meanwhile. Derived events go to the
outbox, states to memory; a checkpoint makes both durable before the offsets are committed. A record that can't be read, or that
the fold can't take, is a dead letter before it is acknowledged; its stream is put aside and all others go on (TIME-8). What is
wrong with the broker, the table or the worker itself ends the worker, and what it had not acknowledged is read again.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from aiokafka import ConsumerRecord

from events.deadline import ClockNotArmed
from events.dossier import IntegrityFlagRaised
from events.errors import MessageError
from events.hash_chain import Link
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.errors import PutAsideError
from rules.clocks.facts import Fact
from rules.clocks.log_time import LogTime
from rules.clocks.state import StreamState
from services.deadlines.adapters.live.log_times import LogTimes
from services.deadlines.adapters.live.outbox import Outbox
from services.deadlines.adapters.live.record_batches import RecordBatch
from services.deadlines.adapters.live.ticker import Ticker, read_tick
from services.deadlines.adapters.store.faust_tables import OpenClocks
from services.deadlines.adapters.wire import dead_letters
from services.deadlines.adapters.wire.fact_reader import read_linked
from services.deadlines.adapters.wire.record_writer import Record as WrittenRecord
from services.deadlines.adapters.wire.record_writer import RecordWriter
from services.deadlines.pipeline import Pipeline, Taken

_MICROSECONDS_PER_MILLISECOND = 1000

Record: TypeAlias = "ConsumerRecord[Any, Any]"
logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Counters:
    """What happened since the worker started."""

    unarmed: int = 0
    flags: int = 0
    put_aside: int = 0


class _Read(NamedTuple):
    """One record as it was read."""

    key: bytes
    partition: int
    fact: Fact
    link: Link


class _Folded(NamedTuple):
    """A fact folded into its stream's state, and nothing of it kept yet."""

    before: StreamState | None
    taken: Taken
    records: Sequence[WrittenRecord]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDependencies:
    """Where things come from and go to."""

    clocks: OpenClocks
    times: LogTimes
    emitted: Outbox
    dlq: Any


class Agents:
    """The two stream handlers over one table."""

    def __init__(self, pipeline: Pipeline, ticker: Ticker, dependencies: AgentDependencies) -> None:
        self._pipeline = pipeline
        self._ticker = ticker
        self._clocks = dependencies.clocks
        self._times = dependencies.times
        self._emitted = dependencies.emitted
        self.dependencies = dependencies
        self._writer = RecordWriter()
        self.counters = Counters()

    async def on_dossier_events(self, stream: Any) -> None:
        """`dossier-events`: fold each event into its stream's state and emit what follows."""
        async for event in stream.noack().events():
            if await self._fold_all(event.message):
                event.ack()

    async def on_ticks(self, stream: Any) -> None:
        """`deadline-ticks`: look at a stream again and emit what has fallen due."""
        async for event in stream.noack().events():
            record_batch: RecordBatch = event.message
            for record in record_batch.records:
                self._check(record)
            event.ack()

    async def _fold_all(self, record_batch: RecordBatch) -> bool:
        """Fold a record batch; False if its partition was taken away meanwhile, so that the rest is somebody else's."""
        epoch, time = self._clocks.epoch, self._times.of(record_batch.partition)
        for record in record_batch.records:
            known_at = record.timestamp * _MICROSECONDS_PER_MILLISECOND
            try:
                fact, link = read_linked(record.key, record.value, record.headers, known_at)
            except MessageError as error:
                await self._put_aside(record, error)
                if epoch != self._clocks.epoch:
                    return False
                continue
            read = _Read(record.key, record_batch.partition, fact, link)
            folded = self._fold(read, time)
            if folded.taken.refusal is not None:
                await self._put_aside(record, folded.taken.refusal)
                if epoch != self._clocks.epoch:
                    return False
                # A look may have changed the state meanwhile.
                folded = self._fold(read, time)
            self._keep(record.key, record_batch.partition, folded)
        self._times.mark_done(record_batch.partition)
        return True

    async def _put_aside(self, record: Record, error: Exception) -> None:
        self.counters.put_aside += 1
        what = error if isinstance(error, PutAsideError) else f"{type(error).__name__}: {error}"
        text = "%s-%s@%s is put aside: %s (%d since start)"
        logger.error(text, record.topic, record.partition, record.offset, what, self.counters.put_aside)
        await dead_letters.send(self.dependencies.dlq, record, error)

    def _fold(self, read: "_Read", time: LogTime) -> "_Folded":
        key, before = read.key, self._clocks.get(read.key, read.partition)
        taken = self._pipeline.on_record(before, read.fact, read.link, time)
        if not taken.emitted:
            return _Folded(before, taken, ())
        try:
            records = self._writer.write(key.decode(), taken.emitted)
        except Exception as error:  # noqa: BLE001 nothing that one stream brings may stop the others (promise 12)
            taken = self._pipeline.refuse(before, read.fact, read.link, error)
            records = self._writer.write(key.decode(), taken.emitted)
        return _Folded(before, taken, records)

    def _keep(self, key: bytes, partition: int, folded: "_Folded") -> None:
        before, after = folded.before, folded.taken.state
        if folded.taken.emitted:
            self._emit(key, partition, folded.taken.emitted, folded.records)
        if after is before:
            return
        if after is None:
            if before is not None:  # its time was over; a tick would have forgotten it by now
                self._clocks.remove(key, partition)
            return
        self._clocks.put(key, after, partition)
        self._ticker.follow(partition, key, before, after)

    def _check(self, record: Record) -> None:
        key, partition, tick = record.key, record.partition, read_tick(record.value)
        before = self._clocks.get(key, partition)
        if before is None or tick.assignment_epoch != self._ticker.assignment_epoch:
            return
        appended_at = record.timestamp * _MICROSECONDS_PER_MILLISECOND
        is_trusted = self._ticker.trusts(tick, appended_at, record.timestamp_type)
        if not is_trusted or self._ticker.is_held_back(partition, before, tick):
            self._ticker.look_later(partition, key, before)
            return
        checked = self._pipeline.on_check(before, tick.until, tick.detected_at)
        try:
            records = self._writer.write(key.decode(), checked.emitted)
        except Exception as error:  # noqa: BLE001 the same
            checked = self._pipeline.refuse_look(before, tick.until, tick.detected_at, error)
            records = self._writer.write(key.decode(), checked.emitted)
        after = checked.state
        if checked.is_over:
            self._clocks.remove(key, partition)
        elif after is not None and after is not before:
            self._emit(key, partition, checked.emitted, records)
            self._clocks.put(key, after, partition)
            self._ticker.follow(partition, key, before, after)

    def _emit(
        self, key: bytes, partition: int, emitted: Sequence[DerivedEvent], records: Sequence[WrittenRecord]
    ) -> None:
        for value, headers in records:
            self._emitted.put(partition, key, value, headers)
        for one in emitted:
            if one.kind is ClockNotArmed or one.kind is IntegrityFlagRaised:
                self._report(key.decode(), one)

    def _report(self, stream_id: str, emitted: DerivedEvent) -> None:
        data = emitted.data
        if isinstance(data, ClockNotArmed):
            self.counters.unarmed += 1
            text = "AL-7: clock %s of dossier %s can't be armed: %s (%d since start)"
            logger.error(text, data.clock, stream_id, data.reason, self.counters.unarmed)
        elif isinstance(data, IntegrityFlagRaised):
            self.counters.flags += 1
            text = "integrity flag on dossier %s: %s (%d since start)"
            logger.warning(text, stream_id, data, self.counters.flags)
