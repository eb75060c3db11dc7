"""The real worker on real Kafka: killed twice while dossiers go on and fall due, it says what the pure pipeline says.

One story in one test, because its parts need each other: work under kills, recovery from disk and from the changelog alone,
repeated events, a transaction that stays open, the bulk path beside it, dead letters, and at last facts that nobody can fold in.
"""

import asyncio
import json
import random
import shutil
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from events.topics import Topic
from rules.book.rulebook_files import load_rulebook
from rules.clocks.instants import micros
from services.deadlines.adapters.bulk.fold import BulkFold
from services.deadlines.adapters.bulk.loader import BulkLoader
from tests.flow.deadlines.dossiers import HANOI, Dossier, at, term
from tests.integration.crash_matrix import KILLS, Crash, crashes_of
from tests.integration.deadlines.expected import expected_of_log, pipeline, without_detection
from tests.integration.deadlines.harness import (
    GRACE,
    Reader,
    Relay,
    WorkerProcess,
    committed_and_end,
    drained,
    empty,
    make_topics,
)
from tests.sealing import chained
from tests.waiting import stays_async, until_async, until_past

pytestmark = pytest.mark.integration

HISTORY_COUNT = 200
LIVE_COUNT = 90
AHEAD_SECONDS = 0.9
"""The worker's clock is ahead of the broker's, less than it may be."""
DUE_BY = timedelta(seconds=18)
"""Live dossiers fall due between 13 and 18 seconds after the story begins."""


def new_id(rng: random.Random) -> str:
    return str(UUID(int=rng.getrandbits(128), version=4))


def past_lives(rng: random.Random, now: datetime) -> list[Dossier]:
    """Finished dossiers of an import, recorded now: their endings come seconds after their acceptances."""
    lives = []
    for number in range(HISTORY_COUNT):
        start = at("2026-03-02T08:00") + timedelta(minutes=rng.randrange(40_000))
        life = Dossier(new_id(rng), is_history=True).accepted(start, term(rng.randrange(1, 8)))
        life.moved_to(start + timedelta(hours=1), rng.randrange(1, 50)).step(start + timedelta(hours=30))
        if number % 3 == 0:
            life.asked(start + timedelta(hours=40)).supplemented(start + timedelta(hours=90))
        life.ready(start + timedelta(hours=rng.randrange(100, 300)))
        life.events = chained(replace(one, envelope=replace(one.envelope, recorded_at=now)) for one in life.events)
        lives.append(life)
    return lives


def live_lives(rng: random.Random, now: datetime) -> list[Dossier]:
    """Dossiers that fall due within seconds; a third of them ends in time, and a third was ended while nobody looked."""
    lives = []
    for number in range(LIVE_COUNT):
        due_at = now + DUE_BY - timedelta(seconds=5 * rng.random())
        life = Dossier(new_id(rng)).accepted(now, appointment_at=due_at)
        if number % 3 == 0:
            life.step(now + timedelta(seconds=1))
        elif number % 3 == 1:
            life.ready(now + timedelta(seconds=2))
        else:
            life.step(now + timedelta(seconds=1)).ready(due_at - timedelta(seconds=1))
        lives.append(life)
    return lives


async def until_said(
    worker: WorkerProcess, reader: Reader, expected: dict[str, tuple[Any, ...]], seconds: float
) -> None:
    give_up_at = asyncio.get_running_loop().time() + seconds
    while missing := expected.keys() - said_by_id(reader).keys():
        assert worker.is_running(), worker.log()[-3000:]
        late = asyncio.get_running_loop().time() > give_up_at
        assert not late, [(len(missing), len(expected)), *(expected[event_id] for event_id in list(missing)[:3])]
        await reader.more()


def said_by_id(reader: Reader) -> dict[str, tuple[Any, ...]]:
    """What was said; twice at most with the same content."""
    emitted: dict[str, tuple[Any, ...]] = {}
    for record in reader.records:
        content = without_detection(record.key, record.value, record.headers)
        assert emitted.setdefault(dict(record.headers)["ce_id"].decode(), content) == content
    return emitted


async def check_said(bootstrap: str, worker: WorkerProcess, reader: Reader, seconds: float = 40) -> None:
    """Exactly what the pure pipeline says over the same log was said."""
    expected = await expected_of_log(bootstrap)
    await until_said(worker, reader, expected, seconds)
    await reader.more(600)
    assert said_by_id(reader) == expected


async def die(crash: Crash, bootstrap: str, worker: WorkerProcess, emitted: Reader) -> None:
    """Kill -9 as a row of the crash matrix says: it has begun to speak of what was published just now. It is dead afterwards."""
    for number in range(KILLS):
        if number:
            worker.start()
        await worker.logged("Worker]: Ready")
        said_before = len(emitted.records)

        async def is_at_work(said_before: int = said_before) -> bool:
            if len(await emitted.more(20)) > said_before:
                return True
            return all(done == end for done, end in await committed_and_end(bootstrap, Topic.DOSSIER_EVENTS))

        await until_async(is_at_work, 30, lambda: f"{crash}\n{worker.log()[-3000:]}", every=0)
        worker.kill()


