"""The loader process on a real broker and a real engine: killed, restarted, fed with rubbish, left without ClickHouse."""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from deploy.embedded.kafka.launch import free_port
from events.envelope import Event
from events.topics import Topic
from services.stats.adapters.clickhouse import open_client
from services.stats.app import prepared, run_loader
from services.stats.config import CONSUMER_GROUP, Config
from services.stats.ports import DeadLetterError
from services.stats.questions import loading
from tests.embedded.broker import KafkaHandle
from tests.embedded.engine import ClickHouseProcess, start
from tests.integration.brokers import emptied, members_leave
from tests.integration.crash_matrix import KILLS, Crash, crashes_of
from tests.integration.stats.publishing import (
    dead_letters,
    lag,
    limit_message_size,
    make_topics,
    publish,
    publish_bytes,
)
from tests.sql.truth import stored_facts, stored_rollup, true_facts, true_rollup
from tests.unit.stats.dossiers import events_of
from tests.unit.stats.random_dossiers import random_dossiers
from tests.waiting import until_async

pytestmark = pytest.mark.integration
NOWHERE = "http://127.0.0.1:9"
"""No intake answers there: what is recorded is not compared."""


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return events_of(random_dossiers(seed=11, count=600))


@pytest.fixture(scope="module")
def published(kafka: KafkaHandle, events: list[Event]) -> str:
    """A broker with all events on its topics, a third of them twice; deadline events may come before their dossier's."""
    doubled = [*events, *random.Random(5).sample(events, len(events) // 3)]

    async def fill() -> None:
        await emptied(kafka.bootstrap_servers)
        await make_topics(kafka.bootstrap_servers)
        await publish(kafka.bootstrap_servers, doubled)

    asyncio.run(fill())
    return kafka.bootstrap_servers


class LoaderProcess:
    """`python -m services.stats.app load` with its log in a file."""

    def __init__(self, bootstrap: str, clickhouse_url: str, log: Path) -> None:
        self._log = log
        self._environment = {
            **os.environ, "PYTHONPATH": str(Path.cwd()), "KAFKA_BOOTSTRAP_SERVERS": bootstrap, "CLICKHOUSE_URL": clickhouse_url,
            "MOTCUA_INTAKE_URL": NOWHERE,
        }  # fmt: skip
        self.process = self._start()

    def _start(self) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "services.stats.app", "load"], env=self._environment, stdout=log, stderr=log
            )

    async def kill_and_start_again(self) -> None:
        """The broker is told at once that the killed one is gone; by itself it would wait for a session's length."""
        self.process.kill()
        await asyncio.to_thread(self.process.wait)
        await members_leave(self._environment["KAFKA_BOOTSTRAP_SERVERS"], CONSUMER_GROUP)
        self.process = self._start()

    def log(self) -> str:
        return self._log.read_text("utf-8")


@asynccontextmanager
async def running_loader(bootstrap: str, clickhouse_url: str, group: str) -> AsyncIterator["asyncio.Task[None]"]:
    config = Config(
        kafka_bootstrap_servers=bootstrap,
        clickhouse_url=clickhouse_url,
        intake_url=NOWHERE,
        consumer_group=group,
        batch_rows=2000,
    )
    task = asyncio.create_task(run_loader(config))
    try:
        yield task
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError, ExceptionGroup):
            await task


GROWS = {"events are in, before their facts": "events", "facts are in, before the offsets": "dossiers"}
"""The moment of a row of the crash matrix -> the table in which it is seen."""


@pytest.mark.timeout(120 + 30 * KILLS)
@pytest.mark.chaos
async def test_a_loader_that_is_killed_again_and_again_ends_with_the_same_figures(
    published: str, clickhouse: ClickHouseProcess, events: list[Event], tmp_path: Path
) -> None:
    url = f"{clickhouse.url}/killed"
    client = prepared(url)
    loader = LoaderProcess(published, url, tmp_path / "loader.log")

    def rows_of(table: str) -> int:
        return int(client.query(f"SELECT count() FROM {table}").first_row[0])

    async def has_come(crash: Crash, seen: int) -> bool:
        return rows_of(GROWS[crash.moment]) > seen or (KILLS > 1 and await _is_done(published, CONSUMER_GROUP))

    try:
        for crash in crashes_of("tests.integration.stats.test_loader") * KILLS:
            come = partial(has_come, crash, rows_of(GROWS[crash.moment]))
            await until_async(come, 60, f"{crash}\n{loader.log()}", every=0)
            await loader.kill_and_start_again()
        await until_async(lambda: _is_done(published, CONSUMER_GROUP), 60, f"all offsets committed\n{loader.log()}")
        assert stored_facts(client) == true_facts(events, [])
        await until_async(lambda: stored_rollup(client) == true_rollup(true_facts(events, [])), 30, "the roll-up")
        loader.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(loader.process.wait, 15) == 0
    finally:
        loader.process.kill()
        loader.process.wait()
        client.close()


