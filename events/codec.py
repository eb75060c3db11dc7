"""Bytes <-> events, in both CloudEvents 1.0 forms: Kafka binary mode (headers `ce_*` + data) and structured JSON.

The only user of orjson in this package. Reading raises a MessageError (dead-letter) and never anything else; what it does not
know it keeps (`extra`), and a type that is not in the catalog it refuses.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import orjson

from events.catalog import CLASS_BY_TYPE
from events.data_codec import plain, read_day, read_instant, typed
from events.envelope import ATTRIBUTES, CONSTANT_ATTRIBUTES, AttributeKind, Envelope, Event
from events.errors import SchemaMismatchError, UnknownEventTypeError, UnreadableMessageError

Headers = list[tuple[str, bytes]]
CONTENT_TYPE = "application/json"
STRUCTURED_CONTENT_TYPE = "application/cloudevents+json"
SCHEMA_URN = "urn:motcua:schema:"

_REQUIRED = ("id", "source", "type", "subject", "time", "recordedat", "streamseq", "openedon", "unitid")
_INTEGER = re.compile("-?[0-9]{1,18}")
_FIELD_BY_ATTRIBUTE = {attribute: (field, kind) for field, attribute, kind in ATTRIBUTES}


def to_structured(event: Event) -> dict[str, Any]:
    """The event as one CloudEvent in structured JSON form."""
    structured = _attributes(event.envelope)
    structured["data"] = plain(event.data)
    return structured


def from_structured(structured: Mapping[str, Any]) -> Event:
    """The event of one structured CloudEvent (a parsed JSON object); an attribute that is null counts as left out."""
    attributes = {name: value for name, value in structured.items() if name != "data" and value is not None}
    return _event(attributes, structured.get("data"))


def to_kafka(event: Event) -> tuple[bytes, bytes, Headers]:
    """(key, value, headers) in CloudEvents Kafka binary mode; the key is the dossier, so that its events stay in order."""
    headers: Headers = [("content-type", CONTENT_TYPE.encode())]
    for name, value in _attributes(event.envelope).items():
        if name != "datacontenttype":
            headers.append(("ce_" + name, _header(value)))
    return event.envelope.dossier_id.encode(), orjson.dumps(plain(event.data)), headers


def from_kafka(value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> Event:
    """The event of one Kafka record, binary or structured mode."""
    attributes: dict[str, Any] = {}
    is_structured = False
    for name, raw in headers:
        if name.startswith("ce_"):
            attributes[name[3:]] = text_of(raw)
        elif name == "content-type" and (raw or b"").startswith(STRUCTURED_CONTENT_TYPE.encode()):
            is_structured = True
    payload = parse_json(value)
    if is_structured or not attributes:
        if not isinstance(payload, dict):
            raise UnreadableMessageError("the value is not a CloudEvent and there are no ce_ headers")
        return from_structured(payload)
    return _event(attributes, payload)


def dumps(value: Any) -> bytes:
    """JSON bytes; instants as RFC 3339, days as YYYY-MM-DD."""
    return orjson.dumps(value)


def parse_json(value: bytes | None) -> Any:
    """Parsed JSON, or UnreadableMessageError."""
    try:
        return orjson.loads(value or b"")
    except orjson.JSONDecodeError as error:
        raise UnreadableMessageError(f"not JSON: {error}") from error


def text_of(raw: bytes | None) -> str:
    """A header's text; CloudEvents headers are UTF-8."""
    try:
        return (raw or b"").decode()
    except UnicodeDecodeError as error:
        raise UnreadableMessageError(f"a header is not UTF-8: {error}") from error


def _attributes(envelope: Envelope) -> dict[str, Any]:
    named: dict[str, Any] = {"specversion": "1.0"}
    for field, attribute, _ in ATTRIBUTES:
        value = getattr(envelope, field)
        if value is not None and value is not False:
            named[attribute] = value
    named["datacontenttype"] = CONTENT_TYPE
    named["dataschema"] = SCHEMA_URN + envelope.event_type
    named["partitionkey"] = envelope.dossier_id
    if envelope.extra:
        named.update(envelope.extra)
    return named


def _header(value: object) -> bytes:
    if isinstance(value, date):
        return value.isoformat().encode()
    if isinstance(value, bool):
        return b"true" if value else b"false"
    return str(value).encode()


def _event(attributes: Mapping[str, Any], data: Any) -> Event:
    for name in _REQUIRED:
        if attributes.get(name) in (None, ""):
            raise UnreadableMessageError(f"{name}: is missing")
    if attributes.get("specversion", "1.0") != "1.0":
        raise UnreadableMessageError(f"specversion: {attributes['specversion']!r} is not 1.0")
    event_class = CLASS_BY_TYPE.get(attributes["type"]) if isinstance(attributes["type"], str) else None
    if event_class is None:
        raise UnknownEventTypeError(f"type: {attributes['type']!r} is not in the catalog")
    if not isinstance(data, Mapping):
        raise UnreadableMessageError("data: is not a JSON object")
    return Event(envelope=_envelope(attributes), data=typed(event_class, data))


def _envelope(attributes: Mapping[str, Any]) -> Envelope:
    fields: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, value in attributes.items():
        known = _FIELD_BY_ATTRIBUTE.get(name)
        if known is not None:
            fields[known[0]] = read_attribute(name, value, known[1])
        elif name not in CONSTANT_ATTRIBUTES:
            extra[name] = value if isinstance(value, str) else _header(value).decode()
    return Envelope(**fields, extra=extra)


def read_attribute(name: str, value: Any, kind: AttributeKind) -> Any:
    """One attribute in its Python type, from JSON or from a header's text; SchemaMismatchError names it."""
    if kind == "instant":
        return value if isinstance(value, datetime) else read_instant(name, value)
    if kind == "day":
        return value if isinstance(value, date) else read_day(name, value)
    read = _READ_SIMPLE[kind](value)
    if read is None:
        raise SchemaMismatchError(f"{name}: {value!r} is not a valid {kind}")
    return read


def _read_text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _read_integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and _INTEGER.fullmatch(value) else None


def _read_boolean(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return _BOOLEANS.get(value) if isinstance(value, str) else None


_READ_SIMPLE = {"text": _read_text, "integer": _read_integer, "boolean": _read_boolean}
_BOOLEANS = {"true": True, "false": False, "True": True, "False": False}
"""The official Python SDK writes a boolean header as str(True)."""
