"""The golden example of domain.md 4.7.4, on the real engine: figures, lists, apologies, report, trend and supervisor's views."""

import asyncio
from datetime import date

import pytest
from clickhouse_connect.driver.client import Client

from services.stats.adapters.rollup import refresh_rollup
from services.stats.adapters.unit_register import load_units
from services.stats.domain.levels import LEVELS, Level, UnitPeriod, place_units
from services.stats.domain.periods import LAST_DAY, week
from services.stats.domain.report_formats import to_text
from services.stats.questions import Counts, Scope, figures, trend, weekly_report
from tests.oracles.plain_count import figures_of
from tests.sql.conftest import NOW
from tests.sql.loading import load
from tests.sql.truth import behind, same_figures
from tests.unit.stats.dossiers import WARD, at, events_of, golden_week

MONDAY, NEXT_MONDAY = date(2026, 3, 2), date(2026, 3, 9)
UNITS = [
    UnitPeriod(unit_id=46, code="46", name="Thành phố Huế", level="province", unit_type="thành phố", parent_id=0,
               valid_from=date(2025, 1, 1), valid_until=LAST_DAY, legal_basis=""),
    UnitPeriod(unit_id=WARD, code="1", name="Phường Thuận Hóa", level="commune", unit_type="phường", parent_id=46,
               valid_from=date(2025, 7, 1), valid_until=LAST_DAY, legal_basis=""),
]  # fmt: skip
EXPECTED = {
    "carried_in": 5, "received": 5, "resolved": 4, "early": 2, "on_time": 1, "late": 1, "unknown": 0, "terminated": 2,
    "open": 4, "open_within": 2, "open_paused": 1, "open_overdue": 1, "open_unknown": 0,
}  # fmt: skip


@pytest.fixture(scope="module")
def golden(client: Client) -> Client:
    load_units(client, UNITS)
    asyncio.run(load(client, events_of(golden_week())))
    refresh_rollup(client)
    return client


@pytest.mark.parametrize(
    ("level", "unit_id", "name"), [("province", 46, "Thành phố Huế"), ("commune", WARD, "Phường Thuận Hóa")]
)
def test_the_week_has_the_figures_of_the_example(golden: Client, level: Level, unit_id: int, name: str) -> None:
    (one,) = figures(golden, level, MONDAY, NEXT_MONDAY, now=NOW)

    assert {figure: getattr(one, figure) for figure in EXPECTED} == EXPECTED
    assert (one.unit_id, one.unit_name, one.level, one.definition) == (unit_id, name, level, "ontime.resolved.v1")
    assert one.on_time_rate == 0.75


@pytest.mark.parametrize("level", LEVELS)
def test_plain_python_says_the_same(golden: Client, level: Level) -> None:
    asked = week(MONDAY, NOW)

    assert same_figures(
        figures(golden, level, MONDAY, NEXT_MONDAY, now=NOW),
        figures_of(events_of(golden_week()), place_units(UNITS), level, asked),
    )


@pytest.mark.parametrize(
    ("figure", "dossiers"),
    [
        ("carried_in", {"D01", "D02", "D03", "D04", "D10"}),
        ("received", {"D05", "D06", "D07", "D09", "D12"}),
        ("early", {"D01", "D05"}),
        ("on_time", {"D02"}),
        ("late", {"D03"}),
        ("terminated", {"D09", "D10"}),
        ("open_within", {"D06", "D12"}),
        ("open_paused", {"D07"}),
        ("open_overdue", {"D04"}),
        ("received_online", {"D12"}),
    ],
)
def test_behind_each_figure_stand_its_dossiers(golden: Client, figure: str, dossiers: set[str]) -> None:
    listed = behind(golden, figure, week(MONDAY, NOW), Scope(unit_id=WARD))

    assert {line["dossier_id"] for line in listed} == dossiers


def test_the_report_shows_the_example_and_its_apologies(golden: Client) -> None:
    report = weekly_report(golden, date(2026, 3, 5), "commune", 46, NOW)

    owed = report.total.counts
    assert (owed.apology_required, owed.apology_in_time, owed.apology_late, owed.apology_missing) == (3, 1, 0, 2)
    assert owed.apology_compliance == 1 / 3
    assert [row.unit_name for row in report.rows] == ["Phường Thuận Hóa"]
    text = to_text(report)
    assert "Thành phố Huế, theo cấp xã, từ 02/03/2026 đến hết 08/03/2026" in text
    cells = [cell.strip() for cell in next(line for line in text.splitlines() if "Phường" in line).split("|")]
    assert cells[2:] == [
        "5",
        "5",
        "4",
        "1",
        "0",
        "4",
        "2",
        "1",
        "1",
        "75,00 %",
        "2",
        "0",
        "1",
        "1",
        "3",
        "1",
        "0",
        "0",
        "2",
        "33,33 %",
        "—",
    ]


def test_a_report_by_district_where_there_are_none_shows_everything_above_the_level(golden: Client) -> None:
    report = weekly_report(golden, MONDAY, "district", 46, NOW)

    assert [row.counts.received for row in report.rows] == [5]
    assert report.total.counts.received == 5


def test_a_letter_sent_after_the_cut_off_is_not_seen_yet(golden: Client) -> None:
    early_look = weekly_report(golden, MONDAY, "commune", 46, now=at("2026-03-03", "12:00"))

    # On Tuesday noon nothing of the week is due yet but D04 that evening; D03's letter is not written.
    assert early_look.total.counts.apology_required == 0
    assert early_look.total.counts.open_overdue == 0


def test_the_trend_holds_each_week_also_one_without_any_dossier(golden: Client) -> None:
    weeks = [week(date(2026, 2, 25), NOW), week(MONDAY, NOW), week(date(2024, 1, 1), NOW)]
    before, this, long_ago = trend(golden, weeks, Scope(unit_id=46))

    assert (before.received, before.early) == (6, 1)
    assert (this.received, this.resolved, this.open_overdue, this.on_time_rate) == (5, 4, 1, 0.75)
    assert long_ago == Counts()
    assert trend(golden, weeks, Scope(unit_id=99)) == [Counts()] * 3


def test_supervisors_views_have_names(golden: Client) -> None:
    overdue = golden.query("SELECT dossier_code, unit_name FROM open_overdue").result_rows
    (week_row,) = golden.query(
        "SELECT unit_name, received, resolved, on_time_rate FROM on_time_by_unit_week WHERE week_on = '2026-03-02'"
    ).result_rows

    # By now the two that were within their term that week are overdue too; D07 still waits for the citizen.
    assert set(overdue) == {(f"H-{one}", "Phường Thuận Hóa") for one in ("D04", "D06", "D12")}
    assert week_row == ("Phường Thuận Hóa", 5, 4, 0.75)
