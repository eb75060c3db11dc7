"""Event data <-> plain JSON values, generic over the event classes.

`plain(data)` leaves out what is None and puts unknown fields back where they were; `typed(event_class, fields)` is its inverse
and raises SchemaMismatchError naming the field. The published schema is checked at intake; this module only guards types, so
that a reader of old or foreign events can't be misled.
"""

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from events.dossier import DossierData, GivenTerm
from events.errors import SchemaMismatchError

DataT = TypeVar("DataT", bound=DossierData)
Reader = Callable[[str, Any], Any]


def plain(data: DossierData) -> dict[str, Any]:
    """The data as a JSON object; instants and days stay objects, because orjson writes them as ISO 8601."""
    event_class: Any = type(data)
    values = {name: _plain(value) for name in _names(event_class) if (value := getattr(data, name)) is not None}
    if data.extra:
        values.update(data.extra)
    return values


def _plain(value: Any) -> Any:
    """A term as a JSON object: orjson does not sort the fields of a dataclass, and the hash chain needs them sorted."""
    return {"value": value.value, "unit": value.unit} if isinstance(value, GivenTerm) else value


def typed(event_class: type[DataT], values: Mapping[str, Any]) -> DataT:
    """The object for a JSON object. Unknown fields are kept in `extra`; a wrong or missing one is a SchemaMismatchError."""
    known: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    cached: Any = event_class
    readers = _readers(cached)
    for name, value in values.items():
        reader = readers.get(name)
        if reader is None:
            extra[name] = value
        elif value is not None:
            known[name] = reader(name, value)
    missing = _required(cached) - known.keys()
    if missing:
        raise SchemaMismatchError(f"{min(missing)}: is missing")
    return event_class(**known, extra=extra)


@cache
def _names(event_class: Any) -> tuple[str, ...]:
    return tuple(item.name for item in fields(event_class) if item.name != "extra")


@cache
def _required(event_class: Any) -> frozenset[str]:
    return frozenset(
        item.name for item in fields(event_class) if item.default is MISSING and item.default_factory is MISSING
    )


@cache
def _readers(event_class: Any) -> Mapping[str, Reader]:
    hints = get_type_hints(event_class)
    return {name: _reader_for(hints[name]) for name in _names(event_class)}


def _reader_for(hint: Any) -> Reader:
    if get_origin(hint) in (Union, types.UnionType):
        hint = next(option for option in get_args(hint) if option is not types.NoneType)
    simple = _READERS_BY_TYPE.get(hint) or _READERS_BY_TYPE.get(get_origin(hint))
    return simple or _OneOf(get_args(hint))


def read_instant(name: str, value: Any) -> datetime:
    """An RFC 3339 instant; without an offset it is refused, because nobody can know which day it was."""
    if isinstance(value, str):
        try:
            instant = datetime.fromisoformat(value)
        except ValueError:
            instant = None
        if instant is not None and instant.tzinfo is not None:
            return instant
    raise SchemaMismatchError(f"{name}: {value!r} is not an instant with a UTC offset (RFC 3339)")


def read_day(name: str, value: Any) -> date:
    """A calendar day, YYYY-MM-DD."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise SchemaMismatchError(f"{name}: {value!r} is not a day (YYYY-MM-DD)") from None


def _read_term(name: str, value: Any) -> GivenTerm:
    match value:
        case {"value": int(amount), "unit": str(unit)}:
            return GivenTerm(value=amount, unit=unit)  # type: ignore[arg-type]  # the unit is checked by rules.due.terms
        case _:
            raise SchemaMismatchError(f"{name}: needs an integer `value` and a `unit`")


def _read_texts(name: str, value: Any) -> tuple[str, ...]:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise SchemaMismatchError(f"{name}: needs a list of texts")


@dataclass(frozen=True, slots=True)
class _OfType:
    expected: type

    def __call__(self, name: str, value: Any) -> Any:
        if isinstance(value, self.expected) and (self.expected is bool or not isinstance(value, bool)):
            return value
        raise SchemaMismatchError(f"{name}: {value!r} has the wrong type")


@dataclass(frozen=True, slots=True)
class _OneOf:
    allowed: tuple[object, ...]

    def __call__(self, name: str, value: Any) -> Any:
        if value in self.allowed:
            return value
        raise SchemaMismatchError(f"{name}: {value!r} is none of {', '.join(map(str, self.allowed))}")


_READERS_BY_TYPE: dict[Any, Reader] = {
    datetime: read_instant,
    date: read_day,
    GivenTerm: _read_term,
    tuple: _read_texts,
    Mapping: _OfType(dict),
    str: _OfType(str),
    int: _OfType(int),
    bool: _OfType(bool),
}
