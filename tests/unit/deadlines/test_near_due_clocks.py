"""The ladder before the due date: the examples of 4.6, AL-1 to AL-3."""

from datetime import timedelta

import pytest

from events.deadline import DeadlineNearDue
from events.dossier import TermUnit
from tests.unit.deadlines.life import PAYING, Life, Watch, at, kinds, local, of_clock, one, only, term, told, when_said

A_MOMENT = timedelta(microseconds=1)


def test_the_first_example_of_the_ladder() -> None:
    """Received Wed 11/02/2026 10:20, 7 working days, due 27/02: A1 not used, A2 24/02, A3 26/02, A4 27/02, B0 17:00."""
    emitted = told(Life().accepted("2026-02-11T10:20", term(7)), "2026-02-28T00:00")
    assert when_said(emitted) == [
        "2026-02-11 10:20 set",
        "2026-02-24 07:30 near-due A2",
        "2026-02-26 07:30 near-due A3",
        "2026-02-26 07:30 apology-pending-raised",
        "2026-02-27 07:30 near-due A4",
        "2026-02-27 17:00 apology-required",
        "2026-02-27 17:00 breached",
    ]


def test_the_second_example_of_the_ladder() -> None:
    """Received 02/03/2026 08:00, 30 working days, due 13/04: A1 06/04 07:30, A2 08/04."""
    emitted = told(Life().accepted("2026-03-02T08:00", term(30)), "2026-04-14T00:00")
    assert when_said(only(emitted, "near-due", "breached")) == [
        "2026-04-06 07:30 near-due A1",
        "2026-04-08 07:30 near-due A2",
        "2026-04-10 07:30 near-due A3",
        "2026-04-13 07:30 near-due A4",
        "2026-04-13 17:00 breached",
    ]


@pytest.mark.parametrize(("days", "has_a1"), [(7, False), (20, False), (21, True), (30, True)])
def test_a1_is_used_only_where_it_comes_before_a2(days: int, has_a1: bool) -> None:
    """Terms of more than 20 working days; at 20 both fall on the same morning."""
    emitted = told(Life().accepted("2026-03-02T08:00", term(days)), "2026-06-01T00:00")
    assert ("near-due A1" in kinds(emitted)) is has_a1


def test_a_rung_says_who_is_told_and_when_it_fell() -> None:
    emitted = told(Life().accepted("2026-02-11T10:20", term(7)), "2026-02-28T00:00")
    roles = {}
    for event in only(emitted, "near-due"):
        assert isinstance(event.data, DeadlineNearDue)
        assert event.data.rung_at == event.envelope.occurred_at
        assert event.data.held_by_unit_id == 26734
        roles[event.data.rung] = event.data.to_roles
    assert roles == {
        "A2": ("officer", "team_leader"),
        "A3": ("officer", "head_of_unit", "one_stop"),
        "A4": ("officer", "head_of_unit"),
    }


@pytest.mark.parametrize(
    ("value", "unit", "rungs"),
    [
        (1, "working_day", ["2026-03-10 07:30 near-due A4"]),
        (2, "working_day", ["2026-03-10 07:30 near-due A3", "2026-03-11 07:30 near-due A4"]),
        (4, "hour", []),
        (1, "same_day", []),
    ],
)
def test_short_terms_have_only_the_rungs_that_lie_after_their_start(
    value: int, unit: TermUnit, rungs: list[str]
) -> None:
    emitted = told(Life().accepted("2026-03-09T08:00", term(value, unit)), "2026-06-01T00:00")
    assert when_said(only(emitted, "near-due")) == rungs


def test_a_rung_has_not_fallen_at_its_very_instant() -> None:
    rung_at = at("2026-02-24T07:30")
    life = Life().accepted("2026-02-11T10:20", term(7))
    assert kinds(told(life, rung_at)) == ["set"]
    assert kinds(told(life, rung_at + A_MOMENT)) == ["set", "near-due A2"]


def test_every_rung_is_raised_once_however_often_it_is_looked_at() -> None:
    watch = Watch()
    watch.hear(Life().accepted("2026-02-11T10:20", term(7)).events[0])
    first = watch.look(at("2026-02-26T08:00"))
    assert kinds(first) == ["near-due A2", "near-due A3", "apology-pending-raised"]
    for _ in range(3):
        assert watch.look(at("2026-02-26T08:00")) == []
    assert watch.look(at("2026-02-27T07:30")) == []
    assert kinds(watch.look(at("2026-02-27T07:31"))) == ["near-due A4"]


def test_missed_runs_catch_up_in_order_and_show_how_late_they_are() -> None:
    watch = Watch()
    watch.hear(Life().accepted("2026-02-11T10:20", term(7)).events[0])
    emitted = watch.look(at("2026-03-03T00:00"), at("2026-03-03T00:01"))
    moments = [event.envelope.occurred_at for event in emitted]
    assert moments == sorted(moments)
    assert {local(event.envelope.recorded_at) for event in emitted} == {"2026-03-03 00:01"}


def test_reminders_of_the_dossier_and_of_its_steps_are_apart() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-02T09:00", budget=term(5))
    emitted = told(life, "2026-03-10T00:00")
    assert kinds(only(of_clock(emitted, "dossier"), "near-due")) == ["near-due A2", "near-due A3", "near-due A4"]
    assert kinds(only(of_clock(emitted, "step"), "near-due")) == ["near-due A2", "near-due A3", "near-due A4"]
    assert len({event.envelope.event_id for event in emitted}) == len(emitted)


def test_a_paused_clock_raises_none_and_is_armed_anew_when_it_goes_on() -> None:
    watch = Watch()
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-03T09:00").supplemented("2026-03-17T09:00")
    for event in life.events[:2]:
        watch.hear(event)
    assert watch.look(at("2026-03-17T08:59")) == []
    watch.hear(life.events[2])
    assert when_said(watch.look(at("2026-03-25T00:00"))) == [
        "2026-03-19 07:30 near-due A2",
        "2026-03-23 07:30 near-due A3",
        "2026-03-23 07:30 apology-pending-raised",
        "2026-03-24 07:30 near-due A4",
        "2026-03-24 17:00 apology-required",
        "2026-03-24 17:00 breached",
    ]


def test_a_rung_that_was_raised_is_not_raised_for_the_new_due_date() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-06T09:00").supplemented("2026-03-06T15:00")
    emitted = told(life, "2026-03-14T00:00")
    assert when_said(only(emitted, "near-due")) == [
        "2026-03-04 07:30 near-due A2",
        "2026-03-06 07:30 near-due A3",
        "2026-03-13 07:30 near-due A4",
    ]
    assert local(one(emitted, "breached").envelope.occurred_at) == "2026-03-13 17:00"


def test_what_falls_due_after_a_wait_that_moved_nothing_follows_from_what_ended_it() -> None:
    life = (
        Life(procedure_code=PAYING)
        .accepted("2026-03-02T08:00", term(5))
        .owing("2026-03-09T15:00")
        .paid("2026-03-09T15:30")
    )
    breached = one(told(life, "2026-03-10T00:00"), "breached")
    assert local(breached.data.lawful_due_at) == "2026-03-09 17:00"
    assert breached.envelope.stream_seq == 3
    assert breached.envelope.causation_id == life.events[2].envelope.event_id
