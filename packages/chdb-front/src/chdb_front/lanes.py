"""Threads that wait for the engine. Promise: readers can't take the writer's threads, nor the other way round.

An engine call can't be abandoned half way, only killed, so a call is shielded and its thread stays taken until it ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Lane:
    """A fixed number of threads for one kind of caller."""

    def __init__(self, name: str, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)

    def submit(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Future[R]:
        """Queues the work."""
        return self._threads.submit(work, *args, **kwargs)

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Queues the work and waits; a cancelled wait does not stop the work."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(work, *args, **kwargs)))

    def shut_down(self) -> None:
        """Takes no more work and drops what is queued; threads that hang in the engine are left alone."""
        self._threads.shutdown(wait=False, cancel_futures=True)


async def is_over(future: Future[Any], seconds: float) -> bool:
    """Waits at most `seconds`; True if the work ended, whether well or not."""
    if not future.done():
        await asyncio.wait([asyncio.wrap_future(future)], timeout=seconds)
    return future.done()
