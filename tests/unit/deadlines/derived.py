"""Derived events as the `Event`s that a reader of `deadline-events` gets; the product itself builds no `Event`."""

from collections.abc import Iterable
from datetime import date

from events.catalog import TYPE_BY_CLASS
from events.deadline_data import CLOCK_SOURCE
from events.envelope import Envelope, Event
from rules.clocks.derived_events import DerivedEvent, event_id_of


def events_of(dossier_id: str, emitted: Iterable[DerivedEvent]) -> tuple[Event, ...]:
    """The events of one stream, in order; instants in the calendar's zone."""
    return tuple(_event(dossier_id, one) for one in emitted)


def _event(dossier_id: str, emitted: DerivedEvent) -> Event:
    subject, zone, data = emitted.subject, emitted.zone, emitted.data
    return Event(
        envelope=Envelope(
            event_id=event_id_of(dossier_id, emitted),
            source=CLOCK_SOURCE,
            event_type=TYPE_BY_CLASS[type(data)],
            dossier_id=dossier_id,
            occurred_at=zone.local(emitted.at),
            recorded_at=zone.local(emitted.detected_at),
            stream_seq=emitted.seq,
            opened_on=date.fromordinal(subject.opened_on),
            unit_id=emitted.unit_id,
            dossier_code=subject.dossier_code,
            actor_kind="system",
            causation_id=emitted.causation_id,
            procedure_code=subject.procedure_code,
            calendar_id=subject.calendar_id,
            calendar_version=subject.calendar_version or None,
            rule_set_version=subject.rule_set_id,
            is_history=emitted.is_history,
        ),
        data=data,
    )
