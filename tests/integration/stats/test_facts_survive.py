"""Promise 7 on the real engine: facts are a function of the set of events, whatever happens on the way (ADR 0007).

Random dossiers are delivered shuffled, doubled, in random batches with offset resets, by two rivals at once, while the engine is
killed; afterwards every column of every fact, and the roll-up, must equal a plain fold over the set.
"""

import asyncio
import random
from collections.abc import Sequence
from functools import partial

import pytest
from clickhouse_connect.driver.client import Client

from events.envelope import Event
from services.stats.adapters.clickhouse import open_client
from services.stats.adapters.fact_store import ClickHouseFacts
from services.stats.adapters.rollup import refresh_rollup
from services.stats.adapters.unit_register import load_units
from services.stats.app import prepared
from services.stats.domain.levels import UnitPeriod
from tests.integration.crash_matrix import KILLS, crashes_of
from tests.integration.stats.conftest import Engine
from tests.sql.loading import load_rows, row_of
from tests.sql.truth import stored_facts, stored_rollup, true_facts, true_rollup
from tests.unit.stats.dossiers import events_of
from tests.unit.stats.random_dossiers import random_dossiers, three_levels, two_provinces
from tests.waiting import until_async

pytestmark = pytest.mark.integration
BATCH_SIZES = (50, 200, 500)
KILLS_OF_THE_ENGINE = len(crashes_of("tests.integration.stats.test_facts_survive")) * KILLS


async def deliver(client: Client, stream: Sequence[Event], chance: random.Random) -> int:
    """One loader: batches of random size, and now and then an offset reset. Returns the number of batches."""
    store, at, batches = ClickHouseFacts(client), 0, 0
    while at < len(stream):
        size = chance.choice(BATCH_SIZES)
        await load_rows(store, [row_of(event, at + nth) for nth, event in enumerate(stream[at : at + size])])
        at, batches = at + size, batches + 1
        if chance.random() < 0.1:
            at = max(0, at - chance.randrange(1, 300))
    return batches


async def die_while_they_load(engine: Engine) -> None:
    """The row of the crash matrix: more has come in than at the start and at the kill before, and the rest is on its way."""
    seen = 0
    for _ in range(KILLS_OF_THE_ENGINE):
        client = await asyncio.to_thread(open_client, engine.url)
        seen = await until_async(partial(asyncio.to_thread, events_beyond, client, seen), 30, "batches", every=0.01)
        client.close()
        await asyncio.to_thread(engine.kill)
        await asyncio.to_thread(engine.start)


def events_beyond(client: Client, seen: int) -> int:
    """How many events are in if that is more than were seen, else 0."""
    count = int(client.query("SELECT count() FROM events").first_row[0])
    return count if count > seen else 0


def check(client: Client, events: Sequence[Event], units: Sequence[UnitPeriod]) -> None:
    expected = true_facts(events, units)
    assert client.query("SELECT count() FROM events FINAL").first_row[0] == len(
        {one.envelope.event_id for one in events}
    )
    assert stored_facts(client) == expected
    refresh_rollup(client)
    assert stored_rollup(client) == true_rollup(expected)


@pytest.mark.chaos
async def test_facts_equal_a_plain_fold_after_kills_duplicates_disorder_rivals_and_replays(engine: Engine) -> None:
    chance = random.Random(20260302)
    client, rival = prepared(engine.url), prepared(engine.url)
    events = events_of(random_dossiers(seed=3, count=250))
    load_units(client, three_levels())

    doubled = [*events, *chance.sample(events, len(events) // 3)]
    orders = [chance.sample(doubled, len(doubled)) for _ in range(2)]
    await asyncio.gather(
        deliver(client, orders[0], random.Random(1)),
        deliver(rival, orders[1], random.Random(2)),
        die_while_they_load(engine),
    )
    check(client, events, three_levels())

    # The hierarchy changes while a loader is at work.
    replay = asyncio.create_task(deliver(rival, events[:800], random.Random(3)))
    await asyncio.to_thread(load_units, client, two_provinces())
    await replay
    check(client, events, two_provinces())

    # Everything derived is dropped and comes back from the events alone.
    client.command("TRUNCATE TABLE dossiers")
    assert refresh_rollup(client)
    assert not stored_rollup(client)
    await deliver(client, chance.sample(events, len(events)), random.Random(4))
    check(client, events, two_provinces())

    client.command("OPTIMIZE TABLE events FINAL")
    client.command("OPTIMIZE TABLE dossiers FINAL")
    check(client, events, two_provinces())
    client.close()
    rival.close()
