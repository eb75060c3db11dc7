"""The three supplement policies side by side (DR-20 to DR-24, A.3)."""

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import cast

import pytest
from msgspec.structs import replace

from rules.book.ruleset import Policy, RuleSet
from rules.calendars.calendar import Calendar
from rules.due.classify import classify
from rules.due.policy_classes import closed
from rules.due.supplement import Pause, adjusted_due, qd766_class
from rules.due.terms import Term, TermUnit, appointment, due
from rules.errors import InvalidPausesError

Local = Callable[[str], datetime]

APPENDIX = Path(__file__).parent / "appendix_a"
A3 = list(csv.DictReader((APPENDIX / "a3_supplement.csv").read_text(encoding="utf-8").splitlines()))


class Desk:
    """Asks the rules in Vietnamese local times: what becomes of this term with these pauses?"""

    def __init__(self, calendar: Calendar, rule_set: RuleSet, vn: Local) -> None:
        self.calendar, self.rule_set, self.vn = calendar, rule_set, vn

    def pauses(self, *spans: tuple[str, str | None]) -> tuple[Pause, ...]:
        vn = self.vn
        return tuple(Pause(requested_at=vn(a), completed_at=vn(b) if b else None) for a, b in spans)

    def due(self, accepted_at: str, value: int, unit: TermUnit, policy: Policy, *spans: tuple[str, str | None]) -> str:
        term = Term(value=value, unit=unit)
        original = due(self.calendar, self.vn(accepted_at), term, self.rule_set)
        found = adjusted_due(self.calendar, original, term, self.pauses(*spans), self.rule_set, policy).due
        return f"{found.due_at:%Y-%m-%dT%H:%M}" if found else "waiting"

    def qd766(self, accepted_at: str, value: int, ended_at: str | None, *spans: tuple[str, str | None]) -> str:
        term = Term(value=value, unit="working_day")
        original = due(self.calendar, self.vn(accepted_at), term, self.rule_set)
        end = self.vn(ended_at) if ended_at else None
        return qd766_class(self.calendar, original, term, self.pauses(*spans), end, self.rule_set)


@pytest.fixture
def desk(calendar: Calendar, rule_set: RuleSet, vn: Local) -> Desk:
    return Desk(calendar, rule_set, vn)


@pytest.mark.parametrize("row", A3, ids=[row["accepted_at"] for row in A3])
def test_every_supplement_of_the_appendix(
    calendar: Calendar, rule_set: RuleSet, vn: Local, row: dict[str, str]
) -> None:
    term = Term(value=int(row["term_wd"]), unit="working_day")
    original = due(calendar, vn(row["accepted_at"]), term, rule_set)
    pauses = (Pause(requested_at=vn(row["requested_at"]), completed_at=vn(row["completed_at"])),)
    consumed = calendar.working_days_between(original.effective_start_at, calendar.local_date(pauses[0].requested_at))
    by_pause = adjusted_due(calendar, original, term, pauses, rule_set, "pause")
    by_restart = adjusted_due(calendar, original, term, pauses, rule_set, "restart")
    assert original.due_on.isoformat() == row["original_due"]
    assert consumed == int(row["consumed_wd"])
    assert by_pause.due is not None
    assert by_restart.due is not None
    assert (by_pause.due.due_at, by_pause.rule) == (vn(row["pause_due"] + "T17:00"), "DR-20")
    assert (by_restart.due.due_at, by_restart.rule) == (vn(row["restart_due"] + "T17:00"), "DR-21")
    assert by_pause.running_from_at == by_restart.running_from_at == calendar.effective_start(vn(row["completed_at"]))


def test_three_policies_judge_the_same_dossier_differently(calendar: Calendar, rule_set: RuleSet, desk: Desk) -> None:
    span = ("2025-03-06T10:00", "2025-03-12T14:00")
    ended_at = "2025-03-24T10:00"
    by_date = {
        policy: classify(
            calendar, desk.vn(desk.due("2025-03-03T09:00", 10, "working_day", policy, span)), desk.vn(ended_at)
        )
        for policy in ("pause", "restart")
    }
    assert by_date == {"pause": "late", "restart": "early"}
    assert desk.qd766("2025-03-03T09:00", 10, ended_at, span) == "late"
    assert desk.qd766("2025-03-03T09:00", 10, "2025-03-21T10:00", span) == "on_time"
    assert desk.qd766("2025-03-03T09:00", 10, "2025-03-20T10:00", span) == "early"


