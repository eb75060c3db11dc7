"""Where the value of a field comes from, as a mapping says it: a column, a fixed value, a running number, or parts. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final, Literal, cast, get_args, get_origin

import msgspec
from msgspec import Struct

from events.declaration import Field, fields_of
from events.envelope import SAID_BY_COUNTER, Envelope
from motcua.importing.domain.dates import FORMS, reader_of
from motcua.importing.domain.mapping import (
    BareDay,
    Condition,
    Fixed,
    FromColumn,
    Kind,
    MappingError,
    Parts,
    Running,
    Source,
)
from motcua.importing.domain.mapping_keys import not_known, unknown_keys
from motcua.importing.domain.words import clean, folded

_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_KIND_BY_TYPE: Final[Mapping[Any, Kind]] = MappingProxyType(
    {int: "integer", datetime: "instant", date: "day", tuple: "texts", str: "text"}
)
_ATTRIBUTE_TYPES: Final = MappingProxyType(
    {one.wire_name: one.type for one in fields_of(Envelope) if one.name in SAID_BY_COUNTER and one.type is not bool}
)
"""The attributes that a counter says, and what they hold; `history` is the mapping's own."""


@dataclass(slots=True)
class Problems:
    """What is wrong with a mapping, a sentence each."""

    found: list[str] = field(default_factory=list)

    def add(self, where: str, what: str) -> None:
        """Note one more."""
        self.found.append(f"{where}: {what}")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateForms:
    """How days and instants are written, and which end of its day a bare day means."""

    forms: tuple[str, ...] = ()
    bare_day: BareDay = "start"

    @classmethod
    def of(cls, raw: Mapping[str, Any], where: str, problems: Problems) -> "DateForms":
        """As a table [formats] says it."""
        problems.found += unknown_keys(raw, "formats", where)
        return cls().with_own(raw, where, problems)

    def with_own(self, raw: Mapping[str, Any], where: str, problems: Problems) -> "DateForms":
        """With what a table says itself."""
        given = raw.get("dates", list(self.forms))
        listed = [given] if isinstance(given, str) else given
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            problems.add(f"{where}.dates", f"phải là một hay nhiều mẫu: {', '.join(FORMS)}")
            return self
        forms = [one.lower().replace("-", "/").replace(".", "/") for one in listed]
        for one in forms:
            if one not in FORMS:
                problems.add(f"{where}.dates", f"{one!r}: {not_known(one, frozenset(FORMS))}")
                return self
        bare_day = raw.get("bare_day", self.bare_day)
        if bare_day not in get_args(BareDay):
            problems.add(f"{where}.bare_day", f"{bare_day!r} không phải là start | end")
        return DateForms(forms=tuple(forms), bare_day=bare_day)


