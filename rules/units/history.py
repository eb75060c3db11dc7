"""The life of one unit: `evolve` takes any recorded event and never refuses; `on` says what the unit was on a day. Pure.

Days are local calendar days (Asia/Ho_Chi_Minh). What is said counts by the day from which it holds, whenever it was recorded; of
two words about one day the one recorded later counts, so a slip is put right by saying it again (OR-1).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Literal, NamedTuple, assert_never

from events.reference import (
    UnitAbolished,
    UnitCreated,
    UnitEvent,
    UnitLevel,
    UnitMerged,
    UnitRenamed,
    UnitReparented,
    UnitSplit,
)

Ending = Literal["merged", "split", "abolished"]
"""How a unit ended: nhập, chia tách, kết thúc hoạt động."""


class UnitPeriod(NamedTuple):
    """What a unit was from `valid_from` until before `valid_until` (None: until further notice); no `parent_id`: none above."""

    valid_from: date
    valid_until: date | None
    code: str
    name: str
    level: UnitLevel
    unit_type: str
    parent_id: int | None
    legal_basis: str

    def covers(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


class Succession(NamedTuple):
    """Who took over from the unit from a day on, and how much of it in percent; None: not said (OR-3)."""

    unit_id: int
    share_percent: int | None
    valid_from: date
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitHistory:
    """All that was said of a unit. `periods` follow one another without a gap or an overlap, and end with the unit."""

    unit_id: int
    created: UnitCreated
    changes: tuple[UnitRenamed | UnitReparented, ...] = ()
    ended_on: date | None = None
    ending: Ending | None = None
    successions: tuple[Succession, ...] = ()
    periods: tuple[UnitPeriod, ...] = ()

    @property
    def created_on(self) -> date:
        """The first day of its life."""
        return self.created.valid_from

    @property
    def level(self) -> UnitLevel:
        """It never changes: a unit of another level is another unit."""
        return self.created.level

    def on(self, day: date) -> UnitPeriod | None:
        """What the unit was on a day; None before it began and from its end on."""
        for period in reversed(self.periods):
            if period.valid_from <= day:
                return period if period.covers(day) else None
        return None

    def successors(self) -> tuple[int, ...]:
        """The units that took over from it, itself left out."""
        return tuple(one.unit_id for one in self.successions if one.unit_id != self.unit_id)


def evolve(history: UnitHistory | None, data: UnitEvent) -> UnitHistory | None:
    """The life after one more event of the unit. Of a unit that never began nothing can be said; it begins and ends once."""
    if isinstance(data, UnitCreated):
        return history or _with_periods(UnitHistory(unit_id=data.unit_id, created=data))
    if history is None:
        return None
    match data:
        case UnitRenamed() | UnitReparented():
            return _with_periods(replace(history, changes=(*history.changes, data)))
        case UnitMerged():
            whole = Succession(data.into_unit_id, 100, data.valid_from, data.legal_basis or "")
            return _ended(history, data.valid_from, "merged", (whole,))
        case UnitSplit():
            taken_over = tuple(
                Succession(one.unit_id, one.share_percent, data.valid_from, data.legal_basis or "") for one in data.into
            )
            if any(one.unit_id == data.unit_id for one in data.into):
                return replace(history, successions=(*history.successions, *taken_over))
            return _ended(history, data.valid_from, "split", taken_over)
        case UnitAbolished():
            return _ended(history, data.valid_from, "abolished", ())
        case _:
            assert_never(data)


def history_of(events: Iterable[UnitEvent]) -> UnitHistory | None:
    """The life of a unit by the events of its stream, in their order."""
    history: UnitHistory | None = None
    for one in events:
        history = evolve(history, one)
    return history


def _ended(history: UnitHistory, day: date, ending: Ending, taken_over: tuple[Succession, ...]) -> UnitHistory:
    if history.ended_on is not None:
        return history
    ended = replace(history, ended_on=day, ending=ending, successions=(*history.successions, *taken_over))
    return _with_periods(ended)


def _with_periods(history: UnitHistory) -> UnitHistory:
    begun = history.created
    now = UnitPeriod(
        begun.valid_from, history.ended_on, begun.code or "", begun.name, begun.level, begun.unit_type or "",
        begun.parent_id, begun.legal_basis or "",
    )  # fmt: skip
    periods: list[UnitPeriod] = []
    # The order of recording stays within a day: sorting is stable.
    for day, changes in groupby(
        sorted(history.changes, key=lambda one: one.valid_from), key=lambda one: one.valid_from
    ):
        if history.ended_on is not None and day >= history.ended_on:
            break
        if day > now.valid_from:
            periods.append(now._replace(valid_until=day))
        for change in changes:
            now = _changed(now, change)
    periods.append(now)
    return replace(history, periods=tuple(one for one in periods if one.covers(one.valid_from)))


def _changed(period: UnitPeriod, change: UnitRenamed | UnitReparented) -> UnitPeriod:
    after = period._replace(
        valid_from=max(period.valid_from, change.valid_from), legal_basis=change.legal_basis or period.legal_basis
    )
    if isinstance(change, UnitReparented):
        return after._replace(parent_id=change.parent_id)
    return after._replace(
        name=change.name,
        code=period.code if change.code is None else change.code,
        unit_type=period.unit_type if change.unit_type is None else change.unit_type,
    )
