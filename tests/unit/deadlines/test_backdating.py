"""Endings that were recorded late (DR-31): flagged, not met, until a head of unit approves."""

from datetime import timedelta

import pytest

from events.deadline import EndingClassified
from events.dossier import GivenTerm, IntegrityFlagRaised
from tests.unit.deadlines.life import Life, at, kinds, local, one, only, recorded, state_of, term, told


def ended(ended_at: str, recorded_at: str, given: GivenTerm | None = None, *, is_history: bool = False) -> Life:
    """A dossier due on Monday 09/03/2026, whose end was recorded at another time than it happened."""
    life = Life(is_history=is_history).accepted("2026-03-02T08:00", given or term(5)).ready(ended_at)
    life.events[-1] = recorded(life.events[-1], at(recorded_at))
    return life


@pytest.mark.parametrize(
    ("ended_at", "recorded_at"),
    [("2026-03-09T16:00", "2026-03-10T08:00"), ("2026-03-05T16:00", "2026-03-10T08:00")],
)
def test_an_ending_recorded_after_the_due_day_is_flagged_and_not_met(ended_at: str, recorded_at: str) -> None:
    emitted = told(ended(ended_at, recorded_at))
    flag = one(emitted, "integrity-flag-raised")
    assert isinstance(flag.data, IntegrityFlagRaised)
    assert (flag.data.kind, flag.data.rule) == ("backdated", "DR-31")
    assert flag.data.target_event_id == ended(ended_at, recorded_at).events[-1].envelope.event_id
    assert not only(emitted, "met")


@pytest.mark.parametrize(
    ("ended_at", "recorded_at"),
    [
        ("2026-03-06T16:00", "2026-03-09T16:00"),  # the due day is not over
        ("2026-03-09T16:00", "2026-03-09T20:00"),  # by date it is the same day
        ("2026-03-09T23:50", "2026-03-10T00:05"),  # fifteen minutes
        ("2026-03-02T16:00", "2026-03-03T08:00"),
    ],
)
def test_an_ending_recorded_soon_enough_or_before_the_due_day_was_over_is_met(ended_at: str, recorded_at: str) -> None:
    emitted = told(ended(ended_at, recorded_at))
    assert not only(emitted, "integrity")
    assert len(only(emitted, "met")) == 1


def test_an_ending_recorded_a_moment_more_than_fifteen_minutes_later_is_flagged() -> None:
    assert only(told(ended("2026-03-09T23:50", "2026-03-10T00:05:01")), "integrity")


def test_an_hour_term_is_judged_by_the_instant_of_its_recording() -> None:
    assert only(told(ended("2026-03-02T11:00", "2026-03-02T14:00", term(4, "hour"))), "integrity")  # due 13:30
    assert not only(told(ended("2026-03-02T11:00", "2026-03-02T13:20", term(4, "hour"))), "integrity")


def test_an_ending_that_was_late_by_its_own_account_is_no_back_dating() -> None:
    emitted = told(ended("2026-03-10T16:00", "2026-03-12T08:00"))
    assert not only(emitted, "integrity", "met")
    assert "breached" in kinds(emitted)


def test_history_is_exempt() -> None:
    emitted = told(ended("2026-03-05T16:00", "2026-11-10T08:00", is_history=True))
    assert kinds(only(emitted, "met", "integrity")) == ["met early"]


@pytest.mark.parametrize(
    ("ended_at", "emitted"), [("2026-03-09T16:00", "met on_time"), ("2026-03-05T16:00", "met early")]
)
def test_a_head_approves_and_the_class_is_by_date(ended_at: str, emitted: str) -> None:
    life = ended(ended_at, "2026-03-10T08:00").approved("2026-03-11T09:00")
    met = one(told(life, "2026-06-01T00:00"), "met")
    assert kinds([met]) == [emitted]
    assert isinstance(met.data, EndingClassified)
    assert (local(met.data.ended_at), met.data.ended_by) == (ended_at.replace("T", " "), "result-ready-at-counter.v1")
    assert met.envelope.causation_id == life.events[-1].envelope.event_id


def test_after_approval_nothing_is_owed_and_nobody_is_told_any_more() -> None:
    life = ended("2026-03-09T16:00", "2026-03-10T08:00").approved("2026-03-10T09:00")
    emitted = told(life, "2026-06-01T00:00")
    assert [getattr(event.data, "reason", "") for event in only(emitted, "apology-lapsed")] == ["ended_in_time"]
    assert not only(emitted, "escalation")


def test_until_approval_the_letter_is_owed() -> None:
    emitted = told(ended("2026-03-09T16:00", "2026-03-10T08:00"), "2026-06-01T00:00")
    assert [kind for kind in kinds(emitted) if kind.startswith("escalation")] == [
        "escalation-raised B1",
        "escalation-raised B2",
        "escalation-raised B3",
    ]


def test_approving_another_event_or_approving_twice_says_nothing_more() -> None:
    life = ended("2026-03-09T16:00", "2026-03-10T08:00").approved("2026-03-11T09:00", "another")
    assert not only(told(life), "met")
    life.approved("2026-03-11T10:00", life.events[1].envelope.event_id)
    life.approved("2026-03-11T11:00", life.events[1].envelope.event_id)
    assert len(only(told(life), "met")) == 1


def test_an_ending_that_was_in_time_needs_no_approval() -> None:
    life = ended("2026-03-06T16:00", "2026-03-06T16:01").approved("2026-03-06T17:00")
    assert len(only(told(life), "met")) == 1


def test_an_unapproved_ending_is_remembered_as_such() -> None:
    ending = state_of(ended("2026-03-09T16:00", "2026-03-10T08:00")).ending
    assert ending is not None
    assert ending.is_backdated
    approved = state_of(ended("2026-03-09T16:00", "2026-03-10T08:00").approved("2026-03-11T09:00")).ending
    assert approved is not None
    assert not approved.is_backdated


def test_an_ending_recorded_within_the_tolerance_takes_the_breach_of_closing_time_back() -> None:
    """It happened at 16:55, was recorded at 17:05: the breach of 17:00 was said, the apology lapses, the class is on time."""
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-09T16:55", delay=timedelta(minutes=10))
    assert kinds(told(life))[-4:] == [
        "apology-required",
        "breached",
        "apology-lapsed",
        "met on_time",
    ]
