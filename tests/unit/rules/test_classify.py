"""Early, on time, late (DR-08) and back-dating (DR-31)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.due.classify import breach_at, classify, late_from
from rules.due.terms import Basis, Term, appointment, due
from tests.unit.rules.classes import as_recorded

Local = Callable[[str], datetime]

DUE = "2026-02-27T17:00"


@pytest.mark.parametrize(
    ("ended_at", "expected"),
    [
        ("2026-02-26T23:59:59", "early"),
        ("2026-02-27T00:00", "on_time"),
        ("2026-02-27T16:59", "on_time"),
        ("2026-02-27T17:30", "on_time"),
        ("2026-02-27T23:59:59.999999", "on_time"),
        ("2026-02-28T00:00", "late"),
        ("2026-03-02T07:30", "late"),
    ],
)
def test_day_terms_are_classified_by_local_date(calendar: Calendar, vn: Local, ended_at: str, expected: str) -> None:
    assert classify(calendar, vn(DUE), vn(ended_at)) == expected
    assert classify(calendar, vn(DUE).astimezone(UTC), vn(ended_at).astimezone(UTC)) == expected


@pytest.mark.parametrize(
    ("ended_at", "expected"),
    [("2026-02-27T16:59:59", "early"), ("2026-02-27T17:00", "on_time"), ("2026-02-27T17:00:01", "late")],
)
def test_hour_terms_are_classified_by_instant(calendar: Calendar, vn: Local, ended_at: str, expected: str) -> None:
    assert classify(calendar, vn(DUE), vn(ended_at), "instant") == expected


def test_what_has_no_due_date_or_no_ending_is_unknown(calendar: Calendar, vn: Local) -> None:
    assert classify(calendar, None, vn(DUE)) == "unknown"
    assert classify(calendar, vn(DUE), None) == "unknown"


def test_history_is_classified_by_the_date_in_amsterdam(amsterdam: Calendar) -> None:
    due_at = datetime.fromisoformat("2011-07-01T00:00:00+02:00")
    late_in_the_evening = datetime.fromisoformat("2011-06-30T22:30:00+00:00")
    assert classify(amsterdam, due_at, late_in_the_evening) == "on_time"
    assert classify(amsterdam, due_at, late_in_the_evening - timedelta(hours=1)) == "early"


def test_the_repeated_hour_of_autumn_is_told_apart(amsterdam: Calendar) -> None:
    first = datetime(2011, 10, 30, 0, 30, tzinfo=UTC)
    second = first + timedelta(hours=1)  # the same wall clock, 02:30
    assert classify(amsterdam, first, second, "instant") == "late"
    assert classify(amsterdam, second, first, "instant") == "early"


@pytest.mark.parametrize("basis", ["date", "instant"])
def test_late_from_is_the_first_instant_that_is_late(calendar: Calendar, vn: Local, basis: Basis) -> None:
    border = late_from(calendar, vn(DUE), basis)
    assert classify(calendar, vn(DUE), border, basis) == "late"
    assert classify(calendar, vn(DUE), border - timedelta(microseconds=1), basis) == "on_time"


@pytest.mark.parametrize(
    ("occurred_at", "recorded_at", "expected"),
    [
        ("2026-02-27T16:50", "2026-02-28T08:00", "late"),
        ("2026-02-26T16:50", "2026-03-02T08:00", "late"),
        ("2026-02-27T23:50", "2026-02-28T00:05:01", "late"),
    ],
)
def test_an_ending_recorded_after_the_due_date_is_late_until_approved(
    calendar: Calendar, rule_set: RuleSet, vn: Local, occurred_at: str, recorded_at: str, expected: str
) -> None:
    found = as_recorded(calendar, vn(DUE), vn(occurred_at), vn(recorded_at), rule_set.back_dating_tolerance)
    assert (found.classification, found.is_backdated) == (expected, True)


@pytest.mark.parametrize(
    ("occurred_at", "recorded_at", "expected"),
    [
        ("2026-02-27T23:50", "2026-02-28T00:05:00", "on_time"),  # fifteen minutes exactly
        ("2026-02-20T10:00", "2026-02-27T10:00", "early"),  # recorded late, but still before the due date
        ("2026-02-28T10:00", "2026-03-02T10:00", "late"),  # late anyway
    ],
)
def test_a_late_record_that_changes_nothing_is_not_backdated(
    calendar: Calendar, rule_set: RuleSet, vn: Local, occurred_at: str, recorded_at: str, expected: str
) -> None:
    found = as_recorded(calendar, vn(DUE), vn(occurred_at), vn(recorded_at), rule_set.back_dating_tolerance)
    assert (found.classification, found.is_backdated) == (expected, False)


def test_an_own_term_is_breached_at_its_due_instant(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    for term in (Term(value=7, unit="working_day"), Term(value=9, unit="hour"), Term(value=1, unit="month")):
        promised = due(calendar, vn("2026-02-11T10:20"), term, rule_set)
        assert breach_at(calendar, promised) == promised.due_at


@pytest.mark.parametrize(
    ("stated", "breached"),
    [
        ("2011-10-14T00:00:00+02:00", "2011-10-14T17:00:00+02:00"),
        ("2011-10-14T13:41:31+02:00", "2011-10-14T17:00:00+02:00"),
        ("2011-10-14T18:00:00+02:00", "2011-10-14T18:00:00+02:00"),
        ("2011-10-15T12:00:00+02:00", "2011-10-17T17:00:00+02:00"),  # a Saturday
        ("2011-10-30T12:00:00+01:00", "2011-10-31T17:00:00+01:00"),
    ],
)
def test_a_stated_appointment_is_not_breached_before_its_day_closes(
    amsterdam: Calendar, stated: str, breached: str
) -> None:
    received = datetime.fromisoformat("2011-10-03T09:00:00+02:00")
    promised = appointment(amsterdam, received, datetime.fromisoformat(stated))
    assert breach_at(amsterdam, promised).isoformat() == breached
