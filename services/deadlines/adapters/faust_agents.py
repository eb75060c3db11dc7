"""One agent per topic: decode, ask the pipeline, send, store, acknowledge last. Nothing else happens here.

Outputs and state go into the same producer buffer in this order and without an `await` between reading a row and writing it,
so no other agent can change the row meanwhile; Faust flushes the buffer before it commits an offset. What can't be read is put
aside; every other exception ends the worker, and what it had not acknowledged is read again.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from faust.types import EventT, Message

from events.codec import from_kafka, to_kafka
from events.envelope import Event
from events.errors import MessageError, UnreadableMessageError
from services.deadlines.adapters import dead_letters
from services.deadlines.adapters.faust_tables import OpenClocks
from services.deadlines.adapters.ticker import Ticker, read_tick
from services.deadlines.pipeline import Pipeline

SAID_HEADER = "motcua-said"
"""On the last record that a tick made us say: the marks that are then said, with commas. No part of the event."""

logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Counters:
    """What happened since the worker started."""

    unarmed: int = 0
    dead_letters: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """The Faust topics that are written to."""

    deadline_events: Any
    dlq: Any


class Agents:
    """The three stream handlers over one table."""

    def __init__(self, pipeline: Pipeline, clocks: OpenClocks, ticker: Ticker, topics: Topics) -> None:
        self._pipeline = pipeline
        self._clocks = clocks
        self._ticker = ticker
        self.topics = topics
        self.counters = Counters()

    async def on_dossier_events(self, stream: Any) -> None:
        """`dossier-events`: fold each event into its dossier's row and say what follows."""
        async for record in stream.noack().events():
            try:
                event = _read(record)
            except MessageError as error:
                self.counters.dead_letters += 1
                message = record.message
                logger.error("%s-%s@%s: %s", message.topic, message.partition, message.offset, error)
                await dead_letters.send(self.topics.dlq, message, error)
            else:
                self._fold(event, record.message)
            record.ack()

    async def on_ticks(self, stream: Any) -> None:
        """`deadline-ticks`: look at a dossier again and say what has fallen due."""
        async for record in stream.noack().events():
            self._check(record.message)
            record.ack()

    async def on_deadline_events(self, stream: Any) -> None:
        """`deadline-events`, our own word: what a tick made us say is remembered once it is on the broker."""
        async for record in stream.noack().events():
            said = _said(record.message)
            if said:
                self._remember(record.message, said)
            record.ack()

    def _fold(self, event: Event, message: Message) -> None:
        key, partition = _key(message), message.partition
        before = self._clocks.get(key)
        turn = self._pipeline.on_dossier_event(before, event)
        self._say(turn.outputs, partition)
        if turn.row is not None:
            self._clocks.put(key, turn.row, partition)
            self._ticker.follow(partition, key, before, turn.row)
        if turn.newly_unarmed is not None:
            self.counters.unarmed += 1
            logger.error(
                "AL-7: the clock of dossier %s can't be armed: %s (%d since start)",
                event.envelope.dossier_id,
                turn.newly_unarmed,
                self.counters.unarmed,
            )

    def _check(self, message: Message) -> None:
        key, partition, tick = _key(message), message.partition, read_tick(_value(message))
        row = self._clocks.get(key)
        if row is None:
            return
        if self._ticker.is_held_back(partition, row):
            self._ticker.look_later(partition, key, row)
            return
        check = self._pipeline.on_check(key.decode(), row, tick.until, tick.detected_at)
        self._say(check.outputs, partition, said=",".join(check.marks))
        if check.is_over:
            self._clocks.remove(key)

    def _remember(self, message: Message, said: str) -> None:
        key, partition = _key(message), message.partition
        before = self._clocks.get(key)
        if before is None:
            return
        after = self._pipeline.on_said(key.decode(), before, tuple(said.split(",")))
        self._clocks.put(key, after, partition)
        self._ticker.follow(partition, key, before, after)

    def _say(self, events: Iterable[Event], partition: int, said: str = "") -> None:
        records = [to_kafka(event) for event in events]
        for number, (key, value, headers) in enumerate(records, start=1):
            if said and number == len(records):
                headers.append((SAID_HEADER, said.encode()))
            self.topics.deadline_events.send_soon(key=key, value=value, partition=partition, headers=headers)


def _read(record: EventT[bytes]) -> Event:
    message = record.message
    event = from_kafka(message.value, dead_letters.headers_of(message))
    if message.key != event.envelope.dossier_id.encode():
        raise UnreadableMessageError(f"the key {message.key!r} is not the subject {event.envelope.dossier_id}")
    return event


def _said(message: Message) -> str:
    for name, value in dead_letters.headers_of(message):
        if name == SAID_HEADER:
            return value.decode()
    return ""


def _key(message: Message) -> bytes:
    assert isinstance(message.key, bytes)  # noqa: S101 raw serializers
    return message.key


def _value(message: Message) -> bytes:
    assert isinstance(message.value, bytes)  # noqa: S101 raw serializers
    return message.value
