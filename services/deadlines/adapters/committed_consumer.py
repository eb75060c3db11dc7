"""Faust's Kafka consumer, made to read committed records only and to commit only what is done.

Faust 0.15.3 reads uncommitted unless `exactly_once` is on, and its own book of acknowledgements guesses at the offset gaps
that transactions leave. Here each delivered record is kept in order until it is acknowledged, and the committed offset is the
one behind the last record of an unbroken row of acknowledged ones. Once all that was fetched is done, it is the fetch position
itself, which also lies behind commit markers, so that lag really reads 0. See ADR 0009.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiokafka
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message
from mode import ServiceT

from services.deadlines.adapters.faithful_producer import FaithfulProducer

_FETCH_WAIT_MS = 500
_RECORDS_BEFORE_A_PAUSE = 50
_TYPES_OF_TOPICS = Iterable[Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """How far a partition was ever fetched: the highest record's offset (None: no record yet), and the position now."""

    last_offset: int | None
    position: int


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

    async def seek_to_done(self, tps: Iterable[TP]) -> Mapping[TP, int | None]:
        """Read on from the committed offsets, or from the beginning where there is none; the committed offsets."""
        consumer = self._ensure_consumer()
        committed: dict[TP, int | None] = {}
        for tp in tps:
            committed[tp] = offset = await consumer.committed(aiokafka.TopicPartition(tp.topic, tp.partition))
            if offset:
                consumer.seek(aiokafka.TopicPartition(tp.topic, tp.partition), offset)
        # Faust would leave the others where they are, behind records that it may have thrown away.
        fresh = [aiokafka.TopicPartition(tp.topic, tp.partition) for tp, offset in committed.items() if not offset]
        if fresh:
            await consumer.seek_to_beginning(*fresh)
        return committed

    async def end_offsets(self, tps: Iterable[TP]) -> Mapping[TP, int]:
        """Where the committed part of each partition ends now, by asking the broker."""
        asked = [aiokafka.TopicPartition(tp.topic, tp.partition) for tp in tps]
        # Not through Faust's queue of calls: there it would wait behind a fetch, which waits for records.
        asking = asyncio.run_coroutine_threadsafe(self._ensure_consumer().end_offsets(asked), self.thread_loop)
        ends: Mapping[Any, int] = await asyncio.wrap_future(asking)
        return {TP(tp.topic, tp.partition): end for tp, end in ends.items()}


class CommittedConsumer(driver.Consumer):
    """Delivers committed records and keeps the book of what is done."""

    _thread: CommittedConsumerThread

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
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

    async def end_offsets(self, tps: Iterable[TP]) -> Mapping[TP, int]:
        """Where the committed part of each partition ends now, by asking the broker."""
        return await self._thread.end_offsets(tps)

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

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        """Gaps need no book: only delivered records are in ours."""

    async def _commit_offsets(self, offsets: Mapping[TP, int], start_new_transaction: bool = True) -> bool:  # noqa: FBT001, FBT002
        producer = self.app.producer
        assert isinstance(producer, FaithfulProducer)  # noqa: S101 our transport makes it
        if not await producer.flush_all():  # something said was lost: the events behind it must be read again
            return False
        return bool(await super()._commit_offsets(offsets, start_new_transaction=start_new_transaction))

    async def perform_seek(self) -> None:
        """Read again from what is committed. The flow stands still until the caller resumes it.

        Faust lets records flow while it seeks, takes the offset of one of them for the place to read on from, and empties the
        agents' queues when it resumes. Here nothing flows meanwhile; what was fetched but not delivered is fetched again.
        """
        self.stop_flow()
        self._seeks += 1
        tps = [tp for tp in self.assignment() if not self._is_changelog_tp(tp)]
        committed = await self._thread.call_thread(self._thread.seek_to_done, tps)
        for tp, offset in committed.items():
            self._undone.pop(tp, None)
            self._done_to[tp] = offset or 0
            self._read_offset[tp] = offset or None
            self._committed_offset[tp] = offset or None

    async def _drain_messages(self, fetcher: ServiceT) -> None:
        """Deliver what is fetched, until stopped.

        Faust's own loop makes four tasks for each record. Here a record that its agent can take at once is handed over directly,
        and a record that was on its way during a seek doesn't count as read.
        """
        pause = 0
        while not (self.should_stop or fetcher.should_stop):
            async for tp, message in self.getmany(timeout=1.0):
                read = self._read_offset[tp]
                if read is not None and message.offset < read:
                    continue
                seeks = self._seeks
                if self._is_flowing():
                    await self.callback(message)
                else:
                    await self.wait_first(self.callback(message), self.suspend_flow.wait())
                if seeks != self._seeks:
                    break  # the rest of this batch will be fetched again
                self._read_offset[tp] = message.offset
                pause = (pause + 1) % _RECORDS_BEFORE_A_PAUSE
                if not pause:
                    await asyncio.sleep(0)

    def _is_flowing(self) -> bool:
        buffer = self.app.producer.buffer
        return self.flow_active and self.app.flow_control.is_active() and not getattr(buffer, "is_high", True)

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Commit what is done (Faust does), then forget these partitions."""
        await super().on_partitions_revoked(revoked)
        for tp in revoked:
            self._undone.pop(tp, None)
            self._done_to.pop(tp, None)
