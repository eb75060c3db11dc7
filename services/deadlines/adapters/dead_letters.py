"""Records that can never be handled -> `dossier-events-dlq`, unchanged, with where they stood and what was wrong.

The dead letter is on the broker before the record is acknowledged. If it can't be written, the worker stops.
"""

from collections.abc import Mapping
from typing import Any

from faust.types import Message

from events.errors import MessageError


async def send(dlq: Any, message: Message, error: MessageError) -> None:
    """Put the record aside and wait until that is durable."""
    headers = [(name, value) for name, value in headers_of(message) if not name.startswith("dlq_")]
    headers += [
        ("dlq_topic", message.topic.encode()),
        ("dlq_partition", str(message.partition).encode()),
        ("dlq_offset", str(message.offset).encode()),
        ("dlq_reason", f"{type(error).__name__}: {error}".encode()),
    ]
    written = await dlq.send(key=message.key, value=message.value, headers=headers)
    await written


def headers_of(message: Message) -> list[tuple[str, bytes]]:
    """The record's headers as a list; Faust allows a mapping too."""
    headers = message.headers or ()
    return list(headers.items()) if isinstance(headers, Mapping) else list(headers)
