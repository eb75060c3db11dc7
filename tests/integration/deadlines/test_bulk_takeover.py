"""A worker goes on where the bulk path ended: from the changelog alone, and with the table that it had before."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from events.topics import Topic
from services.deadlines.adapters.bulk.fold import BulkFold
from services.deadlines.adapters.bulk.group import WORKER_GROUP, WorkerRunningError
from services.deadlines.adapters.bulk.loader import BulkLoader
from tests.flow.deadlines.dossiers import Dossier
from tests.integration.brokers import members_leave
from tests.integration.deadlines.bulk_runs import a_quiet_while_ago, check_said_once, everything_on, fill, published
from tests.integration.deadlines.expected import expected_of_log, pipeline
from tests.integration.deadlines.harness import Relay, WorkerProcess, drained, make_topics
from tests.waiting import until_async

pytestmark = pytest.mark.integration


async def one_more_event_each(bootstrap: str, lives: list[Dossier]) -> None:
    """A worker that has not each stream's last event would stop at a gap. What is of an import was written a while ago."""
    imported, live = [one for one in lives if one.is_history], [one for one in lives if not one.is_history]
    async with Relay(bootstrap) as relay:
        await relay.publish(
            (life.step(life.events[-1].envelope.occurred_at).events[-1] for life in imported), a_quiet_while_ago()
        )
        await relay.publish(life.apologised(datetime.now(UTC)).events[-1] for life in live)


async def check_goes_on(bootstrap: str, worker: WorkerProcess, lives: list[Dossier]) -> None:
    await worker.logged(f"open clocks are whole: {len(lives)} dossiers")
    await one_more_event_each(bootstrap, lives)
    await drained(bootstrap, Topic.DOSSIER_EVENTS)
    assert worker.is_running(), worker.log()[-2000:]
    await until_async(lambda: is_all_said(bootstrap), 30, lambda: worker.log()[-2000:])
    await check_said_once(bootstrap)  # had it read the log again, it would have said all again


async def is_all_said(bootstrap: str) -> bool:
    records = await everything_on(bootstrap, Topic.DEADLINE_EVENTS)
    return (await expected_of_log(bootstrap)).keys() <= {dict(one.headers)["ce_id"].decode() for one in records}


@pytest.mark.timeout(170)
async def test_a_worker_goes_on_behind_a_load_with_an_empty_folder_and_with_its_old_table(
    bootstrap: str, tmp_path: Path
) -> None:
    await make_topics(bootstrap, has_own_times=True)
    lives = await fill(bootstrap)
    await asyncio.to_thread(published, bootstrap, tmp_path)
    worker = WorkerProcess(bootstrap, tmp_path / "worker").start()
    try:
        await check_goes_on(bootstrap, worker, lives)
        with pytest.raises(WorkerRunningError):
            await BulkLoader(bootstrap, BulkFold(pipeline())).run(None, takes_over=True)
        assert worker.stop() == 0

        await one_more_event_each(bootstrap, lives)
        await members_leave(bootstrap, WORKER_GROUP)
        report = await asyncio.to_thread(published, bootstrap, tmp_path)
        assert (report["rows"], report["different"]) == (len(lives), 0)
        worker.start()
        await check_goes_on(bootstrap, worker, lives)
    finally:
        if worker.is_running():
            worker.kill()
