"""`POST /v1/actions` and its neighbours (schemas/openapi.yaml), by aiohttp.

One CloudEvent (structured, or binary with `ce-` headers) or a batch. Answered 201 when recorded, 200 when it was recorded before,
200 or 207 for a batch; 4xx with a problem document; 503 with Retry-After when the store is away or too much is waiting.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from typing import Any

from aiohttp import web

from services.doors.hosts import LOCAL, is_answered
from services.doors.serving import attended
from services.intake.adapters.action_reader import ActionReader
from services.intake.adapters.http_answers import RETRY_AFTER_SECONDS, problem_response, response, wanted
from services.intake.adapters.http_content import (
    Manner,
    body_of,
    content_of,
    key_of,
    manner_of,
    refusal_of_parser,
    request_digest,
    said_twice,
    sender_of,
)
from services.intake.adapters.http_lookups import HttpLookups
from services.intake.adapters.http_officers import officer_routes
from services.intake.adapters.http_recorded import RecordedAnswers
from services.intake.adapters.http_register import RegisterQuestions
from services.intake.adapters.http_units import unit_routes
from services.intake.adapters.keyed_requests import Keyed, KeyedRequests
from services.intake.adapters.problems import Language, Problems
from services.intake.adapters.published_documents import PublishedDocuments, UnknownDocumentError
from services.intake.adapters.writer import BusyError, Writer
from services.intake.domain.actions import Action, Answer, AnyAction, Refusal
from services.intake.domain.batch import NOT_ALONE
from services.intake.pipeline import ActionRecorder
from services.intake.ports import Store, StoreUnavailableError

MAX_READ_AT_ONCE = 500
"""Actions checked in one go; other requests (and the health check) get their turn in between."""
_HOSTS: web.AppKey[Collection[str]] = web.AppKey("hosts", frozenset)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class HttpReceiver:
    """Builds the aiohttp application."""

    def __init__(
        self,
        writer: Writer,
        reader: ActionReader,
        problems: Problems,
        store: Store,
        published: PublishedDocuments,
        ledger: ActionRecorder,
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._problems = problems
        self._store = store
        self._published = published
        self._lookups = HttpLookups(ledger, problems, writer.clock)
        self._keyed = KeyedRequests(store, writer.clock)

    def application(self, hosts: Collection[str] = LOCAL) -> web.Application:
        """The application with its routes; `hosts` are the names by which it may be called."""
        application = web.Application(middlewares=[attended, self._with_problems])
        application[_HOSTS] = frozenset(hosts)
        application.router.add_post("/v1/actions", self._post_actions)
        application.router.add_get("/v1/dossiers/{subject}", self._lookups.get_dossier)
        application.router.add_get("/v1/dossiers/{subject}/events", self._lookups.get_events)
        application.router.add_post("/v1/quotes", self._lookups.post_quote)
        self._published.add_routes(application.router)
        application.router.add_get("/healthz", self._get_health)
        today = self._writer.today
        routes = unit_routes(today) | officer_routes(today)
        RegisterQuestions(self._store, self._problem).add_to(application, routes)
        RecordedAnswers(self._store, self._writer.clock.now).add_to(application)
        return application

    @web.middleware
    async def _with_problems(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Every refusal is a problem document in the language asked for, also those of aiohttp itself."""
        params: dict[str, str | int] = {"path": request.path, "method": request.method}
        try:
            refusal = said_twice(request) or _wrong_host(request)
            if refusal is None:
                return await handler(request)
        except web.HTTPNotFound:
            refusal = Refusal(code="not-found", params=params)
        except UnknownDocumentError as error:
            refusal = Refusal(code="unknown-schema", params={"name": str(error)})
        except web.HTTPMethodNotAllowed as error:
            answer = self._problem(Refusal(code="method-not-allowed", params=params), wanted(request))
            answer.headers["Allow"] = error.headers["Allow"]
            return answer
        except BusyError:
            refusal = Refusal(code="busy", params={"retry_after_s": RETRY_AFTER_SECONDS})
        except StoreUnavailableError as error:
            request.app.logger.warning("the event store is away: %s", error)
            refusal = Refusal(code="unavailable", params={"retry_after_s": RETRY_AFTER_SECONDS})
        return self._problem(refusal, wanted(request))

    def refuse(self, request: web.BaseRequest, reason: str) -> web.Response:
        """The answer to what is no HTTP."""
        return self._problem(refusal_of_parser(reason), wanted(request))

    async def _post_actions(self, request: web.Request) -> web.Response:
        how, body = manner_of(request), await body_of(request)
        if isinstance(body, Refusal):
            return self._problem(body, wanted(request))
        content, key = content_of(request, body), key_of(request)
        for refused in (how, content, key):
            if isinstance(refused, Refusal):
                return self._problem(refused, wanted(request))
        assert isinstance(how, Manner)  # noqa: S101  # it was not refused
        if not isinstance(key, str) or how.is_trial:
            return await self._recorded(content, how)
        keyed = Keyed(sender=sender_of(content), key=key, digest=request_digest(request, body))

        async def make() -> tuple[int, bytes]:
            made = await self._recorded(content, how)
            return made.status, made.body if isinstance(made.body, bytes) else b""

        answer, is_earlier = await self._keyed.answer(keyed, make)
        if answer.digest != keyed.digest:
            return self._problem(Refusal(code="idempotency-key-reused", params={"key": key}), how.language)
        return response(answer.status, answer.body, is_replay=is_earlier)

    async def _recorded(self, content: Any, how: Manner) -> web.Response:
        if isinstance(content, list):
            return self._batch_answer(await self._record(content, how), how)
        (answer,) = await self._record([content], how)
        if answer.refusal is not None:
            return self._problem(answer.refusal, how.language, answer.action_id)
        body = self._problems.answer(answer, how.language)
        return response(200 if answer.is_replay or answer.is_trial else 201, body, is_replay=answer.is_replay)

    async def _record(self, raws: list[Any], how: Manner) -> list[Answer]:
        read: list[AnyAction | Refusal] = []
        for start in range(0, len(raws), MAX_READ_AT_ONCE):
            part = raws[start : start + MAX_READ_AT_ONCE]
            read += [raw if isinstance(raw, Refusal) else self._reader.read(raw) for raw in part]
            await asyncio.sleep(0)
        if how.is_strict:
            read = [replace(one, is_strict=True) if isinstance(one, Action) else one for one in read]
        if how.is_whole and any(isinstance(one, Refusal) for one in read):
            read = [one if isinstance(one, Refusal) else NOT_ALONE for one in read]
        ask = self._writer.try_out if how.is_trial else self._writer.record
        answers = iter(await ask([one for one in read if not isinstance(one, Refusal)], is_whole=how.is_whole))
        return [
            Answer(action_id=_text_of(raw, "id"), refusal=one) if isinstance(one, Refusal) else next(answers)
            for one, raw in zip(read, raws, strict=True)
        ]

    def _batch_answer(self, answers: list[Answer], how: Manner) -> web.Response:
        refused = sum(one.refusal is not None for one in answers)
        tried = {"would_be_recorded": sum(one.is_trial for one in answers)} if how.is_trial else {}
        body = {
            "recorded": sum(one.is_recorded for one in answers),
            "refused": refused,
            "replayed": sum(one.is_replay for one in answers),
            **tried,
            "answers": [self._problems.answer(one, how.language) for one in answers],
        }
        return response(207 if refused else 200, body)

    def _problem(self, refusal: Refusal, language: Language, action_id: str | None = None) -> web.Response:
        return problem_response(self._problems, refusal, language, action_id)

    async def _get_health(self, _: web.Request) -> web.Response:
        try:
            recorded = await asyncio.to_thread(self._store.last_id)
        except StoreUnavailableError as error:
            return web.json_response({"status": "store away", "detail": str(error)}, status=503)
        return web.json_response({"status": "ok", "last_recorded": recorded})


def _wrong_host(request: web.Request) -> Refusal | None:
    host = request.headers.get("Host")
    if is_answered(host, request.app[_HOSTS]):
        return None
    return Refusal(code="unknown-host", field_name="host", params={"host": host or ""})


def _text_of(raw: Any, name: str) -> str:
    text = raw.get(name) if isinstance(raw, dict) else None
    return text if isinstance(text, str) else ""
