"""The clock of one dossier, as the law tells it (domain.md 4.4-4.6, Appendix A)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.deadline import ApologyRequired, DeadlineMet, DeadlineMoved, DeadlineNearDue, DeadlineSet, DossierBreached
from events.envelope import Event
from services.deadlines.domain.clock import evolve
from services.deadlines.domain.errors import StreamGapError
from services.deadlines.domain.state import Unarmed
from tests.unit.deadlines.life import HANOI, Life, at, fold, kinds, rulebook, term, told


def the(said: list[Event], data_class: type) -> Any:
    (found,) = [event.data for event in said if isinstance(event.data, data_class)]
    return found


def test_acceptance_sets_the_due_date_with_everything_needed_to_redo_the_sum() -> None:
    said = told(Life().accepted("2026-02-11T10:20", term(7)))
    assert kinds(said) == ["set"]
    envelope, data = said[0].envelope, the(said, DeadlineSet)
    assert data.lawful_due_at == data.original_due_at == data.promised_due_at == at("2026-02-27T17:00")
    assert (data.due_on.isoformat(), data.classify_by, data.policy) == ("2026-02-27", "date", "restart")
    assert data.effective_start_at == data.accepted_at == at("2026-02-11T10:20")
    assert (data.given_by, data.term, data.computed_due_at) == ("rules", term(7), at("2026-02-27T17:00"))
    assert (data.calendar_id, data.calendar_version, data.rule_set_version) == ("vn-standard", "2026.1", "vn-2025.1")
    assert data.time_zone == "Asia/Ho_Chi_Minh"
    assert (envelope.unit_id, envelope.stream_seq, envelope.procedure_code) == (26734, 1, "1.004859")
    assert envelope.occurred_at == at("2026-02-11T10:20")
    assert envelope.recorded_at == at("2026-02-11T10:20:01")
    assert envelope.opened_on.isoformat() == "2026-02-11"


def test_instants_are_said_in_the_zone_of_the_calendar() -> None:
    life = Life().accepted(datetime(2026, 2, 11, 3, 20, tzinfo=UTC), term(7))
    said = told(life)
    assert the(said, DeadlineSet).lawful_due_at.isoformat() == "2026-02-27T17:00:00+07:00"
    assert said[0].envelope.recorded_at.isoformat() == "2026-02-11T10:20:01+07:00"


def test_an_appointment_of_the_source_system_wins_and_the_rules_sum_stands_beside_it() -> None:
    given = at("2026-03-02T10:00")
    data = the(told(Life().accepted("2026-02-11T10:20", term(7), appointment_at=given)), DeadlineSet)
    assert data.lawful_due_at == data.original_due_at == given
    assert (data.given_by, data.computed_due_at) == ("source_system", at("2026-02-27T17:00"))


def test_an_appointment_alone_has_no_sum_of_the_rules() -> None:
    data = the(told(Life().accepted("2026-02-11T10:20", appointment_at=at("2026-03-02T10:00"))), DeadlineSet)
    assert (data.term, data.computed_due_at, data.classify_by) == (None, None, "date")


@pytest.mark.parametrize(
    ("accepted", "given", "rungs"),
    [
        ("2026-02-11T10:20", term(7), ["A2 2026-02-24T07:30", "A3 2026-02-26T07:30", "A4 2026-02-27T07:30"]),
        (
            "2026-03-02T08:00",
            term(30),
            ["A1 2026-04-06T07:30", "A2 2026-04-08T07:30", "A3 2026-04-10T07:30", "A4 2026-04-13T07:30"],
        ),
    ],
)
def test_the_ladder_falls_as_in_the_examples(accepted: str, given: Any, rungs: list[str]) -> None:
    said = told(Life().accepted(accepted, given).step("2026-12-01T09:00"))
    near = [event.data for event in said if isinstance(event.data, DeadlineNearDue)]
    assert [f"{one.rung} {one.rung_at:%Y-%m-%dT%H:%M}" for one in near] == rungs
    assert kinds(said)[-2:] == ["apology-required", "breached"]


def test_a_breach_says_when_it_fell_due_and_when_that_was_noticed() -> None:
    said = told(Life().accepted("2026-02-11T10:20", term(7)).step("2026-03-09T09:00"))
    (breach,) = [event for event in said if isinstance(event.data, DossierBreached)]
    assert breach.envelope.occurred_at == at("2026-02-27T17:00")
    assert breach.envelope.recorded_at == at("2026-03-09T09:00:01")
    assert breach.envelope.stream_seq == 1
    assert the(said, ApologyRequired).latest_at == at("2026-02-26T17:00")


def test_what_falls_due_is_said_once() -> None:
    life = Life().accepted("2026-02-11T10:20", term(7)).step("2026-02-25T09:00").step("2026-03-09T09:00")
    assert kinds(told(life.step("2026-03-10T09:00"))) == [
        "set",
        "near-due A2",
        "near-due A3",
        "near-due A4",
        "apology-required",
        "breached",
    ]


@pytest.mark.parametrize(
    ("ended", "outcome"),
    [
        ("2026-02-26T23:59", ["met early"]),
        ("2026-02-27T00:00", ["met on_time"]),
        ("2026-02-27T17:00", ["met on_time"]),
        ("2026-02-27T17:00:01", ["apology-required", "breached", "met on_time"]),
        ("2026-02-27T23:59:59", ["apology-required", "breached", "met on_time"]),
        ("2026-02-28T00:00", ["apology-required", "breached"]),
    ],
)
def test_day_terms_are_judged_by_date_and_the_breach_is_said_at_closing_time(ended: str, outcome: list[str]) -> None:
    said = told(Life().accepted("2026-02-11T10:20", term(7)).ready(ended))
    assert [kind for kind in kinds(said) if not kind.startswith(("set", "near-due"))] == outcome


@pytest.mark.parametrize(
    ("ended", "outcome"),
    [
        ("2026-03-09T15:59:59", ["set", "met early"]),
        ("2026-03-09T16:00", ["set", "met on_time"]),
        ("2026-03-09T16:00:01", ["set", "apology-required", "breached"]),
    ],
)
def test_hour_terms_are_judged_by_the_instant(ended: str, outcome: list[str]) -> None:
    life = Life().accepted("2026-03-09T10:30", term(4, "hour")).ready(ended)
    assert [kind for kind in kinds(told(life)) if not kind.startswith("near-due")] == outcome


A3 = [  # accepted, term, requested, completed, pause, restart (Appendix A.3)
    ("2025-03-03T09:00", 10, "2025-03-06T10:00", "2025-03-12T14:00", "2025-03-21", "2025-03-26"),
    ("2026-02-04T09:00", 15, "2026-02-09T15:00", "2026-02-26T09:00", "2026-03-16", "2026-03-19"),
    ("2026-03-02T08:00", 7, "2026-03-02T16:00", "2026-03-04T08:30", "2026-03-13", "2026-03-13"),
    ("2026-03-02T08:00", 5, "2026-03-04T09:00", "2026-03-07T10:00", "2026-03-12", "2026-03-16"),
]


@pytest.mark.parametrize(("accepted", "days", "asked", "done", "pause", "restart"), A3)
def test_a_supplement_restarts_the_term(
    accepted: str, days: int, asked: str, done: str, pause: str, restart: str
) -> None:
    life = Life().accepted(accepted, term(days)).asked(asked).supplemented(done)
    said = told(life)
    moved = the(said, DeadlineMoved)
    assert [kind for kind in kinds(said) if not kind.startswith("near-due")] == ["set", "moved"]
    assert (moved.cause, moved.rule) == ("supplement_completed", "DR-21")
    assert moved.lawful_due_at == moved.promised_due_at == moved.restart_due_at == at(f"{restart}T17:00")
    assert moved.pause_due_at == at(f"{pause}T17:00")
    assert moved.original_due_at == moved.previous_lawful_due_at == the(said, DeadlineSet).lawful_due_at
    envelope = said[-1].envelope
    assert (envelope.stream_seq, envelope.causation_id) == (3, life.events[2].envelope.event_id)


def test_nothing_is_said_while_the_clock_is_paused() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-04T07:00").step("2026-05-20T09:00")
    assert kinds(told(life)) == ["set"]


def test_after_a_pause_only_rungs_that_were_not_said_are_planned_anew() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-04T09:00").supplemented("2026-03-05T09:00")
    assert kinds(told(life.step("2026-05-20T09:00"))) == [
        "set",
        "near-due A2",  # 04/03 07:30, before the pause
        "moved",
        "near-due A3",
        "near-due A4",
        "apology-required",
        "breached",
    ]


def test_a_pause_opened_after_the_due_date_cures_nothing() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-10T09:00").supplemented("2026-03-12T09:00")
    said = told(life.ready("2026-03-13T09:00"))
    assert kinds(said) == ["set", "near-due A2", "near-due A3", "near-due A4", "apology-required", "breached"]


def test_a_due_date_that_moved_can_be_breached_anew_under_another_id() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-09T18:00").supplemented("2026-03-10T09:00")
    said = told(life.step("2026-06-01T09:00"))
    breaches = [(event.envelope, event.data) for event in said if isinstance(event.data, DossierBreached)]
    assert [data.due_on.isoformat() for _, data in breaches] == ["2026-03-09", "2026-03-17"]
    assert len({envelope.event_id for envelope, _ in breaches}) == 2


def test_a_dossier_withdrawn_while_it_waits_for_the_citizen_is_not_late() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-04T09:00").withdrawn("2026-05-20T09:00")
    said = told(life)
    assert kinds(said)[-1].startswith("met")
    assert the(said, DeadlineMet).lawful_due_at > at("2026-05-20T09:00")


def test_an_apology_moves_the_promise_only() -> None:
    promise = at("2026-03-12T17:00")
    life = Life().accepted("2026-03-02T08:00", term(5)).apologised("2026-03-06T09:00", promise)
    said = told(life.ready("2026-03-12T10:00"))
    moved = the(said, DeadlineMoved)
    assert (moved.cause, moved.rule, moved.promised_due_at) == ("reappointment", "DR-26", promise)
    assert moved.lawful_due_at == moved.previous_lawful_due_at == at("2026-03-09T17:00")
    assert (moved.pause_due_at, moved.restart_due_at) == (None, None)
    assert kinds(said)[-2:] == ["apology-required", "breached"]
    assert the(said, DossierBreached).promised_due_at == promise


def test_an_apology_without_a_new_date_moves_nothing() -> None:
    assert kinds(told(Life().accepted("2026-03-02T08:00", term(5)).apologised("2026-03-02T09:00"))) == ["set"]


def test_whoever_holds_the_dossier_when_it_falls_due_is_named() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).moved_to("2026-03-05T09:00", 555)
    said = told(life.moved_to("2026-03-12T09:00", 777))
    near = [event for event in said if isinstance(event.data, DeadlineNearDue)]
    assert [event.envelope.unit_id for event in near] == [26734, 555, 555]
    assert the(said, DossierBreached).held_by_unit_id == 555


def test_after_the_end_nothing_is_said_any_more() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-04T06:00").delivered("2026-08-01T09:00")
    assert kinds(told(life.apologised("2026-08-02T09:00", at("2026-08-09T09:00")))) == ["set", "met early"]


@pytest.mark.parametrize(
    ("life", "why"),
    [
        (Life().accepted("2026-03-02T08:00", term(5), calendar_id="mars"), "no calendar mars"),
        (Life().accepted("2026-12-30T08:00", term(30)), "lies outside"),
        (Life().accepted("2026-03-02T08:00"), "neither a term nor an appointment"),
        (Life().accepted("2026-03-02T08:00", term(0)), "whole number above zero"),
    ],
)
def test_a_clock_that_cannot_be_armed_is_remembered_as_such_and_says_nothing(life: Life, why: str) -> None:
    state, said = fold(life.step("2026-12-31T09:00").events)
    assert said == []
    assert state is not None
    assert isinstance(state.clock, Unarmed)
    assert why in state.clock.reason


def test_a_supplement_that_leads_past_the_calendar_leaves_the_clock_unarmed() -> None:
    life = Life().accepted("2026-11-02T08:00", term(30)).asked("2026-11-20T09:00").supplemented("2026-12-20T09:00")
    state, said = fold(life.events)
    assert state is not None
    assert isinstance(state.clock, Unarmed)
    assert kinds(said) == ["set"]


def test_ids_depend_on_dossier_kind_and_due_date_only() -> None:
    first = told(Life().accepted("2026-02-11T10:20", term(7)).step("2026-03-09T09:00"))
    later = told(Life().accepted("2026-02-11T10:20", term(7)).step("2026-04-09T09:00"))
    other = told(
        Life("22222222-2222-5222-8222-222222222222").accepted("2026-02-11T10:20", term(7)).step("2026-04-09T09:00")
    )
    ids = [event.envelope.event_id for event in first]
    assert ids == [event.envelope.event_id for event in later]
    assert len({*ids, *(event.envelope.event_id for event in other)}) == 2 * len(ids)


def test_a_missing_event_stops_the_fold() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-03T08:00").ready("2026-03-04T06:00")
    state, _ = evolve(None, life.events[0], rulebook())
    with pytest.raises(StreamGapError, match="event 3 follows event 1"):
        evolve(state, life.events[2], rulebook())


def test_a_dossier_that_begins_in_the_middle_stops_the_fold() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-04T06:00")
    with pytest.raises(StreamGapError, match="begin with result-ready-at-counter"):
        evolve(None, life.events[1], rulebook())


def test_what_is_said_about_a_forgotten_dossier_moves_no_clock() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-04T06:00").delivered("2026-08-01T09:00")
    assert evolve(None, life.events[2], rulebook()) == (None, ())


def test_history_is_marked_as_history_and_needs_no_wall_clock() -> None:
    life = Life(is_history=True).accepted("2025-03-03T09:00", term(10)).ready("2025-03-20T09:00")
    said = told(life)
    assert kinds(said) == ["set", "near-due A2", "near-due A3", "near-due A4", "apology-required", "breached"]
    assert all(event.envelope.is_history for event in said)


def test_a_foreign_calendar_counts_in_its_own_zone() -> None:
    due = datetime(2012, 5, 3, 22, 30, tzinfo=UTC)  # 00:30 on 4 May in Amsterdam
    life = Life(is_history=True).accepted(
        datetime(2012, 4, 2, 8, 0, tzinfo=UTC), appointment_at=due, calendar_id="weekdays-amsterdam"
    )
    said = told(life.ready(datetime(2012, 5, 3, 21, 0, tzinfo=UTC)))
    assert the(said, DeadlineSet).due_on.isoformat() == "2012-05-04"
    assert the(said, DeadlineMet).outcome == "early"


GOLDEN = {  # domain.md 4.7.4
    "D01": (Life("D01").accepted("2026-02-27T09:00", term(5)).ready("2026-03-05T10:00"), "met early"),
    "D02": (Life("D02").accepted("2026-02-26T09:00", term(5)).ready("2026-03-05T16:30"), "met on_time"),
    "D03": (
        Life("D03")
        .accepted("2026-02-25T09:00", term(5))
        .apologised("2026-03-03T09:00", at("2026-03-06T17:00"))
        .ready("2026-03-06T10:00"),
        "breached",
    ),
    "D05": (Life("D05").accepted("2026-03-02T08:00", term(5)).ready("2026-03-04T10:00"), "met early"),
    "D09": (Life("D09").accepted("2026-03-02T10:00", term(5)).withdrawn("2026-03-05T10:00"), "met early"),
    "D10": (Life("D10").accepted("2026-02-26T10:00", term(5)).stopped("2026-03-06T10:00"), "breached"),
    "D11": (Life("D11").accepted("2026-02-23T08:00", term(5)).ready("2026-02-27T10:00"), "met early"),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_golden_week_comes_out(name: str) -> None:
    life, last = GOLDEN[name]
    assert kinds(told(life))[-1] == last


def test_the_open_dossiers_of_the_golden_week_are_due_when_the_table_says() -> None:
    due = {
        "D04": ("2026-02-24T09:00", "2026-03-03"),
        "D06": ("2026-03-03T08:00", "2026-03-10"),
        "D07": ("2026-03-04T08:00", "2026-03-11"),
        "D12": ("2026-03-06T17:05", "2026-03-16"),
    }
    for name, (accepted, due_on) in due.items():
        assert the(told(Life(name).accepted(accepted, term(5))), DeadlineSet).due_on.isoformat() == due_on


def test_an_event_at_the_very_instant_of_a_rung_comes_before_it() -> None:
    rung_at = datetime(2026, 2, 24, 7, 30, tzinfo=HANOI)
    life = Life().accepted("2026-02-11T10:20", term(7))
    assert kinds(told(life.step(rung_at))) == ["set"]
    assert kinds(told(life.step(rung_at + timedelta(microseconds=1)))) == ["set", "near-due A2"]


def test_a_dossier_whose_counter_reports_long_afterwards_waits_like_an_imported_one() -> None:
    def is_held_back(reported_after: timedelta) -> bool:
        event = Life().accepted("2026-03-02T08:00", term(5)).events[0]
        late = replace(event, envelope=replace(event.envelope, recorded_at=event.envelope.occurred_at + reported_after))
        state, _ = evolve(None, late, rulebook())
        assert state is not None
        return state.is_history

    assert not is_held_back(timedelta(hours=1))
    assert is_held_back(timedelta(hours=1, seconds=1))
