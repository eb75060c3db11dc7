"""The register in ClickHouse follows from the events that are stored there, on the real engine (ADR 0020)."""

import asyncio
from datetime import date

import pytest
from clickhouse_connect.driver.client import Client

from events.envelope import Event
from services.stats.adapters.fact_store import ClickHouseFacts
from services.stats.adapters.unit_register import load_units, read_places, units_revision
from services.stats.domain.levels import NOWHERE, Place
from services.stats.domain.reference import reference_row
from services.stats.domain.rows import LogPlace, data_text
from tests.sql.loading import load
from tests.sql.truth import stored_facts, true_facts
from tests.unit.intake.counter import NOW
from tests.unit.intake.officers import raw_officer
from tests.unit.intake.units import CITY, DISTRICT, NEW, OLD, before_the_reform, recorded, reform
from tests.unit.stats.dossiers import Dossier, at
from tests.unit.stats.random_dossiers import three_levels

ALL = recorded([*before_the_reform(), *reform()])


def take(client: Client, events: list[Event]) -> None:
    store = ClickHouseFacts(client)
    place = LogPlace("reference-events", 0, 0, NOW)

    async def both() -> None:
        await store.insert_reference([reference_row(one, data_text(one), place) for one in events])
        await store.refresh_register()

    asyncio.run(both())


@pytest.fixture(scope="module")
def loaded(client: Client) -> Client:
    take(client, ALL)
    return client


def test_the_register_is_what_the_events_say(loaded: Client) -> None:
    places = read_places(loaded)
    assert places.on(OLD, date(2025, 6, 30)) == Place(CITY, DISTRICT, OLD)
    assert places.on(OLD, date(2025, 7, 1)) == NOWHERE
    assert places.on(NEW, date(2025, 7, 1)) == Place(CITY, 0, NEW)


def test_events_that_come_again_make_no_revision(loaded: Client) -> None:
    before = units_revision(loaded)
    take(loaded, [*ALL[3:], *ALL[:5]])
    assert units_revision(loaded) == before


def test_what_was_loaded_otherwise_is_replaced_and_facts_follow(loaded: Client) -> None:
    dossier = Dossier("D-units", unit_id=OLD).accepted(at("2025-06-26")).due_at(at("2025-07-10", "17:00")).events
    asyncio.run(load(loaded, dossier))
    load_units(loaded, three_levels())
    assert stored_facts(loaded) == true_facts(dossier, three_levels())
    take(loaded, ALL[:1])
    (row,) = loaded.query(
        "SELECT province_id, district_id, commune_id FROM dossiers FINAL WHERE dossier_id = 'D-units'"
    ).result_rows
    assert row == (CITY, DISTRICT, OLD)


OFFICERS = recorded(
    [
        *before_the_reform(),
        *reform(),
        raw_officer("assigned", "ld-1", "2025-07-01", unit_id=NEW, role="head_of_unit"),
        raw_officer("absent", "ld-1", "2026-03-02", valid_until="2026-03-09"),
    ]
)[len(ALL) :]
ON_DAY = """SELECT officer_id, unit_id, role, is_absent, count() OVER ()
FROM officers FINAL WHERE valid_from <= '{0}' AND '{0}' < valid_until"""


def test_officers_are_what_the_events_say_and_what_they_no_longer_say_is_gone(loaded: Client) -> None:
    take(loaded, OFFICERS[:1])
    assert loaded.query(ON_DAY.format("2026-03-02")).result_rows == [("ld-1", NEW, "head_of_unit", 0, 1)]
    take(loaded, [*OFFICERS, OFFICERS[0]])
    assert loaded.query(ON_DAY.format("2026-03-02")).result_rows == [("ld-1", NEW, "head_of_unit", 1, 1)]
    assert loaded.query(ON_DAY.format("2026-03-09")).result_rows == [("ld-1", NEW, "head_of_unit", 0, 1)]
    before = loaded.query("SELECT max(revision), count() FROM officers FINAL").result_rows
    take(loaded, OFFICERS)
    assert loaded.query("SELECT max(revision), count() FROM officers FINAL").result_rows == before == [(2, 3)]
    loaded.command(
        "ALTER TABLE reference_events DELETE WHERE event_type = 'officer-absence-recorded.v1' SETTINGS mutations_sync = 1"
    )
    take(loaded, OFFICERS[:1])
    assert loaded.query("SELECT count() FROM officers FINAL").result_rows == [(1,)]
