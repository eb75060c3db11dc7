"""A look at something that changes, for all who want to know: one at a time, and nobody gets one that began before he asked."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

SeenT = TypeVar("SeenT")


class Looks(Generic[SeenT]):
    """However many ask at once, two looks are enough: the one on its way is too old for them, the next serves them all."""

    def __init__(self, look: Callable[[], Awaitable[SeenT]], patience_seconds: float) -> None:
        self._look = look
        self._patience_seconds = patience_seconds
        self._begun: asyncio.Task[SeenT] | None = None
        self._next: asyncio.Task[SeenT] | None = None

    async def newest(self) -> SeenT:
        """What is seen by a look that begins after this was called. Raises what the look raises, and TimeoutError."""
        if self._next is None:
            self._next = asyncio.create_task(self._look_after(self._begun))
            self._next.add_done_callback(lambda look: look.cancelled() or look.exception())
        async with asyncio.timeout(self._patience_seconds):  # the one before may hang, too
            return await asyncio.shield(self._next)

    async def close(self) -> None:
        """End what is on its way."""
        for look in (self._begun, self._next):
            if look is not None:
                look.cancel()
                await asyncio.wait([look])

    async def _look_after(self, begun: asyncio.Task[SeenT] | None) -> SeenT:
        if begun is not None:
            await asyncio.wait([begun])
        self._begun, self._next = self._next, None
        return await self._look()
