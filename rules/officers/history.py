"""The places of one officer: `evolve` takes any recorded event and never refuses; what holds on a day follows from it. Pure.

Days are local calendar days (Asia/Ho_Chi_Minh). Of two words about one place and first day the one recorded later counts, so a
slip is put right by saying it again; what would cover no day never was.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, assert_never

from events.identity import person_of
from events.reference import (
    OfficerAbsenceRecorded,
    OfficerAssignedToUnit,
    OfficerAssignmentEnded,
    OfficerEvent,
    OfficerRole,
)

EndOfUnit = Callable[[int], date | None]
"""The day from which a unit is no more; None while it goes on."""


class Days(NamedTuple):
    """From `valid_from` until before `valid_until` (None: until further notice)."""

    valid_from: date
    valid_until: date | None

    def covers(self, day: date) -> bool:
        """Whether the day lies in them."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)

    @property
    def is_empty(self) -> bool:
        """Whether they cover no day."""
        return self.valid_until is not None and self.valid_until <= self.valid_from

    def shared(self, other: "Days") -> "Days":
        """The days that lie in both; empty where there are none."""
        ends = [one for one in (self.valid_until, other.valid_until) if one is not None]
        return Days(max(self.valid_from, other.valid_from), min(ends, default=None))


class Assignment(NamedTuple):
    """One place of an officer; `deputy_of` None: a place of one's own."""

    unit_id: int
    role: OfficerRole
    deputy_of: str | None
    days: Days
    legal_basis: str

    @property
    def is_own(self) -> bool:
        """Whether the officer has the role himself and stands in for nobody."""
        return self.deputy_of is None

    def is_place(self, unit_id: int, role: OfficerRole, deputy_of: str | None) -> bool:
        """Whether it is this place, whatever its days."""
        return (self.unit_id, self.role, _person(self.deputy_of)) == (unit_id, role, _person(deputy_of))


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerHistory:
    """All that was said of an officer: each place and each absence with its days, by their first day."""

    officer_id: str
    assignments: tuple[Assignment, ...] = ()
    absences: tuple[Days, ...] = ()

    def on(self, day: date) -> list[Assignment]:
        """The places that the officer has on a day, absent or not."""
        return [one for one in self.assignments if one.days.covers(day)]

    def is_absent_on(self, day: date) -> bool:
        """Whether the officer is away on that day."""
        return any(one.covers(day) for one in self.absences)

    def within(self, end_of_unit: EndOfUnit) -> "OfficerHistory":
        """The same where a place ends with its unit at the latest."""
        cut = (_cut(one, end_of_unit(one.unit_id)) for one in self.assignments)
        return replace(self, assignments=tuple(one for one in cut if not one.days.is_empty))


def evolve(history: OfficerHistory | None, data: OfficerEvent) -> OfficerHistory:
    """The history after one more event of the officer."""
    known = history or OfficerHistory(officer_id=data.officer_id)
    match data:
        case OfficerAssignedToUnit():
            return _with(known, _assigned(data))
        case OfficerAssignmentEnded():
            ended = assignment_ended_by(known, data)
            if ended is None:
                return known
            days, basis = ended.days._replace(valid_until=data.valid_from), data.legal_basis or ended.legal_basis
            return _with(known, ended._replace(days=days, legal_basis=basis))
        case OfficerAbsenceRecorded():
            said = Days(data.valid_from, data.valid_until)
            others = [one for one in known.absences if one.valid_from != said.valid_from]
            return replace(known, absences=tuple(sorted([*others, *([] if said.is_empty else [said])], key=_first_day)))
        case _:
            assert_never(data)


def history_of(events: Iterable[OfficerEvent]) -> OfficerHistory | None:
    """The history of an officer by the events of the stream, in their order; None: no event."""
    history: OfficerHistory | None = None
    for one in events:
        history = evolve(history, one)
    return history


def assignment_ended_by(history: OfficerHistory, data: OfficerAssignmentEnded) -> Assignment | None:
    """The assignment that an end is about: of that place the one that began last until then."""
    same = [one for one in history.assignments if one.is_place(data.unit_id, data.role, data.deputy_of)]
    begun = [one for one in same if one.days.valid_from <= data.valid_from]
    return max(begun, key=lambda one: one.days.valid_from, default=None)


def others_than(history: OfficerHistory, said: Assignment) -> list[Assignment]:
    """The assignments beside one that is said, possibly again."""
    return [one for one in history.assignments if not _is_same(one, said)]


def _assigned(data: OfficerAssignedToUnit) -> Assignment:
    days = Days(data.valid_from, data.valid_until)
    return Assignment(data.unit_id, data.role, data.deputy_of, days, data.legal_basis or "")


def _with(history: OfficerHistory, said: Assignment) -> OfficerHistory:
    kept = [*others_than(history, said), *([] if said.days.is_empty else [said])]
    order = sorted(kept, key=lambda one: (one.days.valid_from, one.unit_id, one.role, _person(one.deputy_of)))
    return replace(history, assignments=tuple(order))


def _is_same(one: Assignment, other: Assignment) -> bool:
    return one.days.valid_from == other.days.valid_from and one.is_place(other.unit_id, other.role, other.deputy_of)


def _cut(one: Assignment, end: date | None) -> Assignment:
    return one if end is None else one._replace(days=one.days.shared(Days(date.min, end)))


def _person(officer_id: str | None) -> str:
    return "" if officer_id is None else person_of(officer_id)


def _first_day(one: Days) -> date:
    return one.valid_from
