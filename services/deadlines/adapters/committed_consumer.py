"""Faust's Kafka consumer, made to read committed records only and to commit only what is done.

Faust 0.15.3 reads uncommitted unless `exactly_once` is on, and its own book of acknowledgements guesses at the offset gaps
that transactions leave. Here each delivered record is kept in order until it is acknowledged, and the committed offset is the
one behind the last record of an unbroken row of acknowledged ones. Once all that was fetched is done, it is the fetch position
itself, which also lies behind commit markers, so that lag really reads 0. Records travel to the agents in parcels. Before offsets
are committed, a checkpoint makes durable what they stand for. See ADR 0009 and 0012.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

import aiokafka
from aiokafka.errors import CommitFailedError
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message
from mode import ServiceT

from events.topics import Topic
from services.deadlines.adapters import parcels
from services.deadlines.adapters.checkpoint import Checkpoint
from services.deadlines.adapters.faithful_producer import FaithfulProducer
from services.deadlines.adapters.high_watermarks import high_watermarks
from services.deadlines.adapters.log_times import LogTimes
from services.deadlines.adapters.parcels import Parcel

_FETCH_WAIT_MS = 500
_MOST_UNDONE_PARCELS = 8
_WAIT_FOR_ROOM_SECONDS = 0.002
_RECORDS_BEFORE_A_PAUSE = 50
_TYPES_OF_TOPICS = Iterable[Any] | None
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """How far a partition was ever fetched: the highest record's offset (None: no record yet), and the position now."""

    last_offset: int | None
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """What the group has committed for a partition: an offset (None: nothing yet), and the note that went with it."""

    offset: int | None
    note: str


class CommittedConsumerThread(driver.AIOKafkaConsumerThread):
    """The thread in which aiokafka lives."""

    def __post_init__(self) -> None:
        """Begin with nothing fetched."""
        super().__post_init__()
        self.fetched: dict[TP, Fetched] = {}
        self._last_offset: dict[TP, int] = {}

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        conf = self.app.conf
        self._assignor = self.app.assignor
        return aiokafka.AIOKafkaConsumer(
            client_id=conf.broker_client_id,
            group_id=conf.id,
            group_instance_id=conf.consumer_group_instance_id,
            bootstrap_servers=driver.server_list(transport.url, transport.default_port),
            partition_assignment_strategy=[self._assignor],
            enable_auto_commit=False,
            auto_offset_reset=conf.consumer_auto_offset_reset,
            max_poll_records=conf.broker_max_poll_records,
            max_poll_interval_ms=int(conf.broker_max_poll_interval * 1000),
            max_partition_fetch_bytes=conf.consumer_max_fetch_size,
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            request_timeout_ms=int(conf.broker_request_timeout * 1000),
            check_crcs=conf.broker_check_crcs,
            session_timeout_ms=int(conf.broker_session_timeout * 1000),
            rebalance_timeout_ms=int(conf.broker_rebalance_timeout * 1000),
            heartbeat_interval_ms=int(conf.broker_heartbeat_interval * 1000),
            isolation_level="read_committed",
            metadata_max_age_ms=conf.consumer_metadata_max_age_ms,
            connections_max_idle_ms=conf.consumer_connections_max_idle_ms,
        )

    async def _fetch_records(self, consumer: aiokafka.AIOKafkaConsumer, *args: Any, **kwargs: Any) -> Any:
        records = await super()._fetch_records(consumer, *args, **kwargs)
        # No await from here on: records, last offset and position belong together.
        for tp, batch in records.items():
            ours = TP(tp.topic, tp.partition)
            self._last_offset[ours] = max(batch[-1].offset, self._last_offset.get(ours, -1))
        self._note_positions(consumer)
        return records

    def _note_positions(self, consumer: aiokafka.AIOKafkaConsumer) -> None:
        subscription = consumer._subscription.subscription  # noqa: SLF001 the public way waits for a position
        assignment = subscription.assignment if subscription else None
        if assignment is None:
            return
        for tp in assignment.tps:
            state = assignment.state_value(tp)
            if state is not None and state.has_valid_position:
                ours = TP(tp.topic, tp.partition)
                self.fetched[ours] = Fetched(last_offset=self._last_offset.get(ours), position=state.position)

    async def seek_to_done(self, tps: Iterable[TP]) -> Mapping[TP, Committed]:
        """Read on from the committed offsets, or from the beginning where there is none; what was committed."""
        consumer = self._ensure_consumer()
        asked = [aiokafka.TopicPartition(tp.topic, tp.partition) for tp in tps]
        found = await consumer._coordinator.fetch_committed_offsets(asked)  # noqa: SLF001 the public way drops the notes
        committed: dict[TP, Committed] = {}
        fresh = []
        for tp in asked:
            place = found.get(tp)
            if place is not None and place.offset > 0:
                committed[TP(tp.topic, tp.partition)] = Committed(offset=place.offset, note=place.metadata or "")
                consumer.seek(tp, place.offset)
            else:
                committed[TP(tp.topic, tp.partition)] = Committed(offset=None, note="")
                fresh.append(tp)
        # Faust would leave the others where they are, behind records that it may have thrown away.
        if fresh:
            await consumer.seek_to_beginning(*fresh)
        return committed

    async def high_watermarks(self, tps: Iterable[TP]) -> Mapping[TP, int]:
        """Where each partition ends now, open transactions included, by asking the broker."""
        asking = high_watermarks(self._ensure_consumer()._client, tps)  # noqa: SLF001 the one that it reads with
        return await self._in_thread(asking)

    async def commit_with_notes(self, offsets: Mapping[TP, int], notes: Mapping[TP, str]) -> bool:
        """Commit; False if the partitions are no longer ours."""
        return await self._in_thread(self._commit_with_notes(offsets, notes))

    async def _in_thread(self, asking: Coroutine[Any, Any, _T]) -> _T:
        # Not through Faust's queue of calls: there it would wait behind a fetch, which waits for records.
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asking, self.thread_loop))

    async def _commit_with_notes(self, offsets: Mapping[TP, int], notes: Mapping[TP, str]) -> bool:
        consumer = self._ensure_consumer()
        subscription = consumer._subscription.subscription  # noqa: SLF001 asking in vain would raise
        if subscription is None or subscription.assignment is None:
            return False
        ours = self.assignment()
        now = monotonic()
        self.tp_last_committed_at.update(dict.fromkeys(offsets, now))
        try:
            await consumer.commit(
                {
                    aiokafka.TopicPartition(tp.topic, tp.partition): OffsetAndMetadata(offset, notes.get(tp, ""))
                    for tp, offset in offsets.items()
                    if tp in ours
                }
            )
        except CommitFailedError as error:
            if "already rebalanced" in str(error):
                return False
            await self.crash(error)
            return False
        except Exception as error:
            self.log.exception("offsets could not be committed: %r", error)
            await self.crash(error)
            return False
        return True


