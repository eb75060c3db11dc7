"""Requests with an Idempotency-Key: the first answer is kept for a while, and every later request with the key gets it.

A key belongs to its sender: two counter systems may number their requests alike.

Requests with one key wait for one another, so that a second one with another body is refused before any of it is recorded.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakValueDictionary

from services.intake.ports import KEPT_SECONDS, AppendConflictError, EventStore, RequestAnswer, WallClock

Made = tuple[int, bytes]
"""Status and body of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A request with a key: whose it is, and what it says."""

    sender: str
    key: str
    digest: str


class KeyedRequests:
    """Keeps answers in the event store."""

    def __init__(self, store: EventStore, clock: WallClock) -> None:
        self._store = store
        self._clock = clock
        self._locks: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def answer(self, request: Keyed, make: Callable[[], Awaitable[Made]]) -> tuple[RequestAnswer, bool]:
        """The kept answer, or the one that `make` gives and that is kept now; and whether it is an earlier one.

        Raises what `make` raises (nothing is kept then) and StoreUnavailableError.
        """
        lock = self._locks.setdefault((request.sender, request.key), asyncio.Lock())
        async with lock:
            now = int(self._clock.now().timestamp())
            kept = await self._found(request, now)
            if kept is not None:
                return kept, True
            status, body = await make()
            made = RequestAnswer(
                sender=request.sender,
                idempotency_key=request.key,
                digest=request.digest,
                status=status,
                body=body,
                kept_at=now,
            )
            return await self._kept(request, made)

    async def _found(self, request: Keyed, now: int) -> RequestAnswer | None:
        return await asyncio.to_thread(self._store.find_answer, request.sender, request.key, now - KEPT_SECONDS)

    async def _kept(self, request: Keyed, answer: RequestAnswer) -> tuple[RequestAnswer, bool]:
        try:
            await asyncio.to_thread(self._store.append, [], [], [answer])
        except AppendConflictError:
            # Another intake process was faster, or an earlier try of our own was committed without telling us.
            kept = await self._found(request, answer.kept_at)
            if kept is not None:
                return kept, True
            raise
        return answer, False
