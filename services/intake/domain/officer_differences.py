"""What a file of officers says against what is recorded: the actions that would make the register say the same (ADR 0020). Pure.

A file says, for each officer that it names, every place the officer ever had; of all others it says nothing. Of absences it says
each one that it names. So a file that is loaded twice makes no action the second time.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from events.identity import person_of
from events.officers import OfficerAbsenceRecorded, OfficerAssignedToUnit, OfficerAssignmentEnded
from events.reference_data import OfficerRole
from rules.officers.history import Assignment, Days, OfficerHistory
from services.intake.domain.officer_register import Officers
from services.intake.domain.reference_differences import Change, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAssignment:
    """One line of the file: a place of an officer from `valid_from` until before `valid_until` (None: until further notice)."""

    line: int
    officer_id: str
    unit_id: int
    role: OfficerRole
    deputy_of: str | None
    valid_from: date
    valid_until: date | None
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedAbsence:
    """One line about an absence, from `valid_from` until before `valid_until` (None: until further notice)."""

    line: int
    officer_id: str
    valid_from: date
    valid_until: date | None


def officer_differences(
    officers: Officers, assignments: Sequence[WantedAssignment], absences: Sequence[WantedAbsence]
) -> list[Change | Problem]:
    """What has to be said, in an order in which it may be said: what ends sooner; who has a place; who stands in; who is away."""
    by_officer: dict[str, list[WantedAssignment]] = {}
    for one in sorted(assignments, key=lambda each: (each.valid_from, each.line)):
        by_officer.setdefault(person_of(one.officer_id), []).append(one)
    wrong = [*_backward(assignments), *_backward(absences)]
    for wanted in by_officer.values():
        wrong += [*_inner_problems(wanted), *_left_out(officers.history(wanted[0].officer_id), wanted)]
    if wrong:
        return list(wrong)
    ended: list[Change] = []
    own: list[Change] = []
    standing_in: list[Change] = []
    for wanted in by_officer.values():
        history = officers.history(wanted[0].officer_id)
        for one in wanted:
            known = _known(history, one)
            if known is not None and _ends_sooner(known.days, one.valid_until):
                ended.append(_end(one))
            elif known is None or _says_more(known, one):
                (own if one.deputy_of is None else standing_in).append(_beginning(one))
    away = _away(officers, by_officer, absences)
    return [*_by_day(ended), *_by_day(own), *_by_day(standing_in), *away]


def _by_day(changes: Sequence[Change]) -> list[Change]:
    return sorted(changes, key=lambda one: (one.said.valid_from, one.line))


def _backward(wanted: Sequence[WantedAssignment] | Sequence[WantedAbsence]) -> Iterator[Problem]:
    for one in wanted:
        if one.valid_until is not None and one.valid_until <= one.valid_from:
            reason = f"{one.valid_until} is not after {one.valid_from}"
            yield Problem(line=one.line, column="valid_until", reason=reason)


def _inner_problems(wanted: Sequence[WantedAssignment]) -> Iterator[Problem]:
    """Lines of one officer about one place whose days overlap."""
    places: dict[tuple[int, str, str], list[WantedAssignment]] = {}
    for one in wanted:
        places.setdefault((one.unit_id, one.role, person_of(one.deputy_of or "")), []).append(one)
    for lines in places.values():
        for earlier, later in pairwise(lines):
            if earlier.valid_until is None or later.valid_from < earlier.valid_until:
                reason = f"officer {later.officer_id}: begins before line {earlier.line} ends (overlap)"
                yield Problem(line=later.line, column="valid_from", reason=reason)


def _left_out(history: OfficerHistory | None, wanted: Sequence[WantedAssignment]) -> Iterator[Problem]:
    """What is recorded of an officer and the file doesn't say: nothing is taken back in silence."""
    for one in history.assignments if history else ():
        if not any(_is_meant(one, each) for each in wanted):
            first = wanted[0]
            reason = (
                f"by the register {first.officer_id} was {one.role} of unit {one.unit_id} from {one.days.valid_from}; the file"
                " doesn't say so"
            )
            yield Problem(line=first.line, column="officer_id", reason=reason)


def _known(history: OfficerHistory | None, wanted: WantedAssignment) -> Assignment | None:
    return next((one for one in history.assignments if _is_meant(one, wanted)), None) if history else None


def _is_meant(one: Assignment, wanted: WantedAssignment) -> bool:
    is_place = one.is_place(wanted.unit_id, wanted.role, wanted.deputy_of)
    return is_place and one.days.valid_from == wanted.valid_from


def _ends_sooner(days: Days, end: date | None) -> bool:
    return end is not None and (days.valid_until is None or end < days.valid_until)


def _says_more(known: Assignment, wanted: WantedAssignment) -> bool:
    is_reasoned = bool(wanted.legal_basis) and wanted.legal_basis != known.legal_basis
    return known.days.valid_until != wanted.valid_until or is_reasoned


def _beginning(one: WantedAssignment) -> Change:
    said = OfficerAssignedToUnit(
        officer_id=one.officer_id,
        valid_from=one.valid_from,
        legal_basis=one.legal_basis or None,
        unit_id=one.unit_id,
        role=one.role,
        deputy_of=one.deputy_of,
        valid_until=one.valid_until,
    )
    return Change(line=one.line, said=said, unit_id=one.unit_id)


def _end(one: WantedAssignment) -> Change:
    said = OfficerAssignmentEnded(
        officer_id=one.officer_id,
        valid_from=one.valid_until or one.valid_from,
        legal_basis=one.legal_basis or None,
        unit_id=one.unit_id,
        role=one.role,
        deputy_of=one.deputy_of,
    )
    return Change(line=one.line, said=said, unit_id=one.unit_id)


def _away(
    officers: Officers, by_officer: Mapping[str, Sequence[WantedAssignment]], absences: Sequence[WantedAbsence]
) -> list[Change]:
    changes = []
    for one in sorted(absences, key=lambda each: (each.valid_from, each.line)):
        history = officers.history(one.officer_id)
        if history is not None and Days(one.valid_from, one.valid_until) in history.absences:
            continue
        said = OfficerAbsenceRecorded(officer_id=one.officer_id, valid_from=one.valid_from, valid_until=one.valid_until)
        known = [each.unit_id for each in history.assignments] if history else []
        told = [each.unit_id for each in by_officer.get(person_of(one.officer_id), ())]
        changes.append(Change(line=one.line, said=said, unit_id=next(iter((*told, *known)), 1)))
    return changes
