"""Supplements and financial duties through the whole fold: 4.4.3, 4.4.4, DR-20 to DR-25, A.3, AR-11."""

from typing import Any

import pytest

from events.deadline import ClockPaused, ClockRestarted, ClockResumed, DeadlineMoved
from events.dossier import TermUnit
from tests.unit.deadlines.life import (
    PAYING,
    PLAIN,
    Life,
    at,
    dues,
    kinds,
    local,
    of_clock,
    one,
    only,
    term,
    told,
    when_said,
)

SUPPLEMENTS = [
    ("2025-03-03T09:00", 10, "2025-03-06T10:00", "2025-03-12T14:00", 3, "2025-03-17", "2025-03-21", "2025-03-26"),
    ("2026-02-04T09:00", 15, "2026-02-09T15:00", "2026-02-26T09:00", 3, "2026-03-04", "2026-03-16", "2026-03-19"),
    ("2026-03-02T08:00", 7, "2026-03-02T16:00", "2026-03-04T08:30", 0, "2026-03-11", "2026-03-13", "2026-03-13"),
    ("2026-03-02T08:00", 5, "2026-03-04T09:00", "2026-03-07T10:00", 2, "2026-03-09", "2026-03-12", "2026-03-16"),
]
"""4.4.3 and A.3: accepted, term, asked, completed, consumed; original, PAUSE and RESTART due day."""


def dossier_said(life: Life, until: str | None = None) -> list[Any]:
    return of_clock(told(life, until), "dossier")


def moved_of(life: Life) -> DeadlineMoved:
    data = one(dossier_said(life), "moved").data
    assert isinstance(data, DeadlineMoved)
    return data


@pytest.mark.parametrize("row", SUPPLEMENTS, ids=[row[0] for row in SUPPLEMENTS])
def test_every_supplement_of_the_appendix(row: tuple[Any, ...]) -> None:
    accepted, days, asked, completed, consumed, first, pause, again = row
    emitted = dossier_said(Life().accepted(accepted, term(days)).asked(asked).supplemented(completed))
    paused, restarted, moved = (one(emitted, name) for name in ("clock-paused", "clock-restarted", "moved"))
    assert isinstance(paused.data, ClockPaused)
    assert (paused.data.consumed_working_days, paused.data.cause, paused.data.pause_no) == (consumed, "supplement", 1)
    assert local(paused.envelope.occurred_at) == asked.replace("T", " ")
    assert dues(paused) == (f"{first} 17:00",) * 3
    assert isinstance(restarted.data, ClockRestarted)
    assert isinstance(moved.data, DeadlineMoved)
    assert dues(moved) == (f"{first} 17:00", f"{again} 17:00", f"{again} 17:00")
    assert (moved.data.cause, moved.data.rule) == ("supplement_completed", "DR-21")
    assert local(moved.data.previous_lawful_due_at) == f"{first} 17:00"
    assert (local(moved.data.pause_due_at), local(moved.data.restart_due_at)) == (f"{pause} 17:00", f"{again} 17:00")


def test_every_policy_is_told_beside_the_lawful_one() -> None:
    """4.4.4: 766 takes four waited days off; the ten days end on 21/03 by it as by PAUSE."""
    moved = moved_of(
        Life().accepted("2025-03-03T09:00", term(10)).asked("2025-03-06T10:00").supplemented("2025-03-12T14:00")
    )
    found = (moved.pause_due_at, moved.restart_due_at, moved.qd766_due_at)
    assert [local(each) for each in found] == ["2025-03-21 17:00", "2025-03-26 17:00", "2025-03-21 17:00"]


def test_the_dossier_of_three_policies_is_early_by_the_lawful_one() -> None:
    life = Life().accepted("2025-03-03T09:00", term(10)).asked("2025-03-06T10:00").supplemented("2025-03-12T14:00")
    emitted = dossier_said(life.ready("2025-03-24T09:00"))
    assert kinds(emitted)[-1] == "met early"
    assert not only(emitted, "breached", "apology-required")


def test_a_pause_says_how_much_of_the_term_was_used_and_how_long_was_waited() -> None:
    life = Life().accepted("2025-03-03T09:00", term(10)).asked("2025-03-06T10:00").supplemented("2025-03-12T14:00")
    emitted = dossier_said(life)
    paused, restarted = one(emitted, "clock-paused").data, one(emitted, "clock-restarted").data
    assert isinstance(paused, ClockPaused)
    assert isinstance(restarted, ClockRestarted)
    # Monday 09:00-11:30 and 13:00-17:00, two whole days, Thursday 07:30-10:00.
    assert paused.consumed_working_minutes == 390 + 480 + 480 + 150
    assert (restarted.waited_working_days, local(restarted.paused_at)) == (4, "2025-03-06 10:00")
    # Thursday 10:00-11:30 and 13:00-17:00, three whole days, Wednesday 07:30-11:30 and 13:00-14:00.
    assert restarted.waited_working_minutes == 330 + 3 * 480 + 300


