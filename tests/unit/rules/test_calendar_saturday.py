"""Counters that are open on Saturday mornings take dossiers in, and the day does not count for terms (DR-07, 2.6)."""

import csv
import tomllib
from collections.abc import Callable
from datetime import date, datetime, time
from importlib.resources import files
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from rules.book.rulebook import Rulebook
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.calendars.days import is_open_for_intake
from rules.calendars.spec import parse_calendar
from rules.due.terms import Term, TermUnit, due
from rules.errors import CalendarExhaustedError, InvalidCalendarError

Local = Callable[[str], datetime]

APPENDIX = Path(__file__).parent / "appendix_a"
A2 = list(csv.DictReader((APPENDIX / "a2_deadlines.csv").read_text(encoding="utf-8").splitlines()))
UNITS: dict[str, TermUnit] = {"ngay_lam_viec": "working_day", "gio": "hour", "ngay": "calendar_day"}
PLAIN, MAKE_UP, WEDNESDAY = date(2026, 3, 7), date(2026, 8, 22), date(2026, 3, 11)


@pytest.fixture(scope="module")
def saturday(rulebook: Rulebook) -> Calendar:
    return rulebook.calendar("vn-saturday-morning")


def hours(calendar: Calendar, day: date) -> list[str]:
    return [f"{start:%H:%M}-{end:%H:%M}" for start, end in calendar.intake_sessions(day)]


def test_a_plain_saturday_is_open_in_the_morning_and_does_not_count(saturday: Calendar) -> None:
    assert is_open_for_intake(saturday.spec, PLAIN)
    assert hours(saturday, PLAIN) == ["07:30-11:30"]
    assert saturday.intake_sessions(PLAIN)[0][0].isoformat() == "2026-03-07T07:30:00+07:00"
    assert not saturday.is_working_day(PLAIN)
    assert saturday.sessions(PLAIN) == ()


def test_the_standard_calendar_is_shut_on_that_day(calendar: Calendar) -> None:
    assert not is_open_for_intake(calendar.spec, PLAIN)
    assert hours(calendar, PLAIN) == []


@pytest.mark.parametrize("day", [MAKE_UP, WEDNESDAY, date(2026, 1, 10)])
def test_a_day_that_counts_is_open_at_its_own_hours(saturday: Calendar, calendar: Calendar, day: date) -> None:
    for one in (saturday, calendar):
        assert is_open_for_intake(one.spec, day)
        assert hours(one, day) == ["07:30-11:30", "13:00-17:00"]
        assert one.intake_sessions(day) == one.sessions(day)


@pytest.mark.parametrize(
    "day",
    [
        date(2023, 1, 21),
        date(2023, 4, 29),
        date(2023, 9, 2),
        date(2024, 2, 10),
        date(2025, 2, 1),
        date(2026, 2, 17),
        date(2026, 8, 31),
        date(2026, 3, 8),
    ],
)
def test_public_holidays_and_sundays_shut_the_counters(saturday: Calendar, day: date) -> None:
    assert not is_open_for_intake(saturday.spec, day)
    assert hours(saturday, day) == []
    assert not saturday.is_working_day(day)


def test_what_the_law_is_not_known_to_say_is_unverified(saturday: Calendar) -> None:
    assert [regime.source_status for regime in saturday.spec.intake_sessions] == ["unverified"]
    assert saturday.spec.intake_sessions[0].legal_source == "Quyết định 14/2010/QĐ-TTg"


# accepted | term | effective start | due
TERMS = """
# taken in on Saturday morning: the clock starts on Monday, and Monday is not counted
2026-03-07T09:00 | 3 working_day | 2026-03-09T07:30 | 2026-03-12T17:00
2026-03-07T09:00 | 8 hour | 2026-03-09T07:30 | 2026-03-09T17:00
2026-03-07T09:00 | 1 same_day | 2026-03-09T07:30 | 2026-03-09T17:00
# no term ends on a Saturday morning
2026-03-06T09:00 | 1 working_day | 2026-03-06T09:00 | 2026-03-09T17:00
2026-03-02T09:00 | 5 calendar_day | 2026-03-02T09:00 | 2026-03-09T17:00
2026-03-06T16:00 | 2 hour | 2026-03-06T16:00 | 2026-03-09T08:30
# a make-up Saturday counts here too
2026-08-21T09:00 | 1 working_day | 2026-08-21T09:00 | 2026-08-22T17:00
"""


@pytest.mark.parametrize("line", [line for line in TERMS.splitlines() if line and not line.startswith("#")])
def test_an_open_counter_is_no_working_time(saturday: Calendar, rule_set: RuleSet, vn: Local, line: str) -> None:
    accepted_at, term, start, due_at = line.split(" | ")
    value, unit = term.split()
    found = due(saturday, vn(accepted_at), Term(value=int(value), unit=cast("TermUnit", unit)), rule_set)
    assert (found.effective_start_at, found.due_at) == (vn(start), vn(due_at))


