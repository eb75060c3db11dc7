"""Facts that can't be right (4.3, "forbidden"): a flag with the rule, the clock as it was, and the number goes on."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from events.dossier import IntegrityFlagRaised
from rules.clocks.state import StreamState
from tests.unit.deadlines.life import (
    PAYING,
    STEPPED,
    Life,
    Watch,
    at,
    dues,
    fold,
    kinds,
    of_clock,
    one,
    only,
    state_of,
    term,
    told,
)


def begun(procedure_code: str = PAYING) -> Life:
    return Life(procedure_code=procedure_code).accepted("2026-03-02T08:00", term(20))


def without_place(state: StreamState) -> StreamState:
    """A state without its place in the stream and the times that follow from it."""
    return replace(state, seq=0, known_at=0, catching_up_at=0, next_at=0)


CONTRADICTIONS: dict[str, tuple[Life, Callable[[Life], Life], str, str]] = {
    "resumed without a pause": (begun(), lambda life: life.supplemented("2026-03-04T09:00"), "clock_gap", "not-paused"),
    "exempted without a duty": (begun(), lambda life: life.exempted("2026-03-04T09:00"), "clock_gap", "not-paused"),
    "resumed twice": (
        begun().asked("2026-03-03T09:00").supplemented("2026-03-04T09:00"),
        lambda life: life.supplemented("2026-03-04T10:00"),
        "clock_gap",
        "not-paused",
    ),
    "two open pauses": (
        begun().asked("2026-03-03T09:00"),
        lambda life: life.asked("2026-03-04T09:00", 2),
        "overlap",
        "already-paused",
    ),
    "two open pauses of two causes": (
        begun().asked("2026-03-03T09:00"),
        lambda life: life.owing("2026-03-04T09:00"),
        "overlap",
        "already-paused",
    ),
    "resumed for another cause": (
        begun().owing("2026-03-03T09:00"),
        lambda life: life.supplemented("2026-03-04T09:00"),
        "clock_gap",
        "not-paused",
    ),
    "accepted twice": (begun(), lambda life: life.accepted("2026-03-04T09:00", term(9)), "order", "already-accepted"),
    "ended twice": (
        begun().ready("2026-03-04T09:00"),
        lambda life: life.withdrawn("2026-03-05T09:00"),
        "order",
        "already-ended",
    ),
    "asked after the end": (
        begun().ready("2026-03-04T09:00"),
        lambda life: life.asked("2026-03-05T09:00"),
        "order",
        "already-ended",
    ),
    "extended after the end": (
        begun().ready("2026-03-04T09:00"),
        lambda life: life.extended("2026-03-05T09:00", at("2026-05-29T17:00")),
        "order",
        "already-ended",
    ),
    "reopened while open": (begun(), lambda life: life.reopened("2026-03-04T09:00"), "order", "not-ended"),
    "asked before an earlier pause was over": (
        begun().asked("2026-03-03T09:00").supplemented("2026-03-05T09:00"),
        lambda life: life.asked("2026-03-04T09:00", 2),
        "order",
        "out-of-order",
    ),
    "resumed before it was asked": (
        begun().asked("2026-03-04T09:00"),
        lambda life: life.supplemented("2026-03-03T09:00"),
        "order",
        "out-of-order",
    ),
    "extended before an earlier pause": (
        begun().asked("2026-03-04T09:00").supplemented("2026-03-05T09:00"),
        lambda life: life.extended("2026-03-03T09:00", at("2026-05-29T17:00")),
        "order",
        "out-of-order",
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_flagged_and_changes_no_clock(name: str) -> None:
    before, then, kind, rule = CONTRADICTIONS[name]
    life = Life(procedure_code=before.procedure_code)
    life.events = list(before.events)
    watch = Watch()
    for event in life.events:
        watch.hear(event)
    state = watch.state
    assert state is not None
    last = then(life).events[-1]
    watch.look(last.envelope.occurred_at)  # what falls due meanwhile is another matter
    known = watch.state
    assert known is not None
    (flag,) = watch.hear(last)
    assert isinstance(flag.data, IntegrityFlagRaised)
    assert (flag.data.kind, flag.data.rule) == (kind, f"domain 4.3: {rule}")
    assert flag.data.target_event_id == last.envelope.event_id
    assert flag.envelope.causation_id == last.envelope.event_id
    after = watch.state
    assert after is not None
    assert after.seq == state.seq + 1
    assert without_place(after) == without_place(known)


@pytest.mark.parametrize(
    "early",
    ["ready", "asked", "moved_to", "step", "consulted", "apologised", "reopened", "extended"],
)
def test_what_needs_an_acceptance_is_flagged_before_it(early: str) -> None:
    life = Life().submitted("2026-03-02T08:00")
    more = {"moved_to": (31,), "extended": (at("2026-05-29T17:00"),)}.get(early, ())
    getattr(life, early)("2026-03-02T09:00", *more)
    emitted = told(life)
    assert kinds(emitted) == ["set", "integrity-flag-raised"]
    assert getattr(emitted[-1].data, "rule", "") == "domain 4.3: not-accepted-yet"
    assert state_of(life).seq == 2


def test_a_result_before_acceptance_at_the_very_beginning_is_flagged_and_the_acceptance_still_counts() -> None:
    life = Life().ready("2026-03-02T07:00").accepted("2026-03-02T08:00", term(5))
    emitted = told(life)
    assert kinds(emitted) == ["integrity-flag-raised", "set"]
    assert dues(emitted[-1])[0] == "2026-03-09 17:00"


def test_a_stream_that_began_wrongly_has_the_day_and_the_procedure_of_its_acceptance() -> None:
    life = Life(procedure_code=STEPPED).ready("2026-03-02T07:00").accepted("2026-03-02T08:00")
    life.step("2026-03-02T09:00", "appraisal")
    emitted = told(life)
    assert dues(one(of_clock(emitted, "step"), "set"))[0] == "2026-03-05 17:00"
    assert one(of_clock(emitted, "dossier"), "set").envelope.opened_on.isoformat() == "2026-03-02"


def test_a_resumption_before_acceptance_is_a_contradiction_too() -> None:
    life = Life().submitted("2026-03-02T08:00").supplemented("2026-03-02T09:00")
    assert kinds(told(life)) == ["set", "integrity-flag-raised"]


def test_a_submission_after_the_acceptance_starts_no_intake_clock() -> None:
    assert kinds(told(begun().submitted("2026-03-03T08:00"), "2026-03-05T00:00"))[-1] == "integrity-flag-raised"


def test_a_payment_is_never_a_contradiction() -> None:
    for life in (begun(), begun().asked("2026-03-03T09:00"), begun().ready("2026-03-04T09:00")):
        assert not only(told(life.paid("2026-03-05T09:00")), "integrity")


def test_a_flag_of_somebody_else_says_nothing_to_a_clock() -> None:
    flag = IntegrityFlagRaised(kind="order", rule="x", detail="y", target_event_id="z")
    assert kinds(told(Life().accepted("2026-03-02T08:00", term(5)).then("2026-03-03T08:00", flag))) == ["set"]


# What was forgotten. What is missing puts the stream aside: test_put_aside.py.


@pytest.mark.parametrize("what", ["delivered", "apologised", "waived", "approved"])
def test_what_is_said_of_a_forgotten_dossier_moves_no_clock(what: str) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-04T06:00")
    getattr(life, what)("2026-08-01T09:00")
    assert fold(life.events[2:]) == (None, [])


def test_history_of_a_forgotten_dossier_moves_no_clock() -> None:
    life = (
        Life(is_history=True).accepted("2026-03-02T08:00", term(5)).ready("2026-03-04T06:00").ready("2026-03-05T06:00")
    )
    assert fold(life.events[2:]) == (None, [])


def test_a_reopening_after_the_dossier_was_forgotten_is_an_alert_and_stops_nobody() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-04T06:00").reopened("2026-08-01T09:00")
    _, emitted = fold(life.events[2:])
    assert kinds(emitted) == ["clock-not-armed"]


@pytest.mark.parametrize(
    "life",
    [
        Life().submitted("2026-03-02T08:00").rejected("2026-03-02T09:00"),
        Life().feedback("2026-03-02T08:00").feedback_refused("2026-03-02T09:00"),
        Life()
        .feedback("2026-03-02T08:00")
        .feedback_answered("2026-03-02T09:00")
        .feedback_published("2026-03-02T10:00"),
    ],
)
def test_what_was_rejected_refused_or_published_is_forgotten_as_a_finished_dossier_is(life: Life) -> None:
    watch = Watch()
    for event in life.events:
        watch.hear(event)
    watch.look(at("2026-04-10T00:00"))
    assert watch.state is None
