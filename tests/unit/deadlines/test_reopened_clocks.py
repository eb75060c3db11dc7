"""A dossier that is reopened goes on: the time between its end and now was no time of its clock (4.3)."""

from datetime import timedelta
from typing import Any

from events.deadline import DeadlineMoved, DeadlineSet
from tests.unit.deadlines.life import (
    CHAINED,
    Life,
    Watch,
    at,
    dues,
    kinds,
    local,
    of_clock,
    one,
    only,
    state_of,
    term,
    told,
    when_said,
)


def dossier_said(life: Life, until: str | None = None) -> list[Any]:
    return of_clock(told(life, until), "dossier")


def test_a_reopened_dossier_has_the_time_since_its_end_added() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-05T09:00").reopened("2026-03-11T09:00")
    emitted = dossier_said(life, "2026-04-01T00:00")
    moved = one(emitted, "moved")
    # Four working days lay between 05/03 and 11/03; 09/03 and four days are 13/03.
    assert dues(moved) == ("2026-03-09 17:00", "2026-03-13 17:00", "2026-03-13 17:00")
    assert isinstance(moved.data, DeadlineMoved)
    assert moved.data.cause == "reopening"
    assert when_said(only(emitted, "breached")) == ["2026-03-13 17:00 breached"]


def test_a_reopened_dossier_may_end_again() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-05T09:00").reopened("2026-03-11T09:00")
    emitted = dossier_said(life.ready("2026-03-12T09:00"), "2026-06-01T00:00")
    assert [kind for kind in kinds(emitted) if kind.startswith("met")] == ["met early", "met early"]
    assert not only(emitted, "breached")
    assert len({event.envelope.event_id for event in emitted}) == len(emitted)


def test_a_dossier_reopened_on_the_day_of_its_end_keeps_its_due_date() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-05T09:00").reopened("2026-03-05T15:00")
    emitted = dossier_said(life, "2026-03-10T00:00")
    assert when_said(only(emitted, "breached")) == ["2026-03-09 17:00 breached"]


def test_a_dossier_that_ended_late_stays_late_when_it_is_reopened() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-11T09:00").reopened("2026-03-12T09:00")
    emitted = dossier_said(life, "2026-04-15T00:00")
    assert when_said(only(emitted, "breached")) == ["2026-03-09 17:00 breached"]


def test_a_breach_that_was_apologised_for_is_not_said_again_after_reopening() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).apologised("2026-03-10T08:00").ready("2026-03-11T09:00")
    emitted = dossier_said(life.reopened("2026-03-12T09:00"), "2026-04-15T00:00")
    assert when_said(only(emitted, "breached", "escalation")) == [
        "2026-03-09 17:00 breached",
        "2026-03-12 17:00 escalation-raised B2",
        "2026-03-16 17:00 escalation-raised B3",
    ]


def test_a_dossier_reopened_on_the_day_of_its_end_is_reminded_of_again() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-05T09:00").reopened("2026-03-05T15:00")
    assert when_said(only(dossier_said(life, "2026-03-10T00:00"), "near-due")) == [
        "2026-03-04 07:30 near-due A2",
        "2026-03-06 07:30 near-due A3",
        "2026-03-09 07:30 near-due A4",
    ]


def test_a_dossier_that_ended_while_waiting_goes_on_from_its_reopening() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-04T09:00").withdrawn("2026-03-06T09:00")
    emitted = dossier_said(life.reopened("2026-03-10T09:00"), "2026-06-01T00:00")
    # An ending is no answer (B18): 09/03 and the two days waited until 06/03, 11/03; two until the reopening: 13/03.
    assert dues(one(emitted, "moved"))[1] == "2026-03-13 17:00"
    assert when_said(only(emitted, "breached")) == ["2026-03-13 17:00 breached"]


def test_a_reopening_that_lies_before_the_end_is_a_contradiction() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-05T09:00").reopened("2026-03-04T09:00")
    assert kinds(only(told(life), "integrity")) == ["integrity-flag-raised"]
    assert state_of(life).ending is not None


def test_a_dossier_reopened_before_its_end_is_a_contradiction() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).reopened("2026-03-03T09:00")
    assert kinds(told(life)) == ["set", "integrity-flag-raised"]


