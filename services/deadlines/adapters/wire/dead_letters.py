"""Records that can't be handled -> `dossier-events-dlq`, unchanged, with where they stood and what was wrong.

Either nobody can read them, or the fold can't take them and their stream was put aside (TIME-8); the latter a replay heals.

The dead letter is on the broker before the record is acknowledged. If it can't be written, the worker stops.
"""

from typing import Any

from aiokafka import ConsumerRecord


async def send(dlq: Any, record: "ConsumerRecord[Any, Any]", error: Exception) -> None:
    """Put the record aside and wait until that is durable."""
    headers = letter_headers(record, error)
    written = await dlq.send(key=record.key, value=record.value, headers=headers)
    await written


def letter_headers(record: "ConsumerRecord[Any, Any]", error: Exception) -> list[tuple[str, bytes]]:
    """The record's own headers, and where it stood and what was wrong; the bulk path puts aside in the same way."""
    headers = [(name, value) for name, value in record.headers if not name.startswith("dlq_")]
    headers += [
        ("dlq_topic", record.topic.encode()),
        ("dlq_partition", str(record.partition).encode()),
        ("dlq_offset", str(record.offset).encode()),
        ("dlq_reason", f"{type(error).__name__}: {error}".encode()),
    ]
    return headers