def test_a_request_completed_on_its_own_day_has_a_full_new_term_by_restart_and_the_old_due_date_by_pause() -> None:
    moved = moved_of(
        Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-04T09:00").supplemented("2026-03-04T15:00")
    )
    assert (local(moved.lawful_due_at), local(moved.pause_due_at)) == ("2026-03-11 17:00", "2026-03-09 17:00")


def test_a_request_completed_on_the_day_of_acceptance_moves_nothing() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-02T09:00").supplemented("2026-03-02T15:00")
    emitted = dossier_said(life)
    assert kinds(emitted) == ["set", "clock-paused", "clock-restarted"]
    assert dues(emitted[-1]) == ("2026-03-09 17:00",) * 3


def test_a_second_supplement_counts_from_its_own_completion() -> None:
    life = Life().accepted("2025-03-03T09:00", term(10)).asked("2025-03-06T10:00").supplemented("2025-03-12T14:00")
    life.asked("2025-03-20T09:00", 2).supplemented("2025-03-24T09:00", 2)
    emitted = dossier_said(life)
    paused, moved = only(emitted, "clock-paused")[-1].data, only(emitted, "moved")[-1].data
    assert getattr(paused, "pause_no", 0) == 2
    assert isinstance(moved, DeadlineMoved)
    # RESTART: ten days after 24/03. The decree's way leaves 07/04 (Giỗ Tổ) out.
    assert local(moved.lawful_due_at) == "2025-04-08 17:00"
    # PAUSE: due 21/03 after the first; two working days waited: 25/03.
    assert local(moved.pause_due_at) == "2025-03-25 17:00"
    assert local(moved.original_due_at) == "2025-03-17 17:00"


def test_tet_inside_a_pause_is_no_waited_working_day() -> None:
    life = Life().accepted("2026-02-09T08:00", term(7)).asked("2026-02-13T09:00").supplemented("2026-02-23T09:00")
    moved = moved_of(life)
    # One working day (23/02) was waited: the old due date 25/02 becomes 26/02 by PAUSE; seven days anew are 04/03.
    assert (local(moved.pause_due_at), local(moved.restart_due_at)) == ("2026-02-26 17:00", "2026-03-04 17:00")


def test_what_comes_in_during_tet_counts_from_the_first_working_instant_after_it() -> None:
    life = Life().accepted("2026-02-09T08:00", term(7)).asked("2026-02-13T09:00").supplemented("2026-02-18T21:00")
    assert local(moved_of(life).lawful_due_at) == "2026-03-04 17:00"


def test_an_hour_term_restarts_whole() -> None:
    life = (
        Life().accepted("2026-03-09T08:00", term(8, "hour")).asked("2026-03-09T10:00").supplemented("2026-03-10T10:00")
    )
    moved = moved_of(life)
    # Due 10/03 08:00 at first. Eight hours from 10/03 10:00 end 11/03 10:00; PAUSE leaves the six that were left.
    assert (local(moved.restart_due_at), local(moved.pause_due_at)) == ("2026-03-11 10:00", "2026-03-11 08:00")
    assert local(moved.original_due_at) == "2026-03-10 08:00"


@pytest.mark.parametrize(
    ("unit", "value", "first", "again"),
    [
        ("calendar_day", 10, "2026-03-12 17:00", "2026-03-19 17:00"),
        ("month", 1, "2026-04-02 17:00", "2026-04-09 17:00"),
        ("same_day", 1, "2026-03-02 17:00", "2026-03-09 17:00"),
    ],
)
def test_every_unit_of_term_restarts_whole(unit: TermUnit, value: int, first: str, again: str) -> None:
    life = Life().accepted("2026-03-02T08:00", term(value, unit)).asked("2026-03-02T10:00")
    moved = one(dossier_said(life.supplemented("2026-03-09T10:00")), "moved")
    assert dues(moved) == (first, again, again)


