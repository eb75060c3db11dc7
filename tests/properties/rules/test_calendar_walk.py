"""The arithmetic of calendars against an oracle that walks: days, sessions, working time forth and back."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules.calendars.calendar import Calendar
from rules.calendars.days import is_open_for_intake
from rules.errors import NotAWorkingDayError
from tests.properties.rules.conftest import Office
from tests.properties.rules.instants import any_instants, aware, instants, naive, strange_days, whole_seconds

MINUTE = timedelta(minutes=1)
any_days = (instants | strange_days).map(lambda at: at.date())


@settings(deadline=None)
@given(at=any_instants)
def test_the_effective_start_is_where_a_walk_finds_it(office: Office, at: datetime) -> None:
    start = office.calendar.effective_start(aware(office.calendar, at))
    assert naive(start) == office.oracle.start(at)
    assert office.calendar.effective_start(start) == start
    assert office.calendar.effective_start(aware(office.calendar, at).astimezone(UTC)) == start


@settings(deadline=None)
@given(day=any_days)
def test_a_day_counts_and_opens_and_closes_as_a_walk_sees_it(office: Office, day: date) -> None:
    calendar, oracle = office.calendar, office.oracle
    assert calendar.is_working_day(day) is oracle.works_on(day)
    assert [(start.time(), end.time()) for start, end in calendar.sessions(day)] == oracle.hours_on(day)
    assert calendar.working_day_on_or_after(day) == oracle.rolled(day)
    if oracle.works_on(day):
        assert naive(calendar.start_of_first_session(day)) == oracle.opening(day)
        assert naive(calendar.end_of_last_session(day)) == oracle.closing(day)
    else:
        for ask in (calendar.start_of_first_session, calendar.end_of_last_session):
            with pytest.raises(NotAWorkingDayError):
                ask(day)


@settings(deadline=None)
@given(at=any_instants)
def test_counters_are_open_when_a_walk_finds_them_open(office: Office, at: datetime) -> None:
    day, moment = at.date(), aware(office.calendar, at)
    is_open = any(start <= moment < end for start, end in office.calendar.intake_sessions(day))
    assert is_open is office.oracle.is_counter_open_at(at)
    assert not is_open or is_open_for_intake(office.calendar.spec, day)


@settings(deadline=None)
@given(day=any_days, n=st.integers(1, 60))
def test_working_days_forth_and_back(office: Office, day: date, n: int) -> None:
    calendar, oracle = office.calendar, office.oracle
    after = calendar.nth_working_day_after(day, n)
    assert after == oracle.after_days(day, n)
    assert calendar.working_days_between(day, after) == n == oracle.days_between(day, after)
    assert calendar.working_days_between(after, day) == -n
    assert calendar.nth_working_day_before(after, n) == oracle.before_days(after, n)


@settings(deadline=None)
@given(day=any_days, n=st.integers(1, 60))
def test_the_nth_working_day_before_is_where_a_walk_back_ends(office: Office, day: date, n: int) -> None:
    assume(office.oracle.days_between(office.calendar.spec.valid_from, day) > n + 1)
    assert office.calendar.nth_working_day_before(day, n) == office.oracle.before_days(day, n)


@settings(deadline=None)
@given(at=whole_seconds, seconds=st.integers(0, 40 * 3600) | st.integers(0, 60 * 8).map(lambda m: 60 * m))
def test_working_time_added_ends_where_a_walk_ends(office: Office, at: datetime, seconds: int) -> None:
    end = office.calendar.add_working_time(aware(office.calendar, at), timedelta(seconds=seconds))
    assert naive(end) == office.oracle.after_seconds(at, seconds)


@settings(deadline=None)
@given(at=whole_seconds, length=st.integers(0, 12 * 86_400))
def test_working_time_between_is_that_of_a_walk(office: Office, at: datetime, length: int) -> None:
    calendar, until = office.calendar, at + timedelta(seconds=length)
    counted = calendar.working_time_between(aware(calendar, at), aware(calendar, until))
    assert counted == timedelta(seconds=office.oracle.seconds_between(at, until))
    assert calendar.working_time_between(aware(calendar, until), aware(calendar, at)) == -counted
    assert calendar.working_minutes_between(aware(calendar, at), aware(calendar, until)) == counted // MINUTE


@settings(deadline=None)
@given(at=whole_seconds, seconds=st.integers(1, 12 * 3600) | st.integers(1, 60 * 8).map(lambda m: 60 * m))
def test_working_time_subtracted_begins_where_a_walk_back_ends(office: Office, at: datetime, seconds: int) -> None:
    assume(at > datetime(2023, 1, 10))  # noqa: DTZ001 - a local time, like `at`
    found = office.calendar.subtract_working_time(aware(office.calendar, at), timedelta(seconds=seconds))
    assert naive(found) == office.oracle.before_seconds(at, seconds)


@settings(deadline=None)
@given(at=any_instants, seconds=st.integers(1, 500_000))
def test_working_time_added_can_be_measured_and_taken_back(office: Office, at: datetime, seconds: int) -> None:
    calendar, start, amount = office.calendar, aware(office.calendar, at), timedelta(seconds=seconds)
    end = calendar.add_working_time(start, amount)
    assert calendar.working_time_between(start, end) == amount
    assert calendar.subtract_working_time(end, amount) == calendar.effective_start(start)


@settings(deadline=None)
@given(
    hour=st.integers(0, 24 * 8),
    change=st.sampled_from([datetime(2011, 3, 24, tzinfo=UTC), datetime(2011, 10, 27, tzinfo=UTC)]),
)
def test_amsterdam_starts_where_a_walk_in_utc_finds_office_hours(
    amsterdam: Calendar, hour: int, change: datetime
) -> None:
    at = change + timedelta(hours=hour, minutes=hour % 60)
    walked = at
    while not (
        walked.astimezone(amsterdam.zone).weekday() < 5
        and time(8) <= walked.astimezone(amsterdam.zone).time() < time(17)
    ):
        walked = walked.replace(second=0, microsecond=0) + MINUTE
    assert amsterdam.effective_start(at) == walked
