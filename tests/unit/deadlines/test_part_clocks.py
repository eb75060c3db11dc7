"""The clocks beside the dossier's own: intake, transfer, step, agency, consultation (DR-10 to DR-14)."""

from typing import Any

import pytest

from events.deadline import DeadlineSet, StepBreached
from tests.unit.deadlines.calendars import NEW, swapped
from tests.unit.deadlines.life import (
    CHAINED,
    PAYING,
    STEPPED,
    Life,
    Watch,
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


def said_of(life: Life, clock: str, until: str | None = None) -> list[Any]:
    return of_clock(told(life, until), clock)


def breach_of(emitted: list[Any]) -> StepBreached:
    data = one(emitted, "step-breached").data
    assert isinstance(data, StepBreached)
    return data


# Intake (DR-10).


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        ("2026-03-09T10:30", "2026-03-10 10:30"),
        ("2026-03-08T09:00", "2026-03-09 17:00"),  # online on a Sunday: the whole of Monday
        ("2026-02-13T16:00", "2026-02-23 16:00"),  # before Tết
        ("2026-03-09T12:10", "2026-03-10 11:30"),
    ],
)
def test_an_online_submission_is_answered_within_eight_working_hours(submitted: str, due: str) -> None:
    (event,) = told(Life().submitted(submitted))
    assert isinstance(event.data, DeadlineSet)
    assert (event.data.clock, event.data.clock_kind, event.data.rule) == ("intake:1", "intake", "DR-10")
    assert (dues(event)[1], event.data.classify_by) == (due, "instant")


@pytest.mark.parametrize("answer", ["guided", "rejected", "accepted"])
def test_guidance_refusal_and_acceptance_end_the_intake_clock(answer: str) -> None:
    life = Life().submitted("2026-03-09T10:30")
    life.accepted("2026-03-09T15:00", term(5)) if answer == "accepted" else getattr(life, answer)("2026-03-09T15:00")
    assert kinds(said_of(life, "intake", "2026-06-01T00:00")) == ["set", "met early"]


def test_a_submission_that_nobody_answers_is_breached_and_has_no_ladder_and_no_apology() -> None:
    emitted = told(Life().submitted("2026-03-09T10:30"), "2026-06-01T00:00")
    assert when_said(emitted) == ["2026-03-09 10:30 set", "2026-03-10 10:30 step-breached"]
    assert breach_of(emitted).held_by_unit_id == 26734


def test_an_answer_that_comes_late_says_no_more_than_the_breach_did() -> None:
    life = Life().submitted("2026-03-09T10:30").accepted("2026-03-10T10:31", term(5))
    assert kinds(said_of(life, "intake")) == ["set", "step-breached"]


def test_every_round_has_its_own_intake_clock() -> None:
    life = Life().submitted("2026-03-09T08:00").guided("2026-03-09T10:00").submitted("2026-03-12T08:00", 2)
    emitted = told(life, "2026-06-01T00:00")
    assert [getattr(event.data, "clock", "") for event in emitted] == ["intake:1", "intake:1", "intake:2", "intake:2"]
    assert kinds(emitted) == ["set", "met early", "set", "step-breached"]


def test_what_is_accepted_after_a_submission_has_the_clock_of_its_acceptance() -> None:
    life = Life().submitted("2026-03-02T08:00").accepted("2026-03-02T10:00", term(5))
    (event,) = said_of(life, "dossier")
    assert dues(event)[1] == "2026-03-09 17:00"


def test_a_submission_beyond_the_covered_calendar_is_an_alert() -> None:
    (event,) = told(Life().submitted("2036-12-31T16:00"))
    assert (kinds([event]), getattr(event.data, "clock_kind", "")) == (["clock-not-armed"], "intake")