def test_the_lawful_policy_is_the_one_of_the_rule_set(calendar: Calendar, rule_set: RuleSet, desk: Desk) -> None:
    term = Term(value=10, unit="working_day")
    original = due(calendar, desk.vn("2025-03-03T09:00"), term, rule_set)
    ledger = desk.pauses(("2025-03-06T10:00", "2025-03-12T14:00"))
    found = adjusted_due(calendar, original, term, ledger, rule_set, rule_set.supplement_policy)
    assert (found.policy, found.applied, found.rule) == ("restart", "restart", "DR-21")
    assert found.due is not None
    assert found.due.due_at == desk.vn("2025-03-26T17:00")


def test_without_a_pause_every_policy_keeps_the_original(desk: Desk) -> None:
    policies: tuple[Policy, ...] = ("pause", "restart", "qd766")
    for policy in policies:
        assert desk.due("2026-02-11T10:20", 7, "working_day", policy) == "2026-02-27T17:00"


def test_while_a_request_waits_there_is_no_due_date(desk: Desk) -> None:
    policies: tuple[Policy, ...] = ("pause", "restart", "qd766")
    for policy in policies:
        assert desk.due("2026-03-02T08:00", 5, "working_day", policy, ("2026-03-04T09:00", None)) == "waiting"


def test_a_request_answered_the_same_day_costs_nothing_by_pause_and_a_full_term_by_restart(desk: Desk) -> None:
    for completed_at in ("2026-03-04T16:00", "2026-03-04T19:00"):
        span = ("2026-03-04T09:00", completed_at)
        assert desk.due("2026-03-02T08:00", 5, "working_day", "pause", span) == "2026-03-09T17:00"
    span = ("2026-03-04T09:00", "2026-03-04T16:00")
    assert desk.due("2026-03-02T08:00", 5, "working_day", "restart", span) == "2026-03-11T17:00"


@pytest.mark.parametrize("policy", ["pause", "restart", "qd766"])
def test_a_pause_opened_after_the_due_date_cures_nothing(desk: Desk, policy: Policy) -> None:
    answered, waiting = ("2026-03-10T00:00", "2026-03-16T09:00"), ("2026-03-10T00:00", None)
    assert desk.due("2026-03-02T08:00", 5, "working_day", policy, answered) == "2026-03-09T17:00"
    assert desk.due("2026-03-02T08:00", 5, "working_day", policy, waiting) == "2026-03-09T17:00"
    hours_late = ("2026-03-09T16:00:01", "2026-03-16T09:00")
    assert desk.due("2026-03-09T10:30", 4, "hour", policy, hours_late) == "2026-03-09T16:00"


def test_a_pause_opened_on_the_due_day_ends_with_the_day_of_its_answer(desk: Desk) -> None:
    span = ("2026-03-09T16:00", "2026-03-12T09:00")
    assert desk.due("2026-03-02T08:00", 5, "working_day", "pause", span) == "2026-03-12T17:00"
    assert desk.due("2026-03-02T08:00", 5, "working_day", "restart", span) == "2026-03-19T17:00"


def test_two_pauses_are_both_waited_for(desk: Desk) -> None:
    # 10 working days from Mon 02/03; waited 04->06 (2 days) and 09->11 (2 days): 16/03 + 4 = 20/03.
    spans = (("2026-03-04T09:00", "2026-03-06T09:00"), ("2026-03-09T09:00", "2026-03-11T09:00"))
    assert desk.due("2026-03-02T08:00", 10, "working_day", "pause", *spans) == "2026-03-20T17:00"
    assert desk.due("2026-03-02T08:00", 10, "working_day", "restart", *spans) == "2026-03-25T17:00"


