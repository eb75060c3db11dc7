"""Who says nothing, or talks without an end, shuts nobody out: over real connections to a server of this process."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from aiohttp import web

from services.doors import bodies
from services.doors.bodies import read_body
from services.doors.lobby import Lobby
from services.doors.serving import attended, served
from tests.waiting import until_async

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def echo(request: web.Request) -> web.Response:
    try:
        return web.Response(body=await read_body(request, 1_000))
    except (bodies.BodyTooSlowError, bodies.UnknownEncodingError, bodies.WrongEncodingError) as error:
        return web.Response(status=418, text=type(error).__name__)


def refuse(_: web.BaseRequest, reason: str) -> web.Response:
    return web.Response(status=400, text=f"refused: {reason}")


@asynccontextmanager
async def served_by(lobby: Lobby) -> AsyncIterator[int]:
    application = web.Application(middlewares=[attended])
    application.router.add_post("/", echo)
    async with served(application, "127.0.0.1", 0, refuse, shutdown_seconds=1, lobby=lobby) as port:
        yield port


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Streams]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield reader, writer
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def said(streams: Streams, request: bytes) -> bytes:
    """The answer's head and body; the connection stays open."""
    reader, writer = streams
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    return head + await reader.readexactly(length)


def honest(body: bytes = b"xin chao", *headers: bytes) -> bytes:
    lines = [b"Content-Length: %d" % len(body), *headers]
    return HEAD + b"\r\n".join(lines) + b"\r\n\r\n" + body


async def is_parted(streams: Streams) -> bool:
    try:
        return await asyncio.wait_for(streams[0].read(), 10) == b""
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("begun", [b"", b"POST / HT", HEAD])
async def test_a_head_that_does_not_come_is_not_waited_for(begun: bytes) -> None:
    async with served_by(Lobby(100, head_seconds=0.2)) as port, connected(port) as streams:
        streams[1].write(begun)
        assert await is_parted(streams)


async def test_who_has_waited_longest_goes_where_too_many_wait_and_the_honest_are_served() -> None:
    lobby = Lobby(20, head_seconds=60)
    async with AsyncExitStack() as opened:
        port = await opened.enter_async_context(served_by(lobby))
        silent = [await opened.enter_async_context(connected(port)) for _ in range(60)]
        assert b"xin chao" in await said(await opened.enter_async_context(connected(port)), honest())
        assert len(lobby) <= 20
        assert [await is_parted(one) for one in silent[:40]] == [True] * 40


async def test_a_connection_that_is_kept_open_between_requests_waits_too_and_goes_like_the_others() -> None:
    lobby = Lobby(5, head_seconds=60)
    async with AsyncExitStack() as opened:
        port = await opened.enter_async_context(served_by(lobby))
        kept = []
        for _ in range(9):
            kept.append(await opened.enter_async_context(connected(port)))
            assert b"xin chao" in await said(kept[-1], honest())
        assert [await is_parted(one) for one in kept[:4]] == [True] * 4
        assert b"xin chao" in await said(kept[-1], honest())


async def test_a_body_that_does_not_come_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.2)
    async with served_by(Lobby()) as port, connected(port) as streams:
        assert b"BodyTooSlowError" in await said(streams, HEAD + b"Content-Length: 100\r\n\r\nxin")


async def test_a_body_that_is_awaited_waits_in_the_lobby_and_is_served_if_it_comes() -> None:
    lobby = Lobby(3, head_seconds=60)
    async with AsyncExitStack() as opened:
        port = await opened.enter_async_context(served_by(lobby))
        slow = []
        for number in range(1, 6):
            slow.append(await opened.enter_async_context(connected(port)))
            slow[-1][1].write(HEAD + b"Content-Length: 6\r\n\r\nxin")
            await until_async(lambda n=number: len(lobby) == min(n, 3), 10, "the body to be waited for")
        assert b"xin!!!" in await said(slow[-1], b"!!!")
        assert [await is_parted(one) for one in slow[:2]] == [True, True]


@pytest.mark.parametrize(
    ("body", "encoding", "answer"),
    [
        (gzip.compress(b"xin chao"), b"gzip", b"xin chao"),
        (b"xin chao", b"identity", b"xin chao"),
        (b"xin chao", b"gzip", b"WrongEncodingError"),
        (gzip.compress(b"xin chao")[:-8] + b"no check", b"gzip", b"WrongEncodingError"),
        (b"xin chao", b"deflate", b"WrongEncodingError"),
        (b"xin chao", b"nothing", b"UnknownEncodingError"),
    ],
)
async def test_a_body_is_what_its_encoding_says_or_is_refused(body: bytes, encoding: bytes, answer: bytes) -> None:
    async with served_by(Lobby()) as port, connected(port) as streams:
        assert answer in await said(streams, honest(body, b"Content-Encoding: " + encoding))


async def test_a_small_body_that_unpacks_to_a_large_one_is_too_large() -> None:
    async with served_by(Lobby()) as port, connected(port) as streams:
        answer = await said(streams, honest(gzip.compress(b"x" * 1_000_000), b"Content-Encoding: gzip"))
        assert answer.startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize("wrong", [b"nonsense\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"])
async def test_what_is_no_http_is_answered_by_a_document(wrong: bytes) -> None:
    async with served_by(Lobby()) as port, connected(port) as streams:
        assert b"refused: " in await said(streams, wrong)
