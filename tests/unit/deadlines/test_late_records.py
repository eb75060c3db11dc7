"""Every kind of event that is recorded late: judged by its recording, flagged once, and by its own time once approved (DR-31)."""

from datetime import timedelta

import pytest

from events.deadline import ApologyClassified, EndingClassified
from tests.unit.deadlines.life import (
    PAYING,
    Life,
    at,
    dues,
    kinds,
    local,
    of_clock,
    one,
    only,
    recorded,
    state_of,
    term,
    told,
    when_said,
)

DUE = "2026-03-09 17:00"
"""Of five working days from Monday 02/03/2026 08:00."""
LATE = timedelta(days=3)


def life() -> Life:
    return Life().accepted("2026-03-02T08:00", term(5))


def late(story: Life, recorded_at: str) -> Life:
    """The last event was recorded at another time than it happened."""
    story.events[-1] = recorded(story.events[-1], at(recorded_at))
    return story


def flags(story: Life, until: str = "2026-03-20T00:00") -> list[tuple[str, str, int]]:
    """(kind, rule, number of the event) of each flag."""
    numbers = {event.envelope.event_id: event.envelope.stream_seq for event in story.events}
    found = [event.data for event in only(told(story, until), "integrity")]
    return [(data.kind, data.rule, numbers[data.target_event_id]) for data in found]  # type: ignore[union-attr]


def asked_late() -> Life:
    return late(life().asked("2026-03-05T09:00"), "2026-03-10T08:00")


def test_a_request_that_was_recorded_after_the_due_instant_pauses_nothing() -> None:
    emitted = told(asked_late(), "2026-03-12T00:00")
    assert flags(asked_late()) == [("backdated", "DR-31", 2)]
    assert not only(emitted, "clock-paused")
    assert when_said(only(emitted, "breached")) == [f"{DUE} breached"]


def test_one_that_was_recorded_before_the_due_instant_pauses_from_its_own_time() -> None:
    story = late(life().asked("2026-03-03T09:00"), "2026-03-05T09:00").supplemented("2026-03-06T09:00")
    assert flags(story) == []
    assert when_said(only(told(story), "clock-paused")) == ["2026-03-03 09:00 clock-paused"]


def test_days_of_waiting_that_a_late_record_within_the_term_gains_are_flagged_with_their_number() -> None:
    def owing(recorded_at: str) -> Life:
        paying = Life(procedure_code=PAYING).accepted("2026-03-02T08:00", term(20))
        return late(paying.owing("2026-03-03T09:00"), recorded_at)

    story = owing("2026-03-05T09:00")
    assert flags(story) == [("backdated", "DR-20", 2)]
    (flag,) = only(told(story), "integrity")
    assert "960 working minutes of waiting" in flag.data.detail  # type: ignore[union-attr]
    assert "by 2 working days" in flag.data.detail  # type: ignore[union-attr]
    assert when_said(only(told(story), "clock-paused")) == ["2026-03-03 09:00 clock-paused"], "it counts as said"
    assert flags(owing("2026-03-03T16:00")) == [], "the same day moves nothing"
    assert flags(owing("2026-03-03T09:15")) == []


def test_an_approved_extension_that_was_granted_while_it_waits_counts_when_the_clock_goes_on() -> None:
    asked = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-04T09:00")
    extended = late(asked.extended("2026-03-05T09:00", at("2026-03-20T17:00")), "2026-03-10T08:00").approved(
        "2026-03-10T09:00"
    )
    assert not only(told(extended, "2026-03-11T00:00"), "moved"), "as if it had been recorded in time (DR-25)"
    moved = only(told(extended.supplemented("2026-03-11T09:00")), "moved")
    assert [local(one.data.lawful_due_at) for one in moved] == ["2026-03-20 17:00"]  # type: ignore[union-attr]


def test_between_the_latest_instant_for_an_apology_and_the_due_instant_it_pauses_from_its_recording() -> None:
    story = late(life().asked("2026-03-05T09:00"), "2026-03-09T08:00")
    assert flags(story) == [("backdated", "DR-31", 2)]
    assert when_said(only(told(story), "clock-paused")) == ["2026-03-09 08:00 clock-paused"]


