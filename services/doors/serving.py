"""Serves an aiohttp application with patience that has an end: `Lobby` for who waits, a document for what is no HTTP.

The application's middleware list begins with `attended`, which tells the lobby that a request's head has come.
"""

import asyncio
import resource
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.web_protocol import RequestHandler

from services.doors.lobby import MAX_WAITING, Lobby

IDLE_SECONDS = 75.0
"""How long a connection may stay open between two requests; longer than what proxies keep theirs."""
LINGERING_SECONDS = 2.0
BACKLOG = 1_024
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Refuse = Callable[[web.BaseRequest, str], web.Response]
"""The answer to what the parser refuses, given its reason."""


class AttendedConnection(RequestHandler):
    """One connection, known to the lobby as long as it waits for its client."""

    def __init__(self, server: web.Server, lobby: Lobby, refuse: Refuse, **options: Any) -> None:
        super().__init__(server, **options)
        self.lobby = lobby
        self._refuse = refuse

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """From now on the head of a request is awaited."""
        super().connection_made(transport)
        self.lobby.came(self, self.force_close)

    def connection_lost(self, exc: BaseException | None) -> None:
        """It waits no more."""
        self.lobby.has_spoken(self)
        super().connection_lost(exc)

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """After the answer the next request is awaited."""
        finished = await super().finish_response(request, resp, start_time)
        if self.transport is not None:
            self.lobby.waits(self, self.force_close)
        return finished

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """What is no HTTP is the client's fault: answered as a document, and no trace in our log."""
        if status != 400:
            return super().handle_error(request, status, exc, message)
        response = self._refuse(request, " ".join((message or "").split()))
        response.force_close()
        return response


@web.middleware
async def attended(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A head has come: we are at work for this connection."""
    protocol = request.protocol
    if isinstance(protocol, AttendedConnection):
        protocol.lobby.has_spoken(protocol)
    return await handler(request)


@asynccontextmanager
async def served(
    application: web.Application,
    host: str,
    port: int,
    refuse: Refuse,
    *,
    shutdown_seconds: float,
    lobby: Lobby | None = None,
) -> AsyncIterator[int]:
    """Serve an application; gives the port. Open requests have `shutdown_seconds` at the end. Raises OSError: port taken."""
    attending = Lobby(min(MAX_WAITING, _raised_file_limit() // 2)) if lobby is None else lobby
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=shutdown_seconds)
    await runner.setup()
    loop = asyncio.get_running_loop()

    def connection() -> AttendedConnection:
        assert runner.server is not None  # noqa: S101  # set up above
        options = {"access_log": None, "keepalive_timeout": IDLE_SECONDS, "lingering_time": LINGERING_SECONDS}
        return AttendedConnection(runner.server, attending, refuse, loop=loop, **options)

    try:
        server = await loop.create_server(connection, host, port, backlog=BACKLOG)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        await runner.cleanup()


def _raised_file_limit() -> int:
    """How many files this process may have open, after it was given as many as it may give itself."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard not in (soft, resource.RLIM_INFINITY):
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        return hard
    return soft if soft != resource.RLIM_INFINITY else 2 * MAX_WAITING