def test_an_intake_breach_noticed_by_the_acceptance_is_told_as_a_look_would_have_told_it() -> None:
    life = Life(procedure_code="1.1").submitted("2026-03-09T10:30")
    life.procedure_code = STEPPED
    life.accepted("2026-03-11T08:00")
    watch = Watch()
    watch.hear(life.events[0])
    (looked,) = watch.look(at("2026-03-11T07:59"))
    caught_up = one(told(life), "step-breached")
    assert looked.data == caught_up.data
    assert looked.envelope.procedure_code == caught_up.envelope.procedure_code


# Transfer (DR-11).


@pytest.mark.parametrize(
    ("accepted", "due"),
    [
        ("2026-03-09T08:00", "2026-03-09 17:00"),
        ("2026-03-09T15:00", "2026-03-09 17:00"),
        ("2026-03-09T15:01", "2026-03-10 08:30"),
        ("2026-03-06T16:00", "2026-03-09 08:30"),
        ("2026-03-08T09:00", "2026-03-09 17:00"),
    ],
)
def test_a_dossier_goes_to_its_agency_the_same_day_or_early_on_the_next(accepted: str, due: str) -> None:
    event = one(said_of(Life(procedure_code=PAYING).accepted(accepted), "transfer"), "set")
    assert dues(event) == (due, due, due)
    assert getattr(event.data, "rule", "") == "DR-11"


def test_a_procedure_without_transfers_has_no_transfer_clock() -> None:
    assert said_of(Life(procedure_code="1.001193").accepted("2026-03-09T08:00"), "transfer") == []
    assert said_of(Life().accepted("2026-03-09T08:00", term(5)), "transfer") == []


def test_the_transfer_ends_its_clock() -> None:
    life = Life(procedure_code=PAYING).accepted("2026-03-09T08:00").moved_to("2026-03-09T16:00", 31)
    assert kinds(said_of(life, "transfer", "2026-03-20T00:00")) == ["set", "met early"]


def test_a_dossier_that_was_not_transferred_is_late_for_its_transfer_only() -> None:
    life = Life(procedure_code=PAYING).accepted("2026-03-09T08:00").moved_to("2026-03-10T08:00", 31)
    emitted = told(life)
    assert when_said(only(emitted, "step-breached")) == ["2026-03-09 17:00 step-breached"]
    assert not only(emitted, "breached", "apology")


# Steps (DR-12).


def test_a_step_has_the_budget_that_its_event_states() -> None:
    life = Life().accepted("2026-03-02T08:00", term(10)).step("2026-03-03T09:00", "appraisal", budget=term(2))
    event = one(said_of(life, "step"), "set")
    assert isinstance(event.data, DeadlineSet)
    assert (event.data.clock, event.data.step_code, event.data.rule) == ("step:appraisal#2", "appraisal", "DR-12")
    assert (dues(event)[1], event.data.term) == ("2026-03-05 17:00", term(2))


def test_a_step_without_a_budget_has_that_of_its_procedure() -> None:
    life = Life(procedure_code=STEPPED).accepted("2026-03-02T08:00").step("2026-03-02T09:00", "appraisal")
    assert dues(one(said_of(life, "step"), "set"))[1] == "2026-03-05 17:00"


def test_a_budget_in_hours_is_counted_in_working_hours() -> None:
    life = Life(procedure_code=STEPPED).accepted("2026-03-02T08:00").step("2026-03-02T15:00", "return")
    assert dues(one(said_of(life, "step"), "set"))[1] == "2026-03-03 09:30"


def test_a_due_instant_of_the_event_wins_over_a_budget() -> None:
    life = Life(procedure_code=STEPPED).accepted("2026-03-02T08:00")
    life.step("2026-03-02T09:00", "appraisal", budget=term(1), due_at=at("2026-03-04T17:00"))
    event = one(said_of(life, "step"), "set")
    assert (dues(event)[1], getattr(event.data, "rule", "")) == ("2026-03-04 17:00", "DR-12")


def test_a_step_that_has_no_budget_anywhere_has_no_clock() -> None:
    assert said_of(Life().accepted("2026-03-02T08:00", term(10)).step("2026-03-03T09:00"), "step") == []


