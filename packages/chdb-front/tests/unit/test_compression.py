"""Bodies in every encoding, in one or many frames."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib

import brotli
import lz4.frame
import pytest
import zstandard

from chdb_front.compression import decode, encoder_for
from chdb_front.errors import QueryError

PACKERS = {
    "lz4": lz4.frame.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
}


@pytest.mark.parametrize("name", sorted(PACKERS.keys() - {"br"}))
@pytest.mark.parametrize("frames", [1, 2, 5])
def test_every_frame_is_read(name: str, frames: int) -> None:
    assert decode(PACKERS[name](b"abc" * 1000) * frames, name, 1 << 20) == b"abc" * 1000 * frames


@pytest.mark.parametrize("name", sorted(PACKERS))
def test_broken_cut_and_too_large_bodies_are_refused(name: str) -> None:
    packed = PACKERS[name](b"abc" * 1000)
    for body, code in ((packed[:-5], 354), (packed + b"tail", 354), (b"\x00" * 50, 354)):
        with pytest.raises(QueryError) as caught:
            decode(body, name, 1 << 20)
        assert caught.value.code == code
    with pytest.raises(QueryError, match="larger than 100 bytes"):
        decode(packed, name, 100)


def test_a_second_brotli_stream_is_an_error_and_is_never_left_out_in_silence() -> None:
    with pytest.raises(QueryError) as caught:
        decode(brotli.compress(b"abc" * 1000) * 2, "br", 1 << 20)
    assert caught.value.code == 354


@pytest.mark.parametrize("size", [0, 1, 1000, 5_000_000])
def test_a_brotli_body_is_read_whole_whatever_it_grows_to(size: int) -> None:
    data = random.Random(size).randbytes(size // 2) + bytes(size // 2)
    assert decode(brotli.compress(data, quality=1), "br", size) == data


def test_a_brotli_body_that_would_grow_to_gigabytes_costs_little_more_than_the_limit() -> None:
    packer = brotli.Compressor(quality=1)
    packed = b"".join(packer.process(bytes(1 << 20)) for _ in range(1000)) + packer.finish()
    tracemalloc.start()
    with pytest.raises(QueryError, match="larger than 1000000 bytes"):
        decode(packed, "br", 1_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4_000_000


def test_an_unknown_encoding_is_refused_and_none_is_fine() -> None:
    assert decode(b"abc", "", 10) == b"abc"
    assert decode(b"abc", "identity", 10) == b"abc"
    with pytest.raises(QueryError, match="Unknown compression method"):
        decode(b"abc", "snappy", 10)


@pytest.mark.parametrize("name", sorted(PACKERS))
@pytest.mark.parametrize("chunks", [[], [b"a"], [b"abc" * 1000, b"", b"def" * 1000]])
def test_what_is_encoded_can_be_decoded(name: str, chunks: list[bytes]) -> None:
    encoder = encoder_for(("snappy", name, "gzip"))
    assert encoder is not None
    assert encoder.name == name
    packed = b"".join(encoder.push(chunk) for chunk in chunks) + encoder.finish()
    assert decode(packed, name, 1 << 20) == b"".join(chunks)


def test_without_a_known_encoding_nothing_is_encoded() -> None:
    assert encoder_for(("snappy", "")) is None
