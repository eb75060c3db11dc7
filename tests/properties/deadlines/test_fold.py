"""What must hold for every life: the same log gives the same words, however it arrives and however time is noticed."""

from datetime import datetime, timedelta
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from events.codec import dumps, to_kafka
from events.data_codec import plain
from events.envelope import Event
from rules.clocks.instants import instant, micros
from rules.clocks.state import NEVER
from services.deadlines.adapters.store.row_codec import head, pack, unpack
from services.deadlines.adapters.wire.record_writer import RecordWriter
from services.deadlines.pipeline import Pipeline
from tests.lanes.examples import examples
from tests.properties.deadlines.random_lives import Told, lives
from tests.unit.deadlines.calendars import swapped
from tests.unit.deadlines.derived import events_of
from tests.unit.deadlines.life import Watch, kind_of
from tests.unit.deadlines.test_published_contract import validator

A_MOMENT = timedelta(microseconds=1)
MANY = settings(deadline=None, max_examples=examples(150))
SILENT_WHILE_PAUSED = ("near-due", "breached", "step-breached", "apology-required", "escalation", "second-breach")


def watched(told: Told, of: Pipeline | None = None) -> Watch:
    """A watch that heard a whole life."""
    watch = Watch(told.life.dossier_id, of or swapped())
    for event, known_at in zip(told.life.events, told.known_at, strict=True):
        watch.hear(event, known_at)
    return watch


def without_detection(event: Event) -> tuple[Any, ...]:
    """Everything about an event except when it was noticed, as it looks on the wire."""
    key, value, headers = to_kafka(event)
    return key, value, tuple(header for header in headers if header[0] != "ce_recordedat")


@MANY
@given(lives(), st.data())
def test_folding_in_two_halves_with_the_row_between_is_folding_at_once(told: Told, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(told.life.events)))
    watch = Watch(told.life.dossier_id, swapped())
    for number, (event, known_at) in enumerate(zip(told.life.events, told.known_at, strict=True)):
        if number == cut and watch.state is not None:
            row = pack(watch.state, 3)
            assert unpack(row) == watch.state
            assert head(row) == (3, watch.state.next_at, watch.state.catching_up_at)
            watch.state = unpack(row)
        watch.hear(event, known_at)
    whole = watched(told)
    assert (watch.state, watch.emitted) == (whole.state, whole.emitted)


@MANY
@given(lives(), st.data())
def test_events_that_come_again_change_nothing_and_say_nothing(told: Told, data: st.DataObject) -> None:
    watch = Watch(told.life.dossier_id, swapped())
    for number, (event, known_at) in enumerate(zip(told.life.events, told.known_at, strict=True)):
        watch.hear(event, known_at)
        state = watch.state
        for again in data.draw(st.lists(st.integers(0, number), max_size=3)):
            assert watch.hear(told.life.events[again], known_at) == []
            assert watch.state == state
    assert watch.emitted == watched(told).emitted


@MANY
@given(lives(), st.data())
def test_looks_at_any_time_say_what_the_events_alone_would_have_said(told: Told, data: st.DataObject) -> None:
    """Looks as the ticker makes them: behind the horizon by the grace, and not while more of the past may be on its way."""
    of, watch = swapped(), Watch(told.life.dossier_id, swapped())
    end = told.until + timedelta(days=60)
    for event, known_at in zip([*told.life.events, None], [*told.known_at, end], strict=True):
        for watermark in sorted(data.draw(st.lists(_moments_before(watch, known_at), max_size=4))):
            is_held_back = (
                watch.state is not None
                and watch.state.is_catching_up
                and not of.is_silent(watch.time, micros(watermark))
            )
            if not is_held_back:
                watch.look(watermark - timedelta(seconds=1), watermark)
        if event is not None:
            watch.hear(event, known_at)
    if watch.state is not None:
        watch.look(end - timedelta(days=35), end)
    by_events = watched(told)
    by_events.look(end - timedelta(days=35), end)
    found = [
        without_detection(event) for event in watch.emitted if event.envelope.occurred_at < end - timedelta(days=35)
    ]
    alone = [without_detection(e) for e in by_events.emitted if e.envelope.occurred_at < end - timedelta(days=35)]
    assert found == alone


