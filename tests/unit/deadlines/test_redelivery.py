"""The same event twice: the state stays, the same words are said again."""

from dataclasses import replace
from datetime import timedelta

from events.codec import to_kafka
from services.deadlines.domain.clock import evolve, remember
from services.deadlines.domain.falling_due import conclusions, passed
from services.deadlines.domain.state import DossierState
from tests.unit.deadlines.life import Life, at, fold, kinds, rulebook, term

LIFE = (
    Life()
    .accepted("2026-03-02T08:00", term(5))
    .moved_to("2026-03-03T09:00", 9)
    .step("2026-03-04T08:00")
    .asked("2026-03-04T09:00")
    .supplemented("2026-03-05T09:00")
    .apologised("2026-03-05T10:00", at("2026-03-20T17:00"))
    .step("2026-03-19T09:00")
    .ready("2026-03-20T10:00")
    .delivered("2026-03-23T10:00")
)


def test_every_event_of_a_life_says_again_what_it_said() -> None:
    state: DossierState | None = None
    first = []
    for event in LIFE.events:
        state, said = evolve(state, event, rulebook())
        first.append(said)
    for event, said in zip(LIFE.events, first, strict=True):
        again, repeated = evolve(state, event, rulebook())
        assert again == state
        assert [to_kafka(one) for one in repeated] == [to_kafka(one) for one in said]
    assert sum(len(said) for said in first) == 8


def test_what_a_tick_said_is_not_said_by_the_next_event() -> None:
    state, _ = fold(LIFE.events[:1])
    assert state is not None
    missed = passed(state, at("2026-03-30T00:00"))
    calendar = rulebook().default_calendar
    assert kinds(conclusions(state, missed, calendar, at("2026-03-30T00:00")))[-1] == "breached"
    state = remember(state, tuple(due.mark for due in missed))
    assert passed(state, at("2026-03-30T00:00")) == ()
    late = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-30T08:00")
    after, said = evolve(state, late.events[1], rulebook())
    assert said == ()
    # An event from before the tick, read again, repeats its own words only.
    assert kinds(evolve(after, late.events[0], rulebook())[1]) == ["set"]


def test_an_event_before_a_tick_still_says_again_what_fell_due_then() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-05T09:00")
    state, said = fold(life.events)
    assert state is not None
    assert kinds(said) == ["set", "near-due A2"]
    state = remember(state, tuple(due.mark for due in passed(state, at("2026-03-30T00:00"))))
    assert kinds(evolve(state, life.events[1], rulebook())[1]) == ["near-due A2"]


def test_remembering_twice_is_remembering_once() -> None:
    state, _ = fold(LIFE.events[:1])
    assert state is not None
    once = remember(state, ("A2",))
    assert remember(once, ("A2",)) is once


def test_an_unarmed_clock_stays_silent_when_its_events_come_again() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5), calendar_id="mars").step("2026-03-30T09:00")
    state, _ = fold(life.events)
    for event in life.events:
        assert evolve(state, event, rulebook()) == (state, ())


def test_a_repeated_event_with_a_later_recording_time_is_still_the_same_event() -> None:
    state, _ = fold(LIFE.events)
    event = LIFE.events[0]
    late = replace(event, envelope=replace(event.envelope, recorded_at=event.envelope.recorded_at + timedelta(days=1)))
    assert evolve(state, late, rulebook())[0] == state
