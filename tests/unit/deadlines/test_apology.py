"""The obligation to apologise and the re-appointment: AR-01 to AR-11, DR-26."""

from datetime import timedelta

import pytest

from events.deadline import ApologyLapsed, ApologyPendingRaised, ApologyRequired, DeadlineMoved, SecondBreachRecorded
from events.dossier import DossierAccepted, GivenTerm
from tests.unit.deadlines.life import (
    Life,
    at,
    dues,
    kinds,
    local,
    one,
    only,
    state_of,
    term,
    told,
    when_said,
)

LATE = ("2026-02-11T10:20", term(7))
"""Due 27/02/2026; the letter leaves by 26/02."""


# AR-02: the latest date.


@pytest.mark.parametrize(
    ("accepted", "given", "due", "latest"),
    [
        ("2026-02-05T09:00", term(15, "calendar_day"), "2026-02-23 17:00", "2026-02-13 17:00"),
        ("2025-04-24T08:00", term(5), "2025-05-05 17:00", "2025-04-29 17:00"),
        ("2024-05-02T09:00", term(3), "2024-05-06 17:00", "2024-05-04 17:00"),
        ("2026-03-02T08:00", term(5), "2026-03-09 17:00", "2026-03-06 17:00"),
        ("2026-02-11T10:20", term(7), "2026-02-27 17:00", "2026-02-26 17:00"),
        ("2026-03-09T08:00", term(1), "2026-03-10 17:00", "2026-03-10 17:00"),
        ("2026-03-09T08:00", term(1, "same_day"), "2026-03-09 17:00", "2026-03-09 17:00"),
        ("2026-03-09T08:00", term(4, "hour"), "2026-03-09 13:30", "2026-03-09 13:30"),
    ],
)
def test_the_letter_leaves_one_working_day_before_the_due_day(
    accepted: str, given: GivenTerm, due: str, latest: str
) -> None:
    required = one(told(Life().accepted(accepted, given), "2026-12-01T00:00"), "apology-required").data
    assert isinstance(required, ApologyRequired)
    assert (local(required.lawful_due_at), local(required.latest_at)) == (due, latest)


# AR-13: registers that kept no letters.


def _taken_over(*, is_history: bool) -> Life:
    """Accepted on 11/02/2026, due on 27/02, taken over on 13/03 from a register that kept no letters."""
    untold = DossierAccepted(procedure_code="1.000001", term=term(7), keeps_letters=False)
    return Life(is_history=is_history).then("2026-02-11T10:20", untold, delay=timedelta(days=30))


def test_of_a_register_that_kept_no_letters_none_is_owed_for_what_was_due_before() -> None:
    emitted = told(_taken_over(is_history=True).ready("2026-03-02T09:00"), "2026-12-01T00:00")
    assert len(only(emitted, "breached")) == 1
    assert kinds(emitted)[-1] == "ended late"
    assert only(emitted, "apology-required") == only(emitted, "apology-pending-raised") == []


def test_what_falls_due_after_it_was_taken_over_owes_its_letter_as_always() -> None:
    untold = DossierAccepted(procedure_code="1.000001", term=term(7), keeps_letters=False)
    emitted = told(Life(is_history=True).then("2026-02-11T10:20", untold, delay=timedelta(days=2)), "2026-12-01T00:00")
    assert len(only(emitted, "apology-required")) == 1


def test_a_live_acceptance_owes_its_letter_whatever_it_says_of_letters() -> None:
    emitted = told(_taken_over(is_history=False), "2026-12-01T00:00")
    assert len(only(emitted, "apology-required")) == 1


# AR-01: pending, lapsed, required.


def test_on_the_morning_of_the_latest_day_it_is_finish_or_apologise() -> None:
    event = one(told(Life().accepted(*LATE), "2026-02-27T00:00"), "apology-pending-raised")
    assert isinstance(event.data, ApologyPendingRaised)
    assert local(event.envelope.occurred_at) == "2026-02-26 07:30"
    assert (event.data.declared_by, local(event.data.latest_at)) == ("rules", "2026-02-26 17:00")


def test_a_term_of_one_day_has_its_apology_in_view_on_the_morning_of_its_due_day() -> None:
    """AR-01 with AR-02: the latest instant is the due instant, so its day is the due day."""
    event = one(told(Life().accepted("2026-03-09T08:00", term(1)), "2026-03-11T00:00"), "apology-pending-raised")
    assert local(event.envelope.occurred_at) == "2026-03-10 07:30"


