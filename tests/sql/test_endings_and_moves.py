"""An ending stays in its period, a reopening enters a later one (B11), a reorganisation moves the stock (OR-8): on the engine."""

import asyncio
from datetime import date

import pytest
from clickhouse_connect.driver.client import Client

from services.stats.adapters.rollup import refresh_rollup
from services.stats.adapters.unit_register import load_units
from services.stats.domain.levels import LEVELS, UnitPeriod, place_units
from services.stats.domain.periods import LAST_DAY
from services.stats.domain.report_formats import to_text
from services.stats.questions import (
    Counts,
    Level,
    Scope,
    dossier_count,
    figures,
    figures_of_scope,
    period,
    weekly_report,
)
from tests.oracles.plain_count import figures_of
from tests.sql.conftest import NOW
from tests.sql.loading import load
from tests.sql.truth import behind, same_figures
from tests.unit.stats.dossiers import Dossier, at, events_of

CITY, DISTRICT, OLD, NEW, WARD = 46, 460, 4601, 4602, 4603
REFORM = date(2025, 7, 1)


def unit(
    unit_id: int, level: str, parent_id: int, since: date = date(2024, 1, 1), until: date = LAST_DAY
) -> UnitPeriod:
    return UnitPeriod(
        unit_id=unit_id, code="", name=f"Đơn vị {unit_id}", level=level, unit_type="", parent_id=parent_id, valid_from=since,
        valid_until=until, legal_basis="",
    )  # fmt: skip


UNITS = [
    unit(CITY, "province", 0),
    unit(DISTRICT, "district", CITY, until=REFORM),
    unit(OLD, "commune", DISTRICT, until=REFORM),
    unit(NEW, "commune", CITY, since=REFORM),
    unit(WARD, "commune", CITY),
]


