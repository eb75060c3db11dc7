"""Bytes <-> events, in both CloudEvents 1.0 forms: Kafka binary mode (headers `ce_*` + data) and structured JSON.

The one codec of every service; the only user of orjson in this package. Reading raises a MessageError (dead-letter) and never
anything else; what it does not know it keeps (`extra`), and a type that is not in the catalog it refuses. A record of the common
kind is read in one go; one with anything unusual in it is read a second time by name, slowly, and judged there.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final

import msgspec
import orjson

from events.catalog import CLASS_BY_TYPE
from events.data_codec import decoder_of, plain, read_day, read_instant, typed
from events.dossier_data import DossierData
from events.envelope import ATTRIBUTES, CONSTANT_ATTRIBUTES, AttributeKind, Envelope, EnvelopeCore, Event
from events.errors import SchemaMismatchError, UnknownEventTypeError, UnreadableMessageError

Headers = list[tuple[str, bytes]]
ReadHeaders = Iterable[tuple[str, bytes | None]]
CONTENT_TYPE = "application/json"
STRUCTURED_CONTENT_TYPE = "application/cloudevents+json"
SCHEMA_URN = "urn:motcua:schema:"


def to_structured(event: Event) -> dict[str, Any]:
    """The event as one CloudEvent in structured JSON form."""
    envelope = event.envelope
    structured: dict[str, Any] = {"specversion": "1.0"}
    for field, attribute, _ in ATTRIBUTES:
        value = getattr(envelope, field)
        if value is not None and value is not False:
            structured[attribute] = value
    structured["datacontenttype"] = CONTENT_TYPE
    structured["dataschema"] = SCHEMA_URN + envelope.event_type
    structured["partitionkey"] = envelope.dossier_id
    structured.update(envelope.extra)
    structured["data"] = plain(event.data)
    return structured


def from_structured(structured: Mapping[str, Any]) -> Event:
    """The event of one structured CloudEvent (a parsed JSON object); an attribute that is null counts as left out."""
    attributes = {name: value for name, value in structured.items() if name != "data" and value is not None}
    return _event(attributes, structured.get("data"))


def to_kafka(event: Event) -> tuple[bytes, bytes, Headers]:
    """(key, value, headers) in CloudEvents Kafka binary mode; the key is the dossier, so that its events stay in order."""
    envelope = event.envelope
    key = envelope.dossier_id.encode()
    headers: Headers = [("content-type", CONTENT_TYPE.encode()), ("ce_specversion", b"1.0")]
    for field, header, write in _WRITES:
        value = getattr(envelope, field)
        if value is not None and value is not False:
            headers.append((header, write(value)))
    headers.append(("ce_dataschema", (SCHEMA_URN + envelope.event_type).encode()))
    headers.append(("ce_partitionkey", key))
    headers += [("ce_" + name, _header(value)) for name, value in envelope.extra.items()]
    return key, orjson.dumps(plain(event.data)), headers


def from_kafka(value: bytes | None, headers: ReadHeaders) -> Event:
    """The event of one Kafka record, binary or structured mode."""
    headers = list(headers)
    try:
        fields: dict[str, Any] = {}
        for name, raw in headers:
            read = _READS.get(name)
            if read is not None:
                fields[read[0]] = read[1](raw)
            elif name.startswith("ce_"):
                fields.setdefault("extra", {})[name[3:]] = text_of(raw)
        del fields[_NO_FIELD]
        envelope = Envelope(**fields)
        if not (envelope.event_id and envelope.source and envelope.dossier_id):
            raise ValueError("empty")
        return Event(envelope=envelope, data=_DECODERS[envelope.event_type](value))  # type: ignore[arg-type]  # as above
    except _UNUSUAL:
        return _by_name(value, headers)


def core_from_kafka(value: bytes | None, headers: ReadHeaders) -> tuple[EnvelopeCore, DossierData]:
    """What clocks need of one Kafka record's envelope, and its data; the other attributes are not looked at.

    The headers are named one by one because reading them by kind, as `from_kafka` does, would cost half as much again; a test
    holds both together.
    """
    named: dict[str, Any] = dict(headers)
    try:
        event_type, decode = _READ_BY_TYPE[named["ce_type"]]
        if (
            named["content-type"] != _USUAL_CONTENT
            or named["ce_specversion"] != _USUAL_VERSION
            or not (named["ce_id"] and named["ce_source"] and named["ce_subject"])
        ):
            raise ValueError(event_type)
        core = EnvelopeCore(
            event_id=named["ce_id"].decode(),
            source=named["ce_source"].decode(),
            event_type=event_type,
            dossier_id=named["ce_subject"].decode(),
            occurred_at=_instant_of(named["ce_time"]),
            recorded_at=_repeated_instant_of(named["ce_recordedat"]),
            stream_seq=_repeated_integer_of(named["ce_streamseq"]),
            opened_on=_day_of(named["ce_openedon"]),
            unit_id=_repeated_integer_of(named["ce_unitid"]),
            dossier_code=named["ce_dossiercode"].decode() if "ce_dossiercode" in named else None,
            is_history=_BOOLEAN_HEADERS[named.get("ce_history", b"false")],
        )
        return core, decode(value)  # type: ignore[arg-type]  # None is unusual
    except _UNUSUAL:
        event = _by_name(value, named.items())
        return event.envelope, event.data


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


def _by_name(value: bytes | None, headers: ReadHeaders) -> Event:
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


def _iso(value: date) -> bytes:
    return value.isoformat().encode()


def _header(value: object) -> bytes:
    if isinstance(value, date):
        return _iso(value)
    if isinstance(value, bool):
        return b"true" if value else b"false"
    return str(value).encode()


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


def _instant_of(raw: bytes) -> datetime:
    instant = datetime.fromisoformat(raw.decode())
    if instant.tzinfo is None:
        raise ValueError(raw)
    return instant


@lru_cache(maxsize=4096)  # the same days come again and again
def _day_of(raw: bytes) -> date:
    return date.fromisoformat(raw.decode())


_repeated_instant_of = lru_cache(maxsize=1024)(_instant_of)
"""What was recorded together has one instant of recording."""


def _integer_of(raw: bytes) -> int:
    if not raw.isdigit() or len(raw) > _MOST_DIGITS:
        raise ValueError(raw)
    return int(raw)


_repeated_integer_of = lru_cache(maxsize=16_384)(_integer_of)
"""The same units come again and again, and numbers of a stream are small."""


def _must_be(usual: bytes) -> Callable[[bytes], None]:
    def read(raw: bytes) -> None:
        if raw != usual:
            raise ValueError(raw)

    return read


def _passed_over(_: bytes) -> None:
    """It follows from the type or the dossier."""


_Read = tuple[str, Callable[[Any], Any]]
_REQUIRED = ("id", "source", "type", "subject", "time", "recordedat", "streamseq", "openedon", "unitid")
_MOST_DIGITS = 18
"""Of an integer attribute: so every number that is read fits 64 bits."""
_INTEGER = re.compile(f"-?[0-9]{{1,{_MOST_DIGITS}}}")
_READ_SIMPLE = {"text": _read_text, "integer": _read_integer, "boolean": _read_boolean}
_BOOLEANS = {"true": True, "false": False, "True": True, "False": False}
"""The official Python SDK writes a boolean header as str(True)."""
_BOOLEAN_HEADERS = {text.encode(): value for text, value in _BOOLEANS.items()}
_FIELD_BY_ATTRIBUTE = {attribute: (field, kind) for field, attribute, kind in ATTRIBUTES}
_OF_KIND: Final[Mapping[AttributeKind, tuple[Callable[[Any], Any], Callable[[Any], bytes]]]] = {
    "text": (bytes.decode, str.encode),
    "integer": (_integer_of, b"%d".__mod__),
    "boolean": (_BOOLEAN_HEADERS.__getitem__, _header),
    "instant": (_instant_of, _iso),
    "day": (_day_of, _iso),
}
"""How a header of each kind is read and written."""
_USUAL_CONTENT, _USUAL_VERSION = CONTENT_TYPE.encode(), b"1.0"
_NO_FIELD = ""
_READS: Final[Mapping[str, _Read]] = {
    "content-type": (_NO_FIELD, _must_be(_USUAL_CONTENT)),
    **{f"ce_{name}": (_NO_FIELD, _passed_over) for name in CONSTANT_ATTRIBUTES},
    "ce_specversion": (_NO_FIELD, _must_be(_USUAL_VERSION)),
    **{f"ce_{attribute}": (field, _OF_KIND[kind][0]) for field, attribute, kind in ATTRIBUTES},
}
_WRITES: Final = tuple((field, f"ce_{attribute}", _OF_KIND[kind][1]) for field, attribute, kind in ATTRIBUTES)
_DECODERS: Final = {event_type: decoder_of(event_class) for event_type, event_class in CLASS_BY_TYPE.items()}
_READ_BY_TYPE: Final = {event_type.encode(): (event_type, decode) for event_type, decode in _DECODERS.items()}
_UNUSUAL: Final = (AttributeError, KeyError, TypeError, ValueError, RecursionError, msgspec.MsgspecError)