def test_the_unit_itself_may_say_that_it_will_be_late() -> None:
    emitted = told(Life().accepted(*LATE).foreseen("2026-02-13T09:00"), "2026-02-27T00:00")
    event = one(emitted, "apology-pending-raised")  # and the rules do not say it a second time
    assert isinstance(event.data, ApologyPendingRaised)
    assert (event.data.declared_by, local(event.envelope.occurred_at)) == ("unit", "2026-02-13 09:00")


@pytest.mark.parametrize("before", ["foreseen", "apologised", "waived"])
def test_a_unit_that_says_so_again_or_has_sent_its_letter_is_not_reminded(before: str) -> None:
    life = Life().accepted(*LATE)
    getattr(life, before)("2026-02-12T09:00")
    emitted = told(life.foreseen("2026-02-13T09:00"), "2026-02-27T00:00")
    assert len(only(emitted, "apology-pending-raised")) == (1 if before == "foreseen" else 0)


@pytest.mark.parametrize(("waived", "reasons"), [("2026-02-26T16:00", ["waived"]), ("2026-02-27T18:00", [])])
def test_a_waiver_ends_what_was_only_in_view_and_leaves_the_obligation_in_its_class(
    waived: str, reasons: list[str]
) -> None:
    emitted = told(Life().accepted(*LATE).waived(waived), "2026-03-20T00:00")
    assert [getattr(event.data, "reason", "") for event in only(emitted, "apology-lapsed")] == reasons
    assert len(only(emitted, "apology-required")) == 1


def test_ended_in_time_the_pending_apology_lapses() -> None:
    emitted = told(Life().accepted(*LATE).ready("2026-02-27T09:00"), "2026-06-01T00:00")
    lapsed = one(emitted, "apology-lapsed").data
    assert isinstance(lapsed, ApologyLapsed)
    assert lapsed.reason == "ended_in_time"
    assert kinds(emitted)[-2:] == ["apology-lapsed", "met on_time"]


def test_ended_before_it_was_pending_nothing_lapses() -> None:
    assert kinds(told(Life().accepted(*LATE).ready("2026-02-13T09:00"), "2026-06-01T00:00")) == [
        "set",
        "met early",
    ]


def test_the_breach_and_only_the_breach_makes_it_an_obligation() -> None:
    emitted = told(Life().accepted(*LATE).ready("2026-03-03T09:00"))
    required = one(emitted, "apology-required")
    assert local(required.envelope.occurred_at) == "2026-02-27 17:00"
    assert kinds(emitted).index("apology-required") + 1 == kinds(emitted).index("breached")
    assert not only(emitted, "apology-lapsed")


def test_a_letter_sent_before_the_latest_instant_leaves_nothing_to_decide() -> None:
    emitted = told(Life().accepted(*LATE).apologised("2026-02-25T09:00"), "2026-02-27T00:00")
    assert not only(emitted, "apology")


def test_an_apology_foreseen_while_the_citizen_is_waited_for_lapses_when_the_due_date_moves() -> None:
    life = (
        Life().accepted(*LATE).asked("2026-02-12T09:00").foreseen("2026-02-13T09:00").supplemented("2026-02-24T09:00")
    )
    emitted = told(life)
    assert [getattr(event.data, "reason", "") for event in only(emitted, "apology-lapsed")] == ["due_moved"]


# DR-26, AR-05: the new date.


def test_a_re_appointment_moves_the_promise_only() -> None:
    emitted = told(Life().accepted(*LATE).apologised("2026-02-26T09:00", at("2026-03-05T17:00")))
    moved = one(emitted, "moved")
    assert dues(moved) == ("2026-02-27 17:00", "2026-02-27 17:00", "2026-03-05 17:00")
    assert isinstance(moved.data, DeadlineMoved)
    assert (moved.data.cause, moved.data.rule) == ("reappointment", "DR-26")
    assert local(moved.data.previous_promised_due_at) == "2026-02-27 17:00"
    assert moved.data.pause_due_at is None


def test_a_letter_without_a_new_date_moves_nothing() -> None:
    assert not only(told(Life().accepted(*LATE).apologised("2026-02-13T09:00")), "moved", "integrity")