def test_an_approved_request_pauses_from_its_own_time_and_what_is_owed_lapses() -> None:
    story = asked_late().approved("2026-03-10T09:00").supplemented("2026-03-11T09:00")
    emitted = told(story, "2026-03-11T12:00")
    assert kinds(only(emitted, "breached", "apology-required", "apology-lapsed", "clock"))[-3:] == [
        "apology-lapsed",
        "clock-paused",
        "clock-restarted",
    ]
    assert when_said(only(emitted, "clock-paused")) == ["2026-03-05 09:00 clock-paused"]
    assert dues(one(emitted, "moved"))[1] == "2026-03-18 17:00"  # five days from 11/03


def test_a_wait_that_is_over_is_said_when_it_is_approved() -> None:
    story = late(asked_late().supplemented("2026-03-06T09:00"), "2026-03-10T08:05")
    story.approved("2026-03-10T09:00", story.events[1].envelope.event_id)
    emitted = told(story, "2026-03-10T10:00")
    assert when_said(only(emitted, "clock")) == ["2026-03-05 09:00 clock-paused", "2026-03-06 09:00 clock-restarted"]
    moved = one(emitted, "moved")
    assert (dues(moved)[1], moved.data.cause) == ("2026-03-13 17:00", "late_record_approved")  # type: ignore[union-attr]
    assert kinds(only(emitted, "apology-lapsed")) == ["apology-lapsed"]


def test_until_then_an_answer_that_is_dated_before_the_request_was_recorded_moves_nothing() -> None:
    story = late(life().asked("2026-03-05T09:00"), "2026-03-09T08:00")
    emitted = told(late(story.supplemented("2026-03-06T09:00"), "2026-03-09T09:00"), "2026-03-20T00:00")
    assert not only(emitted, "moved", "clock-restarted")
    assert when_said(only(emitted, "breached")) == [f"{DUE} breached"]


def test_a_completion_that_is_recorded_late_is_flagged_and_its_own_time_stands() -> None:
    story = late(life().asked("2026-03-04T09:00").supplemented("2026-03-06T09:00"), "2026-03-11T09:00")
    emitted = told(story, "2026-03-11T10:00")
    assert flags(story, "2026-03-11T10:00") == [("backdated", "DR-31", 3)]
    assert dues(one(emitted, "moved"))[1] == "2026-03-13 17:00"  # by 11/03 it would be 18/03
    story.approved("2026-03-11T11:00")
    assert told(story, "2026-03-11T12:00") == emitted


def test_an_extension_that_was_recorded_after_the_breach_has_no_effect_until_it_is_approved() -> None:
    story = late(life().extended("2026-03-06T09:00", at("2026-03-13T17:00")), "2026-03-10T08:00")
    assert not only(told(story, "2026-03-10T09:00"), "moved")
    assert flags(story) == [("backdated", "DR-31", 2)]
    emitted = told(story.approved("2026-03-10T09:00"), "2026-03-12T00:00")
    assert dues(one(emitted, "moved"))[1] == "2026-03-13 17:00"
    assert kinds(only(emitted, "apology-lapsed")) == ["apology-lapsed"]


def test_a_letter_is_classed_by_its_recording_and_again_when_it_is_approved() -> None:
    story = late(life().apologised("2026-03-06T09:00"), "2026-03-10T08:00")

    def classes(of: Life) -> list[str]:
        said = [event.data for event in told(of, "2026-03-12T00:00")]
        return [data.apology_class for data in said if isinstance(data, ApologyClassified)]

    assert classes(story) == ["sent_late"]
    assert flags(story) == [("backdated", "DR-31", 2)]
    assert classes(story.approved("2026-03-10T09:00")) == ["sent_late", "sent_in_time"]


def test_a_step_that_is_said_to_have_ended_in_time_is_breached_until_it_is_approved() -> None:
    story = Life().accepted("2026-03-02T08:00", term(20)).step("2026-03-02T08:00", budget=term(2))  # due 04/03 17:00
    story = late(story.step_done("2026-03-04T16:00"), "2026-03-05T08:00")
    emitted = of_clock(told(story, "2026-03-05T09:00"), "step")
    assert kinds(emitted)[-1] == "step-breached"
    assert not only(emitted, "met")
    assert flags(story) == [("backdated", "DR-31", 3)]
    again = of_clock(told(story.approved("2026-03-05T09:00"), "2026-03-05T10:00"), "step")
    assert when_said(again)[-1] == "2026-03-04 16:00 met on_time"