def test_a_step_is_due_independently_of_the_dossier() -> None:
    life = Life().accepted("2026-03-02T08:00", term(2)).step("2026-03-03T09:00", budget=term(9))
    emitted = told(life, "2026-04-01T00:00")
    assert local(one(emitted, "breached").envelope.occurred_at) == "2026-03-04 17:00"
    assert local(one(emitted, "step-breached").envelope.occurred_at) == "2026-03-16 17:00"


def test_a_step_has_the_near_due_ladder_and_its_breach_names_who_had_it() -> None:
    life = Life().accepted("2026-03-02T08:00", term(20))
    life.step("2026-03-02T09:00", "review", budget=term(5), officer_id="o-7", unit_id=31)
    emitted = said_of(life, "step", "2026-03-10T00:00")
    assert when_said(emitted) == [
        "2026-03-02 09:00 set",
        "2026-03-04 07:30 near-due A2",
        "2026-03-06 07:30 near-due A3",
        "2026-03-09 07:30 near-due A4",
        "2026-03-09 17:00 step-breached",
    ]
    breach = breach_of(emitted)
    assert (breach.held_by_unit_id, breach.responsible_officer_id, breach.step_code) == (31, "o-7", "review")


@pytest.mark.parametrize(
    ("done", "emitted"),
    [
        ("2026-03-04T10:00", ["set", "met early"]),
        ("2026-03-05T16:00", ["set", "met on_time"]),
        ("2026-03-05T19:00", ["set", "step-breached"]),
        ("2026-03-06T09:00", ["set", "step-breached"]),
    ],
)
def test_a_completed_step_is_judged_by_its_date(done: str, emitted: list[str]) -> None:
    life = Life().accepted("2026-03-02T08:00", term(20)).step("2026-03-03T09:00", budget=term(2)).step_done(done)
    assert [kind for kind in kinds(said_of(life, "step", "2026-04-01T00:00")) if "near" not in kind] == emitted


def test_a_step_that_is_started_again_has_a_clock_of_its_own() -> None:
    life = Life().accepted("2026-03-02T08:00", term(20)).step("2026-03-03T08:00", budget=term(2))
    life.step_done("2026-03-03T15:00").step("2026-03-04T08:00", budget=term(2)).step_done("2026-03-04T15:00")
    emitted = said_of(life, "step", "2026-06-01T00:00")
    assert [getattr(event.data, "clock", "") for event in only(emitted, "set")] == ["step:review#2", "step:review#4"]
    assert kinds(emitted) == ["set", "met early", "set", "met early"]


def test_a_step_completed_that_was_never_started_says_nothing() -> None:
    assert kinds(told(Life().accepted("2026-03-02T08:00", term(20)).step_done("2026-03-03T08:00"))) == ["set"]


def test_a_step_goes_on_after_a_supplement_with_what_was_left_of_its_budget() -> None:
    life = Life().accepted("2026-03-02T08:00", term(10)).step("2026-03-03T09:00", budget=term(5))
    emitted = said_of(life.asked("2026-03-05T09:00").supplemented("2026-03-09T09:00"), "step")
    assert kinds(emitted) == ["set", "near-due A2", "clock-paused", "clock-resumed", "moved"]
    # Two of five days were used; three after 09/03 are 12/03. A restart is for the dossier's term only.
    assert dues(emitted[-1]) == ("2026-03-10 17:00", "2026-03-12 17:00", "2026-03-12 17:00")
    assert getattr(emitted[-1].data, "rule", "") == "DR-20"


def test_a_step_begun_while_the_citizen_is_waited_for_is_not_moved_by_that_wait() -> None:
    life = Life().accepted("2026-03-02T08:00", term(10)).asked("2026-03-03T09:00")
    life.step("2026-03-04T09:00", budget=term(5)).supplemented("2026-03-06T09:00")
    emitted = said_of(life, "step")
    assert dues(emitted[-1])[0] == "2026-03-11 17:00"
    assert not only(emitted, "step-breached")


