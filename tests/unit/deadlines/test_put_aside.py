"""No fact ends the worker: what can't be folded in puts its stream aside, and says so once (TIME-8, B16)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from unittest.mock import patch

import pytest

from events import dossier
from events.deadline import ClockNotArmed
from events.dossier import IntegrityFlagRaised
from rules.clocks import falling_due, fold, taking
from rules.clocks.aside import refusal
from rules.clocks.replay import Told, replay
from rules.clocks.state import NEVER
from rules.errors import CalendarExhaustedError, InvalidTermError, UnknownCalendarError
from tests.unit.deadlines.life import Life, Watch, at, dues, fact_of, kinds, one, only, pipeline, term, told

ERRORS = [
    CalendarExhaustedError("2040-01-01 lies outside"),
    InvalidTermError("no term"),
    AssertionError(),
    OverflowError("date value out of range"),
    ValueError("year 0 is out of range"),
    KeyError("lost"),
    RuntimeError("a bug"),
]
EDGES = [
    pytest.param(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=7))), id="first hours of year 1"),
    pytest.param(datetime(1, 1, 2, tzinfo=UTC), id="year 1"),
    pytest.param(datetime(1900, 1, 1, tzinfo=UTC), id="1900"),
    pytest.param(datetime(2040, 1, 2, 8, tzinfo=UTC), id="2040"),
    pytest.param(datetime(9999, 12, 31, 12, tzinfo=UTC), id="year 9999"),
    pytest.param(datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=7))), id="last hours of year 9999"),
]


@contextmanager
def thrown(error: Exception, what: str) -> Iterator[None]:
    """The fold throws at every event of one type, or at the one of an id."""
    real = fold.evolve

    def evolve(state: Any, fact: Any, *rest: Any, **more: Any) -> Any:
        if what in (fact.event_type, fact.event_id):
            raise error
        return real(state, fact, *rest, **more)

    with patch.object(taking, "evolve", evolve):
        yield


def flags(emitted: list[Any]) -> list[IntegrityFlagRaised]:
    return [event.data for event in emitted if isinstance(event.data, IntegrityFlagRaised)]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_whatever_the_fold_throws_the_stream_is_put_aside_and_flagged_once(error: Exception) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-02T09:00").step_done("2026-03-02T10:00")
    watch = Watch()
    watch.hear(life.events[0])
    with thrown(error, "step-started.v1"):
        (said,) = watch.hear(life.events[1])
    assert watch.state is not None
    assert (watch.state.seq, watch.state.next_at) == (2, NEVER)
    (flag,) = flags([said])
    assert (flag.kind, flag.rule, flag.target_event_id) == ("put_aside", "B16", life.events[1].envelope.event_id)
    assert flag.detail == watch.state.aside == f"{type(error).__name__}: {error}"
    # What follows is refused as well, though the fold could take it: nothing false is said of the stream.
    before = watch.state
    assert watch.hear(life.events[2]) == []
    assert refusal(before, watch.state) == before.aside
    assert watch.look(at("2027-03-02T08:00")) == []


def test_an_event_that_comes_again_to_a_stream_that_is_aside_is_not_refused_twice() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-02T09:00")
    watch = Watch()
    with thrown(RuntimeError("a bug"), "step-started.v1"):
        for event in life.events:
            watch.hear(event)
        for event in life.events:
            before = watch.state
            assert watch.hear(event) == []
            assert refusal(before, watch.state) == ""


def test_a_missing_event_puts_its_stream_aside() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-03T08:00").ready("2026-03-04T06:00")
    watch = Watch()
    watch.hear(life.events[0])
    emitted = watch.hear(life.events[2])
    assert "number 3 and follows number 1" in one(emitted, "integrity-flag-raised").data.detail  # type: ignore[union-attr]
    assert watch.look(at("2026-06-01T08:00")) == []  # above all no breach: the ending may be what is missing


@pytest.mark.parametrize("what", ["ready", "asked", "supplemented", "submitted", "accepted"])
def test_a_stream_that_begins_in_the_middle_is_put_aside(what: str) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5))
    getattr(life, what)("2026-03-04T06:00")
    watch = Watch()
    (said,) = watch.hear(life.events[1])
    assert "number 2" in flags([said])[0].detail
    assert said.envelope.calendar_version == "2026.1"


def test_what_fell_due_before_the_fact_is_said_as_a_look_would_have_said_it() -> None:
    """B9: whoever looked at the clock in between, the same is said."""
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-20T09:00")
    looked = Watch()
    with thrown(RuntimeError("a bug"), "step-started.v1"):
        looked.hear(life.events[0])
        looked.look(at("2026-03-20T08:59"))
        looked.hear(life.events[1])
        assert kinds(told(life)) == kinds(looked.emitted)
    assert kinds(looked.emitted)[-1] == "integrity-flag-raised"
    assert only(looked.emitted, "breached")


@pytest.mark.parametrize("by_look", [True, False])
def test_what_cannot_be_said_when_it_falls_due_puts_the_stream_aside_with_what_was_said_before(by_look: bool) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-20T09:00")
    watch, real = Watch(), falling_due._emit

    def emit(transition: Any, clock: Any, wake: Any) -> None:
        real(transition, clock, wake)
        if wake.name == "B0":
            raise OverflowError("a bug")

    with patch.object(falling_due, "_emit", emit):
        watch.hear(life.events[0])
        if by_look:
            watch.look(at("2026-03-20T08:59"))
        watch.hear(life.events[1])
    assert kinds(watch.emitted) == [
        "set", "near-due A2", "near-due A3", "apology-pending-raised", "near-due A4", "integrity-flag-raised"
    ]  # fmt: skip
    assert watch.state is not None
    assert (watch.state.aside, watch.state.seq) == ("OverflowError: a bug", 2)
    assert watch.emitted[-1].envelope.occurred_at == at("2026-03-09T17:00")


def test_a_version_that_is_not_published_here_any_more_puts_its_streams_aside_and_no_look_fails() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-03T09:00")
    watch = Watch()
    watch.hear(life.events[0])
    with (
        patch.object(watch.pipeline._context.planner, "_legal_contexts", {}),
        patch.object(watch.pipeline._context.planner, "_legal_context_of", side_effect=UnknownCalendarError("gone")),
    ):
        heard = Watch()
        heard.state = watch.state
        assert kinds(heard.hear(life.events[1])) == ["integrity-flag-raised"]
        assert kinds(watch.look(at("2026-03-20T08:59"))) == ["integrity-flag-raised"]
    assert watch.state is not None
    assert watch.state.aside == "UnknownCalendarError: gone"


def test_an_explanation_goes_as_far_as_the_clock_went_and_says_why() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-02T09:00").ready("2026-03-03T10:00")
    with thrown(RuntimeError("a bug"), "step-started.v1"):
        steps = replay([Told(fact_of(event)) for event in life.events], pipeline()._context.planner)
    assert len(steps) == 2
    assert [(note.code, note.detail) for note in steps[-1].notes] == [("put-aside", "RuntimeError: a bug")]


def test_after_the_mend_the_same_log_gives_everything_and_no_flag() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-02T09:00").ready("2026-03-03T10:00")
    with thrown(RuntimeError("a bug"), "step-started.v1"):
        assert kinds(told(life)) == ["set", "integrity-flag-raised"]
    assert kinds(told(life)) == ["set", "met early"]


# Dates that nobody can plan with.


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("where", ["step", "agency", "consultation"])
def test_a_part_due_on_a_day_that_no_calendar_has_arms_no_clock_and_is_an_alert(where: str, edge: datetime) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5))
    match where:
        case "step":
            life.step("2026-03-02T09:00", due_at=edge)
        case "agency":
            life.moved_to("2026-03-02T09:00", 9, due_back_at=edge)
        case _:
            life.consulted("2026-03-02T09:00", reply_due_at=edge)
    emitted = told(life.ready("2026-03-03T10:00"))
    assert kinds(emitted) == ["set", "clock-not-armed", "met early"]
    alert = emitted[1].data
    assert isinstance(alert, ClockNotArmed)
    assert (alert.clock_kind, alert.code) == (where, "calendar_exhausted")


def test_a_hand_over_with_such_a_date_still_changes_who_holds_the_dossier() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).moved_to("2026-03-02T09:00", 9, due_back_at=EDGES[0].values[0])
    watch = Watch()
    for event in life.events:
        watch.hear(event)
    assert watch.state is not None
    assert watch.state.holder_unit_id == 9


@pytest.mark.parametrize("edge", EDGES)
def test_an_appointment_on_such_a_day_arms_no_clock_and_its_ending_is_unknown(edge: datetime) -> None:
    emitted = told(Life().accepted("2026-03-02T08:00", appointment_at=edge).ready("2026-03-03T10:00"))
    assert kinds(emitted) == ["clock-not-armed", "ended unknown"]


@pytest.mark.parametrize("edge", EDGES)
def test_an_extension_to_such_a_day_is_flagged_and_the_clock_goes_on_as_it_was(edge: datetime) -> None:
    """No date that can't be planned takes a due date away: that would be the best of all extensions."""
    life = Life().accepted("2026-03-02T08:00", term(5)).extended("2026-03-03T09:00", edge)
    emitted = told(life, "2026-03-10T08:00")
    assert [(flag.kind, flag.rule) for flag in flags(emitted)] == [("redated", "DR-25")]
    assert dues(one(emitted, "breached"))[1] == "2026-03-09 17:00"


@pytest.mark.parametrize("edge", EDGES)
def test_a_new_promise_on_such_a_day_is_flagged_and_the_letter_counts(edge: datetime) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).apologised("2026-03-12T09:00", edge)
    emitted = told(life)
    assert [flag.rule for flag in flags(emitted)] == ["AR-05"]
    assert only(emitted, "apology-classified")


@pytest.mark.parametrize("edge", EDGES)
def test_a_day_until_which_to_reply_or_to_pay_breaks_nothing(edge: datetime) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5))
    life.then(
        "2026-03-03T09:00",
        dossier.SupplementRequested(round_no=1, missing_items=("a",), reason="b", reply_by=edge.date()),
    )
    assert not flags(told(life.supplemented("2026-03-04T09:00").ready("2026-03-05T09:00")))


def test_a_pause_from_before_every_calendar_used_up_nothing() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2013-06-03T09:00")
    paused = one(told(life), "clock-paused").data
    assert (getattr(paused, "consumed_working_days", -1), getattr(paused, "consumed_working_minutes", -1)) == (0, 0)
