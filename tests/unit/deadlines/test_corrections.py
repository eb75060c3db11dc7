"""What a correction of two persons does to a clock (B20): an earlier date takes effect, a worse class is said, nothing betters.

Five working days from Monday 02/03/2026 08:00 are due on Monday 09/03/2026 17:00.
"""

from datetime import timedelta
from typing import Any

import pytest

from events.deadline import DeadlineRecomputed, EndingClassified
from events.envelope import Event
from tests.unit.deadlines.life import (
    PAYING,
    PLAIN,
    STEPPED,
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

TAKEN = "2026-03-02T08:00"


def iso(when: str) -> str:
    return at(when).isoformat()


def accepted(**more: Any) -> Life:
    return Life(**more).accepted(TAKEN, term(5))


def said(life: Life, until: str | None = None) -> list[Event]:
    return told(life, until)


def flags(emitted: list[Event]) -> list[tuple[str, str]]:
    return [(event.data.kind, event.data.rule) for event in only(emitted, "integrity")]  # type: ignore[union-attr]


def class_of(life: Life) -> list[str]:
    return [event.data.outcome for event in told(life) if isinstance(event.data, EndingClassified)]


def only_one_due(life: Life) -> tuple[str, str, str]:
    """The due dates after the one recomputation of a life: original, lawful, promised."""
    return dues(one(said(life), "recomputed"))


# The acceptance.


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"time": iso("2026-02-27T08:00")}, "2026-03-06 17:00"),
        ({"term": {"value": 3, "unit": "working_day"}}, "2026-03-05 17:00"),
        ({"appointment_at": iso("2026-03-06T16:00")}, "2026-03-06 16:00"),
        ({"term": None, "appointment_at": iso("2026-03-06T00:00")}, "2026-03-06 17:00"),
        ({"time": iso("2026-02-27T08:00"), "term": {"value": 4, "unit": "working_day"}}, "2026-03-05 17:00"),
    ],
)
def test_an_earlier_due_date_by_the_corrected_acceptance_takes_effect(fields: dict[str, Any], due: str) -> None:
    life = accepted().corrected("2026-03-04T09:00", fields)
    emitted = said(life, "2026-03-12T00:00")
    recomputed = one(emitted, "recomputed")
    assert dues(recomputed)[:2] == ("2026-03-09 17:00", due)
    assert isinstance(recomputed.data, DeadlineRecomputed)
    assert (recomputed.data.rule, recomputed.data.reason) == ("B20", "gõ nhầm")
    assert when_said(only(emitted, "breached")) == [f"{due} breached"]
    assert not flags(emitted)


@pytest.mark.parametrize(
    ("fields", "promised"),
    [
        ({"time": iso("2026-03-03T08:00")}, "2026-03-10 17:00"),
        ({"term": {"value": 8, "unit": "working_day"}}, "2026-03-12 17:00"),
        ({"term": None, "appointment_at": iso("2026-03-20T17:00")}, "2026-03-20 17:00"),
    ],
)
def test_a_later_due_date_is_only_the_promise_and_is_flagged(fields: dict[str, Any], promised: str) -> None:
    life = accepted().corrected("2026-03-04T09:00", fields)
    emitted = said(life, "2026-03-12T00:00")
    assert dues(one(emitted, "recomputed")) == ("2026-03-09 17:00", "2026-03-09 17:00", promised)
    assert flags(emitted) == [("redated", "B20")]
    assert when_said(only(emitted, "breached")) == ["2026-03-09 17:00 breached"]


def test_a_due_date_that_has_passed_already_is_breached_now_and_at_its_own_instant() -> None:
    life = accepted().corrected("2026-03-06T09:00", {"term": {"value": 3, "unit": "working_day"}})
    emitted = said(life, "2026-03-06T09:05")
    assert when_said(only(emitted, "breached", "apology-required")) == [
        "2026-03-05 17:00 apology-required",
        "2026-03-05 17:00 breached",
    ]
    assert not [event for event in only(emitted, "near-due") if local(event.envelope.occurred_at) < "2026-03-06"][2:]


def test_the_procedure_that_is_right_brings_its_own_term() -> None:
    life = Life(procedure_code=PAYING).accepted(TAKEN).corrected("2026-03-04T09:00", {"procedure_code": STEPPED})
    assert only_one_due(life)[1] == "2026-03-09 17:00"


