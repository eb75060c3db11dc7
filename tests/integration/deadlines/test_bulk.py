"""The bulk path on real Kafka: it says what the live worker would, once, whenever it is killed; verification sees every lie."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from events.codec import to_kafka
from events.topics import Topic
from services.deadlines.adapters.bulk_fold import BulkFold
from services.deadlines.adapters.bulk_loader import BulkLoader, WorkerRunningError
from services.deadlines.adapters.bulk_verify import verify
from services.deadlines.adapters.row_codec import unpack
from services.deadlines.domain.instants import micros
from tests.flow.deadlines.dossiers import Dossier
from tests.integration.deadlines.expected import expected_of_log, pipeline, without_detection
from tests.integration.deadlines.harness import (
    GRACE,
    HISTORY_QUIET,
    PARTITIONS,
    ROOT,
    Reader,
    Relay,
    WorkerProcess,
    committed_and_end,
    drained,
    make_topics,
)
from tests.integration.deadlines.test_worker import live_lives, new_id, past_lives

pytestmark = pytest.mark.integration

BULK = [str(Path(sys.executable).parent / "motcua"), "replay", "deadlines", "--publish", "--json"]


def now_micros() -> int:
    return micros(datetime.now(UTC) - GRACE)


async def said_on(bootstrap: str) -> list[Any]:
    async with Reader(bootstrap, Topic.DEADLINE_EVENTS) as reader:
        for _ in range(4):
            await reader.more(400)
        return reader.records


async def fill(bootstrap: str) -> list[Dossier]:
    """A log with finished imports, open and ended live dossiers, a batch that stands twice and a record nobody can read."""
    rng = random.Random(7)
    now = datetime.now(UTC)
    lives = past_lives(rng, now) + live_lives(rng, now - timedelta(seconds=20))
    async with Relay(bootstrap) as relay:
        for nth in range(max(len(life.events) for life in lives)):
            for first in range(0, len(lives), 60):
                batch = [life.events[nth] for life in lives[first : first + 60] if nth < len(life.events)]
                if batch:
                    await relay.publish(batch)
        await relay.publish(event for life in lives[:20] for event in life.events[:2])
        await relay.publish_bytes(b"{", b"x", [("ce_type", b"step-started.v1"), ("ce_subject", b"x")])
    return lives


def bulk_process(bootstrap: str, folder: Path) -> "subprocess.Popen[bytes]":
    env = os.environ | {
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "MOTCUA_DATA_DIR": str(folder),
        "MOTCUA_DEADLINES_HISTORY_QUIET_SECONDS": str(HISTORY_QUIET.total_seconds()),
        "MOTCUA_DEADLINES_GRACE_SECONDS": str(GRACE.total_seconds()),
        "PYTHONPATH": str(ROOT),
    }
    with (folder / "bulk.log").open("ab") as log:
        return subprocess.Popen(BULK, env=env, cwd=ROOT, stdout=log, stderr=log)


async def kill_it_in_the_middle(bootstrap: str, folder: Path) -> int:
    """Start a load and kill it as soon as something was said, a little later each time; how much had been said at the last."""
    count = 0
    for wait in (0.0, 0.05, 0.15):
        process = bulk_process(bootstrap, folder)
        before, give_up_at = len(await said_on(bootstrap)), time.monotonic() + 30
        async with Reader(bootstrap, Topic.DEADLINE_EVENTS) as reader:
            while len(await reader.more(20)) <= before and process.poll() is None:
                assert time.monotonic() < give_up_at, (folder / "bulk.log").read_text()
            await asyncio.sleep(wait)
            process.send_signal(signal.SIGKILL)
            process.wait()
            count = len(await reader.more(100))
    return count


@pytest.mark.timeout(170)
async def test_a_load_killed_and_started_again_says_everything_once_and_a_worker_goes_on(
    bootstrap: str, tmp_path: Path
) -> None:
    await make_topics(bootstrap)
    lives = await fill(bootstrap)
    await kill_it_in_the_middle(bootstrap, tmp_path)
    process = bulk_process(bootstrap, tmp_path)
    assert await asyncio.to_thread(process.wait, 60) == 0, (tmp_path / "bulk.log").read_text()

    await check_said_once(bootstrap)
    await check_rows(bootstrap, len(lives))
    for done, end in await committed_and_end(bootstrap, Topic.DOSSIER_EVENTS):
        assert done == end
    await check_takeover(bootstrap, tmp_path, lives)
    await check_verification(bootstrap)


async def check_said_once(bootstrap: str) -> None:
    records = await said_on(bootstrap)
    expected = await expected_of_log(bootstrap)
    said = {dict(one.headers)["ce_id"].decode(): without_detection(one.key, one.value, one.headers) for one in records}
    assert len(said) == len(records)
    assert said == {one: expected[one] for one in said}
    assert expected.keys() - said.keys() == set()


async def check_rows(bootstrap: str, count: int) -> None:
    async with Reader(bootstrap, Topic.DEADLINES_CHANGELOG) as reader:
        for _ in range(4):
            await reader.more(300)
        rows = {record.key: record.value for record in reader.records}
    assert len(rows) == count
    assert all(unpack(row).seq for row in rows.values())


async def check_takeover(bootstrap: str, folder: Path, lives: list[Dossier]) -> None:
    """A worker with an empty folder recovers the rows and goes on behind the load, without reading the log again."""
    worker = WorkerProcess(bootstrap, folder / "worker").start() if (folder / "worker").mkdir() is None else None
    assert worker is not None
    try:
        await worker.logged(f"open clocks are whole: {len(lives)} dossiers")
        with pytest.raises(WorkerRunningError):
            await BulkLoader(bootstrap, BulkFold(pipeline())).run(None, takes_over=True)
        for life in lives:
            last_at = life.events[-1].envelope.occurred_at
            life.step(last_at) if life.is_history else life.apologised(datetime.now(UTC))
        async with Relay(bootstrap) as relay:
            await relay.publish(life.events[-1] for life in lives)
        await drained(bootstrap, Topic.DOSSIER_EVENTS)
        assert worker.is_running(), worker.log()[-2000:]
        await asyncio.sleep(HISTORY_QUIET.total_seconds() + 2)
        await check_said_once(bootstrap)
    finally:
        worker.kill()


async def check_verification(bootstrap: str) -> None:
    """A right log is equal; a word that is missing, made up, changed, or said twice with two contents is found."""
    result = await verify(bootstrap, BulkFold(pipeline()), now_micros())
    assert (result.counts, result.refused) == ({}, 1)
    assert result.stored == result.derived > 300

    records = await said_on(bootstrap)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        made_up = [(n, b"00000000-0000-5000-8000-000000000000" if n == "ce_id" else v) for n, v in records[0].headers]
        changed = records[1].value.replace(b"2026-", b"2027-")
        for record, value, headers in (
            (records[0], records[0].value, made_up),
            (records[1], changed, records[1].headers),
        ):
            await producer.send_and_wait(
                Topic.DEADLINE_EVENTS.value, value, key=record.key, partition=record.partition, headers=list(headers)
            )
        open_one = Dossier(new_id(random.Random(9))).accepted(
            datetime.now(UTC), appointment_at=datetime.now(UTC) + timedelta(days=9)
        )
        key, value, headers = to_kafka(replace(open_one.events[0]))
        await producer.send_and_wait(
            Topic.DOSSIER_EVENTS.value, value, key=key, partition=hash(key) % PARTITIONS, headers=headers
        )
    finally:
        await producer.stop()
    found = await verify(bootstrap, BulkFold(pipeline()), now_micros())
    assert found.counts == {"extra": 1, "doubled": 1, "missing": 1}
    assert {one.kind: one.event_type for one in found.findings}["missing"] == "deadline-set.v1"
