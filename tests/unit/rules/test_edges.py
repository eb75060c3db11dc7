"""Where mistakes live, minute by minute: lunch, closing time, the cut-off, Tet of nine days, make-up Saturdays, month ends.

Each line is a sum that was done by hand. The tables of the appendix stand in test_terms.py, test_supplement.py and
test_ladder.py.
"""

from collections.abc import Callable
from datetime import MAXYEAR, UTC, date, datetime, timedelta
from typing import cast

import pytest

from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.due.ladder import apology_latest_at, near_due_rungs
from rules.due.supplement import Extension, Pause, adjusted_due, qd766_class
from rules.due.terms import Term, TermUnit, due, nominal_day
from rules.errors import CalendarExhaustedError, InvalidTermError, NaiveInstantError
from tests.unit.rules.classes import as_recorded

Local = Callable[[str], datetime]

# accepted | term | effective start | due
TERMS = """
# lunch: 11:30 is no longer working time, 13:00 is again
2026-03-09T11:29:59 | 1 hour | 2026-03-09T11:29:59 | 2026-03-09T13:59:59
2026-03-09T11:30:00 | 1 hour | 2026-03-09T13:00 | 2026-03-09T14:00
2026-03-09T11:30:01 | 1 hour | 2026-03-09T13:00 | 2026-03-09T14:00
2026-03-09T12:59:59 | 4 hour | 2026-03-09T13:00 | 2026-03-09T17:00
2026-03-09T13:00:00 | 4 hour | 2026-03-09T13:00 | 2026-03-09T17:00
2026-03-09T13:00:01 | 4 hour | 2026-03-09T13:00:01 | 2026-03-10T07:30:01
2026-03-09T07:30:00 | 4 hour | 2026-03-09T07:30 | 2026-03-09T11:30
2026-03-09T07:30:01 | 4 hour | 2026-03-09T07:30:01 | 2026-03-09T13:00:01
# closing time: 17:00:00 is after hours, one second before is not
2026-03-09T16:59:59 | 1 working_day | 2026-03-09T16:59:59 | 2026-03-10T17:00
2026-03-09T17:00:00 | 1 working_day | 2026-03-10T07:30 | 2026-03-11T17:00
2026-03-09T17:00:01 | 1 working_day | 2026-03-10T07:30 | 2026-03-11T17:00
2026-03-09T07:29:59 | 1 working_day | 2026-03-09T07:30 | 2026-03-10T17:00
2026-03-10T00:00:00 | 1 working_day | 2026-03-10T07:30 | 2026-03-11T17:00
2026-03-09T23:59:59 | 1 working_day | 2026-03-10T07:30 | 2026-03-11T17:00
2026-03-06T17:00:00 | 1 calendar_day | 2026-03-09T07:30 | 2026-03-10T17:00
2026-03-06T16:59:59 | 1 calendar_day | 2026-03-06T16:59:59 | 2026-03-09T17:00
2026-03-31T17:00:00 | 1 month | 2026-04-01T07:30 | 2026-05-04T17:00
2026-03-31T16:59:59 | 1 month | 2026-03-31T16:59:59 | 2026-05-04T17:00
# the cut-off of same-day procedures
2026-03-09T15:00:00 | 1 same_day | 2026-03-09T15:00 | 2026-03-09T17:00
2026-03-09T15:00:01 | 1 same_day | 2026-03-09T15:00:01 | 2026-03-10T17:00
2026-08-21T15:00:01 | 1 same_day | 2026-08-21T15:00:01 | 2026-08-22T17:00
2026-08-22T15:00:00 | 1 same_day | 2026-08-22T15:00 | 2026-08-22T17:00
2026-08-22T15:00:01 | 1 same_day | 2026-08-22T15:00:01 | 2026-08-24T17:00
# Tet 2026, from Saturday 14/02 to Sunday 22/02: nine days
2026-02-13T16:59:59 | 1 hour | 2026-02-13T16:59:59 | 2026-02-23T08:29:59
2026-02-13T17:00:00 | 1 hour | 2026-02-23T07:30 | 2026-02-23T08:30
2026-02-13T09:00 | 1 working_day | 2026-02-13T09:00 | 2026-02-23T17:00
2026-02-13T17:00 | 1 working_day | 2026-02-23T07:30 | 2026-02-24T17:00
2026-02-22T23:59:59 | 1 working_day | 2026-02-23T07:30 | 2026-02-24T17:00
2026-02-12T09:00 | 1 calendar_day | 2026-02-12T09:00 | 2026-02-13T17:00
2026-02-12T09:00 | 2 calendar_day | 2026-02-12T09:00 | 2026-02-23T17:00
2026-02-12T09:00 | 11 calendar_day | 2026-02-12T09:00 | 2026-02-23T17:00
2026-02-12T09:00 | 12 calendar_day | 2026-02-12T09:00 | 2026-02-24T17:00
2026-01-14T09:00 | 1 month | 2026-01-14T09:00 | 2026-02-23T17:00
# make-up Saturdays: 10/01/2026 for 02/01, 22/08/2026 for 31/08, 04/05/2024, 26/04/2025
2026-01-09T10:00 | 1 working_day | 2026-01-09T10:00 | 2026-01-10T17:00
2026-01-09T16:30 | 1 hour | 2026-01-09T16:30 | 2026-01-10T08:00
2026-01-10T17:00 | 1 working_day | 2026-01-12T07:30 | 2026-01-13T17:00
2026-01-05T09:00 | 5 calendar_day | 2026-01-05T09:00 | 2026-01-10T17:00
2025-12-10T09:00 | 1 month | 2025-12-10T09:00 | 2026-01-10T17:00
2024-05-03T09:00 | 1 working_day | 2024-05-03T09:00 | 2024-05-04T17:00
2025-04-25T17:00 | 1 working_day | 2025-04-26T07:30 | 2025-04-28T17:00
# month ends
2026-01-31T09:00 | 1 month | 2026-02-02T07:30 | 2026-03-02T17:00
2025-10-31T09:00 | 4 month | 2025-10-31T09:00 | 2026-03-02T17:00
2023-12-29T09:00 | 2 month | 2023-12-29T09:00 | 2024-02-29T17:00
2024-08-30T09:00 | 6 month | 2024-08-30T09:00 | 2025-02-28T17:00
2024-12-31T09:00 | 12 month | 2024-12-31T09:00 | 2025-12-31T17:00
"""
LINES = [line for line in TERMS.splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize("line", LINES)
def test_a_term_at_an_edge(calendar: Calendar, rule_set: RuleSet, vn: Local, line: str) -> None:
    accepted_at, term, start, due_at = line.split(" | ")[:4]
    value, unit = term.split()
    for at in (vn(accepted_at), vn(accepted_at).astimezone(UTC)):
        found = due(calendar, at, Term(value=int(value), unit=cast("TermUnit", unit)), rule_set)
        assert (found.effective_start_at, found.due_at) == (vn(start), vn(due_at))


def test_a_nominal_day_is_only_asked_of_calendar_days_and_months() -> None:
    assert nominal_day(date(2026, 1, 31), Term(value=1, unit="month")) == date(2026, 2, 28)
    with pytest.raises(InvalidTermError, match="a term in hour has no nominal day"):
        nominal_day(date(2026, 1, 31), Term(value=1, unit="hour"))


def test_a_nominal_day_may_be_the_last_that_there_is() -> None:
    last = date(MAXYEAR, 12, 31)
    assert nominal_day(last - timedelta(days=1), Term(value=1, unit="calendar_day")) == last
    assert nominal_day(date(MAXYEAR, 11, 30), Term(value=1, unit="month")) == date(MAXYEAR, 12, 30)
    for term in (Term(value=2, unit="calendar_day"), Term(value=1, unit="month")):
        with pytest.raises(CalendarExhaustedError, match=f"{term.value} {term.unit} reaches beyond every published"):
            nominal_day(last - timedelta(days=1), term)


def test_what_is_wrong_with_a_term_is_said() -> None:
    with pytest.raises(InvalidTermError, match="there are hour, working_day, calendar_day, month, same_day"):
        Term(value=1, unit="fortnight")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("accepted_at", "term", "latest"),
    [
        ("2026-03-09T10:00", Term(value=1, unit="same_day"), "2026-03-09T17:00"),
        ("2026-03-09T16:00", Term(value=1, unit="same_day"), "2026-03-10T17:00"),
        ("2026-02-13T10:00", Term(value=8, unit="hour"), "2026-02-23T10:00"),
        ("2026-03-09T10:00", Term(value=1, unit="month"), "2026-04-08T17:00"),
    ],
)
def test_until_when_an_apology_is_in_time(
    calendar: Calendar, rule_set: RuleSet, vn: Local, accepted_at: str, term: Term, latest: str
) -> None:
    promised = due(calendar, vn(accepted_at), term, rule_set)
    assert apology_latest_at(calendar, promised, term, rule_set) == vn(latest)


