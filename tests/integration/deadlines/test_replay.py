"""`motcua replay deadlines`: a right log is equal, every lie is found, and what is just being said is neither."""

import asyncio
import itertools
import json
import random
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from events.topics import Topic
from rules.book.rulebook_files import load_rulebook
from rules.clocks.instants import micros
from services.deadlines.adapters.bulk.fold import BulkFold, PartitionFold
from services.deadlines.adapters.bulk.loader import BulkLoader
from services.deadlines.adapters.bulk.verify import verify
from services.deadlines.adapters.store import row_codec
from tests.flow.deadlines.dossiers import Dossier
from tests.integration.deadlines.bulk_runs import everything_on, fill, published, replay, rows_on
from tests.integration.deadlines.expected import pipeline, whole_log
from tests.integration.deadlines.harness import GRACE, Relay, make_topics
from tests.integration.deadlines.test_worker import new_id
from tests.unit.deadlines.test_put_aside import thrown
from tests.unit.deadlines.words import HANOI

pytestmark = pytest.mark.integration

MADE_UP = b"00000000-0000-5000-8000-000000000000"


async def plant(bootstrap: str, lies: Iterable[tuple[Any, bytes, list[tuple[str, bytes]]]]) -> None:
    """Say something that the log doesn't give, in the place of a record."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        for record, value, headers in lies:
            topic = Topic.DEADLINE_EVENTS.value
            await producer.send_and_wait(topic, value, key=record.key, partition=record.partition, headers=headers)
    finally:
        await producer.stop()


def named(record: Any, **changed: bytes) -> list[tuple[str, bytes]]:
    return [(name, changed.get(name, value)) for name, value in record.headers]


@pytest.mark.timeout(170)
async def test_a_right_log_is_equal_and_every_lie_is_found(bootstrap: str, tmp_path: Path) -> None:
    await make_topics(bootstrap, has_own_times=True)
    await fill(bootstrap)
    await asyncio.to_thread(published, bootstrap, tmp_path)
    code, printed = await asyncio.to_thread(replay, bootstrap, tmp_path)
    assert (code, "equal: every id and every content" in printed) == (0, True), printed

    first, second, third, *_ = await everything_on(bootstrap, Topic.DEADLINE_EVENTS)
    again = named(third, ce_recordedat=b"2026-12-24T08:00:00+07:00")
    await plant(
        bootstrap,
        [
            (first, first.value, named(first, ce_id=MADE_UP)),
            (second, second.value.replace(b"2026-", b"2027-"), named(second)),
            (second, second.value, named(second, ce_unitid=b"1")),
            (third, third.value.replace(b'":', b'" : '), again),  # the same event, noticed at another time
        ],
    )
    before = datetime.now(UTC) - timedelta(
        seconds=6
    )  # longer ago than the margin within which it may still be on its way
    untold = Dossier(new_id(random.Random(9))).accepted(before, appointment_at=before + timedelta(days=9))
    async with Relay(bootstrap) as relay:
        await relay.publish(untold.events, before)
    code, printed = await asyncio.to_thread(replay, bootstrap, tmp_path, "--json")
    found = json.loads(printed)
    assert (code, found["counts"], found["repeated"]) == (1, {"doubled": 2, "missing": 1, "extra": 1}, 3)
    by_kind = {one["kind"]: one for one in found["findings"]}
    assert by_kind["missing"]["dossier_id"] == untold.dossier_id
    assert by_kind["missing"]["event_type"] == "deadline-set.v1"
    assert by_kind["extra"]["event_id"] == MADE_UP.decode()
    whys = sorted(one["why"].rpartition(" ")[2] for one in found["findings"] if one["kind"] == "doubled")
    assert whys == ["attributes", "data"]
    code, printed = await asyncio.to_thread(replay, bootstrap, tmp_path, "--limit", "1")
    assert code == 1
    assert "different: " in printed


@pytest.mark.timeout(120)
async def test_what_stands_with_another_content_is_found_and_never_rewritten(bootstrap: str, tmp_path: Path) -> None:
    await make_topics(bootstrap)
    life = Dossier(new_id(random.Random(4))).accepted(
        datetime.now(UTC), appointment_at=datetime.now(UTC) + timedelta(days=9)
    )
    async with Relay(bootstrap) as relay:
        await relay.publish(life.events)
    (accepted,) = await whole_log(bootstrap)
    (word,) = BulkFold(pipeline()).fold(PartitionFold(), [accepted])
    lie = word.value.replace(b"2026-", b"2027-")
    assert lie != word.value
    await plant(bootstrap, [(accepted, lie, word.headers)])

    code, printed = await asyncio.to_thread(replay, bootstrap, tmp_path, "--publish", "--json")
    report = json.loads(printed)
    assert (code, report["different"], report["emitted"], report["rows"]) == (1, 1, 0, 1)
    assert [one.value for one in await everything_on(bootstrap, Topic.DEADLINE_EVENTS)] == [lie]
    code, printed = await asyncio.to_thread(replay, bootstrap, tmp_path, "--json")
    found = json.loads(printed)
    assert (code, found["counts"], found["findings"][0]["why"]) == (
        1,
        {"different": 1},
        "the log gives it otherwise: data",
    )


@pytest.mark.timeout(120)
async def test_what_is_just_being_said_may_stand_or_not(bootstrap: str) -> None:
    await make_topics(bootstrap, has_own_times=True)
    now = datetime.now(UTC) - timedelta(seconds=3)
    life = Dossier(new_id(random.Random(5))).accepted(now, appointment_at=now + timedelta(seconds=2))
    long_ago, since = micros(now - timedelta(seconds=30)), micros(now + timedelta(seconds=1))
    async with Relay(bootstrap) as relay:
        await relay.publish(life.events, now)
    untold = await verify(bootstrap, BulkFold(pipeline()), long_ago)
    assert (untold.counts, untold.stored) == ({}, 0)
    told = await said_by_a_load(bootstrap)
    # On a day off the appointment means the next working day (B15): then only what the acceptance caused is being said.
    is_breached = load_rulebook().default_calendar.is_working_day(now.astimezone(HANOI).date())
    types = {dict(one.headers)["ce_type"] for one in told}
    assert b"deadline-set.v1" in types
    assert (b"dossier-breached.v1" in types) is is_breached
    for until in (long_ago, since, micros(datetime.now(UTC) - GRACE)):
        result = await verify(bootstrap, BulkFold(pipeline()), until)
        assert (result.counts, result.stored, result.derived) == ({}, len(told), len(told))


@pytest.mark.timeout(120)
async def test_a_stream_that_was_put_aside_is_healed_by_a_replay_after_the_mend(bootstrap: str, tmp_path: Path) -> None:
    await make_topics(bootstrap, has_own_times=True)
    then = datetime.now(UTC) - timedelta(minutes=1)
    bad = Dossier("bad").accepted(then, appointment_at=then + timedelta(days=9)).step(then).ready(then)
    good = Dossier("good").accepted(then, appointment_at=then + timedelta(days=9)).ready(then)
    async with Relay(bootstrap) as relay:
        await relay.publish([*bad.events, *good.events], then)
    with thrown(RuntimeError("a bug"), bad.events[1].envelope.event_id):
        until = micros(datetime.now(UTC) - GRACE)
        loaded = await BulkLoader(bootstrap, BulkFold(pipeline())).run(until, takes_over=True)
    assert (loaded.refused, loaded.rows) == (2, 2)  # the event at which the fold threw, and the ending after it
    letters = await everything_on(bootstrap, Topic.DOSSIER_EVENTS_DLQ)
    assert [dict(one.headers)["dlq_reason"] for one in letters] == [b"PutAsideError: RuntimeError: a bug"] * 2
    assert [types for key, types in (await said_by_key(bootstrap)).items() if key == b"bad"] == [
        ["deadline-set.v1", "integrity-flag-raised.v1"]
    ]

    code, printed = await asyncio.to_thread(replay, bootstrap, tmp_path, "--json")
    found = json.loads(printed)
    assert (code, found["counts"], found["healed"], found["refused"]) == (1, {"missing": 1}, 1, 0)
    code, printed = await asyncio.to_thread(replay, bootstrap, tmp_path, "--publish", "--json")
    report = json.loads(printed)
    assert (code, report["emitted"], report["refused"]) == (0, 1, 0)
    assert all(not row_codec.unpack(row).aside for row in (await rows_on(bootstrap)).values())
    code, printed = await asyncio.to_thread(replay, bootstrap, tmp_path)
    assert (code, "equal: every id and every content" in printed) == (0, True), printed
    assert "1 flags say so of what was mended since" in printed


async def said_by_key(bootstrap: str) -> dict[bytes, list[str]]:
    """The types that stand, stream by stream, in order."""
    found: dict[bytes, list[str]] = {}
    for one in await everything_on(bootstrap, Topic.DEADLINE_EVENTS):
        found.setdefault(one.key, []).append(dict(one.headers)["ce_type"].decode())
    return found


async def said_by_a_load(bootstrap: str) -> list[Any]:
    await BulkLoader(bootstrap, BulkFold(pipeline())).run(micros(datetime.now(UTC) - GRACE), takes_over=False)
    return await everything_on(bootstrap, Topic.DEADLINE_EVENTS)


@pytest.mark.timeout(120)
async def test_what_was_said_of_an_import_is_right_while_counters_go_on_and_a_lie_is_found_all_the_same(
    bootstrap: str,
) -> None:
    """A worker said what fell due of an import while it was silent; since then late reports come every few seconds (TIME-4)."""
    await make_topics(bootstrap, has_own_times=True)
    now = datetime.now(UTC)
    imported_at = now - timedelta(minutes=3)
    lives = [
        Dossier(new_id(random.Random(40 + nth)), is_history=True).accepted(
            now - timedelta(days=90), appointment_at=now - timedelta(days=60)
        )
        for nth in range(24)
    ]
    late = iter(
        Dossier(new_id(random.Random(90 + nth))).accepted(
            now - timedelta(hours=5), appointment_at=now + timedelta(days=9)
        )
        for nth in itertools.count()
    )
    async with Relay(bootstrap) as relay:
        await relay.publish((life.events[0] for life in lives), imported_at)
        silent_until = micros(imported_at + timedelta(minutes=2))
        await BulkLoader(bootstrap, BulkFold(pipeline())).run(silent_until, takes_over=False)
        said = await everything_on(bootstrap, Topic.DEADLINE_EVENTS)
        assert sum(dict(one.headers)["ce_type"] == b"dossier-breached.v1" for one in said) == len(lives)
        for seconds in (50, 45, 40, 35, 30, 25, 20, 15, 10):  # never silent for long enough, in any partition
            await relay.publish((next(late).events[0] for _ in range(24)), now - timedelta(seconds=seconds))
        await BulkLoader(bootstrap, BulkFold(pipeline())).run(None, takes_over=False)
        until = micros(now - timedelta(seconds=8))
        enough = asyncio.Event()
        reporting = asyncio.create_task(keep_reporting(relay, late, enough))
        result = await verify(bootstrap, BulkFold(pipeline()), until)
        enough.set()
        assert await reporting > 0
        assert (result.counts, result.stored) == ({}, len(said) + 9 * 24)
        await BulkLoader(bootstrap, BulkFold(pipeline())).run(None, takes_over=False)
        untold = Dossier(new_id(random.Random(7))).accepted(now, appointment_at=now + timedelta(days=9))
        await relay.publish(untold.events)
    await plant(bootstrap, [(said[0], said[0].value, named(said[0], ce_id=MADE_UP))])
    found = await verify(bootstrap, BulkFold(pipeline()), micros(datetime.now(UTC)))
    assert found.counts == {"extra": 1, "missing": 1}


async def keep_reporting(relay: Relay, late: Iterator[Dossier], enough: asyncio.Event) -> int:
    """Counters that go on: a report of what happened hours ago, one after the other; how many."""
    count = 0
    while not enough.is_set():
        await relay.publish(next(late).events)
        count += 1
    return count
