"""The plain count of endings and reopenings (B11), reorganisations (OR-8) and apologies (B19), by hand from the text."""

from datetime import UTC, date, datetime

from demo.oracle import count, read
from demo.reference import Unit
from tests.unit.demo.lives_told import Told, local

CITY, DISTRICT, OLD, OTHER, NEW = 1, 2, 3, 4, 5
REFORM = date(2025, 7, 1)


def unit(unit_id: int, level: str, parent: int | None, since: date, until: date | None) -> Unit:
    return Unit(
        unit_id=unit_id, code="", name="", level=level, unit_type="", parent_id=parent,  # type: ignore[arg-type]
        valid_from=since, valid_until=until, legal_basis="",
    )  # fmt: skip


UNITS = [
    unit(CITY, "province", None, date(2025, 1, 1), None),
    unit(DISTRICT, "district", CITY, date(2025, 1, 1), REFORM),
    unit(OLD, "commune", DISTRICT, date(2025, 1, 1), REFORM),
    unit(OTHER, "commune", DISTRICT, date(2025, 1, 1), REFORM),
    unit(NEW, "commune", CITY, REFORM, None),
]
NOW = datetime(2026, 11, 1, tzinfo=UTC)
FIRST, SECOND, THIRD = date(2025, 6, 9), date(2025, 6, 16), date(2025, 6, 23)
FOURTH, FIFTH = date(2025, 6, 30), date(2025, 7, 7)
"""Mondays; the reform is on the Tuesday after the fourth."""


def counted(told: Told, since: date, until: date, level: str = "commune") -> dict[int, dict[str, int]]:
    found = count(read(told.events), UNITS, level, (since, until), NOW)
    return {unit_id: {name: number for name, number in counts.items() if number} for unit_id, counts in found.items()}


def accepted(at: str = "2025-06-10T08:00", due: str = "2025-06-20T17:00", unit_id: int = OLD) -> Told:
    return Told(unit_id).accepted(at, due)


def test_an_ending_stays_in_its_week_and_a_reopening_enters_the_later_one() -> None:
    told = (
        accepted()
        .ended("2025-06-12T10:00")
        .did("dossier-reopened", "2025-06-18T09:00")
        .ended("2025-06-20T10:00", "on_time")
    )
    received = {"received": 1, "received_direct": 1}
    assert counted(told, FIRST, SECOND) == {OLD: {**received, "resolved": 1, "early": 1}}
    assert counted(told, SECOND, THIRD) == {OLD: {"reopened": 1, "resolved": 1, "on_time": 1}}
    assert counted(told, THIRD, FOURTH) == {}
    assert counted(told, FIRST, THIRD) == {OLD: {**received, "resolved": 1, "on_time": 1}}


def test_a_reopening_in_the_same_week_undoes_the_ending() -> None:
    told = accepted().ended("2025-06-11T10:00").did("dossier-reopened", "2025-06-12T09:00")
    received = {"received": 1, "received_direct": 1}
    assert counted(told, FIRST, SECOND) == {OLD: {**received, "open": 1, "open_within": 1}}
    assert counted(told, SECOND, THIRD) == {
        OLD: {"carried_in": 1, "open": 1, "open_overdue": 1},
    }


def test_a_reopened_dossier_is_carried_on_until_it_ends_again() -> None:
    told = accepted().ended("2025-06-12T10:00").did("dossier-reopened", "2025-06-18T09:00")
    told.said("deadline-moved", "2025-06-18T09:00", lawful_due_at=local("2025-06-26T17:00"))
    told.ended("2025-06-25T10:00", kind="dossier-withdrawn")
    assert counted(told, SECOND, THIRD) == {OLD: {"reopened": 1, "open": 1, "open_within": 1}}
    assert counted(told, THIRD, FOURTH) == {OLD: {"carried_in": 1, "terminated": 1}}


def test_it_waits_at_the_end_of_a_week_although_it_went_on_later() -> None:
    told = accepted().said("clock-paused", "2025-06-12T10:00").said("clock-resumed", "2025-06-17T10:00")
    assert counted(told, FIRST, SECOND)[OLD]["open_paused"] == 1
    assert "open_paused" not in counted(told, SECOND, THIRD)[OLD]


def test_a_day_to_answer_that_passed_before_the_cut_off_is_counted_while_it_waits() -> None:
    told = accepted().said("clock-paused", "2025-06-12T10:00").said("supplement-expired", "2025-06-18T00:00")
    assert "open_supplement_expired" not in counted(told, FIRST, SECOND)[OLD]
    assert counted(told, SECOND, THIRD) == {
        OLD: {"carried_in": 1, "open": 1, "open_paused": 1, "open_supplement_expired": 1},
    }
    told.said("clock-resumed", "2025-06-24T10:00").said("clock-paused", "2025-06-25T10:00")
    assert "open_supplement_expired" not in counted(told, THIRD, FOURTH)[OLD]


def moved() -> Told:
    told = accepted("2025-06-26T09:00", "2025-07-10T17:00")
    return told.did("dossier-reassigned-by-reorganisation", "2025-07-01T07:30", old_unit_id=OLD, new_unit_id=NEW)