def test_a_step_that_was_due_before_a_request_was_recorded_is_not_paused_by_it() -> None:
    """All of it comes with an upload at 11:00, so that nothing was said of the step when the request is told."""
    story = late(Life().accepted("2026-03-02T08:00", term(20)), "2026-03-02T11:00")
    story = late(story.step("2026-03-02T08:00", budget=term(2, "hour")), "2026-03-02T11:00")
    story = late(story.asked("2026-03-02T09:00"), "2026-03-02T11:00")
    emitted = told(story, "2026-03-03T00:00")
    assert kinds(of_clock(emitted, "step"))[-1] == "step-breached"
    assert len(only(of_clock(emitted, "dossier"), "clock-paused")) == 1
    assert flags(story) == [("backdated", "DR-31", 3)]


def test_one_approval_names_many_events() -> None:
    story = late(asked_late().supplemented("2026-03-06T09:00"), "2026-03-10T08:05")
    story = late(story.ready("2026-03-09T10:00"), "2026-03-10T08:10")
    assert getattr(one(told(story), "ended").data, "outcome", "") == "late"
    asked, _, ready = [event.envelope.event_id for event in story.events[1:]]
    story.approved("2026-03-10T09:00", asked, ready)
    verdicts = [event.data for event in told(story) if isinstance(event.data, EndingClassified)]
    assert [data.outcome for data in verdicts] == ["late", "early"]
    assert [local(data.judged_due_at) for data in verdicts] == [DUE, "2026-03-13 17:00"]
    assert [(data.is_backdated, data.is_approved) for data in verdicts] == [(True, False), (True, True)]
    story.approved("2026-03-10T10:00", asked, ready)
    assert len([event for event in told(story) if isinstance(event.data, EndingClassified)]) == 2


def test_an_approved_request_classes_an_ending_again_that_was_recorded_at_once() -> None:
    story = (
        asked_late().ready("2026-03-10T10:00").approved("2026-03-10T11:00", asked_late().events[1].envelope.event_id)
    )
    verdicts = [event.data for event in told(story) if isinstance(event.data, EndingClassified)]
    # 05/03 asked, ready on 10/03 while it waits: two of five days were left, 12/03.
    assert [(data.outcome, local(data.judged_due_at)) for data in verdicts] == [
        ("late", DUE),
        ("early", "2026-03-12 17:00"),
    ]


def test_an_ending_that_was_dated_back_moves_no_due_date_by_a_reopening() -> None:
    story = late(life().ready("2026-03-06T09:00"), "2026-03-10T08:00").reopened("2026-03-10T09:00")
    assert dues(one(told(story, "2026-03-10T10:00"), "moved"))[1] == DUE
    story.approved("2026-03-10T10:00", story.events[1].envelope.event_id)
    assert (
        dues(only(told(story, "2026-03-10T11:00"), "moved")[-1])[1] == "2026-03-11 17:00"
    )  # 09/03 and 10/03 were none


def test_a_finished_stream_is_kept_while_a_late_record_waits_for_its_approval() -> None:
    story = late(life().asked("2026-03-05T09:00"), "2026-03-09T08:00").withdrawn("2026-03-09T10:00")
    assert state_of(story).late_records
    approved = story.approved("2027-03-09T10:00", story.events[1].envelope.event_id)
    assert "met" in " ".join(kinds(told(approved))[-1:])


def test_history_that_comes_after_a_live_event_is_judged_as_one_and_flagged_once() -> None:
    story = Life(is_history=True).accepted("2026-03-02T08:00", term(5))
    story.is_history = False
    story.step("2026-03-03T08:00")
    story.is_history = True
    story = late(story.ready("2026-03-09T10:00"), "2026-03-10T08:00")
    assert flags(story) == [("interference", "B14", 3), ("backdated", "DR-31", 3)]
    assert getattr(one(told(story), "ended").data, "outcome", "") == "late"


def test_history_in_its_turn_is_not_asked_when_it_was_recorded() -> None:
    story = late(
        Life(is_history=True).accepted("2026-03-02T08:00", term(5)).asked("2026-03-05T09:00"), "2026-09-10T08:00"
    )
    assert flags(late(story.supplemented("2026-03-06T09:00"), "2026-09-10T08:00")) == []


@pytest.mark.parametrize(("minutes", "is_flagged"), [(15, False), (16, True)])
def test_within_the_tolerance_nothing_is_late(minutes: int, *, is_flagged: bool) -> None:
    story = life().asked("2026-03-09T16:50", delay=timedelta(minutes=minutes))
    assert bool(flags(story)) == is_flagged
    assert bool(only(told(story), "clock-paused")) != is_flagged
