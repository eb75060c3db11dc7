"""`POST /v1/actions` and its neighbours (schemas/openapi.yaml), by aiohttp.

One CloudEvent (structured, or binary with `ce-` headers) or a batch. Answered 201 when recorded, 200 when it was recorded before,
200 or 207 for a batch; 4xx with a problem document; 503 with Retry-After when the store is away or too much is waiting.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from events.codec import dumps, parse_json
from events.errors import UnreadableMessageError
from services.intake.adapters.action_reader import ActionReader
from services.intake.adapters.event_store import LedgerStore
from services.intake.adapters.problems import PROBLEM_CONTENT_TYPE, Language, Problems, language_of
from services.intake.adapters.writer import BusyError, Writer
from services.intake.domain.actions import Action, Answer, Refusal, dossier_id_of
from services.intake.ports import AppendConflictError, EventLog, EventStore, RequestAnswer, StoreUnavailableError

MAX_BODY_BYTES = 32 * 1024 * 1024
MAX_ACTIONS_PER_REQUEST = 10_000
RETRY_AFTER_SECONDS = "1"


class HttpReceiver:
    """Builds the aiohttp application; holds no state of its own."""

    def __init__(
        self,
        writer: Writer,
        reader: ActionReader,
        problems: Problems,
        store: LedgerStore,
        schemas: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._problems = problems
        self._store: EventStore = store
        self._log: EventLog = store
        self._schemas = schemas

    def application(self) -> web.Application:
        """The application with its routes."""
        application = web.Application(client_max_size=MAX_BODY_BYTES)
        application.router.add_post("/v1/actions", self._post_actions)
        application.router.add_get("/v1/dossiers/{subject}", self._get_dossier)
        application.router.add_get("/v1/schemas/{name}", self._get_schema)
        application.router.add_get("/healthz", self._get_health)
        return application

    async def _post_actions(self, request: web.Request) -> web.Response:
        language = language_of(request.headers.get("Accept-Language"))
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return self._problem(Refusal(code="too-large", params={"limit": MAX_BODY_BYTES}), language)
        content = _content(request, body)
        if isinstance(content, Refusal):
            return self._problem(content, language)
        try:
            return await self._answered(request, body, content, language)
        except BusyError:
            return self._problem(Refusal(code="busy", params={"retry_after_s": RETRY_AFTER_SECONDS}), language)
        except StoreUnavailableError as error:
            request.app.logger.warning("the event store is away: %s", error)
            return self._problem(Refusal(code="unavailable", params={"retry_after_s": RETRY_AFTER_SECONDS}), language)

    async def _answered(self, request: web.Request, body: bytes, content: Any, language: Language) -> web.Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return await self._recorded(content, language)
        digest = hashlib.sha256(body).hexdigest()
        kept = await asyncio.to_thread(self._store.find_answer, key)
        if kept is None:
            response = await self._recorded(content, language)
            body_sent = response.body if isinstance(response.body, bytes) else b""
            kept = await self._keep(
                RequestAnswer(idempotency_key=key, digest=digest, status=response.status, body=body_sent)
            )
            return response if kept is None else self._kept_answer(kept, digest, language)
        return self._kept_answer(kept, digest, language)

    async def _keep(self, answer: RequestAnswer) -> RequestAnswer | None:
        try:
            await asyncio.to_thread(self._store.append, [], [], [answer])
        except AppendConflictError:
            return await asyncio.to_thread(self._store.find_answer, answer.idempotency_key)
        return None

    def _kept_answer(self, kept: RequestAnswer, digest: str, language: Language) -> web.Response:
        if kept.digest != digest:
            refusal = Refusal(code="idempotency-key-reused", params={"key": kept.idempotency_key})
            return self._problem(refusal, language)
        kind = PROBLEM_CONTENT_TYPE if kept.status >= 400 else "application/json"
        headers = {"Idempotent-Replayed": "true"}
        return web.Response(body=kept.body, status=kept.status, content_type=kind, headers=headers)

    async def _recorded(self, content: Any, language: Language) -> web.Response:
        if isinstance(content, list):
            answers = await self._record(content)
            return self._batch_answer(answers, language)
        (answer,) = await self._record([content])
        if answer.refusal is not None:
            return self._problem(answer.refusal, language)
        headers = {"Idempotent-Replayed": "true"} if answer.is_replay else {}
        body = dumps(self._problems.answer(answer, language))
        status = 200 if answer.is_replay else 201
        return web.Response(body=body, status=status, content_type="application/json", headers=headers)

    async def _record(self, raws: list[Any]) -> list[Answer]:
        read = [self._reader.read(raw) for raw in raws]
        recorded = iter(await self._writer.record([one for one in read if isinstance(one, Action)]))
        return [
            next(recorded) if isinstance(one, Action) else Answer(action_id=_id_of(raw), refusal=one)
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
        status = 207 if refused else 200
        return web.Response(body=dumps(body), status=status, content_type="application/json")

    def _problem(self, refusal: Refusal, language: Language) -> web.Response:
        document = self._problems.document(refusal, language)
        headers: dict[str, str] = {"Content-Language": language}
        if document["status"] == 503:
            headers["Retry-After"] = RETRY_AFTER_SECONDS
        return web.Response(
            body=dumps(document), status=document["status"], content_type=PROBLEM_CONTENT_TYPE, headers=headers
        )

    async def _get_dossier(self, request: web.Request) -> web.Response:
        subject = request.match_info["subject"]
        dossier_id = dossier_id_of(request.query.get("source", ""), subject)
        language = language_of(request.headers.get("Accept-Language"))
        state = await asyncio.to_thread(self._store.load, dossier_id)
        if state is None:
            return self._problem(
                Refusal(code="unknown-dossier", field_name="subject", params={"subject": subject}), language
            )
        body = {
            "dossier_id": state.dossier_id,
            "stream_seq": state.stream_seq,
            "lifecycle": state.lifecycle,
            "held_by_unit_id": state.held_by_unit_id,
            "procedure_code": state.procedure_code,
            "is_waiting_for_supplement": state.is_waiting_for_supplement,
            "supplement_rounds": state.supplement_rounds,
            "hash": state.last_hash,
        }
        return web.Response(body=dumps(body), content_type="application/json")

    async def _get_schema(self, request: web.Request) -> web.Response:
        schema = self._schemas.get(request.match_info["name"].removesuffix(".schema.json"))
        if schema is None:
            language = language_of(request.headers.get("Accept-Language"))
            return self._problem(Refusal(code="unknown-schema", params={"name": request.match_info["name"]}), language)
        return web.Response(body=dumps(schema), content_type="application/schema+json")

    async def _get_health(self, _: web.Request) -> web.Response:
        try:
            recorded = await asyncio.to_thread(self._log.last_id)
        except StoreUnavailableError as error:
            return web.json_response({"status": "store away", "detail": str(error)}, status=503)
        return web.json_response({"status": "ok", "last_recorded": recorded})


def _content(request: web.Request, body: bytes) -> Any:
    """The parsed CloudEvent or list of them, or the refusal of what can't be read."""
    try:
        parsed = parse_json(body)
    except UnreadableMessageError as error:
        return Refusal(code="unreadable", params={"reason": str(error)})
    kind = request.content_type
    if "ce-specversion" in request.headers:
        attributes = {
            name[3:].lower(): value for name, value in request.headers.items() if name.lower().startswith("ce-")
        }
        return {**_typed_attributes(attributes), "data": parsed}
    if kind not in ("application/json", "application/cloudevents+json", "application/cloudevents-batch+json"):
        return Refusal(code="unsupported-media-type", params={"given": kind})
    if isinstance(parsed, list) and len(parsed) > MAX_ACTIONS_PER_REQUEST:
        return Refusal(code="too-large", params={"limit": MAX_ACTIONS_PER_REQUEST})
    return parsed


def _typed_attributes(attributes: dict[str, str]) -> dict[str, Any]:
    """Header texts as the JSON types that the action schema knows."""
    typed: dict[str, Any] = dict(attributes)
    for name in ("unitid", "channel"):
        if typed.get(name, "").isdecimal():
            typed[name] = int(typed[name])
    if typed.get("history") in ("true", "false"):
        typed["history"] = typed["history"] == "true"
    return typed


def _id_of(raw: Any) -> str:
    action_id = raw.get("id") if isinstance(raw, dict) else None
    return action_id if isinstance(action_id, str) else ""
