"""The one writer: gathers what all doors bring and records it in common transactions, so that one disk flush serves many.

Requests wait in a queue of bounded size. When it is full the sender is told to come back (slow down); when the store is away
every waiting request fails with StoreUnavailableError (retry), and nothing of it was answered as recorded.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.domain.actions import Action, Answer
from services.intake.pipeline import Ledger
from services.intake.ports import Clock, StoreUnavailableError

MAX_WAITING_ACTIONS = 50_000
MAX_ACTIONS_PER_TRANSACTION = 2_000


class BusyError(Exception):
    """Too many actions wait to be recorded; the sender shall slow down."""


@dataclass(slots=True)
class _Request:
    actions: Sequence[Action]
    answers: asyncio.Future[list[Answer]]


class Writer:
    """Owns the ledger; `record` may be called by any number of tasks of one event loop."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._waiting: asyncio.Queue[_Request] = asyncio.Queue()
        self._waiting_actions = 0

    async def record(self, actions: Sequence[Action]) -> list[Answer]:
        """The answers in the order of the actions, after they are durable. Raises BusyError or StoreUnavailableError."""
        if self._waiting_actions + len(actions) > MAX_WAITING_ACTIONS:
            raise BusyError(f"{self._waiting_actions} actions are waiting")
        request = _Request(actions, asyncio.get_running_loop().create_future())
        self._waiting_actions += len(actions)
        self._waiting.put_nowait(request)
        return await request.answers

    async def run(self) -> None:
        """Record until cancelled. Any other error than an absent store stops the service: we can't tell what it means."""
        while True:
            requests = await self._next_requests()
            actions = [action for request in requests for action in request.actions]
            try:
                answers = await asyncio.to_thread(self._ledger.record, actions, self._clock.now())
            except StoreUnavailableError as error:
                _fail(requests, error)
            except Exception as error:
                _fail(requests, StoreUnavailableError(str(error)))
                raise
            else:
                _answer(requests, answers)
            finally:
                self._waiting_actions -= len(actions)

    async def _next_requests(self) -> list[_Request]:
        requests = [await self._waiting.get()]
        size = len(requests[0].actions)
        while size < MAX_ACTIONS_PER_TRANSACTION and not self._waiting.empty():
            requests.append(self._waiting.get_nowait())
            size += len(requests[-1].actions)
        return requests


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
