"""A stream's state <-> the bytes of its row in the table and the changelog.

A small fixed header stands before the state (format, when to look next, when it was last catching up, partition): it is all
that is read when the index of due instants is rebuilt, so a million open dossiers cost seconds. Both paths write these rows.
"""

import struct
from typing import Final, NamedTuple

import msgspec

from rules.clocks.errors import StateFormatError
from rules.clocks.state import StreamState

FORMAT: Final = 4

_HEADER = struct.Struct(">BIqq")
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(StreamState).decode


class RowHead(NamedTuple):
    """What the due index needs of a row; instants in microseconds UTC."""

    partition: int
    next_at: int
    catching_up_at: int


def pack(state: StreamState, partition: int) -> bytes:
    """The bytes of a row."""
    return _HEADER.pack(FORMAT, partition, state.next_at, state.catching_up_at) + _encode(state)


def unpack(row: bytes) -> StreamState:
    """The state of a row. Raises StateFormatError for bytes of another version."""
    _check(row)
    try:
        return _decode(memoryview(row)[_HEADER.size :])
    except msgspec.MsgspecError as error:
        raise StateFormatError(f"a stored state can't be read: {error}") from error


def head(row: bytes) -> RowHead:
    """The head of a row. Raises StateFormatError for bytes of another version."""
    _check(row)
    _, partition, next_at, catching_up_at = _HEADER.unpack_from(row)
    return RowHead(partition, next_at, catching_up_at)


def _check(row: bytes) -> None:
    if len(row) < _HEADER.size or row[0] != FORMAT:
        found = row[0] if row else "nothing"
        raise StateFormatError(f"a stored state has format {found!r}, not {FORMAT}")