# accepted | term | requested | completed | due by PAUSE | due by RESTART
UNITS = """
2026-03-09T07:30 | 4 hour | 2026-03-09T09:30 | 2026-03-10T14:00 | 2026-03-10T16:00 | 2026-03-11T08:30
2026-03-09T07:30 | 4 hour | 2026-03-09T09:30 | 2026-03-09T12:00 | 2026-03-09T15:00 | 2026-03-09T17:00
# opened ten minutes after the due instant: cures nothing
2026-03-09T07:30 | 4 hour | 2026-03-09T11:40 | 2026-03-09T12:40 | 2026-03-09T11:30 | 2026-03-09T11:30
# opened at the due instant: nothing is left, the term ends as the clock resumes
2026-03-09T07:30 | 4 hour | 2026-03-09T11:30 | 2026-03-09T12:40 | 2026-03-09T13:00 | 2026-03-09T17:00
# the last day is Fri 20/02 (Tet); four days waited make it Tue 24/02
2026-02-05T09:00 | 15 calendar_day | 2026-02-09T09:00 | 2026-02-13T09:00 | 2026-02-24T17:00 | 2026-03-02T17:00
# the last day is 29/02; 12/02 is Tet, so resumed on 15/02: eight days waited
2024-01-31T09:00 | 1 month | 2024-02-07T09:00 | 2024-02-12T09:00 | 2024-03-08T17:00 | 2024-03-15T17:00
# the last day is rolled from Sat 07/03 to Mon 09/03; a pause on that Monday saves the day of its answer
2026-03-02T09:00 | 5 calendar_day | 2026-03-09T09:00 | 2026-03-11T09:00 | 2026-03-11T17:00 | 2026-03-16T17:00
2026-03-09T10:00 | 1 same_day | 2026-03-09T11:00 | 2026-03-11T09:00 | 2026-03-11T17:00 | 2026-03-11T17:00
2026-03-09T10:00 | 1 same_day | 2026-03-09T11:00 | 2026-03-11T15:30 | 2026-03-11T17:00 | 2026-03-12T17:00
"""


@pytest.mark.parametrize("line", [line for line in UNITS.splitlines() if line and not line.startswith("#")])
def test_each_unit_waits_in_its_own_measure(desk: Desk, line: str) -> None:
    accepted_at, term, requested_at, completed_at, by_pause, by_restart = line.split(" | ")
    value, unit = term.split()
    span = (requested_at, completed_at)
    assert desk.due(accepted_at, int(value), cast("TermUnit", unit), "pause", span) == by_pause
    assert desk.due(accepted_at, int(value), cast("TermUnit", unit), "restart", span) == by_restart


def test_766_counts_to_the_bare_day_of_completion(desk: Desk) -> None:
    span = ("2026-03-04T09:00", "2026-03-07T10:00")  # a Saturday: two working days waited, PAUSE waits until Monday
    assert desk.due("2026-03-02T08:00", 5, "working_day", "qd766", span) == "2026-03-11T17:00"
    assert desk.due("2026-03-02T08:00", 5, "working_day", "pause", span) == "2026-03-12T17:00"


def test_766_ends_the_clock_at_an_unanswered_request(desk: Desk) -> None:
    assert desk.qd766("2026-03-02T08:00", 5, "2026-06-01T09:00", ("2026-03-04T09:00", None)) == "early"
    assert desk.qd766("2026-03-02T08:00", 5, None, ("2026-03-09T09:00", None)) == "on_time"
    assert desk.qd766("2026-03-02T08:00", 5, None, ("2026-03-10T09:00", None)) == "late"


def test_766_calls_a_second_request_overdue(desk: Desk, calendar: Calendar, rule_set: RuleSet) -> None:
    spans = (("2026-03-03T09:00", "2026-03-03T10:00"), ("2026-03-03T11:00", "2026-03-03T12:00"))
    assert desk.qd766("2026-03-02T08:00", 5, "2026-03-04T09:00", *spans) == "late"
    assert desk.qd766("2026-03-02T08:00", 5, "2026-03-04T09:00", spans[0]) == "early"
    term = Term(value=5, unit="working_day")
    original = due(calendar, desk.vn("2026-03-02T08:00"), term, rule_set)
    assert adjusted_due(calendar, original, term, desk.pauses(*spans), rule_set, "qd766").is_overdue_by_rule
    assert not adjusted_due(calendar, original, term, desk.pauses(*spans), rule_set, "pause").is_overdue_by_rule


