"""Records through Faust's own agents without a broker: what they are given, and what they said and put aside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from aiokafka import ConsumerRecord
from faust.types import TP

from events.codec import from_kafka, to_kafka
from events.envelope import Event
from events.topics import Topic
from rules.clocks.instants import micros
from services.deadlines.adapters.live.record_batches import RecordBatch
from services.deadlines.adapters.live.ticker import Tick, tick_bytes
from services.deadlines.app import Worker

Headers = Sequence[tuple[str, bytes]]


@dataclass
class MovableClock:
    at: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 8, 0, tzinfo=UTC))

    def now(self) -> datetime:
        return self.at


@dataclass
class Sent:
    """What the agents said and put aside, instead of a broker."""

    records: list[dict[str, Any]] = field(default_factory=list)
    letters: list[dict[str, Any]] = field(default_factory=list)

    def put(self, partition: int, key: bytes, value: bytes, headers: Headers = ()) -> None:
        self.records.append({"partition": partition, "key": key, "value": value, "headers": headers})

    async def send(self, **record: Any) -> Any:
        self.letters.append(record)

        async def written() -> None:
            return None

        return written()

    def events(self) -> list[Event]:
        return [from_kafka(record["value"], record["headers"]) for record in self.records]

    def kinds(self) -> list[str]:
        return [_kind(event) for event in self.events()]


def _kind(event: Event) -> str:
    name = event.envelope.event_type.removesuffix(".v1").removeprefix("deadline-").removeprefix("dossier-")
    return " ".join(str(part) for part in (name, getattr(event.data, "rung", None)) if part)


def record(topic: Topic, key: bytes, value: bytes, headers: Headers, known_at: datetime) -> "ConsumerRecord[Any, Any]":
    """As aiokafka gives it: the log's time in whole milliseconds."""
    milliseconds = micros(known_at) // 1000
    return ConsumerRecord(topic.value, 0, 7, milliseconds, 1, key, value, None, len(key), len(value), tuple(headers))


async def put(worker: Worker, *records: "ConsumerRecord[Any, Any]") -> None:
    """Hand records to their agent as one parcel."""
    topic = records[0].topic
    async with worker.app.agents[topic].test_context() as running:
        record_batch = RecordBatch(TP(topic, 0), records, worker.app.consumer_generation_id)
        with patch.object(running, "to_message", lambda *_, **__: record_batch):
            await running.put(b"")


async def put_events(worker: Worker, events: Sequence[Event], known_at: datetime | None = None) -> None:
    """Events that became known when they were recorded, or at one later instant."""
    await put(
        worker,
        *(record(Topic.DOSSIER_EVENTS, *to_kafka(event), known_at or event.envelope.recorded_at) for event in events),
    )


async def put_tick(worker: Worker, key: bytes, until: datetime, detected_at: datetime | None = None) -> None:
    tick = tick_bytes(
        Tick(
            until=micros(until),
            detected_at=micros(detected_at or until),
            assignment_epoch=worker.ticker.assignment_epoch,
        )
    )
    await put(worker, record(Topic.DEADLINE_TICKS, key, tick, (), detected_at or until))