def lives() -> list[Dossier]:
    """C02-1 as it was told, one late in December and reopened in January, one reopened within its week, the example of OR-8."""
    return [
        Dossier("C02-1", WARD, is_history=True).accepted(at("2026-03-02")).due_at(at("2026-03-09", "17:00"))
        .ready(at("2026-03-05", "10:00")).reopened(at("2026-03-11", "10:00")),
        Dossier("December", WARD).accepted(at("2025-12-01")).due_at(at("2025-12-08", "17:00"))
        .ready(at("2025-12-10")).reopened(at("2026-01-05")).ready(at("2026-01-07")),
        Dossier("beside", WARD).accepted(at("2025-12-01")).due_at(at("2025-12-08", "17:00")).ready(at("2025-12-05")),
        Dossier("within", WARD).accepted(at("2026-05-04")).due_at(at("2026-05-11", "17:00"))
        .ready(at("2026-05-05")).reopened(at("2026-05-06")),
        Dossier("OR-8", OLD).accepted(at("2025-06-26", "09:00")).due_at(at("2025-07-10", "17:00"))
        .reassigned(NEW, at("2025-07-01", "00:00")).ready(at("2025-07-09")),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def told(client: Client) -> Client:
    load_units(client, UNITS)
    asyncio.run(load(client, events_of(lives())))
    refresh_rollup(client)
    return client


def counted(client: Client, level: Level, first: str, after: str, unit_id: int) -> dict[str, int]:
    """What isn't zero of a unit in [first, after), balanced on the way."""
    shown = figures(client, level, date.fromisoformat(first), date.fromisoformat(after), now=NOW)
    assert all(one.carried_in + one.received + one.reopened + one.transferred_in
               == one.resolved + one.terminated + one.transferred_out + one.open for one in shown)  # fmt: skip
    counts = next((one for one in shown if one.unit_id == unit_id), Counts())
    names = (
        "carried_in",
        "received",
        "reopened",
        "transferred_in",
        "resolved",
        "early",
        "on_time",
        "late",
        "transferred_out",
        "open",
    )
    return {name: getattr(counts, name) for name in names if getattr(counts, name)}


def test_what_was_reopened_in_the_next_week_stays_ended_in_its_own(told: Client) -> None:
    assert counted(told, "commune", "2026-03-02", "2026-03-09", WARD) == {"received": 1, "resolved": 1, "early": 1}
    assert counted(told, "commune", "2026-03-09", "2026-03-16", WARD) == {"reopened": 1, "open": 1}
    assert counted(told, "commune", "2026-03-16", "2026-03-23", WARD) == {"carried_in": 1, "open": 1}


def test_a_late_ending_of_december_is_late_in_december_whatever_january_brings(told: Client) -> None:
    (december,) = figures(told, "commune", date(2025, 12, 1), date(2026, 1, 1), now=NOW)
    assert (december.late, december.early, december.on_time_rate) == (1, 1, 0.5)
    assert counted(told, "commune", "2026-01-01", "2026-02-01", WARD) == {"reopened": 1, "resolved": 1, "late": 1}
    assert counted(told, "commune", "2025-12-01", "2026-02-01", WARD)["resolved"] == 2


def test_the_list_behind_an_ending_says_what_was_said_of_that_one(told: Client) -> None:
    asked = period(date(2025, 12, 1), date(2026, 1, 1), NOW)
    (line,) = behind(told, "late", asked, Scope(unit_id=WARD))
    assert (line["dossier_id"], line["ended_at"], line["outcome"]) == ("December", at("2025-12-10"), "late")
    assert [
        one["dossier_id"] for one in behind(told, "reopened", period(date(2026, 3, 9), date(2026, 3, 16), NOW), Scope())
    ] == ["C02-1"]


def test_a_reopening_of_the_same_week_undoes_the_ending_of_the_week_and_not_of_the_day(told: Client) -> None:
    assert counted(told, "commune", "2026-05-04", "2026-05-11", WARD) == {"received": 1, "carried_in": 1, "open": 2}
    assert counted(told, "commune", "2026-05-05", "2026-05-06", WARD)["resolved"] == 1
    assert counted(told, "commune", "2026-05-06", "2026-05-07", WARD)["reopened"] == 1


def test_a_week_that_is_over_stays_in_the_view_of_weeks(told: Client) -> None:
    rows = told.query(
        "SELECT toString(week_on), received, resolved, early, late, reopened FROM on_time_by_unit_week "
        f"WHERE unit_id = {WARD} AND week_on IN ('2026-03-02', '2026-03-09', '2025-12-08', '2026-05-04') ORDER BY week_on"
    ).result_rows
    assert rows == [
        ("2025-12-08", 0, 1, 0, 1, 0), ("2026-03-02", 1, 1, 1, 0, 0), ("2026-03-09", 0, 0, 0, 0, 1), ("2026-05-04", 1, 0, 0, 0, 0)
    ]  # fmt: skip


def test_the_example_of_the_reorganisation_comes_out(told: Client) -> None:
    june, july, august = ("2025-06-01", "2025-07-01"), ("2025-07-01", "2025-08-01"), ("2025-08-01", "2025-09-01")
    assert counted(told, "commune", *june, OLD) == {"received": 1, "open": 1}
    assert counted(told, "district", *june, DISTRICT) == {"received": 1, "open": 1}
    assert counted(told, "commune", "2025-06-23", "2025-06-30", OLD) == {"received": 1, "open": 1}
    assert counted(told, "commune", *july, OLD) == {"carried_in": 1, "transferred_out": 1}
    assert counted(told, "commune", *july, NEW) == {"transferred_in": 1, "resolved": 1, "early": 1}
    assert counted(told, "commune", *august, NEW) == {}


def test_after_the_reorganisation_the_new_unit_carries_the_stock_in(told: Client) -> None:
    assert counted(told, "commune", "2025-07-07", "2025-07-14", NEW) == {"carried_in": 1, "resolved": 1, "early": 1}


def test_within_the_common_parent_nothing_was_handed_over(told: Client) -> None:
    july = period(date(2025, 7, 1), date(2025, 8, 1), NOW)
    assert counted(told, "province", "2025-07-01", "2025-08-01", CITY) == {"carried_in": 1, "resolved": 1, "early": 1}
    communes = figures(told, "commune", date(2025, 7, 1), date(2025, 8, 1), CITY, NOW)
    assert sum(one.transferred_in for one in communes) == 1
    assert figures_of_scope(told, july, Scope(unit_id=CITY), communes).transferred_in == 0
    assert dossier_count(told, "transferred_in", july, Scope(unit_id=NEW)) == 1
    assert dossier_count(told, "transferred_in", july, Scope(unit_id=CITY)) == 0


def test_the_weekly_report_says_what_the_balance_is_made_of(told: Client) -> None:
    report = weekly_report(told, date(2026, 3, 9), "commune", CITY, NOW)
    assert "mở lại 1 + nhận bàn giao do sắp xếp 0 = đã giải quyết 0" in to_text(report)
    reform = weekly_report(told, date(2025, 6, 30), "commune", CITY, NOW)
    assert [(row.unit_name, row.counts.transferred_in, row.counts.transferred_out) for row in (*reform.rows, reform.total)] == [
        (f"Đơn vị {OLD}", 0, 1), (f"Đơn vị {NEW}", 1, 0), ("", 0, 0)
    ]  # fmt: skip


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "days", [("2025-06-30", "2025-07-07"), ("2025-12-01", "2026-01-01"), ("2026-03-09", "2026-03-16")]
)
def test_plain_python_says_the_same(told: Client, level: Level, days: tuple[str, str]) -> None:
    asked = period(*map(date.fromisoformat, days), NOW)
    shown = figures(told, level, asked.from_on, asked.to_on, now=NOW)
    assert same_figures(shown, figures_of(events_of(lives()), place_units(UNITS), level, asked))
