"""The one writer: gathers what all doors bring and records it in common transactions, so that one disk flush serves many.

Requests wait in a queue of bounded size. When it is full the sender is told to come back (slow down); when the store is away
every waiting request fails with StoreUnavailableError (retry), and nothing of it was answered as recorded. Once the writer has
ended, for whatever reason, every request fails at once: nobody waits for somebody who is gone.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

from services.intake.domain.actions import Answer, AnyAction
from services.intake.domain.batch import held_back
from services.intake.pipeline import ActionRecorder
from services.intake.ports import StoreUnavailableError, WallClock

MAX_WAITING_ACTIONS = 50_000
MAX_ACTIONS_PER_TRANSACTION = 2_000


class BusyError(Exception):
    """Too many actions wait to be recorded; the sender shall slow down."""


@dataclass(slots=True)
class _Request:
    actions: Sequence[AnyAction]
    answers: asyncio.Future[list[Answer]]
    is_whole: bool
    is_trial: bool = False

    @property
    def is_alone(self) -> bool:
        """Whether it shares no transaction: all or nothing is its own, and of a trial nothing stays."""
        return self.is_whole or self.is_trial


class Writer:
    """Owns the ledger; `record` may be called by any number of tasks of one event loop, also before `run` has begun."""

    def __init__(self, ledger: ActionRecorder, clock: WallClock) -> None:
        self._ledger = ledger
        self.clock = clock
        self._waiting: asyncio.Queue[_Request] = asyncio.Queue()
        self._held: list[_Request] = []
        """At most one: it was next in turn, and can't share a transaction with what came before."""
        self._waiting_actions = 0
        self._has_ended = False

    async def record(self, actions: Sequence[AnyAction], *, is_whole: bool = False) -> list[Answer]:
        """The answers in the order of the actions, after they are durable. Raises BusyError or StoreUnavailableError.

        `is_whole`: all of them or none; they get a transaction of their own.
        """
        return await self._asked(actions, is_whole=is_whole)

    async def try_out(self, actions: Sequence[AnyAction], *, is_whole: bool = False) -> list[Answer]:
        """What `record` would answer; nothing is recorded. Raises BusyError or StoreUnavailableError."""
        answers = await self._asked(actions, is_trial=True)
        return held_back(answers) if is_whole and any(one.refusal for one in answers) else answers

    async def _asked(
        self, actions: Sequence[AnyAction], *, is_whole: bool = False, is_trial: bool = False
    ) -> list[Answer]:
        if not actions:
            return []
        if self._has_ended:
            raise StoreUnavailableError("the writer has ended")
        if self._waiting_actions + len(actions) > MAX_WAITING_ACTIONS:
            raise BusyError(f"{self._waiting_actions} actions are waiting")
        request = _Request(actions, asyncio.get_running_loop().create_future(), is_whole, is_trial)
        self._waiting_actions += len(actions)
        self._waiting.put_nowait(request)
        return await request.answers

    def today(self) -> date:
        """The day by the writer's clock, in the country's time zone."""
        return self._ledger.judge.rulebook.default_calendar.local_date(self.clock.now())

    async def run(self) -> None:
        """Record until cancelled. Any other error than an absent store stops the service: we can't tell what it means.

        What is in the hands of the store when this is cancelled is finished and answered first.
        """
        try:
            while True:
                await self._record_next(await self._next_requests())
        finally:
            self._has_ended = True
            while self._held or not self._waiting.empty():
                waiting = self._held.pop() if self._held else self._waiting.get_nowait()
                _fail([waiting], StoreUnavailableError("the writer has ended"))

    async def _record_next(self, requests: list[_Request]) -> None:
        actions = [action for request in requests for action in request.actions]
        first, ledger = requests[0], self._ledger
        record = ledger.try_out if first.is_trial else partial(ledger.record, is_whole=first.is_whole)
        work = asyncio.ensure_future(asyncio.to_thread(record, actions, self.clock.now()))
        try:
            await asyncio.wait([work])
        finally:  # when cancelled: the thread goes on, so wait for it once more
            await asyncio.wait([work])
            self._waiting_actions -= len(actions)
            _settle(requests, work)

    async def _next_requests(self) -> list[_Request]:
        requests = [self._held.pop() if self._held else await self._waiting.get()]
        size = len(requests[0].actions)
        while size < MAX_ACTIONS_PER_TRANSACTION and not self._waiting.empty():
            following = self._waiting.get_nowait()
            if requests[0].is_alone or following.is_alone:
                self._held.append(following)
                break
            requests.append(following)
            size += len(following.actions)
        return requests


def _settle(requests: Sequence[_Request], work: asyncio.Future[list[Answer]]) -> None:
    error = work.exception()
    if error is None:
        _answer(requests, work.result())
    elif isinstance(error, StoreUnavailableError):
        _fail(requests, error)
    else:
        _fail(requests, StoreUnavailableError(str(error)))
        raise error


def _answer(requests: Sequence[_Request], answers: list[Answer]) -> None:
    start = 0
    for request in requests:
        end = start + len(request.actions)
        if not request.answers.done():
            request.answers.set_result(answers[start:end])
        start = end


def _fail(requests: Sequence[_Request], error: Exception) -> None:
    for request in requests:
        if not request.answers.done():
            request.answers.set_exception(error)