def test_an_appointment_cannot_restart_and_is_shifted_by_what_was_waited() -> None:
    life = Life().accepted("2026-03-02T08:00", appointment_at=at("2026-03-09T10:00"))
    emitted = dossier_said(life.asked("2026-03-03T09:00").supplemented("2026-03-05T09:00"))
    assert isinstance(one(emitted, "clock-resumed").data, ClockResumed)
    moved = one(emitted, "moved").data
    assert isinstance(moved, DeadlineMoved)
    assert (moved.rule, moved.restart_due_at) == ("DR-20", None)
    assert local(moved.lawful_due_at) == local(moved.pause_due_at) == "2026-03-11 10:00"


# While a clock is paused (AL-2, AR-11).


def test_a_paused_clock_says_nothing_and_owes_no_apology() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-04T07:00")
    assert kinds(told(life, "2026-12-01T00:00")) == ["set", "clock-paused"]


def test_waiting_for_the_citizen_on_the_due_date_is_no_breach() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-09T16:00")
    assert not only(told(life, "2026-12-01T00:00"), "breached", "apology-required")


def test_an_apology_that_was_pending_lapses_when_the_citizen_is_waited_for() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-06T09:00")
    emitted = told(life)
    assert [getattr(event.data, "reason", "") for event in only(emitted, "apology-lapsed")] == ["clock_paused"]
    assert kinds(emitted)[-2:] == ["apology-lapsed", "clock-paused"]


def test_the_ladder_is_planned_anew_after_a_supplement_and_passed_rungs_are_not_repeated() -> None:
    """AL-2, AL-3: A2 was said before the pause; of the new ladder A3 and A4 are left."""
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-04T09:00").supplemented("2026-03-06T09:00")
    near = only(told(life, "2026-06-01T00:00"), "near-due", "breached")
    assert when_said(near) == [
        "2026-03-04 07:30 near-due A2",
        "2026-03-12 07:30 near-due A3",
        "2026-03-13 07:30 near-due A4",
        "2026-03-13 17:00 breached",
    ]


# Ended while waiting.


def test_a_dossier_that_ends_while_the_citizen_is_waited_for_is_judged_as_if_it_had_gone_on() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-04T09:00").withdrawn("2026-03-20T09:00")
    emitted = dossier_said(life, "2026-12-01T00:00")
    assert kinds(emitted) == ["set", "near-due A2", "clock-paused", "met early"]


def test_a_dossier_that_was_late_before_the_pause_stays_late_when_it_ends_waiting() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-11T09:00").withdrawn("2026-03-12T09:00")
    emitted = dossier_said(life, "2026-03-12T12:00")
    assert "breached" in kinds(emitted)
    assert not only(emitted, "met")


# DR-24: a pause after the due date cures nothing.


def test_a_pause_after_the_due_date_stops_nothing_and_the_escalation_goes_on() -> None:
    life = Life().accepted("2026-02-11T10:20", term(7)).asked("2026-02-28T09:00").supplemented("2026-03-03T09:00")
    emitted = told(life, "2026-04-01T00:00")
    assert not only(emitted, "clock-paused", "clock-resumed", "clock-restarted", "moved", "apology-lapsed")
    assert when_said(only(emitted, "breached", "escalation")) == [
        "2026-02-27 17:00 breached",
        "2026-03-02 17:00 escalation-raised B1",
        "2026-03-04 17:00 escalation-raised B2",
        "2026-03-06 17:00 escalation-raised B3",
    ]


@pytest.mark.parametrize(("asked_at", "stops"), [("17:00", True), ("17:01", False), ("17:30", False), ("19:00", False)])
def test_what_is_asked_of_the_citizen_after_the_due_instant_pauses_and_cures_nothing(
    asked_at: str, stops: bool
) -> None:
    """B13: DR-24 judges by instant, whatever the hour, also where the class of an ending is by day (DR-08)."""
    life = Life().accepted("2026-02-11T10:20", term(7)).asked(f"2026-02-27T{asked_at}")
    emitted = told(life, "2026-02-28T00:00")
    assert bool(only(emitted, "clock-paused")) is stops
    assert bool(only(emitted, "breached")) is not stops


def test_a_pause_in_the_evening_of_the_due_day_leaves_breach_and_apology_as_they_are() -> None:
    life = Life().accepted("2026-02-11T10:20", term(7)).asked("2026-02-27T19:00").supplemented("2026-03-03T09:00")
    emitted = told(life, "2026-06-01T00:00")
    assert when_said(only(emitted, "apology-required", "breached", "escalation", "lapsed", "moved")) == [
        "2026-02-27 17:00 apology-required",
        "2026-02-27 17:00 breached",
        "2026-03-02 17:00 escalation-raised B1",
        "2026-03-04 17:00 escalation-raised B2",
        "2026-03-06 17:00 escalation-raised B3",
    ]


