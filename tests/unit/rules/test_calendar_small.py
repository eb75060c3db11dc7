"""A calendar of two weeks, written out here: each field of its data, and every answer up to its first and last day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rules.calendars.calendar import Calendar
from rules.calendars.change import changed_days
from rules.calendars.days import is_open_for_intake
from rules.calendars.spec import CalendarEntry, CalendarSpec, IntakeRegime, SessionRegime, parse_calendar
from rules.errors import CalendarExhaustedError, InvalidCalendarError, NaiveInstantError, NotAWorkingDayError

Local = Callable[[str], datetime]

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MONDAY, SUNDAY = date(2026, 3, 2), date(2026, 3, 15)
OFF, MADE_UP, SATURDAY = date(2026, 3, 4), date(2026, 3, 7), date(2026, 3, 14)
WORKING = [2, 3, 5, 6, 7, 9, 10, 11, 12, 13]
DATA: dict[str, Any] = {
    "id": "small",
    "version": "1.2",
    "published_at": datetime(2026, 2, 1, 8, 0, tzinfo=UTC),
    "is_for_history": True,
    "name": "Lịch nhỏ",
    "name_en": "Small calendar",
    "valid_from": MONDAY,
    "valid_until": SUNDAY,
    "working_weekdays": [1, 2, 3, 4, 5],
    "intake_weekdays": [1, 2, 3, 4, 5, 6],
    "sessions": [
        {
            "valid_from": MONDAY,
            "periods": [{"start": time(8), "end": time(12)}, {"start": time(13), "end": time(16)}],
            "legal_source": "thời giờ làm việc",
            "source_status": "S0",
        }
    ],
    "intake_sessions": [
        {
            "weekdays": [6],
            "valid_from": MONDAY,
            "periods": [{"start": time(8), "end": time(11)}],
            "legal_source": "sáng thứ Bảy",
            "source_status": "unverified",
        }
    ],
    "exceptions": [
        {
            "date": OFF,
            "kind": "off",
            "counts_for_term": False,
            "open_for_intake": False,
            "name": "nghỉ",
            "name_en": "off",
            "legal_source": "thông báo",
            "source_status": "verified",
            "announced_on": date(2026, 2, 20),
        },
        {
            "date": MADE_UP,
            "kind": "make_up",
            "counts_for_term": True,
            "open_for_intake": True,
            "name": "làm bù",
            "name_en": "made up",
            "source_status": "unverified",
        },
    ],
    "checksums": [{"year": 2026, "working_days": [0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0]}],
}


@pytest.fixture
def small() -> Calendar:
    return Calendar(parse_calendar(DATA, ZONE))


def test_every_field_of_the_data_is_in_the_calendar() -> None:
    assert parse_calendar(DATA, ZONE) == CalendarSpec(
        calendar_id="small",
        version="1.2",
        published_at=datetime(2026, 2, 1, 8, 0, tzinfo=UTC),
        is_for_history=True,
        name="Lịch nhỏ",
        name_en="Small calendar",
        zone=ZONE,
        valid_from=MONDAY,
        valid_until=SUNDAY,
        working_weekdays=frozenset({1, 2, 3, 4, 5}),
        intake_weekdays=frozenset({1, 2, 3, 4, 5, 6}),
        sessions=(
            SessionRegime(
                valid_from=MONDAY,
                periods=((time(8), time(12)), (time(13), time(16))),
                legal_source="thời giờ làm việc",
                source_status="S0",
            ),
        ),
        intake_sessions=(
            IntakeRegime(
                valid_from=MONDAY,
                weekdays=frozenset({6}),
                periods=((time(8), time(11)),),
                legal_source="sáng thứ Bảy",
                source_status="unverified",
            ),
        ),
        entries={
            OFF: CalendarEntry(
                day=OFF,
                kind="off",
                counts_for_term=False,
                open_for_intake=False,
                name="nghỉ",
                name_en="off",
                legal_source="thông báo",
                source_status="verified",
                announced_on=date(2026, 2, 20),
            ),
            MADE_UP: CalendarEntry(
                day=MADE_UP,
                kind="make_up",
                counts_for_term=True,
                open_for_intake=True,
                name="làm bù",
                name_en="made up",
                legal_source=None,
                source_status="unverified",
                announced_on=None,
            ),
        },
        checksums={2026: (0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0)},
        covered_from=MONDAY,
        covered_until=SUNDAY,
    )


def test_what_may_be_left_out_is_empty() -> None:
    least = {"exceptions", "checksums", "intake_sessions", "is_for_history"}
    spec = parse_calendar({k: v for k, v in DATA.items() if k not in least} | {"intake_weekdays": [1]}, ZONE)
    assert (spec.entries, spec.checksums, spec.intake_sessions, spec.is_for_history) == ({}, {}, (), False)


def test_which_days_count(small: Calendar) -> None:
    days = [MONDAY + timedelta(days=n) for n in range(14)]
    assert [day.day for day in days if small.is_working_day(day)] == WORKING
    assert [small.working_day_on_or_after(day).day for day in days[:12]] == [2, 3, 5, 5, 6, 7, 9, 9, 10, 11, 12, 13]
    assert small.working_days_between(MONDAY, SUNDAY) == 9
    assert small.working_days_between(SUNDAY, MONDAY) == -9


def test_when_the_office_works_and_when_its_counters_are_open(small: Calendar, vn: Local) -> None:
    whole = ((vn("2026-03-07T08:00"), vn("2026-03-07T12:00")), (vn("2026-03-07T13:00"), vn("2026-03-07T16:00")))
    assert small.sessions(MADE_UP) == small.intake_sessions(MADE_UP) == whole
    assert small.start_of_first_session(MADE_UP) == vn("2026-03-07T08:00")
    assert small.end_of_last_session(MADE_UP) == vn("2026-03-07T16:00")
    assert small.sessions(SATURDAY) == ()
    assert small.intake_sessions(SATURDAY) == ((vn("2026-03-14T08:00"), vn("2026-03-14T11:00")),)
    for shut in (OFF, SUNDAY):
        assert small.sessions(shut) == small.intake_sessions(shut) == ()
        assert not is_open_for_intake(small.spec, shut)


@pytest.mark.parametrize("day", [OFF, SATURDAY, SUNDAY])
def test_no_session_is_on_a_day_that_does_not_count(small: Calendar, day: date) -> None:
    for ask in (small.start_of_first_session, small.end_of_last_session):
        with pytest.raises(NotAWorkingDayError, match=rf"^{day} is not a working day of small 1\.2$"):
            ask(day)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda c: c.is_working_day(date(2026, 3, 1)), "2026-03-01"),
        (lambda c: c.is_working_day(date(2026, 3, 16)), "2026-03-16"),
        (lambda c: c.entry(date(2026, 3, 16)) or c.sessions(date(2026, 3, 16)), "2026-03-16"),
        (lambda c: c.intake_sessions(date(2026, 3, 1)), "2026-03-01"),
        (lambda c: c.working_days_between(date(2026, 3, 1), SUNDAY), "2026-03-01"),
        (lambda c: c.working_days_between(MONDAY, date(2026, 3, 16)), "2026-03-16"),
        (lambda c: c.nth_working_day_after(date(2026, 3, 12), 2), "working day no. 11 of the calendar"),
        (lambda c: c.nth_working_day_before(date(2026, 3, 3), 2), "working day no. 0 of the calendar"),
        (lambda c: c.working_day_on_or_after(SATURDAY), "the next working day after 2026-03-14"),
        (
            lambda c: c.effective_start(datetime(2026, 3, 13, 16, 0, tzinfo=ZONE)),
            "the next working instant after 2026-03-13T16:00:00+07:00",
        ),
        (lambda c: c.effective_start(datetime(2026, 3, 16, tzinfo=ZONE)), "2026-03-16T00:00:00+07:00"),
        (
            lambda c: c.add_working_time(datetime(2026, 3, 13, 15, 0, tzinfo=ZONE), timedelta(hours=1, seconds=1)),
            "1:00:01 of working time after 2026-03-13T15:00:00+07:00",
        ),
        (
            lambda c: c.subtract_working_time(datetime(2026, 3, 2, 9, 0, tzinfo=ZONE), timedelta(hours=1, seconds=1)),
            "1:00:01 of working time before 2026-03-02T09:00:00+07:00",
        ),
    ],
)
def test_what_lies_outside_is_said(small: Calendar, ask: Callable[[Calendar], object], said: str) -> None:
    with pytest.raises(CalendarExhaustedError) as caught:
        ask(small)
    assert str(caught.value) == f"{said} lies outside small 1.2, published for 2026-03-02 to 2026-03-15"


def test_the_first_and_the_last_working_instant_can_be_reached(small: Calendar, vn: Local) -> None:
    first, last, seven_hours = vn("2026-03-02T08:00"), vn("2026-03-13T16:00"), timedelta(hours=7)
    assert small.effective_start(vn("2026-03-02T00:00")) == first
    assert small.add_working_time(first, 10 * seven_hours) == last
    assert small.subtract_working_time(last, 10 * seven_hours) == first
    assert small.working_time_between(vn("2026-03-02T00:00"), vn("2026-03-15T23:59:59")) == 10 * seven_hours
    assert small.nth_working_day_before(date(2026, 3, 3), 1) == MONDAY
    assert small.nth_working_day_after(date(2026, 3, 12), 1) == date(2026, 3, 13)
    assert small.working_day_on_or_after(MONDAY) == MONDAY


@pytest.mark.parametrize(
    ("hours", "end"),
    [(0, "02T08:00"), (4, "02T12:00"), (7, "02T16:00"), (8, "03T09:00"), (14, "03T16:00"), (35, "07T16:00"), (36, "09T09:00")],
)  # fmt: skip
def test_time_that_is_used_up_with_a_session_ends_there(small: Calendar, vn: Local, hours: int, end: str) -> None:
    assert small.add_working_time(vn("2026-03-02T08:00"), timedelta(hours=hours)) == vn(f"2026-03-{end}")


def test_minutes_are_whole_and_rounded_down(small: Calendar, vn: Local) -> None:
    counted = small.working_minutes_between(vn("2026-03-02T08:00:00"), vn("2026-03-02T08:02:59"))
    assert (counted, type(counted)) == (2, int)


def test_the_words_for_a_naive_instant_and_a_working_day_that_is_none(small: Calendar) -> None:
    with pytest.raises(NaiveInstantError, match=r"^2026-03-02T08:00:00 has no time zone$"):
        small.local(datetime(2026, 3, 2, 8, 0))  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match=r"^the 0-th working day doesn't exist$"):
        small.nth_working_day_before(SUNDAY, 0)


def test_a_sum_that_differs_is_said_with_what_was_found() -> None:
    sums = [{"year": 2026, "working_days": [0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0]}]
    with pytest.raises(InvalidCalendarError) as caught:
        Calendar(parse_calendar(DATA | {"checksums": sums}, ZONE))
    found, published = "(0, 0, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0)", "(0, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0)"
    assert str(caught.value) == f"calendar small 1.2: 2026 has {found} working days, not {published}"


def test_a_calendar_may_be_one_day_long_and_that_day_off() -> None:
    one_day = DATA | {"valid_from": OFF, "valid_until": OFF, "exceptions": DATA["exceptions"][:1], "checksums": []}
    calendar = Calendar(parse_calendar(one_day, ZONE))
    assert not calendar.is_working_day(OFF)
    assert changed_days(calendar, calendar) == ()
    with pytest.raises(CalendarExhaustedError):
        calendar.add_working_time(datetime(2026, 3, 4, 8, 0, tzinfo=ZONE), timedelta(hours=1))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": "1.x"}, "a version is numbers with points between them, such as 2026.1"),
        ({"valid_until": date(2026, 3, 1)}, "valid_until lies before valid_from"),
        (
            {"intake_weekdays": [0]},
            "weekdays are ISO numbers, 1 (Monday) to 7, and at least one is a working day",
        ),
        ({"sessions": []}, "sessions must cover the whole span, oldest first"),
        ({"valid_until": date(2026, 3, 6)}, "2026-03-07 lies outside the published span"),
        ({"valid_from": date(2026, 3, 5)}, "2026-03-04 lies outside the published span"),
    ],
)
def test_what_contradicts_itself_is_said_in_full(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidCalendarError) as caught:
        parse_calendar(DATA | changes, ZONE)
    assert str(caught.value).partition(": ")[2] == said


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("valid_from", "calendar small: missing or wrong field: 'valid_from'"),
        ("id", "calendar ?: missing or wrong field: 'id'"),
    ],
)
def test_what_is_missing_is_said(field: str, said: str) -> None:
    with pytest.raises(InvalidCalendarError) as caught:
        parse_calendar({name: value for name, value in DATA.items() if name != field}, ZONE)
    assert str(caught.value) == said


def test_an_exception_may_be_the_first_or_the_last_day() -> None:
    spec = parse_calendar(DATA | {"valid_from": OFF, "valid_until": MADE_UP, "checksums": []}, ZONE)
    assert [day.day for day in spec.entries] == [4, 7]
