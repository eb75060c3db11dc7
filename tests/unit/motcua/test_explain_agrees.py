"""The second hand comes to what the deadline processor said, whatever happened; and says so loudly when it doesn't."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from events.deadline import DeadlineMet, DeadlineSet, EndingClassified, StepBreached
from events.envelope import Event
from rules.book.rulebook import Rulebook
from rules.explain.dossier_explanation import DossierExplanation
from tests.lanes.examples import examples
from tests.properties.deadlines.random_lives import Told, lives
from tests.unit.deadlines.calendars import ANNOUNCED_AT, NEW, SWAPPED, calendar, swapped
from tests.unit.deadlines.life import CHAINED, STEPPED, Life, Watch, at, fold, rulebook, term
from tests.unit.motcua.explained_lives import explained, explained_json, three_policies


def two_versions() -> Rulebook:
    """The rulebook behind `swapped`: its default calendar has a second version."""
    book = rulebook()
    others = [one for one in book.calendars if one.calendar_id != "vn-standard"]
    first = calendar("2026.1", at("2025-11-21T00:00"), {})
    return Rulebook([calendar(NEW, ANNOUNCED_AT, SWAPPED), first, *others], book.rule_sets)


BOOK = two_versions()


@settings(deadline=None, max_examples=examples(150))
@given(lives())
def test_every_life_is_explained_as_it_was_told(told: Told) -> None:
    watch = Watch(told.life.dossier_id, swapped())
    for event, known_at in zip(told.life.events, told.known_at, strict=True):
        watch.hear(event, known_at)
    found = explained(told.life, watch.emitted, of=BOOK, known_at=told.known_at)
    assert not found.differs
    assert {clock.name for clock in found.clocks} >= {
        event.data.clock for event in watch.emitted if event.envelope.event_type == "deadline-set.v1"
    }
    ended = {clock.name: clock.outcome for clock in found.clocks if clock.life.ended is not None}
    assert ended == {name: last_class(watch.emitted, name) for name in ended}


def last_class(emitted: list[Event], name: str) -> str:
    """The class that was last said of a clock since it was set; not known where nothing was."""
    found = "unknown"
    for event in emitted:
        match event.data:
            case DeadlineSet(clock=clock) if clock == name:
                found = "unknown"
            case DeadlineMet(clock=clock, outcome=outcome) if clock == name:
                found = outcome
            case StepBreached(clock=clock) if clock == name:
                found = "late"
            case EndingClassified(outcome=outcome) if name == "dossier":
                found = outcome
    return found


def test_a_part_that_ended_while_it_waited_has_the_class_that_was_said_of_it_which_is_none() -> None:
    """Its due date had passed meanwhile; but no breach was said, and an explanation judges nothing by itself."""
    life = Life(procedure_code=CHAINED).accepted("2026-03-02T08:00").moved_to("2026-03-03T09:00", 31)
    found = explained(life.asked("2026-03-20T09:00").ready("2026-03-30T10:00"))
    assert [clock.outcome for clock in found.clocks if clock.kind == "agency"] == ["unknown"]
    assert not found.differs


@pytest.mark.parametrize("appointment_at", [None, at("2026-03-12T17:00")])
def test_who_gave_the_date_and_by_which_one_it_was_judged_are_repeated_from_what_was_said(
    appointment_at: datetime | None,
) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5), appointment_at=appointment_at).asked("2026-03-04T09:00")
    _, said = fold(life.ready("2026-03-20T10:00").events)
    (given_by,) = (one.data.given_by for one in said if isinstance(one.data, DeadlineSet))
    (judged_due_at,) = (one.data.judged_due_at for one in said if isinstance(one.data, EndingClassified))
    (clock,) = explained_json(life)["clocks"]
    assert (clock["given_by"], clock["judged_due_at"]) == (given_by, judged_due_at.isoformat())


def test_an_event_that_came_with_an_upload_is_followed_in_log_time_though_it_is_not_late_itself() -> None:
    """The step's due date passed before the request became known; time counted again since the upload was over."""
    life = Life().accepted("2026-03-02T08:00", term(10)).step("2026-03-02T22:30", budget=term(2, "hour"))
    life.asked("2026-03-03T08:00").supplemented("2026-03-04T09:30")
    known_at = [at(f"2026-03-0{day}T23:00") for day in (2, 2, 3, 4)]
    watch = Watch(life.dossier_id, swapped())
    for event, moment in zip(life.events, known_at, strict=True):
        watch.hear(event, moment)
    found = explained(life, watch.emitted, of=BOOK, known_at=known_at)
    assert [(clock.kind, clock.differs) for clock in found.clocks] == [("dossier", False), ("step", False)]


def test_every_kind_of_clock_is_explained() -> None:
    life = (
        Life(procedure_code=CHAINED)
        .submitted("2026-03-02T08:00")
        .accepted("2026-03-02T14:00")
        .moved_to("2026-03-03T09:00", 31)
        .consulted("2026-03-04T09:00", reply_term=term(3))
        .answered("2026-03-06T09:00")
        .step("2026-03-05T09:00", budget=term(2))
        .step_done("2026-03-06T15:00")
        .ready("2026-03-20T10:00")
    )
    found = explained(life)
    assert [(clock.kind, clock.original.computed.strftime("%d/%m %H:%M"), clock.outcome) for clock in found.clocks] == [
        ("dossier", "25/03 17:00", "early"),
        ("intake", "03/03 08:00", "early"),
        ("transfer", "02/03 17:00", "late"),
        ("agency", "24/03 17:00", "early"),
        ("consultation", "09/03 17:00", "early"),
        ("step", "09/03 17:00", "early"),
    ]
    assert not found.differs


