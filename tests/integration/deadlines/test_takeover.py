"""Rows that came in transactions, partitions that move: a worker takes over what others have left."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rocksdict import Options, Rdict

from events.topics import Topic
from rules.clocks.log_time import LogTime
from services.deadlines.adapters.store import row_codec
from services.deadlines.adapters.wire.fact_reader import read_fact
from tests.flow.deadlines.dossiers import Dossier, term
from tests.integration.deadlines.bulk_runs import rows_on
from tests.integration.deadlines.expected import expected_of_log, pipeline, whole_log
from tests.integration.deadlines.harness import Reader, Relay, WorkerProcess, drained, make_topics
from tests.integration.deadlines.test_worker import check_said, new_id
from tests.waiting import at_some_moment, stays_async, until_async, until_past

pytestmark = pytest.mark.integration

COUNT = 40
ROUNDS_AFTERWARDS = 30
DUE_WITHIN = timedelta(seconds=5)


def lives(rng: random.Random, now: datetime) -> list[Dossier]:
    return [
        Dossier(new_id(rng)).accepted(now, appointment_at=now + DUE_WITHIN * rng.uniform(0.4, 1)).step(now)
        for _ in range(COUNT)
    ]


@pytest.mark.timeout(120)
async def test_a_worker_recovers_from_rows_that_were_written_in_transactions(bootstrap: str, tmp_path: Path) -> None:
    """The last offset of each partition is a commit marker, which no record ever has."""
    await make_topics(bootstrap)
    dossiers = lives(random.Random(1), datetime.now(UTC))
    async with Relay(bootstrap) as relay:
        await relay.publish(life.events[0] for life in dossiers)
        rows = []
        for record in await whole_log(bootstrap):
            fact = read_fact(record.key, record.value, record.headers, record.timestamp * 1000)
            state, _ = pipeline().on_fact(None, fact, LogTime())
            assert state is not None
            rows.append((record.partition, record.key, row_codec.pack(state, record.partition)))
        await relay.publish_rows(rows)
        worker = WorkerProcess(bootstrap, tmp_path).start()
        try:
            await worker.logged(f"open clocks are whole: {COUNT} dossiers", 20)
        finally:
            worker.kill()


@pytest.mark.timeout(120)
async def test_partitions_that_move_between_workers_under_load_lose_and_change_nothing(
    bootstrap: str, tmp_path: Path
) -> None:
    await make_topics(bootstrap)
    rng = random.Random(2)
    two = {"MOTCUA_WORKER_COUNT": "2"}
    first = WorkerProcess(bootstrap, tmp_path / "first", **two).start()
    second = WorkerProcess(bootstrap, tmp_path / "second", **two, MOTCUA_WORKER_ORDINAL="1")
    try:
        async with Relay(bootstrap) as relay, Reader(bootstrap, Topic.DEADLINE_EVENTS) as emitted:
            await first.logged("Worker]: Ready")
            dossiers: list[Dossier] = []
            has_moved_back = asyncio.Event()
            working = asyncio.ensure_future(work(relay, rng, dossiers, has_moved_back))
            await until_async(lambda: len(dossiers) > COUNT, 30)
            second.start()
            await second.logged("Worker]: Ready")
            then = len(dossiers)
            await until_async(lambda: len(dossiers) > then + COUNT, 30)
            second.kill()
            await first.logged("Revoking previously assigned partitions", 30)
            has_moved_back.set()
            await working
            await until_past(datetime.now(UTC) + DUE_WITHIN)
            await check_said(bootstrap, first, emitted)
            await drained(bootstrap, Topic.DOSSIER_EVENTS)
            await drained(bootstrap, Topic.DEADLINE_TICKS)
            assert len(await expected_of_log(bootstrap)) > len(dossiers)
    finally:
        for worker in (first, second):
            if worker.is_running():
                worker.kill()


@pytest.mark.timeout(120)
async def test_a_copy_of_rows_has_no_hole_whatever_came_between(bootstrap: str, tmp_path: Path) -> None:
    """A worker that begins beside another reads the other's rows while it seeks its own place in the log."""
    two = {"MOTCUA_WORKER_COUNT": "2"}
    await make_topics(bootstrap)
    first = WorkerProcess(bootstrap, tmp_path / "first", **two).start()
    second = WorkerProcess(bootstrap, tmp_path / "second", **two, MOTCUA_WORKER_ORDINAL="1")
    try:
        rng, now = random.Random(3), datetime.now(UTC)
        async with Relay(bootstrap) as relay:
            for _ in range(8):
                await relay.publish(Dossier(new_id(rng)).accepted(now, term(20)).events[0] for _ in range(500))
        await first.logged("Worker]: Ready")
        await drained(bootstrap, Topic.DOSSIER_EVENTS)
        await asyncio.to_thread(second.start)
        await second.logged("Worker]: Ready")
        await stays_async(lambda: first.is_running() and second.is_running(), 2, "both work")  # it copies meanwhile
        assert second.stop() == 0
        rows = await rows_on(bootstrap)
        assert len(rows) == 4000
        assert stored_rows(second.folder) == rows
    finally:
        for worker in (first, second):
            if worker.is_running():
                worker.kill()


def stored_rows(folder: Path) -> dict[bytes, bytes]:
    """Every row in the tables that a worker has left."""
    found: dict[bytes, bytes] = {}
    for path in sorted((folder / "data").rglob("*.db")):
        table = Rdict(str(path), Options(raw_mode=True))
        found |= {bytes(key): bytes(row) for key, row in table.items() if not key.startswith(b"__faust")}
        table.close()
    return found


async def work(relay: Relay, rng: random.Random, dossiers: list[Dossier], has_moved_back: asyncio.Event) -> None:
    """New dossiers, steps and endings, some every tenth of a second, until a while after the partitions have moved back."""
    rounds_left = ROUNDS_AFTERWARDS
    while rounds_left:
        rounds_left -= has_moved_back.is_set()
        now = datetime.now(UTC)
        new = lives(rng, now)[:4]
        ending = [life for life in rng.sample(dossiers, min(6, len(dossiers))) if len(life.events) < 8]
        for number, life in enumerate(ending):
            life.ready(now) if number % 3 == 0 else life.step(now)
        dossiers += new
        await relay.publish([event for life in new for event in life.events] + [life.events[-1] for life in ending])
        await at_some_moment(rng, 0.1, 0.1)
