"""Builds the page's web application: routes, security headers, problem documents."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

from aiohttp import web
from aiohttp.typedefs import Middleware

from rules.book.procedure_files import load_procedures
from rules.book.rulebook_files import load_rulebook
from services.doors.hosts import is_answered
from services.doors.reference import PAGE as REFERENCE_PAGE
from services.doors.reference import TYPES, Reference, sent
from services.doors.serving import attended
from services.page.adapters.answers import Answers, Limits
from services.page.adapters.dictionaries import Dictionary, load_dictionaries, wanted_language
from services.page.adapters.dossier_page import DossierPage
from services.page.adapters.explanations import Explanations
from services.page.adapters.handlers import Handlers, Now, Parts, json_response, language_of
from services.page.adapters.problems import (
    CONTENT_TYPE,
    STATUSES,
    UNAVAILABLE_RETRY_SECONDS,
    problem,
    problem_of,
    retry_seconds,
)
from services.page.adapters.reader import Reader
from services.page.adapters.static_files import StaticFile, read_static_files, send
from services.page.adapters.statistics import Statistics
from services.page.config import WebConfig
from services.page.domain.parameters import require_once

_log = logging.getLogger("page")
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
HEALTH_SECONDS = 1.5
"""Less than whoever asks for health waits."""
DOCUMENT = "page-openapi.yaml"
"""The page's OpenAPI among what is published in `schemas/`."""
PAGES = ("/", "/dossiers", "/dossiers/{dossier_id}", "/overdue")


def build_app(config: WebConfig, now: Now = lambda: datetime.now(UTC)) -> web.Application:
    """The application; it opens ClickHouse at the first question, so that it also starts while ClickHouse is away."""
    dictionaries, rulebook = load_dictionaries(), load_rulebook(own_calendars=config.own_calendars)
    procedures = load_procedures(rulebook.default_rule_set)
    app = web.Application(middlewares=[attended, _guard(dictionaries, config.hosts)])

    async def with_reader(running: web.Application) -> AsyncIterator[None]:
        reader = Reader(config.clickhouse_url, config.answer_seconds)
        explanations = Explanations(reader, rulebook, procedures)
        running[_READER] = reader
        parts = Parts(Statistics(reader), DossierPage(reader), explanations)
        answers = Answers(reader.place, Limits(patience_seconds=config.answer_seconds))
        running[_HANDLERS] = Handlers(parts, answers, dictionaries, now, config.answer_seconds)
        yield
        await running[_HANDLERS].close()
        await reader.close()

    app.cleanup_ctx.append(with_reader)
    app.on_response_prepare.append(_add_security_headers)
    app.router.add_get("/healthz", _healthz)
    for name in ("figures", "trend", "dossiers", "overdue", "units"):
        app.router.add_get(f"/api/{name}.{{format:json|csv}}", _api(name))
    app.router.add_get("/api/meta.{format:json}", _api("meta"))
    app.router.add_get("/api/dossiers/{dossier_id}.{format:json|csv}", _api("dossier"))
    app.router.add_get("/api/dossiers/{dossier_id}/explanation.{format:json}", _api("explanation"))
    _add_files(app)
    return app


_HANDLERS: web.AppKey[Handlers] = web.AppKey("handlers", Handlers)
_READER: web.AppKey[Reader] = web.AppKey("reader", Reader)
_INDEX: web.AppKey[StaticFile] = web.AppKey("index", StaticFile)


def _api(name: str) -> _Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        method: _Handler = getattr(request.app[_HANDLERS], name)
        return await method(request)

    return answer


def _add_files(app: web.Application) -> None:
    stored = read_static_files()
    index = app[_INDEX] = stored["index.html"]

    async def page(request: web.Request) -> web.StreamResponse:
        return send(request, index)

    async def static(request: web.Request) -> web.StreamResponse:
        file = stored.get(request.match_info["path"])
        if file is None:
            raise web.HTTPNotFound
        return send(request, file)

    reference, document = Reference(files("services.page") / "static"), (files("schemas") / DOCUMENT).read_bytes()

    async def api_document(request: web.Request) -> web.StreamResponse:
        return sent(request, document, TYPES["yaml"])

    async def docs(request: web.Request) -> web.StreamResponse:
        answer = reference.answer(request, request.match_info.get("name", REFERENCE_PAGE))
        if answer is None:
            raise web.HTTPNotFound
        return answer

    app.router.add_get("/api/openapi.yaml", api_document)
    app.router.add_get("/docs", docs)
    app.router.add_get("/docs/{name}", docs)
    for path in PAGES:
        app.router.add_get(path, page)
    app.router.add_get("/static/{path:.+}", static)


async def _healthz(request: web.Request) -> web.Response:
    """200 while the page can show figures; 503 while ClickHouse doesn't answer: whoever balances or watches must know."""
    if await request.app[_READER].answers(HEALTH_SECONDS):
        return web.json_response({"status": "ok"})
    retry = {"Retry-After": str(UNAVAILABLE_RETRY_SECONDS)}
    return web.json_response({"status": "statistics-unavailable"}, status=503, headers=retry)


async def _add_security_headers(_: web.Request, response: web.StreamResponse) -> None:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)


_texts = cache(load_dictionaries)


def refused(request: web.BaseRequest, reason: str) -> web.Response:
    """The answer to what is no HTTP."""
    language = wanted_language(None, request.headers.get("Accept-Language", ""))
    document = problem(400, "bad-request", _texts()[language], reason=reason)
    return json_response(document, 400, CONTENT_TYPE)


def _guard(dictionaries: Mapping[str, Dictionary], hosts: Collection[str]) -> Middleware:
    """Every failure of a request ends as a problem document; a fault of ours also in the log."""

    @web.middleware
    async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
        t = dictionaries[language_of(request)]
        retry_in = UNAVAILABLE_RETRY_SECONDS
        try:
            host = request.headers.get("Host")
            if not is_answered(host, hosts):
                return json_response(problem(421, "unknown-host", t, host=host), 421, CONTENT_TYPE)
            require_once([name for name, _ in request.query.items()])
            return await handler(request)
        except web.HTTPException as error:
            code = STATUSES.get(error.status)
            if code is None:
                raise
            if error.status == 404 and "text/html" in request.headers.get("Accept", ""):
                return send(request, request.app[_INDEX], 404)
            document = problem(error.status, code, t)
        except Exception as error:  # noqa: BLE001 - the last line: answered as a problem, and ours also logged with its trace
            known = problem_of(error, t)
            if known is None:
                _log.exception("%s %s failed", request.method, request.path)
            document, retry_in = known or problem(500, "internal-error", t), retry_seconds(error)
        response = json_response(document, document["status"], CONTENT_TYPE)
        if document["status"] == 503:
            response.headers["Retry-After"] = str(retry_in)
        return response

    return guard