def test_a_step_that_ends_with_its_dossier_says_nothing_more() -> None:
    life = (
        Life().accepted("2026-03-02T08:00", term(10)).step("2026-03-03T09:00", budget=term(5)).ready("2026-03-04T07:00")
    )
    assert kinds(said_of(life, "step", "2026-06-01T00:00")) == ["set"]


# Agencies in a chain (DR-13).


def test_an_agency_gives_back_one_working_day_before_the_citizen_gets_the_result() -> None:
    life = Life(procedure_code=CHAINED).accepted("2026-03-02T08:00").moved_to("2026-03-02T10:00", 31)
    event = one(said_of(life, "agency"), "set")
    assert (dues(event)[1], getattr(event.data, "rule", "")) == ("2026-03-24 17:00", "DR-13")  # the dossier: 25/03
    assert getattr(event.data, "held_by_unit_id", 0) == 31


def test_the_day_that_a_transfer_states_is_the_agencys() -> None:
    life = (
        Life()
        .accepted("2026-03-02T08:00", term(17))
        .moved_to("2026-03-02T10:00", 31, due_back_at=at("2026-03-12T17:00"))
    )
    assert dues(one(said_of(life, "agency"), "set"))[1] == "2026-03-12 17:00"


def test_a_transfer_outside_a_chain_has_no_agency_clock() -> None:
    assert said_of(Life().accepted("2026-03-02T08:00", term(17)).moved_to("2026-03-02T10:00", 31), "agency") == []


def test_the_next_transfer_ends_the_agencys_clock() -> None:
    life = Life(procedure_code=CHAINED).accepted("2026-03-02T08:00").moved_to("2026-03-02T10:00", 31)
    life.moved_to("2026-03-10T10:00", 32)
    emitted = said_of(life, "agency")
    assert kinds(emitted) == ["set", "met early", "set"]
    assert getattr(emitted[-1].data, "clock", "") == "agency:32#3"


def test_back_at_its_own_unit_no_agency_is_late_any_more() -> None:
    life = Life(procedure_code=CHAINED).accepted("2026-03-02T08:00").moved_to("2026-03-02T10:00", 31)
    life.moved_to("2026-03-10T10:00", 26734)
    assert kinds(said_of(life, "agency", "2026-06-01T00:00")) == ["set", "met early"]


def test_a_late_agency_is_breached_by_name_before_the_dossier_is() -> None:
    life = Life(procedure_code=CHAINED).accepted("2026-03-02T08:00").moved_to("2026-03-02T10:00", 31)
    emitted = told(life, "2026-03-26T00:00")
    assert when_said(only(emitted, "step-breached", "breached")) == [
        "2026-03-24 17:00 step-breached",
        "2026-03-25 17:00 breached",
    ]
    assert breach_of(emitted).held_by_unit_id == 31


def test_the_agencys_day_follows_the_dossiers_due_date_after_a_supplement() -> None:
    life = Life(procedure_code=CHAINED).accepted("2026-03-02T08:00").moved_to("2026-03-02T10:00", 31)
    emitted = said_of(life.asked("2026-03-04T09:00").supplemented("2026-03-06T09:00"), "agency")
    # Restarted on 06/03 the dossier ends on 31/03.
    assert dues(one(emitted, "moved"))[1] == "2026-03-30 17:00"
    assert dues(one(emitted, "moved"))[0] == "2026-03-24 17:00"


def test_the_agencys_day_follows_an_extension() -> None:
    life = Life(procedure_code=CHAINED).accepted("2026-03-02T08:00").moved_to("2026-03-02T10:00", 31)
    emitted = said_of(life.extended("2026-03-04T09:00", at("2026-04-10T17:00")), "agency")
    moved = one(emitted, "moved")
    assert (dues(moved)[1], getattr(moved.data, "cause", "")) == ("2026-04-09 17:00", "dossier_moved")


