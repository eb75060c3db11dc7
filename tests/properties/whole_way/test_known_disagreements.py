"""Where parts of the product were found to disagree: each found once as a random life, told here as short as it can be."""

import pytest

from tests.properties.whole_way import through_the_product as product
from tests.properties.whole_way.agreements import AGREEMENTS, assert_agreed
from tests.properties.whole_way.rule_books import Choice
from tests.properties.whole_way.said import said_of
from tests.properties.whole_way.told_by_hand import Story, only
from tests.properties.whole_way.world import World
from tests.unit.deadlines.calendars import NEW
from tests.unit.deadlines.life import at

_PAUSE = Choice(supplement_policy="pause")
_SWAP = {"old_version": "2026.1", "new_version": NEW, "legal_source": "TB 6150", "reason": "hoán đổi ngày làm việc"}


def assert_all_agreed(world: World, refused: tuple[str, ...] = ()) -> None:
    """`refused`: the codes of what intake would not record."""
    assert tuple(one.code for one in world.refused) == refused
    for name in AGREEMENTS:
        assert_agreed(name, world)


# B13: what is asked of the citizen after the lawful due date.


def test_a_supplement_asked_in_the_evening_of_the_due_day_stops_nothing() -> None:
    world = Story().accepted("2026-03-02T08:00", 2).asked("2026-03-04T17:30").until("2026-03-05T00:00")
    assert_all_agreed(world)
    assert said_of(only(world)).stops == ()
    assert "open_overdue" in only(world).figures(at("2026-03-05T00:00"))


def test_nor_does_it_cure_anything_when_it_is_brought() -> None:
    story = Story().accepted("2026-03-02T08:00", 2).asked("2026-03-04T17:30").supplemented("2026-03-06T08:00")
    world = story.ready("2026-03-06T09:00").until("2026-03-09T00:00")
    assert_all_agreed(world)
    assert said_of(only(world)).outcome == "late"


def test_one_asked_at_the_due_instant_itself_still_stops_the_clock() -> None:
    world = Story().accepted("2026-03-02T08:00", 2).asked("2026-03-04T17:00").until("2026-03-05T00:00")
    assert_all_agreed(world)
    assert said_of(only(world)).stops == ((at("2026-03-04T17:00"), None),)


def test_a_result_in_the_evening_of_the_due_day_is_on_time_by_its_day() -> None:
    world = Story().accepted("2026-03-02T08:00", 2).ready("2026-03-04T21:00").until("2026-03-05T12:00")
    assert_all_agreed(world)
    assert said_of(only(world)).outcome == "on_time"


# DR-31: the tolerance is the rule set's, for everybody.


@pytest.mark.parametrize(
    ("tolerance", "recorded", "verdict"),
    [
        (0, "10:05", "late"),
        (15, "10:05", "early"),
        (15, "10:30", "late"),
        (240, "10:30", "early"),
        (240, "14:30", "late"),
    ],
)
def test_how_late_an_ending_may_be_recorded_is_what_the_rule_set_says(
    tolerance: int, recorded: str, verdict: str
) -> None:
    story = Story(Choice(back_dating_tolerance_minutes=tolerance)).accepted("2026-03-02T08:00", 2, "hour")
    world = story.ready("2026-03-02T09:58", sent=f"2026-03-02T{recorded}").until("2026-03-03T00:00")
    assert_all_agreed(world)
    assert said_of(only(world)).outcome == verdict


def test_a_late_record_that_a_head_approved_counts_by_its_day() -> None:
    story = Story().accepted("2026-03-02T08:00", 2).ready("2026-03-04T16:00", sent="2026-03-05T18:00")
    world = story.approved("2026-03-06T08:00").until("2026-03-07T00:00")
    assert_all_agreed(world)
    assert said_of(only(world)).outcome == "on_time"


