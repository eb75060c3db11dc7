"""Feeds the simulated actions through the doors that every counter system uses: HTTP and the topic `counter-actions`."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from demo.simulation import PORTAL_SOURCE
from events.topics import Topic
from motcua.addresses import Addresses
from motcua.kafka_reading import partitions_of, started_consumer
from motcua.output import CommandError, ExitCode
from motcua.sending import BATCH_SIZE, Sender

ANSWER_TIMEOUT_SECONDS = 120.0


async def feed(addresses: Addresses, actions: Sequence[dict[str, Any]], show: Callable[[int], None]) -> list[str]:
    """Send everything, the portal's dossiers by Kafka and the counters' by HTTP; what was refused, as text."""
    by_kafka = [one for one in actions if one["source"] == PORTAL_SOURCE]
    by_http = [one for one in actions if one["source"] != PORTAL_SOURCE]
    refused = await asyncio.gather(_feed_http(addresses, by_http, show), _feed_kafka(addresses, by_kafka, show))
    return [one for part in refused for one in part]


async def _feed_http(addresses: Addresses, actions: Sequence[dict[str, Any]], show: Callable[[int], None]) -> list[str]:
    async with aiohttp.ClientSession() as session:
        sender = Sender(session, addresses.intake_url)
        await sender.send(actions, show)
    return [f"{actions[index]['type']}: {problem['detail']}" for index, problem in sender.tally.problems]


async def _feed_kafka(
    addresses: Addresses, actions: Sequence[dict[str, Any]], show: Callable[[int], None]
) -> list[str]:
    answers = await started_consumer(addresses.kafka)
    producer = AIOKafkaProducer(bootstrap_servers=addresses.kafka, acks="all", enable_idempotence=True, linger_ms=5)
    await producer.start()
    try:
        partitions = await partitions_of(answers, Topic.COUNTER_ANSWERS.value)
        answers.assign(partitions)
        for partition, end in (await answers.end_offsets(partitions)).items():
            answers.seek(partition, end)
        sent = asyncio.create_task(_produce(producer, actions))
        refused = await _collect(answers, {one["id"] for one in actions}, show)
        await sent
        return refused
    finally:
        await producer.stop()
        await answers.stop()


async def _produce(producer: AIOKafkaProducer, actions: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(actions), BATCH_SIZE):
        sent = [
            await producer.send(Topic.COUNTER_ACTIONS.value, **kafka_record(one))
            for one in actions[start : start + BATCH_SIZE]
        ]
        await asyncio.gather(*sent)


async def _collect(answers: AIOKafkaConsumer, waiting: set[str], show: Callable[[int], None]) -> list[str]:
    refused = []
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + ANSWER_TIMEOUT_SECONDS
    while waiting:
        if loop.time() > give_up_at:
            raise CommandError(f"{len(waiting)} actions sent by Kafka were not answered", ExitCode.AWAY)
        batches = await answers.getmany(timeout_ms=500)
        answered = [
            orjson.loads(record.value)
            for records in batches.values()
            for record in records
            if ("action_source", PORTAL_SOURCE.encode()) in record.headers
        ]
        mine = [one for one in answered if one["action_id"] in waiting]
        waiting -= {one["action_id"] for one in mine}
        refused += [one["problem"]["detail"] for one in mine if one["status"] == "refused"]
        show(len(mine))
        if mine:
            give_up_at = loop.time() + ANSWER_TIMEOUT_SECONDS
    return refused


def kafka_record(action: dict[str, Any]) -> dict[str, Any]:
    """Key, value and headers of an action in CloudEvents Kafka binary mode."""
    headers = [("content-type", b"application/json")]
    for name, value in action.items():
        if name not in ("data", "datacontenttype"):
            text = ("true" if value else "false") if isinstance(value, bool) else str(value)
            headers.append((f"ce_{name}", text.encode()))
    return {"key": action["subject"].encode(), "value": orjson.dumps(action["data"]), "headers": headers}
