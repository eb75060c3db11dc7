"""Makes durable what was done, in the order that loses nothing: words, changelog, disk, offsets (ADR 0012).

What is to be stored is taken in one step, without awaiting; then the broker must have every event emitted until then; then the
rows go to the changelog and only behind it to disk, so that a row on disk is never missing in the changelog. The caller commits
the offsets that it took before. Whatever fails on the way stops the worker with nothing committed.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from events.topics import Topic
from services.deadlines.adapters.live.outbox import BatchProducer, Outbox
from services.deadlines.adapters.store.faust_tables import OpenClocks, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Rows as they were at one moment, and how much had been emitted by then."""

    rows: Mapping[int, Rows]
    emitted: Mapping[int, int]


class StoringProducer(BatchProducer, Protocol):
    """What a checkpoint needs of the producer."""

    def fail(self, error: BaseException) -> None:
        """Stop the worker because of this error; nothing more is committed."""


class Checkpoint:
    """Takes and writes. One at a time: the caller sees to that."""

    def __init__(self, producer: StoringProducer, clocks: OpenClocks, emitted: Outbox) -> None:
        self._producer = producer
        self._clocks = clocks
        self._emitted = emitted

    @property
    def is_high(self) -> bool:
        """Whether too many words are on their way, so that reading must slow down."""
        return self._emitted.is_high

    def take(self) -> Taken:
        """All that was done until this moment."""
        return Taken(rows=self._clocks.take(), emitted=self._emitted.handed_over())

    async def write(self, taken: Taken) -> bool:
        """Make it durable; False: something can't be written, and nothing may be committed."""
        if not await self._emitted.written(taken.emitted):
            return False
        try:
            async with asyncio.TaskGroup() as group:
                for partition, rows in taken.rows.items():
                    group.create_task(self._store(partition, rows))
        except ExceptionGroup as failed:
            self._producer.fail(failed.exceptions[0])
            return False
        self._clocks.mark_stored()
        return not self._producer.has_failed

    async def _store(self, partition: int, rows: Rows) -> None:
        offset = await self._append(partition, rows)
        self._clocks.rows.write(partition, rows, offset)

    async def _append(self, partition: int, rows: Rows) -> int:
        """Append rows to the changelog; the offset of the last one."""
        topic = Topic.DEADLINES_CHANGELOG.value
        batch: Any = self._producer.new_batch()
        for key, row in rows.items():
            if batch.append(timestamp=None, key=key, value=row) is None:
                await self._producer.write(batch, topic, partition)
                batch = self._producer.new_batch()
                batch.append(timestamp=None, key=key, value=row)
        return await self._producer.write(batch, topic, partition)