def test_what_ended_while_it_waited_and_was_recorded_late_is_judged_by_one_due_date() -> None:
    story = Story(_PAUSE).accepted("2026-03-02T08:00", 2, "hour").asked("2026-03-02T09:00")
    world = story.then("2026-03-02T09:59", "dossier-withdrawn", "2026-03-02T15:00").until("2026-03-03T00:00")
    assert_all_agreed(world)


# The explanation knows time as the log tells it.


def test_what_was_uploaded_in_the_evening_is_explained_as_it_was_said() -> None:
    """The step's due date passed before anybody here knew that the citizen had been asked."""
    story = Story().accepted("2026-03-02T08:00", 10, sent="2026-03-02T18:00")
    story.step("2026-03-02T16:00", 2, sent="2026-03-02T18:00").asked("2026-03-03T08:00", sent="2026-03-03T18:00")
    assert_all_agreed(story.supplemented("2026-03-04T09:30", sent="2026-03-04T18:00").until("2026-03-05T00:00"))


def test_what_came_with_an_upload_but_had_only_just_happened_is_explained_as_it_was_said() -> None:
    story = Story().accepted("2026-03-02T08:00", 10, sent="2026-03-02T23:00")
    story.step("2026-03-02T22:30", 2, sent="2026-03-02T23:00").asked("2026-03-03T08:00", sent="2026-03-03T23:00")
    assert_all_agreed(story.supplemented("2026-03-04T09:30", sent="2026-03-04T23:00").until("2026-03-05T00:00"))


def test_what_waited_for_the_broker_is_explained_as_it_was_said() -> None:
    story = Story().accepted("2026-03-02T08:00", 10).step("2026-03-02T08:00", 2).asked("2026-03-02T09:30")
    story.supplemented("2026-03-04T09:30").no_log("2026-03-02T09:00", "2026-03-02T14:00")
    assert_all_agreed(story.until("2026-03-05T00:00"))


def test_what_reached_the_log_a_second_after_the_due_instant_is_explained_as_it_was_said() -> None:
    story = Story().accepted("2026-03-02T08:00", 10).step("2026-03-02T08:00", 2).asked("2026-03-02T10:00")
    assert_all_agreed(story.supplemented("2026-03-04T09:30").until("2026-03-05T00:00"))


def test_a_due_date_counted_anew_is_explained_as_it_was_said_also_when_a_pause_was_known_late() -> None:
    story = Story().accepted("2026-02-24T12:00", 10, "calendar_day", sent="2026-02-24T23:00")
    story.then("2026-02-24T13:00", "calendar-change-applied", "2026-02-24T23:00", calendar_id="vn-standard", **_SWAP)
    story.asked("2026-03-07T16:00", sent="2026-03-07T23:00").supplemented("2026-03-10T08:00")
    assert_all_agreed(story.until("2026-03-12T00:00"))


# Apologies: the statistics copy what was said.


def test_a_letter_owed_after_a_supplement_of_one_day_is_owed_in_the_figures() -> None:
    """One in view lapsed in the morning; the breach in the evening follows from the acceptance, an earlier event."""
    story = Story(_PAUSE).accepted("2026-03-02T08:00", 2).asked("2026-03-04T08:00").supplemented("2026-03-04T09:00")
    assert_all_agreed(story.until("2026-03-06T00:00"))


def test_a_letter_owed_by_a_reopened_dossier_is_owed_in_the_figures() -> None:
    story = Story().accepted("2026-03-02T08:00", 2).ready("2026-03-03T08:00").reopened("2026-03-03T09:00")
    assert_all_agreed(story.until("2026-03-06T00:00"))


def test_a_pause_over_the_due_instant_that_moved_nothing_leaves_the_letter_owed() -> None:
    story = Story(_PAUSE).accepted("2026-03-02T08:00", 2).asked("2026-03-04T16:00").supplemented("2026-03-04T18:00")
    assert_all_agreed(story.until("2026-03-06T00:00"))


