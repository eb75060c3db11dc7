"""Event data <-> plain JSON values, for every event class by its declaration.

`plain(data)` leaves out what is None and puts unknown fields back where they were; `typed(event_class, fields)` is its inverse
and raises SchemaMismatchError naming the field. `decoder_of(event_class)` reads JSON bytes in one go where a class knows every
field that stands there; what it refuses, `typed` judges. No reader is stricter than the published schema.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar, get_args, get_origin

import msgspec
from msgspec import Struct

from events.declaration import fields_of, plain_type
from events.dossier_data import DossierData
from events.errors import SchemaMismatchError

DataT = TypeVar("DataT", bound=DossierData)


def plain(data: DossierData) -> dict[str, Any]:
    """The data as a JSON object; instants and days stay objects, because orjson writes them as ISO 8601."""
    shape = _shape(type(data))
    values = {name: value for name in shape.names if (value := getattr(data, name)) is not None}
    for name in shape.nested:
        if name in values:
            values[name] = _plain(values[name])
    if data.extra:
        values.update(data.extra)
    return values


def typed(event_class: type[DataT], values: Mapping[str, Any]) -> DataT:
    """The object for a JSON object. Unknown fields are kept in `extra`; a wrong or missing one is a SchemaMismatchError."""
    shape = _shape(event_class)
    known: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for name, value in values.items():
        if name not in shape.reads:
            extra[name] = value
        elif value is not None:
            read = shape.reads[name]
            known[name] = value if read is None else read(value)
    if extra:
        known["extra"] = MappingProxyType(extra)
    try:
        return msgspec.convert(known, event_class)
    except msgspec.ValidationError as error:
        raise SchemaMismatchError(_by_field(str(error))) from error


def decoder_of(event_class: type[DataT]) -> Callable[[bytes], DataT]:
    """Reads JSON bytes that hold declared fields only; anything else is a msgspec error, and for `typed` to judge."""
    return msgspec.json.Decoder(event_class).decode


def read_instant(name: str, value: Any) -> datetime:
    """An RFC 3339 instant; without an offset it is refused, because nobody can know which day it was."""
    instant = _instant(value)
    if isinstance(instant, datetime) and instant.tzinfo is not None:
        return instant
    raise SchemaMismatchError(f"{name}: {value!r} is not an instant with a UTC offset (RFC 3339)")


def read_day(name: str, value: Any) -> date:
    """A calendar day, YYYY-MM-DD."""
    day = _day(value)
    if isinstance(day, date):
        return day
    raise SchemaMismatchError(f"{name}: {value!r} is not a day (YYYY-MM-DD)")


@cache
def instants_of(event_class: type[DossierData]) -> tuple[str, ...]:
    """The names of the fields that are instants."""
    return tuple(one.name for one in fields_of(event_class) if one.type is datetime)


class _Shape(NamedTuple):
    """What codecs need of a class: its fields, how each is read from JSON, and which are objects of their own."""

    names: tuple[str, ...]
    reads: Mapping[str, Callable[[Any], Any] | None]
    nested: tuple[str, ...]


@cache
def _shape(event_class: Any) -> _Shape:
    fields = fields_of(event_class)
    return _Shape(
        names=tuple(one.name for one in fields),
        reads={one.name: _READS.get(get_origin(one.type) or one.type) for one in fields},
        nested=tuple(one.name for one in fields if _is_nested(one.type)),
    )


def _is_nested(declared: Any) -> bool:
    if get_origin(declared) is tuple:
        return _is_nested(plain_type(get_args(declared)[0])[0])
    return get_origin(declared) is MappingProxyType or (isinstance(declared, type) and issubclass(declared, Struct))


def _plain(value: Any) -> Any:
    """An object as a dict: orjson does not sort the fields of anything else, and the hash chain needs them sorted."""
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return dict(value)
    return {name: one for name, one in msgspec.structs.asdict(value).items() if one is not None}


def _instant(value: Any) -> Any:
    """An instant as Python reads it, which takes more than msgspec does; what it can't read stays as it is."""
    try:
        # RFC 3339, 5.6: `t` and `z` may be small letters; Python reads `Z` only.
        return datetime.fromisoformat(value[:-1] + "Z" if value[-1:] == "z" else value)
    except (TypeError, ValueError):
        return value


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        return value


def _object(value: Any) -> Any:
    return MappingProxyType(value) if isinstance(value, dict) else value


_READS: Mapping[Any, Callable[[Any], Any]] = {datetime: _instant, date: _day, MappingProxyType: _object}
_MISSING = re.compile(r"Object missing required field `(?P<field>[^`]+)`")
_AT = re.compile(r" - at `\$\.(?P<field>\w+)[^`]*`$")


def _by_field(reason: str) -> str:
    """A reason of msgspec's with the field in front, as a MessageError has it."""
    found = _AT.search(reason)
    if found:
        return f"{found['field']}: {reason}"
    missing = _MISSING.fullmatch(reason)
    return f"{missing['field']}: is missing" if missing else reason
