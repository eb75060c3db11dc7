"""The topics of the record in memory: what the relay would publish of a store, and a consumer that reads it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from aiokafka import TopicPartition

from events.codec import from_structured, to_kafka
from services.intake.adapters.kafka_relay import topic_of
from services.intake.adapters.kafka_tail import PLACE_HEADER
from services.intake.ports import EventLog, LogEntry

PARTITIONS = 4


@dataclass(frozen=True)
class Record:
    """As much of a ConsumerRecord as is read."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]

    @property
    def place(self) -> str:
        return f"{self.topic}:{self.partition}@{self.offset}"


def record_of(entry: LogEntry) -> Record:
    """What the relay would send; its offset isn't known yet."""
    event = from_structured(entry.structured)
    key, value, headers = to_kafka(event)
    headers.append((PLACE_HEADER, str(entry.notification_id).encode()))
    return Record(topic_of(event), UUID(key.decode()).int % PARTITIONS, 0, key, value, headers)


@dataclass
class PublishedTopics:
    """Every partition with its records; each fetch brings at most `at_once` of a partition, so that merging is needed."""

    partitions: dict[TopicPartition, list[Record]] = field(default_factory=dict)
    at_once: int = 2
    positions: dict[TopicPartition, int] = field(default_factory=dict)

    def publish(self, log: EventLog) -> "PublishedTopics":
        for entry in log.read_after(0, 10_000):
            self.put(record_of(entry))
        return self

    def put(self, record: Record) -> Record:
        """Append a record to its partition."""
        held = self.partitions.setdefault(TopicPartition(record.topic, record.partition), [])
        held.append(replace(record, offset=len(held)))
        return held[-1]

    def all(self) -> list[Record]:
        return [one for held in self.partitions.values() for one in held]

    def assign(self, places: Sequence[TopicPartition]) -> None:
        assert set(places) == set(self.partitions)

    async def beginning_offsets(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(places, 0)

    async def end_offsets(self, places: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return {one: len(self.partitions[one]) for one in places}

    def seek(self, place: TopicPartition, offset: int) -> None:
        self.positions[place] = offset

    async def position(self, place: TopicPartition) -> int:
        return self.positions[place]

    async def getmany(
        self, *places: TopicPartition, timeout_ms: int, max_records: int
    ) -> dict[TopicPartition, list[Any]]:
        assert min(timeout_ms, max_records) > 0
        found: dict[TopicPartition, list[Any]] = {}
        for place in places:
            start = self.positions[place]
            found[place] = list(self.partitions[place][start : start + self.at_once])
            self.positions[place] = start + len(found[place])
        return found