def test_a_dossier_reopened_within_thirty_days_finds_its_clock() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-05T09:00").reopened("2026-04-03T09:00")
    watch = Watch()
    watch.hear(life.events[0])
    watch.hear(life.events[1])
    assert watch.look(at("2026-04-03T08:59")) == []
    assert kinds(watch.hear(life.events[2])) == ["moved"]


def test_a_reopened_dossier_ladder_starts_from_its_new_due_date() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T09:00").reopened("2026-03-31T09:00")
    emitted = dossier_said(life, "2026-04-08T00:00")
    # 20 working days lay between: 09/03 and twenty are 06/04.
    assert when_said(only(emitted, "near-due", "breached")) == [
        "2026-04-01 07:30 near-due A2",
        "2026-04-03 07:30 near-due A3",
        "2026-04-06 07:30 near-due A4",
        "2026-04-06 17:00 breached",
    ]


def test_the_chain_of_agencies_is_said_to_have_the_procedure_it_needs() -> None:
    data = one(of_clock(told(Life(procedure_code=CHAINED).accepted("2026-03-02T08:00")), "dossier"), "set").data
    assert isinstance(data, DeadlineSet)
    assert local(data.lawful_due_at) == "2026-03-25 17:00"


def test_a_dossier_that_ends_a_second_time_by_the_same_due_date_says_so_under_another_id() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-05T09:00").reopened("2026-03-05T15:00")
    first, second = only(dossier_said(life.ready("2026-03-06T09:00")), "met")
    assert first.envelope.event_id != second.envelope.event_id
    assert local(getattr(second.data, "ended_at", None)) == "2026-03-06 09:00"


def test_a_letter_that_lapsed_in_the_evening_is_owed_again_when_the_dossier_is_reopened_that_evening() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-09T18:00").reopened("2026-03-09T19:00")
    emitted = told(life, "2026-06-01T00:00")
    assert kinds(only(emitted, "apology", "breached", "escalation"))[1:] == [
        "apology-required",
        "breached",
        "apology-lapsed",
        "apology-required",
        "escalation-raised B1",
        "escalation-raised B2",
        "escalation-raised B3",
    ]
    assert len({event.envelope.event_id for event in emitted}) == len(emitted)


def test_a_letter_that_lapsed_is_owed_again_when_the_citizen_answers_the_same_day() -> None:
    """Asked in time and told a little later: the breach was emitted meanwhile, and the wait of no day moves nothing."""
    life = Life().accepted("2026-03-02T08:00", appointment_at=at("2026-03-09T17:00"))
    life.asked("2026-03-09T16:50", delay=timedelta(minutes=14))
    emitted = told(life.supplemented("2026-03-09T17:30"), "2026-03-10T00:00")
    assert kinds(emitted)[-6:] == [
        "apology-required",
        "breached",
        "apology-lapsed",
        "clock-paused",
        "clock-resumed",
        "apology-required",
    ]


def test_a_breach_that_was_taken_back_is_none_of_the_due_date_that_a_reopening_keeps() -> None:
    """Asked in time and told a little later, so the breach was emitted; withdrawn while waiting, then reopened."""
    life = Life().accepted("2026-03-02T08:00", term(2))
    life.asked("2026-03-04T16:50", delay=timedelta(minutes=14)).withdrawn("2026-03-05T08:00").reopened(
        "2026-03-05T09:00"
    )
    emitted = told(life, "2026-03-05T16:59")
    assert len(only(emitted, "apology-required")) == 1
    assert kinds(emitted)[-1] == "moved"


def test_what_falls_due_after_a_reopening_that_kept_the_due_date_follows_from_the_reopening() -> None:
    """It set the clock going again (AL-2). So it stands after the lapse of the breach that the wait took back."""
    life = Life().accepted("2026-03-02T08:00", term(2))
    life.asked("2026-03-04T16:50", delay=timedelta(minutes=14)).withdrawn("2026-03-05T08:00").reopened(
        "2026-03-05T09:00"
    )
    _, again = only(told(life, "2026-03-10T00:00"), "breached")
    assert again.envelope.stream_seq == life.events[3].envelope.stream_seq
    assert again.envelope.causation_id == life.events[3].envelope.event_id
