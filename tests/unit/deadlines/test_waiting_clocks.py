"""A clock that waits: the day to answer that passes (B17), payments that cover what is owed, endings that are no answer (B18)."""

import pytest

from events.deadline import EndingClassified, SupplementExpired
from tests.unit.deadlines.life import PAYING, Life, Watch, at, dues, kinds, local, one, only, term, told, when_said


def asked(reply_by: str) -> Life:
    return Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-04T09:00", reply_by=reply_by)


@pytest.mark.parametrize(
    ("reply_by", "expired"),
    [
        ("2026-03-12", "2026-03-12 17:00"),
        ("2026-03-14", "2026-03-16 17:00"),  # a Saturday: the close of the Monday after it
        ("2026-03-04", "2026-03-04 17:00"),
    ],
)
def test_a_day_to_answer_that_passes_is_said_once_and_the_clock_stays_paused(reply_by: str, expired: str) -> None:
    watch = Watch()
    for event in asked(reply_by).events:
        watch.hear(event)
    emitted = watch.look(at("2026-06-01T00:00"))
    assert when_said(emitted) == [f"{expired} supplement-expired"]
    (event,) = emitted
    assert isinstance(event.data, SupplementExpired)
    assert (event.data.cause, event.data.pause_no, local(event.data.paused_at)) == ("supplement", 1, "2026-03-04 09:00")
    assert event.data.to_roles == ("officer", "one_stop")
    assert event.envelope.causation_id == asked(reply_by).events[1].envelope.event_id
    assert watch.look(at("2026-07-01T00:00")) == []
    assert watch.state is not None
    assert watch.state.clocks[0].is_paused


@pytest.mark.parametrize("ends", ["supplemented", "withdrawn"])
def test_what_was_answered_or_has_ended_by_then_expires_no_more(ends: str) -> None:
    life = asked("2026-03-12")
    getattr(life, ends)("2026-03-12T17:00")
    assert not only(told(life, "2026-06-01T00:00"), "supplement-expired")


def test_a_request_that_came_too_late_and_a_day_before_the_request_expire_never() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-10T09:00", reply_by="2026-03-12")
    assert not only(told(life, "2026-06-01T00:00"), "supplement-expired")
    assert not only(told(asked("2026-03-02"), "2026-06-01T00:00"), "supplement-expired")


def test_a_day_to_pay_that_passes_is_said_with_its_cause() -> None:
    life = Life(procedure_code=PAYING).accepted("2026-03-02T08:00").owing("2026-03-04T09:00", pay_by="2026-03-10")
    data = one(told(life, "2026-06-01T00:00"), "supplement-expired").data
    assert isinstance(data, SupplementExpired)
    assert data.cause == "financial_duty"
    plain = Life().accepted("2026-03-02T08:00", term(5)).owing("2026-03-04T09:00", pay_by="2026-03-06")
    assert not only(told(plain, "2026-03-08T00:00"), "supplement-expired"), "an obligation that pauses nothing"


def test_payments_end_a_wait_once_they_cover_the_amount() -> None:
    life = Life(procedure_code=PAYING).accepted("2026-03-02T08:00").owing("2026-03-04T09:00", 100_000)
    life.paid("2026-03-05T09:00", 1).paid("2026-03-06T09:00", 99_998)
    assert not only(told(life), "clock-resumed")
    emitted = told(life.paid("2026-03-09T09:00", 1))
    assert when_said(only(emitted, "clock-resumed")) == ["2026-03-09 09:00 clock-resumed"]


def test_what_was_paid_before_it_was_asked_for_covers_nothing_and_an_exemption_ends_the_wait() -> None:
    life = Life(procedure_code=PAYING).accepted("2026-03-02T08:00").paid("2026-03-03T09:00", 100_000)
    life.owing("2026-03-04T09:00", 100_000).paid("2026-03-05T09:00", 60_000)
    assert not only(told(life), "clock-resumed")
    assert kinds(told(life.exempted("2026-03-06T09:00")))[-2:] == ["clock-resumed", "moved"]


def test_a_result_on_the_due_day_while_it_waits_is_on_time_and_not_early_by_a_term_that_nobody_set() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-09T09:00").ready("2026-03-09T16:00")
    data = one(told(life), "met").data
    assert isinstance(data, EndingClassified)
    assert (data.outcome, data.pause_outcome, data.restart_outcome, data.qd766_outcome) == (
        "on_time", "on_time", "on_time", "on_time",
    )  # fmt: skip
    assert local(data.judged_due_at) == "2026-03-09 17:00"


def test_a_reopening_closes_the_wait_at_the_ending_and_begins_nothing_anew() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-09T09:00").withdrawn("2026-03-09T16:00")
    emitted = told(life.reopened("2026-03-10T09:00"), "2026-03-10T10:00")
    assert dues(only(emitted, "moved")[-1])[1] == "2026-03-10 17:00"  # the day between is none of the clock
