"""Reads what is on the broker now: whole topics, and how far each consumer group is."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from motcua.output import CommandError, ExitCode

GROUPS = {
    "intake": ("counter-actions",),
    "deadlines": ("dossier-events", "deadline-ticks", "deadline-events"),
    "stats-loader": ("dossier-events", "deadline-events"),
}
"""The consumer groups and what each of them follows."""


COUNT_BY_READING = 5_000
"""Up to this difference of offsets the unread records are counted one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLag:
    """How many records a group has not read yet on a topic."""

    group: str
    topic: str
    lag: int


async def read_topic(bootstrap_servers: str, topic: str) -> AsyncIterator[ConsumerRecord]:
    """Every committed record from the beginning to the present end, partition by partition in offset order.

    Raises CommandError when the broker does not answer or has no such topic.
    """
    consumer = await started_consumer(bootstrap_servers)
    try:
        for partition in await partitions_of(consumer, topic):
            consumer.assign([partition])
            end = (await consumer.end_offsets([partition]))[partition]
            consumer.seek(partition, (await consumer.beginning_offsets([partition]))[partition])
            while await consumer.position(partition) < end:
                for record in (await consumer.getmany(partition, timeout_ms=500)).get(partition, ()):
                    if record.offset < end:
                        yield record
    finally:
        await consumer.stop()


async def group_lags(bootstrap_servers: str) -> list[GroupLag]:
    """How many committed records every group still has to read, on every topic that it follows.

    The markers that end transactions take offsets too, so small differences are counted by reading, not by subtracting.
    """
    consumer = await started_consumer(bootstrap_servers)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
    await admin.start()
    try:
        lags = []
        for group, topics in GROUPS.items():
            committed = await admin.list_consumer_group_offsets(group)
            for topic in topics:
                partitions = await partitions_of(consumer, topic)
                starts = await consumer.beginning_offsets(partitions)
                for one in partitions:
                    if one in committed and committed[one].offset >= 0:
                        starts[one] = max(starts[one], committed[one].offset)
                lags.append(GroupLag(group=group, topic=topic, lag=await _unread(consumer, starts)))
        return lags
    finally:
        await admin.close()
        await consumer.stop()


async def _unread(consumer: AIOKafkaConsumer, starts: dict[TopicPartition, int]) -> int:
    ends = await consumer.end_offsets(list(starts))
    behind = {one: ends[one] for one, start in starts.items() if start < ends[one]}
    offsets: int = sum(ends[one] - starts[one] for one in behind)
    if offsets > COUNT_BY_READING:
        return offsets
    consumer.assign(list(behind))
    for one in behind:
        consumer.seek(one, starts[one])
    unread: int = 0
    while behind:
        for one, records in (await consumer.getmany(*behind, timeout_ms=50)).items():
            unread += sum(record.offset < ends[one] for record in records)
        behind = {one: end for one, end in behind.items() if await consumer.position(one) < end}
    return unread


async def started_consumer(bootstrap_servers: str) -> AIOKafkaConsumer:
    """A consumer of committed records without a group; CommandError when the broker does not answer."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers, isolation_level="read_committed", enable_auto_commit=False
    )
    try:
        await consumer.start()
    except (KafkaError, OSError) as error:
        await consumer.stop()
        raise CommandError(
            f"Kafka at {bootstrap_servers} does not answer; is `motcua up` running?", ExitCode.AWAY
        ) from error
    return consumer


async def partitions_of(consumer: AIOKafkaConsumer, topic: str) -> list[TopicPartition]:
    """The partitions of a topic in order; CommandError when there is no such topic."""
    metadata = await consumer._client.fetch_all_metadata()  # noqa: SLF001  # the public call only knows subscribed topics
    numbers = metadata.partitions_for_topic(topic)
    if not numbers:
        known = ", ".join(sorted(name for name in metadata.topics() if not name.startswith("__")))
        raise CommandError(f"there is no topic {topic}; there are: {known or 'none'}", ExitCode.USAGE)
    return [TopicPartition(topic, number) for number in sorted(numbers)]
