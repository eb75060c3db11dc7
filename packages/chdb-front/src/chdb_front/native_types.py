"""Where a column of a Native block ends. In: bytes, a type's name, a number of rows. Out: a place. Never makes values.

Knows every type whose layout follows from its name; the others (JSON, Dynamic, Variant, states of aggregate functions) are
an OpaqueTypeError: nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_BYTES_OF = {
    **dict.fromkeys(("UInt8", "Int8", "Bool", "Nothing"), 1),
    **dict.fromkeys(("UInt16", "Int16", "Date", "BFloat16"), 2),
    **dict.fromkeys(("UInt32", "Int32", "Float32", "Date32", "DateTime", "IPv4", "Time"), 4),
    **dict.fromkeys(("UInt64", "Int64", "Float64"), 8),
    **dict.fromkeys(("UInt128", "Int128", "UUID", "IPv6"), 16),
    **dict.fromkeys(("UInt256", "Int256"), 32),
}
_BYTES_OF_FAMILY = {
    "Enum8": 1, "Enum16": 2, "DateTime": 4, "DateTime64": 8, "Time64": 8,
    "Decimal32": 4, "Decimal64": 8, "Decimal128": 16, "Decimal256": 32,
}  # fmt: skip
_DECIMALS = ((9, 4), (18, 8), (38, 16), (76, 32))
_SAME_AS = {
    "Point": "Tuple(Float64, Float64)",
    "Ring": "Array(Point)",
    "LineString": "Array(Point)",
    "Polygon": "Array(Ring)",
    "MultiLineString": "Array(LineString)",
    "MultiPolygon": "Array(Polygon)",
}
_PARTS = re.compile(r"'(?:[^'\\]|\\.|'')*'|`(?:[^`\\]|\\.)*`|[(),]|[^'`(),]+", re.DOTALL)
_WHAT_IS_NULLABLE = re.compile(r"\ANullable\((.*)\)\Z", re.DOTALL)
_ELEMENT_NAME = re.compile(r"(?:`(?:[^`\\]|\\.)*`|[A-Za-z_]\w*) +(?=[A-Za-z])")


class OpaqueTypeError(Exception):
    """The length of this type's columns doesn't follow from its name."""


class _Layout:
    """`prefix` bytes come before the column, once; `end` finds where its rows end."""

    def __init__(self, end: Callable[[bytes, int, int], int], prefix: int = 0) -> None:
        self.end = end
        self.prefix = prefix


def read_varint(data: bytes, place: int) -> tuple[int, int]:
    """A number in LEB128 and the place behind it. Raises IndexError."""
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
        shift += 7


def end_of_column(data: bytes, place: int, type_name: str, rows: int) -> int:
    """The place behind the data of a column that starts at `place`. Raises OpaqueTypeError, IndexError."""
    layout = _layout(type_name)
    return layout.end(data, place + layout.prefix, rows) if rows else place


@lru_cache(maxsize=1000)
def _layout(type_name: str) -> _Layout:
    type_name = _SAME_AS.get(type_name, type_name)
    width = _BYTES_OF.get(type_name)
    if width is not None:
        return _fixed(width)
    if type_name == "String":
        return _Layout(_end_of_strings)
    family, _, rest = type_name.partition("(")
    if family.startswith("Interval"):
        return _fixed(8)
    if not rest.endswith(")"):
        raise OpaqueTypeError(type_name)
    return _of_family(family, _arguments(rest[:-1]))


def _of_family(family: str, arguments: list[str]) -> _Layout:
    if family in _BYTES_OF_FAMILY:
        return _fixed(_BYTES_OF_FAMILY[family])
    match family:
        case "FixedString":
            return _fixed(int(arguments[0]))
        case "Decimal":
            return _fixed(next(width for digits, width in _DECIMALS if int(arguments[0]) <= digits))
        case "Nullable":
            return _nullable(_layout(arguments[0]))
        case "Array":
            return _array(_layout(arguments[0]))
        case "Map":
            return _array(_tuple([_layout(one) for one in arguments]))
        case "Tuple" | "Nested":
            elements = _tuple([_layout(_ELEMENT_NAME.sub("", one, count=1)) for one in arguments])
            return elements if family == "Tuple" else _array(elements)
        case "LowCardinality":
            return _dictionary(_layout(_WHAT_IS_NULLABLE.sub(r"\1", arguments[0])))
        case "SimpleAggregateFunction":
            return _layout(arguments[-1])
        case _:
            raise OpaqueTypeError(family)


def _arguments(text: str) -> list[str]:
    """What stands between commas outside brackets and quotes."""
    found = [""]
    depth = 0
    for part in _PARTS.findall(text):
        depth += (part == "(") - (part == ")")
        if part == "," and depth == 0:
            found.append("")
        else:
            found[-1] += part
    return [one.strip() for one in found if one.strip()]


def _fixed(width: int) -> _Layout:
    return _Layout(lambda _data, place, rows: place + width * rows)


def _end_of_strings(data: bytes, place: int, rows: int) -> int:
    for _ in range(rows):
        length = data[place]
        if length < 0x80:
            place += length + 1
        else:
            length, place = read_varint(data, place)
            place += length
    return place


def _nullable(inner: _Layout) -> _Layout:
    return _Layout(lambda data, place, rows: inner.end(data, place + rows, rows), inner.prefix)


def _array(inner: _Layout) -> _Layout:
    def end(data: bytes, place: int, rows: int) -> int:
        place += 8 * rows
        inside = _number(data, place - 8) if rows else 0
        return inner.end(data, place, inside) if inside else place

    return _Layout(end, inner.prefix)


def _tuple(elements: list[_Layout]) -> _Layout:
    def end(data: bytes, place: int, rows: int) -> int:
        for element in elements:
            place = element.end(data, place, rows)
        return place

    # An empty tuple still takes a byte a row.
    return _Layout(end, sum(element.prefix for element in elements)) if elements else _fixed(1)


def _dictionary(keys: _Layout) -> _Layout:
    def end(data: bytes, place: int, _rows: int) -> int:
        width = 1 << (data[place] & 0xF)
        place += 8
        place = keys.end(data, place + 8, _number(data, place))
        return place + 8 + width * _number(data, place)

    return _Layout(end, 8 + keys.prefix)


def _number(data: bytes, place: int) -> int:
    if place + 8 > len(data):
        raise IndexError(place)
    return int.from_bytes(data[place : place + 8], "little")
