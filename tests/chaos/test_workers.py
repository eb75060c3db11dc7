"""Everything dies at random moments: workers by kill -9, partitions moving between one, two and three of them, the broker itself.

Counters go on meanwhile: dossiers are accepted and fall due within seconds, some end in time, some are reported late, whole
batches come twice. Afterwards the deadline events are exactly what the pure rules give over the same log, and no id stands
with two contents. Part of `make chaos`, which runs it for `MOTCUA_CHAOS_SECONDS`, with another seed each time.
"""

import asyncio
import contextlib
import os
import random
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import pytest
from aiokafka.errors import KafkaError

from events.envelope import Event
from events.topics import Topic
from tests.embedded.broker import KafkaHandle, start_kafka
from tests.flow.deadlines.dossiers import Dossier, term
from tests.integration.deadlines.expected import expected_of_log, without_detection
from tests.integration.deadlines.harness import Reader, Relay, WorkerProcess, make_topics
from tests.waiting import at_some_moment, stays_async, until_past

pytestmark = [pytest.mark.integration, pytest.mark.chaos]

SECONDS = float(os.environ.get("MOTCUA_CHAOS_SECONDS", "30"))
SEED = int(os.environ.get("MOTCUA_CHAOS_SEED", "11"))
MOST_WORKERS = 3
LAST_DUE_WITHIN = timedelta(seconds=9)


@dataclass
class Workers:
    """Up to three workers of one group; one that died is started again, as a process manager would."""

    bootstrap: str
    folder: Path
    running: dict[int, WorkerProcess] = field(default_factory=dict)
    deaths: int = 0

    def start(self, ordinal: int) -> None:
        folder = self.folder / str(ordinal)
        folder.mkdir(exist_ok=True)
        settings = {"MOTCUA_WORKER_ORDINAL": str(ordinal), "MOTCUA_WORKER_COUNT": str(MOST_WORKERS)}
        self.running[ordinal] = WorkerProcess(self.bootstrap, folder, **settings).start()

    def kill(self, ordinal: int) -> None:
        self.running.pop(ordinal).kill()

    def stop(self, ordinal: int) -> None:
        worker = self.running.pop(ordinal)
        with contextlib.suppress(Exception):
            worker.stop()
        if worker.is_running():
            worker.kill()

    def revive(self) -> None:
        for ordinal, worker in list(self.running.items()):
            if not worker.is_running():
                self.deaths += 1
                assert "StreamGapError" not in worker.log(), worker.log()[-3000:]
                self.start(ordinal)

    def kill_all(self) -> None:
        for ordinal in list(self.running):
            self.kill(ordinal)


