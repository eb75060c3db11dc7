"""Which apologies are owed, and how each stands: lives told by hand in which parts of the product, or rules, disagreed (B19)."""

from collections.abc import Sequence

from msgspec.structs import replace

from rules.clocks.instants import micros
from rules.clocks.state import Wake
from tests.properties.whole_way.agreements import AGREEMENTS, assert_agreed
from tests.properties.whole_way.owed import stated
from tests.properties.whole_way.rule_books import Choice
from tests.properties.whole_way.said import said_of
from tests.properties.whole_way.told_by_hand import Story, only
from tests.properties.whole_way.world import World
from tests.unit.deadlines.calendars import NEW
from tests.unit.deadlines.life import UNIT, Life, Watch, at, term
from tests.unit.deadlines.words import kinds, when_said

_PAUSE = Choice(supplement_policy="pause")
_SWAP = {"old_version": "2026.1", "new_version": NEW, "legal_source": "TB 6150", "reason": "hoán đổi ngày làm việc"}
_ELSEWHERE = 31


def backdated() -> Story:
    """Ended in time and recorded on the next morning, so that the breach of 04/03 stands, also when it is reopened (DR-31)."""
    story = Story().accepted("2026-03-02T08:00", 2).ready("2026-03-04T16:00", sent="2026-03-05T07:00")
    return story.reopened("2026-03-05T08:00")


def owed_twice(life: Life) -> list[tuple[str, int, str]]:
    """What is owed by a dossier that was due on 04/03, and on 05/03 once more though the first breach stands.

    No event brings that about any more (DR-24, DR-31); logs of before are read from a state that says so.
    """
    watch = Watch()
    before = [one for one in life.events if one.envelope.occurred_at < at("2026-03-05T08:00")]
    for event in before:
        watch.hear(event)
    watch.look(at("2026-03-05T08:00"))
    assert watch.state is not None
    (clock,) = watch.state.clocks
    second = micros(at("2026-03-05T17:00"))
    moved = replace(clock, lawful_due_at=second, due_on=clock.due_on + 1, latest_at=second, is_breached=False)
    moved = replace(moved, ahead=(Wake("B0", second),), emitted=())
    watch.state = replace(watch.state, clocks=(moved,), next_at=second)
    for event in life.events[len(before) :]:
        watch.hear(event)
    watch.look(at("2026-03-07T00:00"))
    return [(f"{one.due_at:%d/%m %H:%M}", one.unit_id, one.apology_class) for one in stated(watch.emitted)]


def accepted() -> Life:
    return Life().accepted("2026-03-02T08:00", term(2))


def owed(world: World) -> list[tuple[str, int, str]]:
    """What is owed in the end: missed due date, holder, class. All parts agree on it."""
    for name in AGREEMENTS:
        assert_agreed(name, world)
    return [(f"{one.due_at:%d/%m %H:%M}", one.unit_id, one.apology_class) for one in said_of(only(world)).obligations]


def said(world: World, *types: str) -> Sequence[str]:
    return when_said([one for one in only(world).said if one.envelope.event_type.removesuffix(".v1") in types])


def test_a_letter_is_that_of_the_breach_that_is_open_and_is_classed_by_its_due_date() -> None:
    assert owed(backdated().apologised("2026-03-05T09:00").until("2026-03-05T10:00")) == [
        ("04/03 17:00", UNIT, "sent_late")
    ]


def test_a_waiver_is_that_of_the_breach_that_is_open() -> None:
    assert owed_twice(accepted().waived("2026-03-05T09:00")) == [
        ("04/03 17:00", UNIT, "waived"),
        ("05/03 17:00", UNIT, "missing"),
    ]


def test_a_pause_takes_back_no_obligation_of_an_earlier_breach() -> None:
    story = backdated().asked("2026-03-05T08:30")
    assert owed(story.until("2026-03-10T00:00")) == [("04/03 17:00", UNIT, "missing")]


def test_an_ending_in_time_takes_back_no_obligation_of_an_earlier_breach() -> None:
    assert owed(backdated().ready("2026-03-05T10:00").until("2026-03-10T00:00")) == [("04/03 17:00", UNIT, "missing")]


def test_a_second_missed_due_date_is_owed_by_the_holder_of_that_breach() -> None:
    life = accepted().apologised("2026-03-05T09:00").moved_to("2026-03-05T10:00", _ELSEWHERE)
    assert owed_twice(life) == [
        ("04/03 17:00", UNIT, "sent_late"),
        ("05/03 17:00", _ELSEWHERE, "missing"),
    ]


def test_a_letter_that_left_when_nothing_was_open_is_that_of_the_next_missed_due_date() -> None:
    assert owed_twice(accepted().apologised("2026-03-05T09:00").apologised("2026-03-05T16:00")) == [
        ("04/03 17:00", UNIT, "sent_late"),
        ("05/03 17:00", UNIT, "sent_in_time"),
    ]


