"""Answers in the form the ClickHouse HTTP interface gives them. In: results and errors. Out: headers, bodies, trailers."""

from __future__ import annotations

import secrets
from typing import Final

import orjson
from aiohttp import web

from chdb_front.compression import Encoder, encoder_for
from chdb_front.errors import QueryError
from chdb_front.execution import Answer
from chdb_front.statement import Statement

_SMALL_BYTES = 1024
_BINARY = "application/octet-stream"
_CONTENT_TYPES = {
    "json": "application/json; charset=UTF-8",
    "jsoncompact": "application/json; charset=UTF-8",
    "jsonstrings": "application/json; charset=UTF-8",
    "jsoncolumns": "application/json; charset=UTF-8",
    "jsoneachrow": "application/x-ndjson; charset=UTF-8",
    "ndjson": "application/x-ndjson; charset=UTF-8",
    "jsoncompacteachrow": "application/x-ndjson; charset=UTF-8",
    "csv": "text/csv; charset=UTF-8; header=absent",
    "csvwithnames": "text/csv; charset=UTF-8; header=present",
    "csvwithnamesandtypes": "text/csv; charset=UTF-8; header=present",
    "xml": "application/xml; charset=UTF-8",
    "markdown": "text/markdown; charset=UTF-8",
    "native": _BINARY,
    "rowbinary": _BINARY,
    "rowbinarywithnames": _BINARY,
    "rowbinarywithnamesandtypes": _BINARY,
    "parquet": _BINARY,
    "arrow": _BINARY,
    "arrowstream": "application/vnd.apache.arrow.stream",
    "orc": _BINARY,
    "avro": _BINARY,
    "msgpack": _BINARY,
    "vertical": "text/plain; charset=UTF-8",
}
_STATUS_OF_CODES = {
    400: (6, 26, 27, 36, 38, 40, 41, 42, 43, 53, 62, 70, 72, 117, 354, 372, 373, 386, 456, 457),
    403: (164, 497, 516),
    404: (46, 47, 50, 60, 63, 73, 81, 115),
    408: (159,),
    501: (48,),
    503: (202, 394),
}
_STATUSES = {code: status for status, codes in _STATUS_OF_CODES.items() for code in codes}


class Responses:
    """Makes every answer of one server."""

    def __init__(self, *, engine_version: str, timezone: str) -> None:
        self._version: Final = engine_version
        self._timezone: Final = timezone

    def headers(self, query_id: str) -> dict[str, str]:
        """What every answer to a statement carries."""
        return {
            "X-ClickHouse-Query-Id": query_id,
            "X-ClickHouse-Server-Display-Name": "chdb-front",
            "X-ClickHouse-Timezone": self._timezone,
        }

    def whole(self, statement: Statement, answer: Answer) -> web.Response:
        """A finished statement."""
        headers = self.headers(statement.query_id) | {
            "X-ClickHouse-Summary": orjson.dumps(answer.summary).decode(),
            "Content-Type": content_type(statement.output_format),
        }
        # A client takes the presence of this header for "there are rows", so DDL must not carry it.
        if statement.reads:
            headers["X-ClickHouse-Format"] = statement.output_format
        body = answer.body
        encoder = encoder_for(statement.encodings, statement.frames)
        if encoder is not None and (statement.frames or len(body) > _SMALL_BYTES):
            body = encoder.push(body) + encoder.finish()
            headers |= _content_encoding(encoder)
        return web.Response(body=body, headers=headers)

    def stream(self, statement: Statement) -> tuple[web.StreamResponse, Encoder | None, str]:
        """The start of a streamed result, its encoder, and the tag that marks an error in it."""
        tag = secrets.token_hex(8)
        encoder = encoder_for(statement.encodings, statement.frames)
        headers = self.headers(statement.query_id) | {
            "X-ClickHouse-Format": statement.output_format,
            "X-ClickHouse-Exception-Tag": tag,
            "Content-Type": content_type(statement.output_format),
        }
        if encoder is not None:
            headers |= _content_encoding(encoder)
        response = web.StreamResponse(headers=headers)
        response.enable_chunked_encoding()
        return response, encoder, tag

    def error(self, error: QueryError, query_id: str) -> web.Response:
        """A statement that failed before its answer began."""
        headers = self.headers(query_id) | {"X-ClickHouse-Exception-Code": str(error.code)}
        if error.retry_after_seconds:
            headers["Retry-After"] = str(error.retry_after_seconds)
        return web.Response(
            status=_STATUSES.get(error.code, 500), text=self._with_version(error) + "\n", headers=headers
        )

    def error_trailer(self, error: QueryError, tag: str) -> bytes:
        """What ends a streamed answer that failed half way; clients find it by the tag."""
        message = self._with_version(error).encode() + b"\n"
        marker = tag.encode()
        head = b"\r\n__exception__\r\n" + marker + b"\r\n"
        return head + message + str(len(message)).encode() + b" " + marker + b"\r\n__exception__\r\n"

    def _with_version(self, error: QueryError) -> str:
        text = error.text.rstrip()
        return text if "(version " in text else f"{text} (version {self._version})"


def _content_encoding(encoder: Encoder) -> dict[str, str]:
    return {"Content-Encoding": encoder.name} if encoder.name else {}


def content_type(output_format: str) -> str:
    """The media type of a format."""
    return _CONTENT_TYPES.get(output_format.lower(), "text/tab-separated-values; charset=UTF-8")