@pytest.mark.parametrize(
    ("at", "until", "seconds"),
    [
        ("2026-03-09T11:29:59", "2026-03-09T13:00:01", 2),
        ("2026-03-09T16:59:59", "2026-03-10T07:30:01", 2),
        ("2026-03-09T17:00:00", "2026-03-10T07:30:00", 0),
        ("2026-03-09T11:30:00", "2026-03-09T13:00:00", 0),
        ("2026-02-13T16:59:59", "2026-02-23T07:30:00", 1),
        ("2026-08-22T16:59:59", "2026-08-24T07:30:01", 2),
        ("2026-03-07T09:00:00", "2026-03-08T09:00:00", 0),
        ("2026-03-09T00:00:00", "2026-03-10T00:00:00", 8 * 3600),
    ],
)
def test_working_time_is_exact_to_the_second(calendar: Calendar, vn: Local, at: str, until: str, seconds: int) -> None:
    assert calendar.working_time_between(vn(at), vn(until)) == timedelta(seconds=seconds)
    assert calendar.working_time_between(vn(until), vn(at)) == timedelta(seconds=-seconds)


@pytest.mark.parametrize(
    ("until", "seconds", "start"),
    [
        ("2026-03-09T13:00:01", 1, "2026-03-09T13:00:00"),
        ("2026-03-09T13:00:01", 2, "2026-03-09T11:29:59"),
        ("2026-03-09T12:00:00", 1, "2026-03-09T11:29:59"),
        ("2026-03-10T07:30:00", 1, "2026-03-09T16:59:59"),
        ("2026-02-23T07:30:01", 2, "2026-02-13T16:59:59"),
        ("2026-03-09T17:00:00", 4 * 3600, "2026-03-09T13:00:00"),
        ("2026-03-09T17:00:00", 8 * 3600, "2026-03-09T07:30:00"),
    ],
)
def test_working_time_is_taken_back_to_the_second(
    calendar: Calendar, vn: Local, until: str, seconds: int, start: str
) -> None:
    assert calendar.subtract_working_time(vn(until), timedelta(seconds=seconds)) == vn(start)


