"""The dossier's clock is set: the tables of 4.4.1 and 4.4.2 through the whole fold, and what can't be set (AL-7, DR-09)."""

import pytest

from events.deadline import ClockNotArmed, DeadlineSet, EndingClassified
from events.dossier import TermUnit
from tests.unit.deadlines.life import (
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
    state_of,
    term,
    told,
)

WORKING_DAYS = [
    ("2023-10-27T09:32", 5, "2023-10-27 09:32", "2023-11-03 17:00"),
    ("2024-02-06T09:15", 5, "2024-02-06 09:15", "2024-02-20 17:00"),
    ("2024-02-07T16:45", 10, "2024-02-07 16:45", "2024-02-28 17:00"),
    ("2024-04-26T10:00", 3, "2024-04-26 10:00", "2024-05-04 17:00"),
    ("2024-05-04T09:00", 2, "2024-05-04 09:00", "2024-05-07 17:00"),
    ("2025-01-22T14:00", 7, "2025-01-22 14:00", "2025-02-07 17:00"),
    ("2025-04-24T08:00", 5, "2025-04-24 08:00", "2025-05-05 17:00"),
    ("2025-06-26T09:00", 10, "2025-06-26 09:00", "2025-07-10 17:00"),
    ("2025-08-28T15:30", 5, "2025-08-28 15:30", "2025-09-08 17:00"),
    ("2025-12-30T10:00", 5, "2025-12-30 10:00", "2026-01-08 17:00"),
    ("2026-02-11T10:20", 7, "2026-02-11 10:20", "2026-02-27 17:00"),
    ("2026-02-17T21:05", 3, "2026-02-23 07:30", "2026-02-26 17:00"),
    ("2026-03-05T17:01", 3, "2026-03-06 07:30", "2026-03-11 17:00"),
    ("2026-03-07T20:00", 3, "2026-03-09 07:30", "2026-03-12 17:00"),
    ("2026-03-09T12:10", 1, "2026-03-09 13:00", "2026-03-10 17:00"),
    ("2026-03-09T17:00", 1, "2026-03-10 07:30", "2026-03-11 17:00"),
    ("2026-04-23T09:00", 5, "2026-04-23 09:00", "2026-05-05 17:00"),
    ("2026-08-20T09:00", 10, "2026-08-20 09:00", "2026-09-07 17:00"),
    ("2026-11-20T09:00", 3, "2026-11-20 09:00", "2026-11-26 17:00"),
]
"""4.4.1: received, working days, effective start, due."""

OTHER_UNITS: list[tuple[str, int, TermUnit, str]] = [
    ("2026-03-09T10:30", 4, "hour", "2026-03-09 16:00"),
    ("2026-03-09T16:30", 2, "hour", "2026-03-10 09:00"),
    ("2026-03-09T16:00", 6, "hour", "2026-03-10 14:00"),
    ("2026-02-13T16:00", 8, "hour", "2026-02-23 16:00"),
    ("2026-03-08T09:00", 8, "hour", "2026-03-09 17:00"),
    ("2026-08-21T16:00", 8, "hour", "2026-08-22 16:00"),
    ("2026-11-23T14:00", 8, "hour", "2026-11-25 14:00"),
    ("2026-04-24T14:15", 16, "hour", "2026-04-29 14:15"),
    ("2026-02-05T09:00", 15, "calendar_day", "2026-02-23 17:00"),
    ("2025-04-02T09:00", 30, "calendar_day", "2025-05-05 17:00"),
    ("2024-01-31T09:00", 10, "calendar_day", "2024-02-15 17:00"),
    ("2026-01-31T09:00", 1, "month", "2026-03-02 17:00"),
    ("2026-03-09T15:00", 1, "same_day", "2026-03-09 17:00"),
    ("2026-03-09T15:01", 1, "same_day", "2026-03-10 17:00"),
]
"""4.4.2, DR-05 and DR-06: received, term, due."""


def set_of(life: Life) -> DeadlineSet:
    """What was said when the dossier's clock was set."""
    data = one(of_clock(told(life), "dossier"), "set").data
    assert isinstance(data, DeadlineSet)
    return data


def not_armed(life: Life) -> ClockNotArmed:
    (event,) = told(life)
    assert isinstance(event.data, ClockNotArmed)
    return event.data


