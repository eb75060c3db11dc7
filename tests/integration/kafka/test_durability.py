"""A broker of the test's own is stopped and killed: what was acknowledged is there afterwards, offsets included."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.embedded.kafka.answering import answers
from deploy.embedded.kafka.errors import PortTakenError
from deploy.embedded.kafka.launch import free_port
from deploy.embedded.kafka.topics import TopicSpec, create_topics
from tests.embedded.broker import BrokerNotReadyError, KafkaHandle, start_kafka

pytestmark = [pytest.mark.integration, pytest.mark.chaos]

TOPIC = "dossier-events"
TOPICS = [TopicSpec(name=TOPIC, partitions=16, configs={"retention.ms": "-1"})]


def _produce_until_the_broker_is_killed(kafka: KafkaHandle) -> list[bytes]:
    """The records of every transaction whose commit was acknowledged before the broker was killed."""
    command = [sys.executable, str(Path(__file__).with_name("relay.py")), kafka.bootstrap_servers, TOPIC]
    relay = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert relay.stdout is not None
    firsts = [int(relay.stdout.readline()) for _ in range(10)]
    kafka.kill()
    relay.kill()
    firsts += [int(line) for line in relay.communicate()[0].splitlines()]
    return [b"%d" % number for first in firsts for number in range(first, first + 50)]


async def _publish_again(kafka: KafkaHandle, acknowledged: set[bytes]) -> set[bytes]:
    """What the relay does after a restart of the broker: publish what is not committed on the topic. Returns that.

    Kafka 4.4.0 may forget the markers of the last acknowledged commit when it is killed right after the answer: at its start
    it can look for the partitions' leaders before it knows them, and takes the partitions for deleted. Their end for readers
    of committed records then stands still until the same producer's next transaction there, which makes both copies visible.
    """
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka.bootstrap_servers, transactional_id="relay", enable_idempotence=True
    )
    await producer.start()
    async with producer.transaction():
        await producer.send(TOPIC, b"fence", key=b"fence")
    missing = acknowledged - await _committed(kafka)
    if missing:
        async with producer.transaction():
            for value in sorted(missing, key=int):
                await producer.send(TOPIC, value, key=value)
    await producer.stop()
    return missing


async def _committed(kafka: KafkaHandle) -> set[bytes]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka.bootstrap_servers,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    await consumer.start()
    places = [TopicPartition(TOPIC, partition) for partition in range(16)]
    consumer.assign(places)
    ends = await consumer.end_offsets(places)
    found: set[bytes] = set()
    async with asyncio.timeout(20):
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for many in (await consumer.getmany(timeout_ms=500)).values():
                found |= {one.value for one in many}
    await consumer.stop()
    return found


async def _commit_half(kafka: KafkaHandle, expected: set[bytes]) -> set[bytes]:
    """Read about half of the records in a group, commit, and return what was read."""
    consumer = _member(kafka)
    await consumer.start()
    seen: set[bytes] = set()
    async with asyncio.timeout(20):
        while len(seen) < len(expected) // 2:
            for many in (await consumer.getmany(timeout_ms=500, max_records=100)).values():
                seen |= {one.value for one in many}
    await consumer.commit()
    await consumer.stop()
    return seen


async def _read_the_rest(kafka: KafkaHandle) -> list[bytes]:
    consumer = _member(kafka)
    await consumer.start()
    places = [TopicPartition(TOPIC, partition) for partition in range(16)]
    found: list[bytes] = []
    ends = await consumer.end_offsets(places)
    async with asyncio.timeout(20):
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for many in (await consumer.getmany(timeout_ms=500)).values():
                found += [one.value for one in many]
    await consumer.stop()
    return found


def _member(kafka: KafkaHandle) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=kafka.bootstrap_servers,
        group_id="stats",
        group_instance_id="stats-0",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )


async def test_acknowledged_records_and_group_offsets_survive_kill_9_and_a_restart_on_another_port(
    data_dir: Path,
) -> None:
    kafka = start_kafka(data_dir, flush_each_append=True)
    await create_topics(kafka.bootstrap_servers, TOPICS)
    acknowledged = _produce_until_the_broker_is_killed(kafka)
    assert kafka.process.returncode == -signal.SIGKILL

    kafka = start_kafka(data_dir, kafka.port, timeout_s=10)
    assert await create_topics(kafka.bootstrap_servers, TOPICS) == []
    again = await _publish_again(kafka, set(acknowledged))
    assert again <= set(acknowledged[-50:])  # at most the last batch: nothing older is ever in doubt
    first = await _commit_half(kafka, set(acknowledged))
    kafka.kill()

    with start_kafka(data_dir, free_port(), timeout_s=10) as kafka:
        rest = await _read_the_rest(kafka)
    assert kafka.process.returncode == 128 + signal.SIGTERM  # Java's own code for an orderly end
    doubled = {value for value in rest if rest.count(value) > 1} | (first & set(rest))
    assert doubled <= again  # a half-sent batch was withdrawn, and the group went on where it had committed
    everything = (first | set(rest)) - {b"fence"}
    assert set(acknowledged) <= everything
    assert len(everything) - len(acknowledged) in (0, 50)  # one commit may have been unanswered


@pytest.mark.smoke
def test_a_second_broker_on_the_same_data_is_refused_and_the_first_goes_on(kafka: KafkaHandle) -> None:
    with pytest.raises(BrokerNotReadyError, match=rf"exit code 15.*pid {kafka.process.pid}\) already runs on"):
        start_kafka(kafka.data_dir)
    assert answers(kafka.port)


def test_a_port_in_use_is_refused_before_java_starts(kafka: KafkaHandle, data_dir: Path) -> None:
    with pytest.raises(PortTakenError, match=f"Port {kafka.port} on 127.0.0.1 can't be used"):
        start_kafka(data_dir, kafka.port)


def test_data_that_is_not_kafkas_is_refused(data_dir: Path) -> None:
    (data_dir / "log").mkdir(parents=True)
    (data_dir / "log" / "thư.txt").write_text("not a log")
    with pytest.raises(BrokerNotReadyError, match=r"exit code 16.*holds files but no meta.properties"):
        start_kafka(data_dir)


@pytest.mark.smoke
def test_a_format_that_was_cut_off_was_done_again_and_the_command_has_become_java(kafka: KafkaHandle) -> None:
    assert not (kafka.data_dir / "log.formatting").exists()
    assert Path(f"/proc/{kafka.process.pid}/exe").readlink().name == "java"
