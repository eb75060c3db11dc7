"""May this be said of an officer? Every day one place of one's own, in a unit that exists, and no ring of deputies (AL-6)."""

from collections.abc import Iterator
from datetime import date
from typing import assert_never

from events.identity import is_same_person, person_of
from events.officers import OfficerAbsenceRecorded, OfficerAssignedToUnit, OfficerAssignmentEnded, OfficerEvent
from events.reference_data import OfficerRole
from rules.officers.history import Assignment, Days, OfficerHistory, assignment_ended_by, others_than
from rules.officers.standing import HELD_BY_ONE
from services.intake.domain.actions import Refusal
from services.intake.domain.officer_register import Officers
from services.intake.domain.unit_register import Units
from services.intake.domain.unit_rules import not_there

FROM, UNTIL, UNIT, ROLE, DEPUTY_OF = (
    f"/data/{name}" for name in ("valid_from", "valid_until", "unit_id", "role", "deputy_of")
)


def refusal_of_officer(officers: Officers, units: Units, said: OfficerEvent) -> Refusal | None:
    """Why this may not be said, given all that is recorded of all officers and units."""
    match said:
        case OfficerAssignedToUnit():
            return _of_assignment(officers, units, said)
        case OfficerAssignmentEnded():
            return _of_end(officers, said)
        case OfficerAbsenceRecorded():
            return _of_absence(officers, units, said)
        case _:
            assert_never(said)


def _of_assignment(officers: Officers, units: Units, said: OfficerAssignedToUnit) -> Refusal | None:
    days = Days(said.valid_from, said.valid_until)
    if days.is_empty:
        return _ends_too_early(said, said.valid_until)
    absent = not_there(units, said.unit_id, said.valid_from, UNIT)
    if absent is not None:
        return absent
    place = Assignment(said.unit_id, said.role, said.deputy_of, days.shared(_life(units, said.unit_id)), "")
    history = officers.history(said.officer_id) or OfficerHistory(officer_id=said.officer_id)
    return (
        _of_overlap(others_than(history.within(units.end_of), place), said, place)
        or (_of_taken(officers, units, said, place) if place.is_own else _of_deputy(officers, units, said, place))
    )  # fmt: skip


def _life(units: Units, unit_id: int) -> Days:
    return Days(date.min, units.end_of(unit_id))


def _of_overlap(others: list[Assignment], said: OfficerAssignedToUnit, place: Assignment) -> Refusal | None:
    """One place once at a time, and of one's own in one unit only."""
    for one in others:
        if one.days.shared(place.days).is_empty:
            continue
        if one.is_place(place.unit_id, place.role, place.deputy_of):
            return _refused("officer-overlap", FROM, said, day=one.days.valid_from)
        if one.is_own and place.is_own and one.unit_id != place.unit_id:
            day = one.days.shared(place.days).valid_from
            return _refused("officer-elsewhere", UNIT, said, day=day, unit_id=one.unit_id)
    return None


def _of_taken(officers: Officers, units: Units, said: OfficerAssignedToUnit, place: Assignment) -> Refusal | None:
    if place.role not in HELD_BY_ONE:
        return None
    for other in officers.of_unit(place.unit_id, units.end_of):
        if is_same_person(other.officer_id, said.officer_id):
            continue
        for one in other.assignments:
            shared = one.days.shared(place.days)
            if one.is_place(place.unit_id, place.role, None) and not shared.is_empty:
                day, holder = shared.valid_from, other.officer_id
                return _refused("role-taken", ROLE, said, day=day, unit_id=place.unit_id, holder=holder)
    return None


def _of_deputy(officers: Officers, units: Units, said: OfficerAssignedToUnit, place: Assignment) -> Refusal | None:
    """Who is stood in for has the role there on the first day, and nobody stands in for himself in the end."""
    for_whom = place.deputy_of or ""
    holder = officers.history(for_whom)
    held = [] if holder is None else holder.within(units.end_of).on(place.days.valid_from)
    if not is_same_person(for_whom, said.officer_id) and not any(
        (one.unit_id, one.role) == (place.unit_id, place.role) for one in held
    ):
        return _not_assigned(DEPUTY_OF, for_whom, place.days.valid_from, place.unit_id, place.role)
    rung = next(_ring(officers, for_whom, said.officer_id, place.days, frozenset()), None)
    return None if rung is None else _refused("deputy-ring", DEPUTY_OF, said, day=rung, holder=for_whom)


def _ring(officers: Officers, at: str, target: str, days: Days, seen: frozenset[str]) -> Iterator[date]:
    """The first days on which `at` stands in for the target, by way of others."""
    if is_same_person(at, target):
        yield days.valid_from
        return
    history = officers.history(at)
    for one in history.assignments if history else ():
        shared = one.days.shared(days)
        if one.deputy_of is not None and not shared.is_empty and person_of(one.deputy_of) not in seen:
            yield from _ring(officers, one.deputy_of, target, shared, seen | {person_of(at)})


def _of_end(officers: Officers, said: OfficerAssignmentEnded) -> Refusal | None:
    history = officers.history(said.officer_id)
    same = [
        one for one in (history.assignments if history else ()) if one.is_place(said.unit_id, said.role, said.deputy_of)
    ]
    ended = None if history is None else assignment_ended_by(history, said)
    if ended is None:
        if same:
            return _ends_too_early(said, said.valid_from, same[0].days.valid_from)
        return _not_assigned(UNIT, said.officer_id, said.valid_from, said.unit_id, said.role)
    if ended.days.valid_until is not None and ended.days.valid_until < said.valid_from:
        return _not_assigned(FROM, said.officer_id, said.valid_from, said.unit_id, said.role)
    return None


def _of_absence(officers: Officers, units: Units, said: OfficerAbsenceRecorded) -> Refusal | None:
    days = Days(said.valid_from, said.valid_until)
    history = officers.history(said.officer_id)
    absences = history.absences if history else ()
    is_known = any(one.valid_from == days.valid_from for one in absences)
    if days.is_empty and not (is_known and days.valid_until == days.valid_from):
        return _ends_too_early(said, said.valid_until)
    if history is None or not history.within(units.end_of).on(days.valid_from):
        return _refused("officer-not-assigned", FROM, said, day=days.valid_from, place="any-unit")
    for one in absences:
        if one.valid_from != days.valid_from and not one.shared(days).is_empty:
            return _refused("officer-overlap", FROM, said, day=one.valid_from)
    return None


def _ends_too_early(said: OfficerEvent, end: date | None, begin: date | None = None) -> Refusal:
    field_name = FROM if isinstance(said, OfficerAssignmentEnded) else UNTIL
    return _refused("ends-before-begin", field_name, said, day=end or said.valid_from, begin=begin or said.valid_from)


def _not_assigned(field_name: str, officer_id: str, day: date, unit_id: int, role: OfficerRole) -> Refusal:
    params = {"officer_id": officer_id, "day": day.isoformat(), "place": f"{unit_id} ({role})"}
    return Refusal(code="officer-not-assigned", field_name=field_name, params=params)


def _refused(code: str, field_name: str, said: OfficerEvent, **params: date | str | int) -> Refusal:
    told = {name: one.isoformat() if isinstance(one, date) else one for name, one in params.items()}
    return Refusal(code=code, field_name=field_name, params={"officer_id": said.officer_id, **told})
