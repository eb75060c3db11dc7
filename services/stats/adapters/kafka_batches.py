"""Committed records of the topics in batches, cut by rows or by time; offsets are committed only when a batch is done.

Where to go on is asked of ClickHouse as well as of Kafka, before the first record of a partition is taken (`domain/loading`).
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import IllegalStateError, KafkaError

from events.topics import Topic
from services.stats.adapters.loading_reports import LoadingReports, Report
from services.stats.adapters.retries import until_done
from services.stats.domain.loading import Reached, going_on
from services.stats.ports import Record

TOPICS = (Topic.DOSSIER_EVENTS, Topic.DEADLINE_EVENTS, Topic.REFERENCE_EVENTS)

Positions = dict[TopicPartition, int]

_log = logging.getLogger("stats")
_NO_DATA_WAIT_MS = 1_000
_REPORT_SECONDS = 3.0


class Handovers(ConsumerRebalanceListener):  # type: ignore[misc]  # untyped library
    """Counts how often partitions were given or taken: what was known of them before holds no more."""

    def __init__(self) -> None:
        self.count = 0

    def on_partitions_revoked(self, revoked: object) -> None:  # noqa: ARG002  # the library's signature
        """Count."""
        self.count += 1

    def on_partitions_assigned(self, assigned: object) -> None:  # noqa: ARG002  # the library's signature
        """Count."""
        self.count += 1


def make_consumer(bootstrap_servers: str, group: str, handovers: Handovers) -> AIOKafkaConsumer:
    """The consumer, not yet started; `handovers` is told when its partitions change.

    The topics of dossiers have as many partitions and one key rule, and the range assignor cuts both at the same numbers: so
    all events of a dossier come to one member, and rival writes of one fact row stay rare. The one partition of reference things
    comes to the first member.
    """
    consumer = AIOKafkaConsumer(
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
    consumer.subscribe(TOPICS, listener=handovers)
    return consumer


class KafkaBatches:
    """The port RecordSource over a started consumer.

    What is committed is the consumer's position and not the last record's offset: behind the last record stand the markers of
    Kafka's transactions, and a group that never passed them would look behind for ever.
    """

    def __init__(
        self, consumer: AIOKafkaConsumer, handovers: Handovers, reports: LoadingReports, rows: int, seconds: float
    ) -> None:
        self._consumer = consumer
        self._handovers = handovers
        self._reports = reports
        self._rows = rows
        self._seconds = seconds
        self._known_handovers = -1
        self._goals: Positions = {}
        self._reached: Positions = {}
        self._committed: Positions = {}
        self._report_at = 0.0

    async def take_over(self) -> None:
        """Go on where ClickHouse and Kafka agree, in every partition that is ours since the last handover, and report it."""
        while self._known_handovers != (seen := self._handovers.count):
            self._goals, self._committed = {}, {}
            found = await until_done("Kafka: find where to go on", self._found)
            if seen != self._handovers.count:
                continue
            for partition, reached in found.items():
                self._consumer.seek(partition, reached.next_offset)
                self._goals[partition] = reached.goal
            self._known_handovers = seen
            await self._report({one: reached.next_offset for one, reached in found.items()})
            _tell_of_gaps(found)

    async def next_batch(self) -> Sequence[Record]:
        """Wait for the next batch: at most `rows` records, at most `seconds` after its first record came."""
        batch: list[Record] = []
        while not batch:
            await self.take_over()
            await self._take(batch, _NO_DATA_WAIT_MS)
            if not batch:
                # Nothing is in work, so whatever was passed meanwhile were markers.
                await self._commit(await self._positions())
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
        if moved or asyncio.get_running_loop().time() >= self._report_at:
            await self._report(reached)
        if not moved:
            return
        try:
            await self._consumer.commit(moved)
        except (KafkaError, IllegalStateError) as error:
            _log.warning("offsets not committed, the batch will come again: %s", str(error) or type(error).__name__)
            self._committed = {}
        else:
            self._committed |= moved

    async def _found(self) -> dict[TopicPartition, Reached]:
        ours = list(self._consumer.assignment())
        if not ours:
            return {}
        kept = await self._reports.read()
        beginnings, ends = await self._consumer.beginning_offsets(ours), await self._consumer.end_offsets(ours)
        committed = await asyncio.gather(*(self._consumer.committed(one) for one in ours))
        return {
            one: going_on(kept.get((one.topic, one.partition)), place, beginnings[one], ends[one])
            for one, place in zip(ours, committed, strict=True)
        }

    async def _report(self, reached: Positions) -> None:
        self._report_at = asyncio.get_running_loop().time() + _REPORT_SECONDS
        reports = [
            Report(
                topic=one.topic,
                partition=one.partition,
                reached=Reached(next_offset=at, goal=self._goals[one]),
                unread=self._unread(one, at),
            )
            for one, at in reached.items()
            if one in self._goals
        ]
        if reports:
            await self._reports.write(reports)

    def _unread(self, partition: TopicPartition, at: int) -> int:
        with suppress(IllegalStateError):  # it was just taken from us
            return max(0, (self._consumer.last_stable_offset(partition) or at) - at)
        return 0

    async def _positions(self) -> Positions:
        reached: Positions = {}
        for partition in self._ours_known():
            with suppress(IllegalStateError):  # it was just taken from us
                reached[partition] = await self._consumer.position(partition)
        return reached if self._handovers.count == self._known_handovers else {}

    def _ours_known(self) -> list[TopicPartition]:
        """Those whose place was found; of any other nothing may be taken yet."""
        if self._handovers.count != self._known_handovers:
            return []
        return [one for one in self._consumer.assignment() if one in self._goals]

    def is_first_member(self) -> bool:
        """Whether partition 0 is ours: the member that does what only one has to do."""
        return TopicPartition(Topic.DOSSIER_EVENTS, 0) in self._consumer.assignment()

    async def _take(self, batch: list[Record], wait_ms: int) -> None:
        fetched = await self._consumer.getmany(timeout_ms=wait_ms, max_records=self._rows - len(batch))
        known = self._ours_known()  # what came of others is fetched again once their place is found
        for partition, records in fetched.items():
            if partition not in known:
                continue
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


def _tell_of_gaps(found: Mapping[TopicPartition, Reached]) -> None:
    missing = sum(max(0, one.goal - one.next_offset) for one in found.values())
    if missing:
        _log.warning(
            "ClickHouse lacks %d records that stand on Kafka; counting them now, figures are not whole before", missing
        )
