"""May this be said of a unit? Every day keeps one unit of a number, below a unit that exists, without a ring (OR-1, OR-3)."""

from collections.abc import Iterator
from datetime import date
from typing import Final, assert_never

from events.units import UnitAbolished, UnitCreated, UnitEvent, UnitMerged, UnitRenamed, UnitReparented, UnitSplit
from services.intake.domain.actions import Refusal
from services.intake.domain.unit_register import Units

Params = dict[str, str | int]
RANKS: Final = {"province": 0, "district": 1, "commune": 2}
"""A unit stands below one of a higher level or of its own: a department (sở) stands under its province."""


def refusal_of_unit(units: Units, said: UnitEvent) -> Refusal | None:
    """Why this may not be said, given all that is recorded of all units."""
    match said:
        case UnitCreated():
            return _of_beginning(units, said)
        case UnitRenamed():
            return not_there(units, said.unit_id, said.valid_from, "/data/valid_from")
        case UnitReparented():
            return _of_move(units, said)
        case UnitMerged():
            return _of_merger(units, said)
        case UnitSplit():
            return _of_split(units, said)
        case UnitAbolished():
            return _of_end(units, said)
        case _:
            assert_never(said)


def not_there(units: Units, unit_id: int, day: date, field_name: str) -> Refusal | None:
    """The refusal of what names a unit that was not there on a day: never created, not yet, or not any more."""
    history = units.history(unit_id)
    if history is None or day < history.created_on:
        params: Params = {"unit_id": unit_id, "day": day.isoformat()}
        return Refusal(code="unknown-unit", field_name=field_name, params=params)
    if history.ended_on is None or day < history.ended_on:
        return None
    name = history.periods[-1].name if history.periods else str(unit_id)
    return Refusal(
        code="abolished-unit",
        field_name=field_name,
        params={
            "unit_id": unit_id,
            "name": name,
            "ended_on": history.ended_on.isoformat(),
            "successors": ", ".join(_named(units, one, day) for one in history.successors()) or "no-successor",
        },
    )


def _named(units: Units, unit_id: int, day: date) -> str:
    period = units.on(unit_id, day)
    return f"{unit_id} ({period.name})" if period else str(unit_id)


def _of_beginning(units: Units, said: UnitCreated) -> Refusal | None:
    known = units.history(said.unit_id)
    if known is not None:
        params: Params = {"unit_id": said.unit_id, "day": known.created_on.isoformat()}
        return Refusal(code="unit-exists", field_name="/data/unit_id", params=params)
    return _unfit_parent(units, said.unit_id, RANKS[said.level], said)


def _of_move(units: Units, said: UnitReparented) -> Refusal | None:
    history = units.history(said.unit_id)
    absent = not_there(units, said.unit_id, said.valid_from, "/data/valid_from")
    if history is None or absent is not None:
        return absent
    return _unfit_parent(units, said.unit_id, RANKS[history.level], said) or _of_ring(units, said)


def _unfit_parent(units: Units, unit_id: int, rank: int, said: UnitCreated | UnitReparented) -> Refusal | None:
    if said.parent_id is None:
        return None
    parent = units.on(said.parent_id, said.valid_from)
    params: Params = {"unit_id": unit_id, "parent_id": said.parent_id, "day": said.valid_from.isoformat()}
    if said.parent_id == unit_id:
        return Refusal(code="unit-ring", field_name="/data/parent_id", params=params)
    if parent is None:
        return Refusal(code="unknown-parent", field_name="/data/parent_id", params=params)
    if RANKS[parent.level] > rank:
        of_level: Params = params | {"parent_level": parent.level}
        return Refusal(code="unfit-parent", field_name="/data/parent_id", params=of_level)
    return None


def _of_ring(units: Units, said: UnitReparented) -> Refusal | None:
    """On its own day, and on every later day on which some unit comes under another."""
    for day in sorted({said.valid_from, *(one for one in units.move_days if one > said.valid_from)}):
        if said.unit_id in _above(units, said, day):
            params: Params = {"unit_id": said.unit_id, "parent_id": said.parent_id or 0, "day": day.isoformat()}
            return Refusal(code="unit-ring", field_name="/data/parent_id", params=params)
    return None


def _above(units: Units, said: UnitReparented, day: date) -> Iterator[int]:
    """The units above the moved one on a day, as they would be; it ends where a number comes again."""
    if said.parent_id is None or _is_moved_again(units, said, day):
        return
    seen: set[int] = set()
    unit_id: int | None = said.parent_id
    while unit_id is not None and unit_id not in seen:
        yield unit_id
        seen.add(unit_id)
        period = units.on(unit_id, day)
        unit_id = period.parent_id if period else None


def _is_moved_again(units: Units, said: UnitReparented, day: date) -> bool:
    history = units.history(said.unit_id)
    changes = history.changes if history else ()
    return any(isinstance(one, UnitReparented) and said.valid_from < one.valid_from <= day for one in changes)


def _of_merger(units: Units, said: UnitMerged) -> Refusal | None:
    if said.into_unit_id == said.unit_id:
        return _wrong_successors("/data/into_unit_id", said.unit_id)
    return _of_end(units, said) or not_there(units, said.into_unit_id, said.valid_from, "/data/into_unit_id")


def _of_split(units: Units, said: UnitSplit) -> Refusal | None:
    numbers = [one.unit_id for one in said.into]
    if len(set(numbers)) < len(numbers) or sum(one.share_percent or 0 for one in said.into) > 100:
        return _wrong_successors("/data/into", said.unit_id)
    goes_on = said.unit_id in numbers
    absent = not_there(units, said.unit_id, said.valid_from, "/data/valid_from") if goes_on else _of_end(units, said)
    found = (not_there(units, one, said.valid_from, f"/data/into/{place}/unit_id") for place, one in enumerate(numbers))
    return absent or next((one for one in found if one is not None), None)


def _of_end(units: Units, said: UnitMerged | UnitSplit | UnitAbolished) -> Refusal | None:
    """A unit ends once, after it began, and not while others stand below it."""
    absent = not_there(units, said.unit_id, said.valid_from, "/data/valid_from")
    history = units.history(said.unit_id)
    if absent is not None or history is None:
        return absent
    if history.ended_on is not None:
        # It ends, but later than now said: what ended once ends no other day.
        return not_there(units, said.unit_id, history.ended_on, "/data/valid_from")
    if history.created_on == said.valid_from:
        params: Params = {"unit_id": said.unit_id, "day": said.valid_from.isoformat()}
        return Refusal(code="unknown-unit", field_name="/data/valid_from", params=params)
    below = units.children_on(said.unit_id, said.valid_from)
    if not below:
        return None
    of_children: Params = {"unit_id": said.unit_id, "day": said.valid_from.isoformat(), "children": _some(below)}
    return Refusal(code="unit-has-children", field_name="/data/unit_id", params=of_children)


def _some(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:5]))
    return f"{shown}, ... ({len(numbers)})" if len(numbers) > 5 else shown


def _wrong_successors(field_name: str, unit_id: int) -> Refusal:
    return Refusal(code="wrong-successors", field_name=field_name, params={"unit_id": unit_id})
