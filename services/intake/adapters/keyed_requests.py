"""Requests with an Idempotency-Key: the first answer is kept for ever, and every later request with the key gets it.

Requests with one key wait for one another, so that a second one with another body is refused before any of it is recorded.
"""

import asyncio
from collections.abc import Awaitable, Callable
from weakref import WeakValueDictionary

from services.intake.ports import AppendConflictError, EventStore, RequestAnswer


class KeyedRequests:
    """Keeps answers in the event store."""

    def __init__(self, store: EventStore) -> None:
        self._store = store
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def answer(self, key: str, make: Callable[[], Awaitable[RequestAnswer]]) -> tuple[RequestAnswer, bool]:
        """The kept answer, or the one that `make` gives and that is kept now; and whether it is an earlier one.

        Raises what `make` raises (nothing is kept then) and StoreUnavailableError.
        """
        lock = self._locks.setdefault(key, asyncio.Lock())
        async with lock:
            kept = await asyncio.to_thread(self._store.find_answer, key)
            return (kept, True) if kept is not None else await self._kept(await make())

    async def _kept(self, answer: RequestAnswer) -> tuple[RequestAnswer, bool]:
        try:
            await asyncio.to_thread(self._store.append, [], [], [answer])
        except AppendConflictError:
            # Another intake process was faster, or an earlier try of our own was committed without telling us.
            kept = await asyncio.to_thread(self._store.find_answer, answer.idempotency_key)
            if kept is not None:
                return kept, True
            raise
        return answer, False
