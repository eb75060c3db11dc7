"""May an event be corrected so: what it would say then is asked as if it were reported today (domain.md 4.1, B20)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from events.codec import dumps, from_structured, parse_json, to_structured
from events.corrections import as_corrected
from events.dossier import DeadlineExtended, DossierAccepted, EventCorrected
from events.envelope import Event
from rules.book.rulebook import Rulebook
from services.intake.domain.actions import Action, AnyAction, FieldError, Refusal, pointer_step
from services.intake.domain.arming import refusal_by_rulebook
from services.intake.domain.decide import CLOCK_TOLERANCE
from services.intake.domain.unit_check import refusals_by_units
from services.intake.domain.unit_register import Units

Read = Callable[[Any], AnyAction | Refusal]
"""Reads a parsed CloudEvent as an action, by the published schemas."""


class Law(NamedTuple):
    """What the corrected event is judged by: how an action is read, the rulebook, the units."""

    read: Read
    rulebook: Rulebook
    units: Units


_UNDER = "/data/corrected_fields/"
_REPORTED = ("id", "type", "subject", "time", "unitid", "data")


def refusal_of_correction(
    action: Action, stream: Sequence[Mapping[str, Any]], law: Law, decided_at: datetime
) -> Refusal | None:
    """Why an event can't be corrected so. `stream`: everything recorded, in structured form; `decided_at`: now."""
    said = action.data
    assert isinstance(said, EventCorrected)  # noqa: S101 nothing else is asked about
    recorded = as_corrected([from_structured(one) for one in stream])
    target = next(event for event in recorded if event.envelope.event_id == said.target_event_id)
    report = law.read(_as_reported(target, action, said.corrected_fields))
    if not isinstance(report, Action):
        return _named(report, said) if isinstance(report, Refusal) else None
    return (
        _of_time(target, report, recorded, said, decided_at + CLOCK_TOLERANCE)
        or _of_due(report, recorded, said)
        or _named(_of_units(report, said, law), said)
        or _named(_of_rulebook(target, report, law.rulebook, decided_at), said)
    )


def _of_rulebook(target: Event, report: Action, rulebook: Rulebook, decided_at: datetime) -> Refusal | None:
    """As of a report; what was taken over without a deadline may stay without (DR-09)."""
    refused = refusal_by_rulebook(rulebook, report, target.envelope.opened_on, decided_at)
    if refused is not None and refused.code == "no-deadline" and target.envelope.is_history:
        before = target.data
        had_none = isinstance(before, DossierAccepted) and before.term is None and before.appointment_at is None
        return None if had_none else refused
    return refused


def _of_units(report: Action, said: EventCorrected, law: Law) -> Refusal | None:
    """The units that it names now were there on its day (B20)."""
    local_date, corrected = law.rulebook.default_calendar.local_date, frozenset(said.corrected_fields)
    return next(iter(refusals_by_units(law.units, report, local_date, only=corrected)), None)


def _as_reported(target: Event, action: Action, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The event as a counter would report it with the corrected values."""
    plain: dict[str, Any] = parse_json(dumps(to_structured(target)))
    about = {name: plain[name] for name in _REPORTED} | {"specversion": "1.0", "source": action.source}
    data = {**about["data"], **{name: value for name, value in fields.items() if name not in ("time", "unitid")}}
    about |= {name: fields[name] for name in ("time", "unitid") if name in fields}
    return {**about, "data": {name: value for name, value in data.items() if value is not None}}


def _of_time(
    target: Event, report: Action, recorded: Sequence[Event], said: EventCorrected, latest: datetime
) -> Refusal | None:
    """Not in the future, and after an acceptance nothing before it."""
    if "time" not in said.corrected_fields:
        return None
    if report.occurred_at > latest:
        return Refusal(
            code="occurred-in-future", field_name=f"{_UNDER}time", params={"time": report.occurred_at.isoformat()}
        )
    accepted = _acceptance(recorded)
    if accepted is None or target.envelope.stream_seq <= accepted.envelope.stream_seq:
        return None
    if report.occurred_at >= accepted.envelope.occurred_at:
        return None
    params = {"time": report.occurred_at.isoformat(), "previous": accepted.envelope.occurred_at.isoformat()}
    return Refusal(code="out-of-order", field_name=f"{_UNDER}time", params=params)


def _of_due(report: Action, recorded: Sequence[Event], said: EventCorrected) -> Refusal | None:
    """An extension ends after the acceptance; of an appointment the rulebook is asked."""
    accepted = _acceptance(recorded)
    if not isinstance(report.data, DeadlineExtended) or accepted is None or "new_due_at" not in said.corrected_fields:
        return None
    if report.data.new_due_at >= accepted.envelope.occurred_at:
        return None
    params = {"due": report.data.new_due_at.isoformat(), "accepted": accepted.envelope.occurred_at.isoformat()}
    return Refusal(code="before-acceptance", field_name=f"{_UNDER}new_due_at", params=params)


def _acceptance(recorded: Sequence[Event]) -> Event | None:
    return next((event for event in recorded if isinstance(event.data, DossierAccepted)), None)


def _named(refusal: Refusal | None, said: EventCorrected) -> Refusal | None:
    """A refusal of what the event would say, with the corrected field that it is about."""
    if refusal is None:
        return None
    errors = tuple(_under(error, said) for error in refusal.errors)
    return replace(refusal, field_name=_place(refusal.field_name, said), errors=errors)


def _under(error: FieldError, said: EventCorrected) -> FieldError:
    return replace(error, field_name=_place(error.field_name, said))


def _place(field_name: str, said: EventCorrected) -> str:
    """Where a field stands in the correction; what it doesn't name is the fault of the first that it names."""
    place = field_name.removeprefix("/data/")
    steps = {pointer_step(name) for name in said.corrected_fields}
    return _UNDER + (place if place.partition("/")[0] in steps else min(steps))
