"""Years without a notice: the days off that the Labour Code alone gives, marked as provisional (CAL-6, B16)."""

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest
from holidays.version import __version__ as holidays_version

from deploy import provisional_days
from rules.book.rulebook import Rulebook
from rules.calendars.calendar import Calendar
from rules.calendars.provisional import ProvisionalDays, parse_provisional_days, with_provisional
from rules.calendars.spec import CalendarSpec, parse_calendar
from rules.due.terms import Term, due
from rules.errors import InvalidCalendarError
from tests.unit.rules.conftest import Vietnam

FILE = (files("rules") / "data" / "provisional-days.toml").read_text(encoding="utf-8")
DATA: Mapping[str, Any] = tomllib.loads(FILE)
OFF_IN_2027 = (
    "2027-01-01", "2027-02-04", "2027-02-05", "2027-02-08", "2027-02-09", "2027-02-10", "2027-04-16", "2027-04-30",
    "2027-05-03", "2027-09-02", "2027-09-03", "2027-11-24",
)  # fmt: skip


def weekdays_off(calendar: Calendar, year: int) -> list[str]:
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(365))
    return [str(day) for day in days if day.isoweekday() < 6 and not calendar.is_working_day(day)]


def days_of(**changed: Any) -> ProvisionalDays:
    return parse_provisional_days({**DATA, **changed})


@pytest.fixture(scope="module")
def bare(calendar: Calendar) -> CalendarSpec:
    """The standard calendar as it is published, with nothing around it."""
    text = (files("rules") / "data" / "calendars" / "vn-standard.toml").read_text(encoding="utf-8")
    return parse_calendar(tomllib.loads(text), calendar.zone)


def test_a_year_without_a_notice_has_the_days_off_of_the_labour_code(calendar: Calendar) -> None:
    # Saturday 1 May 2027 has its day in lieu on the Monday; the Culture Day, in force since 2026, is among them.
    assert weekdays_off(calendar, 2027) == list(OFF_IN_2027)


def test_every_provisional_day_names_its_law_and_its_status(calendar: Calendar) -> None:
    around = {day: one for day, one in calendar.spec.entries.items() if not calendar.spec.is_published(day)}
    assert {one.source_status for one in around.values()} == {"provisional"}
    assert {one.legal_source for one in around.values()} == {
        "Bộ luật Lao động 10/2012/QH13, Điều 115",
        "Bộ luật Lao động 45/2019/QH14, Điều 112",
        "Nghị quyết 80-NQ/TW",
    }


def test_no_day_is_swapped_or_made_up_for_in_a_provisional_year(calendar: Calendar) -> None:
    around = [one for day, one in calendar.spec.entries.items() if not calendar.spec.is_published(day)]
    assert {one.kind for one in around} == {"off"}
    assert calendar.is_working_day(date(2019, 4, 29))  # off by a notice, for Saturday 4 May
    assert not calendar.is_working_day(date(2019, 5, 4))


def test_a_published_day_counts_as_it_was_published_whatever_the_provisional_file_says(bare: CalendarSpec) -> None:
    row = {**DATA["days"][0], "date": date(2026, 3, 9)}
    spec = with_provisional(bare, days_of(days=[row]))
    assert date(2026, 3, 9) not in spec.entries
    assert Calendar(spec).is_working_day(date(2026, 1, 10))  # the made-up Saturday


def test_a_year_that_is_published_takes_the_place_of_its_provisional_days(bare: CalendarSpec) -> None:
    spec = with_provisional(replace(bare, version="2027.1", valid_until=date(2027, 12, 31)), days_of())
    assert weekdays_off(Calendar(spec), 2027) == []
    assert weekdays_off(Calendar(spec), 2028)[0] == "2028-01-03"


def test_only_years_that_follow_without_a_gap_are_covered(bare: CalendarSpec) -> None:
    early = replace(bare, valid_from=date(2010, 1, 1), valid_until=date(2012, 12, 31), entries={}, checksums={})
    spec = with_provisional(early, days_of())
    assert (spec.covered_from, spec.covered_until) == (early.valid_from, early.valid_until)


def test_a_calendar_that_the_file_does_not_name_ends_with_its_last_published_day(rulebook: Rulebook) -> None:
    spec = rulebook.calendar("weekdays-amsterdam").spec
    assert (spec.covered_from, spec.covered_until) == (spec.valid_from, spec.valid_until)


def test_a_holiday_on_a_saturday_shuts_the_counters_that_would_be_open(rulebook: Rulebook) -> None:
    saturday = rulebook.calendar("vn-saturday-morning")
    assert saturday.intake_sessions(date(2028, 1, 1)) == ()
    assert len(saturday.intake_sessions(date(2028, 1, 8))) == 1
    assert rulebook.calendar("vn-standard").entry(date(2028, 1, 1)) is None  # it would change nothing there


def test_the_hours_of_a_year_before_the_published_ones_are_the_first_that_are_known(calendar: Calendar) -> None:
    assert [start.hour for start, _ in calendar.sessions(date(2014, 1, 2))] == [7, 13]


def test_a_term_runs_over_the_end_of_the_published_calendar(
    rulebook: Rulebook, calendar: Calendar, vn: Vietnam
) -> None:
    term = Term(value=10, unit="working_day")
    found = due(calendar, vn("2026-12-24T09:00"), term, rulebook.default_rule_set)
    assert found.due_at == vn("2027-01-08T17:00")  # 25, 28 to 31/12, then 4 to 8/1; 1/1 is a holiday


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"source": None, "days": [{"date": "2027-01-01"}]}, "is not a day"),
        ({"days": [{"date": date(2027, 1, 1)}]}, "missing or wrong field: 'name'"),
        ({"days": [DATA["days"][0], DATA["days"][0]]}, "stands twice"),
        ({"valid_from": date(2015, 1, 1)}, "outside the span"),
        ({"calendars": None}, "missing or wrong field"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(changed: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidCalendarError, match=problem):
        days_of(**changed)


@pytest.mark.skipif(f"holidays-{holidays_version}" != DATA["source"], reason="another edition of the package is here")
def test_the_file_is_what_the_script_writes() -> None:
    assert provisional_days.document() == FILE
