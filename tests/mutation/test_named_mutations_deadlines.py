"""Named mutations of 4.11 that live in the clocks: (e) `DatLaiHoSoQuaHan`, (f) re-dating finished dossiers.

Each is made on purpose, and a test of the specification must fail on it.
"""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import fields, replace

from events.catalog import DOSSIER_TYPES
from rules.clocks import fold, moving, transition
from rules.clocks.facts import CalendarChanged
from tests.mutation.failing import fails
from tests.properties.deadlines.random_lives import _HAPPENINGS
from tests.unit.deadlines import test_calendar_change_clocks
from tests.unit.deadlines.calendars import NEW, swapped
from tests.unit.deadlines.life import Life, Watch, at, only, term
from tests.unit.deadlines.test_redelivery import LIVES

# (e) No event may set the end to the appointment, or the first due date to anything.

AFTER_A_LATE_END: dict[str, Callable[[Life], Life]] = {
    "accepted": lambda life: life.accepted("2026-03-12T09:00", term(20)),
    "submitted": lambda life: life.submitted("2026-03-12T09:00"),
    "extended": lambda life: life.extended("2026-03-12T09:00", at("2026-03-31T17:00")),
    "apologised": lambda life: life.apologised("2026-03-12T09:00", at("2026-03-31T17:00")),
    "recalendared": lambda life: life.recalendared("2026-03-12T09:00", NEW),
    "corrected": lambda life: life.corrected("2026-03-12T09:00", {"occurred_at": "2026-03-09T16:00:00+07:00"}),
    "ready": lambda life: life.ready(at("2026-03-09T16:00")),
    "approved": lambda life: life.approved("2026-03-12T09:00"),
    "waived": lambda life: life.waived("2026-03-12T09:00"),
    "asked": lambda life: life.asked(at("2026-03-09T16:00")),
    "supplemented": lambda life: life.supplemented("2026-03-12T09:00"),
    "exempted": lambda life: life.exempted("2026-03-12T09:00"),
    "reorganised": lambda life: life.reorganised("2026-03-12T09:00", 31),
    "delivered": lambda life: life.delivered("2026-03-12T09:00"),
}


@pytest.mark.parametrize("what", AFTER_A_LATE_END)
def test_no_event_turns_a_late_end_into_one_that_was_in_time(what: str) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-11T09:00")
    watch = Watch(of=swapped())
    for event in life.events:
        watch.hear(event)
    before = watch.state
    assert before is not None
    watch.hear(AFTER_A_LATE_END[what](life).events[-1], at("2026-03-12T09:01"))
    after = watch.state
    assert after is not None
    assert after.ending == before.ending
    assert not only(watch.emitted, "recomputed")
    clock, first = after.clock("dossier"), before.clock("dossier")
    assert clock is not None
    assert first is not None
    assert (clock.original_due_at, clock.lawful_due_at) == (first.original_due_at, first.lawful_due_at)
    assert clock.is_breached


def test_no_type_of_event_is_made_to_reset_a_deadline_or_an_end() -> None:
    names = {field.name for event_class in DOSSIER_TYPES.values() for field in fields(event_class)}
    assert not names & {"original_due_at", "lawful_due_at", "ended_at", "due_at"}
    assert [name for name in DOSSIER_TYPES if "reset" in name or "due-date" in name] == []


def first_due_dates_stay() -> None:
    for life in LIVES.values():
        watch = Watch()
        for event in life.events:
            watch.hear(event)
        first: dict[str, Any] = {}
        for emitted in watch.emitted:
            due_at = getattr(emitted.data, "original_due_at", None)
            if due_at is not None:
                assert first.setdefault(getattr(emitted.data, "clock", ""), due_at) == due_at


def test_overwriting_the_first_due_date_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not fails(first_due_dates_stay)
    put = transition.Transition.put
    monkeypatch.setattr(
        transition.Transition,
        "put",
        lambda self, clock: put(self, replace(clock, original_due_at=clock.lawful_due_at)),
    )
    assert fails(first_due_dates_stay)


# (f) Re-dating finished dossiers when the calendar changes.


def test_re_dating_finished_dossiers_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    check = test_calendar_change_clocks.test_a_finished_dossier_is_never_counted_anew
    assert not fails(check)

    def unguarded(transition: Any, fact: Any) -> None:
        ending = transition.state.ending
        transition.state = replace(transition.state, ending=None)
        guarded(transition, fact)
        transition.state = replace(transition.state, ending=ending)

    guarded = moving.on_calendar_changed
    monkeypatch.setitem(_handlers(), CalendarChanged, unguarded)
    assert fails(check)


def test_re_dating_breached_dossiers_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    check = test_calendar_change_clocks.test_a_breached_dossier_is_not_cured_by_a_new_calendar
    assert not fails(check)
    guarded = moving.on_calendar_changed

    def unguarded(transition: Any, fact: Any) -> None:
        clocks = tuple(replace(clock, is_breached=False) for clock in transition.state.clocks)
        transition.state = replace(transition.state, clocks=clocks)
        guarded(transition, fact)

    monkeypatch.setitem(_handlers(), CalendarChanged, unguarded)
    assert fails(check)


def _handlers() -> dict[Any, Any]:
    return fold._HANDLERS  # the one table of what each fact does


def test_the_random_lives_know_every_happening_of_this_table() -> None:
    """So that what is shown here by hand is tried at random too."""
    assert set(AFTER_A_LATE_END) - {"submitted", "corrected"} <= {*_HAPPENINGS}
