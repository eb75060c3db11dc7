"""What the code relies on of a real broker: transactions, fencing, groups. Statements of the stream rules, checked."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import ProducerFenced

from deploy.embedded.kafka.topics import TopicMismatchError, TopicSpec, create_topics
from tests.embedded.broker import KafkaHandle

pytestmark = pytest.mark.integration

MEMBER = Path(__file__).with_name("member.py")


def _producer(kafka: KafkaHandle, transactional_id: str | None = None) -> AIOKafkaProducer:
    return AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap_servers,
        transactional_id=transactional_id,
        acks="all",
        enable_idempotence=True,
        compression_type="zstd",
    )


def _reader(kafka: KafkaHandle, isolation_level: str = "read_committed", group: str | None = None) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level=isolation_level,
    )


async def _read(consumer: AIOKafkaConsumer, count: int) -> list[tuple[int, bytes]]:
    """The next `count` records of the consumer as (offset, value); fails when more arrive."""
    found: list[tuple[int, bytes]] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            found += [
                (one.offset, one.value) for many in (await consumer.getmany(timeout_ms=200)).values() for one in many
            ]
    extra = await consumer.getmany(timeout_ms=300)
    assert len(found) == count
    assert not extra
    return found


@pytest.mark.smoke
async def test_topics_are_created_once_and_a_difference_is_reported(kafka: KafkaHandle, name: str) -> None:
    wanted = [
        TopicSpec(name=name, partitions=16, configs={"retention.ms": "-1", "cleanup.policy": "compact"}),
        TopicSpec(name=f"{name}-dlq", partitions=1),
    ]
    assert await create_topics(kafka.bootstrap_servers, wanted) == [name, f"{name}-dlq"]
    assert await create_topics(kafka.bootstrap_servers, wanted) == []
    other = TopicSpec(name=name, partitions=8, replication_factor=3, configs={"cleanup.policy": "delete"})
    with pytest.raises(TopicMismatchError) as difference:
        await create_topics(kafka.bootstrap_servers, [other, wanted[1]])
    assert str(difference.value).split("; ") == [
        f"topic {name} has 16 partitions, its spec says 8",
        f"topic {name} has 1 replicas, its spec says 3",
        f"topic {name} has cleanup.policy=compact, its spec says cleanup.policy=delete",
    ]


async def test_a_setting_that_may_be_adjusted_is_brought_up_to_date_and_the_others_stay(
    kafka: KafkaHandle, name: str
) -> None:
    old = TopicSpec(name=name, partitions=2, configs={"retention.ms": "86400000"})
    assert await create_topics(kafka.bootstrap_servers, [old]) == [name]
    now = {"retention.ms": "86400000", "message.timestamp.type": "LogAppendTime"}
    with pytest.raises(TopicMismatchError, match=r"message\.timestamp\.type=CreateTime"):
        await create_topics(kafka.bootstrap_servers, [replace(old, configs=now)])
    adjusted = frozenset({"message.timestamp.type"})
    with pytest.raises(TopicMismatchError, match=r"has retention\.ms=86400000, its spec says retention\.ms=1"):
        await create_topics(
            kafka.bootstrap_servers, [replace(old, configs={**now, "retention.ms": "1"}, adjusted=adjusted)]
        )
    assert await create_topics(kafka.bootstrap_servers, [replace(old, configs=now)]) == []


async def test_two_deployers_may_create_the_same_topics_at_once(kafka: KafkaHandle, name: str) -> None:
    wanted = [TopicSpec(name=f"{name}-{number}", partitions=4) for number in range(5)]
    created = await asyncio.gather(*(create_topics(kafka.bootstrap_servers, wanted) for _ in range(3)))
    assert sorted(one for many in created for one in many) == [topic.name for topic in wanted]


async def test_a_topic_nobody_created_does_not_appear_by_itself(kafka: KafkaHandle, name: str) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap_servers)
    await consumer.start()
    try:
        assert not consumer.partitions_for_topic(name)
        consumer.subscribe([name])
        await consumer.getmany(timeout_ms=500)
        assert name not in await consumer.topics()
    finally:
        await consumer.stop()


@pytest.mark.smoke
async def test_readers_of_committed_records_see_no_aborted_one_and_each_commit_leaves_an_offset_gap(
    kafka: KafkaHandle, name: str
) -> None:
    await create_topics(kafka.bootstrap_servers, [TopicSpec(name=name, partitions=1)])
    producer = _producer(kafka, name)
    await producer.start()
    for number in range(3):
        async with producer.transaction():
            await producer.send(name, b"kept %d" % number)
            await producer.send(name, b"kept too %d" % number)
        await producer.begin_transaction()
        await producer.send_and_wait(name, b"withdrawn")
        await producer.abort_transaction()
    await producer.stop()
    place = TopicPartition(name, 0)
    for isolation, expected in (("read_committed", 6), ("read_uncommitted", 9)):
        consumer = _reader(kafka, isolation)
        await consumer.start()
        consumer.assign([place])
        found = await _read(consumer, expected)
        if isolation == "read_committed":
            # each round: two records, a commit marker, one withdrawn record, an abort marker
            assert [offset for offset, _ in found] == [0, 1, 5, 6, 10, 11]
        assert await consumer.end_offsets([place]) == {place: 15}
        assert await consumer.position(place) == 15
        await consumer.stop()


async def test_an_open_transaction_holds_back_what_was_committed_after_it(kafka: KafkaHandle, name: str) -> None:
    await create_topics(kafka.bootstrap_servers, [TopicSpec(name=name, partitions=1)])
    slow, quick = _producer(kafka, f"{name}-slow"), _producer(kafka)
    await slow.start()
    await quick.start()
    await slow.begin_transaction()
    await slow.send_and_wait(name, b"slow")
    await quick.send_and_wait(name, b"quick")
    consumer = _reader(kafka)
    await consumer.start()
    consumer.assign([TopicPartition(name, 0)])
    assert not await consumer.getmany(timeout_ms=500)
    await slow.commit_transaction()
    assert await _read(consumer, 2) == [(0, b"slow"), (1, b"quick")]
    for one in (slow, quick, consumer):
        await one.stop()


@pytest.mark.smoke
async def test_a_second_producer_with_the_same_transactional_id_fences_the_first(kafka: KafkaHandle, name: str) -> None:
    await create_topics(kafka.bootstrap_servers, [TopicSpec(name=name, partitions=1)])
    old = _producer(kafka, name)
    await old.start()
    await old.begin_transaction()
    await old.send_and_wait(name, b"half a batch")
    new = _producer(kafka, name)
    await new.start()  # ends the open transaction of the old one
    async with new.transaction():
        await new.send_and_wait(name, b"whole batch")
    with pytest.raises(ProducerFenced):
        await old.commit_transaction()
    await old.stop()
    await new.stop()
    consumer = _reader(kafka)
    await consumer.start()
    consumer.assign([TopicPartition(name, 0)])
    assert [value for _, value in await _read(consumer, 1)] == [b"whole batch"]
    await consumer.stop()


async def test_consumed_offsets_commit_and_roll_back_with_the_transaction(kafka: KafkaHandle, name: str) -> None:
    await create_topics(kafka.bootstrap_servers, [TopicSpec(name=name, partitions=1)])
    producer, place = _producer(kafka, name), TopicPartition(name, 0)
    await producer.start()
    async with producer.transaction():
        await producer.send(name, b"1")
        await producer.send_offsets_to_transaction({place: 7}, name)
    await producer.begin_transaction()
    await producer.send_offsets_to_transaction({place: 8}, name)
    await producer.abort_transaction()
    await producer.stop()
    consumer = _reader(kafka, group=name)
    await consumer.start()
    consumer.assign([place])
    assert await consumer.committed(place) == 7
    await consumer.stop()


class _Member:
    """`member.py` as a process."""

    def __init__(self, kafka: KafkaHandle, name: str, session_timeout_ms: int, instance: str | None = None) -> None:
        command = [sys.executable, str(MEMBER), kafka.bootstrap_servers, name, name, str(session_timeout_ms)]
        command += [instance] if instance else []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def partitions(self, count: int) -> set[int]:
        """Partitions of the next `count` records."""
        assert self.process.stdout is not None
        return {int(self.process.stdout.readline().split()[0]) for _ in range(count)}

    def kill(self) -> None:
        """Kill -9 and reap."""
        self.process.kill()
        self.process.communicate()


async def _two_partitions(kafka: KafkaHandle, name: str) -> None:
    await create_topics(kafka.bootstrap_servers, [TopicSpec(name=name, partitions=2)])
    producer = _producer(kafka)
    await producer.start()
    for partition in (0, 1):
        await producer.send_and_wait(name, b"record", partition=partition)
    await producer.stop()


@pytest.mark.smoke
async def test_a_static_member_is_back_at_once_after_kill_9(kafka: KafkaHandle, name: str) -> None:
    await _two_partitions(kafka, name)
    first = _Member(kafka, name, 30_000, "worker-0")
    assert first.partitions(2) == {0, 1}
    first.kill()
    began = time.monotonic()
    second = _Member(kafka, name, 30_000, "worker-0")
    try:
        assert second.partitions(2) == {0, 1}
        assert time.monotonic() - began < 6  # far less than the session timeout of 30 s
    finally:
        second.kill()


async def test_a_dead_member_loses_its_partitions_after_the_session_timeout(kafka: KafkaHandle, name: str) -> None:
    await _two_partitions(kafka, name)
    first = _Member(kafka, name, 6_000)
    assert first.partitions(2) == {0, 1}
    first.kill()
    began = time.monotonic()
    second = _Member(kafka, name, 6_000)
    try:
        assert second.partitions(2) == {0, 1}
        assert 3 < time.monotonic() - began < 12
    finally:
        second.kill()
