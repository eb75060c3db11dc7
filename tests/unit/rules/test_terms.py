"""Terms in every unit (DR-01 to DR-06, A.2) and their edges."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.due.terms import Term, TermUnit, appointment, due
from rules.errors import CalendarExhaustedError, InvalidTermError

Local = Callable[[str], datetime]

APPENDIX = Path(__file__).parent / "appendix_a"
A2 = list(csv.DictReader((APPENDIX / "a2_deadlines.csv").read_text(encoding="utf-8").splitlines()))
UNITS: dict[str, TermUnit] = {"ngay_lam_viec": "working_day", "gio": "hour", "ngay": "calendar_day"}
RULES = {"working_day": "DR-02", "hour": "DR-03", "calendar_day": "DR-04"}


def test_the_appendix_has_all_its_thirty_rows() -> None:
    assert len(A2) == 30


@pytest.mark.parametrize("row", A2, ids=[f"{row['received_at']}+{row['term']}{row['unit']}" for row in A2])
def test_every_deadline_of_the_appendix(calendar: Calendar, rule_set: RuleSet, vn: Local, row: dict[str, str]) -> None:
    term = Term(value=int(row["term"]), unit=UNITS[row["unit"]])
    for received_at in (vn(row["received_at"]), vn(row["received_at"]).astimezone(UTC)):
        found = due(calendar, received_at, term, rule_set)
        assert found.effective_start_at == vn(row["effective_start"])
        assert found.due_at == vn(row["due_at"])
        assert found.due_on == vn(row["due_at"]).date()
        assert found.rule == RULES[term.unit]
        assert found.basis == ("instant" if term.unit == "hour" else "date")
        assert found.due_at.isoformat().endswith("+07:00")


@pytest.mark.parametrize(
    ("accepted_at", "months", "due_at"),
    [
        ("2024-01-31T09:00", 1, "2024-02-29T17:00"),  # leap day
        ("2025-01-24T09:00", 1, "2025-02-24T17:00"),
        ("2026-03-31T09:00", 1, "2026-05-04T17:00"),  # 30/04 and 01/05 are off, then a weekend
        ("2026-01-30T09:00", 1, "2026-03-02T17:00"),  # 28/02/2026 is a Saturday
        ("2025-12-30T09:00", 2, "2026-03-02T17:00"),
        ("2024-11-29T09:00", 3, "2025-02-28T17:00"),
        ("2024-02-29T09:00", 12, "2025-02-28T17:00"),
        ("2026-07-22T09:00", 1, "2026-08-22T17:00"),  # a make-up Saturday is a due date
    ],
)
def test_month_terms_end_on_the_same_day_number_or_the_last_and_are_rolled(
    calendar: Calendar, rule_set: RuleSet, vn: Local, accepted_at: str, months: int, due_at: str
) -> None:
    found = due(calendar, vn(accepted_at), Term(value=months, unit="month"), rule_set)
    assert (found.due_at, found.rule) == (vn(due_at), "DR-05")


@pytest.mark.parametrize(
    ("accepted_at", "due_at"),
    [
        ("2026-03-09T07:30", "2026-03-09T17:00"),
        ("2026-03-09T14:59:59", "2026-03-09T17:00"),
        ("2026-03-09T15:00:00", "2026-03-09T17:00"),
        ("2026-03-09T15:00:01", "2026-03-10T17:00"),
        ("2026-03-09T17:00:00", "2026-03-10T17:00"),
        ("2026-03-06T15:30", "2026-03-09T17:00"),
        ("2026-03-07T20:00", "2026-03-09T17:00"),
        ("2026-02-13T16:00", "2026-02-23T17:00"),
        ("2026-03-09T12:00", "2026-03-09T17:00"),
    ],
)
def test_a_same_day_procedure_has_its_cut_off(
    calendar: Calendar, rule_set: RuleSet, vn: Local, accepted_at: str, due_at: str
) -> None:
    found = due(calendar, vn(accepted_at), Term(value=1, unit="same_day"), rule_set)
    assert (found.due_at, found.rule) == (vn(due_at), "DR-06")


@pytest.mark.parametrize(
    ("accepted_at", "hours", "due_at"),
    [
        ("2026-03-09T11:29", 1, "2026-03-09T13:59"),
        ("2026-03-09T11:30", 1, "2026-03-09T14:00"),
        ("2026-03-09T13:00", 4, "2026-03-09T17:00"),
        ("2026-03-09T16:59:59", 1, "2026-03-10T08:29:59"),
        ("2026-03-09T17:00:00", 1, "2026-03-10T08:30"),
        ("2026-03-09T17:00:01", 1, "2026-03-10T08:30"),
        ("2026-03-09T09:32:15", 4, "2026-03-09T15:02:15"),
    ],
)
def test_hour_terms_are_exact_at_the_edges_of_sessions(
    calendar: Calendar, rule_set: RuleSet, vn: Local, accepted_at: str, hours: int, due_at: str
) -> None:
    assert due(calendar, vn(accepted_at), Term(value=hours, unit="hour"), rule_set).due_at == vn(due_at)


@pytest.mark.parametrize("value", [0, -1, True, 1.0, "7", None])
def test_a_term_that_is_not_a_number_above_zero_is_refused(value: object) -> None:
    with pytest.raises(InvalidTermError, match="above zero"):
        Term(value=value, unit="working_day")  # type: ignore[arg-type]


def test_an_unknown_unit_and_a_same_day_of_two_days_are_refused() -> None:
    with pytest.raises(InvalidTermError, match="'fortnight'"):
        Term(value=1, unit="fortnight")  # type: ignore[arg-type]
    with pytest.raises(InvalidTermError, match="same-day"):
        Term(value=2, unit="same_day")


@pytest.mark.parametrize("unit", ["hour", "working_day", "calendar_day", "month"])
@pytest.mark.parametrize("value", [30_000, 10**9, 10**30])
def test_a_term_past_the_last_covered_year_arms_no_clock(
    calendar: Calendar, rule_set: RuleSet, vn: Local, unit: TermUnit, value: int
) -> None:
    with pytest.raises(CalendarExhaustedError):
        due(calendar, vn("2026-03-09T10:00"), Term(value=value, unit=unit), rule_set)


def test_a_due_date_of_the_last_covered_day_is_armed(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    term = Term(value=1, unit="working_day")
    assert due(calendar, vn("2036-12-30T10:00"), term, rule_set).due_at == vn("2036-12-31T17:00")
    with pytest.raises(CalendarExhaustedError):
        due(calendar, vn("2036-12-31T10:00"), term, rule_set)


def test_an_appointment_of_the_source_is_kept_as_stated(amsterdam: Calendar) -> None:
    stated = datetime.fromisoformat("2011-12-06 13:41:31.788000+01:00")
    received = datetime.fromisoformat("2011-10-11 13:42:22.688000+02:00")
    found = appointment(amsterdam, received, stated)
    assert found.due_at == stated
    assert found.due_on.isoformat() == "2011-12-06"
    assert found.effective_start_at == received
    assert (found.basis, found.rule) == ("date", "appointment")


def test_only_hour_terms_are_judged_by_the_instant() -> None:
    units: tuple[TermUnit, ...] = ("hour", "working_day", "calendar_day", "month", "same_day")
    assert [Term(value=1, unit=unit).basis for unit in units] == ["instant", "date", "date", "date", "date"]
