"""Reads what is on the broker now: whole topics, and how far each consumer group is."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from motcua.output import CommandError, ExitCode

GROUPS = {
    "intake": ("counter-actions",),
    "deadlines": ("dossier-events", "deadline-ticks"),
    "stats-loader": ("dossier-events", "deadline-events", "reference-events"),
}
"""The consumer groups and what each of them follows."""
FETCHED_BYTES = 1_048_576


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLag:
    """How many offsets a group has not read yet on a topic."""

    group: str
    topic: str
    lag: int


async def read_topic(bootstrap_servers: str, topic: str) -> AsyncIterator[ConsumerRecord]:
    """Every committed record from the beginning to the present end, partition by partition in offset order.

    Raises CommandError when the broker does not answer or has no such topic.
    """
    consumer = await started_consumer(bootstrap_servers)
    try:
        partitions = await partitions_of(consumer, topic)
        starts, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        consumer.assign(partitions)  # all at once: after each change the client takes half a second to fetch again
        for partition in partitions:
            consumer.seek(partition, starts[partition])
        for partition in partitions:
            async for record in _records_until(consumer, partition, ends[partition]):
                yield record
    finally:
        await consumer.stop()


async def records_between(
    consumer: AIOKafkaConsumer, partition: TopicPartition, start: int, end: int
) -> AsyncIterator[ConsumerRecord]:
    """The committed records from `start` up to before `end`, of a partition that is assigned to the consumer."""
    consumer.seek(partition, start)
    async for record in _records_until(consumer, partition, end):
        yield record


async def _records_until(
    consumer: AIOKafkaConsumer, partition: TopicPartition, end: int
) -> AsyncIterator[ConsumerRecord]:
    while await consumer.position(partition) < end:
        for record in (await consumer.getmany(partition, timeout_ms=500)).get(partition, ()):
            if record.offset < end:
                yield record


async def group_lags(bootstrap_servers: str) -> list[GroupLag]:
    """How far every group is behind on every topic that it follows.

    The markers that end transactions take offsets too, but every group commits behind them, so a lag ends at zero.
    """
    async with AsyncExitStack() as opened:
        consumer = await started_consumer(bootstrap_servers)
        opened.push_async_callback(consumer.stop)
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers)
        opened.push_async_callback(admin.close)
        await admin.start()
        lags = []
        for group, topics in GROUPS.items():
            committed = await admin.list_consumer_group_offsets(group)
            for topic in topics:
                partitions = await partitions_of(consumer, topic)
                starts = await consumer.beginning_offsets(partitions)
                for one in partitions:
                    if one in committed and committed[one].offset >= 0:
                        starts[one] = max(starts[one], committed[one].offset)
                ends = await consumer.end_offsets(partitions)
                lag = sum(max(0, ends[one] - starts[one]) for one in partitions)
                lags.append(GroupLag(group=group, topic=topic, lag=lag))
        return lags


async def started_consumer(
    bootstrap_servers: str, group: str | None = None, *, fetched_bytes: int = FETCHED_BYTES
) -> AIOKafkaConsumer:
    """A consumer of committed records, without a group unless one is named; CommandError when the broker does not answer.

    `fetched_bytes` is what it holds of each partition at most, as it comes (compressed).
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        group_id=group,
        isolation_level="read_committed",
        enable_auto_commit=False,
        max_partition_fetch_bytes=fetched_bytes,
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
