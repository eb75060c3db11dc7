"""Rows that came in transactions, partitions that move: a worker takes over what others have left."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from events.topics import Topic
from services.deadlines.adapters import row_codec
from services.deadlines.adapters.fact_reader import read_fact
from services.deadlines.pipeline import LogTime
from tests.flow.deadlines.dossiers import Dossier
from tests.integration.deadlines.expected import expected_of_log, pipeline, whole_log
from tests.integration.deadlines.harness import Reader, Relay, WorkerProcess, drained, make_topics
from tests.integration.deadlines.test_worker import check_said, new_id

pytestmark = pytest.mark.integration

COUNT = 40


def lives(rng: random.Random, now: datetime) -> list[Dossier]:
    return [
        Dossier(new_id(rng)).accepted(now, appointment_at=now + timedelta(seconds=rng.randrange(2, 6))).step(now)
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
    bootstrap_of_its_own: str, tmp_path: Path
) -> None:
    bootstrap = bootstrap_of_its_own
    await make_topics(bootstrap)
    rng = random.Random(2)
    two = {"MOTCUA_WORKER_COUNT": "2"}
    first = WorkerProcess(bootstrap, tmp_path / "first", **two).start()
    second = WorkerProcess(bootstrap, tmp_path / "second", **two, MOTCUA_WORKER_ORDINAL="1")
    try:
        async with Relay(bootstrap) as relay, Reader(bootstrap, Topic.DEADLINE_EVENTS) as said:
            await first.logged("Worker]: Ready")
            dossiers: list[Dossier] = []
            working = asyncio.ensure_future(work(relay, rng, dossiers))
            await asyncio.sleep(2)
            second.start()
            await second.logged("Worker]: Ready")
            await asyncio.sleep(2)
            second.kill()
            await first.logged("Revoking previously assigned partitions", 30)
            await working
            await asyncio.sleep(6)  # all is due
            await check_said(bootstrap, first, said)
            await drained(bootstrap, Topic.DOSSIER_EVENTS)
            await drained(bootstrap, Topic.DEADLINE_TICKS)
            assert len(await expected_of_log(bootstrap)) > len(dossiers)
    finally:
        for worker in (first, second):
            if worker.is_running():
                worker.kill()


async def work(relay: Relay, rng: random.Random, dossiers: list[Dossier]) -> None:
    """New dossiers, steps and endings, some every tenth of a second."""
    give_up_at = asyncio.get_running_loop().time() + 23
    while asyncio.get_running_loop().time() < give_up_at:
        now = datetime.now(UTC)
        new = lives(rng, now)[:4]
        ending = [life for life in rng.sample(dossiers, min(6, len(dossiers))) if len(life.events) < 8]
        for number, life in enumerate(ending):
            life.ready(now) if number % 3 == 0 else life.step(now)
        dossiers += new
        await relay.publish([event for life in new for event in life.events] + [life.events[-1] for life in ending])
        await asyncio.sleep(0.1)