def test_a_procedure_or_a_date_by_which_nothing_can_be_counted_leaves_the_clock_as_it_is() -> None:
    for fields in ({"procedure_code": PLAIN}, {"time": iso("2027-12-30T08:00")}):
        life = Life(procedure_code=STEPPED).accepted(TAKEN).corrected("2026-03-04T09:00", fields)
        emitted = told(life.ready("2026-03-10T09:00"))
        assert flags(emitted) == [("redated", "B20")]
        assert class_of(life) == ["late"]


def test_two_corrections_are_counted_together() -> None:
    life = accepted().corrected("2026-03-03T09:00", {"time": iso("2026-02-27T08:00")})
    life.corrected("2026-03-04T09:00", {"term": {"value": 3, "unit": "working_day"}})
    assert [dues(one)[1] for one in only(said(life), "recomputed")] == ["2026-03-06 17:00", "2026-03-04 17:00"]


def test_what_was_corrected_once_to_earlier_is_not_corrected_back() -> None:
    life = accepted().corrected("2026-03-03T09:00", {"time": iso("2026-02-27T08:00")})
    emitted = said(life.corrected("2026-03-04T09:00", {"time": iso(TAKEN)}), "2026-03-10T00:00")
    assert when_said(only(emitted, "breached")) == ["2026-03-06 17:00 breached"]
    assert flags(emitted) == [("redated", "B20")]


def test_a_longer_term_counts_for_no_later_restart() -> None:
    right = {"time": iso("2026-02-20T08:00"), "term": {"value": 9, "unit": "working_day"}}
    life = accepted().corrected("2026-03-02T09:00", right).asked("2026-03-03T09:00").supplemented("2026-03-05T09:00")
    emitted = said(life)
    assert dues(one(emitted, "recomputed"))[1] == "2026-03-06 17:00"
    assert dues(one(emitted, "moved"))[1] == "2026-03-12 17:00"  # five working days, not nine


def test_the_unit_of_an_acceptance_moves_no_clock() -> None:
    emitted = said(accepted().corrected("2026-03-04T09:00", {"unitid": 31}), "2026-03-10T00:00")
    assert not only(emitted, "recomputed", "integrity")


@pytest.mark.parametrize(
    ("number", "fields", "holder"),
    [(1, {"unitid": 31}, 31), (2, {"to_unit_id": 33}, 33), (2, {"unitid": 33}, 32), (1, {"to_unit_id": 33}, 32)],
)
def test_who_is_said_to_hold_a_dossier_is_the_unit_as_corrected(
    number: int, fields: dict[str, Any], holder: int
) -> None:
    life = accepted() if number == 1 and "unitid" in fields else accepted().moved_to("2026-03-03T09:00", 32)
    emitted = said(life.corrected("2026-03-04T09:00", fields, number), "2026-03-10T00:00")
    assert getattr(one(emitted, "breached").data, "held_by_unit_id", 0) == holder


# Extensions (B15, B20).


def extended(until: str = "2026-06-16T17:00") -> Life:
    return accepted().extended("2026-03-04T09:00", at(until))


def test_a_wrongly_typed_extension_is_taken_back() -> None:
    life = extended().corrected("2026-03-05T09:00", {"new_due_at": iso("2026-03-16T17:00")}, 2)
    assert only_one_due(life) == ("2026-03-09 17:00", "2026-03-16 17:00", "2026-06-16 17:00")
    assert when_said(only(said(life, "2026-03-17T00:00"), "breached")) == ["2026-03-16 17:00 breached"]


def test_an_extension_that_is_taken_back_too_late_is_breached_at_the_date_that_was_meant() -> None:
    life = extended().corrected("2026-03-20T09:00", {"new_due_at": iso("2026-03-16T17:00")}, 2)
    emitted = said(life, "2026-03-20T10:00")
    assert when_said(only(emitted, "breached")) == ["2026-03-16 17:00 breached"]


def test_an_extension_is_not_corrected_to_a_later_date() -> None:
    life = extended("2026-03-16T17:00").corrected("2026-03-05T09:00", {"new_due_at": iso("2026-06-16T17:00")}, 2)
    emitted = said(life, "2026-03-17T00:00")
    assert flags(emitted) == [("redated", "B20")]
    assert when_said(only(emitted, "breached")) == ["2026-03-16 17:00 breached"]


