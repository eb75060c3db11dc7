"""What a running intake does with who means it no good, or talks no HTTP, while the counters go on."""

import asyncio
import json
import resource
from collections.abc import Iterator
from contextlib import AsyncExitStack
from uuid import uuid4

import aiohttp
import pytest

from tests.contract.published import wrong_fields
from tests.integration.intake.conftest import Intake
from tests.unit.intake.counter import raw_action

pytestmark = pytest.mark.integration
HALF_OPEN = 1_100
BODY = json.dumps(raw_action("dossier-accepted.v1")).encode()


async def answered(intake: Intake, head: str, body: bytes = b"") -> tuple[int, dict[str, object]]:
    """(status, document) of a request as it is written here."""
    reader, writer = await asyncio.open_connection("127.0.0.1", intake.port)
    length = f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.replace("\n", "\r\n").encode() + length.encode() + body)
    answer, document = (await reader.read()).split(b"\r\n\r\n", 1)
    writer.close()
    await writer.wait_closed()
    assert b"application/problem+json" in answer
    found: dict[str, object] = json.loads(document)
    assert wrong_fields("problem.v1", found) == set()
    return int(answer.split()[1]), found


POST = "POST /v1/actions HTTP/1.1\nHost: localhost\nContent-Type: application/json\n"


@pytest.mark.parametrize(
    ("head", "body", "status", "code"),
    [
        ("GET /healthz HTTP/1.1\nHost: evil.example:8480\n", b"", 421, "unknown-host"),
        ("GET /healthz HTTP/1.1\nHost: localhost\nHost: evil.example\n", b"", 400, "given-twice"),
        (POST + "Content-Type: application/json\n", BODY, 400, "given-twice"),
        (POST + "Content-Encoding: gzip\n", BODY, 400, "unreadable"),
        (POST + "Content-Encoding: deflate\n", BODY, 400, "unreadable"),
        (POST + "Content-Encoding: br\n", BODY, 415, "unsupported-encoding"),
        (POST + "Content-Encoding: compress\n", BODY, 415, "unsupported-encoding"),
        ("nonsense\n", b"", 400, "unreadable"),
    ],
)
async def test_it_is_told_as_a_problem(intake: Intake, head: str, body: bytes, status: int, code: str) -> None:
    answer, problem = await answered(intake, head, body)
    assert (answer, problem["status"], problem["code"]) == (status, status, code)


@pytest.fixture
def many_files() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    if before[1] != resource.RLIM_INFINITY and before[1] < HALF_OPEN + 200:
        pytest.skip(f"this machine lets a process open no more than {before[1]} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(before[0], HALF_OPEN + 200), before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("many_files")
async def test_who_opens_a_thousand_connections_and_says_nothing_shuts_no_counter_out(intake: Intake) -> None:
    async with AsyncExitStack() as opened:
        silent = []
        for number in range(HALF_OPEN):
            reader, writer = await asyncio.open_connection("127.0.0.1", intake.port)
            opened.callback(writer.close)
            silent.append(reader)
            if number % 2:
                writer.write(b"POST /v1/actions HTTP/1.1\r\nHost: loc")
        session = await opened.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)))
        action = raw_action("dossier-accepted.v1", subject=f"HS-{uuid4()}")
        async with session.post(f"{intake.url}/v1/actions", json=action) as response:
            assert response.status == 201
        async with asyncio.timeout(30):
            assert await asyncio.gather(*[reader.read() for reader in silent]) == [b""] * HALF_OPEN
