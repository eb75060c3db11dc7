"""Committed records of the topics in batches, cut by rows or by time; offsets are committed only when a batch is done."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaError

from events.topics import Topic
from services.stats.ports import Record

TOPICS = (Topic.DOSSIER_EVENTS, Topic.DEADLINE_EVENTS, Topic.REFERENCE_EVENTS)

Positions = dict[TopicPartition, int]

_log = logging.getLogger("stats")
_NO_DATA_WAIT_MS = 1_000


def make_consumer(bootstrap_servers: str, group: str) -> AIOKafkaConsumer:
    """The consumer, not yet started.

    The topics of dossiers have as many partitions and one key rule, and the range assignor cuts both at the same numbers: so
    all events of a dossier come to one member, and rival writes of one fact row stay rare. The one partition of reference things
    comes to the first member.
    """
    return AIOKafkaConsumer(
        *TOPICS,
        bootstrap_servers=bootstrap_servers,
        group_id=group,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        partition_assignment_strategy=(RangePartitionAssignor,),
        session_timeout_ms=10_000,
        heartbeat_interval_ms=2_000,
        max_poll_interval_ms=600_000,
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )


class KafkaBatches:
    """The port RecordSource over a started consumer.

    What is committed is the consumer's position and not the last record's offset: behind the last record stand the markers of
    Kafka's transactions, and a group that never passed them would look behind for ever.
    """

    def __init__(self, consumer: AIOKafkaConsumer, rows: int, seconds: float) -> None:
        self._consumer = consumer
        self._rows = rows
        self._seconds = seconds
        self._reached: Positions = {}
        self._committed: Positions = {}

    async def next_batch(self) -> Sequence[Record]:
        """Wait for the next batch: at most `rows` records, at most `seconds` after its first record came."""
        batch: list[Record] = []
        await self._take(batch, _NO_DATA_WAIT_MS)
        while not batch:
            # Nothing is in work, so whatever was passed meanwhile were markers.
            await self._commit(await self._positions())
            await self._take(batch, _NO_DATA_WAIT_MS)
        clock = asyncio.get_running_loop().time
        until = clock() + self._seconds
        while len(batch) < self._rows and (left := until - clock()) > 0:
            await self._take(batch, max(1, int(left * 1000)))
        self._reached = await self._positions()
        return batch

    async def commit(self, batch: Sequence[Record]) -> None:  # noqa: ARG002 - the positions behind it were noted with it
        """Commit the positions reached with the batch that was given last, of the partitions that are still ours.

        A failure is only logged: the batch then comes again, here or at another member, and changes nothing.
        """
        await self._commit(self._reached)

    async def _commit(self, reached: Positions) -> None:
        ours = self._consumer.assignment()
        moved = {one: at for one, at in reached.items() if one in ours and self._committed.get(one) != at}
        if not moved:
            return
        try:
            await self._consumer.commit(moved)
        except (KafkaError, IllegalStateError) as error:
            _log.warning("offsets not committed, the batch will come again: %s", str(error) or type(error).__name__)
            self._committed = {}
        else:
            self._committed |= moved

    async def _positions(self) -> Positions:
        reached: Positions = {}
        for partition in self._consumer.assignment():
            with suppress(IllegalStateError):  # it was just taken from us
                reached[partition] = await self._consumer.position(partition)
        return reached

    def is_first_member(self) -> bool:
        """Whether partition 0 is ours: the member that does what only one has to do."""
        return TopicPartition(Topic.DOSSIER_EVENTS, 0) in self._consumer.assignment()

    async def _take(self, batch: list[Record], wait_ms: int) -> None:
        fetched = await self._consumer.getmany(timeout_ms=wait_ms, max_records=self._rows - len(batch))
        for partition, records in fetched.items():
            batch.extend(
                Record(
                    topic=partition.topic,
                    partition=partition.partition,
                    offset=record.offset,
                    appended_at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
                    key=record.key,
                    value=record.value,
                    headers=record.headers,
                )
                for record in records
            )
