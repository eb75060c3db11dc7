"""Does every unit that an action of a dossier names exist on its day (domain.md 4.3, B20)?

Who acts and who gets something has to be there on that day; who gave something away, or was at fault, has to be known at all.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from events.dossier import (
    ApologySent,
    ConsultationRequested,
    DossierReassignedByReorganisation,
    DossierTransferred,
    ResultReadyAtCounter,
    StepStarted,
)
from services.intake.domain.actions import Action, Refusal
from services.intake.domain.unit_register import Units
from services.intake.domain.unit_rules import not_there

THERE: Final[Mapping[type[Any], tuple[str, ...]]] = MappingProxyType(
    {
        DossierTransferred: ("to_unit_id",),
        StepStarted: ("responsible_unit_id",),
        ConsultationRequested: ("agency_unit_id",),
        DossierReassignedByReorganisation: ("new_unit_id",),
    }
)
"""Fields of each event that name a unit which has to be there on the day of the event."""
KNOWN: Final[Mapping[type[Any], tuple[str, ...]]] = MappingProxyType(
    {
        DossierTransferred: ("from_unit_id",),
        DossierReassignedByReorganisation: ("old_unit_id",),
        ResultReadyAtCounter: ("from_unit_id",),
        ApologySent: ("agency_at_fault_unit_id",),
    }
)
"""Fields that name a unit which may be no more."""


def refusals_by_units(
    units: Units, action: Action, local_date: Callable[[datetime], date], *, only: frozenset[str] | None = None
) -> list[Refusal]:
    """At most one for each code, of the first unit that it holds of. `only`: look at no other fields (`unitid` or of the data).

    While no unit was ever loaded there is nothing to look at: empty. `local_date` is asked where the day matters.
    """
    if not len(units):
        return []
    by_code: dict[str, Refusal] = {}
    near = action.occurred_at.date()
    for field_name, unit_id, must_be_there in _named(action):
        if units.is_there_around(unit_id, near) or not (only is None or field_name in only):
            continue
        day, place = local_date(action.occurred_at), field_name if field_name == "unitid" else f"/data/{field_name}"
        on = day if must_be_there else _latest_day_of(units, unit_id, day)
        found = not_there(units, unit_id, on, place)
        if found is not None:
            by_code.setdefault(found.code, found)
    return list(by_code.values())


def _named(action: Action) -> list[tuple[str, int, bool]]:
    named = [("unitid", action.unit_id, True)]
    for field_name, must_be_there in _FIELDS.get(type(action.data), ()):
        unit_id = getattr(action.data, field_name)
        if unit_id is not None:
            named.append((field_name, unit_id, must_be_there))
    return named


_FIELDS: Final = {
    event_class: [
        *((name, True) for name in THERE.get(event_class, ())),
        *((name, False) for name in KNOWN.get(event_class, ())),
    ]
    for event_class in (*THERE, *KNOWN)
}


def _latest_day_of(units: Units, unit_id: int, day: date) -> date:
    """The day itself, or the last on which the unit was there if it is no more."""
    history = units.history(unit_id)
    if history is None or history.ended_on is None or day < history.ended_on:
        return day
    return history.periods[-1].valid_from if history.periods else day