@pytest.mark.parametrize(
    ("day", "n", "before"),
    [
        ("2026-02-24", 2, "2026-02-13"),
        ("2026-02-20", 1, "2026-02-13"),  # from within Tet
        ("2026-08-24", 1, "2026-08-22"),
        ("2026-08-23", 1, "2026-08-22"),
        ("2026-08-22", 1, "2026-08-21"),
        ("2026-09-03", 1, "2026-08-28"),
        ("2026-01-12", 2, "2026-01-09"),
        ("2026-03-01", 1, "2026-02-27"),
    ],
)
def test_the_nth_working_day_before(calendar: Calendar, day: str, n: int, before: str) -> None:
    assert calendar.nth_working_day_before(date.fromisoformat(day), n) == date.fromisoformat(before)


@pytest.mark.parametrize(
    ("occurred_at", "recorded_at", "expected"),
    [
        # the hour term ends at 10:00; sixteen minutes later by the clock it is the same day, and too late by the instant
        ("2026-03-09T09:50", "2026-03-09T10:06", ("late", True)),
        ("2026-03-09T10:00", "2026-03-09T10:15", ("on_time", False)),
        ("2026-03-09T10:00", "2026-03-09T10:15:01", ("late", True)),
        ("2026-03-09T09:30", "2026-03-09T09:59", ("early", False)),
        ("2026-03-09T10:00:01", "2026-03-09T10:00:01", ("late", False)),
    ],
)
def test_a_late_record_of_an_hour_term_is_judged_by_the_instant(
    calendar: Calendar, rule_set: RuleSet, vn: Local, occurred_at: str, recorded_at: str, expected: tuple[str, bool]
) -> None:
    tolerance = rule_set.back_dating_tolerance
    occurred, recorded, due_at = vn(occurred_at), vn(recorded_at), vn("2026-03-09T10:00")
    found = as_recorded(calendar, due_at, occurred, recorded, tolerance, "instant")
    assert (found.classification, found.is_backdated) == expected


