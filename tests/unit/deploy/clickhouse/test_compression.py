"""Bodies in every encoding, in one or many frames."""

from __future__ import annotations

import gzip
import zlib

import lz4.frame
import pytest
import zstandard

from deploy.embedded.clickhouse.compression import decode, encoder_for
from deploy.embedded.clickhouse.errors import QueryError

PACKERS = {
    "lz4": lz4.frame.compress,
    "zstd": zstandard.ZstdCompressor().compress,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
}


@pytest.mark.parametrize("name", sorted(PACKERS))
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


def test_an_unknown_encoding_is_refused_and_none_is_fine() -> None:
    assert decode(b"abc", "", 10) == b"abc"
    assert decode(b"abc", "identity", 10) == b"abc"
    with pytest.raises(QueryError, match="Unknown compression method"):
        decode(b"abc", "br", 10)


@pytest.mark.parametrize("name", sorted(PACKERS))
@pytest.mark.parametrize("chunks", [[], [b"a"], [b"abc" * 1000, b"", b"def" * 1000]])
def test_what_is_encoded_can_be_decoded(name: str, chunks: list[bytes]) -> None:
    encoder = encoder_for(("br", name, "gzip"))
    assert encoder is not None
    assert encoder.name == name
    packed = b"".join(encoder.push(chunk) for chunk in chunks) + encoder.finish()
    assert decode(packed, name, 1 << 20) == b"".join(chunks)


def test_without_a_known_encoding_nothing_is_encoded() -> None:
    assert encoder_for(("br", "")) is None