@dataclass(frozen=True, slots=True)
class SourceReader:
    """Reads the fields of a mapping's tables; what is wrong goes to `problems`."""

    problems: Problems
    forms: DateForms

    def time(self, raw: Any, where: str) -> FromColumn:
        """The instant of an event: a column, or a table with `column`."""
        given = {"column": raw} if isinstance(raw, str) else raw
        if not isinstance(given, Mapping) or not ({"column", "columns"} & given.keys()):
            self.problems.add(where, "thiếu: phải là tên một cột, hoặc một bảng có column")
            return FromColumn(columns=("",), kind="instant")
        source = self.source(given, datetime, where)
        return source if isinstance(source, FromColumn) else FromColumn(columns=("",), kind="instant")

    def attributes(self, raw: Any, where: str) -> Mapping[str, Source]:
        """The attributes that a counter system says."""
        found: dict[str, Source] = {}
        for name, given in self._items(raw, where):
            if name in _ATTRIBUTE_TYPES:
                found[name] = self.source(given, _ATTRIBUTE_TYPES[name], f"{where}.{name}")
            else:
                self.problems.add(f"{where}.{name}", not_known(name, frozenset(_ATTRIBUTE_TYPES)))
        return found

    def data(self, raw: Any, event_class: Any, where: str) -> Mapping[str, Source]:
        """The fields of an event, each of which its class must have, and all that it needs."""
        fields = {one.wire_name: one for one in fields_of(event_class)}
        found: dict[str, Source] = {}
        for name, given in self._items(raw, where):
            if name in fields:
                found[name] = self.source(given, fields[name].type, f"{where}.{name}")
            else:
                self.problems.add(f"{where}.{name}", not_known(name, frozenset(fields)))
        for name, one in fields.items():
            if one.is_required and name not in found:
                self.problems.add(f"{where}.{name}", f"thiếu, mà {_name_of(event_class)} bắt buộc phải có")
        return found

    def source(self, raw: Any, expected: Any, where: str) -> Source:
        """Where one value comes from; `expected` is the type of the field."""
        if isinstance(raw, Mapping) and ({"column", "columns"} & raw.keys()):
            return self._from_column(raw, expected, where)
        if isinstance(raw, Mapping) and raw.keys() == {"number"}:
            return self._running(raw, expected, where)
        if isinstance(raw, Mapping) and _is_object(expected):
            return self._parts(raw, expected, where)
        if isinstance(raw, Mapping):
            self.problems.found += unknown_keys(raw, "column", where)
            self.problems.add(where, "một bảng phải có column, columns hoặc number")
            return Fixed(value=None)
        return Fixed(value=self._checked(raw, expected, where))

    def _from_column(self, raw: Mapping[str, Any], expected: Any, where: str) -> FromColumn:
        problems = self.problems
        problems.found += unknown_keys(raw, "column", where)
        given = raw.get("columns", raw.get("column"))
        listed = [given] if isinstance(given, str) else given
        if not isinstance(listed, list) or not listed or not all(isinstance(one, str) and one for one in listed):
            problems.add(f"{where}.column", "phải là tên một cột, hoặc danh sách tên")
            listed = [""]
        kind = self._kind(raw, expected, where)
        forms = self.forms.with_own(raw, where, problems)
        return FromColumn(
            columns=tuple(map(clean, listed)),
            kind=kind,
            values=self._values(raw, expected, where),
            otherwise=self._checked(raw.get("otherwise"), expected, f"{where}.otherwise"),
            has_otherwise="otherwise" in raw,
            read_instant=reader_of(forms.forms) if kind in ("instant", "day") else None,
            forms=("iso", *forms.forms),
            bare_day=forms.bare_day,
        )

    def _kind(self, raw: Mapping[str, Any], expected: Any, where: str) -> Kind:
        natural = kind_of(expected)
        kind = raw.get("kind", natural or "text")
        if kind not in _KINDS:
            self.problems.add(f"{where}.kind", f"{kind!r}: {not_known(str(kind), frozenset(_KINDS))}")
            return "text"
        if natural is None and "values" not in raw:
            self.problems.add(where, "trường này cần bảng values, vì một ô không nói hết được")
        if "values" not in raw and natural is not None and kind not in (natural, "unit"):
            self.problems.add(f"{where}.kind", f"{kind!r}: trường này phải là {natural}")
        if kind == "unit" and natural != "integer":
            self.problems.add(f"{where}.kind", "unit chỉ dùng cho số hiệu đơn vị")
        return cast("Kind", kind)

    def _values(self, raw: Mapping[str, Any], expected: Any, where: str) -> Mapping[str, Any] | None:
        if "values" not in raw:
            return None
        found: dict[str, Any] = {}
        for cell, value in self._items(raw["values"], f"{where}.values"):
            form = folded(cell)
            if form in found:
                self.problems.add(f"{where}.values", f"{cell!r} có hai lần")
            found[form] = self._checked(value, expected, f"{where}.values.{cell}")
        return found

    def _running(self, raw: Mapping[str, Any], expected: Any, where: str) -> Source:
        if raw["number"] is not True or kind_of(expected) != "integer":
            self.problems.add(where, "number = true chỉ dùng cho một trường số, ví dụ round_no")
        return Running()

    def _parts(self, raw: Mapping[str, Any], expected: Any, where: str) -> Source:
        fields: dict[str, Field] = {one.wire_name: one for one in fields_of(expected)}
        parts: dict[str, Source] = {}
        for name, given in raw.items():
            if name in fields:
                parts[name] = self.source(given, fields[name].type, f"{where}.{name}")
            else:
                self.problems.add(f"{where}.{name}", not_known(name, frozenset(fields)))
        if all(isinstance(one, Fixed) for one in parts.values()):
            return Fixed(value=self._checked(dict(raw), expected, where))
        return Parts(parts=parts)

    def _checked(self, value: Any, expected: Any, where: str) -> Any:
        """A fixed value as it stands, once it is known to be one that the field can hold."""
        if value is None:
            return None
        if isinstance(value, datetime | date):
            return value.isoformat()
        try:
            msgspec.convert(value, expected)
        except msgspec.ValidationError as error:
            self.problems.add(where, f"{value!r} không hợp: {error}")
        return value

    def _items(self, raw: Any, where: str) -> Iterator[tuple[str, Any]]:
        if isinstance(raw, Mapping):
            yield from raw.items()
        else:
            self.problems.add(where, "phải là một bảng")


def condition_of(raw: Any, where: str, problems: Problems, *, is_negated: bool) -> Condition | None:
    """A condition on a row, as a table says it."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("column"), str):
        problems.add(where, "một điều kiện cần column và is, is_not, starts_with hoặc is_empty")
        return None
    problems.found += unknown_keys(raw, "condition", where)
    asked = raw.keys() & {"is", "is_not", "starts_with", "is_empty"}
    if len(asked) != 1:
        problems.add(where, "một điều kiện cần đúng một trong is, is_not, starts_with, is_empty")
        return None
    (name,) = asked
    given = raw[name] if isinstance(raw[name], list) else [raw[name]]
    texts = tuple(folded(str(one)) for one in given)
    return Condition(
        column=clean(raw["column"]),
        values=frozenset(texts) if name in ("is", "is_not") else frozenset(),
        prefixes=texts if name == "starts_with" else (),
        wants_empty=raw[name] is True if name == "is_empty" else None,
        is_negated=is_negated is not (name == "is_not"),
    )


def columns_of(source: Source) -> list[str]:
    """The columns that a value is taken from."""
    match source:
        case FromColumn(columns=columns):
            return list(columns)
        case Parts(parts=parts):
            return [column for one in parts.values() for column in columns_of(one)]
        case _:
            return []


def kind_of(expected: Any) -> Kind | None:
    """How a cell is read for a field of some type; None where a cell alone can't say it."""
    origin = get_origin(expected) or expected
    if origin is Literal:
        return "integer" if isinstance(get_args(expected)[0], int) else "text"
    return _KIND_BY_TYPE.get(origin)


def _is_object(expected: Any) -> bool:
    return isinstance(expected, type) and issubclass(expected, Struct)


def _name_of(event_class: Any) -> str:
    return str(event_class.__name__)


__all__ = ["DateForms", "MappingError", "Problems", "SourceReader", "columns_of", "condition_of", "kind_of"]
