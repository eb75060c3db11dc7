"""The officers of the demo: invented by number, the same ones who act in its simulated weeks.

Of every unit that ever was: a head (`ld-<unit>`), a deputy who stands in (`pg-<unit>`), one at the counter (`cb-<unit>-1`) and
five who work on dossiers (`cb-<unit>-2` to `-6`), from the unit's first day on. The heads of some are away for a week.
"""

from collections.abc import Sequence
from datetime import date
from itertools import count

from demo.reference import Unit
from events.reference_data import OfficerRole
from services.intake.domain.officer_differences import WantedAbsence, WantedAssignment

AWAY_FROM, AWAY_UNTIL = date(2026, 3, 2), date(2026, 3, 9)
EVERY = 7
"""The head of every seventh unit is away then."""
ROLES: tuple[tuple[str, OfficerRole, str | None], ...] = (
    ("ld-{}", "head_of_unit", None),
    ("pg-{}", "deputy_head", None),
    ("pg-{}", "head_of_unit", "ld-{}"),
    ("cb-{}-1", "one_stop", None),
    *((f"cb-{{}}-{number}", "officer", None) for number in range(2, 7)),
)


def officers_of(units: Sequence[Unit]) -> tuple[list[WantedAssignment], list[WantedAbsence]]:
    """Everybody of these units, as a file would say it; lines are numbered from 1. Who was in a unit that ended is free then."""
    first_days: dict[int, date] = {}
    for unit in units:
        first_days[unit.unit_id] = min(unit.valid_from, first_days.get(unit.unit_id, unit.valid_from))
    lines = count(1)
    assignments = [
        WantedAssignment(
            line=next(lines),
            officer_id=number.format(unit_id),
            unit_id=unit_id,
            role=role,
            deputy_of=deputy_of.format(unit_id) if deputy_of else None,
            valid_from=first_day,
            valid_until=None,
            legal_basis="",
        )
        for unit_id, first_day in sorted(first_days.items())
        for number, role, deputy_of in ROLES
    ]
    last_days = {unit.unit_id: unit.valid_until for unit in sorted(units, key=lambda one: one.valid_from)}
    there = [unit_id for unit_id in sorted(first_days) if last_days[unit_id] is None]
    away = [
        WantedAbsence(line=next(lines), officer_id=f"ld-{unit_id}", valid_from=AWAY_FROM, valid_until=AWAY_UNTIL)
        for unit_id in there[::EVERY]
    ]
    return assignments, away
