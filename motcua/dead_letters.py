"""Dead letters: what they say, which are open, and back to where they came from.

What was replayed is remembered on the dead-letter topic itself, by a record without a value whose headers name the letter. How
far anybody has looked is the place of the consumer group `motcua-dlq`; where that is forgotten, all counts as not looked at.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from events.topics import Topic
from motcua.kafka_reading import partitions_of, read_topic, records_between, started_consumer
from motcua.output import CommandError, ExitCode

TOPICS = tuple(one.value for one in Topic if one.endswith("-dlq"))
GROUP = "motcua-dlq"
OWN = "dlq_"
REPLAYED, REPLAYED_TO, REPLAYED_AT = "dlq_replayed", "dlq_replayed_to", "dlq_replayed_at"
MAX_LETTER_BYTES = 64 * 1024 * 1024
"""What intake puts aside at most."""
MOST_READ = 1_000
_PLACE = re.compile(r"(?P<topic>[\w.-]+):(?P<partition>\d+)@(?P<offset>\d+)")

Headers = list[tuple[str, bytes | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A record that was put aside. `origin`: the topic and partition where it stood; `at`: when it was put aside, UTC."""

    topic: str
    partition: int
    offset: int
    at: datetime
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    is_replayed: bool = False

    @property
    def place(self) -> str:
        """As commands take it."""
        return place_of(self.topic, self.partition, self.offset)

    @property
    def reason(self) -> str:
        """Why it was put aside, in the words of the service that did it."""
        return self._said("dlq_reason")

    @property
    def stood_at(self) -> str:
        """The place of the original record."""
        return place_of(self._said("dlq_topic"), self._said("dlq_partition"), self._said("dlq_offset"))

    @property
    def origin(self) -> tuple[str, int]:
        """Where a replay sends it. CommandError unless it is the topic whose dead letters these are."""
        topic, partition = self._said("dlq_topic"), self._said("dlq_partition")
        if topic != self.topic.removesuffix("-dlq") or not partition.isdecimal():
            raise CommandError(f"{self.place} doesn't say where it came from; it can't be replayed", ExitCode.FINDINGS)
        return topic, int(partition)

    def original_headers(self) -> Headers:
        """The headers that the record had before it was put aside."""
        return [(name, raw) for name, raw in self.headers if not name.startswith(OWN)]

    def _said(self, name: str) -> str:
        # The service wrote its own last: a counter may have sent some of the same name.
        raw = dict(self.headers).get(name)
        return (raw or b"").decode(errors="replace")


def place_of(topic: str, partition: int | str, offset: int | str) -> str:
    """`topic:partition@offset`."""
    return f"{topic}:{partition}@{offset}"


def letters_of(records: Iterable[ConsumerRecord]) -> list[Letter]:
    """The letters among the records of a dead-letter topic; the others say which of them were replayed. Pure."""
    letters, replayed = [], set()
    for one in records:
        headers = dict(one.headers)
        if is_mark(one):
            replayed.add((headers[REPLAYED] or b"").decode(errors="replace"))
            continue
        at = datetime.fromtimestamp(one.timestamp / 1000, UTC)
        letters.append((one, at))
    return [
        Letter(
            topic=one.topic,
            partition=one.partition,
            offset=one.offset,
            at=at,
            key=one.key,
            value=one.value,
            headers=tuple(one.headers),
            is_replayed=f"{one.partition}@{one.offset}" in replayed,
        )
        for one, at in letters
    ]


def is_mark(record: ConsumerRecord) -> bool:
    """Whether a record says that a letter was replayed: it is the only one that doesn't say why it is here."""
    names = {name for name, _ in record.headers}
    return REPLAYED in names and "dlq_reason" not in names


def parsed_place(place: str) -> tuple[str, int, int]:
    """Topic, partition and offset; CommandError for anything else."""
    told = _PLACE.fullmatch(place)
    if told is None or told["topic"] not in TOPICS:
        raise CommandError(
            f"{place!r} is no place of a dead letter; `motcua dlq list` names them, as {TOPICS[0]}:0@12", ExitCode.USAGE
        )
    return told["topic"], int(told["partition"]), int(told["offset"])


async def read_letters(bootstrap_servers: str, topics: Iterable[str] = TOPICS) -> list[Letter]:
    """Every letter of those topics, replayed or not, in order of arrival."""
    found: list[Letter] = []
    for topic in topics:
        found += letters_of([one async for one in read_topic(bootstrap_servers, topic)])
    return found


async def replay(bootstrap_servers: str, letters: Sequence[Letter]) -> list[str]:
    """Send each record again to the partition that it came from, and note it; the new places, in the same order.

    One record that two services put aside is sent once. A crash in between leaves the letter open: it is sent again, and
    consumers know an event or an action that they have seen.
    """
    sent: dict[str, str] = {}
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers, acks="all", enable_idempotence=True, max_request_size=MAX_LETTER_BYTES
    )
    await producer.start()
    try:
        for one in letters:
            topic, partition = one.origin
            if one.stood_at not in sent:
                at = await producer.send_and_wait(
                    topic, one.value, key=one.key, partition=partition, headers=one.original_headers()
                )
                sent[one.stood_at] = place_of(topic, partition, at.offset)
            mark = [
                (REPLAYED, f"{one.partition}@{one.offset}".encode()),
                (REPLAYED_TO, sent[one.stood_at].encode()),
                (REPLAYED_AT, datetime.now(UTC).isoformat().encode()),
            ]
            await producer.send_and_wait(one.topic, None, key=one.key, partition=one.partition, headers=mark)
    finally:
        await producer.stop()
    return [sent[one.stood_at] for one in letters]


async def unseen_counts(bootstrap_servers: str) -> dict[str, int]:
    """How many open letters of each topic nobody has looked at yet; topics without any are left out.

    Of a flood of letters those among the first MOST_READ records are counted.
    """
    async with _looking(bootstrap_servers) as consumer:
        places = [
            TopicPartition(topic, 0) for topic in TOPICS
        ]  # dead-letter topics have one partition (schemas/topics)
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        seen = dict(zip(places, await asyncio.gather(*map(consumer.committed, places)), strict=True))
        unread = [one for one in places if ends[one] > (seen[one] or 0)]
        counts = {one.topic: await _open_between(consumer, one, seen[one] or 0, ends[one]) for one in unread}
        return {topic: count for topic, count in counts.items() if count}


async def note_seen(bootstrap_servers: str, topics: Iterable[str]) -> None:
    """Remember that everything that is there now was looked at."""
    async with _looking(bootstrap_servers) as consumer:
        for topic in topics:
            partitions = await partitions_of(consumer, topic)
            ends = await consumer.end_offsets(partitions)
            consumer.assign(partitions)
            await consumer.commit({one: ends[one] for one in partitions})


async def _open_between(consumer: AIOKafkaConsumer, place: TopicPartition, start: int, end: int) -> int:
    consumer.assign([place])
    records = records_between(consumer, place, start, min(end, start + MOST_READ))
    return sum(not letter.is_replayed for letter in letters_of([one async for one in records]))


@asynccontextmanager
async def _looking(bootstrap_servers: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = await started_consumer(bootstrap_servers, GROUP)
    try:
        yield consumer
    finally:
        await consumer.stop()
