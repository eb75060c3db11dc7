"""What must hold for every life: the same events give the same words, however they arrive and however time is noticed."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from events.codec import from_kafka, to_kafka
from events.envelope import Event
from services.deadlines.domain.clock import evolve
from services.deadlines.domain.falling_due import unsaid
from services.deadlines.domain.state import DossierState
from services.deadlines.domain.state_codec import decode, encode
from services.deadlines.pipeline import Pipeline, Row
from tests.properties.deadlines.random_lives import lives
from tests.unit.deadlines.life import Life, fold, rulebook

PIPELINE = Pipeline(rulebook(), timedelta(hours=1))
A_MOMENT = timedelta(microseconds=1)


def without_detection(event: Event) -> tuple[Any, ...]:
    """Everything about an event except when it was noticed, as it looks on the wire."""
    key, value, headers = to_kafka(event)
    return (key, value, tuple(header for header in headers if header[0] != "ce_recordedat"))


@settings(deadline=None)
@given(lives(), st.data())
def test_folding_in_two_halves_with_the_table_between_equals_folding_at_once(life: Life, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(life.events)))
    half, said = fold(life.events[:cut])
    stored = None if half is None else decode(life.dossier_id, encode(half))
    assert stored == half
    rest, more = fold(life.events[cut:], stored)
    assert (rest, said + more) == fold(life.events)


@settings(deadline=None)
@given(lives(), st.data())
def test_events_that_come_again_change_nothing_and_repeat_their_words(life: Life, data: st.DataObject) -> None:
    state: DossierState | None = None
    said_by: list[list[tuple[bytes, bytes, Any]]] = []
    for position, event in enumerate(life.events):
        state, said = evolve(state, event, rulebook())
        said_by.append([to_kafka(one) for one in said])
        for again in data.draw(st.lists(st.integers(0, position), max_size=3)):
            same, repeated = evolve(state, life.events[again], rulebook())
            assert same == state
            assert [to_kafka(one) for one in repeated] == said_by[again]


@settings(deadline=None)
@given(lives(), st.data())
def test_time_noticed_by_ticks_says_the_same_as_time_noticed_by_events(life: Life, data: st.DataObject) -> None:
    last = life.events[-1].envelope.occurred_at + timedelta(days=data.draw(st.integers(0, 90)))
    lived = Life(life.dossier_id, is_history=life.is_history)
    lived.events = list(life.events)
    _, by_events = fold(lived.step(last).events)

    row: Row | None = None
    by_ticks: list[Event] = []
    for event in lived.events:
        row = _tick_up_to(row, event.envelope.occurred_at, life.dossier_id, by_ticks, data.draw(st.booleans()))
        turn = PIPELINE.on_dossier_event(row, event)
        by_ticks.extend(turn.outputs)
        row = turn.row
    assert [without_detection(event) for event in by_ticks] == [without_detection(event) for event in by_events]


def _tick_up_to(row: Row | None, until: datetime, dossier_id: str, said: list[Event], is_awake: bool) -> Row | None:
    if row is None or not is_awake:
        return row
    state = decode(dossier_id, row.stored)
    for due in unsaid(state):
        tick_at = due.at + A_MOMENT
        if tick_at > until:
            break
        check = PIPELINE.on_check(dossier_id, row, tick_at, tick_at)
        said.extend(check.outputs)
        row = PIPELINE.on_said(dossier_id, row, check.marks) if check.marks else row
    return row


@settings(deadline=None)
@given(lives())
def test_everything_said_survives_the_wire_and_has_its_own_id(life: Life) -> None:
    _, said = fold(life.events)
    for event in said:
        key, value, headers = to_kafka(event)
        assert from_kafka(value, headers) == event
        assert key == life.dossier_id.encode()
    assert len({event.envelope.event_id for event in said}) == len(said)


@settings(deadline=None)
@given(lives())
def test_what_is_said_does_not_depend_on_when_events_were_recorded(life: Life) -> None:
    late = [
        replace(event, envelope=replace(event.envelope, recorded_at=event.envelope.recorded_at + timedelta(days=400)))
        for event in life.events
    ]
    said, said_late = fold(life.events)[1], fold(late)[1]
    assert [without_detection(event) for event in said] == [without_detection(event) for event in said_late]
