"""The clocks beside the dossier's own: DR-10 to DR-14 and the feedback clocks of QĐ 766 5.2 (domain 4.11)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import get_args

import pytest

from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.due.classify import classify
from rules.due.sub_clocks import (
    FeedbackStage,
    agency_due,
    consultation_due,
    feedback_due,
    intake_due,
    step_due,
    steps_fit,
    transfer_due,
)
from rules.due.terms import Term, TermUnit, due

Local = Callable[[str], datetime]


def term(text: str) -> Term:
    value, unit = text.split()
    units: dict[str, TermUnit] = {
        "h": "hour", "wd": "working_day", "cd": "calendar_day", "month": "month", "same_day": "same_day",
    }  # fmt: skip
    return Term(value=int(value), unit=units[unit])


@pytest.mark.parametrize(
    ("submitted_at", "due_at"),
    [
        ("2026-03-09T07:30", "2026-03-09T17:00"),
        ("2026-03-09T09:00", "2026-03-10T09:00"),
        ("2026-03-09T12:10", "2026-03-10T11:30"),  # lunch: four hours this afternoon, four tomorrow morning
        ("2026-03-09T17:00", "2026-03-10T17:00"),
        ("2026-03-08T09:00", "2026-03-09T17:00"),  # a Sunday (4.4.2)
        ("2026-02-13T16:00", "2026-02-23T16:00"),  # before Tet (4.4.2)
        ("2026-08-21T16:00", "2026-08-22T16:00"),  # a make-up Saturday (4.4.2)
    ],
)
def test_an_online_submission_is_answered_within_eight_working_hours(
    calendar: Calendar, rule_set: RuleSet, vn: Local, submitted_at: str, due_at: str
) -> None:
    found = intake_due(calendar, vn(submitted_at), rule_set)
    assert (found.due_at, found.basis, found.rule) == (vn(due_at), "instant", "DR-10")


@pytest.mark.parametrize(
    ("accepted_at", "due_at"),
    [
        ("2026-03-09T07:00", "2026-03-09T17:00"),
        ("2026-03-09T12:00", "2026-03-09T17:00"),  # lunch: it starts at 13:00
        ("2026-03-09T15:00:00", "2026-03-09T17:00"),
        ("2026-03-09T15:00:01", "2026-03-10T08:30"),
        ("2026-03-09T16:59:59", "2026-03-10T08:30"),
        ("2026-03-09T17:00", "2026-03-10T17:00"),  # starts at 07:30 of the next day, so it has that whole day
        ("2026-03-06T15:30", "2026-03-09T08:30"),
        ("2026-03-07T10:00", "2026-03-09T17:00"),  # a Saturday
        ("2026-02-13T15:30", "2026-02-23T08:30"),  # the eve of Tet
        ("2026-08-21T15:30", "2026-08-22T08:30"),  # the next day is a make-up Saturday
    ],
)
def test_a_dossier_is_handed_on_the_same_day_or_early_the_next(
    calendar: Calendar, rule_set: RuleSet, vn: Local, accepted_at: str, due_at: str
) -> None:
    found = transfer_due(calendar, vn(accepted_at), rule_set)
    assert (found.due_at, found.due_on, found.rule) == (vn(due_at), vn(due_at).date(), "DR-11")
    assert found.basis == "instant"
    assert classify(calendar, found.due_at, vn(due_at), found.basis) == "on_time"


def test_the_hours_of_the_transfer_are_parameters(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    early = replace(rule_set, transfer_cut_off=vn("2026-03-09T10:00").time())
    assert transfer_due(calendar, vn("2026-03-09T10:01"), early).due_at == vn("2026-03-10T08:30")
    at_lunch = replace(rule_set, transfer_next_day_by=vn("2026-03-09T12:00").time())
    assert transfer_due(calendar, vn("2026-03-09T16:00"), at_lunch).due_at == vn("2026-03-10T13:00")


def test_an_agency_gives_back_one_working_day_before_the_citizen_comes(
    calendar: Calendar, rule_set: RuleSet, vn: Local
) -> None:
    whole = due(calendar, vn("2026-02-05T09:00"), term("5 wd"), rule_set)
    assert whole.due_at == vn("2026-02-12T17:00")
    found = agency_due(calendar, whole, vn("2026-02-06T09:00"), rule_set)
    assert (found.due_at, found.rule, found.basis) == (vn("2026-02-11T17:00"), "DR-13", "date")
    assert found.effective_start_at == vn("2026-02-06T09:00")


@pytest.mark.parametrize(
    ("started_at", "due_at"),
    [
        ("2026-02-11T16:59", "2026-02-11T17:00"),
        ("2026-02-11T17:00", "2026-02-12T17:00"),  # the close of that day is over
        ("2026-02-12T09:00", "2026-02-12T17:00"),
    ],
)
def test_an_agency_that_is_left_no_day_has_until_the_dossier_is_due(
    calendar: Calendar, rule_set: RuleSet, vn: Local, started_at: str, due_at: str
) -> None:
    whole = due(calendar, vn("2026-02-05T09:00"), term("5 wd"), rule_set)
    assert agency_due(calendar, whole, vn(started_at), rule_set).due_at == vn(due_at)


def test_an_agency_in_an_hour_term_has_until_the_dossier_is_due(
    calendar: Calendar, rule_set: RuleSet, vn: Local
) -> None:
    whole = due(calendar, vn("2026-03-09T08:00"), term("20 h"), rule_set)
    found = agency_due(calendar, whole, vn("2026-03-09T10:00"), rule_set)
    assert (found.due_at, found.basis, found.rule) == (whole.due_at, "instant", "DR-13")


def test_the_days_an_agency_gives_back_before_are_a_parameter(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    whole = due(calendar, vn("2026-02-05T09:00"), term("15 wd"), rule_set)
    two_days = replace(rule_set, agency_working_days_before=2)
    assert whole.due_at == vn("2026-03-05T17:00")
    assert agency_due(calendar, whole, vn("2026-02-06T09:00"), two_days).due_at == vn("2026-03-03T17:00")


def test_a_step_is_counted_from_its_own_start(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    by_hours = step_due(calendar, vn("2026-03-09T16:00"), term("6 h"), rule_set)
    by_days = step_due(calendar, vn("2026-03-05T17:01"), term("3 wd"), rule_set)
    assert (by_hours.due_at, by_hours.basis, by_hours.rule) == (vn("2026-03-10T14:00"), "instant", "DR-12")
    assert (by_days.due_at, by_days.basis, by_days.rule) == (vn("2026-03-11T17:00"), "date", "DR-12")


def test_a_consulted_agency_has_the_date_it_was_given_or_the_term(
    calendar: Calendar, rule_set: RuleSet, vn: Local
) -> None:
    requested_at, stated = vn("2026-03-09T09:00"), vn("2026-03-12T10:00")
    by_term = consultation_due(calendar, requested_at, term("5 wd"), None, rule_set)
    by_date = consultation_due(calendar, requested_at, term("5 wd"), stated, rule_set)
    assert by_term is not None
    assert (by_term.due_at, by_term.rule) == (vn("2026-03-16T17:00"), "DR-14")
    assert by_date is not None
    assert (by_date.due_at, by_date.basis, by_date.rule) == (stated, "date", "DR-14")
    assert consultation_due(calendar, requested_at, None, None, rule_set) is None


@pytest.mark.parametrize(
    ("at", "stage", "due_on"),
    [
        ("2026-02-09T09:00", "refusal", "2026-02-11"),
        ("2026-02-09T09:00", "supplement", "2026-02-23"),
        ("2026-02-09T09:00", "answer", "2026-03-09"),
        ("2026-02-09T09:00", "publication", "2026-02-11"),
        ("2025-04-18T09:00", "refusal", "2025-04-22"),
        ("2025-04-18T09:00", "supplement", "2025-04-25"),
        ("2025-04-18T09:00", "answer", "2025-05-13"),
        ("2025-04-18T09:00", "publication", "2025-04-22"),
    ],
)
def test_feedback_has_a_clock_for_each_stage(
    calendar: Calendar, rule_set: RuleSet, vn: Local, at: str, stage: FeedbackStage, due_on: str
) -> None:
    found = feedback_due(calendar, vn(at), stage, rule_set)
    assert (found.due_at, found.basis, found.rule) == (vn(due_on + "T17:00"), "date", "QĐ766-5.2")


def test_every_stage_of_feedback_has_a_parameter(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    assert get_args(FeedbackStage) == ("refusal", "supplement", "answer", "publication")
    slower = replace(rule_set, feedback_publication_working_days=3)
    assert feedback_due(calendar, vn("2026-02-09T09:00"), "publication", slower).due_at == vn("2026-02-12T17:00")


@pytest.mark.parametrize(
    ("whole", "budgets", "fits"),
    [
        ("1 same_day", ["2 h", "3 h", "2 h", "1 h"], True),  # Hanoi (2.3): eight hours in a day
        ("1 same_day", ["2 h", "3 h", "2 h", "2 h"], False),
        ("5 wd", ["4 h", "3 wd", "1 wd", "4 h"], True),
        ("5 wd", ["4 h", "3 wd", "1 wd", "5 h"], False),
        ("8 h", ["1 wd"], True),
        ("7 h", ["1 wd"], False),
        ("2 wd", ["1 same_day", "8 h"], True),
        ("30 cd", ["10 cd", "20 cd"], True),
        ("30 cd", ["10 cd", "21 cd"], False),
        ("30 cd", ["10 wd"], False),  # nobody knows how many calendar days ten working days are
        ("30 cd", ["8 h"], False),
        ("1 month", ["10 cd"], False),
        ("2 month", ["1 month", "1 month"], True),
        ("2 month", ["1 month", "2 month"], False),
        ("5 wd", [], True),
    ],
)
def test_the_steps_together_stay_within_the_term(rule_set: RuleSet, whole: str, budgets: list[str], fits: bool) -> None:
    assert steps_fit(term(whole), tuple(term(budget) for budget in budgets), rule_set) is fits
