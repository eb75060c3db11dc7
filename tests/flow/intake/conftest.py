"""Intake without a process: the real pipeline, writer and HTTP door over the store in memory."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from events.schema_files import load_documents, load_schemas
from services.intake.adapters.http_receiver import HttpReceiver
from services.intake.adapters.known_states import KnownStates
from services.intake.adapters.published_documents import PublishedDocuments
from services.intake.adapters.writer import Writer
from services.intake.pipeline import ActionRecorder
from tests.fakes.in_memory_store import InMemoryStore
from tests.unit.intake.counter import NOW, judge, problems, reader

KNOWN_UNITS = [11, 12]


@dataclass
class FixedClock:
    """Says what the test set."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class Door:
    """The HTTP door of one intake."""

    store: InMemoryStore
    writer: Writer
    writing: asyncio.Task[None]
    client: TestClient[Any, Any]
    clock: FixedClock = field(default_factory=FixedClock)

    async def post(self, content: Any, **headers: str) -> tuple[int, Any, Any]:
        """(status, parsed body, headers) of a request with JSON content."""
        async with self.client.post("/v1/actions", json=content, headers=headers) as response:
            return response.status, await response.json(content_type=None), response.headers

    async def asked(self, line: str, headers: list[tuple[str, str]], body: bytes = b"") -> bytes:
        """The answer to a request as it is written here: no client library stands between."""
        reader, writer = await asyncio.open_connection(self.client.host, self.client.port)
        framing = [("Host", "127.0.0.1"), ("Connection", "close"), ("Content-Length", str(len(body)))]
        lines = [line, *(f"{name}: {value}" for name, value in [*framing, *headers]), "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        answer = await reader.read()
        writer.close()
        await writer.wait_closed()
        return answer


@pytest.fixture
def store() -> InMemoryStore:
    return InMemoryStore()


@pytest.fixture
def ledger(store: InMemoryStore) -> ActionRecorder:
    return ActionRecorder(store=store, judge=judge(), known_states=KnownStates(3))


@pytest.fixture
async def door(store: InMemoryStore, ledger: ActionRecorder) -> AsyncIterator[Door]:
    clock = FixedClock()
    writer = Writer(ledger, clock)
    writing = asyncio.create_task(writer.run())
    published = PublishedDocuments(load_documents(), load_schemas(), clock.now, lambda _: KNOWN_UNITS)
    receiver = HttpReceiver(writer, reader(), problems(), store, published, ledger)
    async with TestClient(TestServer(receiver.application())) as client:
        yield Door(store=store, writer=writer, writing=writing, client=client, clock=clock)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
