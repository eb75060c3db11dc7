"""HTTP request -> Statement. In: an aiohttp request and the users. Out: a Statement, or a QueryError.

Follows the ClickHouse HTTP interface: the statement in `?query=`, in the body, or split between both; settings,
`param_*` and transport options in the URL or in a multipart form; external tables as files of the form.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

from aiohttp import web

from chdb_front.compression import decode
from chdb_front.errors import (
    BAD_ARGUMENTS,
    NOT_IMPLEMENTED,
    SYNTAX_ERROR,
    TOO_MANY_QUERIES,
    UNKNOWN_FORMAT,
    UNKNOWN_SETTING,
    refused,
)
from chdb_front.external_tables import external_tables
from chdb_front.forbidden import check_text
from chdb_front.inserts import split_insert
from chdb_front.judging import check_reader_text
from chdb_front.native_frames import unpack_frames
from chdb_front.sql_text import first_word, output_format, tokens
from chdb_front.statement import READS, ExternalTable, SessionWish, Statement
from chdb_front.users import MOST_READER_BODY_BYTES, User, Users

P = ParamSpec("P")
R = TypeVar("R")
# Options of the HTTP interface; everything else in the URL is an engine setting.
_TRANSPORT = frozenset(
    {
        "query", "database", "default_format", "session_id", "session_timeout", "session_check", "close_session", "query_id",
        "quota_key", "compress", "decompress", "buffer_size", "wait_end_of_query", "client_protocol_version", "role", "user",
        "password", "enable_http_compression", "http_zlib_compression_level", "send_progress_in_http_headers",
        "http_headers_progress_interval_ms", "cancel_http_readonly_queries_on_client_close", "stacktrace", "log_comment",
    }
)  # fmt: skip
# The Python wrapper of chDB gives these format names a meaning of its own.
_FOREIGN_FORMATS = frozenset({"dataframe", "datastore", "arrowtable"})
_AT_ONCE_BYTES = 16 << 10
_MOST_BODIES_OF_READERS = 64
_SETTING_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*\Z")
_NOT_WANTED = re.compile(r";\s*q=0(\.0*)?\s*\Z")
_QUERY_ID = re.compile(r"[\x20-\x7e]{1,200}\Z")


class RequestDecoder:
    """Knows the users and the largest body (bytes, after decompression)."""

    def __init__(self, users: Users, body_limit_bytes: int) -> None:
        self._users = users
        self._body_limit_bytes: Final = body_limit_bytes
        self._bodies_of_readers = 0

    async def statement(self, request: web.Request) -> Statement:
        """Raises QueryError for whatever is wrong with the request; reads the body only for a known user."""
        options = dict(request.query)
        now = asyncio.get_running_loop().time()
        user = self._users.authenticate(request.headers, options, address=request.remote or "", now=now)
        if not user.is_reader:
            return await _read(request, options, user, self._body_limit_bytes)
        if self._bodies_of_readers >= _MOST_BODIES_OF_READERS:
            raise refused(TOO_MANY_QUERIES, "Too many requests are being read", retry_after_seconds=1)
        self._bodies_of_readers += 1
        try:
            return await _read(request, options, user, MOST_READER_BODY_BYTES)
        finally:
            self._bodies_of_readers -= 1


async def _read(request: web.Request, options: dict[str, str], user: User, limit: int) -> Statement:
    request = request.clone(client_max_size=limit)
    external: tuple[ExternalTable, ...] = ()
    body = b""
    if request.content_type.startswith("multipart/"):
        external = await external_tables(request, options)
    else:
        encoding = request.headers.get("Content-Encoding", "").strip().lower()
        sent = await request.read()
        body = await _aside(user, len(sent), decode, sent, encoding, limit)
        if _is_on(options, "decompress"):
            body = await _aside(user, len(body), unpack_frames, body, limit)
    return await _aside(user, len(body), _statement, request, options, user, body, external)


async def _aside(user: User, size: int, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """What may take long for a reader's bytes doesn't hold up everybody else meanwhile."""
    is_long = user.is_reader and size > _AT_ONCE_BYTES
    return await asyncio.to_thread(work, *args, **kwargs) if is_long else work(*args, **kwargs)


def _statement(
    request: web.Request, options: dict[str, str], user: User, body: bytes, external: tuple[ExternalTable, ...]
) -> Statement:
    _check_options(options)
    query = options.get("query", "").encode()
    sql, data = (query, body) if query.strip() else (body, b"")
    keyword = first_word(tokens(sql))
    if user.is_reader:
        check_reader_text(sql + data, keyword)
    insert = split_insert(sql, data) if keyword == b"INSERT" else None
    if insert is None and data:
        sql = sql + b"\n" + data
    # A reader's words are the engine's business (`judging`).
    words = [] if user.is_reader else list(tokens(sql if insert is None else insert.head))
    if not (words or keyword):
        raise refused(SYNTAX_ERROR, "Syntax error: Empty query")
    parameters = {name[6:]: value for name, value in options.items() if name.startswith("param_")}
    needs_tree = check_text(words)
    return Statement(
        user=user,
        query_id=_query_id(options),
        sql=sql,
        keyword=keyword,
        needs_tree=needs_tree,
        insert=insert,
        output_format=_output_format(request, options, output_format(words) if keyword in READS else None),
        parameters=parameters,
        settings=_settings(options, user),
        database=options.get("database") or request.headers.get("X-ClickHouse-Database") or None,
        session=_session(options),
        external=external,
        is_get=request.method == "GET",
        waits_for_end=options.get("wait_end_of_query") == "1",
        encodings=_encodings(request, options),
        frames=options.get("network_compression_method", "LZ4") if _is_on(options, "compress") else "",
        revision=_revision(options),
    )


def _check_options(options: dict[str, str]) -> None:
    if options.get("role"):
        raise refused(NOT_IMPLEMENTED, "Roles are not supported here")


def _is_on(options: dict[str, str], name: str) -> bool:
    return options.get(name, "0") not in {"0", "", "false"}


def _revision(options: dict[str, str]) -> int:
    given = options.get("client_protocol_version", "0")
    if not given.isascii() or not given.isdigit() or len(given) > 9:
        raise refused(BAD_ARGUMENTS, "client_protocol_version must be a number")
    return int(given)


def _query_id(options: dict[str, str]) -> str:
    given = options.get("query_id")
    if not given:
        return str(uuid.uuid4())
    if not _QUERY_ID.match(given):
        raise refused(BAD_ARGUMENTS, "query_id must be 1 to 200 printable ASCII characters")
    return given


def _output_format(request: web.Request, options: dict[str, str], named: str | None) -> str:
    name = named or options.get("default_format") or request.headers.get("X-ClickHouse-Format") or "TabSeparated"
    if name.lower() in _FOREIGN_FORMATS or not name.isalnum():
        raise refused(UNKNOWN_FORMAT, f"Unknown format {name}.")
    return name


def _settings(options: dict[str, str], user: User) -> dict[str, str]:
    settings = {
        name: value for name, value in options.items() if name not in _TRANSPORT and not name.startswith("param_")
    }
    for name in settings:
        if not _SETTING_NAME.match(name):
            raise refused(UNKNOWN_SETTING, f"Unknown setting {name!r}")
        if not user.is_reader and name.lower() == "readonly" and options.get("session_id"):
            raise refused(BAD_ARGUMENTS, "readonly can't be set for one request of a session: it could not be undone")
    return settings


def _session(options: dict[str, str]) -> SessionWish | None:
    session_id = options.get("session_id")
    if not session_id:
        return None
    try:
        timeout = float(options.get("session_timeout") or 60.0)
    except ValueError:
        raise refused(BAD_ARGUMENTS, "session_timeout must be a number of seconds") from None
    return SessionWish(
        session_id=session_id,
        timeout_seconds=min(max(timeout, 0.0), 3600.0),
        must_exist=options.get("session_check") == "1",
        ends=options.get("close_session") == "1",
    )


def _encodings(request: web.Request, options: dict[str, str]) -> tuple[str, ...]:
    if options.get("enable_http_compression") != "1":
        return ()
    accepted = request.headers.get("Accept-Encoding", "").lower().split(",")
    return tuple(entry.split(";")[0].strip() for entry in accepted if not _NOT_WANTED.search(entry))
