"""Who holds a role in a unit on a day, and who acts where the holder is away (domain.md 4.6, AL-6). Pure.

`of_unit` are the histories of everybody who was ever assigned to the unit, cut where units end (`OfficerHistory.within`).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

from events.identity import is_same_person, person_of
from events.reference import OfficerRole
from rules.officers.history import Assignment, OfficerHistory

HELD_BY_ONE: Final[frozenset[OfficerRole]] = frozenset({"head_of_unit", "chair"})
"""Roles that one officer of a unit has at a time."""
NEXT_IN_LINE: Final[Mapping[OfficerRole, OfficerRole]] = MappingProxyType(
    {"head_of_unit": "deputy_head", "chair": "vice_chair"}
)
"""Who acts where nobody was named to stand in."""


def holders(of_unit: Iterable[OfficerHistory], unit_id: int, role: OfficerRole, day: date) -> list[OfficerHistory]:
    """Those who have the role themselves on that day, the one who has had it longest first; absent or not."""
    return _in_order(of_unit, day, lambda one: one.is_own and (one.unit_id, one.role) == (unit_id, role))


def acting_for(
    of_unit: Sequence[OfficerHistory], holder: OfficerHistory, unit_id: int, role: OfficerRole, day: date
) -> str | None:
    """Who does the work of a holder on that day: the holder, or while absent who stands in; None: nobody.

    First those who were named as deputies, then whoever is next in line; of several the one who has had the place longest. A
    deputy who is away is stood in for likewise.
    """
    return _acting(of_unit, holder, (unit_id, role, day), frozenset())


def _acting(
    of_unit: Sequence[OfficerHistory], one: OfficerHistory, place: tuple[int, OfficerRole, date], seen: frozenset[str]
) -> str | None:
    unit_id, role, day = place
    if not one.is_absent_on(day):
        return one.officer_id
    asked = seen | {person_of(one.officer_id)}
    named = _in_order(of_unit, day, lambda other: _stands_in(other, one.officer_id, unit_id, role))
    lined_up = [] if named or role not in NEXT_IN_LINE else holders(of_unit, unit_id, NEXT_IN_LINE[role], day)
    of_role = role if named else NEXT_IN_LINE.get(role, role)
    for other in (*named, *lined_up):
        if person_of(other.officer_id) in asked:
            continue
        found = _acting(of_unit, other, (unit_id, of_role, day), asked)
        if found is not None:
            return found
    return None


def _stands_in(assignment: Assignment, for_whom: str, unit_id: int, role: OfficerRole) -> bool:
    is_here = (assignment.unit_id, assignment.role) == (unit_id, role)
    return is_here and assignment.deputy_of is not None and is_same_person(assignment.deputy_of, for_whom)


def _in_order(
    of_unit: Iterable[OfficerHistory], day: date, is_meant: Callable[[Assignment], bool]
) -> list[OfficerHistory]:
    """Those with such a place on that day, by when it began and by number."""
    found = [
        (one.days.valid_from, person_of(history.officer_id), history)
        for history in of_unit
        for one in history.on(day)
        if is_meant(one)
    ]
    return [history for *_, history in sorted(found, key=lambda each: each[:2])]