def test_a_request_for_an_hour_term_is_too_late_right_after_the_due_instant() -> None:
    life = Life().accepted("2026-03-09T10:30", term(4, "hour")).asked("2026-03-09T16:01")
    assert not only(told(life), "clock-paused")
    life = Life().accepted("2026-03-09T10:30", term(4, "hour")).asked("2026-03-09T16:00")
    assert only(told(life), "clock-paused")


# Financial duties (AL-2, 4.3): only where the procedure says so.


def test_a_financial_duty_stops_the_clock_where_the_procedure_says_so() -> None:
    life = Life(procedure_code=PAYING).accepted("2026-03-02T08:00").owing("2026-03-09T09:00").paid("2026-03-12T09:00")
    emitted = dossier_said(life)
    assert kinds(emitted) == ["set", "clock-paused", "clock-resumed", "moved"]
    moved = emitted[-1].data
    assert isinstance(moved, DeadlineMoved)
    # 20 working days from 02/03 are 30/03; three were waited. A financial duty never restarts a term.
    assert dues(emitted[-1]) == ("2026-03-30 17:00", "2026-04-02 17:00", "2026-04-02 17:00")
    assert (moved.cause, local(moved.restart_due_at)) == ("financial_duty_met", "2026-04-02 17:00")
    assert local(moved.qd766_due_at) == "2026-03-30 17:00"  # 766 knows no financial duty


def test_an_exemption_sets_the_clock_going_as_a_payment_does() -> None:
    life = Life(procedure_code=PAYING).accepted("2026-03-02T08:00").owing("2026-03-09T09:00")
    assert kinds(dossier_said(life.exempted("2026-03-12T09:00"))) == ["set", "clock-paused", "clock-resumed", "moved"]


@pytest.mark.parametrize("end", ["paid", "exempted"])
def test_a_financial_duty_moves_nothing_where_the_procedure_says_nothing_of_it(end: str) -> None:
    life = Life(procedure_code=PLAIN).accepted("2026-03-02T08:00", term(20)).owing("2026-03-09T09:00")
    getattr(life, end)("2026-03-12T09:00")
    assert kinds(told(life)) == ["set"]


def test_a_payment_that_nobody_asked_for_is_an_ordinary_fee() -> None:
    life = Life(procedure_code=PAYING).accepted("2026-03-02T08:00").paid("2026-03-02T08:30")
    assert kinds(dossier_said(life)) == ["set"]


def test_a_fee_paid_while_a_supplement_is_waited_for_does_not_end_the_wait() -> None:
    life = Life(procedure_code=PAYING).accepted("2026-03-02T08:00").asked("2026-03-04T09:00").paid("2026-03-05T09:00")
    assert kinds(dossier_said(life, "2026-12-01T00:00")) == ["set", "clock-paused"]


def test_supplement_and_financial_duty_add_up() -> None:
    life = Life(procedure_code=PAYING).accepted("2026-03-02T08:00").asked("2026-03-04T09:00")
    life.supplemented("2026-03-06T09:00").owing("2026-03-09T09:00").paid("2026-03-11T09:00")
    emitted = dossier_said(life)
    # Restarted on 06/03: 20 days are 03/04; then two days of waiting for the money: 07/04.
    assert [dues(event)[1] for event in only(emitted, "moved")] == ["2026-04-03 17:00", "2026-04-07 17:00"]
    assert [getattr(event.data, "pause_no", 0) for event in only(emitted, "clock-")] == [1, 1, 2, 2]


def test_a_pause_that_ends_beyond_the_covered_calendar_disarms_the_clock_and_says_so() -> None:
    life = Life().accepted("2036-12-15T08:00", term(10)).asked("2036-12-16T09:00").supplemented("2036-12-29T09:00")
    emitted = told(life, "2037-06-01T00:00")
    assert kinds(emitted) == ["set", "clock-paused", "clock-not-armed"]
    assert getattr(emitted[-1].data, "code", "") == "calendar_exhausted"


def test_a_disarmed_clock_has_no_pause_left_open() -> None:
    life = Life().accepted("2036-12-15T08:00", term(10)).asked("2036-12-16T09:00").supplemented("2036-12-29T09:00")
    life.asked("2036-12-30T09:00", 2).supplemented("2036-12-31T09:00", 2)
    assert kinds(told(life)) == ["set", "clock-paused", "clock-not-armed"]
