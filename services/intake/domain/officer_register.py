"""All officers as they are recorded. A batch works on a copy; what is asked of it is pure."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from events.identity import person_of
from events.officers import OfficerEvent
from events.reference_data import OfficerRole
from rules.officers.history import Assignment, EndOfUnit, OfficerHistory, evolve
from rules.officers.standing import acting_for
from services.intake.domain.unit_register import Units


class Officers:
    """The officers by number, however it is typed. Not shared: whoever takes an event in has a copy of its own."""

    def __init__(self) -> None:
        self._histories: dict[str, OfficerHistory] = {}
        self._of_unit: dict[int, set[str]] = {}
        """Who was ever assigned to a unit."""

    def copy(self) -> "Officers":
        """The same, to go on from."""
        other = Officers()
        other._histories = dict(self._histories)
        other._of_unit = {unit_id: set(persons) for unit_id, persons in self._of_unit.items()}
        return other

    def __len__(self) -> int:
        return len(self._histories)

    def __iter__(self) -> Iterator[OfficerHistory]:
        """The officers by number."""
        return (self._histories[person] for person in sorted(self._histories))

    def history(self, officer_id: str) -> OfficerHistory | None:
        """What was said of an officer; None: nothing."""
        return self._histories.get(person_of(officer_id))

    def of_unit(self, unit_id: int, end_of_unit: EndOfUnit) -> list[OfficerHistory]:
        """Everybody who was ever assigned to a unit, by number; places end with their unit."""
        return [self._histories[one].within(end_of_unit) for one in sorted(self._of_unit.get(unit_id, ()))]

    def take(self, data: OfficerEvent) -> None:
        """One more recorded event of an officer; nothing is refused here."""
        person = person_of(data.officer_id)
        history = self._histories[person] = evolve(self._histories.get(person), data)
        for one in history.assignments:
            self._of_unit.setdefault(one.unit_id, set()).add(person)


class Held(NamedTuple):
    """A place that an officer has on a day; `acting` is who does its work then, None: nobody."""

    officer_id: str
    assignment: Assignment
    is_absent: bool
    acting: str | None


def held_on(
    officers: Officers, units: Units, day: date, *, unit_id: int | None = None, role: OfficerRole | None = None
) -> Iterator[Held]:
    """Who has which place on a day, by officer; of one unit or role, or (None) of all."""
    asked = officers if unit_id is None else officers.of_unit(unit_id, units.end_of)
    for history in asked:
        for one in history.within(units.end_of).on(day):
            if unit_id in (None, one.unit_id) and role in (None, one.role):
                is_absent = history.is_absent_on(day)
                of_unit = officers.of_unit(one.unit_id, units.end_of) if is_absent else ()
                acting = acting_for(of_unit, history, one.unit_id, one.role, day)
                yield Held(history.officer_id, one, is_absent, acting)
