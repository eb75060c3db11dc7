"""What a correction makes of the event that it names (domain.md 4.1, decision B20).

Asked by intake before it records one, by the clocks, the explanation and the statistics alike, so that all see the same event as
corrected. The event itself stays as it was recorded; of two corrections of one field the later one wins, because each is applied
to what the one before left. Pure.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

from msgspec.structs import replace

from events.control import BackdatingApproved, DossierCodeAssigned, EventCorrected, IntegrityFlagRaised
from events.data_codec import plain, read_instant, typed
from events.dossier_data import DossierData
from events.envelope import Event
from events.errors import SchemaMismatchError

DataT = TypeVar("DataT", bound=DossierData)

ATTRIBUTES: Final = frozenset({"time", "unitid"})
"""What of the envelope may be corrected, by its name there; every other name is a field of the event's data."""
FINAL: Final = (EventCorrected, BackdatingApproved, DossierCodeAssigned, IntegrityFlagRaised)
"""What a second person or the product itself has said is never corrected again, nor is a code that a dossier was found by."""


def corrected(event: Event, fields: Mapping[str, Any]) -> Event:
    """The event as corrected. Raises SchemaMismatchError, with the name of the field in front, for what can't stand there."""
    envelope = replace(event.envelope, **corrected_attributes(fields))
    return Event(envelope=envelope, data=corrected_data(event.data, fields))


def corrected_attributes(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The corrected fields of the envelope, typed: `occurred_at` (an aware instant), `unit_id`. Raises SchemaMismatchError."""
    found: dict[str, Any] = {}
    if "time" in fields:
        found["occurred_at"] = read_instant("time", fields["time"])
    if "unitid" in fields:
        unit_id = fields["unitid"]
        if isinstance(unit_id, bool) or not isinstance(unit_id, int) or unit_id < 1:
            raise SchemaMismatchError(f"unitid: {unit_id!r} is not a number of a unit")
        found["unit_id"] = unit_id
    return found


def receiver_of(fields: Mapping[str, Any], *, is_acceptance: bool) -> int | None:
    """The unit that an event gives the dossier to by its corrected fields; None where they name none."""
    names = ("unitid",) if is_acceptance else ("to_unit_id", "new_unit_id")
    found = next((fields[name] for name in names if name in fields), None)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def corrected_data(data: DataT, fields: Mapping[str, Any]) -> DataT:
    """The data as corrected; a value of None takes an optional field away. Raises SchemaMismatchError."""
    own = {name: value for name, value in fields.items() if name not in ATTRIBUTES}
    return typed(type(data), {**plain(data), **own}) if own else data


def as_corrected(events: Iterable[Event]) -> list[Event]:
    """The events of one stream, in its order, each as the corrections among them leave it.

    What was recorded by another writer and can't be read as a correction corrects nothing.
    """
    found = {event.envelope.event_id: event for event in events}
    for event in list(found.values()):
        target = found.get(event.data.target_event_id) if isinstance(event.data, EventCorrected) else None
        if target is None or isinstance(target.data, FINAL) or not isinstance(event.data, EventCorrected):
            continue
        with suppress(SchemaMismatchError):
            found[target.envelope.event_id] = corrected(target, event.data.corrected_fields)
    return list(found.values())
