"""Of each kind of dossier the demo shows one, the shortest, and says so where there is none."""

import pytest

from demo.kinds import KINDS, examples
from tests.unit.demo.lives_told import Told

AT = "2026-03-02T09:00"


def begun(code: str = "H57.A") -> Told:
    return Told(code=code).accepted(AT, "2026-03-09T17:00")


def ended(outcome: str, *before: str) -> Told:
    told = begun()
    for kind in before:
        told.did(kind, AT)
    return told.ended("2026-03-05T10:00", outcome)


def reopened(at: str) -> Told:
    return ended("early").did("dossier-reopened", at)


OF_EACH_KIND = {
    "early": ended("early"),
    "on time": ended("on_time"),
    "late, no letter": ended("late"),
    "late, letter in time": ended("late", "apology-sent").said("apology-classified", AT, apology_class="sent_in_time"),
    "late, letter late": begun().said("apology-classified", AT, apology_class="sent_late"),
    "late, letter waived": begun().said("apology-classified", AT, apology_class="waived"),
    "second breach": begun().said("second-breach-recorded", AT),
    "lateness foreseen": begun().did("lateness-foreseen", AT),
    "escalation acknowledged": begun().said("escalation-raised", AT).did("escalation-acknowledged", AT),
    "paused": begun().did("supplement-requested", AT).said("clock-paused", AT),
    "supplement expired": begun().said("supplement-expired", AT),
    "two rounds of supplement": begun().did("supplement-completed", AT, round_no=2),
    "supplement asked too late": begun().said("dossier-breached", AT).did("supplement-requested", AT),
    "paused for a financial duty": begun().said("deadline-moved", AT, cause="financial_duty_met"),
    "extended": begun().said("deadline-moved", AT, cause="extension"),
    "appointment before the term": begun().said("deadline-set", AT, rule="appointment"),
    "appointment after the term": begun().said("integrity-flag-raised", AT, rule="B15"),
    "reopened in the same week": reopened("2026-03-06T09:00"),
    "reopened in a later month": reopened("2026-04-06T09:00"),
    "corrected": begun().did("event-corrected", AT),
    "recorded late, not approved": begun().said("integrity-flag-raised", AT, rule="DR-31"),
    "recorded late and approved": begun().said("ending-classified", AT, is_approved=True, outcome="early"),
    "moved by reorganisation": begun().did("dossier-reassigned-by-reorganisation", AT),
    "accepted again under a new code": begun().did("dossier-code-assigned", AT, code="G22.A", resent_acceptance={}),
    "calendar order": begun().did("calendar-change-applied", AT),
    "refused transfer": begun().did("transfer-refused", AT),
    "step started again": begun().did("step-started", AT, step_code="TL").did("step-started", AT, step_code="TL"),
    "consultation late": begun().said("step-breached", AT, clock_kind="consultation"),
    "outage": begun().did("system-outage-recorded", AT),
    "withdrawn": begun().did("dossier-withdrawn", AT),
    "stopped": begun().did("processing-stopped", AT),
    "returned": begun().did("dossier-returned", AT),
    "submitted online twice": begun().did("dossier-submitted", AT, round_no=2),
    "rejected at intake": Told(code="H57.A").did("intake-rejected", AT),
    "feedback": Told(code="H57.A").did("feedback-published", AT),
}


def shown(told: list[Told]) -> dict[str, str | None]:
    return {one.kind.en: one.code for one in examples([event for each in told for event in each.events])}


def test_each_kind_has_a_story_here_and_both_names() -> None:
    assert [one.en for one in KINDS] == list(OF_EACH_KIND)
    assert len({one.vi for one in KINDS}) == len(KINDS)


@pytest.mark.parametrize("kind", OF_EACH_KIND)
def test_a_dossier_of_the_kind_is_found_and_a_plain_one_is_not_taken_for_it(kind: str) -> None:
    assert shown([OF_EACH_KIND[kind]])[kind] == "H57.A"
    assert shown([begun()])[kind] is None


def test_a_letter_makes_it_another_kind_of_late() -> None:
    assert shown([ended("late", "apology-sent")])["late, no letter"] is None


def test_what_was_answered_or_ended_waits_no_more() -> None:
    paused = begun().did("supplement-requested", AT).said("clock-paused", AT)
    assert shown([paused.did("supplement-completed", AT).said("clock-restarted", AT)])["paused"] is None
    paused = begun().did("supplement-requested", AT).said("clock-paused", AT)
    assert shown([paused.did("processing-stopped", AT)])["paused"] is None


def test_a_request_that_stopped_the_clock_was_not_too_late() -> None:
    told = begun().did("supplement-requested", AT).said("clock-paused", AT).said("dossier-breached", AT)
    assert shown([told])["supplement asked too late"] is None


def test_a_reopening_two_weeks_later_in_the_same_month_is_neither() -> None:
    found = shown([reopened("2026-03-19T09:00")])
    assert (found["reopened in the same week"], found["reopened in a later month"]) == (None, None)


def test_the_shortest_dossier_is_shown_and_of_equals_the_first_code() -> None:
    long = begun("H57.A").did("step-started", AT, step_code="TL").did("dossier-withdrawn", AT)
    short = [begun(code).did("dossier-withdrawn", AT) for code in ("H57.C", "H57.B")]
    assert shown([long, *short])["withdrawn"] == "H57.B"
