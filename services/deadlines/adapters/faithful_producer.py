"""Faust's Kafka producer, made to lose nothing silently.

Faust 0.15.3 only logs a warning when a record could not be written and then commits the offset of the event it came from; and
its flush gives up on its own buffer after 0.1 s. Here a failed write stops the worker and forbids every further commit, and
a flush returns only when everything that was handed over has been written or has failed. See ADR 0009.
"""

import asyncio
from functools import partial
from typing import Any

from faust.transport.drivers import aiokafka as driver
from faust.transport.producer import ProducerBuffer
from faust.types.tuples import FutureMessage

_MAX_UNSENT = 1000


class CountingBuffer(ProducerBuffer):
    """A buffer that knows what it has not handed to the producer yet, the record in its hands included."""

    max_messages = _MAX_UNSENT

    def __post_init__(self) -> None:
        """Begin empty."""
        super().__post_init__()
        self._put = 0
        self._sent = 0
        self._awaited: list[tuple[int, asyncio.Event]] = []

    def put(self, fut: FutureMessage) -> None:
        """Take a record to be sent."""
        self._put += 1
        super().put(fut)

    async def _send_pending(self, fut: FutureMessage) -> None:
        # Faust's own way asks for each record whether a producer was started, which costs three turns of the loop.
        message = fut.message
        assert self.app is not None  # noqa: S101 set by the producer that owns this buffer
        written = await self.app.producer.send(
            message.channel.get_topic_name(), message.key, message.value, message.partition, None, message.headers
        )
        if message.callback is not None:
            assert isinstance(written, asyncio.Future)  # noqa: S101 aiokafka's answer
            written.add_done_callback(partial(_tell, fut))
        self._sent += 1
        for count, reached in self._awaited:
            if self._sent >= count:
                reached.set()

    @property
    def is_high(self) -> bool:
        """Whether too much is waiting to be sent, so that reading must slow down."""
        return self._put - self._sent > self.max_messages

    @property
    def put_count(self) -> int:
        """How many records were ever handed over."""
        return self._put

    async def wait_until_sent(self, count: int) -> bool:
        """Wait until so many of the records ever handed over went to the producer; False if the worker stops before."""
        if self._sent >= count:
            return True
        awaited = (count, asyncio.Event())
        self._awaited.append(awaited)
        try:
            await self.wait_first(awaited[1].wait())
        finally:
            self._awaited.remove(awaited)
        return self._sent >= count

    async def flush_atmost(self, max_messages: int | None) -> int:
        """Wait until what was handed over until now was sent, all but `max_messages` (None: all)."""
        before = self._sent
        await self.wait_until_sent(self._put - (max_messages or 0))
        return self._sent - before

    async def wait_until_ebb(self) -> None:
        """Slow down while too much is waiting to be sent."""
        if self.is_high:
            await self.flush_atmost(self.max_messages // 2)


def _tell(fut: FutureMessage, written: "asyncio.Future[Any]") -> None:
    """Tell whoever handed the record over that it is written; a failure is the producer's matter."""
    tell = fut.message.callback
    if tell is not None and not written.cancelled() and written.exception() is None:
        fut.set_result(written.result())
        tell(fut)


class FaithfulProducer(driver.Producer):
    """Stops the worker when a record can't be written."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_failed = False
        self._ending: asyncio.Future[None] | None = None
        self._counting = CountingBuffer(loop=self.loop, beacon=self.beacon)
        self._counting.app = self.app
        self.buffer = self._counting

    async def flush_all(self) -> bool:
        """Wait until all that was handed over before is written; False if it isn't, and then nothing may be committed."""
        is_sent = await self._counting.wait_until_sent(self._counting.put_count)
        await self.flush()
        return is_sent and not self.has_failed

    async def send(self, *args: Any, **kwargs: Any) -> Any:
        """Hand one record to aiokafka, which retries as long as it can."""
        try:
            written = await super().send(*args, **kwargs)
        except Exception as error:
            self._fail(error)
            raise
        assert isinstance(written, asyncio.Future)  # noqa: S101 aiokafka's answer
        written.add_done_callback(self._on_written)
        return written

    def _on_written(self, written: "asyncio.Future[Any]") -> None:
        error = asyncio.CancelledError() if written.cancelled() else written.exception()
        if error is not None:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if not self.has_failed:
            self.has_failed = True
            self.log.critical("a record could not be written; the worker stops without committing: %r", error)
            self._ending = asyncio.ensure_future(self.app.crash(error))
