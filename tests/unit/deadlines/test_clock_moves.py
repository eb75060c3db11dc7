"""What moves a due date besides pauses, and what only looks as if it did: DR-25, DR-27 to DR-29, reopening."""

from datetime import date
from typing import Any

import pytest

from events.deadline import DeadlineMoved, DeadlineRecomputed, DeadlineSet
from tests.unit.deadlines.calendars import NEW, calendar, swapped, with_versions
from tests.unit.deadlines.life import (
    CHAINED,
    PAYING,
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


def told_by_swap(life: Life, until: str | None = None) -> list[Any]:
    return told(life, until, of=swapped())


# Extensions (DR-25).


def test_an_extension_moves_the_lawful_date_and_the_promise_and_names_its_law() -> None:
    said = dossier_said(
        Life().accepted("2026-03-02T08:00", term(5)).extended("2026-03-05T09:00", at("2026-03-20T17:00"))
    )
    moved = one(said, "moved")
    assert dues(moved) == ("2026-03-09 17:00", "2026-03-20 17:00", "2026-03-20 17:00")
    assert isinstance(moved.data, DeadlineMoved)
    assert (moved.data.cause, moved.data.rule, moved.data.legal_basis) == ("extension", "DR-25", "Luật Đất đai")


def test_after_an_extension_the_ladder_is_planned_anew_without_the_rungs_that_were_said() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).extended("2026-03-05T09:00", at("2026-03-20T17:00"))
    assert when_said(only(told(life, "2026-03-24T00:00"), "near-due", "breached")) == [
        "2026-03-04 07:30 near-due A2",
        "2026-03-19 07:30 near-due A3",
        "2026-03-20 07:30 near-due A4",
        "2026-03-20 17:00 breached",
    ]


def test_an_apology_in_view_lapses_when_the_due_date_is_extended() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).extended("2026-03-06T09:00", at("2026-03-20T17:00"))
    said = told(life)
    assert [getattr(event.data, "reason", "") for event in only(said, "apology-lapsed")] == ["due_moved"]


def test_an_extension_to_an_earlier_day_moves_nothing() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).extended("2026-03-04T07:00", at("2026-03-06T17:00"))
    assert kinds(told(life)) == ["set"]


def test_an_extension_after_the_due_day_cures_nothing() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).extended("2026-03-11T09:00", at("2026-03-20T17:00"))
    said = told(life, "2026-03-12T09:00")
    assert not only(said, "moved", "apology-lapsed")
    assert kinds(only(said, "breached")) == ["breached"]


def test_a_supplement_after_an_extension_never_ends_earlier_than_what_was_extended() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).extended("2026-03-03T09:00", at("2026-03-31T17:00"))
    said = dossier_said(life.asked("2026-03-04T09:00").supplemented("2026-03-06T09:00"))
    assert kinds(said)[-1] == "clock-restarted"  # five days from 06/03 would be 13/03: nothing moved
    assert dues(said[-1])[1] == "2026-03-31 17:00"


def test_a_supplement_after_an_extension_may_end_later_than_it() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).extended("2026-03-03T09:00", at("2026-03-10T17:00"))
    said = dossier_said(life.asked("2026-03-04T09:00").supplemented("2026-03-06T09:00"))
    assert dues(only(said, "moved")[-1]) == ("2026-03-09 17:00", "2026-03-13 17:00", "2026-03-13 17:00")


def test_an_extension_while_the_citizen_is_waited_for_counts_when_the_clock_goes_on() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-04T09:00")
    life.extended("2026-03-05T09:00", at("2026-03-31T17:00"))
    assert not only(told(life), "moved")
    moved = one(dossier_said(life.supplemented("2026-03-06T09:00")), "moved")
    assert dues(moved) == ("2026-03-09 17:00", "2026-03-31 17:00", "2026-03-31 17:00")


# A calendar that was published late (DR-27).


def test_an_order_counts_an_open_dossier_anew_by_the_new_calendar() -> None:
    life = Life().accepted("2026-03-02T08:00", term(9)).recalendared("2026-03-03T09:00", NEW)
    said = told_by_swap(life)
    assert dues(said[0]) == ("2026-03-13 17:00",) * 3
    recomputed = one(said, "recomputed")
    # Friday 06/03 becomes Saturday 07/03, and Friday 13/03 is lost: the ninth working day is Monday 16/03.
    assert dues(recomputed) == ("2026-03-13 17:00", "2026-03-16 17:00", "2026-03-16 17:00")
    assert isinstance(recomputed.data, DeadlineRecomputed)
    assert (recomputed.data.rule, recomputed.data.reason) == ("DR-27", "hoán đổi ngày làm việc")
    assert (recomputed.data.previous_calendar_version, recomputed.data.calendar_version) == ("2026.1", NEW)
    assert local(recomputed.data.previous_lawful_due_at) == "2026-03-13 17:00"
    assert recomputed.envelope.calendar_version == NEW