async def test_two_loaders_share_the_partitions_and_end_with_the_same_facts(
    published: str, clickhouse: ClickHouseProcess, events: list[Event]
) -> None:
    url = f"{clickhouse.url}/shared"
    async with running_loader(published, url, "two"), running_loader(published, url, "two"):
        await until_async(lambda: _is_done(published, "two"), 60, "all offsets committed")
    client = open_client(url)
    assert stored_facts(client) == true_facts(events, [])
    client.close()


async def test_a_clickhouse_that_was_emptied_is_filled_again_and_is_not_whole_before(
    published: str, clickhouse: ClickHouseProcess, events: list[Event], caplog: pytest.LogCaptureFixture
) -> None:
    url = f"{clickhouse.url}/emptied"
    client, expected = prepared(url), true_facts(events, [])
    async with running_loader(published, url, "emptied"):
        await until_async(lambda: loading(client).state == "current", 60, lambda: loading(client))
    assert (stored_facts(client), loading(client).state) == (expected, "current")
    client.command("DROP DATABASE emptied")
    client.close()

    client = prepared(url)
    assert loading(client).state == "empty"
    async with running_loader(published, url, "emptied"):
        await until_async(lambda: loading(client).state == "current", 60, lambda: loading(client))
        assert stored_facts(client) == expected
    assert f"ClickHouse lacks {loading(client).counted} records" in caplog.text
    client.close()


async def test_the_loader_waits_for_clickhouse_and_then_loads_everything(
    published: str, events: list[Event], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/late"
    async with running_loader(published, url, "late"):
        await until_async(lambda: "trying again" in caplog.text, 20, "a warning that ClickHouse is away")
        clickhouse = await asyncio.to_thread(start, tmp_path / "late", port=port)
        try:
            await until_async(lambda: _is_done(published, "late"), 60, "all offsets committed")
            client = open_client(url)
            assert stored_facts(client) == true_facts(events, [])
            client.close()
        finally:
            clickhouse.stop()


async def test_what_cant_be_read_goes_to_the_dead_letters_unchanged_and_the_rest_goes_on(
    published: str, clickhouse: ClickHouseProcess, events: list[Event]
) -> None:
    rubbish = b"\xff\x00 not json"
    await publish_bytes(published, Topic.DEADLINE_EVENTS, rubbish, [("ce_type", b"deadline-set.v1"), ("trace", b"1")])
    await publish_bytes(published, Topic.DOSSIER_EVENTS, b"{}", [("ce_type", b"dossier-accepted.v9")])
    url = f"{clickhouse.url}/rubbish"
    async with running_loader(published, url, "rubbish"):
        await until_async(lambda: _is_done(published, "rubbish"), 60, "all offsets committed")
    client = open_client(url)
    assert stored_facts(client) == true_facts(events, [])
    client.close()

    (letter,) = await dead_letters(published, Topic.DEADLINE_EVENTS, 1)
    headers = dict(letter.headers)
    assert (letter.key, letter.value) == (b"some-key", rubbish)
    assert (headers["ce_type"], headers["trace"]) == (b"deadline-set.v1", b"1")
    assert headers["dlq_topic"] == b"deadline-events"
    assert headers["dlq_partition"].isdigit()
    assert headers["dlq_offset"].isdigit()
    assert b"not JSON" in headers["dlq_reason"]
    (unknown,) = await dead_letters(published, Topic.DOSSIER_EVENTS, 1)
    assert dict(unknown.headers)["dlq_reason"].startswith(b"UnreadableMessageError")


async def test_without_a_place_for_dead_letters_the_loader_stops_and_commits_nothing(
    published: str, clickhouse: ClickHouseProcess
) -> None:
    await limit_message_size(published, f"{Topic.DOSSIER_EVENTS}-dlq", limit_bytes=50)
    await publish_bytes(published, Topic.DOSSIER_EVENTS, b"rubbish" * 20, [])
    async with running_loader(published, f"{clickhouse.url}/stopped", "stopped") as loader:
        with pytest.raises(ExceptionGroup, match="TaskGroup") as stopped:
            await asyncio.wait_for(asyncio.shield(loader), 60)
    (reason,) = stopped.value.exceptions
    assert isinstance(reason, DeadLetterError)
    assert "dossier-events-dlq can't be written" in str(reason)
    assert not await _is_done(published, "stopped")


async def _is_done(bootstrap: str, group: str) -> bool:
    return await lag(bootstrap, group) == 0
