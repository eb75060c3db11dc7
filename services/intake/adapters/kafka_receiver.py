"""The Kafka door: `counter-actions` in, `counter-answers` out, unreadable bytes to `counter-actions-dlq` unchanged.

Offsets are committed after the answers are on Kafka, so a crash, a lost connection or a rebalance repeats a batch; recording is
idempotent, so nothing doubles and the repeated answers are equal. A dead letter that can't be written stops the door (we may not
drop what we can't read).
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from events.codec import dumps
from events.errors import UnreadableMessageError
from events.topics import Topic
from services.doors.cancelling import give_way_to_cancellation
from services.intake.adapters.action_reader import ActionReader
from services.intake.adapters.kafka_closing import closed_within
from services.intake.adapters.kafka_content import asked_language, content_of, dead_letter_headers
from services.intake.adapters.problems import Problems, language_of
from services.intake.adapters.writer import BusyError, Writer
from services.intake.domain.actions import Answer, AnyAction, Refusal, Reported
from services.intake.ports import StoreUnavailableError

LOGGER = logging.getLogger("intake.kafka")
CONSUMER_GROUP = "intake"
MAX_RECORDS = 2_000
MAX_DEAD_LETTER_BYTES = 64 * 1024 * 1024
"""A record that was small on the broker may be large unpacked; the producer's own limit would stop the door for ever."""
RETRY_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Received:
    """One record with what it says: an action, a refusal to answer, or a reason why it can't be read at all."""

    record: ConsumerRecord
    content: AnyAction | Refusal | None
    action_id: str = ""
    source: str = ""
    unreadable_because: str = ""


class KafkaReceiver:
    """Owns one consumer and one producer; `run` until cancelled."""

    def __init__(self, writer: Writer, reader: ActionReader, problems: Problems, bootstrap_servers: str) -> None:
        self._writer = writer
        self._reader = reader
        self._problems = problems
        self._bootstrap_servers = bootstrap_servers

    async def run(self) -> None:
        """Receive, record, answer, commit; for ever. Raises a KafkaError when the broker is away: run it again."""
        async with AsyncExitStack() as open_clients:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap_servers,
                acks="all",
                enable_idempotence=True,
                linger_ms=2,
                compression_type="gzip",  # what every client can read as it is installed; nothing else is
                max_request_size=MAX_DEAD_LETTER_BYTES,
            )
            open_clients.push_async_callback(closed_within, producer.stop)
            await producer.start()
            consumer = AIOKafkaConsumer(
                Topic.COUNTER_ACTIONS.value,
                bootstrap_servers=self._bootstrap_servers,
                group_id=CONSUMER_GROUP,
                group_instance_id="intake-0",
                isolation_level="read_committed",
                enable_auto_commit=False,
                auto_offset_reset="earliest",
            )
            open_clients.push_async_callback(closed_within, consumer.stop)
            await consumer.start()
            while True:
                give_way_to_cancellation()
                batches = await consumer.getmany(timeout_ms=200, max_records=MAX_RECORDS)
                if batches:
                    await self._handle([one for records in batches.values() for one in records], producer)
                    await consumer.commit({TopicPartition(*key): got[-1].offset + 1 for key, got in batches.items()})

    async def _handle(self, records: Sequence[ConsumerRecord], producer: AIOKafkaProducer) -> None:
        received = [self._read(record) for record in records]
        answers = iter(await self._recorded([one.content for one in received if isinstance(one.content, Reported)]))
        sent = []
        for one in received:
            if one.content is None:
                sent.append(await self._dead_letter(producer, one))
            elif isinstance(one.content, Refusal):
                refused = Answer(action_id=one.action_id, source=one.source, refusal=one.content)
                sent.append(await self._answer(producer, one.record, refused))
            else:
                sent.append(await self._answer(producer, one.record, next(answers)))
        await asyncio.gather(*sent)

    async def _recorded(self, actions: Sequence[AnyAction]) -> list[Answer]:
        while True:
            try:
                return await self._writer.record(actions)
            except (StoreUnavailableError, BusyError) as error:
                LOGGER.warning("can't record yet, trying again in %s s: %s", RETRY_SECONDS, error)
                await asyncio.sleep(RETRY_SECONDS)

    def _read(self, record: ConsumerRecord) -> _Received:
        try:
            said, action_id, source = content_of(record)
        except UnreadableMessageError as error:
            return _Received(record=record, content=None, unreadable_because=str(error))
        content = said if isinstance(said, Refusal) else self._reader.read(said)
        return _Received(record=record, content=content, action_id=action_id, source=source)

    async def _answer(self, producer: AIOKafkaProducer, record: ConsumerRecord, answer: Answer) -> Any:
        value = dumps(self._problems.answer(answer, language_of(asked_language(record))))
        headers = [
            ("content-type", b"application/json"),
            ("action_source", answer.source.encode()),
            ("action_id", answer.action_id.encode()),
        ]
        return await producer.send(Topic.COUNTER_ANSWERS.value, value, key=record.key, headers=headers)

    async def _dead_letter(self, producer: AIOKafkaProducer, received: _Received) -> Any:
        record, reason = received.record, received.unreadable_because
        place = f"{record.topic} {record.partition}:{record.offset}"
        LOGGER.error("unreadable bytes at %s go to the dead letters: %s", place, reason)
        return await producer.send(
            Topic.COUNTER_ACTIONS_DLQ.value, record.value, key=record.key, headers=dead_letter_headers(record, reason)
        )
