"""Feedback of citizens: refused within 2, sent back within 5, answered within 15, published within 2 working days (QĐ 766)."""

import pytest

from events.deadline import DeadlineMet, DeadlineSet
from tests.unit.deadlines.life import Life, dues, kinds, local, of_clock, one, only, told, when_said


@pytest.mark.parametrize(
    ("received", "answer"), [("2026-02-09T09:00", "2026-03-09 17:00"), ("2025-04-18T09:00", "2025-05-13 17:00")]
)
def test_feedback_is_answered_within_fifteen_working_days(received: str, answer: str) -> None:
    (event,) = told(Life().feedback(received))
    assert isinstance(event.data, DeadlineSet)
    assert (event.data.clock, event.data.rule, dues(event)[1]) == ("feedback_answer", "QĐ766-5.2", answer)
    assert event.data.procedure_code == ""


@pytest.mark.parametrize(
    ("received", "done", "emitted"),
    [
        ("2026-02-09T09:00", "2026-02-11T16:00", "met on_time"),
        ("2026-02-09T09:00", "2026-02-10T16:00", "met early"),
        ("2026-02-09T09:00", "2026-02-12T08:00", "step-breached"),
        ("2025-04-18T09:00", "2025-04-22T09:00", "met on_time"),
        ("2025-04-18T09:00", "2025-04-23T09:00", "step-breached"),
    ],
)
def test_a_refusal_is_judged_by_two_working_days(received: str, done: str, emitted: str) -> None:
    told_of = told(Life().feedback(received).feedback_refused(done))
    assert kinds(of_clock(told_of, "feedback_refusal")) == [emitted]


@pytest.mark.parametrize(
    ("received", "done", "emitted"),
    [
        ("2026-02-09T09:00", "2026-02-23T16:00", "met on_time"),
        ("2026-02-09T09:00", "2026-02-13T16:00", "met early"),
        ("2026-02-09T09:00", "2026-02-24T08:00", "step-breached"),
        ("2025-04-18T09:00", "2025-04-25T09:00", "met on_time"),
        ("2025-04-18T09:00", "2025-04-26T09:00", "step-breached"),
    ],
)
def test_asking_to_add_to_it_is_judged_by_five_working_days(received: str, done: str, emitted: str) -> None:
    told_of = told(Life().feedback(received).feedback_supplement(done))
    assert kinds(of_clock(told_of, "feedback_supplement")) == [emitted]


def test_a_refusal_ends_the_clock_of_the_answer_and_needs_no_publication() -> None:
    emitted = told(Life().feedback("2026-02-09T09:00").feedback_refused("2026-02-10T09:00"), "2026-12-01T00:00")
    assert kinds(of_clock(emitted, "feedback_answer")) == ["set", "met early"]
    assert not of_clock(emitted, "feedback_publication")
    assert not only(emitted, "step-breached", "breached")


def test_asking_to_add_to_it_leaves_the_clock_of_the_answer_running() -> None:
    emitted = told(Life().feedback("2026-02-09T09:00").feedback_supplement("2026-02-10T09:00"), "2026-03-10T00:00")
    assert when_said(only(emitted, "step-breached")) == ["2026-03-09 17:00 step-breached"]


def test_an_answer_starts_the_two_days_of_its_publication() -> None:
    life = (
        Life().feedback("2026-02-09T09:00").feedback_answered("2026-03-05T09:00").feedback_published("2026-03-09T10:00")
    )
    emitted = told(life, "2026-12-01T00:00")
    assert kinds(of_clock(emitted, "feedback_answer"))[-1] == "met early"
    assert dues(one(of_clock(emitted, "feedback_publication"), "set"))[1] == "2026-03-09 17:00"
    assert kinds(of_clock(emitted, "feedback_publication"))[-1] == "met on_time"


def test_an_answer_that_is_not_published_in_time_is_a_breach_of_its_own() -> None:
    emitted = told(Life().feedback("2026-02-09T09:00").feedback_answered("2026-03-05T09:00"), "2026-03-10T00:00")
    breach = one(of_clock(emitted, "feedback_publication"), "step-breached")
    assert local(breach.envelope.occurred_at) == "2026-03-09 17:00"


def test_a_late_answer_is_breached_and_its_publication_still_due() -> None:
    life = (
        Life().feedback("2026-02-09T09:00").feedback_answered("2026-03-10T09:00").feedback_published("2026-03-11T10:00")
    )
    emitted = told(life)
    assert kinds(only(emitted, "step-breached", "met")) == ["step-breached", "met early"]


def test_feedback_is_reminded_of_and_never_apologised_for() -> None:
    emitted = told(Life().feedback("2026-02-09T09:00"), "2026-12-01T00:00")
    assert when_said(emitted) == [
        "2026-02-09 09:00 set",
        "2026-03-04 07:30 near-due A2",
        "2026-03-06 07:30 near-due A3",
        "2026-03-09 07:30 near-due A4",
        "2026-03-09 17:00 step-breached",
    ]


def test_a_refusal_says_which_limit_it_kept() -> None:
    emitted = told(Life().feedback("2026-02-09T09:00").feedback_refused("2026-02-10T09:00"))
    data = one(of_clock(emitted, "feedback_refusal"), "met").data
    assert isinstance(data, DeadlineMet)
    assert (local(data.lawful_due_at), data.ended_by) == ("2026-02-11 17:00", "feedback-refused.v1")


def test_a_second_receipt_of_the_same_feedback_is_a_contradiction() -> None:
    assert kinds(told(Life().feedback("2026-02-09T09:00").feedback("2026-02-10T09:00"))) == [
        "set",
        "integrity-flag-raised",
    ]


def test_feedback_beyond_the_covered_calendar_is_an_alert() -> None:
    (event,) = told(Life().feedback("2036-12-29T09:00"))
    assert (kinds([event]), getattr(event.data, "clock_kind", "")) == (["clock-not-armed"], "feedback_answer")


def test_an_answer_is_given_once() -> None:
    life = (
        Life().feedback("2026-02-09T09:00").feedback_answered("2026-02-10T09:00").feedback_published("2026-02-11T09:00")
    )
    emitted = told(life.feedback_answered("2026-02-24T09:00").feedback_published("2026-02-25T09:00"))
    assert len({event.envelope.event_id for event in emitted}) == len(emitted)
