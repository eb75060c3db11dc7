"""The law as its text has it, a second time and apart from the product (`tests/oracles/law`), judges the lives of the whole way.

Where the product says otherwise than the text, the shortest life that shows it stands here by hand, and fails until it is mended.
"""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from tests.lanes.examples import examples
from tests.properties.whole_way.history_table import table_of
from tests.properties.whole_way.judged_by_text import differences
from tests.properties.whole_way.lives import plans
from tests.properties.whole_way.rule_books import Choice
from tests.properties.whole_way.told_by_hand import Story, only
from tests.properties.whole_way.world import LATEST_ENDING, Plan, World, live

_PAUSE, _QD766 = Choice(supplement_policy="pause"), Choice(supplement_policy="qd766")


@settings(
    max_examples=examples(100),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(plan=plans())
def test_the_product_says_what_the_text_of_the_law_says(plan: Plan) -> None:
    # Corrections are left out: the oracle doesn't know them (B20).
    world = live(replace(plan, acts=[act for act in plan.acts if act.what != "event-corrected.v1"]))
    for dossier in world.dossiers:
        found = list(differences(dossier))
        assert not found, "\n".join([*found, table_of(dossier, world)])


def _assert_as_by_the_text(world: World, *names: str) -> None:
    """In every respect, or in those that are named."""
    dossier = only(world)
    found = [one for one in differences(dossier, with_pinned=True) if not names or one.split(":")[0] in names]
    assert not found, "\n".join([*found, table_of(dossier, world)])


def test_a_supplement_a_letter_and_an_evening() -> None:
    story = Story().accepted("2026-03-16T08:00", 5).asked("2026-03-18T09:00").supplemented("2026-03-19T10:00")
    _assert_as_by_the_text(story.apologised("2026-03-25T10:00").ready("2026-03-27T18:00").until("2026-04-20T08:00"))


def test_what_was_recorded_late_is_classed_by_that_under_every_policy() -> None:
    story = Story(_PAUSE).accepted("2026-03-02T08:00", 5).asked("2026-03-04T09:00").supplemented("2026-03-04T10:00")
    _assert_as_by_the_text(story.ready("2026-03-09T10:00", "2026-03-10T08:00").until("2026-03-10T09:00"))


def test_what_waited_and_was_recorded_late_is_late_under_pause_as_under_restart() -> None:
    story = Story().accepted("2026-03-02T08:00", 5).asked("2026-03-04T09:00")
    ended = story.then("2026-03-04T10:00", "dossier-withdrawn", "2026-03-10T08:00")
    _assert_as_by_the_text(ended.until("2026-03-10T09:00"))


def test_a_letter_is_in_time_by_the_due_date_that_judged_what_ended_while_it_waited() -> None:
    story = Story().accepted("2026-03-02T08:00", 5).asked("2026-03-04T09:00").apologised("2026-03-09T10:00")
    # Resumed on 09/03 it would be due on 12/03: the letter is in time until the close of 11/03.
    ended = story.then("2026-03-09T10:02", "dossier-withdrawn", "2026-03-16T08:00")
    _assert_as_by_the_text(ended.until("2026-03-16T09:00"), "obligations")


def test_a_letter_is_in_time_by_the_due_date_that_a_reopening_leaves() -> None:
    story = (
        Story().accepted("2026-03-16T08:00", 5).asked("2026-03-18T09:00").then("2026-03-19T10:00", "dossier-withdrawn")
    )
    # Due on 24/03 instead of 23/03: a letter is in time until the close of 23/03 instead of 20/03.
    late = story.reopened("2026-03-19T11:00").apologised("2026-03-23T10:00")
    _assert_as_by_the_text(late.until("2026-03-25T08:00"))


def test_a_reopening_waits_from_the_recording_where_the_last_day_of_a_letter_lies_before_it() -> None:
    story = Story().accepted("2026-03-16T08:00", 5).then("2026-03-19T10:00", "dossier-withdrawn", "2026-03-20T18:00")
    _assert_as_by_the_text(story.reopened("2026-03-23T09:00").until("2026-03-23T10:00"))


@pytest.mark.xfail(
    strict=True, reason="DR-22: two requests are late whatever the date, also where QĐ 766 is the lawful policy"
)
def test_two_requests_are_late_where_766_is_the_lawful_policy() -> None:
    story = Story(_QD766).accepted("2026-03-02T08:00", 5).asked("2026-03-03T09:00").supplemented("2026-03-03T10:00")
    story = story.asked("2026-03-04T09:00", round_no=2).supplemented("2026-03-04T10:00", round_no=2)
    _assert_as_by_the_text(story.ready("2026-03-05T10:00").until("2026-03-05T11:00"))


def test_what_lapsed_by_an_approval_is_owed_again_when_a_reopening_leaves_the_due_date_that_judged_it() -> None:
    """AR-01: two hours, ended while it waited, told five hours later: breached at 10:20 by the record, approved, reopened."""
    story = (
        Story(Choice(pausing_causes=("supplement",))).accepted("2026-02-23T07:30", 2, "hour").asked("2026-02-23T08:30")
    )
    ended = story.then("2026-02-23T09:20", "dossier-withdrawn", "2026-02-23T14:20")
    approval = {"target_event_id": LATEST_ENDING, "reason": "mất điện", "approver_id": "o-9"}
    approved = ended.then("2026-02-23T09:20", "backdating-approved", "2026-02-23T14:20", **approval)
    world = approved.reopened("2026-02-23T09:20", "2026-02-23T14:20").until("2026-02-23T15:30")
    _assert_as_by_the_text(world)
    assert only(world).facts is not None
    assert [one.apology_class for one in only(world).facts.obligations] == ["missing"]  # type: ignore[union-attr]


def test_what_waits_on_its_due_day_and_ends_that_evening_owes_nothing_however_late_it_is_told() -> None:
    """AR-11: at the due instant the clock stood still; the record of the same evening breaches nothing (DR-31)."""
    story = Story(Choice(back_dating_tolerance_minutes=0)).accepted("2026-02-23T07:30", 1).asked("2026-02-24T16:00")
    ended = story.then("2026-02-24T17:00:01", "dossier-withdrawn", "2026-02-24T17:00:02")
    world = ended.until("2026-02-24T17:02:02")
    _assert_as_by_the_text(world)
    assert only(world).facts is not None
    assert only(world).facts.breached_at is None  # type: ignore[union-attr]