def test_a_due_date_that_becomes_later_is_the_promise_too() -> None:
    life = Life().accepted("2026-03-02T08:00", term(4)).recalendared("2026-03-03T09:00", NEW)
    recomputed = one(told_by_swap(life), "recomputed")
    # Friday 06/03 is worked on Saturday 07/03.
    assert dues(recomputed) == ("2026-03-06 17:00", "2026-03-07 17:00", "2026-03-07 17:00")


def test_a_due_date_that_becomes_earlier_is_the_target_and_the_printed_one_the_promise() -> None:
    life = Life().accepted("2026-03-10T08:00", term(5)).recalendared("2026-03-10T09:00", "2026.1", old_version=NEW)
    recomputed = one(told_by_swap(life), "recomputed")
    # By the new version 13/03 is off: Wednesday 18/03. The other one counts it: Tuesday 17/03.
    assert dues(recomputed) == ("2026-03-18 17:00", "2026-03-17 17:00", "2026-03-18 17:00")


def test_a_dossier_that_the_changed_days_do_not_touch_stays_as_it_is() -> None:
    life = Life().accepted("2026-03-16T08:00", term(3)).recalendared("2026-03-16T09:00", "2026.1", old_version=NEW)
    said = told_by_swap(life)
    assert kinds(said) == ["set"]
    assert state_of(life, of=swapped()).subject.calendar_version == "2026.1"


def test_a_finished_dossier_is_never_counted_anew() -> None:
    life = Life().accepted("2026-03-02T08:00", term(9)).ready("2026-03-03T08:30").recalendared("2026-03-03T09:00", NEW)
    said = told_by_swap(life, "2026-06-01T00:00")
    assert kinds(said) == ["set", "met early", "integrity-flag-raised"]
    assert getattr(said[-1].data, "rule", "") == "DR-27"
    assert state_of(life, of=swapped()).subject.calendar_version == "2026.1"


def test_a_breached_dossier_is_not_cured_by_a_new_calendar() -> None:
    life = Life().accepted("2026-03-02T08:00", term(4)).recalendared("2026-03-07T09:00", NEW)
    said = told_by_swap(life, "2026-03-08T00:00")
    assert kinds(only(said, "breached", "recomputed")) == ["breached"]


def test_an_order_that_names_another_version_than_the_clock_counts_by_is_a_contradiction() -> None:
    life = Life().accepted("2026-03-02T08:00", term(9)).recalendared("2026-03-03T09:00", NEW, old_version="2025.7")
    said = told_by_swap(life)
    assert kinds(said) == ["set", "integrity-flag-raised"]
    assert state_of(life, of=swapped()).subject.calendar_version == "2026.1"


def test_an_order_for_a_calendar_that_is_not_known_here_is_an_alert_and_the_clock_goes_on() -> None:
    life = Life().accepted("2026-03-02T08:00", term(9)).recalendared("2026-03-03T09:00", "2026.9")
    said = told_by_swap(life, "2026-03-14T00:00")
    assert getattr(one(said, "clock-not-armed").data, "code", "") == "unknown_calendar"
    assert local(one(said, "breached").envelope.occurred_at) == "2026-03-13 17:00"


def test_an_appointment_that_a_source_stated_is_never_counted_anew() -> None:
    life = (
        Life().accepted("2026-03-02T08:00", appointment_at=at("2026-03-13T10:00")).recalendared("2026-03-03T09:00", NEW)
    )
    assert not only(told_by_swap(life), "recomputed")


def test_a_supplement_is_counted_by_the_new_calendar_after_the_order() -> None:
    life = Life().accepted("2026-03-02T08:00", term(9)).recalendared("2026-03-03T09:00", NEW)
    life.asked("2026-03-04T09:00").supplemented("2026-03-05T09:00")
    moved = one(told_by_swap(life), "moved")
    # Nine days after 05/03: Sat 07, 09, 10, 11, 12, 16, 17, 18, 19.
    assert dues(moved)[1] == "2026-03-19 17:00"


def test_an_order_while_the_citizen_is_waited_for_counts_when_the_clock_goes_on() -> None:
    life = Life().accepted("2026-03-02T08:00", term(9)).asked("2026-03-02T15:00").recalendared("2026-03-03T09:00", NEW)
    assert not only(told_by_swap(life), "recomputed", "moved")
    assert dues(one(told_by_swap(life.supplemented("2026-03-05T09:00")), "moved"))[1] == "2026-03-19 17:00"


