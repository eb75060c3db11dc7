"""Writes records that can never be handled to `<topic>-dlq`, unchanged, with where they stood and why."""

import logging
from collections.abc import Callable
from datetime import datetime

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from services.stats.ports import DeadLetterError, Record

_log = logging.getLogger("stats")


class KafkaDeadLetters:
    """The port DeadLetters over a started producer (acks=all)."""

    def __init__(self, producer: AIOKafkaProducer, now: Callable[[], datetime]) -> None:
        self._producer = producer
        self._now = now

    async def send(self, record: Record, reason: str) -> None:
        """Write one dead letter and wait for the broker's word. Raises DeadLetterError."""
        headers = [
            *record.headers,
            ("dlq_topic", record.topic.encode()),
            ("dlq_partition", str(record.partition).encode()),
            ("dlq_offset", str(record.offset).encode()),
            ("dlq_reason", reason.encode()),
            ("dlq_at", self._now().isoformat().encode()),
        ]
        _log.error("%s-%s@%s is put aside: %s", record.topic, record.partition, record.offset, reason)
        try:
            await self._producer.send_and_wait(f"{record.topic}-dlq", record.value, record.key, headers=headers)
        except KafkaError as error:
            raise DeadLetterError(
                f"{record.topic}-dlq can't be written ({error or type(error).__name__}); stopping, so that the record at "
                f"{record.topic} partition {record.partition} offset {record.offset} isn't lost"
            ) from error
