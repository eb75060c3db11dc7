"""The figures of ClickHouse against the plain count over the same events, on the real engine."""

import asyncio
import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from clickhouse_connect.driver.client import Client

from events.envelope import Event
from services.stats.adapters.figures import dossiers_behind, figures, figures_in
from services.stats.adapters.unit_register import load_units
from services.stats.domain.errors import UnknownFigureError
from services.stats.domain.figures import FIGURE_NAMES, Counts, FigureCell, total
from services.stats.domain.levels import LEVELS, Level, PlacedUnit, place_units
from services.stats.domain.periods import ZONE, Period, period
from tests.oracles.plain_count import counted_dossiers, figures_of
from tests.sql.conftest import NOW
from tests.sql.loading import load
from tests.unit.stats.dossiers import Dossier, at, events_of
from tests.unit.stats.random_dossiers import COMMUNES, DISTRICTS, PROVINCE, UNREGISTERED, random_dossiers, three_levels

PERIODS = [
    period(None, None, NOW),
    period(date(2025, 6, 2), date(2025, 6, 9), NOW),
    period(date(2025, 6, 30), date(2025, 7, 7), NOW),
    period(date(2025, 7, 1), date(2025, 10, 1), NOW),
    period(date(2026, 1, 1), None, NOW),
    # A week that still runs: what is open is judged now, on Thursday morning.
    period(date(2026, 2, 2), date(2026, 2, 9), datetime(2026, 2, 5, 9, 30, tzinfo=ZONE)),
]


@pytest.fixture(scope="module")
def events() -> list[Event]:
    # Ends before it starts, across the beginning of a period: real registers hold such rows.
    backwards = Dossier("backwards", COMMUNES[1]).accepted(at("2025-07-01")).due_at(at("2025-07-08", "17:00"))
    return events_of([*random_dossiers(seed=7, count=700), backwards.ready(at("2025-06-29"))])


@pytest.fixture(scope="module")
def units() -> list[PlacedUnit]:
    return place_units(three_levels())


@pytest.fixture(scope="module")
def loaded(client: Client, events: Sequence[Event]) -> Client:
    shuffled = random.Random(1).sample(events, len(events))
    asyncio.run(load(client, [*shuffled, *shuffled[::3]], batch_sizes=(700, 2500)))
    load_units(client, three_levels())
    return client


@pytest.mark.parametrize("asked", PERIODS, ids=lambda one: f"{one.from_on}..{one.to_on}")
@pytest.mark.parametrize("level", LEVELS)
def test_sql_and_plain_python_count_the_same(
    loaded: Client, events: list[Event], units: list[PlacedUnit], level: Level, asked: Period
) -> None:
    expected = figures_of(events, units, level, asked)

    assert figures_in(loaded, level, asked) == expected
    assert sum(one.open + one.resolved for one in expected) > 0


@pytest.mark.parametrize("unit_id", [PROVINCE, DISTRICTS[0], COMMUNES[1], UNREGISTERED])
@pytest.mark.parametrize("level", LEVELS)
def test_a_scope_counts_the_unit_and_what_lies_below_it(
    loaded: Client, events: list[Event], units: list[PlacedUnit], level: Level, unit_id: int
) -> None:
    asked = PERIODS[3] if unit_id != DISTRICTS[0] else PERIODS[1]

    assert figures_in(loaded, level, asked, unit_id) == figures_of(events, units, level, asked, unit_id)


def test_the_list_behind_a_figure_is_as_long_as_the_figure_and_holds_those_dossiers(
    loaded: Client, events: list[Event], units: list[PlacedUnit]
) -> None:
    asked = PERIODS[3]
    counted = counted_dossiers(events, units, "commune", asked)
    for unit in figures_in(loaded, "commune", asked)[:3]:
        for name in FIGURE_NAMES:
            cell = FigureCell(level="commune", unit_id=unit.unit_id, figure=name, period=asked)
            listed = dossiers_behind(loaded, cell, limit=1000)
            meant = {
                one.dossier_id for one in counted if one.counted_unit_id == unit.unit_id and getattr(one.counts, name)
            }
            assert len(listed) == getattr(unit, name), name
            assert {one.dossier_id for one in listed} == meant, name


@pytest.mark.parametrize("level", LEVELS)
def test_a_list_without_a_unit_holds_all_units_of_the_level_page_by_page(loaded: Client, level: Level) -> None:
    asked = PERIODS[0]
    cell = FigureCell(level=level, unit_id=None, figure="received", period=asked)
    expected = total(figures_in(loaded, level, asked)).received

    pages = [dossiers_behind(loaded, cell, limit=150, offset=at) for at in range(0, expected + 150, 150)]

    assert len({line.dossier_id for page in pages for line in page}) == expected


