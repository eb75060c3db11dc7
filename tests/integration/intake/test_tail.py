"""The relay's place in Kafka's tail: aborted records, markers, empty and new partitions, a topic that is not there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, UnknownTopicOrPartitionError

from deploy.embedded.kafka.topics import TopicSpec, create_topics
from services.intake.adapters import kafka_tail

pytestmark = pytest.mark.integration


@pytest.fixture
def topic(monkeypatch: pytest.MonkeyPatch) -> str:
    """A topic of the test's own in the place of dossier-events."""
    named = f"t-{uuid4().hex[:8]}"
    monkeypatch.setattr(kafka_tail, "OF_THE_RECORD", (named,))
    return named


async def test_an_absent_topic_is_not_an_empty_one(broker: str, topic: str) -> None:
    with pytest.raises(UnknownTopicOrPartitionError):
        await kafka_tail.last_published(broker)


@asynccontextmanager
async def relay(broker: str, topic: str) -> AsyncIterator[AIOKafkaProducer]:
    """A new relay: its start fences the one before and waits until that one's last transaction is finished."""
    producer = AIOKafkaProducer(bootstrap_servers=broker, transactional_id=topic, enable_idempotence=True)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def place(broker: str, topic: str) -> int:
    async with relay(broker, topic):
        return await kafka_tail.last_published(broker)


async def test_the_highest_committed_place_is_found_behind_markers_and_aborted_records(broker: str, topic: str) -> None:
    await create_topics(broker, [TopicSpec(name=topic, partitions=5)])
    assert await place(broker, topic) == 0

    async def send(producer: AIOKafkaProducer, partition: int, number: int) -> None:
        headers = [("notificationid", str(number).encode())]
        await (await producer.send(topic, b"x", partition=partition, headers=headers))

    async with relay(broker, topic) as first, first.transaction():
        await send(first, 0, 1)
        await send(first, 3, 2)
    assert await place(broker, topic) == 2
    async with relay(broker, topic) as failing:
        for attempt in range(3):
            await failing.begin_transaction()
            for number in range(100):
                await send(failing, (0, 3, 4)[number % 3], 1_000 * attempt + number)
            await failing.abort_transaction()
    assert await place(broker, topic) == 2
    left = AIOKafkaProducer(bootstrap_servers=broker, transactional_id=topic, enable_idempotence=True)
    await left.start()
    await left.begin_transaction()
    await send(left, 1, 9_999)  # as after kill -9: neither committed nor aborted
    assert await place(broker, topic) == 2
    with suppress(KafkaError):
        await left.stop()
    async with relay(broker, topic) as last, last.transaction():
        await send(last, 4, 10)
        await send(last, 1, 9)
    assert await place(broker, topic) == 10
