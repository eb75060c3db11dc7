"""ClickHouse's own packing of bodies: `compress=1` for answers, `decompress=1` for requests. In and out: bytes.

A frame is a checksum (CityHash128 of the rest, in the version of ClickHouse), a method, both sizes, and the packed data.
"""

from __future__ import annotations

import struct
from typing import Final

import lz4.block
import zstandard
from clickhouse_cityhash.cityhash import CityHash128

from chdb_front.errors import (
    BAD_ARGUMENTS,
    BODY_TOO_LARGE,
    CANNOT_DECOMPRESS,
    CHECKSUM_DOES_NOT_MATCH,
    refused,
)

_HEAD = struct.Struct("<BII")
_CHECKSUM_BYTES = 16
_FRAME_BYTES = 1 << 20
_LOW_HALF = (1 << 64) - 1
_NONE, _LZ4, _ZSTD = 0x02, 0x82, 0x90
_METHODS = {"lz4": _LZ4, "lz4hc": _LZ4, "zstd": _ZSTD, "none": _NONE}


class FramePacker:
    """Packs an answer piece by piece; `method` is the value of `network_compression_method`."""

    def __init__(self, method: str) -> None:
        if method.lower() not in _METHODS:
            raise refused(BAD_ARGUMENTS, f"Unknown network_compression_method {method!r}")
        self._method: Final = _METHODS[method.lower()]

    def push(self, data: bytes) -> bytes:
        """The frames of this piece; each can be read by itself."""
        return b"".join(_frame(self._method, data[at : at + _FRAME_BYTES]) for at in range(0, len(data), _FRAME_BYTES))


def unpack_frames(body: bytes, limit_bytes: int) -> bytes:
    """The plain body. Raises QueryError for a wrong checksum, an unknown method, broken or cut frames, too much data."""
    parts = []
    size = place = 0
    while place < len(body):
        start = place + _CHECKSUM_BYTES
        if start + _HEAD.size > len(body):
            raise refused(CANNOT_DECOMPRESS, "The body of decompress=1 is cut off")
        method, packed_size, plain_size = _HEAD.unpack_from(body, start)
        size += plain_size
        if size > limit_bytes:
            raise refused(BODY_TOO_LARGE, f"The body is larger than {limit_bytes} bytes")
        frame = body[start : start + packed_size]
        if len(frame) < packed_size or packed_size < _HEAD.size:
            raise refused(CANNOT_DECOMPRESS, "The body of decompress=1 is cut off")
        if body[place:start] != _checksum(frame):
            raise refused(CHECKSUM_DOES_NOT_MATCH, "Checksum doesn't match: corrupted data")
        parts.append(_unpacked(method, frame[_HEAD.size :], plain_size))
        place = start + packed_size
    return b"".join(parts)


def _frame(method: int, data: bytes) -> bytes:
    packed = data
    if method == _LZ4:
        packed = lz4.block.compress(data, store_size=False)
    elif method == _ZSTD:
        packed = zstandard.ZstdCompressor(level=1).compress(data)
    frame = _HEAD.pack(method, len(packed) + _HEAD.size, len(data)) + packed
    return _checksum(frame) + frame


def _unpacked(method: int, packed: bytes, plain_size: int) -> bytes:
    try:
        if method == _LZ4:
            plain: bytes = lz4.block.decompress(packed, uncompressed_size=plain_size)
        elif method == _ZSTD:
            plain = zstandard.ZstdDecompressor().decompress(packed, max_output_size=plain_size)
        elif method == _NONE:
            plain = packed
        else:
            raise refused(CANNOT_DECOMPRESS, f"Unknown method {method:#x} of a frame of decompress=1")
    except (lz4.block.LZ4BlockError, zstandard.ZstdError) as error:
        raise refused(CANNOT_DECOMPRESS, f"A frame of decompress=1 can't be unpacked: {error}") from None
    if len(plain) != plain_size:
        raise refused(CANNOT_DECOMPRESS, "A frame of decompress=1 has another size than it says")
    return plain


def _checksum(frame: bytes) -> bytes:
    value = CityHash128(frame)
    return struct.pack("<QQ", value >> 64, value & _LOW_HALF)
