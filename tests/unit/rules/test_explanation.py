"""Every due date can be redone by hand: each day counted or skipped, and why."""

import json
from collections.abc import Callable
from datetime import datetime

import pytest

from rules.calendar import Calendar
from rules.explanation import explain_due
from rules.ruleset import RuleSet
from rules.terms import Term, TermUnit

Local = Callable[[str], datetime]


def days_of(
    calendar: Calendar, rule_set: RuleSet, accepted_at: datetime, value: int, unit: TermUnit
) -> list[tuple[str, ...]]:
    found = explain_due(calendar, accepted_at, Term(value=value, unit=unit), rule_set)
    return [(f"{day.day:%d/%m}", "+" if day.counted else "-", day.reason) for day in found.days]


def test_working_days_are_told_one_by_one(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    found = explain_due(calendar, vn("2024-04-26T10:00"), Term(value=3, unit="working_day"), rule_set)
    assert [(f"{day.day:%d/%m}", day.counted, day.reason, day.name) for day in found.days] == [
        ("26/04", False, "start_day", None),
        ("27/04", False, "weekend", None),
        ("28/04", False, "weekend", None),
        ("29/04", False, "holiday", "hoán đổi"),
        ("30/04", False, "holiday", "Ngày Chiến thắng"),
        ("01/05", False, "holiday", "Quốc tế Lao động"),
        ("02/05", True, "working_day", None),
        ("03/05", True, "working_day", None),
        ("04/05", True, "make_up", "làm bù"),
    ]
    assert found.rules == ("DR-01", "DR-02", "DR-07")


def test_calendar_days_are_counted_and_the_last_is_rolled(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    days = days_of(calendar, rule_set, vn("2026-02-05T09:00"), 15, "calendar_day")
    assert days[0] == ("05/02", "-", "start_day")
    assert days[1] == ("06/02", "+", "calendar_day")
    assert days[15:] == [
        ("20/02", "+", "calendar_day"),
        ("21/02", "-", "weekend"),
        ("22/02", "-", "weekend"),
        ("23/02", "-", "rolled_to"),
    ]


def test_hours_are_told_as_minutes_per_day(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    found = explain_due(calendar, vn("2026-11-23T14:00"), Term(value=8, unit="hour"), rule_set)
    assert [(f"{day.day:%d/%m}", day.counted, day.minutes) for day in found.days] == [
        ("23/11", True, 180),
        ("24/11", False, 0),
        ("25/11", True, 300),
    ]


@pytest.mark.parametrize(
    ("accepted_at", "days"),
    [
        ("2026-03-09T10:00", [("09/03", "+", "working_day")]),
        ("2026-03-09T15:01", [("09/03", "-", "start_day"), ("10/03", "+", "working_day")]),
    ],
)
def test_a_same_day_term_tells_which_day(
    calendar: Calendar, rule_set: RuleSet, vn: Local, accepted_at: str, days: list[tuple[str, ...]]
) -> None:
    assert days_of(calendar, rule_set, vn(accepted_at), 1, "same_day") == days


def test_the_explanation_is_plain_json_with_local_offsets(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    found = explain_due(calendar, vn("2026-02-11T10:20"), Term(value=7, unit="working_day"), rule_set).to_json()
    assert json.loads(json.dumps(found)) == found
    days = found.pop("days")
    assert found == {
        "accepted_at": "2026-02-11T10:20:00+07:00",
        "term": {"value": 7, "unit": "working_day"},
        "effective_start": "2026-02-11T10:20:00+07:00",
        "due_at": "2026-02-27T17:00:00+07:00",
        "due_on": "2026-02-27",
        "basis": "date",
        "counted_days": 7,
        "calendar_id": "vn-standard",
        "calendar_version": "2026.1",
        "rule_set_version": "vn-2025.1",
        "rules": ["DR-01", "DR-02"],
    }
    assert days[5] == {
        "day": "2026-02-16",
        "counted": False,
        "reason": "holiday",
        "name": "Tết Nguyên đán",
        "name_en": "Lunar New Year",
    }
