"""Where the relay stopped, read back from `dossier-events` and `reference-events` themselves (streams.md rule 3).

Every record carries its `notificationid` header; batches are published in order and whole, so the highest committed one over all
partitions says where to go on. The end of a partition may hold only transaction markers and aborted records, therefore each
partition is read further back until a committed record or its beginning is found; all partitions at the same time.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import UnknownTopicOrPartitionError

from events.topics import Topic

PLACE_HEADER = "notificationid"
ID_HEADER = "ce_id"
OF_THE_RECORD = (Topic.DOSSIER_EVENTS.value, Topic.REFERENCE_EVENTS.value)
FIRST_LOOK_BACK = 16
LOOK_BACK_GROWTH = 16
TIMEOUT_SECONDS = 30.0


class Published(NamedTuple):
    """The number that is published last, 0 when nothing is, and the id of its event ('' where the record has none)."""

    notification_id: int
    event_id: str


NOTHING = Published(0, "")


async def last_published(bootstrap_servers: str) -> int:
    """The highest notification id that is committed on the topics of the record, 0 when they are empty."""
    return (await last_published_event(bootstrap_servers)).notification_id


async def last_published_event(bootstrap_servers: str) -> Published:
    """The highest notification id that is committed on the topics of the record, with its event.

    A commit that was acknowledged a moment ago may not be seen yet: its markers are written after the answer. A relay therefore
    asks after its producer's start, which waits until the last transaction of the one before is finished.

    Raises UnknownTopicOrPartitionError when a topic isn't there (an absent topic is not an empty one: taking it for empty would
    publish everything again) and TimeoutError when a partition can't be read; both are tried again by the caller.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        isolation_level="read_committed",
        enable_auto_commit=False,
        auto_offset_reset="none",
    )
    try:
        await consumer.start()
        async with asyncio.timeout(TIMEOUT_SECONDS):
            partitions = await _partitions(consumer)
            consumer.assign(partitions)
            beginnings = await consumer.beginning_offsets(partitions)
            return await _highest_place(consumer, beginnings, await consumer.end_offsets(partitions))
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer) -> list[TopicPartition]:
    metadata = await consumer._client.fetch_all_metadata()  # noqa: SLF001  # no public way
    found: list[TopicPartition] = []
    for topic in OF_THE_RECORD:
        numbers = metadata.partitions_for_topic(topic)
        if not numbers:
            raise UnknownTopicOrPartitionError(f"there is no topic {topic}")
        found += [TopicPartition(topic, number) for number in sorted(numbers)]
    return found


async def _highest_place(
    consumer: AIOKafkaConsumer, beginnings: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> Published:
    highest, look_back = NOTHING, FIRST_LOOK_BACK
    unknown = [one for one in ends if ends[one] > beginnings[one]]
    upto = dict(ends)
    while unknown:
        starts = {one: max(beginnings[one], ends[one] - look_back) for one in unknown}
        places = await _places(consumer, starts, upto)
        highest = max([highest, *places.values()])
        upto = starts
        unknown = [one for one in unknown if one not in places and starts[one] > beginnings[one]]
        look_back *= LOOK_BACK_GROWTH
    return highest


async def _places(
    consumer: AIOKafkaConsumer, starts: Mapping[TopicPartition, int], upto: Mapping[TopicPartition, int]
) -> dict[TopicPartition, Published]:
    """The highest place of each partition between two offsets; partitions without a committed record there are left out."""
    consumer.assign(list(starts))  # so that no fetch waits for a partition that is done
    for partition, start in starts.items():
        consumer.seek(partition, start)
    places: dict[TopicPartition, Published] = {}
    waiting = set(starts)
    while waiting:
        for partition, records in (await consumer.getmany(*waiting, timeout_ms=50)).items():
            found = _places_of([one for one in records if one.offset < upto[partition]])
            if found:
                places[partition] = max(places.get(partition, NOTHING), *found)
        waiting = {one for one in waiting if await consumer.position(one) < upto[one]}
    return places


def _places_of(records: Sequence[Any]) -> list[Published]:
    headers = [dict(record.headers) for record in records]
    return [
        Published(int(one[PLACE_HEADER]), (one.get(ID_HEADER) or b"").decode(errors="replace"))
        for one in headers
        if PLACE_HEADER in one
    ]
