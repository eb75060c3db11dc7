"""Time as the log tells it (ADR 0012): what has passed before a fact became known, grace, catching up, silence."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from events.codec import to_kafka
from events.envelope import Event
from rules.clocks.instants import micros
from rules.clocks.log_time import LogTime
from tests.unit.deadlines.life import Life, Watch, at, fold, kinds, one, only, pipeline, recorded, term, told

A_MOMENT = timedelta(microseconds=1)
GRACE = timedelta(seconds=1)
DUE = at("2026-03-09T17:00")


def five_days() -> Life:
    """Accepted on 02/03/2026, due on 09/03/2026 17:00."""
    return Life().accepted("2026-03-02T08:00", term(5))


def without_detection(event: Event) -> tuple[Any, ...]:
    """Everything about an event except when it was noticed, as it looks on the wire."""
    key, value, headers = to_kafka(event)
    return key, value, tuple(header for header in headers if header[0] != "ce_recordedat")


def said_at(life: Life, known_at: datetime) -> list[str]:
    """What was said up to the last event of a life, which became known at an instant; the others at once."""
    moments = [event.envelope.recorded_at for event in life.events[:-1]]
    return kinds(fold(life.events, None, [*moments, known_at])[1])


# A look in between and the next event's catching up say the same.


def test_a_look_before_an_event_and_the_event_itself_say_the_same() -> None:
    life = five_days().step("2026-03-06T09:00", budget=term(3)).moved_to("2026-03-10T09:00", 31)
    by_events = told(life)
    watch = Watch()
    for event in life.events:
        for minutes in (600, 60, 1):
            watch.look(event.envelope.occurred_at - timedelta(minutes=minutes))
        watch.hear(event)
    assert [without_detection(event) for event in watch.emitted] == [without_detection(event) for event in by_events]


def test_what_a_look_says_and_what_an_event_catches_up_differ_in_when_it_was_noticed_only() -> None:
    life = five_days().step("2026-03-10T09:00")
    watch = Watch()
    watch.hear(life.events[0])
    watch.look(DUE + A_MOMENT)
    looked, caught_up = one(watch.emitted, "breached"), one(told(life), "breached")
    assert looked.envelope.recorded_at == DUE + A_MOMENT
    assert caught_up.envelope.recorded_at == at("2026-03-10T09:00:01")
    assert without_detection(looked) == without_detection(caught_up)


# What became known late does not unsay (live).


def test_a_breach_that_was_said_before_a_late_report_arrived_is_said_by_a_replay_too() -> None:
    """It happened ten minutes before the due instant, and became known ten minutes after it."""
    life = five_days().ready("2026-03-09T16:50")
    assert said_at(life, at("2026-03-09T17:10"))[-4:] == [
        "apology-required",
        "breached",
        "apology-lapsed",
        "met on_time",
    ]


def test_a_pause_that_happened_before_the_due_instant_and_became_known_after_it_takes_the_apology_back() -> None:
    life = five_days().asked("2026-03-09T16:50")
    emitted = said_at(life, at("2026-03-09T17:10"))
    assert emitted[-4:] == ["apology-required", "breached", "apology-lapsed", "clock-paused"]


@pytest.mark.parametrize(
    ("known_at", "is_breached"),
    [
        (DUE, False),
        (DUE + GRACE, False),  # the due instant is not strictly before known_at - grace
        (DUE + GRACE + A_MOMENT, True),
        (DUE + timedelta(minutes=10), True),
    ],
)
def test_the_grace_of_a_second_lets_events_that_are_on_their_way_arrive(known_at: datetime, is_breached: bool) -> None:
    life = five_days().ready("2026-03-09T16:59:59")
    assert ("breached" in said_at(life, known_at)) is is_breached


def test_what_happened_at_the_due_instant_itself_is_in_time() -> None:
    life = five_days().ready("2026-03-09T17:00")
    assert "breached" not in said_at(life, DUE + GRACE)


def test_what_happened_after_the_due_instant_finds_it_passed_however_soon_it_is_known() -> None:
    life = five_days().ready(DUE + A_MOMENT)
    assert "breached" in said_at(life, DUE + A_MOMENT)


def test_a_clock_in_the_counter_that_runs_ahead_brings_no_breach_forward() -> None:
    """The event says 17:30, the log took it at 16:30: nothing has passed that the log has not seen pass."""
    life = five_days().step("2026-03-09T17:30")
    assert "breached" not in said_at(life, at("2026-03-09T16:30"))


# History is told by what happened.


def test_history_is_folded_by_what_happened_and_not_by_when_it_was_taken_over() -> None:
    life = Life(is_history=True).accepted("2025-03-03T09:00", term(10)).ready("2025-03-10T09:00")
    taken_over = [at("2026-11-25T10:00"), at("2026-11-25T10:00:01")]
    emitted = fold(life.events, None, taken_over)[1]
    assert kinds(emitted) == ["set", "met early"]
    assert all(event.envelope.is_history for event in emitted)


def test_history_that_was_late_is_breached_at_its_due_instant() -> None:
    life = Life(is_history=True).accepted("2025-03-03T09:00", term(10)).ready("2025-03-20T09:00")
    breach = one(fold(life.events, None, [at("2026-11-25T10:00")] * 2)[1], "breached")
    assert breach.envelope.occurred_at == at("2025-03-17T17:00")
    assert breach.envelope.is_history


def test_what_falls_due_after_the_last_of_history_is_no_history() -> None:
    life = Life(is_history=True).accepted("2026-03-02T08:00", term(5))
    watch = Watch()
    watch.hear(life.events[0], at("2026-03-05T12:00"))
    emitted = watch.look(at("2026-03-10T00:00"))
    flags = {kind: event.envelope.is_history for kind, event in zip(kinds(emitted), emitted, strict=True)}
    assert (flags["near-due A2"], flags["breached"]) == (True, False)


# A counter that reports late (more than an hour) is catching up.


def reported_late(*known: str) -> tuple[Life, list[datetime]]:
    life = five_days().step("2026-03-05T09:00").ready("2026-03-06T09:00")
    return life, [at(moment) for moment in known]


def test_a_counter_that_reports_days_later_raises_no_false_breach() -> None:
    life, known = reported_late("2026-03-11T10:00:00", "2026-03-11T10:00:02", "2026-03-11T10:00:04")
    assert "breached" not in kinds(fold(life.events, None, known)[1])


def test_while_it_reports_the_ticks_are_held_back_until_it_was_silent_for_ten_seconds() -> None:
    life, known = reported_late("2026-03-11T10:00:00")
    watch = Watch()
    watch.hear(life.events[0], known[0])
    assert watch.state is not None
    assert watch.state.is_catching_up
    assert not pipeline().is_silent(watch.time, micros(at("2026-03-11T10:00:09.999999")))
    assert pipeline().is_silent(watch.time, micros(at("2026-03-11T10:00:10")))


def test_after_ten_seconds_of_silence_time_counts_again_for_the_next_event() -> None:
    """Another stream of the partition opens the gate at 10:00:12; what comes at 10:00:20 finds the breach said."""
    life, known = reported_late("2026-03-11T10:00:00")
    time = LogTime()
    state, _ = fold(life.events[:1], None, known, time=time)
    other = Life("22222222-2222-5222-8222-222222222222").accepted("2026-03-11T10:00:12", term(5))
    fold(other.events, None, [at("2026-03-11T10:00:12")], time=time)
    _, emitted = fold(life.events[1:2], state, [at("2026-03-11T10:00:20")], time=time)
    assert "breached" in kinds(emitted)


def test_an_event_that_breaks_the_silence_itself_opens_the_gate_up_to_its_own_time() -> None:
    life, known = reported_late("2026-03-11T10:00:00")
    time = LogTime()
    state, _ = fold(life.events[:1], None, known, time=time)
    _, emitted = fold(life.events[1:2], state, [at("2026-03-11T10:00:20")], time=time)
    assert "breached" in kinds(emitted)


def test_within_the_silence_an_event_of_the_past_says_only_what_had_passed_when_it_happened() -> None:
    life, known = reported_late("2026-03-11T10:00:00", "2026-03-11T10:00:05")
    emitted = fold(life.events[:2], None, known)[1]
    assert kinds(emitted) == ["set", "near-due A2"]  # A2 on 04/03, the step on 05/03


@pytest.mark.parametrize(
    ("delay", "is_catching_up"),
    [(timedelta(hours=1), False), (timedelta(hours=1, microseconds=1), True), (timedelta(days=9), True)],
)
def test_a_report_of_more_than_an_hour_ago_is_catching_up(delay: timedelta, is_catching_up: bool) -> None:
    life = five_days()
    watch = Watch()
    watch.hear(life.events[0], life.events[0].envelope.occurred_at + delay)
    assert watch.state is not None
    assert watch.state.is_catching_up is is_catching_up


def test_a_timely_event_after_the_late_ones_ends_the_catching_up() -> None:
    life = five_days().step("2026-03-11T10:00:04")
    watch = Watch()
    watch.hear(life.events[0], at("2026-03-11T10:00:00"))
    watch.hear(life.events[1], at("2026-03-11T10:00:05"))
    assert watch.state is not None
    assert not watch.state.is_catching_up
    assert "breached" in kinds(watch.emitted)  # it happened after the due instant


# The gate of a partition.


def test_the_gate_follows_from_the_log_alone() -> None:
    time = LogTime()
    late = Life("33333333-3333-5333-8333-333333333333").accepted("2026-03-02T08:00", term(5))
    fold(late.events, None, [at("2026-03-11T10:00")], time=time)
    assert time.catching_up_at == micros(at("2026-03-11T10:00"))
    for second, is_open in ((5, False), (9, False), (10, True), (11, True)):
        before = time.open_until
        when = at("2026-03-11T10:00") + timedelta(seconds=second)
        live = Life(f"44444444-4444-5444-8444-4444444444{second:02}").accepted(when, term(5))
        fold(live.events, None, [when], time=time)
        assert (time.open_until > before) is is_open, second
    assert time.open_until == micros(at("2026-03-11T10:00:11"))


def test_history_shuts_the_gate_again() -> None:
    time = LogTime()
    imported = Life(is_history=True).accepted("2025-03-03T09:00", term(10))
    fold(imported.events, None, [at("2026-03-11T10:00")], time=time)
    assert not pipeline().is_silent(time, micros(at("2026-03-11T10:00:09")))
    assert pipeline().is_silent(time, micros(at("2026-03-11T10:00:10")))


def test_a_live_stream_is_not_held_back_by_a_partition_that_is_catching_up() -> None:
    time = LogTime()
    life = five_days().step("2026-03-10T09:00")
    state, _ = fold(life.events[:1], None, time=time)
    imported = Life("33333333-3333-5333-8333-333333333333", is_history=True).accepted("2025-03-03T09:00", term(10))
    fold(imported.events, None, [at("2026-03-10T08:59:59")], time=time)
    _, emitted = fold(life.events[1:], state, time=time)
    assert "breached" in kinds(emitted)


# Looking.


def test_a_finished_dossier_is_forgotten_thirty_days_after_its_last_event() -> None:
    watch = Watch()
    for event in five_days().ready("2026-03-03T09:00").events:
        watch.hear(event)
    assert watch.look(at("2026-04-02T09:00:00")) == []
    assert watch.state is not None
    assert watch.state.next_at == micros(at("2026-04-02T09:00:01"))
    watch.look(at("2026-04-02T09:00:02"))
    assert watch.state is None


def test_a_finished_dossier_is_kept_while_a_letter_is_owed() -> None:
    watch = Watch()
    for event in Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-10T09:00").events:
        watch.hear(event)
    assert watch.state is not None
    assert watch.state.next_at == micros(at("2026-03-10T17:00"))


def test_the_next_look_is_at_the_next_thing_that_falls_due() -> None:
    watch = Watch()
    watch.hear(five_days().events[0])
    moments = []
    while watch.state is not None and watch.state.next_at < micros(at("2027-01-01T00:00")):
        moments.append(watch.state.next_at)
        assert watch.look(at("2026-03-01T00:00")) == []
        watch.state = pipeline().on_check(watch.state, watch.state.next_at + 1, watch.state.next_at + 1).state
    assert moments == [
        micros(at(moment))
        for moment in (
            "2026-03-04T07:30",
            "2026-03-06T07:30",
            "2026-03-09T07:30",
            "2026-03-09T17:00",
            "2026-03-10T17:00",
            "2026-03-12T17:00",
            "2026-03-16T17:00",
        )
    ]


def test_it_makes_no_difference_when_an_event_was_recorded_only_when_it_became_known() -> None:
    life = five_days().step("2026-03-06T09:00").moved_to("2026-03-10T09:00", 31)
    known = [event.envelope.recorded_at for event in life.events]
    other = [
        replace(e, envelope=replace(e.envelope, recorded_at=e.envelope.recorded_at + timedelta(days=9)))
        for e in life.events
    ]
    assert fold(other, None, known)[1] == fold(life.events, None, known)[1]


def test_only_ahead_of_the_look_nothing_is_said() -> None:
    watch = Watch()
    watch.hear(five_days().events[0])
    assert watch.look(at("2026-03-04T07:30")) == []
    assert kinds(only(watch.look(at("2026-03-04T07:31")), "near-due")) == ["near-due A2"]


def test_a_finished_dossier_is_forgotten_after_thirty_days_whether_or_not_anybody_looked() -> None:
    """An approval after 40 days: a worker that ticked has forgotten the stream, a replay that only folds has not."""
    life = five_days().ready("2026-03-09T16:00").approved("2026-04-25T09:00")
    life.events[1] = recorded(life.events[1], at("2026-03-10T08:00"))
    life.waived("2026-03-10T09:00").events.insert(2, life.events.pop())
    life.events = [replace(e, envelope=replace(e.envelope, stream_seq=n)) for n, e in enumerate(life.events, 1)]
    looked, folded = Watch(), Watch()
    for event in life.events:
        for _ in range(2):
            looked.look(event.envelope.recorded_at - GRACE)
        looked.hear(event)
        folded.hear(event)
    assert [without_detection(event) for event in looked.emitted] == [
        without_detection(event) for event in folded.emitted
    ]
