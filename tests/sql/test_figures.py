"""The figures of ClickHouse against the plain count over the same events, on the real engine."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from clickhouse_connect.driver.client import Client

from events.envelope import Event
from services.stats.adapters.unit_register import load_units
from services.stats.domain.figure_catalog import ACCEPTED, COUNTS
from services.stats.domain.levels import LEVELS, Level, PlacedUnit, place_units
from services.stats.domain.periods import ZONE, Period, period
from services.stats.questions import (
    LISTED,
    Counts,
    Scope,
    UnitFigures,
    UnknownFigureError,
    dossier_count,
    figures,
    figures_below,
    figures_of_scope,
    total,
)
from tests.oracles.plain_count import counted_dossiers, figures_of
from tests.sql.conftest import NOW
from tests.sql.loading import load
from tests.sql.truth import PLAINLY_COUNTED, behind, same_figures
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

    assert same_figures(figures_in(loaded, level, asked), expected)
    assert sum(one.open + one.resolved for one in expected) > 0


@pytest.mark.parametrize("unit_id", [PROVINCE, DISTRICTS[0], COMMUNES[1], UNREGISTERED])
@pytest.mark.parametrize("level", LEVELS)
def test_a_scope_counts_the_unit_and_what_lies_below_it(
    loaded: Client, events: list[Event], units: list[PlacedUnit], level: Level, unit_id: int
) -> None:
    asked = PERIODS[3] if unit_id != DISTRICTS[0] else PERIODS[1]

    shown = figures_in(loaded, level, asked, unit_id)

    assert same_figures(shown, figures_of(events, units, level, asked, unit_id))


def test_the_list_behind_a_figure_is_as_long_as_the_figure_and_holds_those_dossiers(
    loaded: Client, events: list[Event], units: list[PlacedUnit]
) -> None:
    asked = PERIODS[3]
    counted = counted_dossiers(events, units, "commune", asked)
    for unit in [one for one in figures_in(loaded, "commune", asked) if one.unit_id in COMMUNES][:3]:
        scope = Scope(unit_id=unit.unit_id)
        for name in LISTED:
            listed = behind(loaded, name, asked, scope)
            meant = {
                one.dossier_id for one in counted if one.counted_unit_id == unit.unit_id and getattr(one.counts, name)
            }
            # A scope of one unit knows of no other: what it took over is the same, whoever had it.
            assert len(listed) == getattr(unit, name) == dossier_count(loaded, name, asked, scope), name
            assert name not in PLAINLY_COUNTED or {one["dossier_id"] for one in listed} == meant, name


def test_a_long_list_comes_page_by_page_without_gap_or_repeat(loaded: Client) -> None:
    expected = dossier_count(loaded, "received", PERIODS[0], Scope())

    pages = [
        behind(loaded, "received", PERIODS[0], Scope(), limit=150, offset=at) for at in range(0, expected + 150, 150)
    ]

    assert len({line["dossier_id"] for page in pages for line in page}) == expected > 600


@pytest.mark.parametrize("asked", PERIODS, ids=lambda one: f"{one.from_on}..{one.to_on}")
@pytest.mark.parametrize("level", LEVELS)
def test_the_balances_hold_on_every_row(loaded: Client, level: Level, asked: Period) -> None:
    for one in figures_in(loaded, level, asked):
        came = one.carried_in + one.received + one.reopened + one.transferred_in
        assert came == one.resolved + one.terminated + one.transferred_out + one.open  # I1, I2
        assert one.resolved == one.early + one.on_time + one.late + one.unknown  # I3
        assert one.open == one.open_within + one.open_paused + one.open_overdue + one.open_unknown  # I4
        assert one.received >= one.received_direct + one.received_online + one.received_postal  # I7
        assert one.apology_required == one.apology_in_time + one.apology_late + one.apology_waived + one.apology_missing


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
@pytest.mark.parametrize("unit_id", [0, PROVINCE, *DISTRICTS, COMMUNES[1]])
def test_a_unit_is_the_sum_of_those_below_it_and_of_what_it_received_itself(
    loaded: Client, unit_id: int, asked: Period
) -> None:
    below = figures_below(loaded, asked, Scope(unit_id=unit_id))
    own = figures_below(loaded, asked, Scope(unit_id=unit_id, is_own=True))
    whole = total(figures_in(loaded, "province", asked, unit_id or None))
    if not unit_id:  # what moved from province to province is somewhere in everything
        whole = replace(whole, transferred_in=0, transferred_out=0)

    summed = total(below.values())
    assert figures_of_scope(loaded, asked, Scope(unit_id=unit_id), below.values()) == whole  # I6
    assert replace(summed, transferred_in=0, transferred_out=0) == replace(whole, transferred_in=0, transferred_out=0)
    assert summed.transferred_in - summed.transferred_out == whole.transferred_in - whole.transferred_out
    assert not unit_id or unit_id in COMMUNES or total(own.values()) == below.get((unit_id, "own"), total([]))


def test_flows_of_days_add_up_to_the_flows_of_the_week(loaded: Client) -> None:
    monday = date(2025, 9, 1)
    days = [
        total(figures(loaded, "province", day, day + timedelta(days=1), now=NOW))
        for day in (monday + timedelta(days=nth) for nth in range(7))
    ]
    week = total(figures(loaded, "province", monday, monday + timedelta(days=7), now=NOW))

    for flow in (one.id for one in COUNTS if one.cohort == ACCEPTED):
        assert sum(getattr(day, flow) for day in days) == getattr(week, flow)  # I8
    assert sum(map(_gone, days)) == _gone(week)
    assert sum(day.resolved for day in days) > week.resolved > 0  # one was reopened on another day of the week


def _gone(one: Counts) -> int:
    """What left the stock, less what came back into it."""
    return one.resolved + one.terminated + one.transferred_out - one.reopened - one.transferred_in


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
    for asker in (dossier_count, behind):
        for name in ("late; drop table dossiers", "apology_missing", "on_time_rate"):
            with pytest.raises(UnknownFigureError, match=f"'{name}' is not a figure with a list"):
                asker(loaded, name, PERIODS[0], Scope())
    with pytest.raises(UnknownFigureError, match="village"):
        figures(loaded, "village")  # type: ignore[arg-type]


def figures_in(client: Client, level: Level, asked: Period, unit_id: int | None = None) -> list[UnitFigures]:
    """The figures of a period that is already made."""
    return figures(client, level, asked.from_on, asked.to_on, unit_id, asked.as_of)