def test_what_is_open_is_handed_over_to_the_new_unit_and_ends_there() -> None:
    told = moved().ended("2025-07-03T10:00")
    assert counted(told, THIRD, FOURTH) == {
        OLD: {"received": 1, "received_direct": 1, "open": 1, "open_within": 1},
    }
    assert counted(told, FOURTH, FIFTH) == {
        OLD: {"carried_in": 1, "transferred_out": 1},
        NEW: {"transferred_in": 1, "resolved": 1, "early": 1},
    }
    assert counted(told, FOURTH, FIFTH, "district") == {DISTRICT: {"carried_in": 1, "transferred_out": 1}}
    assert counted(told, FOURTH, FIFTH, "province") == {CITY: {"carried_in": 1, "resolved": 1, "early": 1}}


def test_after_the_handover_the_new_unit_carries_it_on() -> None:
    later = (date(2025, 7, 7), date(2025, 7, 14))
    assert counted(moved(), *later) == {NEW: {"carried_in": 1, "open": 1, "open_overdue": 1}}
    assert counted(moved(), *later, "district") == {}


def test_a_reorganisation_of_who_only_held_it_moves_no_stock() -> None:
    told = accepted("2025-06-26T09:00", "2025-07-10T17:00").did(
        "dossier-transferred", "2025-06-27T09:00", to_unit_id=OTHER
    )
    told.did("dossier-reassigned-by-reorganisation", "2025-07-01T07:30", old_unit_id=OTHER, new_unit_id=NEW)
    assert counted(told, FOURTH, FIFTH) == {OLD: {"carried_in": 1, "open": 1, "open_within": 1}}


DUE = "2025-06-20T17:00"


def breached() -> Told:
    return accepted().owed("apology-required", DUE, DUE)


def letters(told: Told, since: date = SECOND, until: date = THIRD) -> dict[str, int]:
    found = counted(told, since, until).get(OLD, {})
    return {name.removeprefix("apology_"): number for name, number in found.items() if name.startswith("apology_")}


def test_a_letter_is_owed_in_the_week_of_the_missed_due_date_and_only_there() -> None:
    assert letters(breached()) == {"required": 1, "missing": 1}
    assert letters(breached(), THIRD, FOURTH) == {}


def test_a_letter_counts_by_its_class_and_only_once_it_was_sent_at_the_cut_off() -> None:
    for stated, figure in (("sent_in_time", "in_time"), ("sent_before_breach", "late"), ("sent_late", "late")):
        sent = breached().owed("apology-classified", DUE, DUE, apology_class=stated, sent_at=local("2025-06-19T10:00"))
        assert letters(sent) == {"required": 1, figure: 1}
    later = breached().owed(
        "apology-classified", "2025-06-24T10:00", DUE, apology_class="sent_late", sent_at=local("2025-06-24T10:00")
    )
    assert letters(later) == {"required": 1, "missing": 1}
    assert letters(later, SECOND, FOURTH) == {"required": 1, "late": 1}


def test_a_waived_one_is_required_and_shown_unless_a_letter_left() -> None:
    waived = breached().owed("apology-classified", "2025-06-21T10:00", DUE, apology_class="waived")
    assert letters(waived) == {"required": 1, "waived": 1}
    waived.owed(
        "apology-classified", "2025-06-22T10:00", DUE, apology_class="sent_late", sent_at=local("2025-06-22T10:00")
    )
    assert letters(waived) == {"required": 1, "late": 1}


def test_a_waiver_after_the_cut_off_is_not_seen_yet() -> None:
    waived = breached().owed("apology-classified", "2025-06-24T10:00", DUE, apology_class="waived")
    assert letters(waived) == {"required": 1, "missing": 1}
    assert letters(waived, SECOND, FOURTH) == {"required": 1, "waived": 1}


def test_what_lapsed_is_owed_no_more_unless_it_is_required_again() -> None:
    lapsed = breached().said("apology-lapsed", "2025-06-20T18:00", missed_due_at=local(DUE), lawful_due_at=local(DUE))
    assert letters(lapsed) == {}
    assert letters(lapsed.owed("apology-required", "2025-06-20T19:00", DUE)) == {"required": 1, "missing": 1}


def test_a_lapse_of_what_was_only_in_view_takes_nothing_back() -> None:
    assert letters(breached().said("apology-lapsed", "2025-06-20T18:00", lawful_due_at=local(DUE))) == {
        "required": 1,
        "missing": 1,
    }


def test_a_second_missed_due_date_counts_again_for_who_held_it_then() -> None:
    told = breached()
    told.unit_id = OTHER
    told.owed("apology-required", "2025-06-27T17:00", "2025-06-27T17:00")
    assert letters(told) == {"required": 1, "missing": 1}
    assert counted(told, THIRD, FOURTH)[OTHER] == {"apology_required": 1, "apology_missing": 1}


def test_overdue_without_a_letter_is_seen_at_the_cut_off() -> None:
    assert counted(breached(), SECOND, THIRD)[OLD]["open_overdue_unapologised"] == 1
    sent = breached().owed(
        "apology-classified", DUE, DUE, apology_class="sent_in_time", sent_at=local("2025-06-19T10:00")
    )
    assert "open_overdue_unapologised" not in counted(sent, SECOND, THIRD)[OLD]


def test_events_that_come_twice_or_in_another_order_change_nothing() -> None:
    told = moved().ended("2025-07-03T10:00").owed("apology-required", DUE, DUE)
    again = Told()
    again.events = [*reversed(told.events), *told.events]
    assert counted(again, FOURTH, FIFTH) == counted(told, FOURTH, FIFTH)
    assert counted(again, SECOND, THIRD) == counted(told, SECOND, THIRD)
