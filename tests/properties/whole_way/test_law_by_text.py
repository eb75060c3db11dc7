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
from tests.properties.whole_way.world import Plan, World, live

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


@pytest.mark.xfail(
    strict=True,
    reason="DR-31: late by its recording is late under every policy; the others are judged by their own date",
)
def test_what_was_recorded_late_is_late_under_every_policy() -> None:
    story = Story(_PAUSE).accepted("2026-03-02T08:00", 5).asked("2026-03-04T09:00").supplemented("2026-03-04T10:00")
    _assert_as_by_the_text(story.ready("2026-03-09T10:00", "2026-03-10T08:00").until("2026-03-10T09:00"))


@pytest.mark.xfail(
    strict=True,
    reason="DR-31, B18: what ends while it waits is judged alike under PAUSE and RESTART, also by its recording",
)
def test_what_waited_and_was_recorded_late_is_late_under_pause_as_under_restart() -> None:
    story = Story().accepted("2026-03-02T08:00", 5).asked("2026-03-04T09:00")
    ended = story.then("2026-03-04T10:00", "dossier-withdrawn", "2026-03-10T08:00")
    _assert_as_by_the_text(ended.until("2026-03-10T09:00"))


@pytest.mark.xfail(
    strict=True, reason="AR-02: the due date of an ending while it waits has a last day for a letter of its own"
)
def test_a_letter_is_in_time_by_the_due_date_that_judged_what_ended_while_it_waited() -> None:
    story = Story().accepted("2026-03-02T08:00", 5).asked("2026-03-04T09:00").apologised("2026-03-09T10:00")
    # Resumed on 09/03 it would be due on 12/03: the letter is in time until the close of 11/03.
    ended = story.then("2026-03-09T10:02", "dossier-withdrawn", "2026-03-16T08:00")
    _assert_as_by_the_text(ended.until("2026-03-16T09:00"), "obligations")


@pytest.mark.xfail(
    strict=True,
    reason="AR-02: a reopening that closes a wait moves the due date, and with it the last day for a letter",
)
def test_a_letter_is_in_time_by_the_due_date_that_a_reopening_leaves() -> None:
    story = (
        Story().accepted("2026-03-16T08:00", 5).asked("2026-03-18T09:00").then("2026-03-19T10:00", "dossier-withdrawn")
    )
    # Due on 24/03 instead of 23/03: a letter is in time until the close of 23/03 instead of 20/03.
    late = story.reopened("2026-03-19T11:00").apologised("2026-03-23T10:00")
    _assert_as_by_the_text(late.until("2026-03-25T08:00"))


@pytest.mark.xfail(
    strict=True,
    reason="DR-25: a reopening asks of an ending recorded late whether the due instant lies between, not `latest_at`",
)
def test_a_reopening_counts_from_the_ending_where_no_due_instant_lies_before_its_recording() -> None:
    story = Story().accepted("2026-03-16T08:00", 5).then("2026-03-19T10:00", "dossier-withdrawn", "2026-03-20T18:00")
    _assert_as_by_the_text(story.reopened("2026-03-23T09:00").until("2026-03-23T10:00"))


@pytest.mark.xfail(
    strict=True, reason="DR-22: two requests are late whatever the date, also where QĐ 766 is the lawful policy"
)
def test_two_requests_are_late_where_766_is_the_lawful_policy() -> None:
    story = Story(_QD766).accepted("2026-03-02T08:00", 5).asked("2026-03-03T09:00").supplemented("2026-03-03T10:00")
    story = story.asked("2026-03-04T09:00", round_no=2).supplemented("2026-03-04T10:00", round_no=2)
    _assert_as_by_the_text(story.ready("2026-03-05T10:00").until("2026-03-05T11:00"))
