"""Faust's Kafka producer, made to lose nothing silently.

Faust 0.15.3 only logs a warning when a record could not be written and then commits the offset of the event it came from. Here
a failed write stops the worker and forbids every further commit. Nothing goes through Faust's own buffer: words and rows are
written as whole batches, and dead letters are awaited one by one. See ADR 0009 and 0012.
"""

import asyncio
from typing import Any

from faust.transport.drivers import aiokafka as driver


class FaithfulProducer(driver.Producer):
    """Stops the worker when a record can't be written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_failed = False
        self._ending: asyncio.Future[None] | None = None

    def new_batch(self) -> Any:
        """An empty batch of aiokafka; full when its `append` answers None."""
        return self._ensure_producer().create_batch()

    async def write(self, batch: Any, topic: str, partition: int) -> int:
        """Write a batch and wait until the broker has it; the offset of its last record.

        Raises:
            Exception: it could not be written; the worker is ending.
        """
        batch.close()
        count: int = batch.record_count()
        try:
            written = await self._ensure_producer().send_batch(batch, topic, partition=partition)
            first = (await written).offset
        except Exception as error:
            self.fail(error)
            raise
        return int(first) + count - 1

    async def send(self, *args: Any, **kwargs: Any) -> Any:
        """Hand one record to aiokafka, which retries as long as it can."""
        try:
            written = await super().send(*args, **kwargs)
        except Exception as error:
            self.fail(error)
            raise
        assert isinstance(written, asyncio.Future)  # noqa: S101 aiokafka's answer
        written.add_done_callback(self._on_written)
        return written

    def _on_written(self, written: "asyncio.Future[Any]") -> None:
        error = asyncio.CancelledError() if written.cancelled() else written.exception()
        if error is not None:
            self.fail(error)

    def fail(self, error: BaseException) -> None:
        """Something that was to be written is not: nothing may be committed any more."""
        if not self.has_failed:
            self.has_failed = True
            self.log.critical("a record could not be written; the worker stops without committing: %r", error)
            self._ending = asyncio.ensure_future(self.app.crash(error))
