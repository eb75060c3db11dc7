"""The records of `dossier-events` and `reference-events` from their beginning, put in the order of the store's numbers.

Each partition is in that order already, so the least of their next ones is the next of all; of each partition only what one fetch
brings is held.
"""

import asyncio
import heapq
from collections import deque
from collections.abc import AsyncGenerator, Collection, Iterator, Sequence
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from events.catalog import REFERENCE_TYPES
from events.errors import MessageError
from events.record_chain import structured_of
from events.topics import Topic
from motcua.kafka_reading import partitions_of, started_consumer
from motcua.output import CommandError, ExitCode
from motcua.rebuilding.domain import Published, PublishedOrder
from motcua.verifying.domain import Finding, Findings
from motcua.verifying.topic_reading import SILENT_SECONDS, TOPICS, place_of

FETCHED_BYTES = 262_144
"""Of each partition, compressed: about ten times as much when it is read, and all partitions are held at once."""
RECORDS_AT_ONCE = 200


class Partition:
    """What was fetched of one partition and not taken yet; `ask` looks at each record once."""

    def __init__(self, at: TopicPartition, end: int) -> None:
        self.at = at
        self.end = end
        self.waiting: deque[Published] = deque()
        self.is_read = False


class TopicsByNumber:
    """Reads both topics; `left_out` are places (`<topic>:<partition>@<offset>`) that somebody has decided about."""

    def __init__(self, order: PublishedOrder, findings: Findings, left_out: Collection[str]) -> None:
        self.records = 0
        self._order = order
        self._findings = findings
        self._left_out = frozenset(left_out)
        self._found: set[str] = set()

    @property
    def left_out(self) -> int:
        """How many records were left out."""
        return len(self._found)

    def not_found(self) -> list[str]:
        """Places that were to be left out and hold no record."""
        return sorted(self._left_out - self._found)

    async def read(self, bootstrap_servers: str) -> AsyncGenerator[Published]:
        """Every record that is right, by number. CommandError where Kafka doesn't answer (any more) or a topic isn't there."""
        consumer = await started_consumer(bootstrap_servers, fetched_bytes=FETCHED_BYTES)
        try:
            places = [one for topic in TOPICS for one in await partitions_of(consumer, topic)]
            async for record in self.read_by(consumer, places):
                yield record
        except (KafkaError, TimeoutError, OSError) as error:
            raise CommandError(f"Kafka at {bootstrap_servers} does not answer any more", ExitCode.AWAY) from error
        finally:
            await consumer.stop()

    async def read_by(self, consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]) -> AsyncGenerator[Published]:
        """The same by a consumer that is started. Raises KafkaError and TimeoutError."""
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        for place, start in (await consumer.beginning_offsets(places)).items():
            consumer.seek(place, start)
        async for record in self._merged(consumer, [Partition(one, ends[one]) for one in places]):
            yield record

    async def _merged(self, consumer: AIOKafkaConsumer, partitions: Sequence[Partition]) -> AsyncGenerator[Published]:
        nexts: list[tuple[int, int]] = []
        await self._fill(consumer, partitions, partitions)
        for place, one in enumerate(partitions):
            _offer(nexts, one, place)
        while nexts:
            _, place = heapq.heappop(nexts)
            one = partitions[place]
            yield one.waiting.popleft()
            if not one.waiting:
                await self._fill(consumer, partitions, [one])
            _offer(nexts, one, place)

    async def _fill(
        self, consumer: AIOKafkaConsumer, partitions: Sequence[Partition], empty: Sequence[Partition]
    ) -> None:
        """Until each of `empty` has a record, or is at its end. Whatever has come of the others meanwhile is taken too."""
        by_place = {one.at: one for one in partitions if len(one.waiting) < RECORDS_AT_ONCE and not one.is_read}
        async with asyncio.timeout(SILENT_SECONDS) as limit:
            while any(not one.waiting and not one.is_read for one in empty):
                fetched = await consumer.getmany(*by_place, timeout_ms=200, max_records=RECORDS_AT_ONCE)
                for place, records in fetched.items():
                    one = by_place[place]
                    one.waiting.extend(self._looked_at([found for found in records if found.offset < one.end]))
                    limit.reschedule(asyncio.get_running_loop().time() + SILENT_SECONDS)
                for one in list(by_place.values()):
                    one.is_read = await consumer.position(one.at) >= one.end
                    if one.is_read or len(one.waiting) >= RECORDS_AT_ONCE:
                        del by_place[one.at]

    def _looked_at(self, records: Sequence[ConsumerRecord]) -> Iterator[Published]:
        for record in records:
            self.records += 1
            place = f"{record.topic}:{record.partition}@{record.offset}"
            if place in self._left_out:
                self._found.add(place)
                continue
            read = self._read(record)
            if read is not None and self._order.is_right(f"{record.topic}:{record.partition}", read):
                yield read

    def _read(self, record: ConsumerRecord) -> Published | None:
        where = f"{record.topic}:{record.partition}@{record.offset}"
        key = (record.key or b"").decode(errors="replace")
        try:
            structured = structured_of(record.value, record.headers)
            stream = UUID(structured["subject"])
            is_reference = structured["type"] in REFERENCE_TYPES
            if str(stream) != key:
                raise ValueError(f"its key is {key!r} and it is of {stream}")
            if is_reference != (record.topic == Topic.REFERENCE_EVENTS.value):
                raise ValueError(f"{structured['type']} doesn't belong on {record.topic}")
        except (MessageError, ValueError) as error:
            what = f"no event of ours: {error}"
            self._findings.add(Finding(stream=key, code=None, number=0, what=what, where=where))
            return None
        return Published(place_of(record), stream, structured, where, is_reference)


def _offer(nexts: list[tuple[int, int]], one: Partition, place: int) -> None:
    if one.waiting:
        heapq.heappush(nexts, (one.waiting[0].number, place))