class StubbornRelay:
    """Publishes until it is told that a batch is committed, so a batch may stand twice; as intake's relay after a crash."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._relay: Relay | None = None
        self.repeated = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._give_up()

    async def publish(self, events: list[Event]) -> None:
        while True:
            try:
                if self._relay is None:
                    self._relay = await Relay(self._bootstrap).__aenter__()
                await asyncio.wait_for(self._relay.publish(events), 15)
            except (KafkaError, TimeoutError, OSError):
                self.repeated += 1
                await self._give_up()
            else:
                return

    async def _give_up(self) -> None:
        relay, self._relay = self._relay, None
        if relay is not None:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(relay.__aexit__(), 5)


def new_lives(rng: random.Random, count: int) -> list[Dossier]:
    """Dossiers that fall due in seconds; some are finished imports, and some were reported long after they were over."""
    now, lives = datetime.now(UTC), []
    for _ in range(count):
        life = Dossier(str(UUID(int=rng.getrandbits(128))), is_history=rng.random() < 0.1)
        if life.is_history or rng.random() < 0.1:
            start = now - timedelta(days=30, minutes=rng.randrange(9000))
            life.accepted(start, term(rng.randrange(1, 6))).step(start + timedelta(hours=2))
            life.ready(start + timedelta(hours=rng.randrange(3, 200)))
        else:
            due_at = now + timedelta(seconds=rng.uniform(1, 8))
            life.accepted(now, appointment_at=due_at)
            fate = rng.random()
            if fate < 0.3:
                life.ready(now + timedelta(seconds=0.5))
            elif fate < 0.5:
                life.asked(now + timedelta(seconds=0.4)).supplemented(now + timedelta(seconds=0.6))
            elif fate < 0.7:
                life.step(now + timedelta(seconds=0.2)).moved_to(now + timedelta(seconds=0.3), rng.randrange(1, 99))
        lives.append(life)
    return lives


async def counters_work(relay: StubbornRelay, rng: random.Random, until: float) -> list[Dossier]:
    """Publish lives in pieces until the time is up; now and then a batch once more, now and then an ending much later."""
    lives: list[Dossier] = []
    while time.monotonic() < until:
        fresh = new_lives(rng, rng.randrange(5, 25))
        lives += fresh
        await relay.publish([one.events[0] for one in fresh])
        await at_some_moment(rng, 0, 0.4)
        await relay.publish([event for one in fresh for event in one.events[1:]] or [fresh[0].events[0]])
        if rng.random() < 0.3:
            again = rng.sample(lives, min(10, len(lives)))
            await relay.publish([event for one in again for event in one.events])
        if rng.random() < 0.3:
            late = [one for one in rng.sample(lives, min(5, len(lives))) if len(one.events) == 1]
            if late:
                await relay.publish([one.ready(datetime.now(UTC)).events[-1] for one in late])
    return lives


async def everything_dies(workers: Workers, kafka: KafkaHandle, rng: random.Random, until: float) -> KafkaHandle:
    """One mishap after another until the time is up; the broker is killed once in the middle."""
    broker_dies_at = time.monotonic() + (until - time.monotonic()) * rng.uniform(0.3, 0.6)
    is_killed = False
    while time.monotonic() < until:
        await at_some_moment(rng, 1.0, 3.0)
        workers.revive()
        if not is_killed and time.monotonic() > broker_dies_at:
            is_killed = True
            kafka.kill()
            await at_some_moment(rng, 0, 2)
            kafka = await asyncio.to_thread(start_kafka, kafka.data_dir, kafka.port)
            continue
        absent = [ordinal for ordinal in range(MOST_WORKERS) if ordinal not in workers.running]
        present = list(workers.running)
        mishap = rng.choice(("kill", "kill", "start", "stop"))
        if mishap == "start" and absent:
            workers.start(rng.choice(absent))
        elif mishap == "stop" and len(present) > 1:
            await asyncio.to_thread(workers.stop, rng.choice(present))
        elif present:
            ordinal = rng.choice(present)
            workers.kill(ordinal)
            await at_some_moment(rng, 0, 1.0)
            workers.start(ordinal)
    return kafka


async def settle(bootstrap: str, workers: Workers, seconds: float) -> None:
    """Wait until what was said is what the rules give; then it must stay so."""
    give_up_at = time.monotonic() + seconds
    async with Reader(bootstrap, Topic.DEADLINE_EVENTS) as reader:
        while True:
            workers.revive()
            expected = await expected_of_log(bootstrap)
            await reader.more(500)
            emitted = said_by_id(reader.records)
            missing = expected.keys() - emitted.keys()
            if not missing:
                break
            what = [expected[one] for one in list(missing)[:2]]
            assert time.monotonic() < give_up_at, (len(missing), len(expected), what, log_tails(workers))

        async def is_nothing_extra() -> bool:
            await reader.more(500)
            return said_by_id(reader.records).keys() <= (await expected_of_log(bootstrap)).keys()

        await stays_async(is_nothing_extra, 2, "nothing is said that the rules don't give")
        emitted, expected = said_by_id(reader.records), await expected_of_log(bootstrap)
        assert {one: emitted[one] for one in expected} == expected
        twice = len(reader.records) - len(emitted)
        sys.stdout.write(f"{len(expected)} deadline events, each as the rules give it; {twice} came twice\n")


def said_by_id(records: list[Any]) -> dict[str, tuple[Any, ...]]:
    """What was said; any number of times, but with the same content."""
    emitted: dict[str, tuple[Any, ...]] = {}
    for record in records:
        content = without_detection(record.key, record.value, record.headers)
        assert emitted.setdefault(dict(record.headers)["ce_id"].decode(), content) == content
    return emitted


def log_tails(workers: Workers) -> str:
    return "\n".join(worker.log()[-1500:] for worker in workers.running.values())


@pytest.mark.timeout(int(SECONDS * 2 + 240))
async def test_whatever_dies_every_deadline_is_said_and_none_twice_differently(tmp_path: Path) -> None:
    rng = random.Random(SEED)
    kafka = start_kafka(tmp_path / "kafka", flush_each_append=True)
    workers = Workers(kafka.bootstrap_servers, tmp_path)
    try:
        await make_topics(kafka.bootstrap_servers)
        workers.start(0)
        until = time.monotonic() + SECONDS
        async with StubbornRelay(kafka.bootstrap_servers) as relay:
            working = asyncio.create_task(counters_work(relay, random.Random(SEED + 1), until))
            kafka = await everything_dies(workers, kafka, rng, until)
            lives = await working
            # One more transaction on every partition: what a broker forgot of the last one when it was killed shows again.
            await relay.publish([one.events[0] for one in lives])
        await until_past(datetime.now(UTC) + LAST_DUE_WITHIN)
        await settle(kafka.bootstrap_servers, workers, 120)
        sys.stdout.write(
            f"{len(lives)} dossiers; workers that ended by themselves: {workers.deaths}; batches repeated: {relay.repeated}\n"
        )
    finally:
        workers.kill_all()
        kafka.stop()
