"""A calendar that was published late counts open dossiers anew, by an explicit order (DR-27); finished ones never."""

from datetime import date
from typing import Any

import pytest

from events.deadline import DeadlineRecomputed
from tests.unit.deadlines.calendars import NEW, calendar, swapped, with_versions
from tests.unit.deadlines.life import (
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
)


def told_by_swap(life: Life, until: str | None = None) -> list[Any]:
    return told(life, until, of=swapped())


def test_an_order_counts_an_open_dossier_anew_by_the_new_calendar() -> None:
    life = Life().accepted("2026-03-02T08:00", term(9)).recalendared("2026-03-03T09:00", NEW)
    emitted = told_by_swap(life)
    assert dues(emitted[0]) == ("2026-03-13 17:00",) * 3
    recomputed = one(emitted, "recomputed")
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
    emitted = told_by_swap(life)
    assert kinds(emitted) == ["set"]
    assert state_of(life, of=swapped()).subject.calendar_version == "2026.1"


def test_a_finished_dossier_is_never_counted_anew() -> None:
    life = Life().accepted("2026-03-02T08:00", term(9)).ready("2026-03-03T08:30").recalendared("2026-03-03T09:00", NEW)
    emitted = told_by_swap(life, "2026-06-01T00:00")
    assert kinds(emitted) == ["set", "met early", "integrity-flag-raised"]
    assert getattr(emitted[-1].data, "rule", "") == "DR-27"
    assert state_of(life, of=swapped()).subject.calendar_version == "2026.1"


def test_a_breached_dossier_is_not_cured_by_a_new_calendar() -> None:
    life = Life().accepted("2026-03-02T08:00", term(4)).recalendared("2026-03-07T09:00", NEW)
    emitted = told_by_swap(life, "2026-03-08T00:00")
    assert kinds(only(emitted, "breached", "recomputed")) == ["breached"]


def test_an_order_that_names_another_version_than_the_clock_counts_by_is_a_contradiction() -> None:
    life = Life().accepted("2026-03-02T08:00", term(9)).recalendared("2026-03-03T09:00", NEW, old_version="2025.7")
    emitted = told_by_swap(life)
    assert kinds(emitted) == ["set", "integrity-flag-raised"]
    assert state_of(life, of=swapped()).subject.calendar_version == "2026.1"


def test_an_order_for_a_calendar_that_is_not_known_here_is_an_alert_and_the_clock_goes_on() -> None:
    life = Life().accepted("2026-03-02T08:00", term(9)).recalendared("2026-03-03T09:00", "2026.9")
    emitted = told_by_swap(life, "2026-03-14T00:00")
    assert getattr(one(emitted, "clock-not-armed").data, "code", "") == "unknown_calendar"
    assert local(one(emitted, "breached").envelope.occurred_at) == "2026-03-13 17:00"


def test_an_appointment_that_a_source_stated_stays_where_its_day_still_counts() -> None:
    life = (
        Life().accepted("2026-03-02T08:00", appointment_at=at("2026-03-12T10:00")).recalendared("2026-03-03T09:00", NEW)
    )
    assert not only(told_by_swap(life), "recomputed")


@pytest.mark.parametrize(
    "life",
    [
        Life().accepted("2026-03-02T08:00", appointment_at=at("2026-03-13T10:00")),
        Life().accepted("2026-03-02T08:00", term(20), appointment_at=at("2026-03-13T10:00")),
        Life().accepted("2026-03-02T08:00", term(3)).extended("2026-03-02T09:00", at("2026-03-13T10:00")),
    ],
)
def test_a_given_date_on_a_day_that_is_taken_off_moves_to_the_close_of_the_next_working_day(life: Life) -> None:
    recomputed = one(told_by_swap(life.recalendared("2026-03-03T09:00", NEW)), "recomputed")
    assert dues(recomputed)[1:] == ("2026-03-16 17:00", "2026-03-16 17:00")


def test_a_given_date_on_a_day_that_becomes_a_working_day_is_that_day() -> None:
    life = (
        Life().accepted("2026-03-02T08:00", appointment_at=at("2026-03-07T10:00")).recalendared("2026-03-03T09:00", NEW)
    )
    recomputed = one(told_by_swap(life), "recomputed")
    assert dues(recomputed) == ("2026-03-09 17:00", "2026-03-07 10:00", "2026-03-09 17:00")


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
    emitted = of_clock(told_by_swap(life.owing("2026-03-16T09:00").paid("2026-03-18T09:00")), "dossier")
    assert dues(one(emitted, "recomputed"))[1] == "2026-03-31 17:00"
    assert dues(one(emitted, "moved"))[1] == "2026-04-02 17:00"


def test_an_order_during_a_financial_duty_counts_when_the_clock_goes_on() -> None:
    life = Life(procedure_code=PAYING).accepted("2026-03-02T08:00").owing("2026-03-02T10:00")
    emitted = of_clock(told_by_swap(life.recalendared("2026-03-03T09:00", NEW).paid("2026-03-04T09:00")), "dossier")
    # 20 days by the new calendar are 31/03; two were waited.
    assert dues(one(emitted, "moved"))[1] == "2026-04-02 17:00"


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
    emitted = told(
        life,
        "2027-06-01T00:00",
        of=with_versions(calendar(NEW, at("2026-12-22T08:00"), {date(2026, 12, 24): ("off", False)})),
    )
    assert kinds(emitted) == ["set", "clock-not-armed"]
    assert getattr(emitted[-1].data, "code", "") == "calendar_exhausted"


def test_an_extension_never_makes_the_due_date_earlier_though_the_new_calendar_would() -> None:
    """A breached clock is not counted anew by an order, and not by an extension after it either (DR-25)."""
    life = Life().accepted("2026-02-23T17:00", term(10, "calendar_day")).asked("2026-02-23T17:00")
    life.supplemented("2026-03-06T17:00").recalendared("2026-03-20T09:00", NEW)
    emitted = of_clock(told_by_swap(life.extended("2026-03-20T10:00", at("2026-03-30T17:00"))), "dossier")
    assert [dues(moved)[1] for moved in only(emitted, "moved")] == ["2026-03-19 17:00"]
    assert len(only(emitted, "breached")) == 1
