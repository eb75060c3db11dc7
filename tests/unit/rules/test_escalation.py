"""The rungs after a breach and their acknowledgement (domain 4.6, AL-5)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest

from rules.book.ruleset import EscalationRule, RuleSet
from rules.calendars.calendar import Calendar
from rules.due.classify import breach_at
from rules.due.escalation import acknowledge_by, escalation_rungs
from rules.due.ladder import ladder_instants, near_due_rungs
from rules.due.terms import Due, Term, due

Local = Callable[[str], datetime]

SEVEN = Term(value=7, unit="working_day")


def test_the_whole_ladder_of_the_example(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    whole = due(calendar, vn("2026-02-11T10:20"), SEVEN, rule_set)
    before = [(rung.name, rung.at) for rung in ladder_instants(calendar, whole, SEVEN, rule_set)]
    after = [(rung.name, rung.at) for rung in escalation_rungs(calendar, whole, rule_set)]
    assert [*before, ("B0", breach_at(calendar, whole)), *after] == [
        ("A2", vn("2026-02-24T07:30")),
        ("A3", vn("2026-02-26T07:30")),
        ("A4", vn("2026-02-27T07:30")),
        ("B0", vn("2026-02-27T17:00")),
        ("B1", vn("2026-03-02T17:00")),
        ("B2", vn("2026-03-04T17:00")),
        ("B3", vn("2026-03-06T17:00")),
    ]


@pytest.mark.parametrize(
    ("due_on", "days"),
    [
        ("2026-02-13", ["2026-02-23", "2026-02-25", "2026-02-27"]),  # Tet in between
        ("2024-05-03", ["2024-05-04", "2024-05-07", "2024-05-09"]),  # Sat 04/05 is a make-up day
        ("2026-03-07", ["2026-03-09", "2026-03-11", "2026-03-13"]),  # an appointment on a Saturday
    ],
)
def test_rungs_lie_on_working_days(
    calendar: Calendar, rule_set: RuleSet, vn: Local, due_on: str, days: list[str]
) -> None:
    due_at = vn(due_on + "T17:00")
    late = Due(
        effective_start_at=vn("2023-06-01T08:00"), due_at=due_at, due_on=due_at.date(), basis="date", rule="DR-02"
    )
    assert [rung.at for rung in escalation_rungs(calendar, late, rule_set)] == [vn(day + "T17:00") for day in days]


def test_hour_terms_escalate_by_working_days_too(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    hours = due(calendar, vn("2026-03-09T10:30"), Term(value=4, unit="hour"), rule_set)
    assert escalation_rungs(calendar, hours, rule_set)[0].at == vn("2026-03-10T17:00")


def test_rungs_beyond_the_covered_calendar_are_left_out(calendar: Calendar, rule_set: RuleSet) -> None:
    last_on = calendar.nth_working_day_before(calendar.spec.covered_until, 2)
    due_at = calendar.end_of_last_session(last_on)
    late = Due(effective_start_at=due_at, due_at=due_at, due_on=last_on, basis="date", rule="DR-02")
    assert [rung.name for rung in escalation_rungs(calendar, late, rule_set)] == ["B1"]


def test_the_rungs_and_who_is_told_are_parameters(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    assert [(rule.name, rule.to_roles) for rule in rule_set.escalation] == [
        ("B1", ("head_of_unit", "committee_office")),
        ("B2", ("vice_chair", "chair")),
        ("B3", ("superior_level",)),
    ]
    assert {rung.name: rung.to_roles for rung in rule_set.ladder} == {
        "A1": ("officer",),
        "A2": ("officer", "team_leader"),
        "A3": ("officer", "head_of_unit", "one_stop"),
        "A4": ("officer", "head_of_unit"),
    }
    only = replace(rule_set, escalation=(EscalationRule(name="B1", working_days_after=2, to_roles=("chair",)),))
    whole = due(calendar, vn("2026-02-11T10:20"), SEVEN, rule_set)
    assert [rung.at for rung in escalation_rungs(calendar, whole, only)] == [vn("2026-03-03T17:00")]


@pytest.mark.parametrize(
    ("raised_at", "by"),
    [
        ("2026-03-02T17:00", "2026-03-03T17:00"),
        ("2026-03-02T07:30", "2026-03-03T17:00"),
        ("2026-03-06T17:00", "2026-03-09T17:00"),
        ("2026-02-13T17:00", "2026-02-23T17:00"),  # before Tet
        ("2026-08-21T17:00", "2026-08-22T17:00"),  # before a make-up Saturday
        ("2026-03-07T10:00", "2026-03-09T17:00"),  # caught up on a Saturday
    ],
)
def test_an_escalation_is_acknowledged_by_the_close_of_the_next_working_day(
    calendar: Calendar, rule_set: RuleSet, vn: Local, raised_at: str, by: str
) -> None:
    assert acknowledge_by(calendar, vn(raised_at), rule_set) == vn(by)


def test_the_ladder_does_not_depend_on_where_the_clock_was_last_set_going(
    calendar: Calendar, rule_set: RuleSet, vn: Local
) -> None:
    whole = due(calendar, vn("2026-02-11T10:20"), SEVEN, rule_set)
    every = ladder_instants(calendar, whole, SEVEN, rule_set)
    resumed_at = vn("2026-02-26T07:30")
    assert near_due_rungs(calendar, whole, SEVEN, rule_set) == every
    assert near_due_rungs(calendar, whole, SEVEN, rule_set, resumed_at) == every[-1:]
    one_day = Term(value=1, unit="working_day")
    short = due(calendar, vn("2026-03-09T10:00"), one_day, rule_set)
    # A2 and A3 lie before the start; the ladder itself knows them, the reminders don't.
    assert [rung.name for rung in ladder_instants(calendar, short, one_day, rule_set)] == ["A2", "A3", "A4"]
    assert [rung.name for rung in near_due_rungs(calendar, short, one_day, rule_set)] == ["A4"]


def test_no_rung_lies_at_or_after_the_breach(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    opening = vn("2026-03-10T07:30")
    at_opening = Due(
        effective_start_at=vn("2026-03-02T08:00"),
        due_at=opening,
        due_on=date(2026, 3, 10),
        basis="instant",
        rule="DR-03",
    )
    found = ladder_instants(calendar, at_opening, Term(value=48, unit="hour"), rule_set)
    assert "A4" not in [rung.name for rung in found]
    assert all(rung.at < opening for rung in found)


def test_answers_can_be_shared_between_dossiers(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    whole = due(calendar, vn("2026-02-11T10:20"), SEVEN, rule_set)
    again = due(calendar, vn("2026-02-11T10:20"), SEVEN, rule_set)
    assert len({(calendar, whole, SEVEN, rule_set), (calendar, again, SEVEN, rule_set)}) == 1
