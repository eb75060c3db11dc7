"""The mistakes that other systems make, made on purpose: each must make a table of the specification fail (4.11).

(a) ignoring make-up Saturdays, (b) counting the start day, (c) comparing time stamps for on time. The tables are those of
tests/unit/rules, run here once as they are and once on the spoilt rule.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rules.book.rulebook import Rulebook
from rules.book.rulebook_files import load_rulebook
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.calendars.days import counts_for_term
from rules.calendars.spec import CalendarSpec
from rules.due.classify import classify
from rules.errors import InvalidCalendarError
from tests.unit.rules import test_calendar, test_classify, test_ladder, test_supplement, test_terms
from tests.unit.rules.conftest import Vietnam

VN = Vietnam()


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook()


@pytest.fixture
def calendar(rulebook: Rulebook) -> Calendar:
    return rulebook.default_calendar


@pytest.fixture
def rule_set(rulebook: Rulebook) -> RuleSet:
    return rulebook.default_rule_set


def failed(rows: Iterable[Any], check: Callable[[Any], None]) -> list[Any]:
    """The rows of a table on which its check fails."""
    found = []
    for row in rows:
        try:
            check(row)
        except AssertionError:
            found.append(row)
    return found


def failed_deadlines(calendar: Calendar, rule_set: RuleSet) -> list[str]:
    """The rows of A.2 that a calendar gets wrong, by the instant of receipt."""
    rows = failed(
        test_terms.A2, lambda row: test_terms.test_every_deadline_of_the_appendix(calendar, rule_set, VN, row)
    )
    return [row["received_at"] for row in rows]


def failed_supplements(calendar: Calendar, rule_set: RuleSet) -> list[str]:
    rows = failed(
        test_supplement.A3,
        lambda row: test_supplement.test_every_supplement_of_the_appendix(calendar, rule_set, VN, row),
    )
    return [row["accepted_at"] for row in rows]


def failed_apologies(calendar: Calendar, rule_set: RuleSet) -> list[str]:
    rows = failed(
        test_ladder.A4,
        lambda row: test_ladder.test_the_apology_is_due_one_working_day_before(calendar, rule_set, VN, row),
    )
    return [row["due_date"] for row in rows]


def failed_classes(calendar: Calendar) -> list[str]:
    """The endings whose class by local date is wrong."""
    table = test_classify.test_day_terms_are_classified_by_local_date
    (cases,) = [mark.args[1] for mark in table.pytestmark if mark.name == "parametrize"]
    return [case[0] for case in failed(cases, lambda case: table(calendar, VN, *case))]


def test_the_tables_hold_as_long_as_nothing_is_spoilt(calendar: Calendar, rule_set: RuleSet) -> None:
    assert failed_deadlines(calendar, rule_set) == []
    assert failed_supplements(calendar, rule_set) == []
    assert failed_apologies(calendar, rule_set) == []
    assert failed_classes(calendar) == []


@pytest.fixture
def without_make_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoilt(spec: CalendarSpec, day: date) -> bool:
        return counts_for_term(spec, day) and day.isoweekday() in spec.working_weekdays

    monkeypatch.setattr("rules.calendars.calendar.counts_for_term", spoilt)


@pytest.mark.usefixtures("without_make_up")
def test_a_ignoring_make_up_saturdays_fails_by_the_sums_of_the_months() -> None:
    with pytest.raises(InvalidCalendarError, match="working days, not"):
        load_rulebook()


@pytest.mark.usefixtures("without_make_up")
def test_a_ignoring_make_up_saturdays_fails_by_the_tables(calendar: Calendar, rule_set: RuleSet) -> None:
    spoilt = Calendar(replace(calendar.spec, checksums={}))
    assert failed_deadlines(spoilt, rule_set) == [
        "2024-04-26T10:00", "2024-05-04T09:00", "2025-04-24T08:00", "2026-08-20T09:00", "2026-08-21T16:00"
    ]  # fmt: skip
    assert failed_apologies(spoilt, rule_set) == ["2024-05-06"]
    made_up = [row for row in test_calendar.A1 if row["kind"] == "make_up"]
    wrong = failed(
        test_calendar.A1, lambda row: test_calendar.test_every_exception_of_the_appendix_is_published(spoilt, row)
    )
    assert wrong == made_up


def test_b_counting_the_start_day_fails_by_the_tables(
    monkeypatch: pytest.MonkeyPatch, calendar: Calendar, rule_set: RuleSet
) -> None:
    right = Calendar.nth_working_day_after

    def spoilt(self: Calendar, day: date, n: int) -> date:
        return right(self, day, n - 1) if n > 1 else self.working_day_on_or_after(day)

    monkeypatch.setattr(Calendar, "nth_working_day_after", spoilt)
    in_working_days = [row["received_at"] for row in test_terms.A2 if row["unit"] == "ngay_lam_viec"]
    assert failed_deadlines(calendar, rule_set) == in_working_days
    assert len(failed_supplements(calendar, rule_set)) == len(test_supplement.A3)


def test_c_comparing_time_stamps_for_on_time_fails_by_the_table(
    monkeypatch: pytest.MonkeyPatch, calendar: Calendar
) -> None:
    def spoilt(calendar: Calendar, due_at: Any, ended_at: Any, basis: str = "date") -> str:
        return classify(calendar, due_at, ended_at, "instant")

    monkeypatch.setattr(test_classify, "classify", spoilt)
    # Work of the due day: called early before its closing time, and late after it, on the same evening.
    assert failed_classes(calendar) == [
        "2026-02-27T00:00", "2026-02-27T16:59", "2026-02-27T17:30", "2026-02-27T23:59:59.999999"
    ]  # fmt: skip
