"""The life of the server. In: ServerOptions. Out: an exit code.

Promise: ready only when the engine is open; stopped in order in under 3 s: no new queries, reads killed, inserts
finished, engine closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from typing import NoReturn

from aiohttp import web

from chdb_front.engine import Engine
from chdb_front.errors import DataFolderBusyError, EngineStartError
from chdb_front.handlers import Handlers
from chdb_front.options import ServerOptions
from chdb_front.request_decoding import RequestDecoder
from chdb_front.responses import Responses
from chdb_front.running import LaneSize, RunningQueries

logger = logging.getLogger(__name__)
EXIT_DATA_FOLDER_BUSY = 3
EXIT_PORT_TAKEN = 4
EXIT_ENGINE_FAILED = 5
_STOP_QUERIES_SECONDS = 1.2
_CLOSE_ENGINE_SECONDS = 1.0


def serve(options: ServerOptions) -> int:
    """Runs until SIGTERM or SIGINT. The exit code; each failure to start is one line on stderr."""
    # Events name people: nobody else on the machine reads what is written here, by the engine or by us.
    os.umask(0o077)
    try:
        listener = _bind(options.host, options.port)
    except OSError as error:
        logger.error("port %d on %s can't be used: %s", options.port, options.host, error.strerror)
        return EXIT_PORT_TAKEN
    engine = Engine(options.path, memory_limit_bytes=options.memory_limit_bytes, timezone=options.timezone)
    try:
        engine.open()
    except DataFolderBusyError as error:
        logger.error("%s", error)
        return EXIT_DATA_FOLDER_BUSY
    except EngineStartError as error:
        logger.error("%s", error)
        return EXIT_ENGINE_FAILED
    asyncio.run(_serve(options, engine, listener))
    _remove_port_file(options)
    return 0


def _remove_port_file(options: ServerOptions) -> None:
    if options.port_file is not None:
        options.port_file.unlink(missing_ok=True)


def _leave_at_once(options: ServerOptions) -> NoReturn:
    # A thread still waits inside the engine: the interpreter, and even closing a connection, would wait for it too.
    # Acknowledged data is safe, as it is after a kill.
    _remove_port_file(options)
    logging.shutdown()
    os._exit(0)


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        # Early, so that two starts can't both believe they have the port; who connects now waits for the engine.
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


async def _serve(options: ServerOptions, engine: Engine, listener: socket.socket) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    queries = RunningQueries(
        engine,
        writer=LaneSize(threads=options.writer_threads, queries=options.writer_queries),
        reader=LaneSize(threads=options.reader_threads, queries=options.reader_queries),
    )
    decoder = RequestDecoder(options.users, options.body_limit_bytes)
    responses = Responses(engine_version=engine.version, timezone=options.timezone)
    handlers = Handlers(decoder, queries, responses, slow_seconds=options.slow_seconds)
    app = web.Application(client_max_size=options.body_limit_bytes)
    handlers.add_routes(app)
    # Bodies are unpacked by `compression`, which knows every encoding and goes on after the first frame.
    runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.2, auto_decompress=False)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    _announce(options, listener, engine)
    caretaker = loop.create_task(_care(queries, stopping, os.getppid() if options.exits_with_parent else None))
    await stopping.wait()
    caretaker.cancel()
    left = await queries.stop(_STOP_QUERIES_SECONDS)
    if left:
        logger.warning("stopped with %d unfinished statements, none of them acknowledged", left)
        _leave_at_once(options)
    await runner.cleanup()
    is_closed = await queries.close_engine(_CLOSE_ENGINE_SECONDS)
    logger.info("stopped")
    if not is_closed:
        _leave_at_once(options)


def _announce(options: ServerOptions, listener: socket.socket, engine: Engine) -> None:
    port = listener.getsockname()[1]
    if options.port_file is not None:
        partial = options.port_file.with_suffix(".partial")
        partial.write_text(str(port), encoding="ascii")
        partial.replace(options.port_file)
    logger.info("ClickHouse %s ready on http://%s:%d", engine.version, options.host, port)


async def _care(queries: RunningQueries, stopping: asyncio.Event, parent: int | None) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(1.0)
            queries.sessions.close_expired(asyncio.get_running_loop().time())
            if parent is not None and os.getppid() != parent:
                logger.warning("the process that started this server is gone")
                stopping.set()