async def publish_under_kills(
    bootstrap: str, relay: Relay, worker: WorkerProcess, emitted: Reader, past: list[Dossier], live: list[Dossier]
) -> None:
    """First halves, a kill -9, silence, second halves, a kill -9; the last endings are recorded while it is down."""
    in_first_half, in_second_half = crashes_of("tests.integration.deadlines.test_worker")
    await relay.publish(event for life in live for event in life.events[:1])
    for first in range(0, len(past), 40):
        await relay.publish(event for life in past[first : first + 40] for event in life.events[:2])
        await relay.abort(event for life in past[first : first + 5] for event in life.events[2:])
    await die(in_first_half, bootstrap, worker, emitted)
    worker.start()
    await worker.logged("Worker]: Ready")
    await stays_async(worker.is_running, 1.5)  # long past due, but the import isn't over: nobody may call these late
    await relay.publish(event for life in live for event in life.events[1:2])
    await relay.abort([Dossier("aborted").accepted("2026-03-02T08:00", term(5)).events[0]])
    for first in range(0, len(past), 25):
        await relay.publish(event for life in past[first : first + 25] for event in life.events[2:])
        await relay.abort(event for life in live[:3] for event in life.events[-1:])
    await die(in_second_half, bootstrap, worker, emitted)
    await relay.publish(event for life in live for event in life.events[2:])


async def is_not_called_late(emitted: Reader, life: Dossier) -> bool:
    return "dossier-breached.v1" not in types_of(await emitted.more(20), life)


async def keys_in_changelog(bootstrap: str) -> int:
    async with Reader(bootstrap, Topic.DEADLINES_CHANGELOG) as reader:
        for _ in range(6):
            await reader.more(200)
        return len({record.key for record in reader.records})


@pytest.mark.timeout(130 + 20 * KILLS)
@pytest.mark.chaos
async def test_a_worker_that_is_killed_again_and_again_says_exactly_what_the_fold_says(
    bootstrap: str, tmp_path: Path
) -> None:
    await make_topics(bootstrap)
    rng = random.Random(20260302)
    worker = WorkerProcess(bootstrap, tmp_path, MOTCUA_DEADLINES_CLOCK_OFFSET_SECONDS=str(AHEAD_SECONDS)).start()
    try:
        async with Relay(bootstrap) as relay, Reader(bootstrap, Topic.DEADLINE_EVENTS) as emitted:
            now = datetime.now(UTC)
            past, live = past_lives(rng, now), live_lives(rng, now)
            await publish_under_kills(bootstrap, relay, worker, emitted, past, live)
            await until_past(now + DUE_BY)
            worker.start()  # every due date passed while it was down
            await check_said(bootstrap, worker, emitted)
            for topic in (Topic.DOSSIER_EVENTS, Topic.DEADLINE_TICKS):
                await drained(bootstrap, topic)

            await check_recovery(bootstrap, worker, relay, past + live)
            await check_said(bootstrap, worker, emitted)
            await check_repetition(bootstrap, relay, emitted, past + live)
            await check_open_transaction(bootstrap, worker, relay, emitted, rng)
            await check_clock_ahead(bootstrap, worker, relay, emitted, rng)
            await check_bulk_path(bootstrap, emitted)
            await check_bad_records(bootstrap, worker, relay, emitted)
    finally:
        if worker.is_running():
            worker.kill()


async def check_recovery(bootstrap: str, worker: WorkerProcess, relay: Relay, lives: list[Dossier]) -> None:
    """As many dossiers are there after a restart as were written: from disk, and from the changelog alone."""
    assert await keys_in_changelog(bootstrap) == len(lives)
    assert worker.stop() == 0
    worker.start()
    whole = f"open clocks are whole: {len(lives)} dossiers"
    await worker.logged(whole)
    worker.kill()
    shutil.rmtree(worker.folder / "data")
    worker.start()
    await worker.logged(whole)
    # Each of them is at its last event: the next one would otherwise be a gap and stop the worker.
    for life in lives:
        last_at = life.events[-1].envelope.occurred_at
        life.step(last_at) if life.is_history else life.apologised(datetime.now(UTC))
    await relay.publish(life.events[-1] for life in lives)
    await drained(bootstrap, Topic.DOSSIER_EVENTS)
    assert worker.is_running(), worker.log()[-2000:]


async def check_repetition(bootstrap: str, relay: Relay, emitted: Reader, lives: list[Dossier]) -> None:
    """Everything once more: not a word."""
    await emitted.more()
    count = len(emitted.records)
    for first in range(0, len(lives), 50):
        await relay.publish(event for life in lives[first : first + 50] for event in life.events)
    await drained(bootstrap, Topic.DOSSIER_EVENTS)

    async def has_said_no_more() -> bool:
        return len(await emitted.more()) == count

    await stays_async(has_said_no_more, 0.5)


