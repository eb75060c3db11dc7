"""An event that comes again changes nothing and says nothing; ids depend on stream, clock, kind and due date only (B10)."""

from datetime import timedelta
from uuid import UUID, uuid5

import pytest
from msgspec.structs import replace

from rules.clocks.state import StreamState
from tests.unit.deadlines.life import CHAINED, PAYING, STEPPED, Life, Watch, at, fold, kinds, one, told
from tests.unit.deadlines.life import term as days

LIVES = {
    "asked and never answered": (
        Life().accepted("2026-03-02T08:00", days(5)).asked("2026-03-04T09:00", reply_by="2026-03-12")
    ),
    "late and apologised for": (
        Life()
        .accepted("2026-03-02T08:00", days(5))
        .moved_to("2026-03-03T09:00", 9)
        .step("2026-03-04T08:00", budget=days(2))
        .asked("2026-03-04T09:00")
        .supplemented("2026-03-05T09:00")
        .apologised("2026-03-05T10:00", at("2026-03-20T17:00"))
        .step("2026-03-19T09:00")
        .ready("2026-03-23T10:00")
        .delivered("2026-03-23T11:00")
    ),
    "through agencies": (
        Life(procedure_code=CHAINED)
        .submitted("2026-03-02T08:00")
        .accepted("2026-03-02T09:00")
        .moved_to("2026-03-02T10:00", 31)
        .consulted("2026-03-03T09:00", reply_term=days(2))
        .owing("2026-03-09T09:00")
        .paid("2026-03-11T09:00")
        .moved_to("2026-03-24T09:00", 26734)
        .ready("2026-03-26T09:00")
        .reopened("2026-04-02T09:00")
        .ready("2026-04-03T09:00")
    ),
    "in steps": (
        Life(procedure_code=STEPPED)
        .accepted("2026-03-02T08:00")
        .step("2026-03-02T09:00", "intake")
        .step_done("2026-03-02T11:00", "intake")
        .step("2026-03-02T13:30", "appraisal")
        .extended("2026-03-04T09:00", at("2026-03-16T17:00"))
        .foreseen("2026-03-13T09:00")
        .ready("2026-03-13T16:00")
    ),
    "contradicting": (
        Life(procedure_code=PAYING)
        .accepted("2026-03-02T08:00", days(5))
        .supplemented("2026-03-03T09:00")
        .asked("2026-03-04T09:00")
        .asked("2026-03-05T09:00", 2)
        .ready("2026-03-06T09:00")
        .ready("2026-03-06T10:00")
    ),
    "feedback": (
        Life()
        .feedback("2026-02-09T09:00")
        .feedback_supplement("2026-02-10T09:00")
        .feedback_answered("2026-03-10T09:00")
        .feedback_published("2026-03-16T09:00")
    ),
    "not armed": Life().accepted("2026-03-02T08:00", days(5), calendar_id="mars").step("2026-03-30T09:00"),
}


@pytest.mark.parametrize("name", LIVES)
def test_every_event_that_comes_again_changes_nothing_and_says_nothing(name: str) -> None:
    watch = Watch()
    for position, event in enumerate(LIVES[name].events):
        watch.hear(event)
        state: StreamState | None = watch.state
        for again in LIVES[name].events[: position + 1]:
            assert watch.hear(again) == []
            assert watch.state == state


@pytest.mark.parametrize("name", LIVES)
def test_the_same_log_gives_the_same_words_every_time(name: str) -> None:
    first, second = told(LIVES[name]), told(LIVES[name])
    assert first == second
    assert len({event.envelope.event_id for event in first}) == len(first)


def test_an_event_that_comes_again_long_after_says_nothing_of_the_time_since() -> None:
    watch = Watch()
    life = Life().accepted("2026-03-02T08:00", days(5))
    watch.hear(life.events[0])
    state = watch.state
    assert watch.hear(life.events[0], at("2026-12-01T00:00")) == []
    assert watch.state == state


def test_what_a_look_has_said_the_next_event_does_not_say_again() -> None:
    life = Life().accepted("2026-03-02T08:00", days(5)).step("2026-03-30T08:00")
    watch = Watch()
    watch.hear(life.events[0])
    assert kinds(watch.look(at("2026-03-29T00:00")))[-1] == "escalation-raised B3"
    assert watch.hear(life.events[1]) == []


def test_an_id_depends_on_stream_clock_kind_and_due_date_and_on_nothing_else() -> None:
    life = Life().accepted("2026-03-02T08:00", days(5)).step("2026-03-30T08:00")
    other = Life().accepted("2026-03-02T09:30", days(5)).step("2026-03-11T08:00")
    breach, same = one(told(life), "breached"), one(told(other), "breached")
    assert breach.envelope.event_id == same.envelope.event_id
    another_stream = Life("22222222-2222-5222-8222-222222222222").accepted("2026-03-02T08:00", days(5))
    assert one(told(another_stream, "2026-03-10T00:00"), "breached").envelope.event_id != breach.envelope.event_id
    another_day = Life().accepted("2026-03-02T08:00", days(6))
    assert one(told(another_day, "2026-03-30T00:00"), "breached").envelope.event_id != breach.envelope.event_id


def test_an_id_is_the_version_5_uuid_that_it_always_was() -> None:
    """Ids are in letters and registers: this one may never change."""
    breach = one(told(Life().accepted("2026-03-02T08:00", days(5)), "2026-03-10T00:00"), "breached")
    assert breach.envelope.event_id == str(
        uuid5(
            UUID("5f0b1c0e-6c0d-5a7f-9b1e-2f6a3d4c7e81"),
            "11111111-1111-5111-8111-111111111111|dossier|dossier-breached|2026-03-09T10:00:00+00:00",
        )
    )


def test_an_event_recorded_at_another_time_is_still_the_same_event() -> None:
    life = LIVES["late and apologised for"]
    watch = Watch()
    for event in life.events:
        watch.hear(event)
    state, first = watch.state, life.events[0]
    late = replace(first, envelope=replace(first.envelope, recorded_at=first.envelope.recorded_at + timedelta(days=1)))
    assert watch.hear(late) == []
    assert watch.state == state


def test_folding_on_from_a_state_is_folding_at_once() -> None:
    life = LIVES["through agencies"]
    for cut in range(len(life.events) + 1):
        half, emitted = fold(life.events[:cut])
        rest, more = fold(life.events[cut:], half) if life.events[cut:] else (half, [])
        assert (rest, emitted + more) == fold(life.events)
