"""The near-due ladder of domain 4.6 and the latest apology (AR-02, A.4)."""

import csv
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.due.ladder import apology_latest_at, near_due_rungs
from rules.due.terms import Due, Term, TermUnit, appointment, due

Local = Callable[[str], datetime]

APPENDIX = Path(__file__).parent / "appendix_a"
A4 = list(csv.DictReader((APPENDIX / "a4_apology.csv").read_text(encoding="utf-8").splitlines()))


def rungs_of(calendar: Calendar, rule_set: RuleSet, accepted_at: datetime, value: int, unit: TermUnit) -> list[str]:
    term = Term(value=value, unit=unit)
    found = near_due_rungs(calendar, due(calendar, accepted_at, term, rule_set), term, rule_set)
    return [f"{rung.name} {rung.at:%Y-%m-%d %H:%M}" for rung in found]


def test_a_short_term_is_reminded_three_times(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    assert rungs_of(calendar, rule_set, vn("2026-02-11T10:20"), 7, "working_day") == [
        "A2 2026-02-24 07:30",
        "A3 2026-02-26 07:30",
        "A4 2026-02-27 07:30",
    ]


def test_a_long_term_is_reminded_at_a_fifth_of_its_time(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    assert rungs_of(calendar, rule_set, vn("2026-03-02T08:00"), 30, "working_day") == [
        "A1 2026-04-06 07:30",
        "A2 2026-04-08 07:30",
        "A3 2026-04-10 07:30",
        "A4 2026-04-13 07:30",
    ]


def test_the_fifth_is_used_only_above_twenty_days(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    at = vn("2026-03-02T08:00")
    assert rungs_of(calendar, rule_set, at, 20, "working_day")[0].startswith("A2")
    # 20 % of 21 days are 4 days and 96 minutes.
    assert rungs_of(calendar, rule_set, at, 21, "working_day")[0] == "A1 2026-03-25 15:24"


@pytest.mark.parametrize(
    ("accepted_at", "term", "names"),
    [
        ("2026-03-09T10:00", Term(value=1, unit="working_day"), ["A4"]),
        ("2026-03-09T10:00", Term(value=2, unit="working_day"), ["A3", "A4"]),
        ("2026-03-09T10:00", Term(value=3, unit="working_day"), ["A3", "A4"]),
        ("2026-03-08T10:00", Term(value=3, unit="working_day"), ["A3", "A4"]),  # A2 would be the effective start itself
        ("2026-03-09T10:00", Term(value=4, unit="working_day"), ["A2", "A3", "A4"]),
        ("2026-03-09T10:00", Term(value=4, unit="hour"), []),
        ("2026-03-09T16:00", Term(value=6, unit="hour"), ["A4"]),
        ("2026-03-09T10:00", Term(value=1, unit="same_day"), []),
        ("2026-03-09T10:00", Term(value=30, unit="calendar_day"), ["A1", "A2", "A3", "A4"]),
    ],
)
def test_no_reminder_comes_before_the_start_or_after_the_end(
    calendar: Calendar, rule_set: RuleSet, vn: Local, accepted_at: str, term: Term, names: list[str]
) -> None:
    assert [rung.split()[0] for rung in rungs_of(calendar, rule_set, vn(accepted_at), term.value, term.unit)] == names


def test_a_resumed_clock_is_not_reminded_of_the_time_before(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    term = Term(value=7, unit="working_day")
    whole = due(calendar, vn("2026-02-11T10:20"), term, rule_set)
    found = near_due_rungs(calendar, whole, term, rule_set, vn("2026-02-26T07:30"))
    assert [rung.name for rung in found] == ["A4"]


def test_the_fifth_is_of_the_term_also_when_the_clock_was_paused(
    calendar: Calendar, rule_set: RuleSet, vn: Local
) -> None:
    term = Term(value=30, unit="working_day")
    whole = due(calendar, vn("2026-03-02T08:00"), term, rule_set)
    ten_days_on = replace(whole, due_at=vn("2026-04-28T17:00"), due_on=date(2026, 4, 28))
    # Six days before the close of 28/04 (27/04 is off): 20, 21, 22, 23, 24 and 28 April.
    assert near_due_rungs(calendar, ten_days_on, term, rule_set)[0].at == vn("2026-04-20T07:30")


def test_an_appointment_on_a_closed_day_is_reminded_of_before_the_next_working_day(
    amsterdam: Calendar, rule_set: RuleSet
) -> None:
    received = datetime(2011, 10, 3, 9, 0, tzinfo=amsterdam.zone)
    stated = appointment(amsterdam, received, datetime(2011, 10, 15, 12, 0, tzinfo=amsterdam.zone))
    found = near_due_rungs(amsterdam, stated, None, rule_set)
    assert [(rung.name, rung.at.isoformat()) for rung in found] == [
        ("A2", "2011-10-12T08:00:00+02:00"),
        ("A3", "2011-10-14T08:00:00+02:00"),
        ("A4", "2011-10-17T08:00:00+02:00"),
    ]


def test_an_appointment_at_midnight_is_reminded_of_on_its_day(amsterdam: Calendar, rule_set: RuleSet) -> None:
    received = datetime(2011, 10, 3, 9, 0, tzinfo=amsterdam.zone)
    stated = appointment(amsterdam, received, datetime(2011, 10, 14, 0, 0, tzinfo=amsterdam.zone))
    assert near_due_rungs(amsterdam, stated, None, rule_set)[-1].at.isoformat() == "2011-10-14T08:00:00+02:00"


def test_rungs_before_the_published_calendar_are_left_out(amsterdam: Calendar, rule_set: RuleSet) -> None:
    received = datetime(2010, 1, 1, 9, 0, tzinfo=amsterdam.zone)
    stated = appointment(amsterdam, received, datetime(2010, 1, 4, 12, 0, tzinfo=amsterdam.zone))
    assert [rung.name for rung in near_due_rungs(amsterdam, stated, None, rule_set)] == ["A4"]


@pytest.mark.parametrize("row", A4, ids=[row["due_date"] for row in A4])
def test_the_apology_is_due_one_working_day_before(
    calendar: Calendar, rule_set: RuleSet, vn: Local, row: dict[str, str]
) -> None:
    due_at = vn(row["due_date"] + "T17:00")
    promised = Due(
        effective_start_at=vn("2023-06-01T08:00"), due_at=due_at, due_on=due_at.date(), basis="date", rule="DR-02"
    )
    found = apology_latest_at(calendar, promised, Term(value=7, unit="working_day"), rule_set)
    assert found == vn(row["latest_date"] + "T17:00")


@pytest.mark.parametrize(("value", "unit"), [(1, "working_day"), (8, "hour"), (1, "same_day"), (1, "calendar_day")])
def test_for_terms_of_one_day_it_is_the_due_instant(
    calendar: Calendar, rule_set: RuleSet, vn: Local, value: int, unit: TermUnit
) -> None:
    term = Term(value=value, unit=unit)
    promised = due(calendar, vn("2026-03-09T10:00"), term, rule_set)
    assert apology_latest_at(calendar, promised, term, rule_set) == promised.due_at


@pytest.mark.parametrize(
    ("value", "unit", "latest"),
    [
        (2, "working_day", "2026-03-10T17:00"),
        (9, "hour", "2026-03-09T17:00"),
        (2, "calendar_day", "2026-03-10T17:00"),
        (1, "month", "2026-04-08T17:00"),
    ],
)
def test_for_longer_terms_it_is_the_close_of_the_day_before(
    calendar: Calendar, rule_set: RuleSet, vn: Local, value: int, unit: TermUnit, latest: str
) -> None:
    term = Term(value=value, unit=unit)
    promised = due(calendar, vn("2026-03-09T10:00"), term, rule_set)
    assert apology_latest_at(calendar, promised, term, rule_set) == vn(latest)


def test_a_clock_resumed_on_its_due_day_can_be_apologised_for_until_it_ends(
    calendar: Calendar, rule_set: RuleSet, vn: Local
) -> None:
    term = Term(value=7, unit="working_day")
    promised = due(calendar, vn("2026-02-11T10:20"), term, rule_set)
    assert apology_latest_at(calendar, promised, term, rule_set, vn("2026-02-27T08:00")) == promised.due_at
    assert apology_latest_at(calendar, promised, term, rule_set, vn("2026-02-26T08:00")) == vn("2026-02-26T17:00")


def test_an_appointment_for_tomorrow_counts_as_short(amsterdam: Calendar, rule_set: RuleSet) -> None:
    received = datetime(2011, 10, 3, 9, 0, tzinfo=amsterdam.zone)
    tomorrow = appointment(amsterdam, received, datetime(2011, 10, 4, 12, 0, tzinfo=amsterdam.zone))
    in_two_days = appointment(amsterdam, received, datetime(2011, 10, 5, 12, 0, tzinfo=amsterdam.zone))
    assert apology_latest_at(amsterdam, tomorrow, None, rule_set) == tomorrow.due_at
    assert apology_latest_at(amsterdam, in_two_days, None, rule_set).isoformat() == "2011-10-04T17:00:00+02:00"