async def check_open_transaction(
    bootstrap: str, worker: WorkerProcess, relay: Relay, emitted: Reader, rng: random.Random
) -> None:
    """An ending that stands in a transaction when its dossier falls due: nobody is called late, however long it takes."""
    now = datetime.now(UTC)
    due_at = now + timedelta(seconds=2)
    ended = Dossier(new_id(rng)).accepted(now, appointment_at=due_at).ready(now + timedelta(seconds=1))
    await relay.publish(ended.events[:1])
    async with relay.transaction(ended.events[1:]):
        assert datetime.now(UTC) < due_at
        await stays_async(lambda: is_not_called_late(emitted, ended), 4)
    await check_said(bootstrap, worker, emitted)
    assert "ending-classified.v1" in types_of(emitted.records, ended)
    assert {"dossier-breached.v1"}.isdisjoint(types_of(emitted.records, ended))


def types_of(records: list[Any], life: Dossier) -> set[str]:
    return {dict(record.headers)["ce_type"].decode() for record in records if record.key == life.dossier_id.encode()}


async def check_clock_ahead(
    bootstrap: str, worker: WorkerProcess, relay: Relay, emitted: Reader, rng: random.Random
) -> None:
    """An ending that is recorded within the grace: a worker whose clock is ahead must not have called the dossier late."""
    now = datetime.now(UTC)
    due_at = now + timedelta(seconds=2)
    ended = Dossier(new_id(rng)).accepted(now, appointment_at=due_at).ready(due_at - timedelta(seconds=0.2))
    await relay.publish(ended.events[:1])
    await until_past(due_at + 0.6 * GRACE)
    await relay.publish(ended.events[1:])
    await check_said(bootstrap, worker, emitted)
    assert types_of(emitted.records, ended) >= {"ending-classified.v1"}
    assert types_of(emitted.records, ended).isdisjoint({"dossier-breached.v1"})


async def check_bulk_path(bootstrap: str, emitted: Reader) -> None:
    """Both paths over one log, id by id and byte by byte: what the worker said is deleted, and a load says it again."""
    live = said_by_id(emitted)
    await empty(bootstrap, Topic.DEADLINE_EVENTS)
    until = micros(datetime.now(UTC) - GRACE)
    loaded = await BulkLoader(bootstrap, BulkFold(pipeline())).run(until, takes_over=False)
    async with Reader(bootstrap, Topic.DEADLINE_EVENTS) as again:
        while len(await again.more()) < loaded.emitted:
            pass
        assert len(again.records) == len(live)
        assert said_by_id(again) == live


async def check_bad_records(bootstrap: str, worker: WorkerProcess, relay: Relay, emitted: Reader) -> None:
    """What can't be read, and what can't be folded in, is put aside unchanged; the worker goes on with all else (B16)."""
    await relay.publish_bytes(
        b"\xff not json", b"somebody", [("ce_type", b"step-started.v1"), ("ce_subject", b"somebody")]
    )
    now = datetime.now(UTC)
    gap = Dossier("gap").accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00")
    far = Dossier("far").accepted(now, term(5)).extended(now, datetime(9999, 12, 31, 23, tzinfo=UTC))
    # A day of a year that is not published yet, as in the first cases of a register that looks into the next year.
    published_until = load_rulebook().default_calendar.spec.valid_until
    next_year = max(datetime.combine(published_until, time(17), HANOI), now) + timedelta(days=15)
    good = Dossier("good").accepted(now, appointment_at=next_year)
    await relay.publish([*good.events, *gap.events[1:], *far.events])
    good.extended(now, next_year + timedelta(days=30)).ready(now)
    await relay.publish(good.events[1:])
    async with Reader(bootstrap, Topic.DOSSIER_EVENTS_DLQ) as letters:
        while len(letters.records) < 2:
            await letters.more()
            assert worker.is_running(), worker.log()[-2000:]
        by_key = {letter.key: letter for letter in letters.records}
        letter = by_key[b"somebody"]
        headers = dict(letter.headers)
        assert (letter.value, headers["ce_type"]) == (b"\xff not json", b"step-started.v1")
        assert headers["dlq_topic"] == b"dossier-events"
        assert headers["dlq_reason"].startswith(b"UnreadableMessageError: ")
        assert headers["dlq_offset"].isdigit()
        assert dict(by_key[b"gap"].headers)["dlq_reason"].startswith(b"PutAsideError: StreamGapError: ")
    await check_said(bootstrap, worker, emitted)
    assert types_of(emitted.records, gap) == {"integrity-flag-raised.v1"}
    assert types_of(emitted.records, far) == {"deadline-set.v1", "integrity-flag-raised.v1"}
    provisional = [json.loads(one.value).get("is_provisional") for one in emitted.records if one.key == b"good"]
    assert provisional.count(True) >= 2  # the appointment and the extension
    assert "ending-classified.v1" in types_of(emitted.records, good)
    await drained(bootstrap, Topic.DOSSIER_EVENTS)
