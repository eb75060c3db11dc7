"""Puts events on the topics as their services would, and looks at what the group has done with them."""

import asyncio
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.embedded.kafka.topics import TopicSpec, create_topics
from events.catalog import REFERENCE_TYPES
from events.codec import to_kafka
from events.envelope import Event
from events.topics import Topic

PARTITIONS = 4
TOPICS = {Topic.DOSSIER_EVENTS: PARTITIONS, Topic.DEADLINE_EVENTS: PARTITIONS, Topic.REFERENCE_EVENTS: 1}


async def make_topics(bootstrap: str) -> None:
    await create_topics(bootstrap, [TopicSpec(name=topic, partitions=number) for topic, number in TOPICS.items()])
    await create_topics(bootstrap, [TopicSpec(name=f"{topic}-dlq", partitions=1) for topic in TOPICS])


async def publish(bootstrap: str, events: Sequence[Event]) -> None:
    """One committed transaction per 500 events, and one aborted: nobody may ever see what it held."""
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id="test-publisher") as producer:
        for at in range(0, len(events), 500):
            async with producer.transaction():
                for event in events[at : at + 500]:
                    await _send(producer, event)
        await producer.begin_transaction()
        await producer.send(Topic.DOSSIER_EVENTS, b"never committed", b"x")
        await producer.abort_transaction()


async def publish_bytes(bootstrap: str, topic: str, value: bytes, headers: Sequence[tuple[str, bytes]]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        await producer.send_and_wait(topic, value, b"some-key", headers=list(headers))


async def dead_letters(bootstrap: str, topic: str, count: int) -> list[object]:
    async with AIOKafkaConsumer(f"{topic}-dlq", bootstrap_servers=bootstrap, auto_offset_reset="earliest") as consumer:
        return [await asyncio.wait_for(consumer.getone(), 20) for _ in range(count)]


async def lag(bootstrap: str, group: str) -> int:
    """Records not yet committed by the group, over all topics; all of them if it never committed."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    partitions = [TopicPartition(topic, number) for topic, count in TOPICS.items() for number in range(count)]
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        ends = await consumer.end_offsets(partitions)
    try:
        committed = await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    return sum(end - max(0, committed[one].offset if one in committed else 0) for one, end in ends.items() if end)


async def limit_message_size(bootstrap: str, topic: str, limit_bytes: int) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        limit = {"max.message.bytes": str(limit_bytes)}
        await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=limit)])
    finally:
        await admin.close()


async def _send(producer: AIOKafkaProducer, event: Event) -> None:
    key, value, headers = to_kafka(event)
    event_type = event.envelope.event_type
    recorded = Topic.REFERENCE_EVENTS if event_type in REFERENCE_TYPES else Topic.DOSSIER_EVENTS
    topic = recorded if event.envelope.hash else Topic.DEADLINE_EVENTS
    await producer.send(topic, value, key, headers=headers)