@pytest.mark.parametrize(("received", "days", "starts", "due"), WORKING_DAYS)
def test_every_working_day_example(received: str, days: int, starts: str, due: str) -> None:
    event = one(told(Life().accepted(received, term(days))), "set")
    assert dues(event) == (due, due, due)
    assert isinstance(event.data, DeadlineSet)
    assert (local(event.data.effective_start_at), event.data.rule) == (starts, "DR-02")
    assert event.data.due_on.isoformat() == due[:10]


@pytest.mark.parametrize(("received", "value", "unit", "due"), OTHER_UNITS)
def test_every_example_of_hours_calendar_days_months_and_same_day(
    received: str, value: int, unit: TermUnit, due: str
) -> None:
    event = one(told(Life().accepted(received, term(value, unit))), "set")
    assert dues(event) == (due, due, due)
    assert isinstance(event.data, DeadlineSet)
    assert event.data.classify_by == ("instant" if unit == "hour" else "date")


@pytest.mark.parametrize(("received", "days", "starts", "due"), WORKING_DAYS)
def test_nothing_is_breached_until_the_due_instant_has_passed(received: str, days: int, starts: str, due: str) -> None:
    life = Life().accepted(received, term(days))
    due_at = at(due.replace(" ", "T"))
    assert "breached" not in kinds(told(life, due_at))
    assert kinds(told(life, due_at.replace(microsecond=1)))[-2:] == ["apology-required", "breached"]


def test_what_is_needed_to_redo_the_sum_is_said_with_it() -> None:
    data = set_of(Life(procedure_code=STEPPED).accepted("2026-02-11T10:20", term(5)))
    assert (data.term, data.given_by, data.policy) == (term(5), "rules", "restart")
    assert (data.procedure_code, data.calendar_id, data.calendar_version) == (STEPPED, "vn-standard", "2026.1")
    assert (data.rule_set_version, data.time_zone, data.computed_due_at) == ("vn-2025.1", "Asia/Ho_Chi_Minh", None)
    assert data.held_by_unit_id == 26734


def test_without_a_term_the_catalogue_says_how_long_the_procedure_takes() -> None:
    data = set_of(Life(procedure_code=STEPPED).accepted("2026-03-02T08:00"))
    assert (data.term, local(data.lawful_due_at)) == (term(5), "2026-03-09 17:00")


def test_a_shorter_term_than_the_catalogue_has_binds_and_is_flagged() -> None:
    emitted = told(Life(procedure_code=STEPPED).accepted("2026-03-02T08:00", term(3)))
    assert kinds(emitted)[:2] == ["integrity-flag-raised", "set"]
    assert (emitted[0].data.kind, emitted[0].data.rule) == ("redated", "B15")
    assert dues(emitted[1]) == ("2026-03-05 17:00",) * 3


def test_a_term_that_the_catalogue_does_not_have_never_lengthens_the_clock() -> None:
    """Case 07: 30 working days where the catalogue has 17, 20 and 27; due by the longest of them."""
    emitted = told(Life(procedure_code="1.013978").accepted("2026-03-02T08:00", term(30)))
    assert kinds(emitted)[:2] == ["integrity-flag-raised", "set"]
    assert (emitted[1].data.term, local(emitted[1].data.lawful_due_at)) == (term(27), "2026-04-08 17:00")


def test_each_case_of_the_catalogue_is_a_term_of_its_own() -> None:
    for days in (17, 20, 27):
        emitted = told(Life(procedure_code="1.013978").accepted("2026-03-02T08:00", term(days)))
        assert (kinds(emitted)[0], emitted[0].data.term) == ("set", term(days))


# Appointments that a source system states.


def test_an_appointment_stands_as_it_was_stated() -> None:
    data = set_of(Life().accepted("2026-03-02T08:00", appointment_at=at("2026-03-09T10:00")))
    assert (local(data.lawful_due_at), data.given_by, data.rule) == ("2026-03-09 10:00", "source_system", "appointment")
    assert (data.term, data.computed_due_at) == (None, None)


def test_a_later_appointment_than_the_term_is_the_promise_only_and_is_flagged() -> None:
    """Case 07: 17 working days, an appointment in December."""
    emitted = told(Life().accepted("2026-03-02T08:00", term(17), appointment_at=at("2026-12-18T17:00")))
    assert kinds(emitted)[:2] == ["integrity-flag-raised", "set"]
    assert (emitted[0].data.kind, emitted[0].data.rule) == ("redated", "B15")
    assert dues(emitted[1]) == ("2026-03-25 17:00", "2026-03-25 17:00", "2026-12-18 17:00")
    assert (emitted[1].data.given_by, emitted[1].data.rule, emitted[1].data.computed_due_at) == ("rules", "DR-02", None)


