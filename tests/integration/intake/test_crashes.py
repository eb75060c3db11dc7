"""Kill -9 of everything during a feed: what was answered as recorded is stored and published exactly once, in order, whole."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from deploy.embedded.kafka.topics import create_topics
from events.hash_chain import first_break
from events.schema_files import load_topic_file
from events.topics import Topic
from motcua.topic_specs import topic_specs
from tests.embedded.broker import KafkaHandle, start_kafka
from tests.integration.crash_matrix import KILLS, Crash, crashes_of
from tests.integration.intake.conftest import Intake, running_intake
from tests.integration.intake.counter_client import (
    answers_by_action,
    as_structured,
    kafka_record,
    lives,
    read_topic,
    send_by_http,
    send_by_kafka,
)
from tests.unit.intake.counter import SOURCE
from tests.waiting import until_async

pytestmark = [pytest.mark.integration, pytest.mark.chaos]
SECONDS = 60.0
COUNT = 60
PARTITIONS = load_topic_file(Topic.DOSSIER_EVENTS)["partitions"]
COMMANDS = {"relay": "relay", "intake": "serve"}
"""Name in `motcua status` -> command of intake."""


@dataclass
class Broker:
    """A broker that can be killed and started again on its data and port."""

    handle: KafkaHandle
    starter: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))
    """A started broker dies with the thread that started it, so this thread lives as long as the tests."""

    @property
    def address(self) -> str:
        return self.handle.bootstrap_servers

    def kill(self) -> None:
        self.handle.kill()

    async def start(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self.starter, self._start)

    def _start(self) -> None:
        self.handle = start_kafka(self.handle.data_dir, self.handle.port)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker of these tests' own, because they kill it."""
    started = Broker(start_kafka(tmp_path_factory.mktemp("kafka")))
    asyncio.run(create_topics(started.address, topic_specs(is_one_machine=True)))
    yield started
    started.handle.stop()
    started.starter.shutdown()


@pytest.fixture(scope="module")
def intake(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intake]:
    yield from running_intake(broker.address, tmp_path_factory.mktemp("intake"))


def published(records: Sequence[ConsumerRecord]) -> list[dict[str, Any]]:
    return [as_structured(one) for one in records]


def assert_exactly_what_is_stored(intake: Intake, records: Sequence[ConsumerRecord]) -> None:
    """Kafka holds the log of the store: nothing missing, nothing doubled, each dossier's events in order, chains whole."""
    store = intake.store()
    stored = [dict(one.structured) for one in store.read_after(0, 1_000_000)]
    store.close()
    on_kafka = published(records)
    assert sorted(one["id"] for one in on_kafka) == sorted(one["id"] for one in stored)
    streams: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in on_kafka:  # each partition was read in order, and a dossier has one partition
        streams[one["subject"]].append(one)
    assert {key: first_break(stream) for key, stream in streams.items()} == dict.fromkeys(streams)
    by_partition: dict[int, list[int]] = defaultdict(list)
    for record in records:
        by_partition[record.partition].append(int(dict(record.headers)["notificationid"]))
    assert all(numbers == sorted(numbers) for numbers in by_partition.values())


async def all_published(intake: Intake, broker: Broker) -> list[ConsumerRecord]:
    store = intake.store()
    last = store.last_id()
    store.close()
    return await read_topic(
        broker.address, Topic.DOSSIER_EVENTS, until=lambda found: len(found) >= last, seconds=SECONDS
    )


async def is_on_kafka(intake: Intake, broker: Broker) -> None:
    """Wait until a batch has reached dossier-events, finished or not."""
    async with AIOKafkaConsumer(bootstrap_servers=broker.address) as consumer:
        partitions = [TopicPartition(Topic.DOSSIER_EVENTS.value, number) for number in range(PARTITIONS)]
        before = await consumer.end_offsets(partitions)

        async def has_gone_on() -> bool:
            return bool(await consumer.end_offsets(partitions) != before)

        await until_async(has_gone_on, SECONDS, "records on dossier-events", every=0.01)


async def is_stored(intake: Intake, broker: Broker) -> None:
    """Wait until something new is in the store."""
    store = intake.store()
    before = store.last_id()
    await until_async(lambda: store.last_id() > before, SECONDS, "events in the store", every=0.01)
    store.close()


