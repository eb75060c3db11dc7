"""A log for the bulk path, the command as a process, and what it left on the broker."""

import json
import os
import random
import subprocess
import sys
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from events.errors import MessageError
from events.topics import Topic
from rules.clocks.log_time import LogTime
from rules.clocks.state import StreamState
from services.deadlines.adapters.wire.fact_reader import read_linked
from tests.flow.deadlines.dossiers import Dossier
from tests.integration.deadlines.expected import expected_of_log, pipeline, whole_log, without_detection
from tests.integration.deadlines.harness import GRACE, HISTORY_QUIET, ROOT, Reader, Relay
from tests.integration.deadlines.test_worker import live_lives, past_lives

REPLAY = [str(Path(sys.executable).parent / "motcua"), "replay", "deadlines"]


async def fill(bootstrap: str) -> list[Dossier]:
    """A log with finished imports, open and ended live dossiers, a batch that stands twice and a record nobody can read.

    Its records bear the time of a while ago, so that by now time counts for what was imported, too (`make_topics` with times of
    their own).
    """
    rng = random.Random(7)
    now = a_quiet_while_ago()
    lives = past_lives(rng, now) + live_lives(rng, now - timedelta(seconds=20))
    async with Relay(bootstrap) as relay:
        for nth in range(max(len(life.events) for life in lives)):
            for first in range(0, len(lives), 60):
                batch = [life.events[nth] for life in lives[first : first + 60] if nth < len(life.events)]
                if batch:
                    await relay.publish(batch, now)
        await relay.publish((event for life in lives[:20] for event in life.events[:2]), now)
        await relay.abort(event for life in lives[:5] for event in life.events[:1])
        await relay.publish_bytes(b"{", b"x", [("ce_type", b"step-started.v1"), ("ce_subject", b"x")])
    return lives


def a_quiet_while_ago() -> datetime:
    """So long ago that nothing written then is still taken for a part of an import that goes on."""
    return datetime.now(UTC) - HISTORY_QUIET - timedelta(seconds=1)


def replay_process(bootstrap: str, folder: Path, *options: str) -> "subprocess.Popen[bytes]":
    """`motcua replay deadlines --json`, with the lengths of the test's workers."""
    env = os.environ | {
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap,
        "MOTCUA_DATA_DIR": str(folder),
        "MOTCUA_DEADLINES_HISTORY_QUIET_SECONDS": str(HISTORY_QUIET.total_seconds()),
        "MOTCUA_DEADLINES_GRACE_SECONDS": str(GRACE.total_seconds()),
        "PYTHONPATH": str(ROOT),
    }
    with (folder / "replay.log").open("ab") as log:
        return subprocess.Popen([*REPLAY, *options], env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=log)


def replay(bootstrap: str, folder: Path, *options: str) -> tuple[int, str]:
    """Run the command to its end: its exit code and what it printed."""
    process = replay_process(bootstrap, folder, *options)
    printed, _ = process.communicate(timeout=90)
    return process.returncode, printed.decode()


def published(bootstrap: str, folder: Path) -> dict[str, Any]:
    """A load that must succeed: its report."""
    code, printed = replay(bootstrap, folder, "--publish", "--json")
    assert code == 0, (folder / "replay.log").read_text()
    report: dict[str, Any] = json.loads(printed)
    return report


async def everything_on(bootstrap: str, topic: Topic) -> list[Any]:
    async with Reader(bootstrap, topic) as reader:
        while True:
            count = len(reader.records)
            if count == len(await reader.more(500)) == len(await reader.more(500)):
                return reader.records


async def rows_on(bootstrap: str) -> dict[bytes, bytes]:
    """The changelog as compaction would leave it."""
    rows = {record.key: record.value for record in await everything_on(bootstrap, Topic.DEADLINES_CHANGELOG)}
    return {key: row for key, row in rows.items() if row is not None}


async def check_said_once(bootstrap: str) -> None:
    """What stands is exactly what a plain fold of the log says, each once."""
    records = await everything_on(bootstrap, Topic.DEADLINE_EVENTS)
    expected = await expected_of_log(bootstrap)
    emitted = {
        dict(one.headers)["ce_id"].decode(): without_detection(one.key, one.value, one.headers) for one in records
    }
    assert len(emitted) == len(records)
    assert expected.keys() - emitted.keys() == set()
    assert emitted == expected


async def states_of_log(bootstrap: str) -> dict[bytes, StreamState]:
    """A plain fold's states, without what time has brought since."""
    states: dict[bytes, StreamState] = {}
    times: dict[int, LogTime] = defaultdict(LogTime)
    for record in await whole_log(bootstrap):
        try:
            fact, link = read_linked(record.key, record.value, record.headers, record.timestamp * 1000)
        except MessageError:
            continue
        taken = pipeline().on_record(states.get(record.key), fact, link, times[record.partition])
        if taken.state is not None:
            states[record.key] = taken.state
    return states
