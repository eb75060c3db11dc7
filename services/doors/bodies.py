"""Reads the body of a request, as long as it keeps coming and no longer than it may be."""

import asyncio

from aiohttp import web

from services.doors.serving import AttendedConnection

GRACE_SECONDS = 20.0
BYTES_A_SECOND = 8 * 1024
"""Slower than the slowest line of an office, over the whole body; the first `GRACE_SECONDS` are given."""
ENCODINGS = frozenset({"", "identity", "gzip", "deflate"})


class BodyTooSlowError(Exception):
    """The body comes slower than `BYTES_A_SECOND`."""


class UnknownEncodingError(Exception):
    """The body is encoded in a way that is not read here; the text is the `Content-Encoding`."""


class WrongEncodingError(Exception):
    """The body isn't what its `Content-Encoding` says."""


async def read_body(request: web.Request, max_bytes: int) -> bytes:
    """The body, unpacked.

    Raises:
        BodyTooSlowError, UnknownEncodingError, WrongEncodingError: as they say.
        web.HTTPRequestEntityTooLarge: more than `max_bytes`, unpacked.
    """
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ENCODINGS:
        raise UnknownEncodingError(encoding)
    protocol = request.protocol
    if not isinstance(protocol, AttendedConnection) or request.content.is_eof():
        return await _read(request, max_bytes)
    protocol.lobby.waits(protocol, protocol.force_close)
    try:
        return await _read(request, max_bytes)
    finally:
        protocol.lobby.has_spoken(protocol)


async def _read(request: web.Request, max_bytes: int) -> bytes:
    body = bytearray()
    until = asyncio.get_running_loop().time() + GRACE_SECONDS
    try:
        async with asyncio.timeout_at(until) as patience:
            while chunk := await request.content.readany():
                body += chunk
                if len(body) > max_bytes:
                    raise web.HTTPRequestEntityTooLarge(max_bytes)
                patience.reschedule(until + len(body) / BYTES_A_SECOND)
    except TimeoutError as error:
        raise BodyTooSlowError from error
    except web.RequestPayloadError as error:
        raise WrongEncodingError(str(error)) from error
    return bytes(body)