def test_a_step_goes_on_with_what_was_left() -> None:
    life = Life(procedure_code=STEPPED).accepted("2026-03-02T08:00").step("2026-03-02T09:00", "review", budget=term(3))
    life.asked("2026-03-04T09:00").supplemented("2026-03-09T10:00")
    step = explained(life).clocks[2]
    assert (step.kind, [move.move.cause for move in step.moves]) == ("step", ["set", "supplement_completed"])
    assert step.lawful.computed == at("2026-03-10T17:00") == step.lawful.recorded
    assert step.causes == ("supplement",)


def test_day_or_instant_is_fixed_at_the_start() -> None:
    """An appointment is judged by its day, also after a restart that counts hours; an agency's day follows from that."""
    life = Life(procedure_code=CHAINED).accepted(
        "2026-01-05T06:00", term(9, "hour"), appointment_at=at("2026-01-05T06:01")
    )
    life.asked("2026-01-05T06:00").supplemented("2026-01-05T06:00").moved_to("2026-01-05T06:00", 31)
    found = explained(life)
    assert [clock.lawful.computed for clock in found.clocks if clock.kind == "agency"] == [at("2026-01-05T17:00")]
    assert not found.differs


def test_feedback_has_its_own_clocks() -> None:
    life = (
        Life().feedback("2026-03-02T09:00").feedback_answered("2026-03-10T09:00").feedback_published("2026-03-11T09:00")
    )
    found = explained(life)
    assert [(clock.kind, sum(day.counted for day in clock.explanation.days)) for clock in found.clocks] == [
        ("feedback_answer", 15),
        ("feedback_publication", 2),
    ]


def recorded_otherwise(field: str, event_type: str) -> DossierExplanation:
    life = three_policies()
    _, said = fold(life.events)
    wrong = [
        replace(one, data=replace(one.data, **{field: getattr(one.data, field) + timedelta(days=1)}))
        if one.envelope.event_type == event_type
        else one
        for one in said
    ]
    return explained(life, wrong)


@pytest.mark.parametrize(
    ("field", "event_type"),
    [
        ("original_due_at", "deadline-moved.v1"),
        ("lawful_due_at", "deadline-set.v1"),
        ("lawful_due_at", "deadline-moved.v1"),
        ("promised_due_at", "deadline-moved.v1"),
    ],
)
def test_a_due_date_that_was_said_otherwise_differs(field: str, event_type: str) -> None:
    assert recorded_otherwise(field, event_type).differs


def test_words_that_follow_from_nothing_and_words_that_are_missing_differ() -> None:
    life = three_policies()
    _, said = fold(life.events)
    moved = next(one for one in said if one.envelope.event_type == "deadline-moved.v1")
    strange = replace(moved, envelope=replace(moved.envelope, stream_seq=2))
    foreign = replace(moved, data=replace(moved.data, clock="step:x#9", clock_kind="step"))
    assert explained(life, [*said, strange]).clocks[0].unexplained
    assert explained(life, [*said, foreign]).unexplained
    without_set = [one for one in said if one.envelope.event_type != "deadline-set.v1"]
    assert explained(life, without_set).clocks[0].moves[0].is_missing


def test_what_was_not_said_yet_is_no_difference() -> None:
    found = explained(three_policies(), [])
    assert not found.differs
    assert found.clocks[0].lawful.recorded is None


def test_what_moved_nothing_is_noted() -> None:
    life = Life().asked("2026-03-01T09:00").accepted("2026-03-02T09:00", term(1)).asked("2026-03-09T09:00")
    life.supplemented("2026-03-10T09:00").extended("2026-03-10T10:00", at("2026-03-04T17:00"))
    life.ready("2026-03-02T16:00", delay=timedelta(days=12)).owing("2026-03-12T09:00").ready("2026-03-13T09:00")
    notes = [(note.fact.seq, note.code) for note in explained(life, []).notes]
    assert notes == [
        (1, "not-accepted-yet"),
        (3, "too-late"),
        (5, "no-effect"),
        (6, "backdated"),
        (7, "already-ended"),
        (8, "already-ended"),
    ]


def test_an_approved_late_record_needs_no_look_any_more() -> None:
    life = Life().accepted("2026-03-02T09:00", term(5)).ready("2026-03-06T16:00", delay=timedelta(days=5))
    assert [note.code for note in explained(life).notes] == ["backdated"]
    life.approved("2026-03-12T09:00")
    assert explained(life).notes == ()


def test_a_clock_that_was_given_up_is_noted_and_no_difference() -> None:
    life = Life().accepted("2026-03-02T09:00", term(5)).ready("2026-03-06T09:00").reopened("2026-06-01T09:00")
    found = explained(life)
    assert [(note.code, note.fact.seq) for note in found.notes] == [("not-armed", 3)]
    assert not found.differs
    assert found.clocks[0].lawful.recorded is None


def test_a_refusal_ends_a_stream_and_an_arrival_ends_its_transfer() -> None:
    refused = explained(Life().submitted("2026-03-02T08:00").rejected("2026-03-02T10:00"))
    assert refused.ending is not None
    assert [clock.outcome for clock in refused.clocks] == ["early"]
    arrived = explained(Life(procedure_code=CHAINED).accepted("2026-03-02T09:00").received_there("2026-03-02T11:00"))
    assert [(clock.kind, clock.outcome) for clock in arrived.clocks] == [("dossier", "unknown"), ("transfer", "early")]


def test_a_dossier_without_a_term_has_no_clock_and_says_so() -> None:
    life = Life().accepted("2026-03-02T09:00")
    for said in (None, []):
        found = explained(life, said)
        assert (found.clocks, [note.code for note in found.notes]) == ((), ["not-armed"])
