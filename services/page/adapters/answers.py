"""Gives answers to many at once: equal questions are worked out once, different ones in turn, and for a moment an answer is kept.

Each question first looks how far the loader has counted (`Looks`), and only an answer that was worked out when that much was
counted, or later, will do: a dossier that was counted before a question came is in its answer. What is judged by the present
instant may be KEPT_SECONDS old, and says itself as of when it is.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from math import ceil

from services.page.adapters.looks import Looks
from services.page.adapters.reader import Place

Work = Callable[[], Awaitable["Body"]]

KEPT_SECONDS = 5.0
_LONGEST_RETRY_SECONDS = 60
_NEW_SHARE = 0.2
"""How much the latest question counts in the mean of how long one takes."""


class BusyError(Exception):
    """More is asked than can be answered in time; `retry_seconds`: when what waits now will have been answered."""

    def __init__(self, retry_seconds: int) -> None:
        super().__init__(f"too many questions, again in {retry_seconds} s")
        self.retry_seconds = retry_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The bytes of an answer, and the same compressed by gzip where that is worth it."""

    content: bytes = field(repr=False)
    compressed: bytes | None = field(default=None, repr=False)

    @property
    def size(self) -> int:
        """Bytes that it takes to keep it."""
        return len(self.content) + len(self.compressed or b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A body, when it began to be worked out (seconds of the loop's clock), and how far the loader had counted before."""

    body: Body
    begun_at: float
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is done at once, how much may wait and how long, and how much is kept.

    `at_once` leaves one of the four places that a reader has in ClickHouse to looks, and to people with SQL of their own.
    """

    at_once: int = 3
    waiting: int = 500
    patience_seconds: float = 20.0
    kept_bytes: int = 32 * 2**20
    largest_kept: int = 4 * 2**20


@dataclass(slots=True, eq=False)
class _Flight:
    """One question on its way to its answer, for everybody who waits for it."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    place: Place = ()
    waiters: int = 0
    task: asyncio.Task[Answer] | None = None


class Answers:
    """Of one event loop. `look` says how far the loader is."""

    def __init__(self, look: Callable[[], Awaitable[Place]], limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._look = look
        self._looks = Looks(self._seen, self._limits.patience_seconds)
        self._place: Place = ()
        self._turns = asyncio.Semaphore(self._limits.at_once)
        self._queued: dict[Hashable, _Flight] = {}
        self._begun: dict[Hashable, _Flight] = {}
        self._flights: set[_Flight] = set()
        self._kept: dict[Hashable, Answer] = {}
        self._kept_bytes = 0
        self._mean_seconds = 0.0

    async def answer(self, question: Hashable, work: Work) -> Answer:
        """The answer of a question, which `work` works out where nobody else does or just did.

        Raises BusyError where it can't begin in time, TimeoutError where the look can't end in time, and what both of them raise.
        """
        place = await self._looks.newest()
        kept = self._kept.get(question)
        if kept is not None and self._is_fresh(kept, place):
            return kept
        begun = self._begun.get(question)
        if begun is not None and begun.task is not None and begun.place == place:
            return await asyncio.shield(begun.task)
        return await self._awaited(question, self._queued.get(question) or self._new_flight(question, work))

    async def close(self) -> None:
        """End what is on its way."""
        await self._looks.close()
        tasks = [flight.task for flight in self._flights if flight.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _seen(self) -> Place:
        self._place = await self._look()
        return self._place

    def _is_fresh(self, kept: Answer, place: Place) -> bool:
        age = asyncio.get_running_loop().time() - kept.begun_at
        return bool(place) and kept.place == place and age <= KEPT_SECONDS

    def _new_flight(self, question: Hashable, work: Work) -> _Flight:
        if len(self._flights) >= self._limits.at_once + self._limits.waiting:
            raise self._busy()
        flight = self._queued[question] = _Flight()
        self._flights.add(flight)
        flight.task = asyncio.create_task(self._fly(question, flight, work))
        flight.task.add_done_callback(lambda task: self._landed(flight, task))
        return flight

    def _landed(self, flight: _Flight, task: asyncio.Task[Answer]) -> None:
        self._flights.discard(flight)
        flight.begun.set()  # also where it never came to its turn: whoever waits sees its end
        if not task.cancelled():
            task.exception()  # whoever waited was told

    async def _awaited(self, question: Hashable, flight: _Flight) -> Answer:
        """Wait for its turn no longer than patience lasts, then for its end. Whom nobody waits for any more leaves the queue."""
        assert flight.task is not None  # noqa: S101  # set where it was made
        flight.waiters += 1
        try:
            async with asyncio.timeout(self._limits.patience_seconds):
                await flight.begun.wait()
        except TimeoutError:
            raise self._busy() from None
        finally:
            flight.waiters -= 1
            if not flight.waiters and not flight.begun.is_set():
                self._queued.pop(question, None)
                flight.task.cancel()
        return await asyncio.shield(flight.task)

    async def _fly(self, question: Hashable, flight: _Flight, work: Work) -> Answer:
        try:
            async with self._turns:
                self._queued.pop(question, None)
                self._begun[question] = flight
                flight.place = self._place  # who asks from now on may know of more
                flight.begun.set()
                begun_at = asyncio.get_running_loop().time()
                answer = Answer(body=await work(), begun_at=begun_at, place=flight.place)
                took = asyncio.get_running_loop().time() - begun_at
                self._mean_seconds += _NEW_SHARE * (took - self._mean_seconds)
        finally:
            if self._begun.get(question) is flight:
                del self._begun[question]
        self._keep(question, answer)
        return answer

    def _keep(self, question: Hashable, answer: Answer) -> None:
        """Keep it in place of an older one; the oldest go where there are too many."""
        if (before := self._kept.pop(question, None)) is not None:
            self._kept_bytes -= before.body.size
        if answer.body.size > self._limits.largest_kept:
            return
        self._kept[question] = answer
        self._kept_bytes += answer.body.size
        while self._kept_bytes > self._limits.kept_bytes:
            self._kept_bytes -= self._kept.pop(next(iter(self._kept))).body.size

    def _busy(self) -> BusyError:
        return BusyError(retry_seconds(len(self._queued), self._limits.at_once, self._mean_seconds))


def retry_seconds(waiting: int, at_once: int, mean_seconds: float) -> int:
    """When what waits now will have been answered, in whole seconds: at least 1, and at most a minute."""
    return min(max(1, ceil(waiting * mean_seconds / at_once)), _LONGEST_RETRY_SECONDS)