def test_an_extension_that_was_granted_after_the_due_date_extends_nothing() -> None:
    life = extended("2026-03-16T17:00").corrected("2026-03-05T09:00", {"time": iso("2026-03-10T09:00")}, 2)
    assert only_one_due(life)[1] == "2026-03-09 17:00"


# Waits.


def test_an_answer_that_came_earlier_makes_the_restart_earlier() -> None:
    life = accepted().asked("2026-03-04T09:00").supplemented("2026-03-10T09:00")
    life.corrected("2026-03-11T09:00", {"time": iso("2026-03-09T09:00")}, 3)
    assert only_one_due(life)[1] == "2026-03-16 17:00"


def test_an_answer_that_came_later_moves_no_lawful_date() -> None:
    life = accepted().asked("2026-03-04T09:00").supplemented("2026-03-10T09:00")
    life.corrected("2026-03-11T09:00", {"time": iso("2026-03-11T08:00")}, 3)
    emitted = said(life)
    assert dues(one(emitted, "recomputed"))[1:] == ("2026-03-17 17:00", "2026-03-18 17:00")
    assert flags(emitted) == [("redated", "B20")]


def test_a_request_that_came_after_the_due_date_stops_nothing_any_more() -> None:
    life = accepted().asked("2026-03-09T09:00")
    life.corrected("2026-03-11T09:00", {"time": iso("2026-03-09T18:00")}, 2)
    emitted = said(life, "2026-03-12T00:00")
    assert when_said(only(emitted, "clock", "breached")) == [
        "2026-03-09 09:00 clock-paused",
        "2026-03-09 09:00 clock-resumed",
        "2026-03-09 17:00 breached",
    ]


def test_a_request_that_lies_after_the_corrected_due_date_stops_nothing_any_more() -> None:
    life = accepted().step("2026-03-04T09:00", budget=term(5)).asked("2026-03-06T09:00")
    life.corrected("2026-03-10T09:00", {"term": {"value": 3, "unit": "working_day"}})
    emitted = told(life, "2026-03-12T00:00")
    assert when_said(only(of_clock(emitted, "dossier"), "breached")) == ["2026-03-05 17:00 breached"]
    assert len(only(emitted, "clock-resumed")) == 2  # the step goes on too
    assert when_said(only(emitted, "step-breached")) == ["2026-03-11 17:00 step-breached"]


def test_an_earlier_due_date_counts_when_the_clock_goes_on() -> None:
    life = accepted().asked("2026-03-03T09:00").corrected("2026-03-04T09:00", {"time": iso("2026-02-27T08:00")})
    assert not only(said(life, "2026-03-08T00:00"), "recomputed", "breached", "integrity")
    ended = Life().accepted(TAKEN, term(5)).asked("2026-03-03T09:00")
    ended.corrected("2026-03-04T09:00", {"time": iso("2026-02-27T08:00")}).withdrawn("2026-03-09T09:00")
    judged = one(told(ended), "met").data
    assert local(judged.judged_due_at) == "2026-03-12 17:00"  # type: ignore[union-attr]  # 06/03, and four days waited


# Endings.


def test_an_ending_that_was_later_than_said_is_classed_by_that_and_owes_its_letter() -> None:
    life = accepted().ready("2026-03-06T09:00").corrected("2026-03-12T09:00", {"time": iso("2026-03-11T09:00")}, 2)
    emitted = told(life, "2026-03-12T10:00")
    assert class_of(life) == ["early", "late"]
    assert when_said(only(emitted, "apology-required", "breached")) == [
        "2026-03-09 17:00 apology-required",
        "2026-03-09 17:00 breached",
    ]


@pytest.mark.parametrize("when", ["2026-03-06T09:00", "2026-03-10T08:00"])
def test_an_ending_is_never_classed_better(when: str) -> None:
    life = accepted().ready("2026-03-11T09:00").corrected("2026-03-12T09:00", {"time": iso(when)}, 2)
    assert class_of(life) == ["late"]


def test_the_evening_of_the_due_day_is_worse_than_the_day_before_and_owes_nothing() -> None:
    life = accepted().ready("2026-03-06T09:00").corrected("2026-03-10T09:00", {"time": iso("2026-03-09T20:00")}, 2)
    assert class_of(life) == ["early", "on_time"]
    assert not only(told(life, "2026-03-11T00:00"), "apology-required", "breached")


