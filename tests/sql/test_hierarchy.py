"""A change of the hierarchy, and the roll-up, on the real engine."""

import asyncio
from datetime import date

import pytest
from clickhouse_connect.driver.client import Client

from services.stats.adapters.rollup import refresh_rollup
from services.stats.adapters.unit_register import load_units, read_places, rebuild_levels
from services.stats.domain.levels import NOWHERE, Place
from tests.sql.loading import load
from tests.sql.truth import stored_facts, stored_rollup, true_facts, true_rollup
from tests.unit.stats.dossiers import events_of
from tests.unit.stats.random_dossiers import COMMUNES, PROVINCE, random_dossiers, three_levels, two_provinces

EVENTS = events_of(random_dossiers(seed=21, count=250))


@pytest.fixture(scope="module")
def loaded(client: Client) -> Client:
    asyncio.run(load(client, EVENTS))
    return client


def test_levels_follow_every_change_of_the_register(loaded: Client) -> None:
    for units in ([], three_levels(), two_provinces(), two_provinces(), three_levels()):
        load_units(loaded, units)
        assert stored_facts(loaded) == true_facts(EVENTS, units)


def test_what_a_newer_register_no_longer_says_is_gone(loaded: Client) -> None:
    load_units(loaded, three_levels())
    load_units(loaded, [one for one in three_levels() if one.unit_id != COMMUNES[1]])
    places = read_places(loaded)

    assert places.on(COMMUNES[1], date(2025, 8, 1)) == NOWHERE
    assert places.on(COMMUNES[2], date(2025, 8, 1)) == Place(PROVINCE, 0, COMMUNES[2])


def test_nothing_is_written_when_the_levels_are_right(loaded: Client) -> None:
    load_units(loaded, three_levels())
    refresh_rollup(loaded)
    rebuild_levels(loaded)

    assert refresh_rollup(loaded) == []  # the roll-up sees every block that is written


def test_the_rollup_equals_the_facts_and_only_changed_months_are_recomputed(loaded: Client) -> None:
    load_units(loaded, three_levels())
    expected = true_rollup(true_facts(EVENTS, three_levels()))

    refresh_rollup(loaded)
    assert stored_rollup(loaded) == expected
    assert refresh_rollup(loaded) == []

    loaded.command("OPTIMIZE TABLE dossiers FINAL")
    assert refresh_rollup(loaded) == []  # merging changes no fact

    asyncio.run(load(loaded, EVENTS[:1]))
    assert refresh_rollup(loaded) == [int(f"{EVENTS[0].envelope.opened_on:%Y%m}")]
    assert stored_rollup(loaded) == expected


def test_a_rollup_computed_from_older_facts_is_seen_as_out_of_date(loaded: Client) -> None:
    refresh_rollup(loaded)
    month = loaded.query("SELECT max(opened_month) FROM rollup").first_row[0]
    loaded.command("CREATE TABLE older AS rollup")
    loaded.command(f"INSERT INTO older SELECT * REPLACE (watermark - 1 AS watermark, dossier_count + 1 AS dossier_count) "
                   f"FROM rollup WHERE opened_month = {month}")  # fmt: skip
    loaded.command(f"ALTER TABLE rollup REPLACE PARTITION {month} FROM older")

    assert refresh_rollup(loaded) == [month]
    assert stored_rollup(loaded) == true_rollup(true_facts(EVENTS, three_levels()))
