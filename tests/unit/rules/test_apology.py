"""What an apology is worth (AR-07) and when a new appointment may be given (AR-05), with the dates of AR-02."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.due.apology import apology_class, reappointment_problem
from rules.due.classify import classify
from rules.due.ladder import apology_latest_at
from rules.due.supplement import Pause, adjusted_due
from rules.due.terms import Due, Term, due

Local = Callable[[str], datetime]

SEVEN = Term(value=7, unit="working_day")


@pytest.mark.parametrize(
    ("due_on", "latest_on"),
    [
        ("2026-02-23", "2026-02-13"),  # Tet
        ("2025-05-05", "2025-04-29"),
        ("2024-05-06", "2024-05-04"),  # a make-up Saturday
        ("2026-03-09", "2026-03-06"),
        ("2026-02-27", "2026-02-26"),
    ],
)
def test_an_apology_is_in_time_until_the_close_of_the_working_day_before(
    calendar: Calendar, rule_set: RuleSet, vn: Local, due_on: str, latest_on: str
) -> None:
    due_at, closing = vn(due_on + "T17:00"), vn(latest_on + "T17:00")
    promised = Due(
        effective_start_at=vn("2023-06-01T08:00"), due_at=due_at, due_on=due_at.date(), basis="date", rule="DR-02"
    )
    latest_at = apology_latest_at(calendar, promised, SEVEN, rule_set)
    assert latest_at == closing
    assert apology_class(latest_at, due_at, closing, is_waived=False) == "sent_in_time"


SECOND = timedelta(seconds=1)


def test_the_five_classes_of_an_apology(vn: Local) -> None:
    latest_at, due_at = vn("2026-02-26T17:00"), vn("2026-02-27T17:00")
    sent = {
        name: apology_class(latest_at, due_at, at, is_waived=False)
        for name, at in {
            "at the last instant": latest_at,
            "a second later": latest_at + SECOND,
            "at the due instant": due_at,
            "after it": due_at + SECOND,
            "never": None,
        }.items()
    }
    assert sent == {
        "at the last instant": "sent_in_time",
        "a second later": "sent_before_breach",
        "at the due instant": "sent_before_breach",
        "after it": "sent_late",
        "never": "missing",
    }
    assert apology_class(latest_at, due_at, None, is_waived=True) == "waived"


def test_a_letter_that_left_counts_as_what_it_is_although_it_was_waived(vn: Local) -> None:
    latest_at, due_at = vn("2026-02-26T17:00"), vn("2026-02-27T17:00")
    assert apology_class(latest_at, due_at, due_at + SECOND, is_waived=True) == "sent_late"


def test_for_a_one_day_term_an_apology_is_in_time_or_late(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    same_day = Term(value=1, unit="same_day")
    promised = due(calendar, vn("2026-03-09T10:00"), same_day, rule_set)
    latest_at = apology_latest_at(calendar, promised, same_day, rule_set)
    assert apology_class(latest_at, promised.due_at, vn("2026-03-09T17:00"), is_waived=False) == "sent_in_time"
    assert apology_class(latest_at, promised.due_at, vn("2026-03-09T17:01"), is_waived=False) == "sent_late"


def test_instants_of_any_zone_are_compared(vn: Local) -> None:
    latest_at, due_at = vn("2026-02-26T17:00"), vn("2026-02-27T17:00")
    in_utc = datetime.fromisoformat("2026-02-26T10:00:00+00:00")
    assert apology_class(latest_at, due_at, in_utc, is_waived=False) == "sent_in_time"


@pytest.mark.parametrize(
    ("new_promised_at", "count", "problem"),
    [
        ("2026-03-03T17:00", 0, None),
        ("2026-03-02T09:00", 0, None),  # the first working day after it, at any hour
        ("2026-02-27T17:00", 0, "not later"),
        ("2026-02-27T19:00", 0, "not later"),  # the same day once more is no new day
        ("2026-02-26T17:00", 0, "not later"),
        ("2026-02-28T17:00", 0, "2026-02-28 is not a working day"),
        ("2026-04-27T17:00", 0, "2026-04-27 is not a working day"),  # a day off in exchange
        ("2026-08-22T17:00", 0, None),  # a make-up Saturday
        ("2026-03-03T17:00", 1, "at most 1"),
        ("2126-03-04T17:00", 0, "lies outside"),
    ],
)
def test_a_new_appointment_is_later_on_a_working_day_and_the_only_one(
    calendar: Calendar, rule_set: RuleSet, vn: Local, new_promised_at: str, count: int, problem: str | None
) -> None:
    found = reappointment_problem(calendar, vn("2026-02-27T17:00"), vn(new_promised_at), count, rule_set)
    if problem is None:
        assert found is None
    else:
        assert found is not None
        assert found.startswith("AR-05: ")
        assert problem in found


def test_an_hour_term_may_be_appointed_anew_for_the_same_day(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    due_at, later = vn("2026-03-09T10:00"), vn("2026-03-09T16:00")
    assert reappointment_problem(calendar, due_at, later, 0, rule_set, basis="instant") is None
    assert reappointment_problem(calendar, due_at, due_at, 0, rule_set, basis="instant") is not None


def test_how_often_is_a_parameter(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    due_at, later = vn("2026-02-27T17:00"), vn("2026-03-03T17:00")
    twice, never = replace(rule_set, max_reappointments=2), replace(rule_set, max_reappointments=0)
    assert reappointment_problem(calendar, due_at, later, 1, twice) is None
    assert reappointment_problem(calendar, due_at, later, 0, never) is not None
    assert rule_set.apology_resend_working_days == 1


def test_a_new_appointment_never_changes_the_class(calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
    # AR-09, DR-26: what ends on the day of the new appointment is late, since the lawful due date stands.
    whole = due(calendar, vn("2026-02-11T10:20"), SEVEN, rule_set)
    new_promised_at = vn("2026-03-03T17:00")
    assert reappointment_problem(calendar, whole.due_at, new_promised_at, 0, rule_set) is None
    assert classify(calendar, whole.due_at, new_promised_at) == "late"


def test_while_the_citizen_is_waited_for_there_is_no_date_to_apologise_for(
    calendar: Calendar, rule_set: RuleSet, vn: Local
) -> None:
    # AR-11: waiting on the due date, for a supplement or a fee, leaves no due date and so no obligation.
    whole = due(calendar, vn("2026-02-11T10:20"), SEVEN, rule_set)
    for cause in ("supplement", "financial_duty"):
        waiting = (Pause(requested_at=vn("2026-02-27T09:00"), completed_at=None, cause=cause),)  # type: ignore[arg-type]
        assert adjusted_due(calendar, whole, SEVEN, waiting, rule_set, rule_set.supplement_policy).due is None