def test_a_second_letter_for_one_missed_due_date_is_courtesy_and_none_of_the_next() -> None:
    assert owed_twice(accepted().apologised("2026-03-05T07:10").apologised("2026-03-05T07:20")) == [
        ("04/03 17:00", UNIT, "sent_late"),
        ("05/03 17:00", UNIT, "missing"),
    ]


def test_a_letter_that_left_before_the_first_missed_due_date_is_none_of_the_second() -> None:
    assert owed_twice(accepted().apologised("2026-03-03T09:00")) == [
        ("04/03 17:00", UNIT, "sent_in_time"),
        ("05/03 17:00", UNIT, "missing"),
    ]


def test_a_breach_that_bears_an_earlier_number_than_a_lapse_before_it_is_owed_in_the_figures() -> None:
    """Asked, withdrawn, reopened, asked and brought, all at four; the log was away until after five."""
    story = (
        Story(_PAUSE)
        .accepted("2026-03-02T08:00", 1)
        .then("2026-03-03T16:00", "lateness-foreseen", reason="thiếu người")
    )
    story = story.asked("2026-03-03T16:00").then("2026-03-03T16:00", "dossier-withdrawn").reopened("2026-03-03T16:00")
    story = story.asked("2026-03-03T16:00", round_no=2).supplemented("2026-03-03T16:00", round_no=2)
    world = story.no_log("2026-03-03T15:59", "2026-03-03T17:00:03").until("2026-03-05T00:00")
    assert owed(world) == [("03/03 17:00", UNIT, "missing")]


def test_who_is_late_only_by_the_record_owes_a_letter_too() -> None:
    """Uploaded at night: nothing was said of the due date that had passed meanwhile (DR-31)."""
    story = (
        Story()
        .accepted("2026-03-02T08:00", 2, sent="2026-03-05T00:30")
        .ready("2026-03-04T16:00", sent="2026-03-05T00:30")
    )
    world = story.until("2026-03-05T12:00")
    assert owed(world) == [("04/03 17:00", UNIT, "missing")]
    assert said(world, "apology-required", "dossier-breached") == [
        "2026-03-04 17:00 apology-required",
        "2026-03-04 17:00 breached",
    ]
    assert owed(story.approved("2026-03-05T13:00").until("2026-03-05T14:00")) == []


def test_a_reopening_the_same_evening_breaches_no_due_instant_at_which_the_result_was_there() -> None:
    story = Story().accepted("2026-03-02T08:00", 2).ready("2026-03-04T16:00").reopened("2026-03-04T18:00")
    world = story.until("2026-03-06T00:00")
    assert owed(world) == [("05/03 17:00", UNIT, "missing")]
    assert said(world, "dossier-breached") == ["2026-03-05 17:00 breached"]


def test_a_reopening_in_working_time_leaves_the_due_date_of_the_day() -> None:
    story = Story().accepted("2026-03-02T08:00", 2).ready("2026-03-04T15:00").reopened("2026-03-04T16:00")
    assert owed(story.until("2026-03-06T00:00")) == [("04/03 17:00", UNIT, "missing")]


def test_a_reopening_never_makes_a_due_date_earlier_by_a_newer_calendar() -> None:
    story = Story().accepted("2026-02-23T17:00", 10, "calendar_day").asked("2026-02-23T17:00")
    story = story.supplemented("2026-03-06T17:00")
    story = story.then("2026-03-20T09:00", "calendar-change-applied", calendar_id="vn-standard", **_SWAP)
    world = story.ready("2026-03-20T10:00").reopened("2026-03-20T11:00").until("2026-03-21T00:00")
    assert len(owed(world)) == 1
    assert said_of(only(world)).dues.lawful == at("2026-03-19T17:00")


def test_an_apology_is_in_view_once_for_a_due_date() -> None:
    """Ended before the office opened, and reopened before that was known (AL-1)."""
    story = Story().accepted("2026-02-11T10:20", 7).ready("2026-02-26T07:00", sent="2026-02-26T07:50")
    world = story.reopened("2026-02-26T07:20", sent="2026-02-26T07:55").until("2026-02-26T12:00")
    assert owed(world) == []
    assert kinds(only(world).said).count("apology-pending-raised") == 1


def test_a_letter_for_a_due_date_that_is_taken_back_is_that_of_the_next_missed_one() -> None:
    """The wait that had begun before the breach became known after the letter."""
    story = Story().accepted("2026-03-02T08:00", 2).apologised("2026-03-04T17:02")
    story = story.asked("2026-03-04T16:50", sent="2026-03-04T17:04").supplemented("2026-03-05T09:00")
    assert owed(story.until("2026-03-10T00:00")) == [("09/03 17:00", UNIT, "sent_in_time")]
