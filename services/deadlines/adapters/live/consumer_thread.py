"""The thread of Faust's consumer in which aiokafka lives: reads committed records, tells how far, seeks, commits with notes."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeVar

import aiokafka
from aiokafka.errors import CommitFailedError
from aiokafka.structs import OffsetAndMetadata
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from services.deadlines.adapters.live.high_watermarks import high_watermarks

_FETCH_WAIT_MS = 500
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
    """Faust 0.15.3 would read uncommitted unless `exactly_once` is on."""

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

    async def give_back(self, places: Mapping[TP, tuple[int, int]]) -> None:
        """Read records again that were fetched and not delivered: per partition the first of them, and where the fetch ended.

        Nothing is moved where somebody sought another place meanwhile, or where the partition is no longer ours.
        """
        await self._in_thread(self._give_back(places))

    async def _give_back(self, places: Mapping[TP, tuple[int, int]]) -> None:
        subscription = self._ensure_consumer()._subscription.subscription  # noqa: SLF001 the public way waits for a position
        assignment = subscription.assignment if subscription else None
        if assignment is None:
            return
        for tp, (first, fetched_to) in places.items():
            place = aiokafka.TopicPartition(tp.topic, tp.partition)
            state = assignment.state_value(place) if place in assignment.tps else None
            if state is not None and state.has_valid_position and state.position == fetched_to:
                self._ensure_consumer().seek(place, first)

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