def test_what_fell_due_before_the_order_is_told_by_the_old_calendar_however_it_was_noticed() -> None:
    life = Life().accepted("2026-03-02T08:00", term(4)).recalendared("2026-03-05T09:00", NEW)
    watch = Watch(of=swapped())
    watch.hear(life.events[0])
    early = watch.look(at("2026-03-05T08:59"))
    caught_up = told_by_swap(life)
    near = only(caught_up, "near-due", "apology-pending")
    assert kinds(near) == kinds(only(early, "near-due", "apology-pending"))
    assert [event.envelope.calendar_version for event in near] == ["2026.1"] * len(near)


def test_a_later_financial_duty_is_counted_on_from_the_recomputed_due_date() -> None:
    life = Life(procedure_code=PAYING).accepted("2026-03-02T08:00").recalendared("2026-03-03T09:00", NEW)
    said = of_clock(told_by_swap(life.owing("2026-03-16T09:00").paid("2026-03-18T09:00")), "dossier")
    assert dues(one(said, "recomputed"))[1] == "2026-03-31 17:00"
    assert dues(one(said, "moved"))[1] == "2026-04-02 17:00"


def test_an_order_during_a_financial_duty_counts_when_the_clock_goes_on() -> None:
    life = Life(procedure_code=PAYING).accepted("2026-03-02T08:00").owing("2026-03-02T10:00")
    said = of_clock(told_by_swap(life.recalendared("2026-03-03T09:00", NEW).paid("2026-03-04T09:00")), "dossier")
    # 20 days by the new calendar are 31/03; two were waited.
    assert dues(one(said, "moved"))[1] == "2026-04-02 17:00"


def test_a_step_is_counted_anew_without_the_dossiers_extension() -> None:
    life = Life().accepted("2026-03-02T08:00", term(20)).step("2026-03-02T09:00", budget=term(9))
    life.extended("2026-03-02T10:00", at("2026-06-30T17:00")).recalendared("2026-03-03T09:00", NEW)
    assert dues(one(of_clock(told_by_swap(life), "step"), "recomputed"))[1] == "2026-03-16 17:00"


def test_a_consultation_is_counted_anew_without_the_waits_for_the_citizen() -> None:
    life = Life().accepted("2026-03-02T08:00", term(20)).consulted("2026-03-02T09:00", reply_term=term(9))
    life.asked("2026-03-02T10:00").supplemented("2026-03-03T08:00").recalendared("2026-03-03T09:00", NEW)
    assert dues(one(of_clock(told_by_swap(life), "consultation"), "recomputed"))[1] == "2026-03-16 17:00"


def test_a_clock_that_ends_beyond_the_new_calendar_is_disarmed() -> None:
    life = Life().accepted("2026-12-21T08:00", term(8)).recalendared("2026-12-22T09:00", NEW)
    said = told(
        life,
        "2027-06-01T00:00",
        of=with_versions(calendar(NEW, at("2026-12-22T08:00"), {date(2026, 12, 24): ("off", False)})),
    )
    assert kinds(said) == ["set", "clock-not-armed"]
    assert getattr(said[-1].data, "code", "") == "calendar_exhausted"


# What moves nothing.


def test_an_outage_explains_and_never_extends() -> None:
    life = (
        Life()
        .accepted("2026-03-02T08:00", term(5))
        .outage("2026-03-05T09:00", at("2026-03-03T08:00"), at("2026-03-05T08:00"))
    )
    said = dossier_said(life, "2026-03-10T09:00")
    assert not only(said, "moved")
    assert local(one(said, "breached").envelope.occurred_at) == "2026-03-09 17:00"


def test_a_reorganisation_changes_who_holds_it_and_nothing_that_is_due() -> None:
    """OR-8: accepted 26/06/2025 at ward X, moved to ward Y on 01/07/2025, due 10/07/2025 all the same."""
    life = Life().accepted("2025-06-26T09:00", term(10)).reorganised("2025-07-01T00:00", 31)
    said = told(life, "2025-07-11T00:00")
    assert not only(said, "moved", "recomputed")
    assert local(one(said, "breached").envelope.occurred_at) == "2025-07-10 17:00"
    assert getattr(one(said, "breached").data, "held_by_unit_id", 0) == 31
    assert one(said, "breached").envelope.unit_id == 31


