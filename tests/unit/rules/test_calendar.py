"""The calendar: checksums of domain 2.6, edges of sessions, what lies outside the published years."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from rules.book.rulebook import Rulebook
from rules.calendars.calendar import Calendar
from rules.calendars.days import is_open_for_intake
from rules.errors import CalendarExhaustedError, NaiveInstantError, NotAWorkingDayError

Local = Callable[[str], datetime]

APPENDIX = Path(__file__).parent / "appendix_a"
A1 = list(csv.DictReader((APPENDIX / "a1_calendar_exceptions.csv").read_text(encoding="utf-8").splitlines()))
STATUS = {"[M]": "unverified", "public stock-calendar lists": "public-lists"}

WORKING_DAYS_OF_MONTHS = {
    2023: [16, 20, 23, 20, 20, 22, 21, 23, 19, 22, 22, 21],
    2024: [22, 16, 21, 19, 23, 20, 23, 22, 19, 23, 21, 22],
    2025: [17, 20, 21, 21, 20, 21, 23, 21, 20, 23, 20, 23],
    2026: [21, 15, 22, 20, 20, 22, 23, 21, 20, 22, 20, 23],
}


@pytest.mark.parametrize("row", A1, ids=[row["date"] for row in A1])
def test_every_exception_of_the_appendix_is_published(calendar: Calendar, row: dict[str, str]) -> None:
    day = date.fromisoformat(row["date"])
    entry = calendar.entry(day)
    assert entry is not None
    assert (entry.kind, entry.name) == (row["kind"], row["name"])
    assert entry.counts_for_term is (row["counts_for_term"] == "1")
    assert entry.source_status == STATUS.get(row["source_status"], row["source_status"])
    assert calendar.is_working_day(day) is entry.counts_for_term


def test_nothing_else_is_published_from_2024_on(calendar: Calendar) -> None:
    published = {
        day.isoformat() for day in calendar.spec.entries if day.year >= 2024 and calendar.spec.is_published(day)
    }
    assert published == {row["date"] for row in A1}


def test_the_holidays_of_2023_are_published_as_a_secondary_source(calendar: Calendar) -> None:
    of_2023 = [entry for day, entry in calendar.spec.entries.items() if day.year == 2023]
    assert len(of_2023) == 11
    assert {entry.source_status for entry in of_2023} == {"holidays-0.109"}


@pytest.mark.parametrize("year", WORKING_DAYS_OF_MONTHS)
def test_working_days_of_each_month_add_up_to_the_checksum(calendar: Calendar, year: int) -> None:
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    found = [0] * 12
    for day in days:
        if day.year == year and calendar.is_working_day(day):
            found[day.month - 1] += 1
    assert found == WORKING_DAYS_OF_MONTHS[year]


@pytest.mark.parametrize(
    ("day", "index"),
    [("2024-12-31", 251), ("2025-12-31", 501), ("2026-02-27", 537), ("2026-12-31", 750)],
)
def test_the_index_counted_from_the_end_of_2023_has_the_known_values(calendar: Calendar, day: str, index: int) -> None:
    eve, until = date(2023, 12, 31), date.fromisoformat(day)
    assert calendar.working_days_between(eve, until) == index


@pytest.mark.parametrize(
    ("at", "start"),
    [
        ("2026-03-09T07:29:59", "2026-03-09T07:30"),
        ("2026-03-09T07:30", "2026-03-09T07:30"),
        ("2026-03-09T11:29:59.999999", "2026-03-09T11:29:59.999999"),
        ("2026-03-09T11:30", "2026-03-09T13:00"),
        ("2026-03-09T12:10", "2026-03-09T13:00"),
        ("2026-03-09T13:00", "2026-03-09T13:00"),
        ("2026-03-09T16:59:59", "2026-03-09T16:59:59"),
        ("2026-03-09T17:00:00", "2026-03-10T07:30"),
        ("2026-03-09T17:00:01", "2026-03-10T07:30"),
        ("2026-03-06T17:00", "2026-03-09T07:30"),
        ("2026-02-13T18:00", "2026-02-23T07:30"),
        ("2026-08-21T17:00", "2026-08-22T07:30"),
        ("2024-02-29T17:00", "2024-03-01T07:30"),
    ],
)
def test_effective_start_is_the_first_working_instant(calendar: Calendar, vn: Local, at: str, start: str) -> None:
    found = calendar.effective_start(vn(at))
    assert found == vn(start)
    assert found.utcoffset() == timedelta(hours=7)


def test_instants_of_other_zones_are_taken_at_their_local_time(calendar: Calendar, vn: Local) -> None:
    assert calendar.effective_start(datetime(2026, 3, 9, 10, 0, tzinfo=UTC)) == vn("2026-03-10T07:30")
    assert calendar.local_date(datetime(2026, 3, 8, 17, 0, tzinfo=UTC)) == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("at", "minutes", "end"),
    [
        ("2026-03-09T07:30", 240, "2026-03-09T11:30"),
        ("2026-03-09T07:30", 241, "2026-03-09T13:01"),
        ("2026-03-09T07:30", 480, "2026-03-09T17:00"),
        ("2026-03-09T07:30", 481, "2026-03-10T07:31"),
        ("2026-03-09T11:30", 1, "2026-03-09T13:01"),
        ("2026-03-09T17:00", 0, "2026-03-10T07:30"),
        ("2026-02-13T16:59", 2, "2026-02-23T07:31"),
    ],
)
def test_working_minutes_are_counted_to_the_minute(
    calendar: Calendar, vn: Local, at: str, minutes: int, end: str
) -> None:
    assert calendar.add_working_time(vn(at), timedelta(minutes=minutes)) == vn(end)
    assert calendar.working_minutes_between(vn(at), vn(end)) == minutes


@pytest.mark.parametrize(
    ("at", "hours", "start"),
    [
        ("2026-04-13T17:00", 48, "2026-04-06T07:30"),
        ("2026-03-09T15:00", 2, "2026-03-09T13:00"),
        ("2026-03-09T15:00", 3, "2026-03-09T10:30"),
        ("2026-02-23T07:30", 1, "2026-02-13T16:00"),
    ],
)
def test_working_time_is_subtracted_to_the_start_of_the_later_session(
    calendar: Calendar, vn: Local, at: str, hours: int, start: str
) -> None:
    assert calendar.subtract_working_time(vn(at), timedelta(hours=hours)) == vn(start)


def test_days_around_a_tet_of_nine_days(calendar: Calendar) -> None:
    friday, monday = date(2026, 2, 13), date(2026, 2, 23)
    assert calendar.nth_working_day_after(friday, 1) == monday
    assert calendar.nth_working_day_before(monday, 1) == friday
    assert calendar.working_day_on_or_after(date(2026, 2, 17)) == monday
    assert calendar.working_day_on_or_after(monday) == monday
    assert calendar.working_days_between(friday, monday) == 1
    assert calendar.working_days_between(monday, friday) == -1


def test_a_make_up_saturday_counts_and_takes_dossiers_in(calendar: Calendar) -> None:
    make_up, plain = date(2026, 8, 22), date(2026, 8, 29)
    assert calendar.is_working_day(make_up)
    assert is_open_for_intake(calendar.spec, make_up)
    assert not calendar.is_working_day(plain)
    assert not is_open_for_intake(calendar.spec, plain)


def test_nothing_closes_on_a_day_off(calendar: Calendar) -> None:
    with pytest.raises(NotAWorkingDayError, match="2026-02-17"):
        calendar.end_of_last_session(date(2026, 2, 17))
    with pytest.raises(NotAWorkingDayError, match="2023-01-01"):
        calendar.start_of_first_session(date(2023, 1, 1))


def test_a_naive_instant_is_refused(calendar: Calendar) -> None:
    naive = datetime(2026, 3, 9, 10, 0)  # noqa: DTZ001 - that is the point
    questions: list[Callable[[datetime], object]] = [calendar.effective_start, calendar.local_date, calendar.local]
    for refused in questions:
        with pytest.raises(NaiveInstantError):
            refused(naive)


def test_an_answer_past_the_last_covered_year_is_refused(calendar: Calendar, vn: Local) -> None:
    last = date(2036, 12, 31)
    assert calendar.nth_working_day_after(date(2036, 12, 30), 1) == last
    questions: list[Callable[[], object]] = [
        lambda: calendar.nth_working_day_after(last, 1),
        lambda: calendar.working_day_on_or_after(date(2037, 1, 1)),
        lambda: calendar.effective_start(vn("2036-12-31T17:00")),
        lambda: calendar.effective_start(vn("2037-01-01T00:00")),
        lambda: calendar.effective_start(vn("2013-12-31T23:59:59")),
        lambda: calendar.add_working_time(vn("2036-12-31T16:00"), timedelta(minutes=61)),
        lambda: calendar.is_working_day(date(2013, 12, 31)),
        lambda: calendar.nth_working_day_before(date(2014, 1, 2), 1),
        lambda: calendar.subtract_working_time(vn("2014-01-02T08:00"), timedelta(hours=1)),
        lambda: calendar.intake_sessions(date(2037, 1, 4)),
    ]
    for ask in questions:
        with pytest.raises(
            CalendarExhaustedError,
            match="published for 2023-01-01 to 2026-12-31, provisional for 2014-01-01 to 2036-12-31",
        ):
            ask()
    assert calendar.add_working_time(vn("2036-12-31T16:00"), timedelta(minutes=60)) == vn("2036-12-31T17:00")


def test_the_zeroth_working_day_is_refused(calendar: Calendar) -> None:
    with pytest.raises(ValueError, match="0-th"):
        calendar.nth_working_day_after(date(2026, 3, 9), 0)


def test_amsterdam_changes_its_clocks_and_the_sessions_follow(amsterdam: Calendar) -> None:
    friday_evening = datetime(2011, 3, 25, 18, 0, tzinfo=amsterdam.zone)
    summer = amsterdam.effective_start(friday_evening)
    assert summer.isoformat() == "2011-03-28T08:00:00+02:00"
    assert summer.astimezone(UTC) - friday_evening.astimezone(UTC) == timedelta(hours=61)
    winter = amsterdam.end_of_last_session(date(2011, 10, 31))
    assert winter.isoformat() == "2011-10-31T17:00:00+01:00"
    over_the_change = amsterdam.add_working_time(
        datetime(2011, 10, 28, 16, 0, tzinfo=amsterdam.zone), timedelta(hours=2)
    )
    assert over_the_change.isoformat() == "2011-10-31T09:00:00+01:00"


def test_amsterdam_dates_follow_the_local_midnight(amsterdam: Calendar) -> None:
    before, after = "2011-07-01T23:59:59+02:00", "2011-12-01T00:00:00+01:00"
    assert amsterdam.local_date(datetime.fromisoformat(before)) == date(2011, 7, 1)
    assert amsterdam.local_date(datetime.fromisoformat(after)) == date(2011, 12, 1)
    assert amsterdam.local_date(datetime(2011, 7, 1, 22, 30, tzinfo=UTC)) == date(2011, 7, 2)
    assert amsterdam.local_date(datetime(2011, 12, 1, 22, 30, tzinfo=UTC)) == date(2011, 12, 1)


def test_amsterdam_has_no_holidays(amsterdam: Calendar) -> None:
    assert not amsterdam.spec.entries
    assert amsterdam.is_working_day(date(2012, 12, 25))
    assert amsterdam.working_days_between(date(2011, 12, 31), date(2012, 12, 31)) == 261


def test_the_published_calendars_are_in_the_rulebook(rulebook: Rulebook) -> None:
    assert rulebook.default_calendar is rulebook.calendar("vn-standard", "2026.1")
    published = {c.calendar_id for c in rulebook.calendars}
    assert published == {"vn-standard", "vn-saturday-morning", "weekdays-amsterdam"}


def test_the_first_and_the_last_published_day_are_within(calendar: Calendar, amsterdam: Calendar, vn: Local) -> None:
    assert calendar.nth_working_day_before(date(2023, 1, 4), 1) == date(2023, 1, 3)
    assert calendar.working_day_on_or_after(date(2023, 1, 1)) == date(2023, 1, 3)
    assert calendar.subtract_working_time(vn("2023-01-03T08:30"), timedelta(hours=1)) == vn("2023-01-03T07:30")
    assert calendar.working_minutes_between(vn("2023-01-01T00:00"), vn("2023-01-03T07:31")) == 1
    assert calendar.working_minutes_between(vn("2026-12-31T16:00"), vn("2026-12-31T23:59")) == 60
    assert calendar.is_working_day(date(2026, 12, 31))
    assert amsterdam.is_working_day(date(2010, 1, 1))
    assert amsterdam.working_day_on_or_after(date(2010, 1, 1)) == date(2010, 1, 1)
    assert amsterdam.nth_working_day_before(date(2010, 1, 4), 1) == date(2010, 1, 1)


def test_the_days_beside_the_covered_ones_are_without(calendar: Calendar, vn: Local) -> None:
    questions: list[Callable[[], object]] = [
        lambda: calendar.is_working_day(date(2037, 1, 1)),
        lambda: calendar.is_working_day(date(2013, 12, 31)),
        lambda: calendar.working_days_between(date(2036, 12, 31), date(2037, 1, 1)),
        lambda: calendar.working_minutes_between(vn("2036-12-31T16:00"), vn("2037-01-01T00:00")),
        lambda: calendar.working_minutes_between(vn("2013-12-31T23:59"), vn("2014-01-02T08:00")),
        lambda: calendar.subtract_working_time(vn("2036-12-31T17:00"), timedelta(0)),
    ]
    for ask in questions:
        with pytest.raises(CalendarExhaustedError):
            ask()
