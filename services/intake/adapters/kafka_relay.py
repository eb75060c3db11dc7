"""From the store's log to `dossier-events`: one Kafka transaction per batch, the place found again in Kafka's own tail.

The transactional id fences an older relay before the tail is read, so two relays can't both believe that they are at the end.
Every record carries its `notificationid` header; as batches are published in order and whole, the highest committed one says
where to go on (streams.md rule 3).
"""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from events.codec import from_structured, to_kafka
from events.topics import Topic
from services.intake.ports import EventLog, LogEntry

TRANSACTIONAL_ID = "intake-relay"
PLACE_HEADER = "notificationid"
FIRST_LOOK_BACK = 16
TAIL_TIMEOUT_SECONDS = 30.0


class KafkaLogPublisher:
    """One transactional producer. A ProducerFenced or an unknown outcome is raised: start again and read the tail."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap_servers,
            transactional_id=TRANSACTIONAL_ID,
            acks="all",
            enable_idempotence=True,
            transaction_timeout_ms=30_000,
            linger_ms=2,
            max_batch_size=262_144,
            compression_type="lz4",
            request_timeout_ms=20_000,
        )

    async def start(self) -> int:
        """Fence any older relay; the last published notification id, 0 when nothing was published yet."""
        await self._producer.start()
        return await last_published(self._bootstrap_servers)

    async def stop(self) -> None:
        """Flush and close."""
        await self._producer.stop()

    async def read(self, log: EventLog, notification_id: int, limit: int) -> Sequence[LogEntry]:
        """The log's next entries, read in a thread."""
        return await asyncio.to_thread(log.read_after, notification_id, limit)

    async def publish(self, entries: Sequence[LogEntry]) -> None:
        """All entries in one transaction, in order per dossier."""
        async with self._producer.transaction():
            sent = []
            for entry in entries:
                key, value, headers = to_kafka(from_structured(entry.structured))
                headers.append((PLACE_HEADER, str(entry.notification_id).encode()))
                sent.append(await self._producer.send(Topic.DOSSIER_EVENTS.value, value, key=key, headers=headers))
            await asyncio.gather(*sent)


async def last_published(bootstrap_servers: str) -> int:
    """The highest notification id that is committed on `dossier-events`."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, isolation_level="read_committed", enable_auto_commit=False
    )
    await consumer.start()
    try:
        numbers = (await consumer._client.fetch_all_metadata()).partitions_for_topic(Topic.DOSSIER_EVENTS.value)  # noqa: SLF001
        partitions = [TopicPartition(Topic.DOSSIER_EVENTS.value, number) for number in sorted(numbers or ())]
        return max([0, *[await _last_in(consumer, partition) for partition in partitions]])
    finally:
        await consumer.stop()


async def _last_in(consumer: AIOKafkaConsumer, partition: TopicPartition) -> int:
    """Look back from the end, further each time: the end may hold only markers and aborted records."""
    consumer.assign([partition])
    beginning = (await consumer.beginning_offsets([partition]))[partition]
    end = (await consumer.end_offsets([partition]))[partition]
    look_back = FIRST_LOOK_BACK
    while end > beginning:
        start = max(beginning, end - look_back)
        place = await _highest_place(consumer, partition, start, end)
        if place or start == beginning:
            return place
        look_back *= 8
    return 0


async def _highest_place(consumer: AIOKafkaConsumer, partition: TopicPartition, start: int, end: int) -> int:
    consumer.seek(partition, start)
    highest = 0
    deadline = asyncio.get_running_loop().time() + TAIL_TIMEOUT_SECONDS
    while await consumer.position(partition) < end:
        if asyncio.get_running_loop().time() > deadline:
            raise TimeoutError(f"the tail of {partition} could not be read within {TAIL_TIMEOUT_SECONDS} s")
        for records in (await consumer.getmany(partition, timeout_ms=200)).values():
            places = [int(value) for record in records for name, value in record.headers if name == PLACE_HEADER]
            highest = max([highest, *places])
    return highest
