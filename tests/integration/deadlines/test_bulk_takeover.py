"""A worker goes on where the bulk path ended: from the changelog alone, and with the table that it had before."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events.topics import Topic
from services.deadlines.adapters.bulk.fold import BulkFold
from services.deadlines.adapters.bulk.group import WorkerRunningError
from services.deadlines.adapters.bulk.loader import BulkLoader
from tests.flow.deadlines.dossiers import Dossier
from tests.integration.deadlines.bulk_runs import check_said_once, fill, published
from tests.integration.deadlines.expected import pipeline
from tests.integration.deadlines.harness import HISTORY_QUIET, Relay, WorkerProcess, drained, make_topics

pytestmark = pytest.mark.integration

SESSION_SECONDS = 16
"""A static member is forgotten by the broker so long after it ended."""


async def one_more_event_each(bootstrap: str, lives: list[Dossier]) -> None:
    """A worker that has not each stream's last event would stop at a gap."""
    for life in lives:
        last_at = life.events[-1].envelope.occurred_at
        life.step(last_at) if life.is_history else life.apologised(datetime.now(UTC))
    async with Relay(bootstrap) as relay:
        await relay.publish(life.events[-1] for life in lives)


async def check_goes_on(bootstrap: str, worker: WorkerProcess, lives: list[Dossier]) -> None:
    await worker.logged(f"open clocks are whole: {len(lives)} dossiers")
    await one_more_event_each(bootstrap, lives)
    await drained(bootstrap, Topic.DOSSIER_EVENTS)
    assert worker.is_running(), worker.log()[-2000:]
    await asyncio.sleep(HISTORY_QUIET.total_seconds() + 2)
    await check_said_once(bootstrap)  # had it read the log again, it would have said all again


@pytest.mark.timeout(170)
async def test_a_worker_goes_on_behind_a_load_with_an_empty_folder_and_with_its_old_table(
    bootstrap: str, tmp_path: Path
) -> None:
    await make_topics(bootstrap)
    lives = await fill(bootstrap)
    await asyncio.to_thread(published, bootstrap, tmp_path)
    worker = WorkerProcess(bootstrap, tmp_path / "worker").start()
    try:
        await check_goes_on(bootstrap, worker, lives)
        with pytest.raises(WorkerRunningError):
            await BulkLoader(bootstrap, BulkFold(pipeline())).run(None, takes_over=True)
        assert worker.stop() == 0

        await one_more_event_each(bootstrap, lives)
        await asyncio.sleep(SESSION_SECONDS)
        report = await asyncio.to_thread(published, bootstrap, tmp_path)
        assert (report["rows"], report["different"]) == (len(lives), 0)
        worker.start()
        await check_goes_on(bootstrap, worker, lives)
    finally:
        if worker.is_running():
            worker.kill()