@pytest.mark.parametrize("asked", PERIODS, ids=lambda one: f"{one.from_on}..{one.to_on}")
@pytest.mark.parametrize("level", LEVELS)
def test_the_balances_hold_on_every_row(loaded: Client, level: Level, asked: Period) -> None:
    for one in figures_in(loaded, level, asked):
        assert one.carried_in + one.received == one.resolved + one.terminated + one.open  # I1, I2
        assert one.resolved == one.early + one.on_time + one.late + one.unknown  # I3
        assert one.open == one.open_within + one.open_paused + one.open_overdue + one.open_unknown  # I4
        unknown_channel = one.received - one.received_direct - one.received_online - one.received_postal  # I7
        cell = FigureCell(level=level, unit_id=one.unit_id, figure="received", period=asked)
        assert unknown_channel == sum(line.channel == 0 for line in dossiers_behind(loaded, cell, limit=1000))


def test_what_is_open_at_the_end_is_carried_into_the_next_period(loaded: Client) -> None:
    week = timedelta(days=7)
    for monday in (date(2025, 6, 23) + week * nth for nth in range(6)):
        this, following = (
            figures(loaded, "commune", start, start + week, now=NOW) for start in (monday, monday + week)
        )
        assert {one.unit_id: one.open for one in this if one.open} == {
            one.unit_id: one.carried_in for one in following if one.carried_in
        }  # I5


@pytest.mark.parametrize("asked", PERIODS[:4], ids=lambda one: f"{one.from_on}..{one.to_on}")
def test_a_province_is_the_sum_of_its_communes_and_of_what_was_received_above_them(
    loaded: Client, events: list[Event], units: list[PlacedUnit], asked: Period
) -> None:
    above = total(
        one.counts for one in counted_dossiers(events, units, "commune", asked, PROVINCE) if one.counted_unit_id is None
    )
    communes = total(figures_in(loaded, "commune", asked, PROVINCE))
    (province,) = figures_in(loaded, "province", asked, PROVINCE)

    assert total([communes, above]) == Counts(**{name: getattr(province, name) for name in FIGURE_NAMES})  # I6


def test_flows_of_days_add_up_to_the_flows_of_the_week(loaded: Client) -> None:
    monday = date(2025, 9, 1)
    days = [
        total(figures(loaded, "province", day, day + timedelta(days=1), now=NOW))
        for day in (monday + timedelta(days=nth) for nth in range(7))
    ]
    week = total(figures(loaded, "province", monday, monday + timedelta(days=7), now=NOW))

    for flow in ("received", "resolved", "early", "on_time", "late", "unknown", "terminated"):
        assert sum(getattr(day, flow) for day in days) == getattr(week, flow)  # I8


def test_nothing_shows_an_empty_district_after_the_districts_ended(loaded: Client) -> None:
    shown = figures(loaded, "district", date(2025, 10, 1), date(2025, 11, 1), now=NOW)

    assert {one.unit_id for one in shown if one.received} == {0}  # only what no registered unit received
    assert {one.unit_name for one in shown if one.unit_id == 0} == {"Chưa phân bổ"}


def test_dossiers_of_an_unregistered_unit_are_counted_under_its_number(loaded: Client) -> None:
    names = {one.unit_id: one.unit_name for one in figures(loaded, "commune", now=NOW)}

    assert names[UNREGISTERED] == f"Đơn vị chưa đăng ký ({UNREGISTERED})"
    assert names[COMMUNES[0]] == f"Đơn vị {COMMUNES[0]}"


def test_a_registered_unit_without_dossiers_answers_with_zeros(loaded: Client) -> None:
    (one,) = figures(loaded, "commune", date(2024, 1, 1), date(2024, 1, 8), COMMUNES[0], NOW)

    assert (one.unit_name, one.received, one.open, one.on_time_rate) == (f"Đơn vị {COMMUNES[0]}", 0, 0, None)
    assert figures(loaded, "commune", date(2024, 1, 1), date(2024, 1, 8), 12345, NOW) == []


def test_unknown_figures_and_levels_are_refused_before_any_sql_runs(loaded: Client) -> None:
    with pytest.raises(UnknownFigureError, match="late; drop"):
        dossiers_behind(
            loaded, FigureCell(level="commune", unit_id=1, figure="late; drop table dossiers", period=PERIODS[0])
        )
    with pytest.raises(UnknownFigureError, match="village"):
        figures(loaded, "village")  # type: ignore[arg-type]
