"""Compressed bodies in both directions. In: bytes and an encoding name. Out: plain bytes, or an encoder for answers.

clickhouse-connect sends several LZ4 frames back to back (zstd and gzip may too), so each decoder goes on after a frame.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import NamedTuple, Protocol

import brotli
import lz4.frame
import zstandard

from chdb_front.errors import BODY_TOO_LARGE, CANNOT_DECOMPRESS, NOT_IMPLEMENTED, refused
from chdb_front.native_frames import FramePacker


class _FrameDecoder(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


class Encoder(NamedTuple):
    """`push` turns a chunk into bytes to send (maybe none yet), `finish` gives the rest.

    `name` is the content encoding; ClickHouse's own frames are none, and have no name.
    """

    name: str
    push: Callable[[bytes], bytes]
    finish: Callable[[], bytes]


class _BrotliDecoder:
    """Made like the others. Twenty bytes of Brotli may be megabytes, so it stops by itself once it is past the limit."""

    unused_data = b""  # what follows the end of the stream is an error of the decoder's own

    def __init__(self, limit_bytes: int) -> None:
        self._decoder = brotli.Decompressor()
        self._limit_bytes = limit_bytes
        self._size = 0

    @property
    def eof(self) -> bool:
        return bool(self._decoder.is_finished())

    def decompress(self, data: bytes, /) -> bytes:
        parts = [self._decoder.process(data, output_buffer_limit=_MOST_PIECE_BYTES)]
        while parts[-1] and self._size <= self._limit_bytes:
            self._size += len(parts[-1])
            parts.append(self._decoder.process(b"", output_buffer_limit=_MOST_PIECE_BYTES))
        return b"".join(parts)


_LEAST_PIECE_BYTES, _MOST_PIECE_BYTES = 512, 64 << 10
_DECODERS: dict[str, Callable[[int], _FrameDecoder]] = {
    "lz4": lambda _limit: lz4.frame.LZ4FrameDecompressor(),
    "zstd": lambda _limit: zstandard.ZstdDecompressor().decompressobj(),
    "gzip": lambda _limit: zlib.decompressobj(31),
    "deflate": lambda _limit: zlib.decompressobj(15),
    "br": _BrotliDecoder,
}


def decode(body: bytes, encoding: str, limit_bytes: int) -> bytes:
    """The plain body. Raises QueryError for an unknown encoding, broken or cut data, or more than `limit_bytes`."""
    if encoding in {"", "identity"} or not body:
        return body
    if encoding not in _DECODERS:
        raise refused(NOT_IMPLEMENTED, f"Unknown compression method: {encoding}")
    parts: list[bytes] = []
    size = place = 0
    # Small pieces, since a megabyte of zeros may be a hundred bytes and the limit must hold while it grows.
    step = min(max(limit_bytes >> 14, _LEAST_PIECE_BYTES), _MOST_PIECE_BYTES)
    decoder = _DECODERS[encoding](limit_bytes)
    while place < len(body):
        if decoder.eof:
            decoder = _DECODERS[encoding](limit_bytes)
        piece = body[place : place + step]
        try:
            parts.append(decoder.decompress(piece))
        except (RuntimeError, brotli.error, zlib.error, zstandard.ZstdError) as error:
            raise refused(CANNOT_DECOMPRESS, f"The {encoding} body can't be decompressed: {error}") from None
        size += len(parts[-1])
        if size > limit_bytes:
            raise refused(BODY_TOO_LARGE, f"The body is larger than {limit_bytes} bytes")
        place += len(piece) - (len(decoder.unused_data or b"") if decoder.eof else 0)
    if not decoder.eof:
        raise refused(CANNOT_DECOMPRESS, f"The {encoding} body is cut off")
    return b"".join(parts)


def encoder_for(accepted: tuple[str, ...], frames: str = "") -> Encoder | None:
    """ClickHouse's own frames if they are asked for, else the first accepted encoding we know, or None."""
    if frames:
        return Encoder("", FramePacker(frames).push, bytes)
    for name in accepted:
        if name == "lz4":
            return _lz4()
        if name == "zstd":
            packer = zstandard.ZstdCompressor(level=1).compressobj()
            return Encoder(name, packer.compress, packer.flush)
        if name == "br":
            squeezer = brotli.Compressor(quality=1)
            return Encoder(name, squeezer.process, squeezer.finish)
        if name in {"gzip", "deflate"}:
            deflater = zlib.compressobj(1, zlib.DEFLATED, 31 if name == "gzip" else 15)
            return Encoder(name, deflater.compress, deflater.flush)
    return None


def _lz4() -> Encoder:
    packer = lz4.frame.LZ4FrameCompressor()
    head = [packer.begin()]

    def push(chunk: bytes) -> bytes:
        started: bytes = head.pop() if head else b""
        return started + bytes(packer.compress(chunk))

    def finish() -> bytes:
        started: bytes = head.pop() if head else b""
        return started + bytes(packer.flush())

    return Encoder("lz4", push, finish)