def test_a_record_of_the_same_evening_is_not_backdated(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    found = as_recorded(
        calendar, vn("2026-03-09T17:00"), vn("2026-03-09T16:50"), vn("2026-03-09T17:30"), rule_set.back_dating_tolerance
    )
    assert (found.classification, found.is_backdated) == ("on_time", False)


def test_a_fifth_of_a_long_hour_term_is_a_fifth_of_its_hours(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    # 203 hours from 15:30: 1.5 of that Monday, 25 whole days, and 1.5 of the 26th; 40.6 hours are left at the first rung.
    term = Term(value=203, unit="hour")
    promised = due(calendar, vn("2026-03-02T15:30"), term, rule_set)
    assert promised.due_at == vn("2026-04-07T09:00")
    first = near_due_rungs(calendar, promised, term, rule_set)[0]
    assert (first.name, first.at) == ("A1", vn("2026-03-31T08:24"))


def test_the_lawful_restart_of_a_same_day_term_has_its_cut_off(
    calendar: Calendar, rule_set: RuleSet, vn: Local
) -> None:
    term = Term(value=1, unit="same_day")
    original = due(calendar, vn("2026-03-09T09:00"), term, rule_set)
    pause = Pause(requested_at=vn("2026-03-09T10:00"), completed_at=vn("2026-03-11T15:30"))
    moved = adjusted_due(calendar, original, term, (pause,), rule_set, rule_set.supplement_policy).due
    assert moved is not None
    assert moved.due_at == vn("2026-03-12T17:00")


@pytest.mark.parametrize(
    ("ended_at", "expected"),
    [("2026-02-23T10:00", "early"), ("2026-02-24T10:00", "on_time"), ("2026-02-25T10:00", "late")],
)
def test_766_waits_in_calendar_days_for_a_term_in_calendar_days(
    calendar: Calendar, rule_set: RuleSet, vn: Local, ended_at: str, expected: str
) -> None:
    # The last day is Fri 20/02, in Tet; four days waited make it Tue 24/02.
    term = Term(value=15, unit="calendar_day")
    original = due(calendar, vn("2026-02-05T09:00"), term, rule_set)
    pause = Pause(requested_at=vn("2026-02-09T09:00"), completed_at=vn("2026-02-13T09:00"))
    assert qd766_class(calendar, original, term, (pause,), vn(ended_at), rule_set) == expected


@pytest.mark.parametrize(
    ("ended_at", "expected"),
    [("2026-03-09T11:29:59", "early"), ("2026-03-09T11:30", "on_time"), ("2026-03-09T11:30:01", "late")],
)
def test_766_judges_hour_terms_by_the_instant(
    calendar: Calendar, rule_set: RuleSet, vn: Local, ended_at: str, expected: str
) -> None:
    term = Term(value=4, unit="hour")
    original = due(calendar, vn("2026-03-09T07:30"), term, rule_set)
    assert qd766_class(calendar, original, term, (), vn(ended_at), rule_set) == expected


# accepted | term | requested | completed | due by PAUSE
PAUSES = """
# the last day is Sat 28/02, rolled to Mon 02/03; three days waited are counted from the Saturday
2026-01-28T09:00 | 1 month | 2026-02-02T09:00 | 2026-02-05T09:00 | 2026-03-03T17:00
# after the cut-off, so due on Monday; waited from Friday to Monday, one working day
2026-03-06T16:00 | 1 same_day | 2026-03-06T16:30 | 2026-03-09T09:00 | 2026-03-10T17:00
"""


@pytest.mark.parametrize("line", [line for line in PAUSES.splitlines() if line and not line.startswith("#")])
def test_what_is_waited_over_a_weekend(calendar: Calendar, rule_set: RuleSet, vn: Local, line: str) -> None:
    accepted_at, term, requested_at, completed_at, due_at = line.split(" | ")
    value, unit = term.split()
    of_term = Term(value=int(value), unit=cast("TermUnit", unit))
    original = due(calendar, vn(accepted_at), of_term, rule_set)
    pause = Pause(requested_at=vn(requested_at), completed_at=vn(completed_at))
    moved = adjusted_due(calendar, original, of_term, (pause,), rule_set, "pause").due
    assert moved is not None
    assert moved.due_at == vn(due_at)


def test_a_financial_duty_that_766_does_not_know_hides_no_supplement(
    calendar: Calendar, rule_set: RuleSet, vn: Local
) -> None:
    term = Term(value=10, unit="working_day")
    original = due(calendar, vn("2026-03-02T08:00"), term, rule_set)
    duty = Pause(requested_at=vn("2026-03-03T09:00"), completed_at=vn("2026-03-05T09:00"), cause="financial_duty")
    supplement = Pause(requested_at=vn("2026-03-09T09:00"), completed_at=vn("2026-03-11T09:00"))
    moved = adjusted_due(calendar, original, term, (duty, supplement), rule_set, "qd766").due
    assert moved is not None
    assert moved.due_at == vn("2026-03-18T17:00")


NAIVE, AWARE = datetime(2026, 3, 3, 9, 0), datetime(2026, 3, 3, 9, 0, tzinfo=UTC)  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    "entry",
    [
        Pause(requested_at=NAIVE, completed_at=None),
        Pause(requested_at=AWARE, completed_at=NAIVE),
        Extension(granted_at=NAIVE, new_due_at=AWARE, legal_basis="x"),
    ],
)
def test_a_pause_and_an_extension_need_a_zone(
    calendar: Calendar, rule_set: RuleSet, vn: Local, entry: Pause | Extension
) -> None:
    term = Term(value=10, unit="working_day")
    original = due(calendar, vn("2026-03-02T08:00"), term, rule_set)
    with pytest.raises(NaiveInstantError):
        adjusted_due(calendar, original, term, (entry,), rule_set, "pause")


def test_a_pause_may_begin_at_the_instant_at_which_the_one_before_began_and_ended(
    calendar: Calendar, rule_set: RuleSet, vn: Local
) -> None:
    term = Term(value=10, unit="working_day")
    original = due(calendar, vn("2026-03-02T08:00"), term, rule_set)
    at, later = vn("2026-03-04T09:00"), vn("2026-03-06T09:00")
    pauses = (Pause(requested_at=at, completed_at=at), Pause(requested_at=at, completed_at=later))
    moved = adjusted_due(calendar, original, term, pauses, rule_set, "pause").due
    assert moved is not None
    assert moved.due_at == vn("2026-03-18T17:00")


def test_a_pause_may_be_answered_in_the_hour_that_autumn_repeats(amsterdam: Calendar, rule_set: RuleSet) -> None:
    term = Term(value=10, unit="working_day")
    original = due(amsterdam, datetime(2011, 10, 24, 9, 0, tzinfo=amsterdam.zone), term, rule_set)
    asked_at = datetime(2011, 10, 30, 0, 30, tzinfo=UTC).astimezone(amsterdam.zone)
    answered_at = (asked_at.astimezone(UTC) + timedelta(minutes=40)).astimezone(amsterdam.zone)
    assert answered_at.time() < asked_at.time()  # 02:10 after 02:30
    pause = Pause(requested_at=asked_at, completed_at=answered_at)
    assert adjusted_due(amsterdam, original, term, (pause,), rule_set, "pause").due == original
