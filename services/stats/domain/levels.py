"""A unit's place in the three levels on a day: the hierarchy as effective-dated data (B3, OR-1, OR-2).

In go the periods of the unit file; out come units with their place per period, and the lookup by unit and day. Pure.
Where an ancestor changes within a unit's period, the period is cut there, so that each piece has one place.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import NamedTuple, get_args

from events.reference_data import UnitLevel
from services.stats.domain.errors import UnitFileError

Level = UnitLevel
"""Cấp: tỉnh, huyện, xã."""
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitPeriod:
    """One line of the unit file: what a unit was from `valid_from` until before `valid_until`; parent_id 0 = none."""

    unit_id: int
    code: str
    name: str
    level: Level
    unit_type: str
    parent_id: int
    valid_from: date
    valid_until: date
    legal_basis: str


class Place(NamedTuple):
    """Where a unit stands; 0 = no such level."""

    province_id: int
    district_id: int
    commune_id: int


NOWHERE = Place(0, 0, 0)
"""The place of a unit that isn't registered on that day: nothing is lost, it is counted as unallocated."""


class PlacedUnit(NamedTuple):
    """A piece of a unit's period within which its place doesn't change."""

    period: UnitPeriod
    valid_from: date
    valid_until: date
    place: Place


class Places:
    """Lookup of a unit's place by day; unknown units are NOWHERE."""

    def __init__(self, pieces: Iterable[tuple[int, date, date, Place]]) -> None:
        self._starts: dict[int, list[date]] = defaultdict(list)
        self._pieces: dict[int, list[tuple[date, Place]]] = defaultdict(list)
        for unit_id, valid_from, valid_until, place in sorted(pieces):
            self._starts[unit_id].append(valid_from)
            self._pieces[unit_id].append((valid_until, place))

    def on(self, unit_id: int, day: date) -> Place:
        """The unit's place on a day."""
        starts = self._starts.get(unit_id)
        at = bisect_right(starts, day) - 1 if starts else -1
        if at < 0:
            return NOWHERE
        valid_until, place = self._pieces[unit_id][at]
        return place if day < valid_until else NOWHERE


def place_units(periods: Iterable[UnitPeriod]) -> list[PlacedUnit]:
    """Every unit with its place per period. Raises UnitFileError where periods of one unit overlap or parents form a ring."""
    by_unit: dict[int, list[UnitPeriod]] = defaultdict(list)
    for one in periods:
        by_unit[one.unit_id].append(one)
    for unit_periods in by_unit.values():
        unit_periods.sort(key=lambda one: one.valid_from)
        _check_no_overlap(unit_periods)
    return [piece for unit_periods in by_unit.values() for one in unit_periods for piece in _pieces(one, by_unit)]


def _check_no_overlap(unit_periods: Sequence[UnitPeriod]) -> None:
    for earlier, later in pairwise(unit_periods):
        if later.valid_from < earlier.valid_until:
            raise UnitFileError(
                f"unit {later.unit_id}: the period from {later.valid_from} begins before the one from "
                f"{earlier.valid_from} ends ({earlier.valid_until})"
            )


def _pieces(unit: UnitPeriod, by_unit: Mapping[int, Sequence[UnitPeriod]]) -> Iterator[PlacedUnit]:
    start = unit.valid_from
    while start < unit.valid_until:
        chain, until = _chain(unit, start, by_unit)
        yield PlacedUnit(unit, start, until, _place(chain))
        start = until


def _chain(unit: UnitPeriod, day: date, by_unit: Mapping[int, Sequence[UnitPeriod]]) -> tuple[list[UnitPeriod], date]:
    """The unit and its ancestors on a day, and the day until which that chain holds."""
    chain, until = [unit], unit.valid_until
    while parent_id := chain[-1].parent_id:
        if parent_id in {one.unit_id for one in chain}:
            raise UnitFileError(f"unit {unit.unit_id}: its parents form a ring on {day} ({parent_id} comes back)")
        periods = by_unit.get(parent_id, ())
        parent = next((one for one in periods if one.valid_from <= day < one.valid_until), None)
        next_start = min((one.valid_from for one in periods if one.valid_from > day), default=until)
        until = min(until, parent.valid_until if parent else next_start)
        if parent is None:
            break
        chain.append(parent)
    return chain, until


def _place(chain: Sequence[UnitPeriod]) -> Place:
    # The topmost ancestor of a level names it: a department of a province stands under the province itself.
    topmost = {unit.level: unit.unit_id for unit in chain}
    return Place(topmost.get("province", 0), topmost.get("district", 0), topmost.get("commune", 0))
