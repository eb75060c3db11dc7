"""`POST /v1/actions` and its neighbours (schemas/openapi.yaml), by aiohttp.

One CloudEvent (structured, or binary with `ce-` headers) or a batch. Answered 201 when recorded, 200 when it was recorded before,
200 or 207 for a batch; 4xx with a problem document; 503 with Retry-After when the store is away or too much is waiting.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from aiohttp import web

from events.codec import dumps
from events.reference_data import is_reference_stream
from services.intake.adapters.action_reader import ActionReader
from services.intake.adapters.http_content import MAX_BODY_BYTES, content_of, key_of, request_digest, whole_of
from services.intake.adapters.http_units import UnitAnswers
from services.intake.adapters.keyed_requests import KeyedRequests
from services.intake.adapters.problems import PROBLEM_CONTENT_TYPE, Language, Problems, language_of
from services.intake.adapters.published_documents import PublishedDocuments, UnknownDocumentError
from services.intake.adapters.writer import BusyError, Writer
from services.intake.domain.actions import Answer, AnyAction, Refusal, dossier_id_of
from services.intake.domain.batch import NOT_ALONE
from services.intake.domain.dossier import DossierState
from services.intake.ports import RequestAnswer, Store, StoreUnavailableError

RETRY_AFTER_SECONDS = "1"
MAX_READ_AT_ONCE = 500
"""Actions checked in one go; other requests (and the health check) get their turn in between."""
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
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._problems = problems
        self._store = store
        self._published = published
        self._keyed = KeyedRequests(store)

    def application(self) -> web.Application:
        """The application with its routes."""
        application = web.Application(client_max_size=MAX_BODY_BYTES, middlewares=[self._with_problems])
        application.router.add_post("/v1/actions", self._post_actions)
        application.router.add_get("/v1/dossiers/{subject}", self._get_dossier)
        self._published.add_routes(application.router)
        application.router.add_get("/healthz", self._get_health)
        UnitAnswers(self._store, self._writer.today, self._problem).add_to(application)
        return application

    @web.middleware
    async def _with_problems(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Every refusal is a problem document in the language asked for, also those of aiohttp itself."""
        params: dict[str, str | int] = {"path": request.path, "method": request.method}
        try:
            return await handler(request)
        except web.HTTPNotFound:
            refusal = Refusal(code="not-found", params=params)
        except UnknownDocumentError as error:
            refusal = Refusal(code="unknown-schema", params={"name": str(error)})
        except web.HTTPMethodNotAllowed as error:
            answer = self._problem(Refusal(code="method-not-allowed", params=params), _language(request))
            answer.headers["Allow"] = error.headers["Allow"]
            return answer
        except web.HTTPRequestEntityTooLarge:
            refusal = Refusal(code="too-large", params={"limit": MAX_BODY_BYTES})
        except BusyError:
            refusal = Refusal(code="busy", params={"retry_after_s": RETRY_AFTER_SECONDS})
        except StoreUnavailableError as error:
            request.app.logger.warning("the event store is away: %s", error)
            refusal = Refusal(code="unavailable", params={"retry_after_s": RETRY_AFTER_SECONDS})
        return self._problem(refusal, _language(request))

    async def _post_actions(self, request: web.Request) -> web.Response:
        language = _language(request)
        body = await request.read()
        content, key, is_whole = content_of(request, body), key_of(request), whole_of(request)
        for refused in (content, key, is_whole):
            if isinstance(refused, Refusal):
                return self._problem(refused, language)
        if not isinstance(key, str):
            return await self._recorded(content, language, is_whole=is_whole is True)
        digest = request_digest(request, body)

        async def make() -> RequestAnswer:
            made = await self._recorded(content, language, is_whole=is_whole is True)
            sent = made.body if isinstance(made.body, bytes) else b""
            return RequestAnswer(idempotency_key=key, digest=digest, status=made.status, body=sent)

        answer, is_earlier = await self._keyed.answer(key, make)
        if answer.digest != digest:
            return self._problem(Refusal(code="idempotency-key-reused", params={"key": key}), language)
        return _response(answer.status, answer.body, is_replay=is_earlier)

    async def _recorded(self, content: Any, language: Language, *, is_whole: bool) -> web.Response:
        if isinstance(content, list):
            return self._batch_answer(await self._record(content, is_whole=is_whole), language)
        (answer,) = await self._record([content])
        if answer.refusal is not None:
            return self._problem(answer.refusal, language, answer.action_id)
        body = dumps(self._problems.answer(answer, language))
        return _response(200 if answer.is_replay else 201, body, is_replay=answer.is_replay)

    async def _record(self, raws: list[Any], *, is_whole: bool = False) -> list[Answer]:
        read: list[AnyAction | Refusal] = []
        for start in range(0, len(raws), MAX_READ_AT_ONCE):
            read += [self._reader.read(raw) for raw in raws[start : start + MAX_READ_AT_ONCE]]
            await asyncio.sleep(0)
        if is_whole and any(isinstance(one, Refusal) for one in read):
            read = [one if isinstance(one, Refusal) else NOT_ALONE for one in read]
        sent = [one for one in read if not isinstance(one, Refusal)]
        recorded = iter(await self._writer.record(sent, is_whole=is_whole))
        return [
            Answer(action_id=_text_of(raw, "id"), refusal=one) if isinstance(one, Refusal) else next(recorded)
            for one, raw in zip(read, raws, strict=True)
        ]

    def _batch_answer(self, answers: list[Answer], language: Language) -> web.Response:
        refused = sum(not one.is_recorded for one in answers)
        body = {
            "recorded": len(answers) - refused,
            "refused": refused,
            "replayed": sum(one.is_replay for one in answers),
            "answers": [self._problems.answer(one, language) for one in answers],
        }
        return _response(207 if refused else 200, dumps(body))

    def _problem(self, refusal: Refusal, language: Language, action_id: str | None = None) -> web.Response:
        document = self._problems.document(refusal, language, action_id)
        response = _response(document["status"], dumps(document))
        response.headers["Content-Language"] = language
        if response.status == 503:
            response.headers["Retry-After"] = RETRY_AFTER_SECONDS
        return response

    async def _get_dossier(self, request: web.Request) -> web.Response:
        subject, source = request.match_info["subject"], request.query.get("source", "")
        state = await asyncio.to_thread(self._state_of, dossier_id_of(source, subject))
        if state is None:
            refusal = Refusal(code="unknown-dossier", field_name="subject", params={"subject": subject})
            return self._problem(refusal, _language(request))
        body = {
            "dossier_id": state.dossier_id,
            "stream_seq": state.stream_seq,
            "lifecycle": state.lifecycle,
            "held_by_unit_id": state.held_by_unit_id,
            "procedure_code": state.procedure_code,
            "is_waiting_for_supplement": state.is_waiting_for_supplement,
            "waiting_for": state.waiting_for,
            "submission_rounds": state.submission_rounds,
            "supplement_rounds": state.supplement_rounds,
            "hash": state.last_hash,
            **({"feedback_stage": state.feedback_stage} if state.feedback_stage else {}),
        }
        return _response(200, dumps(body))

    def _state_of(self, named_id: UUID) -> DossierState | None:
        """The dossier that began under a code, or that the code was linked to (DR-30)."""
        if is_reference_stream(named_id):
            return None
        ids = {named_id, *self._store.find_links([named_id]).values()}
        return next(iter(self._store.load(ids).values()), None)

    async def _get_health(self, _: web.Request) -> web.Response:
        try:
            recorded = await asyncio.to_thread(self._store.last_id)
        except StoreUnavailableError as error:
            return web.json_response({"status": "store away", "detail": str(error)}, status=503)
        return web.json_response({"status": "ok", "last_recorded": recorded})


def _response(status: int, body: bytes, *, is_replay: bool = False) -> web.Response:
    kind = PROBLEM_CONTENT_TYPE if status >= 400 else "application/json"
    headers = {"Idempotent-Replayed": "true"} if is_replay else {}
    return web.Response(body=body, status=status, content_type=kind, headers=headers)


def _language(request: web.Request) -> Language:
    return language_of(request.headers.get("Accept-Language"))


def _text_of(raw: Any, name: str) -> str:
    text = raw.get(name) if isinstance(raw, dict) else None
    return text if isinstance(text, str) else ""