def test_the_other_unit_gets_the_dossier_and_the_clock_goes_on() -> None:
    life = (
        Life().accepted("2026-03-02T08:00", term(5)).moved_to("2026-03-03T09:00", 31).received_there("2026-03-03T10:00")
    )
    said = told(life, "2026-03-10T09:00")
    assert getattr(one(said, "breached").data, "held_by_unit_id", 0) == 31


def test_a_refused_transfer_gives_the_dossier_back_to_who_handed_it_over() -> None:
    life = (
        Life().accepted("2026-03-02T08:00", term(5)).moved_to("2026-03-03T09:00", 31).refused_there("2026-03-03T10:00")
    )
    said = told(life, "2026-03-10T09:00")
    assert getattr(one(said, "breached").data, "held_by_unit_id", 0) == 26734


@pytest.mark.parametrize("what", ["corrected", "foreseen", "issued", "delivered", "waived"])
def test_nothing_else_moves_a_due_date(what: str) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5))
    if what == "corrected":
        life.corrected("2026-03-03T09:00", {"occurred_at": "2026-03-20T08:00:00+07:00"})
    else:
        getattr(life, what)("2026-03-03T09:00")
    said = told(life, "2026-03-10T09:00")
    assert local(one(said, "breached").envelope.occurred_at) == "2026-03-09 17:00"


# Reopening (4.3).


def test_a_reopened_dossier_has_the_time_since_its_end_added() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-05T09:00").reopened("2026-03-11T09:00")
    said = dossier_said(life, "2026-04-01T00:00")
    moved = one(said, "moved")
    # Four working days lay between 05/03 and 11/03; 09/03 and four days are 13/03.
    assert dues(moved) == ("2026-03-09 17:00", "2026-03-13 17:00", "2026-03-13 17:00")
    assert isinstance(moved.data, DeadlineMoved)
    assert moved.data.cause == "reopening"
    assert when_said(only(said, "breached")) == ["2026-03-13 17:00 breached"]


def test_a_reopened_dossier_may_end_again() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-05T09:00").reopened("2026-03-11T09:00")
    said = dossier_said(life.ready("2026-03-12T09:00"), "2026-06-01T00:00")
    assert [kind for kind in kinds(said) if kind.startswith("met")] == ["met early", "met early"]
    assert not only(said, "breached")
    assert len({event.envelope.event_id for event in said}) == len(said)


def test_a_dossier_reopened_on_the_day_of_its_end_keeps_its_due_date() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-05T09:00").reopened("2026-03-05T15:00")
    said = dossier_said(life, "2026-03-10T00:00")
    assert when_said(only(said, "breached")) == ["2026-03-09 17:00 breached"]


def test_a_dossier_that_ended_late_stays_late_when_it_is_reopened() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-11T09:00").reopened("2026-03-12T09:00")
    said = dossier_said(life, "2026-04-15T00:00")
    assert when_said(only(said, "breached")) == ["2026-03-09 17:00 breached"]


def test_a_breach_that_was_apologised_for_is_not_said_again_after_reopening() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).apologised("2026-03-10T08:00").ready("2026-03-11T09:00")
    said = dossier_said(life.reopened("2026-03-12T09:00"), "2026-04-15T00:00")
    assert when_said(only(said, "breached", "escalation")) == [
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
    said = dossier_said(life.reopened("2026-03-10T09:00"), "2026-06-01T00:00")
    # Restarted as if it had gone on on 06/03: 13/03; two working days until the reopening: 17/03.
    assert dues(one(said, "moved"))[1] == "2026-03-17 17:00"
    assert when_said(only(said, "breached")) == ["2026-03-17 17:00 breached"]


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
    said = dossier_said(life, "2026-04-08T00:00")
    # 20 working days lay between: 09/03 and twenty are 06/04.
    assert when_said(only(said, "near-due", "breached")) == [
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
    said = told(life, "2026-06-01T00:00")
    assert kinds(only(said, "apology", "breached", "escalation"))[1:] == [
        "apology-required",
        "breached",
        "apology-lapsed",
        "apology-required",
        "escalation-raised B1",
        "escalation-raised B2",
        "escalation-raised B3",
    ]
    assert len({event.envelope.event_id for event in said}) == len(said)


def test_a_letter_that_lapsed_in_the_evening_is_owed_again_when_the_citizen_answers_that_evening() -> None:
    life = Life().accepted("2026-03-02T08:00", appointment_at=at("2026-03-09T17:00")).asked("2026-03-09T18:00")
    said = told(life.supplemented("2026-03-09T19:00"), "2026-03-10T00:00")
    assert kinds(said)[-6:] == [
        "apology-required",
        "breached",
        "apology-lapsed",
        "clock-paused",
        "clock-resumed",
        "apology-required",
    ]
