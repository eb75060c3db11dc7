"""The life of one unit by its events (OR-1, OR-3)."""

from datetime import date
from typing import Any

import pytest

from events.reference import (
    SuccessorUnit,
    UnitAbolished,
    UnitCreated,
    UnitEvent,
    UnitMerged,
    UnitRenamed,
    UnitReparented,
    UnitSplit,
)
from rules.units.history import UnitHistory, history_of

X = 3019750


def day(text: str) -> date:
    return date.fromisoformat(text)


def created(on: str = "2025-01-01", **more: Any) -> UnitCreated:
    about = {"code": "19750", "unit_type": "phường", "parent_id": 2000475} | more
    return UnitCreated(unit_id=X, valid_from=day(on), name="Phường Tây Lộc", level="commune", **about)


def renamed(on: str, name: str, **more: Any) -> UnitRenamed:
    return UnitRenamed(unit_id=X, valid_from=day(on), name=name, **more)


def life(*events: UnitEvent) -> UnitHistory:
    history = history_of(events)
    assert history is not None
    return history


def told(history: UnitHistory) -> list[tuple[str, str | None, str, int | None]]:
    return [
        (str(one.valid_from), str(one.valid_until) if one.valid_until else None, one.name, one.parent_id)
        for one in history.periods
    ]


def test_a_unit_is_what_its_beginning_says_until_further_notice() -> None:
    assert told(life(created())) == [("2025-01-01", None, "Phường Tây Lộc", 2000475)]


def test_each_change_cuts_the_life_in_the_order_of_its_days_whenever_it_was_recorded() -> None:
    moved = UnitReparented(unit_id=X, valid_from=day("2025-03-01"), parent_id=2000474)
    history = life(created(), renamed("2025-05-01", "Phường Thuận Hòa"), moved)
    assert told(history) == [
        ("2025-01-01", "2025-03-01", "Phường Tây Lộc", 2000475),
        ("2025-03-01", "2025-05-01", "Phường Tây Lộc", 2000474),
        ("2025-05-01", None, "Phường Thuận Hòa", 2000474),
    ]


def test_of_two_words_about_one_day_the_later_recorded_one_counts() -> None:
    history = life(created(), renamed("2025-05-01", "Phường Thuận Hoà"), renamed("2025-05-01", "Phường Thuận Hòa"))
    assert [one.name for one in history.periods] == ["Phường Tây Lộc", "Phường Thuận Hòa"]


def test_a_slip_in_the_beginning_is_put_right_without_a_second_period() -> None:
    assert told(life(created(), renamed("2025-01-01", "Phường Tây Lộc 2"))) == [
        ("2025-01-01", None, "Phường Tây Lộc 2", 2000475)
    ]


def test_a_new_name_keeps_code_and_type_unless_it_says_others() -> None:
    history = life(created(), renamed("2025-02-01", "A"), renamed("2025-03-01", "B", code="1", unit_type="xã"))
    assert [(one.code, one.unit_type) for one in history.periods] == [
        ("19750", "phường"),
        ("19750", "phường"),
        ("1", "xã"),
    ]


def test_a_move_below_nobody_leaves_no_unit_above() -> None:
    history = life(created(), UnitReparented(unit_id=X, valid_from=day("2025-02-01")))
    assert [one.parent_id for one in history.periods] == [2000475, None]


ENDS: dict[str, tuple[UnitEvent, list[tuple[int, int | None]]]] = {
    "merged": (UnitMerged(unit_id=X, valid_from=day("2025-07-01"), into_unit_id=4019753), [(4019753, 100)]),
    "split": (
        UnitSplit(
            unit_id=X,
            valid_from=day("2025-07-01"),
            into=(SuccessorUnit(unit_id=1, share_percent=60), SuccessorUnit(unit_id=2)),
        ),
        [(1, 60), (2, None)],
    ),
    "abolished": (UnitAbolished(unit_id=X, valid_from=day("2025-07-01")), []),
}


@pytest.mark.parametrize("how", ENDS)
def test_a_unit_ends_with_the_day_before_and_says_who_took_over(how: str) -> None:
    event, taken_over = ENDS[how]
    history = life(created(), renamed("2026-01-01", "never"), event)
    assert (history.ending, history.ended_on) == (how, day("2025-07-01"))
    assert [(one.unit_id, one.share_percent) for one in history.successions] == taken_over
    assert history.on(day("2025-06-30")) == history.periods[-1]
    assert history.on(day("2025-07-01")) is None
    assert [one.name for one in history.periods] == ["Phường Tây Lộc"], "what was to come after the end never comes"


def test_a_unit_that_is_among_its_successors_goes_on() -> None:
    parts = (SuccessorUnit(unit_id=X, share_percent=70), SuccessorUnit(unit_id=9, share_percent=30))
    history = life(created(), UnitSplit(unit_id=X, valid_from=day("2025-07-01"), into=parts))
    assert history.ended_on is None
    assert history.successors() == (9,)
    assert history.on(day("2030-01-01")) is not None


def test_before_its_beginning_a_unit_is_not() -> None:
    assert life(created()).on(day("2024-12-31")) is None


def test_what_can_not_have_been_recorded_by_us_changes_nothing() -> None:
    assert history_of([renamed("2025-01-01", "A")]) is None
    twice = life(created(), ENDS["merged"][0], ENDS["abolished"][0], created("2026-01-01"))
    assert (twice.ending, twice.created_on) == ("merged", day("2025-01-01"))