def test_an_earlier_appointment_than_the_term_binds_and_what_the_term_gives_stands_beside_it() -> None:
    data = set_of(Life().accepted("2026-03-02T08:00", term(5), appointment_at=at("2026-03-06T16:00")))
    assert (local(data.lawful_due_at), local(data.computed_due_at)) == ("2026-03-06 16:00", "2026-03-09 17:00")
    assert (local(data.promised_due_at), data.given_by, data.term) == ("2026-03-06 16:00", "source_system", term(5))


def test_beside_a_mere_appointment_the_longest_term_of_the_catalogue_binds() -> None:
    later = Life(procedure_code=STEPPED).accepted("2026-03-02T08:00", appointment_at=at("2026-06-16T17:00"))
    emitted = told(later)
    assert (kinds(emitted)[:2], dues(emitted[1])[1:]) == (
        ["integrity-flag-raised", "set"],
        ("2026-03-09 17:00", "2026-06-16 17:00"),
    )
    sooner = Life(procedure_code=STEPPED).accepted("2026-03-02T08:00", appointment_at=at("2026-03-06T10:00"))
    assert (dues(told(sooner)[0]), set_of(sooner).term) == (("2026-03-06 10:00",) * 3, None)


@pytest.mark.parametrize(
    ("stated", "due"),
    [
        ("2026-03-11T00:00", "2026-03-11 17:00"),  # a date without a time (case 04)
        ("2026-03-15T17:00", "2026-03-16 17:00"),  # a Sunday (case 05)
        ("2026-03-14T00:00", "2026-03-16 17:00"),  # a Saturday, without a time
        ("2026-03-14T08:00", "2026-03-16 17:00"),  # on which counters may be open
        ("2026-08-22T08:00", "2026-08-22 08:00"),  # a make-up Saturday
        ("2026-02-17T09:00", "2026-02-23 17:00"),  # in Tết
        ("2026-03-11T19:00", "2026-03-11 19:00"),  # after hours, but stated
    ],
)
def test_a_given_date_means_an_instant_of_a_working_day(stated: str, due: str) -> None:
    accepted = "2026-02-02T08:00"
    assert dues(told(Life().accepted(accepted, appointment_at=at(stated)))[0]) == (due,) * 3
    extended = told(Life().accepted(accepted, term(2)).extended("2026-02-03T08:00", at(stated)))
    assert dues(one(extended, "moved"))[1] == due
    handed = Life().accepted(accepted, term(200)).moved_to("2026-02-03T08:00", 26740, due_back_at=at(stated))
    assert dues(told(handed)[1])[1] == due
    step = Life().accepted(accepted, term(200)).step("2026-02-03T08:00", "THAM_DINH", due_at=at(stated))
    assert dues(told(step)[1])[1] == due


def test_an_appointment_is_breached_at_its_hour_though_its_class_is_by_its_day() -> None:
    """B0 is the due instant that the citizen was told (ADR 0009); the class is DR-08's, and the letter lapses."""
    life = Life().accepted("2026-03-02T08:00", appointment_at=at("2026-03-09T08:00"))
    assert "breached" not in kinds(told(life, "2026-03-09T08:00"))
    assert kinds(told(life, at("2026-03-09T08:00").replace(microsecond=1)))[-1] == "breached"


def test_an_appointment_is_kept_by_its_day() -> None:
    life = Life().accepted("2026-03-02T08:00", appointment_at=at("2026-03-09T08:00")).ready("2026-03-09T16:00")
    assert kinds(told(life))[-2:] == ["apology-lapsed", "met on_time"]


# How a clock ends.


@pytest.mark.parametrize(
    ("ended", "emitted"),
    [
        ("2026-03-06T16:00", "met early"),
        ("2026-03-08T09:00", "met early"),  # a Sunday
        ("2026-03-09T07:00", "met on_time"),
        ("2026-03-09T16:59", "met on_time"),
    ],
)
def test_a_day_term_is_judged_by_its_date(ended: str, emitted: str) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready(ended)
    assert only(told(life, "2027-01-01T00:00"), "met", "breached")[0].envelope.event_type == "ending-classified.v1"
    assert emitted in kinds(told(life))


@pytest.mark.parametrize(
    ("ended", "emitted"),
    [("2026-03-09T15:59", "met early"), ("2026-03-09T16:00", "met on_time"), ("2026-03-09T16:01", "breached")],
)
def test_an_hour_term_is_judged_by_its_instant(ended: str, emitted: str) -> None:
    life = Life().accepted("2026-03-09T10:30", term(4, "hour")).ready(ended)
    assert kinds(only(told(life), "met", "breached")) == [emitted]


