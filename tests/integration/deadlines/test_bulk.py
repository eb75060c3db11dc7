"""The bulk path on real Kafka: it says what the live worker would, once, whenever it is killed, and leaves whole rows."""

import asyncio
import random
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from events.topics import Topic
from rules.clocks.instants import micros
from services.deadlines.adapters.store.row_codec import pack, unpack
from tests.flow.deadlines.dossiers import Dossier
from tests.integration.crash_matrix import KILLS, Crash, crashes_of
from tests.integration.deadlines.bulk_runs import (
    check_said_once,
    everything_on,
    fill,
    published,
    replay_process,
    rows_on,
    states_of_log,
)
from tests.integration.deadlines.expected import pipeline
from tests.integration.deadlines.harness import Reader, Relay, committed_and_end, make_topics
from tests.integration.deadlines.test_worker import new_id, types_of
from tests.waiting import stays_async, until_async

pytestmark = pytest.mark.integration


async def kill_it_in_the_middle(bootstrap: str, folder: Path) -> None:
    """Start a load and kill it as soon as something new was said."""
    before = len(await everything_on(bootstrap, Topic.DEADLINE_EVENTS))
    process = replay_process(bootstrap, folder, "--publish", "--json")
    async with Reader(bootstrap, Topic.DEADLINE_EVENTS) as reader:

        async def has_spoken() -> bool:
            return len(await reader.more(20)) > before or process.poll() is not None

        await until_async(has_spoken, 30, (folder / "replay.log").read_text, every=0)
        process.send_signal(signal.SIGKILL)
        process.communicate()


@pytest.mark.timeout(110 + 30 * KILLS)
@pytest.mark.parametrize("crash", crashes_of("tests.integration.deadlines.test_bulk"), ids=str)
@pytest.mark.chaos
async def test_a_load_killed_and_started_again_says_everything_once(
    bootstrap: str, tmp_path: Path, crash: Crash
) -> None:
    await make_topics(bootstrap, has_own_times=True)
    async with Relay(bootstrap) as relay:
        await relay.publish_rows([(0, b"long-gone", b"an old row"), (1, b"gone-too", b"another")])
    lives = await fill(bootstrap)
    for _ in range(KILLS):
        await kill_it_in_the_middle(bootstrap, tmp_path)
    report = await asyncio.to_thread(published, bootstrap, tmp_path)
    assert (report["rows"], report["refused"], report["different"]) == (len(lives), 1, 0)

    await check_said_once(bootstrap)
    await check_rows(bootstrap)
    for topic in (Topic.DOSSIER_EVENTS, Topic.DEADLINE_TICKS):
        assert [done for done, _ in await committed_and_end(bootstrap, topic)] == [
            end for _, end in await committed_and_end(bootstrap, topic)
        ]

    again = await asyncio.to_thread(published, bootstrap, tmp_path)
    assert (again["emitted"], again["known_before"]) == (0, len(await everything_on(bootstrap, Topic.DEADLINE_EVENTS)))
    (letter,) = await everything_on(bootstrap, Topic.DOSSIER_EVENTS_DLQ)
    assert (letter.key, letter.value, dict(letter.headers)["dlq_topic"]) == (b"x", b"{", b"dossier-events")
    assert dict(letter.headers)["dlq_reason"].startswith(b"UnreadableMessageError: ")


async def check_rows(bootstrap: str) -> None:
    """Each row is the state of a plain fold, after time has passed; rows of dossiers that are no more are gone."""
    now = micros(datetime.now(UTC))
    states = {
        key: pipeline().on_check(state, now, now).state for key, state in (await states_of_log(bootstrap)).items()
    }
    rows = await rows_on(bootstrap)
    assert rows.keys() == states.keys()
    for key, row in rows.items():
        state = states[key]
        assert state is not None
        assert unpack(row) == unpack(pack(state, 0))


@pytest.mark.timeout(120)
async def test_an_ending_in_an_open_transaction_is_waited_for(bootstrap: str, tmp_path: Path) -> None:
    """It may already stand in the log, unseen, when its dossier falls due: nobody is called late for that."""
    await make_topics(bootstrap, has_own_times=True)
    now = datetime.now(UTC) - timedelta(seconds=4)
    ended = Dossier(new_id(random.Random(3))).accepted(now, appointment_at=now + timedelta(seconds=2)).ready(now)
    async with Relay(bootstrap) as relay:
        await relay.publish(ended.events[:1], now)
        async with relay.transaction(ended.events[1:], now):
            process = replay_process(bootstrap, tmp_path, "--publish", "--json")
            await stays_async(lambda: process.poll() is None, 6, "the load waits")
            assert "dossier-breached.v1" not in types_of(await everything_on(bootstrap, Topic.DEADLINE_EVENTS), ended)
    await asyncio.to_thread(process.communicate, timeout=60)
    assert process.returncode == 0, (tmp_path / "replay.log").read_text()
    emitted = types_of(await everything_on(bootstrap, Topic.DEADLINE_EVENTS), ended)
    assert "ending-classified.v1" in emitted
    assert "dossier-breached.v1" not in emitted