MOMENTS = {"a batch of the feed is on Kafka": is_on_kafka, "a part of the feed is stored": is_stored}


async def die(crash: Crash, intake: Intake, broker: Broker) -> None:
    """Everything that a row of the crash matrix names dies at its moment and is started again."""
    await MOMENTS[crash.moment](intake, broker)
    if crash.processes == ("kafka",):
        await asyncio.to_thread(broker.kill)
        await broker.start()
        return
    names = [COMMANDS[one] for one in crash.processes]
    for name in names:
        await asyncio.to_thread(intake.kill, name)
    for name in names:
        intake.start(name)


async def feed_while(intake: Intake, broker: Broker, prefix: str, count: int, trouble: Any) -> None:
    """Feed by both doors while something happens, then look at everything."""
    by_http, by_kafka = lives(f"{prefix}-http", count), lives(f"{prefix}-kafka", count // 2)
    task = asyncio.create_task(trouble)
    _, answers = await asyncio.gather(
        send_by_kafka(broker.address, [kafka_record(one) for one in by_kafka]),
        send_by_http(intake.url, by_http, 40, SECONDS),
    )
    await task
    assert {one["status"] for one in answers.values()} == {"recorded"}
    waited = {(SOURCE, one["id"]) for one in by_kafka}
    on_topic = await read_topic(
        broker.address,
        Topic.COUNTER_ANSWERS,
        until=lambda found: waited <= answers_by_action(found).keys(),
        seconds=SECONDS,
    )
    told = answers_by_action(on_topic)
    for key in waited:
        assert all(one == told[key][0] for one in told[key]), "an answer was given twice and differently"
        assert told[key][0]["status"] == "recorded"
    records = await all_published(intake, broker)
    assert_exactly_what_is_stored(intake, records)
    hashes = {one["id"]: one["hash"] for one in published(records)}
    receipts = [*answers.values(), *[told[key][0] for key in waited]]
    assert len(receipts) == len(by_http) + len(by_kafka)
    assert all(hashes[one["event_id"]] == one["hash"] for one in receipts)


@pytest.mark.timeout(120 + 30 * KILLS)
@pytest.mark.parametrize("crash", crashes_of("tests.integration.intake.test_crashes"), ids=str)
async def test_whoever_is_killed_in_the_middle_of_a_feed(intake: Intake, broker: Broker, crash: Crash) -> None:
    for _ in range(KILLS):
        await feed_while(intake, broker, f"killed-{uuid4().hex[:6]}", COUNT, die(crash, intake, broker))


async def test_a_second_relay_fences_the_first_and_nothing_doubles(intake: Intake, broker: Broker) -> None:
    rival = Intake(folder=intake.folder, broker=intake.broker, port=intake.port)
    first, begun = intake.processes["relay"], intake.log("relay").count("going on after")

    async def start_rival() -> None:
        rival.start("relay")
        await asyncio.to_thread(intake.wait_until_said, "relay", "going on after", begun + 1)
        await send_by_http(
            intake.url, lives("fencing", 1), 10, SECONDS
        )  # the first learns of it when it publishes next

    await asyncio.wait_for(feed_while(intake, broker, "rival", 40, start_rival()), SECONDS)
    intake.processes["relay"] = rival.processes["relay"]
    assert await asyncio.to_thread(first.wait, 20) == 1
    assert "ProducerFenced" in intake.log("relay")
    assert rival.processes["relay"].poll() is None


async def test_both_processes_stop_in_order_while_the_broker_is_away(intake: Intake, broker: Broker) -> None:
    (receipt,) = (await send_by_http(intake.url, lives("orderly", 1)[:1], 1, SECONDS)).values()
    await all_published(intake, broker)
    broker.kill()
    try:
        (away,) = (await send_by_http(intake.url, lives("away", 1)[:1], 1, SECONDS)).values()
        assert away["status"] == receipt["status"] == "recorded", "the HTTP door does not need Kafka"
        await asyncio.to_thread(intake.stop)
        assert {name: one.returncode for name, one in intake.processes.items()} == {"serve": 0, "relay": 0}
    finally:
        await broker.start()
        for name in ("serve", "relay"):
            intake.start(name)
        await asyncio.to_thread(intake.wait_until_serving)
    assert_exactly_what_is_stored(intake, await all_published(intake, broker))