def _moments_before(watch: Watch, known_at: datetime) -> st.SearchStrategy[datetime]:
    """Horizons until the next record, among them those just around what falls due next."""
    last = known_at if watch.state is None else instant(watch.state.known_at).astimezone(known_at.tzinfo)
    anywhere = st.floats(0, 1).map(lambda part: last + (known_at - last) * part)
    if watch.state is None or watch.state.next_at == NEVER:
        return anywhere
    due = instant(watch.state.next_at).astimezone(known_at.tzinfo) + timedelta(seconds=1)
    around = [moment for moment in (due, due + A_MOMENT) if last <= moment <= known_at]
    return st.one_of(anywhere, st.sampled_from(around)) if around else anywhere


@MANY
@given(lives())
def test_the_same_log_says_the_same_to_a_processor_that_remembers_nothing(told: Told) -> None:
    assert watched(told, swapped.__wrapped__()).emitted == watched(told).emitted


@MANY
@given(lives())
def test_everything_said_has_its_own_id_and_fell_due_before_it_was_said(told: Told) -> None:
    watch = watched(told)
    watch.look(told.until + timedelta(days=200))
    ids = [event.envelope.event_id for event in watch.emitted]
    assert len(set(ids)) == len(ids)
    for event in watch.emitted:
        assert event.envelope.occurred_at <= event.envelope.recorded_at, kind_of(event)


@MANY
@given(lives())
def test_a_paused_clock_says_nothing(told: Told) -> None:
    watch = watched(told)
    watch.look(told.until + timedelta(days=200))
    paused: set[str] = set()
    for event in watch.emitted:
        clock, kind = getattr(event.data, "clock", ""), kind_of(event)
        if kind == "clock-paused":
            assert clock not in paused
            paused.add(clock)
        elif kind.startswith(
            ("clock-resumed", "clock-restarted", "clock-not-armed", "met", "set")
        ) or "reopening" in str(getattr(event.data, "cause", "")):
            paused.discard(clock)
        elif kind.startswith(SILENT_WHILE_PAUSED):
            assert clock not in paused, kind


@MANY
@given(lives())
def test_the_first_due_date_of_a_clock_never_changes(told: Told) -> None:
    watch = watched(told)
    watch.look(told.until + timedelta(days=200))
    first: dict[str, datetime] = {}
    for event in watch.emitted:
        if (due_at := getattr(event.data, "original_due_at", None)) is not None:
            assert first.setdefault(event.data.clock, due_at) == due_at  # type: ignore[union-attr]
    clock = watch.state.clock("dossier") if watch.state else None
    if clock is not None and "dossier" in first:
        assert clock.original_due_at == micros(first["dossier"])


@MANY
@given(lives())
def test_a_breach_of_the_dossier_and_its_obligation_stand_together(told: Told) -> None:
    watch = watched(told)
    watch.look(told.until + timedelta(days=200))
    for before, event in zip([None, *watch.emitted], watch.emitted, strict=False):
        if kind_of(event) == "breached":
            assert before is not None
            assert kind_of(before) == "apology-required"
            assert before.envelope.occurred_at == event.envelope.occurred_at


@settings(deadline=None, max_examples=examples(60))
@given(lives())
def test_everything_said_is_written_as_the_codec_writes_it_and_is_valid(told: Told) -> None:
    watch = watched(told)
    watch.look(told.until + timedelta(days=200))
    records = RecordWriter().write(told.life.dossier_id, watch.concluded)
    for event, (value, headers) in zip(events_of(told.life.dossier_id, watch.concluded), records, strict=True):
        _, expected, expected_headers = to_kafka(event)
        assert (value, headers) == (expected, expected_headers)
        data = orjson.loads(dumps(plain(event.data)))
        assert [str(error) for error in validator(event.envelope.event_type).iter_errors(data)] == []