def test_the_agencys_day_follows_a_new_calendar_with_the_dossier() -> None:
    life = Life(procedure_code=CHAINED).accepted("2026-03-02T08:00").moved_to("2026-03-02T10:00", 31)
    emitted = told(life.recalendared("2026-03-03T09:00", NEW), "2026-04-01T00:00", of=swapped())
    assert dues(one(of_clock(emitted, "dossier"), "recomputed"))[1] == "2026-03-26 17:00"
    assert dues(one(of_clock(emitted, "agency"), "moved"))[1] == "2026-03-25 17:00"
    assert local(one(of_clock(emitted, "agency"), "step-breached").envelope.occurred_at) == "2026-03-25 17:00"


def test_an_agency_that_refuses_the_transfer_has_no_clock_any_more() -> None:
    life = Life(procedure_code=CHAINED).accepted("2026-03-02T08:00").moved_to("2026-03-02T10:00", 31)
    assert kinds(said_of(life.refused_there("2026-03-02T15:00"), "agency", "2026-06-01T00:00")) == ["set"]


# Consultation (DR-14).


def test_a_consultation_has_a_clock_of_its_own_and_stops_nothing() -> None:
    life = (
        Life()
        .accepted("2026-03-02T08:00", term(5))
        .consulted("2026-03-03T09:00", reply_term=term(3), agency_unit_id=77)
    )
    emitted = told(life, "2026-03-10T00:00")
    assert dues(one(of_clock(emitted, "consultation"), "set"))[1] == "2026-03-06 17:00"
    assert breach_of(emitted).held_by_unit_id == 77
    assert local(one(emitted, "step-breached").envelope.occurred_at) == "2026-03-06 17:00"
    assert local(one(emitted, "breached").envelope.occurred_at) == "2026-03-09 17:00"


def test_a_consultation_by_a_stated_day_is_due_on_it() -> None:
    life = (
        Life().accepted("2026-03-02T08:00", term(9)).consulted("2026-03-03T09:00", reply_due_at=at("2026-03-10T17:00"))
    )
    assert dues(one(said_of(life, "consultation"), "set"))[1] == "2026-03-10 17:00"


def test_a_consultation_without_a_day_has_no_clock() -> None:
    assert said_of(Life().accepted("2026-03-02T08:00", term(9)).consulted("2026-03-03T09:00"), "consultation") == []


def test_an_answer_ends_the_clock_of_its_own_request() -> None:
    life = Life().accepted("2026-03-02T08:00", term(20)).consulted("2026-03-03T09:00", "1/CV", reply_term=term(3))
    life.consulted("2026-03-03T10:00", "2/CV", reply_term=term(3)).answered("2026-03-05T09:00", "2/CV")
    emitted = said_of(life, "consultation", "2026-03-07T00:00")
    assert [getattr(e.data, "clock", "") for e in only(emitted, "met")] == ["consultation:2/CV#3"]
    assert [getattr(e.data, "clock", "") for e in only(emitted, "step-breached")] == ["consultation:1/CV#2"]


def test_a_supplement_does_not_stop_a_consultation() -> None:
    life = Life().accepted("2026-03-02T08:00", term(9)).consulted("2026-03-03T09:00", reply_term=term(3))
    life.asked("2026-03-04T09:00")
    emitted = told(life, "2026-03-20T00:00")
    assert local(one(emitted, "step-breached").envelope.occurred_at) == "2026-03-06 17:00"


def test_an_answer_that_nobody_asked_for_says_nothing() -> None:
    assert kinds(told(Life().accepted("2026-03-02T08:00", term(9)).answered("2026-03-03T09:00"))) == ["set"]


def test_steps_stand_still_for_the_citizen_also_where_the_dossier_has_no_clock() -> None:
    life = Life().accepted("2026-03-02T08:00").step("2026-03-02T09:00", budget=term(2)).asked("2026-03-03T09:00")
    assert not only(told(life, "2026-06-01T00:00"), "step-breached")
    assert dues(one(said_of(life.supplemented("2026-03-09T09:00"), "step"), "moved"))[1] == "2026-03-10 17:00"
