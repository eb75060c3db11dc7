"""Faust's Kafka consumer, made to commit only what is done.

Faust's own book of acknowledgements guesses at the offset gaps that transactions leave. Here each delivered batch of records is
kept in order until it is acknowledged, and the committed offset is the one behind the last record of an unbroken row of
acknowledged ones. Once all that was fetched is done, it is the fetch position itself, which also lies behind commit markers, so
that lag really reads 0. Before offsets are committed, a checkpoint makes durable what they stand for. See ADR 0009 and 0012.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message
from mode import ServiceT

from events.topics import Topic
from services.deadlines.adapters.live import record_batches
from services.deadlines.adapters.live.checkpoint import Checkpoint
from services.deadlines.adapters.live.consumer_thread import CommittedConsumerThread, Fetched
from services.deadlines.adapters.live.faithful_producer import FaithfulProducer
from services.deadlines.adapters.live.log_times import LogTimes
from services.deadlines.adapters.live.record_batches import RecordBatch
from services.deadlines.adapters.live.recovery_end import pass_markers

_MOST_UNDONE_BATCHES = 8
_WAIT_FOR_ROOM_SECONDS = 0.002
_RECORDS_BEFORE_A_PAUSE = 50
_TYPES_OF_TOPICS = Iterable[Any] | None


class CommittedConsumer(driver.Consumer):
    """Delivers committed records and keeps the book of what is done.

    `checkpoint` and `times` are given by who builds the app, before it starts.
    """

    checkpoint: Checkpoint
    times: LogTimes
    _thread: CommittedConsumerThread

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._notes: dict[TP, str] = {}
        self._undone: dict[TP, deque[Message]] = defaultdict(deque)
        self._done_to: dict[TP, int] = {}
        self._seeks = 0
        self._deliver = self.callback
        self.callback = self._track_and_deliver

    def _new_consumer_thread(self) -> CommittedConsumerThread:
        return CommittedConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def _track_and_deliver(self, message: Message) -> None:
        if self.app.topics.acks_enabled_for(message.topic):
            self._undone[message.tp].append(message)
        await self._deliver(message)

    def ack(self, message: Message) -> bool:
        """The record is done: its outputs and its state are on their way."""
        if message.acked:
            return False
        message.acked = True
        self._unacked_messages.discard(message)
        self._n_acked += 1
        self._settle(message.tp)
        return True

    def is_done_to(self, tp: TP, offset: int) -> bool:
        """Whether every delivered record up to and including this offset is done."""
        return self._done_to.get(tp, -1) > offset

    def fetched(self, tp: TP) -> Fetched | None:
        """How far the partition was fetched."""
        return self._thread.fetched.get(tp)

    async def high_watermarks(self, tps: Iterable[TP]) -> Mapping[TP, int]:
        """Where each partition ends now, open transactions included, by asking the broker."""
        return await self._thread.high_watermarks(tps)

    def _settle(self, tp: TP) -> None:
        undone = self._undone[tp]
        while undone and undone[0].acked:
            self._done_to[tp] = undone.popleft().offset + 1

    def _new_offset(self, tp: TP) -> int | None:
        fetched = self.fetched(tp)
        if fetched is not None and not self._undone[tp]:
            last = fetched.last_offset
            if last is None or self.is_done_to(tp, last):
                return fetched.position
        return self._done_to.get(tp) or None

    def _filter_tps_with_pending_acks(self, topics: _TYPES_OF_TOPICS = None) -> Iterator[TP]:
        acks_enabled_for = self.app.topics.acks_enabled_for
        tps = {*self._done_to, *self._thread.fetched}
        return (
            tp for tp in tps if acks_enabled_for(tp.topic) and (topics is None or tp in topics or tp.topic in topics)
        )

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:  # noqa: FBT001, FBT002
        producer = self.app.producer
        assert isinstance(producer, FaithfulProducer)  # noqa: S101 our transport makes it
        if producer.has_failed:  # something said was lost: the events behind it must be read again
            return False
        return bool(await super()._commit_offsets(offsets, start_new_transaction=start_new_transaction))

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Gaps need no book: only delivered records are in ours."""

    async def _commit_tps(self, tps: Iterable[TP], start_new_transaction: bool) -> bool:  # noqa: FBT001 Faust's
        # Offsets, notes, rows and words are taken without awaiting: they belong to one moment.
        offsets = self._filter_committable_offsets(tps)
        if not offsets:
            return False
        self._notes = {tp: self.times.note(tp.partition) for tp in offsets if tp.topic == Topic.DOSSIER_EVENTS.value}
        taken = self.checkpoint.take()
        if not await self.checkpoint.write(taken):
            return False
        return bool(await self._commit_offsets(offsets, start_new_transaction=start_new_transaction))

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        return await self._thread.commit_with_notes(offsets, self._notes)

    async def wait_empty(self) -> None:
        """Commit what is done, before partitions go or the worker stops. What is not done is read again by the next."""
        while self._commit_fut is not None:
            await asyncio.wait([self._commit_fut])
        await self.commit_and_end_transactions()

    async def perform_seek(self) -> None:
        """Read again from what is committed. The flow stands still until the caller resumes it.

        Faust lets records flow while it seeks, takes the offset of one of them for the place to read on from, and empties the
        agents' queues when it resumes. Here nothing flows meanwhile; what was fetched but not delivered is fetched again.
        """
        self.stop_flow()
        self._seeks += 1
        tps = [tp for tp in self.assignment() if not self._is_changelog_tp(tp)]
        for tp, place in (await self._thread.call_thread(self._thread.seek_to_done, tps)).items():
            self._undone.pop(tp, None)
            self._done_to[tp] = place.offset or 0
            self._read_offset[tp] = place.offset
            self._committed_offset[tp] = place.offset
            if tp.topic == Topic.DOSSIER_EVENTS.value:
                self.times.resume(tp.partition, place.note)

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        """Deliver what is fetched, until stopped.

        Faust's own loop makes four tasks for each record. Here an agent that can take a batch at once is handed it directly, and
        what was on its way during a seek doesn't count as read. What is not delivered is fetched again: of a changelog too, or
        a table would have a hole that nobody notices, because its offset goes on with the next record.
        """
        while not (self.should_stop or fetcher.should_stop):
            fetched, active = await self._wait_next_records(1.0)
            generation = self.app.consumer_generation_id
            if fetched is None or self.should_stop:
                continue
            batches = {TP(tp.topic, tp.partition): records for tp, records in fetched.items()}
            fetched_to = {tp: self._thread.fetched[tp].position for tp in batches}
            left = await self._deliver_all(batches, active, generation)
            if left and not self.should_stop:
                places = {tp: (first, fetched_to[tp]) for tp, first in left.items()}
                await self._thread.give_back(places)
            if not self.flow_active:
                await self._seek_in_vain()
                continue
            tables: Any = self.app.tables
            if tables.recovery.in_recovery and tables.changelog_queue.empty():
                pass_markers(tables.recovery, self._thread.fetched)

    async def _deliver_all(
        self, batches: Mapping[TP, Sequence[Any]], active: set[TP] | None, generation: int
    ) -> dict[TP, int]:
        """Deliver what is wanted as long as nothing comes between; the first offset of each partition that was left."""
        left: dict[TP, int] = {}
        for tp, records in batches.items():
            first: int | None = records[0].offset
            is_wanted = active is None or tp in active or tp in self._buffered_partitions
            if is_wanted and not left and self.flow_active:
                first = await self._deliver_batch(tp, records, generation)
            if first is not None:
                left[tp] = first
        return left

    async def _seek_in_vain(self) -> None:
        """Partitions are moving: go back to what is committed, if that can be known now; recovery does it again."""
        try:
            await self.perform_seek()
        except Exception as error:  # noqa: BLE001 as Faust does
            self.log.warning("can't seek while partitions are moving: %r", error)

    async def _deliver_batch(self, tp: TP, records: Sequence[Any], generation: int) -> int | None:
        """Deliver records of one partition; the offset of the first that was not, None if all were."""
        read, seeks = self._read_offset[tp], self._seeks
        if read is not None and records[0].offset < read:
            records = [record for record in records if record.offset >= read]
        is_changelog = self._is_changelog_tp(tp)
        size = 1 if is_changelog else record_batches.MOST_RECORDS
        for first in range(0, len(records), size):
            await self._wait_for_room()
            offset: int = records[first].offset
            if seeks != self._seeks or not self.flow_active or generation != self.app.consumer_generation_id:
                return offset
            message = (
                self._to_message(tp, records[first])
                if is_changelog
                else RecordBatch(tp, records[first : first + size], generation)
            )
            if self.app.flow_control.is_active():
                await self.callback(message)
            else:
                await self.wait_first(self.callback(message), self.suspend_flow.wait())
            if seeks != self._seeks:
                return offset
            self._read_offset[tp] = message.offset
            if not is_changelog or not first % _RECORDS_BEFORE_A_PAUSE:
                await asyncio.sleep(0)
        return None

    async def _wait_for_room(self) -> None:
        """Slow down while the agents have enough to do, or too many words are on their way."""
        while self.flow_active and not self.should_stop and not self._has_room():  # noqa: ASYNC110 many things make room
            await asyncio.sleep(_WAIT_FOR_ROOM_SECONDS)

    def _has_room(self) -> bool:
        return not self.checkpoint.is_high and sum(map(len, self._undone.values())) < _MOST_UNDONE_BATCHES

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Commit what is done (wait_empty, called by the app), then forget these partitions."""
        await super().on_partitions_revoked(revoked)
        for tp in revoked:
            self._undone.pop(tp, None)
            self._done_to.pop(tp, None)
