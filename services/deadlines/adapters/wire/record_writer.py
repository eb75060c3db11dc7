"""DerivedEvent -> Kafka record: the same bytes as `events.codec.to_kafka` of its event, without building the event.

A deadline processor that catches up emits a hundred thousand events in a few seconds; what is the same for all events of a
dossier or of a type is encoded once. A test holds both ways together for every type.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Any

import orjson
from msgspec.structs import asdict

from events.catalog import TYPE_BY_CLASS
from events.codec import CONTENT_TYPE, SCHEMA_URN, Headers
from events.deadline_data import CLOCK_SOURCE
from rules.clocks.derived_events import DerivedEvent, event_id_of
from rules.clocks.instants import Instant, Zone
from rules.clocks.state import Subject

Record = tuple[bytes, Headers]
"""Value and headers; the key is the dossier."""


class RecordWriter:
    """Encodes derived events; remembers what many of them share."""

    def __init__(self) -> None:
        self._days: dict[int, _Header] = {}
        self._legal_contexts: dict[tuple[str, str, str], tuple[_Header, ...]] = {}

    def write(self, dossier_id: str, emitted: Iterable[DerivedEvent]) -> list[Record]:
        """The records of the derived events of one stream, in order."""
        key, records = dossier_id.encode(), []
        subject, of_subject = None, None
        for one in emitted:
            if of_subject is None or one.subject is not subject:
                subject, of_subject = one.subject, self._subject_headers(one.subject)
            records.append(_record(dossier_id, key, of_subject, one))
        return records

    def _subject_headers(self, subject: Subject) -> "_SubjectHeaders":
        code, procedure, on = subject.dossier_code, subject.procedure_code, subject.opened_on
        opened_on = self._days.get(on)
        if opened_on is None:
            opened_on = self._days[on] = ("ce_openedon", date.fromordinal(on).isoformat().encode())
        key = (subject.calendar_id, subject.calendar_version, subject.rule_set_id)
        legal_context = self._legal_contexts.get(key)
        if legal_context is None:
            legal_context = self._legal_contexts[key] = _legal_headers(subject)
        return (
            opened_on,
            (("ce_dossiercode", code.encode()),) if code is not None else (),
            (("ce_procedurecode", procedure.encode()),) if procedure is not None else (),
            legal_context,
        )


_Header = tuple[str, bytes]
_SubjectHeaders = tuple[_Header, tuple[_Header, ...], tuple[_Header, ...], tuple[_Header, ...]]


def _legal_headers(subject: Subject) -> tuple[_Header, ...]:
    calendar_id = ("ce_calendarid", subject.calendar_id.encode())
    rule_set = ("ce_rulesetversion", subject.rule_set_id.encode())
    if not subject.calendar_version:
        return calendar_id, rule_set
    return calendar_id, ("ce_calendarversion", subject.calendar_version.encode()), rule_set


@lru_cache(maxsize=1024)
def _repeated_text(zone: Zone, at: Instant) -> bytes:
    """What is noticed together has one instant of detection."""
    return zone.text(at).encode()


def _record(dossier_id: str, key: bytes, of_subject: _SubjectHeaders, emitted: DerivedEvent) -> Record:
    zone = emitted.zone
    type_header, schema_header = _TYPES[emitted.kind]
    fields = {name: value for name, value in emitted.fields.items() if value is not None}
    opened_on, code, procedure, legal_context = of_subject
    headers: Headers = [
        _CONTENT_HEADER,
        _VERSION_HEADER,
        ("ce_id", event_id_of(dossier_id, emitted).encode()),
        _SOURCE_HEADER,
        type_header,
        ("ce_subject", key),
        ("ce_time", zone.text(emitted.at).encode()),
        ("ce_recordedat", _repeated_text(zone, emitted.detected_at)),
        ("ce_streamseq", b"%d" % emitted.seq),
        opened_on,
        ("ce_unitid", b"%d" % emitted.unit_id),
        *code,
        _ACTOR_HEADER,
        ("ce_causationid", emitted.causation_id.encode()),
        *procedure,
        *legal_context,
    ]
    if emitted.is_history:
        headers.append(_HISTORY_HEADER)
    headers.append(schema_header)
    headers.append(("ce_partitionkey", key))
    return orjson.dumps(fields, default=asdict), headers


_TYPES: dict[Callable[..., Any], tuple[_Header, _Header]] = {
    event_class: (("ce_type", event_type.encode()), ("ce_dataschema", (SCHEMA_URN + event_type).encode()))
    for event_class, event_type in TYPE_BY_CLASS.items()
}
_CONTENT_HEADER: _Header = ("content-type", CONTENT_TYPE.encode())
_VERSION_HEADER: _Header = ("ce_specversion", b"1.0")
_SOURCE_HEADER: _Header = ("ce_source", CLOCK_SOURCE.encode())
_ACTOR_HEADER: _Header = ("ce_actorkind", b"system")
_HISTORY_HEADER: _Header = ("ce_history", b"true")