def pass_markers(recovery: Any, fetched: Mapping[TP, Fetched]) -> None:
    """End a recovery whose changelog ends with markers of transactions, as the bulk path leaves it.

    Faust waits for a record at the last offset; a marker is none, so it would wait forever. The queue of changelog records must
    be empty: what was fetched was then either applied or thrown away, and the offsets tell which.
    """
    has_passed = False
    for tp in recovery.active_tps:
        last, read, seen = recovery.active_highwaters[tp], recovery.active_offsets[tp], fetched.get(tp)
        if last is None or read is None or read >= last or seen is None or seen.position <= last:
            continue
        if seen.last_offset is None or read >= seen.last_offset:
            recovery.active_offsets[tp] = last
            has_passed = True
    if has_passed and not recovery.need_recovery():
        recovery.flush_buffers()
        recovery._set_recovery_ended()  # noqa: SLF001 as its own loop does behind the last record
        recovery.signal_recovery_end.set()


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

        Faust's own loop makes four tasks for each record. Here an agent that can take a parcel at once is handed it directly, and
        what was on its way during a seek doesn't count as read.
        """
        while not (self.should_stop or fetcher.should_stop):
            fetched, active = await self._wait_next_records(1.0)
            generation = self.app.consumer_generation_id
            if fetched is None or self.should_stop:
                continue
            if not self.flow_active:
                await self._seek_in_vain()
                continue
            for tp, records in fetched.items():
                ours = TP(tp.topic, tp.partition)
                is_wanted = active is None or ours in active or ours in self._buffered_partitions
                if is_wanted and not await self._deliver_batch(ours, records, generation):
                    break  # the rest will be fetched again
            tables: Any = self.app.tables
            if tables.recovery.in_recovery and tables.changelog_queue.empty():
                pass_markers(tables.recovery, self._thread.fetched)

    async def _seek_in_vain(self) -> None:
        """Partitions are moving: go back to what is committed, if that can be known now; recovery does it again."""
        try:
            await self.perform_seek()
        except Exception as error:  # noqa: BLE001 as Faust does
            self.log.warning("can't seek while partitions are moving: %r", error)

    async def _deliver_batch(self, tp: TP, records: Sequence[Any], generation: int) -> bool:
        """Deliver records of one partition; False if they must be fetched again."""
        read, seeks = self._read_offset[tp], self._seeks
        if read is not None and records[0].offset < read:
            records = [record for record in records if record.offset >= read]
        is_changelog = self._is_changelog_tp(tp)
        size = 1 if is_changelog else parcels.MOST_RECORDS
        for first in range(0, len(records), size):
            await self._wait_for_room()
            if seeks != self._seeks or not self.flow_active or generation != self.app.consumer_generation_id:
                return False
            message = (
                self._to_message(tp, records[first])
                if is_changelog
                else Parcel(tp, records[first : first + size], generation)
            )
            if self.app.flow_control.is_active():
                await self.callback(message)
            else:
                await self.wait_first(self.callback(message), self.suspend_flow.wait())
            if seeks != self._seeks:
                return False
            self._read_offset[tp] = message.offset
            if not is_changelog or not first % _RECORDS_BEFORE_A_PAUSE:
                await asyncio.sleep(0)
        return True

    async def _wait_for_room(self) -> None:
        """Slow down while the agents have enough to do, or too many words are on their way."""
        while self.flow_active and not self.should_stop and not self._has_room():  # noqa: ASYNC110 many things make room
            await asyncio.sleep(_WAIT_FOR_ROOM_SECONDS)

    def _has_room(self) -> bool:
        return not self.checkpoint.is_high and sum(map(len, self._undone.values())) < _MOST_UNDONE_PARCELS

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Commit what is done (wait_empty, called by the app), then forget these partitions."""
        await super().on_partitions_revoked(revoked)
        for tp in revoked:
            self._undone.pop(tp, None)
            self._done_to.pop(tp, None)