def test_a_dossier_that_is_reopened_with_a_later_due_date_is_not_overdue() -> None:
    """It ended while it waited, after a breach that was known before the request; the ending gave it a later due date."""
    story = Story().accepted("2026-03-02T08:00", 2).asked("2026-03-04T16:00", sent="2026-03-04T23:00")
    story.then("2026-03-05T08:00", "dossier-withdrawn").reopened("2026-03-05T09:00")
    assert_all_agreed(story.until("2026-03-06T00:00"))


def test_a_letter_owed_by_the_due_date_that_an_ending_while_waiting_gave_is_owed_in_the_figures() -> None:
    """The breach before it was taken back, by the wait that became known after it; the new one follows from the ending."""
    story = Story(_PAUSE).accepted("2026-03-02T08:00", 2).asked("2026-03-04T16:00", sent="2026-03-04T23:00")
    story.then("2026-03-05T08:00", "dossier-withdrawn").reopened("2026-03-05T09:00")
    assert_all_agreed(story.until("2026-03-10T00:00"))


def test_a_letter_owed_after_a_wait_that_took_an_earlier_one_back_is_owed_in_the_figures() -> None:
    """Ended in time but recorded late, so the first breach stands; reopened with a later due date, asked, and late again."""
    story = Story(_PAUSE).accepted("2026-03-02T08:00", 2).ready("2026-03-04T16:00", sent="2026-03-05T07:00")
    story.reopened("2026-03-05T08:00").asked("2026-03-05T08:30").supplemented("2026-03-05T08:40")
    assert_all_agreed(story.until("2026-03-10T00:00"))


def test_an_extension_after_a_breach_makes_no_due_date_earlier_by_a_newer_calendar() -> None:
    story = Story().accepted("2026-02-23T17:00", 10, "calendar_day").asked("2026-02-23T17:00")
    story.supplemented("2026-03-06T17:00")
    story.then("2026-03-18T18:01", "calendar-change-applied", "2026-03-19T18:00", calendar_id="vn-standard", **_SWAP)
    order = {"new_due_at": "2026-03-17T17:00:00+07:00", "legal_basis": "Luật Đất đai", "approver_id": "o-9"}
    story.then("2026-03-18T18:02", "deadline-extended", "2026-03-19T18:00", **order)
    # Recorded a day late, with the due date between: it counts from its recording until it is approved (DR-31).
    assert_all_agreed(story.until("2026-03-20T00:00"))


def test_a_second_breach_has_one_id_for_each_promise() -> None:
    """A rule set with several re-appointments; the second letter names another hour of a day that has passed."""
    story = Story(Choice(max_reappointments=3)).accepted("2026-03-02T08:00", 2)
    story.apologised("2026-03-04T08:00", new_promised_at="2026-03-06T10:00:00+07:00")
    story.apologised("2026-03-09T08:00", new_promised_at="2026-03-06T11:00:00+07:00")
    assert_all_agreed(story.until("2026-03-10T00:00"))


# B12: one rate.


def test_a_dossier_without_a_known_deadline_lowers_no_rate() -> None:
    assert product.rate({"early": 1, "on_time": 1, "late": 2, "unknown": 4, "resolved": 8}) == 0.5


@pytest.mark.parametrize(("on_time", "late"), [(99_999, 1), (1, 99_999)])
def test_no_rate_is_rounded_to_all_or_nothing_while_one_dossier_says_otherwise(on_time: int, late: int) -> None:
    assert product.printed(product.rate({"on_time": on_time, "late": late})) not in ("100,00 %", "0,00 %")


def test_a_promise_that_was_said_to_be_broken_is_not_said_so_again_after_a_reopening_told_late() -> None:
    told = "2026-03-07T07:00"
    story = Story().accepted("2026-03-02T08:00", 2)
    story = story.apologised("2026-03-05T08:00", new_promised_at="2026-03-06T10:00:00+07:00").ready(
        "2026-03-06T16:00", told
    )
    story = story.then("2026-03-06T16:30", "dossier-reopened", told, reason="sai sót", approver_id="o-9")
    story = story.then("2026-03-06T16:31", "dossier-transferred", told, to_unit_id=31)
    assert_all_agreed(story.until("2026-03-08T00:00"))