def test_766_does_not_know_the_class_of_an_open_dossier(desk: Desk) -> None:
    assert desk.qd766("2026-03-02T08:00", 5, None) == "unknown"


def test_an_appointment_without_a_term_is_shifted_by_the_working_days_waited(
    amsterdam: Calendar, rule_set: RuleSet
) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=amsterdam.zone)

    stated = appointment(amsterdam, at("2011-10-11T13:42"), at("2011-10-28T13:41:31"))
    pauses = (Pause(requested_at=at("2011-10-13T09:00"), completed_at=at("2011-10-17T09:00")),)
    found = adjusted_due(amsterdam, stated, None, pauses, rule_set, "restart")
    assert (found.policy, found.applied, found.rule) == ("restart", "pause", "DR-20")
    assert found.due is not None
    assert found.due.due_at.isoformat() == "2011-11-01T13:41:31+01:00"  # two days on, past the change of the clocks
    same_day = (Pause(requested_at=at("2011-10-13T09:00"), completed_at=at("2011-10-13T11:00")),)
    assert adjusted_due(amsterdam, stated, None, same_day, rule_set, "pause").due == stated


def test_a_pause_before_the_office_opens_costs_nothing(desk: Desk) -> None:
    span = ("2026-03-07T20:30", "2026-03-08T09:00")
    assert desk.due("2026-03-07T20:00", 3, "working_day", "pause", span) == "2026-03-12T17:00"
    assert desk.due("2026-03-07T20:00", 3, "hour", "pause", span) == "2026-03-09T10:30"


def test_a_dossier_that_ends_while_it_waits_goes_on_then_without_an_answer(desk: Desk, vn: Local) -> None:
    waiting = desk.pauses(("2026-03-04T09:00", None))
    answered = desk.pauses(("2026-03-04T09:00", "2026-03-06T09:00"))
    ended = tuple(replace(one, is_answered=False) for one in answered)
    assert closed(waiting, vn("2026-03-06T09:00")) == ended
    assert closed(answered, vn("2026-03-30T09:00")) == answered
    assert closed((), vn("2026-03-30T09:00")) == ()
    earlier = desk.pauses(("2026-03-02T09:00", "2026-03-03T09:00"))
    assert closed(earlier + waiting, vn("2026-03-06T09:00")) == earlier + ended


@pytest.mark.parametrize(
    "spans",
    [
        [("2026-03-05T09:00", "2026-03-04T09:00")],
        [("2026-03-04T09:00", None), ("2026-03-05T09:00", None)],
        [("2026-03-04T09:00", "2026-03-06T09:00"), ("2026-03-05T09:00", "2026-03-09T09:00")],
    ],
)
def test_pauses_that_cannot_be_are_refused(desk: Desk, spans: list[tuple[str, str | None]]) -> None:
    with pytest.raises(InvalidPausesError):
        desk.due("2026-03-02T08:00", 10, "working_day", "pause", *spans)


def test_a_request_answered_at_the_same_instant_is_no_contradiction(desk: Desk) -> None:
    span = ("2026-03-04T09:00", "2026-03-04T09:00")
    assert desk.due("2026-03-02T08:00", 5, "working_day", "pause", span) == "2026-03-09T17:00"


@pytest.mark.parametrize("unit", ["working_day", "same_day"])
def test_a_wait_of_no_day_keeps_an_appointment_that_was_given_for_a_day_off(
    calendar: Calendar, rule_set: RuleSet, vn: Local, unit: TermUnit
) -> None:
    saturday = appointment(calendar, vn("2026-01-12T09:00"), vn("2026-01-24T09:00"))
    asked = Pause(requested_at=vn("2026-01-14T09:00"), completed_at=vn("2026-01-14T15:00"))

    moved = adjusted_due(calendar, saturday, Term(value=1, unit=unit), (asked,), rule_set, "pause").due

    assert moved is not None
    assert (moved.due_at, moved.due_on) == (saturday.due_at, saturday.due_on)
