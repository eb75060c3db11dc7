"""Reads what stands on the broker now, one partition after the other, as quickly as plain aiokafka can.

A partition is read to its *high watermark*: a transaction that is open when the end is asked for is waited for, so that whoever
lets time pass afterwards knows everything that was appended before (ADR 0012).
"""

import contextlib
import gc
from collections.abc import AsyncIterator, Iterator
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from faust.types import TP

from events.topics import Topic
from services.deadlines.adapters.live.high_watermarks import high_watermarks

Records = list[Any]

_FETCH_BYTES = 1024 * 1024
_POLL_MS = 500
_FETCH_WAIT_MS = 10
"""A fetch behind the end of one partition is on its way when the next partition is begun, which has to wait for its answer."""
_MOST_RECORDS = 100
"""So few that they stay in the processor's cache: of two thousand at once, reading alone takes twice as long."""


class LogReader:
    """Committed records without a group; a context manager."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap_servers,
            isolation_level="read_committed",
            enable_auto_commit=False,
            max_partition_fetch_bytes=_FETCH_BYTES,
            fetch_max_bytes=_FETCH_BYTES,
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            check_crcs=False,
        )

    async def __aenter__(self) -> Self:
        """Connect to the broker; no topic is read yet."""
        await self._consumer.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the broker; nothing was committed."""
        await self._consumer.stop()

    async def ends(self, topic: Topic) -> dict[int, int]:
        """Where each partition of a topic ends, open transactions included."""
        client = self._consumer._client  # noqa: SLF001 the public calls only know subscribed topics
        metadata = await client.fetch_all_metadata()
        numbers = sorted(metadata.partitions_for_topic(topic.value) or ())
        found = await high_watermarks(client, [TP(topic.value, number) for number in numbers])
        return {number: found[TP(topic.value, number)] for number in numbers}

    async def read(self, topic: Topic, number: int, end: int) -> AsyncIterator[Records]:
        """All committed records of a partition that stand before `end`, in batches."""
        tp = TopicPartition(topic.value, number)
        self._consumer.assign([tp])
        await self._consumer.seek_to_beginning(tp)
        while await self._consumer.position(tp) < end:
            got = await self._consumer.getmany(tp, timeout_ms=_POLL_MS, max_records=_MOST_RECORDS)
            records = got.get(tp)
            if records:
                yield records if records[-1].offset < end else [one for one in records if one.offset < end]


@contextlib.contextmanager
def without_cycle_search() -> Iterator[None]:
    """Millions of states hold no cycles; looking for some among them, again and again, takes half of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
