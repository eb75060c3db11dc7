"""Terms and dates in a year that is not published yet: marked, and counted anew by order when it is (CAL-6, DR-27, B16)."""

from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest

from rules.book.rulebook import Rulebook
from rules.calendars.calendar import Calendar
from rules.calendars.spec import CalendarEntry
from services.deadlines.pipeline import Pipeline
from tests.unit.deadlines.life import Life, at, dues, kinds, of_clock, one, only, rulebook, term, told
from tests.unit.deadlines.watching import procedures

PUBLISHED_AT = at("2026-12-20T08:00")
NEXT_YEAR = "2027.1"
"""2027 as it was published: Monday 04/01/2027 is off, in exchange for Saturday 09/01/2027."""


@cache
def published() -> Pipeline:
    """The pipeline of a worker that was given the calendar of 2027."""
    book = rulebook()
    spec = book.default_calendar.spec
    swaps = (_entry(date(2027, 1, 4), works=False), _entry(date(2027, 1, 9), works=True))
    newer = replace(
        spec,
        version=NEXT_YEAR,
        published_at=PUBLISHED_AT,
        valid_until=date(2027, 12, 31),
        entries={**spec.entries, **{one.day: one for one in swaps}},
    )
    return Pipeline(Rulebook([Calendar(newer), *book.calendars], book.rule_sets), procedures())


def _entry(day: date, *, works: bool) -> CalendarEntry:
    return CalendarEntry(
        day=day,
        kind="make_up" if works else "off",
        counts_for_term=works,
        open_for_intake=works,
        name="hoán đổi",
        name_en="swap",
        legal_source="TB 7000",
        source_status="verified",
        announced_on=None,
    )


def marks(emitted: list[Any]) -> list[bool]:
    """Whether each event that states due dates calls them provisional."""
    return [bool(event.data.is_provisional) for event in emitted if hasattr(event.data, "is_provisional")]


def test_an_extension_into_a_year_that_is_not_published_is_followed_and_marked() -> None:
    life = Life().accepted("2026-11-26T08:00", term(5)).extended("2026-11-26T09:00", at("2027-01-15T17:00"))
    emitted = told(life, "2027-01-16T08:00")
    assert dues(one(emitted, "moved"))[1] == "2027-01-15 17:00"
    assert [marks([event]) for event in only(emitted, "set", "moved")] == [[False], [True]]
    # All rungs of the ladder are said, and the breach: the calendar never stops a counter.
    assert [kind for kind in kinds(emitted) if kind.startswith(("near", "apology-r", "breached"))] == [
        "near-due A2", "near-due A3", "near-due A4", "apology-required", "breached"
    ]  # fmt: skip
    assert all(marks(only(emitted, "near-due", "apology-required", "breached")))


def test_an_appointment_in_a_year_that_is_not_published_is_taken_and_marked() -> None:
    emitted = told(Life().accepted("2026-11-26T08:00", appointment_at=at("2027-01-15T17:00")))
    assert (kinds(emitted), marks(emitted)) == (["set"], [True])


def test_a_term_that_runs_over_the_end_of_the_published_calendar_is_marked() -> None:
    emitted = told(Life().accepted("2026-12-24T08:00", term(10)))
    assert (dues(emitted[0])[1], marks(emitted)) == ("2027-01-08 17:00", [True])


def test_a_due_date_of_the_last_published_day_is_not_marked() -> None:
    emitted = told(Life().accepted("2026-12-30T08:00", term(1)))
    assert (dues(emitted[0])[1], marks(emitted)) == ("2026-12-31 17:00", [False])


def test_a_term_from_before_the_published_calendar_is_marked() -> None:
    history = Life(is_history=True)
    assert marks(told(history.accepted("2022-12-28T08:00", term(5)))) == [True]
    assert marks(told(Life(is_history=True).accepted("2022-12-31T08:00", term(5)))) == [
        False
    ]  # counted from Tue 03/01/2023


def test_what_ends_while_it_waits_into_an_unpublished_year_has_a_class() -> None:
    life = Life().accepted("2026-12-21T08:00", term(10)).asked("2026-12-22T09:00").ready("2027-02-02T09:00")
    assert (
        kinds(told(life))[-1] == "met early"
    )  # the class of the dossier, judged as if the answer had come with its end


@pytest.mark.parametrize("by_extension", [False, True])
def test_publishing_the_year_moves_what_was_counted_by_its_provisional_days_and_clears_the_mark(
    by_extension: bool,
) -> None:
    life = Life().accepted("2026-12-16T08:00", term(14))
    if by_extension:
        life.step("2026-12-17T08:00", budget=term(13))
    life.recalendared("2026-12-21T09:00", NEXT_YEAR)
    emitted = told(life, of=published())
    # 17/12 to 31/12 are 11 days; then 4, 5 and 6/1 by the Labour Code alone, but 5, 6 and 7/1 as it was published.
    assert dues(emitted[0]) == ("2027-01-06 17:00",) * 3
    recomputed = one(of_clock(emitted, "dossier"), "recomputed")
    assert dues(recomputed) == ("2027-01-06 17:00", "2027-01-07 17:00", "2027-01-07 17:00")
    assert (marks(emitted[:1]), marks([recomputed])) == ([True], [False])
    assert recomputed.envelope.calendar_version == NEXT_YEAR
    if by_extension:
        of_step = [event for event in emitted if str(getattr(event.data, "clock", "")).startswith("step")]
        assert [(kind, mark) for kind, mark in zip(kinds(of_step), marks(of_step), strict=True)] == [
            ("set", True), ("recomputed", False)
        ]  # fmt: skip


def test_where_no_day_differs_the_order_only_clears_the_mark() -> None:
    life = Life().accepted("2026-12-16T08:00", term(1)).extended("2026-12-16T09:00", at("2027-03-01T17:00"))
    life.recalendared("2026-12-21T09:00", NEXT_YEAR)
    given = (
        Life()
        .accepted("2026-12-16T08:00", appointment_at=at("2027-03-01T17:00"))
        .recalendared("2026-12-21T09:00", NEXT_YEAR)
    )
    recomputed = one(told(given, of=published()), "recomputed")
    assert (dues(recomputed), marks([recomputed])) == (("2027-03-01 17:00",) * 3, [False])
    recomputed = one(told(life, of=published()), "recomputed")
    assert (dues(recomputed)[1], marks([recomputed])) == ("2027-03-01 17:00", [False])


def test_a_clock_that_stays_in_provisional_years_keeps_its_mark() -> None:
    life = Life().accepted("2026-12-16T08:00", term(5)).extended("2026-12-16T09:00", at("2028-02-01T17:00"))
    emitted = told(life.recalendared("2026-12-21T09:00", NEXT_YEAR), of=published())
    assert not only(emitted, "recomputed")
    assert marks(only(emitted, "moved")) == [True]


def test_what_is_opened_after_the_publication_counts_by_the_published_year() -> None:
    emitted = told(Life().accepted("2026-12-24T08:00", term(10)), of=published())
    assert (dues(emitted[0])[1], marks(emitted)) == ("2027-01-09 17:00", [False])  # the Saturday that is worked
