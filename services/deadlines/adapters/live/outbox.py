"""Records on their way to one topic: whole batches, per partition one after the other.

Taking a record costs one append to an open batch. A batch leaves when it is full, when it lingered long enough, or when a
checkpoint asks for it; per partition one is on its way at a time, so order holds. A batch that can't be written stops the
worker (faithful_producer.py).
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

MOST_UNWRITTEN = 5_000
"""More than so many records on their way slow reading down."""


class BatchProducer(Protocol):
    """What an outbox needs of the producer."""

    has_failed: bool

    def new_batch(self) -> Any:
        """An empty batch of aiokafka."""

    async def write(self, batch: Any, topic: str, partition: int) -> int:
        """Write it and wait; the offset of its last record."""


@dataclass(slots=True, kw_only=True)
class _Lane:
    """What goes to one partition."""

    partition: int
    batch: Any = None
    full: deque[Any] = field(default_factory=deque)
    handed_over: int = 0
    written: int = 0
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    sending: asyncio.Task[None] | None = None


class Outbox:
    """Takes records in order; knows per partition how many it took and how many the broker has."""

    def __init__(self, producer: BatchProducer, topic: str, linger_seconds: float) -> None:
        self._producer = producer
        self._topic = topic
        self._linger_seconds = linger_seconds
        self._lanes: dict[int, _Lane] = {}
        self._unwritten = 0
        self._progress = asyncio.Event()

    def put(self, partition: int, key: bytes, value: bytes, headers: list[tuple[str, bytes]] | None = None) -> None:
        """Take a record; it is sent behind all that was put for this partition before."""
        headers = headers or []
        lane = self._lanes.get(partition)
        if lane is None:
            lane = self._lanes[partition] = _Lane(partition=partition)
        if lane.batch is None:
            lane.batch = self._producer.new_batch()
        if lane.batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
            lane.full.append(lane.batch)
            lane.hurry.set()
            lane.batch = self._producer.new_batch()
            lane.batch.append(timestamp=None, key=key, value=value, headers=headers)
        lane.handed_over += 1
        self._unwritten += 1
        if lane.sending is None:
            lane.sending = asyncio.get_running_loop().create_task(self._send(lane))

    @property
    def is_high(self) -> bool:
        """Whether too much is on its way, so that reading must slow down."""
        return self._unwritten > MOST_UNWRITTEN

    def handed_over(self) -> Mapping[int, int]:
        """How many records were ever put, per partition."""
        return {lane.partition: lane.handed_over for lane in self._lanes.values()}

    async def written(self, until: Mapping[int, int]) -> bool:
        """Wait until the broker has so many of the records of each partition; False: some can't be written."""
        behind = [(self._lanes[partition], count) for partition, count in until.items()]
        while behind := [(lane, count) for lane, count in behind if lane.written < count]:
            if self._producer.has_failed:
                return False
            for lane, _ in behind:
                lane.hurry.set()
            self._progress.clear()
            await self._progress.wait()
        return not self._producer.has_failed

    async def _send(self, lane: _Lane) -> None:
        while lane.written < lane.handed_over:
            if not lane.full:
                await self._linger(lane)
            batch = lane.full.popleft() if lane.full else lane.batch
            if batch is lane.batch:
                lane.batch = None
            count = batch.record_count()
            try:
                await self._producer.write(batch, self._topic, lane.partition)
            except Exception:  # noqa: BLE001 the producer has ended the worker; nothing more is sent
                self._progress.set()
                return
            lane.written += count
            self._unwritten -= count
            self._progress.set()
        lane.sending = None

    async def _linger(self, lane: _Lane) -> None:
        timer = asyncio.get_running_loop().call_later(self._linger_seconds, lane.hurry.set)
        await lane.hurry.wait()
        timer.cancel()
        lane.hurry.clear()
