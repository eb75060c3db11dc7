"""Native blocks in the revision that a client asked for (`client_protocol_version`). In: blocks as chDB writes them. Out: blocks.

chDB writes revision 0, and has no way to be told another: no block info, no kind of serialization, and `DateTime('Asia/Tokyo')`
as a bare `DateTime`, whose zone the client then takes to be the server's (a local midnight became the day before). All of
that stands in the heads of block and columns; the data itself is the same in every revision, and is copied as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from chdb_front.errors import NOT_IMPLEMENTED, refused
from chdb_front.native_types import OpaqueTypeError, end_of_column, read_varint

ZONE_OF_DATETIME = 54337
LOW_CARDINALITY = 54405
KIND_OF_SERIALIZATION = 54454
"""The revisions with which a client began to read each of these."""

_BLOCK_INFO = b"\x01\x00\x02\xff\xff\xff\xff\x00"
"""No overflow rows, no bucket: fields 1 and 2, and the end."""
_DEFAULT_KIND = b"\x00"
_CAN_T_TELL = (
    "The columns of this answer can't be told apart, which the asked client_protocol_version needs: leave it out"
)


class Column(NamedTuple):
    """Name and type as text."""

    name: bytes
    type: bytes

    @property
    def head(self) -> bytes:
        """As it stands in a block."""
        return _text(self.name) + _text(self.type)


Describe = Callable[[], Sequence[Column]]


class NativeRevision:
    """One answer; `describe` gives the columns with their full types, and is asked at most once, where the data can't tell."""

    def __init__(self, revision: int, describe: Describe) -> None:
        self._has_zones: Final = revision >= ZONE_OF_DATETIME
        self._kind: Final = _DEFAULT_KIND if revision >= KIND_OF_SERIALIZATION else b""
        self._describe: Final = describe
        self._columns: Sequence[Column] = ()
        self._new_heads: Sequence[bytes] = ()

    def rewritten(self, block: bytes) -> bytes:
        """One block, whole. Raises QueryError if its columns can't be told apart."""
        if not block:
            return block
        count, place = read_varint(block, 0)
        rows, place = read_varint(block, place)
        starts: Sequence[int] = ()
        if not self._columns:
            starts = self._learn(block, count, rows, place)
        if not self._changes_heads():
            return _BLOCK_INFO + block
        if not starts:
            starts = self._starts(block, rows, place)
        parts: list[bytes | memoryview] = [_BLOCK_INFO, block[:place]]
        view = memoryview(block)
        for column, head, start, end in zip(
            self._columns, self._new_heads, starts, [*starts[1:], len(block)], strict=True
        ):
            parts += (head, view[start + len(column.head) : end])
        return b"".join(parts)

    def _changes_heads(self) -> bool:
        return any(column.head != new for column, new in zip(self._columns, self._new_heads, strict=True))

    def _learn(self, block: bytes, count: int, rows: int, place: int) -> Sequence[int]:
        """Columns and their starts, from the first block."""
        starts: Sequence[int] = ()
        described: Sequence[Column] | None = None
        try:
            self._columns, starts = _walked(block, count, rows, place)
        except (OpaqueTypeError, IndexError):
            described = self._describe()
            if not described:
                raise refused(NOT_IMPLEMENTED, _CAN_T_TELL) from None
            self._columns = [Column(name, _without_zone(of_type)) for name, of_type in described]
        full: Sequence[Column] = self._columns
        if self._has_zones and any(column.type == b"DateTime" for column in self._columns):
            full = self._describe() if described is None else described
            full = [_zoned(one, other) for one, other in zip(self._columns, full or self._columns, strict=True)]
        self._new_heads = [column.head + self._kind for column in full]
        return starts

    def _starts(self, block: bytes, rows: int, place: int) -> Sequence[int]:
        # A head may also stand inside of somebody's data; where each occurs just as often as it must, none does.
        heads = Counter(column.head for column in self._columns)
        if any(block.count(head) != times for head, times in heads.items()):
            return self._walked_starts(block, rows, place)
        starts = []
        for column in self._columns:
            place = block.index(column.head, place)
            starts.append(place)
            place += len(column.head)
        return starts

    def _walked_starts(self, block: bytes, rows: int, place: int) -> Sequence[int]:
        try:
            return _walked(block, len(self._columns), rows, place)[1]
        except (OpaqueTypeError, IndexError):
            raise refused(NOT_IMPLEMENTED, _CAN_T_TELL) from None


def _zoned(column: Column, described: Column) -> Column:
    # Only this: for the rest the data itself says best what it is.
    return described if column == Column(described.name, _without_zone(described.type)) else column


def single_blocks(answer: bytes) -> list[bytes]:
    """A whole answer cut into its blocks. Raises QueryError where their ends can't be found."""
    blocks = []
    place = 0
    try:
        while place < len(answer):
            start = place
            count, place = read_varint(answer, place)
            rows, place = read_varint(answer, place)
            place = _walk(answer, count, rows, place)[2]
            blocks.append(answer[start:place])
    except (OpaqueTypeError, IndexError):
        raise refused(NOT_IMPLEMENTED, _CAN_T_TELL) from None
    return blocks


def _walked(block: bytes, count: int, rows: int, place: int) -> tuple[list[Column], list[int]]:
    columns, starts, end = _walk(block, count, rows, place)
    if end != len(block):
        raise IndexError(end)
    return columns, starts


def _walk(block: bytes, count: int, rows: int, place: int) -> tuple[list[Column], list[int], int]:
    columns, starts = [], []
    for _ in range(count):
        starts.append(place)
        name, place = read_text(block, place)
        of_type, place = read_text(block, place)
        columns.append(Column(name, of_type))
        place = end_of_column(block, place, of_type.decode(), rows)
        if place > len(block):
            raise IndexError(place)
    return columns, starts, place


def read_text(data: bytes, place: int) -> tuple[bytes, int]:
    """A text with its length before it, as in Native and RowBinary, and the place behind it."""
    length, place = read_varint(data, place)
    return data[place : place + length], place + length


def _text(value: bytes) -> bytes:
    length = len(value)
    head = bytearray()
    while length >= 0x80:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    head.append(length)
    return bytes(head) + value


def _without_zone(of_type: bytes) -> bytes:
    return b"DateTime" if of_type.startswith(b"DateTime(") else of_type
