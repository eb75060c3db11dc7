"""`GET /v1/reference-events`, and how a question about the register is answered: by it, or by what is wrong with the question."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from services.intake.adapters.http_questions import Answered, WrongQuestionError, as_json, number_asked
from services.intake.adapters.problems import language_of
from services.intake.domain.actions import Refusal
from services.intake.domain.register import Register
from services.intake.ports import Store

MAX_EVENTS = 10_000
Answers = Callable[[web.Request, Register], web.Response | None]
"""Answers a question by the register; None: there is no such thing. Raises WrongQuestionError."""


class RegisterQuestions:
    """`problem` writes what is refused."""

    def __init__(self, store: Store, problem: Answered) -> None:
        self._store = store
        self._problem = problem

    def add_to(self, application: web.Application, routes: dict[str, Answers]) -> None:
        """Add the questions, each by its path."""
        for path, answers in routes.items():
            application.router.add_get(path, self._asked(answers))
        application.router.add_get("/v1/reference-events", self._get_events)

    def _asked(self, answers: Answers) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def get(request: web.Request) -> web.Response:
            try:
                # In a thread, both the reading and the looking through: a province has thousands of officers.
                found = await asyncio.to_thread(lambda: answers(request, self._store.register()))
            except WrongQuestionError as error:
                return self._refused(request, error.refusal)
            return found or self._refused(request, Refusal(code="not-found", params={"path": request.path}))

        return get

    async def _get_events(self, request: web.Request) -> web.Response:
        try:
            after = number_asked(request, "after", 0, 10**12)
        except WrongQuestionError as error:
            return self._refused(request, error.refusal)
        events = await asyncio.to_thread(self._store.register_after, after, MAX_EVENTS)
        return as_json({"after": after, "events": events})

    def _refused(self, request: web.Request, refusal: Refusal) -> web.Response:
        return self._problem(refusal, language_of(request.headers.get("Accept-Language")))