@pytest.mark.parametrize(
    ("new_date", "why"),
    [
        ("2026-02-27T17:00", "not later"),
        ("2026-02-26T17:00", "not later"),
        ("2026-02-28T17:00", "not a working day"),  # a Saturday
        ("2026-04-27T17:00", "not a working day"),  # compensates Giỗ Tổ
        ("2037-01-06T17:00", ""),  # nobody knows yet
    ],
)
def test_a_new_date_that_the_rules_refuse_is_flagged_and_moves_nothing(new_date: str, why: str) -> None:
    life = Life().accepted(*LATE).apologised("2026-02-13T09:00", at(new_date))
    emitted = told(life)
    flag = one(emitted, "integrity-flag-raised").data
    assert (getattr(flag, "kind", ""), getattr(flag, "rule", "")) == ("redated", "AR-05")
    assert why in getattr(flag, "detail", "")
    assert not only(emitted, "moved")
    clock = state_of(life).clock("dossier")
    assert clock is not None
    assert clock.promised_due_at == clock.lawful_due_at


def test_a_make_up_saturday_is_a_new_date() -> None:
    life = Life().accepted("2026-08-10T08:00", term(5)).apologised("2026-08-14T09:00", at("2026-08-22T11:00"))
    assert dues(one(told(life), "moved"))[2] == "2026-08-22 11:00"


def test_a_second_new_date_is_flagged_and_the_first_stays() -> None:
    life = Life().accepted(*LATE).apologised("2026-02-26T09:00", at("2026-03-05T17:00"))
    life.apologised("2026-03-05T09:00", at("2026-03-12T17:00"))
    emitted = told(life)
    assert len(only(emitted, "moved")) == 1
    assert getattr(one(emitted, "integrity-flag-raised").data, "rule", "") == "AR-05"
    assert dues(one(told(life, "2026-03-06T08:00"), "second-breach"))[2] == "2026-03-05 17:00"


def test_a_second_letter_without_a_date_is_courtesy_and_no_contradiction() -> None:
    life = Life().accepted(*LATE).apologised("2026-02-26T09:00", at("2026-03-05T17:00")).apologised("2026-03-06T09:00")
    assert not only(told(life), "integrity")


def test_a_broken_re_appointment_is_a_second_breach_when_its_day_is_over() -> None:
    life = Life().accepted(*LATE).apologised("2026-02-26T09:00", at("2026-03-03T17:00"))
    assert not only(told(life, "2026-03-04T00:00"), "second-breach")
    event = one(told(life, at("2026-03-04T00:00").replace(microsecond=1)), "second-breach")
    assert isinstance(event.data, SecondBreachRecorded)
    assert (local(event.envelope.occurred_at), dues(event)[2]) == ("2026-03-04 00:00", "2026-03-03 17:00")


def test_a_kept_re_appointment_is_no_second_breach_and_the_dossier_stays_late() -> None:
    """D03 of the golden week: AR-09, a letter never changes the class."""
    life = Life().accepted("2026-02-25T09:00", term(5)).apologised("2026-03-03T09:00", at("2026-03-06T17:00"))
    emitted = told(life.ready("2026-03-06T10:00"), "2026-06-01T00:00")
    assert kinds(only(emitted, "breached", "met", "second-breach")) == ["breached"]


@pytest.mark.parametrize("new_date", [None, "2026-03-12T17:00"])
def test_a_letter_never_changes_the_lawful_date_or_the_class(new_date: str | None) -> None:
    life = Life().accepted(*LATE).apologised("2026-02-26T09:00", at(new_date) if new_date else None)
    emitted = told(life.ready("2026-03-03T09:00"))
    breach = one(emitted, "breached")
    assert dues(breach)[:2] == ("2026-02-27 17:00", "2026-02-27 17:00")
    assert not only(emitted, "met")


def test_a_letter_for_a_dossier_that_was_ready_in_time_is_kept_and_owes_nothing() -> None:
    """AR-10."""
    life = Life().accepted(*LATE).apologised("2026-02-24T09:00", at("2026-03-05T17:00")).ready("2026-02-27T09:00")
    emitted = told(life, "2026-06-01T00:00")
    assert not only(emitted, "apology-required", "second-breach", "breached")
    assert "met on_time" in kinds(emitted)


