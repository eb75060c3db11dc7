"""What moves a due date besides pauses, and what only looks as if it did: DR-25, DR-28, DR-29."""

from typing import Any

import pytest

from events.deadline import DeadlineMoved
from tests.unit.deadlines.life import (
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


def dossier_said(life: Life, until: str | None = None) -> list[Any]:
    return of_clock(told(life, until), "dossier")


# Extensions (DR-25).


def test_an_extension_moves_the_lawful_date_and_the_promise_and_names_its_law() -> None:
    emitted = dossier_said(
        Life().accepted("2026-03-02T08:00", term(5)).extended("2026-03-05T09:00", at("2026-03-20T17:00"))
    )
    moved = one(emitted, "moved")
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
    emitted = told(life)
    assert [getattr(event.data, "reason", "") for event in only(emitted, "apology-lapsed")] == ["due_moved"]


def test_an_extension_to_an_earlier_day_moves_nothing_and_is_flagged() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).extended("2026-03-04T07:00", at("2026-03-06T17:00"))
    emitted = told(life)
    assert kinds(emitted) == ["set", "integrity-flag-raised"]
    assert (emitted[1].data.kind, emitted[1].data.rule) == ("redated", "B15")


def test_an_extension_after_the_due_day_cures_nothing() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).extended("2026-03-11T09:00", at("2026-03-20T17:00"))
    emitted = told(life, "2026-03-12T09:00")
    assert not only(emitted, "moved", "apology-lapsed")
    assert kinds(only(emitted, "breached")) == ["breached"]


def test_a_supplement_after_an_extension_never_ends_earlier_than_what_was_extended() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).extended("2026-03-03T09:00", at("2026-03-31T17:00"))
    emitted = dossier_said(life.asked("2026-03-04T09:00").supplemented("2026-03-06T09:00"))
    assert kinds(emitted)[-1] == "clock-restarted"  # five days from 06/03 would be 13/03: nothing moved
    assert dues(emitted[-1])[1] == "2026-03-31 17:00"


def test_a_supplement_after_an_extension_may_end_later_than_it() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).extended("2026-03-03T09:00", at("2026-03-10T17:00"))
    emitted = dossier_said(life.asked("2026-03-04T09:00").supplemented("2026-03-06T09:00"))
    assert dues(only(emitted, "moved")[-1]) == ("2026-03-09 17:00", "2026-03-13 17:00", "2026-03-13 17:00")


def test_an_extension_while_the_citizen_is_waited_for_counts_when_the_clock_goes_on() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-04T09:00")
    life.extended("2026-03-05T09:00", at("2026-03-31T17:00"))
    assert not only(told(life), "moved")
    moved = one(dossier_said(life.supplemented("2026-03-06T09:00")), "moved")
    assert dues(moved) == ("2026-03-09 17:00", "2026-03-31 17:00", "2026-03-31 17:00")


# What moves nothing.


def test_an_outage_explains_and_never_extends() -> None:
    life = (
        Life()
        .accepted("2026-03-02T08:00", term(5))
        .outage("2026-03-05T09:00", at("2026-03-03T08:00"), at("2026-03-05T08:00"))
    )
    emitted = dossier_said(life, "2026-03-10T09:00")
    assert not only(emitted, "moved")
    assert local(one(emitted, "breached").envelope.occurred_at) == "2026-03-09 17:00"


def test_a_reorganisation_changes_who_holds_it_and_nothing_that_is_due() -> None:
    """OR-8: accepted 26/06/2025 at ward X, moved to ward Y on 01/07/2025, due 10/07/2025 all the same."""
    life = Life().accepted("2025-06-26T09:00", term(10)).reorganised("2025-07-01T00:00", 31)
    emitted = told(life, "2025-07-11T00:00")
    assert not only(emitted, "moved", "recomputed")
    assert local(one(emitted, "breached").envelope.occurred_at) == "2025-07-10 17:00"
    assert getattr(one(emitted, "breached").data, "held_by_unit_id", 0) == 31
    assert one(emitted, "breached").envelope.unit_id == 31


def test_the_other_unit_gets_the_dossier_and_the_clock_goes_on() -> None:
    life = (
        Life().accepted("2026-03-02T08:00", term(5)).moved_to("2026-03-03T09:00", 31).received_there("2026-03-03T10:00")
    )
    emitted = told(life, "2026-03-10T09:00")
    assert getattr(one(emitted, "breached").data, "held_by_unit_id", 0) == 31


def test_a_refused_transfer_gives_the_dossier_back_to_who_handed_it_over() -> None:
    life = (
        Life().accepted("2026-03-02T08:00", term(5)).moved_to("2026-03-03T09:00", 31).refused_there("2026-03-03T10:00")
    )
    emitted = told(life, "2026-03-10T09:00")
    assert getattr(one(emitted, "breached").data, "held_by_unit_id", 0) == 26734


@pytest.mark.parametrize("what", ["corrected", "foreseen", "issued", "delivered", "waived"])
def test_nothing_else_moves_a_due_date(what: str) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5))
    if what == "corrected":
        life.corrected("2026-03-03T09:00", {"occurred_at": "2026-03-20T08:00:00+07:00"})
    else:
        getattr(life, what)("2026-03-03T09:00")
    emitted = told(life, "2026-03-10T09:00")
    assert local(one(emitted, "breached").envelope.occurred_at) == "2026-03-09 17:00"
