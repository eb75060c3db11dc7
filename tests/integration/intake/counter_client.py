"""A counter system that does as docs/connecting.md says: sends in order, repeats what was not answered, reads its answers."""

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import aiohttp
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from events.codec import from_kafka, to_structured
from events.topics import Topic
from tests.unit.intake.counter import raw_action
from tests.waiting import until_async

STEPS = (
    "dossier-accepted.v1",
    "step-started.v1",
    "step-completed.v1",
    "result-issued.v1",
    "result-ready-at-counter.v1",
    "result-delivered.v1",
)


def lives(prefix: str, count: int) -> list[dict[str, Any]]:
    """The actions of so many dossiers, side by side, in order within each."""
    return [
        raw_action(step, number, subject=f"{prefix}-{one}") for number, step in enumerate(STEPS) for one in range(count)
    ]


async def send_by_http(
    url: str, actions: Sequence[dict[str, Any]], batch: int, seconds: float
) -> dict[str, dict[str, Any]]:
    """The answers by action id; a batch is repeated until it is answered."""
    answers: dict[str, dict[str, Any]] = {}
    async with aiohttp.ClientSession() as session:
        for start in range(0, len(actions), batch):
            part = actions[start : start + batch]
            answered = await until_async(
                partial(_posted, session, url, part), seconds, f"an answer; {start} were answered", every=0.1
            )
            answers |= {one["action_id"]: one for one in answered}
    return answers


async def _posted(
    session: aiohttp.ClientSession, url: str, part: Sequence[dict[str, Any]]
) -> list[dict[str, Any]] | None:
    try:
        async with session.post(f"{url}/v1/actions", json=list(part)) as response:
            if response.status in (200, 207):
                answered: list[dict[str, Any]] = (await response.json())["answers"]
                return answered
            assert response.status == 503, await response.text()
    except aiohttp.ClientError:
        pass
    return None


def kafka_record(action: Mapping[str, Any]) -> dict[str, Any]:
    headers = [("content-type", b"application/json")]
    headers += [(f"ce_{name}", str(value).encode()) for name, value in action.items() if name != "data"]
    return {"key": action["subject"].encode(), "value": orjson.dumps(action["data"]), "headers": headers}


async def send_by_kafka(address: str, records: Sequence[Mapping[str, Any]]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=address, acks="all", enable_idempotence=True, linger_ms=5)
    await producer.start()
    try:
        sent = [await producer.send(Topic.COUNTER_ACTIONS.value, **record) for record in records]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()


async def read_topic(address: str, topic: Topic, *, until: Any = None, seconds: float = 20.0) -> list[ConsumerRecord]:
    """Every committed record of a topic to its present end; with `until`, again until it says yes of all of them."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=address,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    found: list[ConsumerRecord] = []

    async def is_enough() -> bool:
        ends = await consumer.end_offsets(partitions)
        while [one for one in partitions if await consumer.position(one) < ends[one]]:
            for records in (await consumer.getmany(*partitions, timeout_ms=100)).values():
                found.extend(records)
        return until is None or bool(until(found))

    try:
        numbers = (await consumer._client.fetch_all_metadata()).partitions_for_topic(topic.value)
        partitions = [TopicPartition(topic.value, number) for number in numbers]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        await until_async(is_enough, seconds, lambda: f"what was waited for on {topic}; it holds {len(found)} records")
        return found
    finally:
        await consumer.stop()


def answers_by_action(records: Sequence[ConsumerRecord]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Answers by (action_source, action_id), as a counter system picks out its own."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for record in records:
        headers = dict(record.headers)
        key = (headers["action_source"].decode(), headers["action_id"].decode())
        found.setdefault(key, []).append(orjson.loads(record.value))
    return found


def as_structured(record: ConsumerRecord) -> dict[str, Any]:
    headers = [header for header in record.headers if header[0] != "notificationid"]
    structured: dict[str, Any] = orjson.loads(orjson.dumps(to_structured(from_kafka(record.value, headers))))
    return structured
