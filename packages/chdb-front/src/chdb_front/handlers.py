"""The HTTP handlers. In: requests. Out: responses. Errors become ClickHouse's own; slow and failed queries one log line."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from chdb_front.compression import Encoder
from chdb_front.errors import ACCESS_DENIED, BODY_TOO_LARGE, QueryError, refused
from chdb_front.execution import Answer
from chdb_front.request_decoding import RequestDecoder
from chdb_front.responses import Responses
from chdb_front.running import RunningQueries, RunningQuery

logger = logging.getLogger(__name__)


class Handlers:
    """Routes of one server; `cleaning` are queries whose client is gone but which still hold the engine."""

    def __init__(
        self, decoder: RequestDecoder, queries: RunningQueries, responses: Responses, *, slow_seconds: float
    ) -> None:
        self._decoder = decoder
        self._queries = queries
        self._responses = responses
        self._slow_seconds: Final = slow_seconds
        self.cleaning: set[asyncio.Task[None]] = set()

    def add_routes(self, app: web.Application) -> None:
        """`/` takes statements, `/ping` and `/replicas_status` say that the engine is open."""
        app.router.add_get("/ping", _ping)
        app.router.add_get("/replicas_status", _ping)
        app.router.add_route("*", "/", self._root)

    async def _root(self, request: web.Request) -> web.StreamResponse:
        if request.method in {"GET", "HEAD"} and not request.query.get("query"):
            return await _ping(request)
        query: RunningQuery | None = None
        try:
            _check_origin(request)
            query = self._queries.admit(await self._decoder.statement(request))
            return await self._answer(request, query)
        except QueryError as error:
            self._log_failure(query, error)
            return self._responses.error(error, query.statement.query_id if query is not None else "")
        except web.HTTPRequestEntityTooLarge:
            return self._responses.error(refused(BODY_TOO_LARGE, "The body is too large"), "")
        except (asyncio.CancelledError, ConnectionError):
            if query is not None:
                query.is_abandoned = True
            raise
        finally:
            if query is not None:
                await self._finish(query)

    async def _answer(self, request: web.Request, query: RunningQuery) -> web.StreamResponse:
        outcome = await query.start()
        if not isinstance(outcome, Answer) and query.statement.is_streamed:
            return await self._stream(request, query, outcome)
        self._log_slow(query)
        return self._responses.whole(query.statement, outcome if isinstance(outcome, Answer) else Answer(body=b""))

    async def _stream(self, request: web.Request, query: RunningQuery, chunk: bytes | None) -> web.StreamResponse:
        response, encoder, tag = self._responses.stream(query.statement)
        await response.prepare(request)
        try:
            while chunk is not None:
                await _write(response, encoder, chunk)
                chunk = await query.next_chunk()
        except QueryError as error:
            self._log_failure(query, error)
            await _write(response, encoder, self._responses.error_trailer(error, tag))
        # Before the last byte: a client that has it may send the next request of the session at once.
        await query.finish()
        self._log_slow(query)
        if encoder is not None:
            await response.write(encoder.finish())
        await response.write_eof()
        return response

    async def _finish(self, query: RunningQuery) -> None:
        if not query.is_abandoned:
            await query.finish()
            return
        cleaning = asyncio.get_running_loop().create_task(query.finish())
        self.cleaning.add(cleaning)
        cleaning.add_done_callback(self.cleaning.discard)

    def _log_failure(self, query: RunningQuery | None, error: QueryError) -> None:
        if query is None:
            logger.warning("refused code=%d %s", error.code, error.name)
            return
        of = query.statement
        logger.warning(
            "failed code=%d %s user=%s id=%s: %s", error.code, error.name, of.user.name, of.query_id, of.loggable
        )

    def _log_slow(self, query: RunningQuery) -> None:
        seconds = time.monotonic() - query.started_at
        if seconds >= self._slow_seconds and not query.has_failed:
            of = query.statement
            logger.info("slow %.2fs user=%s id=%s: %s", seconds, of.user.name, of.query_id, of.loggable)


async def _ping(_request: web.Request) -> web.Response:
    return web.Response(text="Ok.\n")


def _check_origin(request: web.Request) -> None:
    # A web page that the user visits may send requests to 127.0.0.1, and passwords may be empty here.
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise refused(ACCESS_DENIED, "Requests from web pages of other sites are not allowed")


async def _write(response: web.StreamResponse, encoder: Encoder | None, chunk: bytes) -> None:
    data = encoder.push(chunk) if encoder is not None else chunk
    if data:
        await response.write(data)