def test_a_letter_after_the_end_moves_nothing() -> None:
    life = Life().accepted(*LATE).ready("2026-03-03T09:00").apologised("2026-03-04T09:00", at("2026-03-12T17:00"))
    assert not only(told(life), "moved", "integrity")


def test_the_promise_of_an_hour_term_is_broken_at_its_instant() -> None:
    life = Life().accepted("2026-03-09T08:00", term(4, "hour")).apologised("2026-03-09T11:00", at("2026-03-09T16:00"))
    event = one(told(life, "2026-03-10T00:00"), "second-breach")
    assert local(event.envelope.occurred_at) == "2026-03-09 16:00"


def test_a_promise_that_a_supplement_overtakes_is_no_second_breach() -> None:
    life = Life().accepted(*LATE).apologised("2026-02-24T09:00", at("2026-03-05T17:00"))
    emitted = told(life.asked("2026-02-25T09:00").supplemented("2026-03-03T09:00"), "2026-03-12T00:00")
    assert not only(emitted, "second-breach")
    assert dues(only(emitted, "moved")[-1]) == ("2026-02-27 17:00", "2026-03-12 17:00", "2026-03-12 17:00")


# AR-11: waiting for the citizen.


def test_waiting_for_the_citizen_on_the_due_date_owes_nothing() -> None:
    emitted = told(Life().accepted(*LATE).asked("2026-02-26T09:00"), "2026-06-01T00:00")
    assert not only(emitted, "apology-required", "breached")
    assert [getattr(event.data, "reason", "") for event in only(emitted, "apology-lapsed")] == ["clock_paused"]


def test_the_golden_week_comes_out() -> None:
    """4.7.4: what is said last of each dossier by the end of Sunday 08/03/2026."""
    lives = {
        "D01": Life("D01").accepted("2026-02-27T09:00", term(5)).ready("2026-03-05T10:00"),
        "D02": Life("D02").accepted("2026-02-26T09:00", term(5)).ready("2026-03-05T16:30"),
        "D04": Life("D04").accepted("2026-02-24T09:00", term(5)),
        "D05": Life("D05").accepted("2026-03-02T08:00", term(5)).ready("2026-03-04T06:00"),
        "D06": Life("D06").accepted("2026-03-03T08:00", term(5)),
        "D07": Life("D07").accepted("2026-03-04T08:00", term(5)).asked("2026-03-05T08:00"),
        "D08": Life("D08").submitted("2026-03-05T08:00").rejected("2026-03-05T10:00"),
        "D09": Life("D09").accepted("2026-03-02T10:00", term(5)).withdrawn("2026-03-05T10:00"),
        "D10": Life("D10").accepted("2026-02-26T10:00", term(5)).stopped("2026-03-06T10:00"),
        "D11": Life("D11")
        .accepted("2026-02-23T08:00", term(5))
        .ready("2026-02-27T06:00")
        .delivered("2026-03-03T09:00"),
        "D12": Life("D12").accepted("2026-03-06T17:05", term(5)),
    }
    ends = {name: when_said(only(told(life, "2026-03-09T00:00"), "met", "breached")) for name, life in lives.items()}
    assert ends == {
        "D01": ["2026-03-05 10:00 met early"],
        "D02": ["2026-03-05 16:30 met on_time"],
        "D04": ["2026-03-03 17:00 breached"],
        "D05": ["2026-03-04 06:00 met early"],
        "D06": [],
        "D07": [],
        "D08": ["2026-03-05 10:00 met early"],  # the intake clock
        "D09": ["2026-03-05 10:00 met early"],
        "D10": ["2026-03-05 17:00 breached"],
        "D11": ["2026-02-27 06:00 met early"],
        "D12": [],
    }
    days = {"D06": "2026-03-10 17:00", "D07": "2026-03-11 17:00", "D12": "2026-03-16 17:00"}
    assert {name: dues(one(told(lives[name]), "set"))[0] for name in days} == days


def test_a_new_promise_takes_the_place_of_the_one_before_and_one_in_the_past_is_never_broken() -> None:
    life = Life().accepted(*LATE).apologised("2026-03-02T09:00", at("2026-03-06T10:00"))
    first = only(told(life, "2026-03-09T00:00"), "second-breach")
    assert len(first) == 1
    again = life.apologised("2026-03-09T09:00", at("2026-03-06T11:00"))
    assert len(only(told(again, "2026-04-01T00:00"), "second-breach")) == 1