def test_an_approval_makes_no_late_record_better_than_its_correction() -> None:
    life = accepted().ready("2026-03-06T09:00", delay=timedelta(days=5))
    life.corrected("2026-03-11T10:00", {"time": iso("2026-03-10T09:00")}, 2).approved(
        "2026-03-11T11:00", life.events[1].envelope.event_id
    )
    assert class_of(life) == ["late", "late"]


def test_a_dossier_that_has_ended_is_classed_again_by_the_earlier_due_date() -> None:
    life = accepted().ready("2026-03-06T09:00")
    life.corrected("2026-03-10T09:00", {"term": {"value": 3, "unit": "working_day"}})
    emitted = told(life, "2026-03-10T10:00")
    assert class_of(life) == ["early", "late"]
    assert when_said(only(emitted, "breached")) == ["2026-03-05 17:00 breached"]


def test_a_dossier_that_has_ended_is_not_classed_better_by_a_later_due_date() -> None:
    life = accepted().ready("2026-03-11T09:00")
    life.corrected("2026-03-12T09:00", {"term": {"value": 30, "unit": "working_day"}})
    emitted = told(life)
    assert class_of(life) == ["late"]
    assert flags(emitted) == [("redated", "B20")]


def test_a_dossier_can_be_reopened_before_the_time_to_which_its_ending_was_corrected() -> None:
    life = accepted().ready("2026-03-06T09:00").corrected("2026-03-12T09:00", {"time": iso("2026-03-12T08:00")}, 2)
    emitted = told(life.reopened("2026-03-11T09:00"), "2026-03-13T00:00")
    assert flags(emitted) == []
    assert dues(one(emitted, "moved"))[1] == "2026-03-09 17:00"  # late: its end cures nothing


# Letters.


def letter_classes(life: Life) -> list[str]:
    return [event.data.apology_class for event in only(told(life, "2026-03-20T00:00"), "apology-classified")]  # type: ignore[union-attr]


def test_a_letter_that_left_later_is_classed_again_by_that() -> None:
    life = accepted().apologised("2026-03-06T09:00").corrected("2026-03-12T09:00", {"time": iso("2026-03-11T09:00")}, 2)
    first, second = letter_classes(life)
    assert (first, second) == ("sent_in_time", "sent_late")


def test_a_letter_is_never_classed_better() -> None:
    life = accepted().apologised("2026-03-11T09:00").corrected("2026-03-12T09:00", {"time": iso("2026-03-06T09:00")}, 2)
    assert letter_classes(life) == ["sent_late"]


# What moves nothing.


@pytest.mark.parametrize("fields", [{"time": "soon"}, {"term": 5}, {"term": {"value": 3, "unit": "week"}}])
def test_what_can_not_be_read_corrects_nothing(fields: dict[str, Any]) -> None:
    emitted = said(accepted().corrected("2026-03-04T09:00", fields), "2026-03-12T00:00")
    assert not only(emitted, "recomputed", "integrity")
    assert when_said(only(emitted, "breached")) == ["2026-03-09 17:00 breached"]


def test_a_dossier_without_a_clock_gets_none_by_a_correction() -> None:
    life = Life().accepted(TAKEN).corrected("2026-03-04T09:00", {"term": {"value": 3, "unit": "working_day"}})
    assert kinds(told(life.ready("2026-03-04T10:00"))) == ["clock-not-armed", "ended unknown"]
    assert class_of(life) == ["unknown"]


def test_a_breach_that_was_said_stays_with_its_obligation() -> None:
    life = accepted().corrected("2026-03-12T09:00", {"time": iso("2026-02-27T08:00")})
    emitted = said(life, "2026-03-12T10:00")
    assert when_said(only(emitted, "breached", "recomputed", "apology-lapsed")) == ["2026-03-09 17:00 breached"]


def test_a_clock_that_can_not_go_on_is_dropped_and_its_ending_is_unknown() -> None:
    life = accepted().asked("2026-03-04T09:00").supplemented("2290-03-20T09:00").ready("2290-03-21T09:00")
    assert kinds(only(told(life), "clock-not-armed", "met", "ended")) == ["clock-not-armed", "ended unknown"]
