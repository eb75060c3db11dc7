"""What an import learns from intake's answers about a dossier: only "unknown" means that there is nothing."""

import asyncio
from collections.abc import AsyncIterator

import orjson
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from motcua.importing.adapters.recorded_lives import RecordedLives
from motcua.output import CommandError

ANSWERS: dict[str, tuple[int, object]] = {
    "known": (200, {"events": [{"id": "e1"}], "next_after": None}),
    "unknown": (404, {"code": "unknown-dossier"}),
    "no such address": (404, {"code": "not-found"}),
    "a stranger": (404, "<html>"),
    "away": (503, {"code": "unavailable"}),
}


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.Response:
        status, body = ANSWERS[request.match_info["code"]]
        return web.Response(status=status, body=orjson.dumps(body) if isinstance(body, dict) else str(body).encode())

    application = web.Application()
    application.router.add_get("/v1/dossiers/{code}/events", answer)
    async with TestServer(application) as server:
        yield str(server.make_url("/"))


async def found(url: str, code: str) -> list[str]:
    def ask() -> list[str]:
        with RecordedLives(url, "urn:motcua:test") as lives:
            return [one["id"] for one in lives.find(code)]

    return await asyncio.to_thread(ask)


async def test_of_a_dossier_that_intake_does_not_know_there_is_nothing(url: str) -> None:
    assert await found(url, "known") == ["e1"]
    assert await found(url, "unknown") == []


@pytest.mark.parametrize("code", ["no such address", "a stranger", "away"])
async def test_where_intake_can_not_be_asked_the_import_says_so_and_ends(url: str, code: str) -> None:
    with pytest.raises(CommandError, match="nobody knows whether the files are older"):
        await found(url, code)