@pytest.mark.parametrize("row", A2, ids=[f"{row['received_at']}+{row['term']}{row['unit']}" for row in A2])
def test_every_deadline_of_the_appendix_is_the_same(
    saturday: Calendar, rule_set: RuleSet, vn: Local, row: dict[str, str]
) -> None:
    found = due(saturday, vn(row["received_at"]), Term(value=int(row["term"]), unit=UNITS[row["unit"]]), rule_set)
    assert (found.effective_start_at, found.due_at) == (vn(row["effective_start"]), vn(row["due_at"]))


def test_the_counters_of_uncovered_days_are_not_guessed(saturday: Calendar) -> None:
    for day in (date(2037, 1, 3), date(2013, 12, 31)):
        for ask in (saturday.intake_sessions, saturday.sessions):
            with pytest.raises(CalendarExhaustedError):
                ask(day)


AMSTERDAM = tomllib.loads((files("rules") / "data/calendars/weekdays-amsterdam.toml").read_text(encoding="utf-8"))
MORNING = {
    "weekdays": [6],
    "valid_from": date(2010, 1, 1),
    "periods": [{"start": time(9), "end": time(12)}],
    "source_status": "unverified",
}
OPEN_HOLIDAY = {
    "date": date(2012, 12, 25),
    "kind": "off",
    "counts_for_term": False,
    "open_for_intake": True,
    "name": "x",
    "name_en": "x",
    "source_status": "unverified",
}


def opened(**changes: Any) -> Calendar:
    return Calendar(parse_calendar(AMSTERDAM | changes, ZoneInfo("Europe/Amsterdam")))


def test_hours_of_counters_change_on_their_effective_date() -> None:
    longer = MORNING | {"valid_from": date(2012, 1, 7), "periods": [{"start": time(9), "end": time(13)}]}
    calendar = opened(intake_weekdays=[1, 2, 3, 4, 5, 6], intake_sessions=[MORNING, longer])
    assert hours(calendar, date(2011, 12, 31)) == ["09:00-12:00"]
    assert hours(calendar, date(2012, 1, 7)) == ["09:00-13:00"]


def test_each_weekday_has_its_own_hours_at_the_counter() -> None:
    sunday = MORNING | {"weekdays": [7], "periods": [{"start": time(14), "end": time(16)}]}
    calendar = opened(intake_weekdays=[1, 2, 3, 4, 5, 6, 7], intake_sessions=[MORNING, sunday])
    assert hours(calendar, date(2012, 3, 3)) == ["09:00-12:00"]
    assert hours(calendar, date(2012, 3, 4)) == ["14:00-16:00"]


def test_counters_may_be_open_on_a_day_off_that_has_hours() -> None:
    tuesday = MORNING | {"weekdays": [2]}
    calendar = opened(exceptions=[OPEN_HOLIDAY], intake_sessions=[tuesday])
    assert hours(calendar, date(2012, 12, 25)) == ["09:00-12:00"]
    assert not calendar.is_working_day(date(2012, 12, 25))
    assert hours(calendar, date(2012, 12, 18)) == ["08:00-17:00"]


WEEK_OF_SIX = [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"intake_weekdays": WEEK_OF_SIX}, "intake_sessions of weekday 6 must cover the whole span"),
        (
            {"intake_weekdays": WEEK_OF_SIX, "intake_sessions": [MORNING | {"weekdays": [7]}]},
            "intake_sessions of weekday 6 must cover",
        ),
        (
            {"intake_weekdays": WEEK_OF_SIX, "intake_sessions": [MORNING | {"valid_from": date(2010, 1, 2)}]},
            "intake_sessions of weekday 6 must cover",
        ),
        (
            {"intake_weekdays": WEEK_OF_SIX, "intake_sessions": [MORNING, MORNING]},
            "intake_sessions of weekday 6 must cover the whole span, oldest first",
        ),
        (
            {"intake_weekdays": WEEK_OF_SIX, "intake_sessions": [MORNING | {"periods": []}]},
            "the intake_sessions of weekday 6 from 2010-01-01 are empty",
        ),
        ({"exceptions": [OPEN_HOLIDAY]}, "intake_sessions of weekday 2 must cover"),
        # nobody needs these hours, and they make no sense all the same
        ({"intake_sessions": [MORNING | {"periods": []}]}, "intake_sessions of weekday 6 from 2010-01-01"),
        ({"intake_sessions": [{"weekdays": [6]}]}, "missing or wrong field: 'valid_from'"),
        ({"intake_sessions": [MORNING | {"weekdays": 6}]}, "missing or wrong field"),
        # a Saturday off where nothing is open on Saturdays
        ({"exceptions": [OPEN_HOLIDAY | {"date": date(2012, 5, 5), "open_for_intake": False}]}, "changes nothing"),
    ],
)
def test_open_counters_without_hours_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidCalendarError, match=message):
        opened(**changes)
