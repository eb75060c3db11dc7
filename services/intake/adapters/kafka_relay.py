"""From the store's log to `dossier-events` and `reference-events`: one transaction a batch, its place found in Kafka's own tail.

The transactional id fences an older relay before the tail is read, so two relays can't both believe that they are at the end.
"""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer

from events.catalog import REFERENCE_TYPES
from events.codec import from_structured, to_kafka
from events.envelope import Event
from events.topics import Topic
from services.intake.adapters.kafka_closing import closed_within
from services.intake.adapters.kafka_tail import PLACE_HEADER, Published, last_published_event
from services.intake.ports import EventLog, LogEntry

TRANSACTIONAL_ID = "intake-relay"


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
            compression_type="zstd",
            request_timeout_ms=20_000,
        )

    async def start(self) -> Published:
        """Fence any older relay; what was published last."""
        await self._producer.start()
        return await last_published_event(self._bootstrap_servers)

    async def stop(self) -> None:
        """Flush and close."""
        await closed_within(self._producer.stop)

    async def read(self, log: EventLog, notification_id: int, limit: int) -> Sequence[LogEntry]:
        """The log's next entries, read in a thread."""
        return await asyncio.to_thread(log.read_after, notification_id, limit)

    async def publish(self, entries: Sequence[LogEntry]) -> None:
        """All entries in one transaction, in order per dossier."""
        async with self._producer.transaction():
            sent = []
            for entry in entries:
                event = from_structured(entry.structured)
                key, value, headers = to_kafka(event)
                headers.append((PLACE_HEADER, str(entry.notification_id).encode()))
                sent.append(await self._producer.send(topic_of(event), value, key=key, headers=headers))
            await asyncio.gather(*sent)


def topic_of(event: Event) -> str:
    """Where a recorded event is published."""
    is_reference = event.envelope.event_type in REFERENCE_TYPES
    return (Topic.REFERENCE_EVENTS if is_reference else Topic.DOSSIER_EVENTS).value
