"""The connections that wait for their client: for the head of a request, the rest of a body, or the next request.

Each of them holds a file descriptor, and nobody but the client can end the wait; a thousand that say nothing would shut everybody
out. So a head has its time, and only so many may wait: where one more comes, the one that has waited longest goes. A client who
means something has said it long before, and whoever is parted connects again and sends the same.
"""

import asyncio
from collections.abc import Callable, Hashable

MAX_WAITING = 2_000
HEAD_SECONDS = 10.0
"""How long a new connection may take to say what it wants, however slowly it talks."""


class Lobby:
    """Waiting connections in the order in which they began to wait, each with what parts us from it; of one event loop."""

    def __init__(self, max_waiting: int = MAX_WAITING, head_seconds: float = HEAD_SECONDS) -> None:
        self._max_waiting = max_waiting
        self._head_seconds = head_seconds
        self._waiting: dict[Hashable, Callable[[], None]] = {}
        self._timers: dict[Hashable, asyncio.TimerHandle] = {}

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def came(self, connection: Hashable, part: Callable[[], None]) -> None:
        """A new connection, of which the head of a request is awaited; `part` closes it."""
        loop = asyncio.get_running_loop()
        self._timers[connection] = loop.call_later(self._head_seconds, self._part, connection)
        self.waits(connection, part)

    def waits(self, connection: Hashable, part: Callable[[], None]) -> None:
        """It waits from now on; who has waited longest may have to go for it."""
        self._waiting.pop(connection, None)
        self._waiting[connection] = part
        while len(self._waiting) > self._max_waiting:
            self._part(next(iter(self._waiting)))

    def has_spoken(self, connection: Hashable) -> None:
        """It no longer waits, because we are at work for it, or because it is gone."""
        timer = self._timers.pop(connection, None)
        if timer is not None:
            timer.cancel()
        self._waiting.pop(connection, None)

    def _part(self, connection: Hashable) -> None:
        part = self._waiting.get(connection)
        self.has_spoken(connection)
        if part is not None:
            part()