def test_work_done_in_the_evening_of_the_due_day_is_on_time_and_the_apology_lapses() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-09T20:00")
    emitted = told(life, "2026-06-01T00:00")
    assert kinds(emitted)[-5:] == [
        "near-due A4",
        "apology-required",
        "breached",
        "apology-lapsed",
        "met on_time",
    ]
    assert getattr(emitted[-2].data, "reason", "") == "ended_in_time"


def test_what_ends_after_the_due_day_is_late_and_nothing_says_it_was_met() -> None:
    emitted = told(Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-10T07:00"))
    assert kinds(emitted)[-3:] == ["apology-required", "breached", "ended late"]


@pytest.mark.parametrize("end", ["ready", "withdrawn", "stopped", "returned"])
def test_four_kinds_of_end_stop_the_clock(end: str) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5))
    getattr(life, end)("2026-03-03T08:00")
    emitted = told(life, "2026-06-01T00:00")
    assert kinds(emitted) == ["set", "met early"]
    data = emitted[-1].data
    assert isinstance(data, EndingClassified)
    assert (data.ended_by, local(data.ended_at)) == (life.events[-1].envelope.event_type, "2026-03-03 08:00")


def test_an_issued_result_does_not_stop_the_clock_before_it_is_at_the_counter() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).issued("2026-03-06T16:00").delivered("2026-03-12T09:00")
    assert "breached" in kinds(told(life))


def test_a_breach_names_who_held_the_dossier_then() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-03T08:00", officer_id="o-7")
    life.moved_to("2026-03-05T08:00", 31).step("2026-03-05T09:00", officer_id="o-8").moved_to("2026-03-11T08:00", 32)
    data = one(told(life), "breached").data
    assert getattr(data, "held_by_unit_id", 0) == 31
    assert getattr(data, "responsible_officer_id", "") == "o-8"


# What can't be set is an alert, never a breach (AL-7).


def test_neither_term_nor_appointment_nor_a_known_procedure_is_an_alert() -> None:
    data = not_armed(Life().accepted("2026-03-02T08:00"))
    assert (data.clock, data.clock_kind, data.code) == ("dossier", "dossier", "unknown_procedure")
    assert PLAIN in data.reason


def test_a_term_of_zero_is_no_term() -> None:
    assert not_armed(Life().accepted("2026-03-02T08:00", term(0))).code == "no_term"


def test_a_term_beyond_the_last_covered_year_is_an_alert() -> None:
    data = not_armed(Life().accepted("2036-12-29T08:00", term(10)))
    assert data.code == "calendar_exhausted"


def test_an_acceptance_beyond_the_last_covered_year_is_an_alert() -> None:
    assert not_armed(Life().accepted("2037-01-05T08:00", term(1))).code == "calendar_exhausted"


def test_an_unknown_calendar_is_an_alert() -> None:
    data = not_armed(Life().accepted("2026-03-02T08:00", term(5), calendar_id="mars"))
    assert data.code == "unknown_calendar"
    assert "mars" in data.reason


@pytest.mark.parametrize(
    "life",
    [
        Life().accepted("2026-03-02T08:00"),
        Life().accepted("2026-12-28T08:00", term(5000)),
        Life().accepted("2026-03-02T08:00", term(5), calendar_id="mars"),
    ],
)
def test_a_clock_that_could_not_be_set_stays_silent_whatever_comes(life: Life) -> None:
    later = Life()
    later.events = list(life.events)
    later.step("2026-12-29T08:00").asked("2026-12-29T09:00").supplemented("2026-12-29T10:00")
    later.moved_to("2026-12-29T11:00", 9).apologised("2026-12-29T12:00", at("2026-12-30T12:00"))
    later.extended("2026-12-29T13:00", at("2026-12-31T10:00")).ready("2026-12-30T09:00")
    emitted = told(later, "2027-06-01T00:00")
    assert kinds(emitted) == ["clock-not-armed", "ended unknown"]


def test_a_supplement_of_a_clock_that_could_not_be_set_is_no_contradiction() -> None:
    life = Life().accepted("2026-03-02T08:00").asked("2026-03-03T09:00").supplemented("2026-03-04T09:00")
    assert kinds(told(life)) == ["clock-not-armed"]
    assert state_of(life).seq == 3
