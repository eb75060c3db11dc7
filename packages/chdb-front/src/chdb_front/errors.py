"""Errors of the front, each with ClickHouse's own error code, so that clients react as they do to a server."""

from __future__ import annotations

import re

SYNTAX_ERROR = 62
CHECKSUM_DOES_NOT_MATCH = 40
BAD_ARGUMENTS = 36
NOT_IMPLEMENTED = 48
READONLY = 164
ACCESS_DENIED = 497
AUTHENTICATION_FAILED = 516
SESSION_NOT_FOUND = 372
SESSION_IS_LOCKED = 373
TOO_MANY_QUERIES = 202
QUERY_ID_IN_USE = 216
UNKNOWN_SETTING = 115
UNKNOWN_FORMAT = 73
CANNOT_DECOMPRESS = 354
QUERY_WAS_CANCELLED = 394
BODY_TOO_LARGE = 396
TOO_DEEP_AST = 167
TOO_BIG_AST = 168
UNKNOWN_CODE = 1002

_NAMES = {
    SYNTAX_ERROR: "SYNTAX_ERROR",
    CHECKSUM_DOES_NOT_MATCH: "CHECKSUM_DOESNT_MATCH",
    BAD_ARGUMENTS: "BAD_ARGUMENTS",
    NOT_IMPLEMENTED: "NOT_IMPLEMENTED",
    READONLY: "READONLY",
    ACCESS_DENIED: "ACCESS_DENIED",
    AUTHENTICATION_FAILED: "AUTHENTICATION_FAILED",
    SESSION_NOT_FOUND: "SESSION_NOT_FOUND",
    SESSION_IS_LOCKED: "SESSION_IS_LOCKED",
    TOO_MANY_QUERIES: "TOO_MANY_SIMULTANEOUS_QUERIES",
    QUERY_ID_IN_USE: "QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING",
    UNKNOWN_SETTING: "UNKNOWN_SETTING",
    UNKNOWN_FORMAT: "UNKNOWN_FORMAT",
    CANNOT_DECOMPRESS: "CANNOT_DECOMPRESS",
    QUERY_WAS_CANCELLED: "QUERY_WAS_CANCELLED",
    BODY_TOO_LARGE: "TOO_MANY_ROWS_OR_BYTES",
    TOO_DEEP_AST: "TOO_DEEP_AST",
    TOO_BIG_AST: "TOO_BIG_AST",
}
_NAME = re.compile(r"\(([A-Z][A-Z0-9_]{3,})\)")
_CODE = re.compile(r"Code: (\d+)\. DB::")


class QueryError(Exception):
    """A statement that is refused or failed. `code` is ClickHouse's code, `text` starts with `Code: N. DB::Exception:`.

    `retry_after_seconds` is for whom the same may be answered later; 0 says nothing about it.
    """

    def __init__(self, code: int, text: str, *, retry_after_seconds: int = 0) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.retry_after_seconds = retry_after_seconds

    @property
    def name(self) -> str:
        """The symbolic name at the end of the text, or nothing; the text itself may hold data and is not for logs."""
        found = _NAME.findall(self.text)
        return found[-1] if found else ""


class DataFolderBusyError(Exception):
    """Another process holds the data folder."""


class EngineStartError(Exception):
    """The engine could not open the data folder, for the reason in the message."""


def refused(code: int, reason: str, *, retry_after_seconds: int = 0) -> QueryError:
    """An error of the front itself, in the wording of the server."""
    text = f"Code: {code}. DB::Exception: {reason} ({_NAMES.get(code, 'UNKNOWN')})"
    return QueryError(code, text, retry_after_seconds=retry_after_seconds)


def from_engine(error: BaseException) -> QueryError:
    """The engine reports everything as text; the first code in it is the one a server would send."""
    if isinstance(error, QueryError):
        return error
    text = str(error)
    found = _CODE.search(text)
    if found is None:
        return QueryError(UNKNOWN_CODE, f"Code: {UNKNOWN_CODE}. DB::Exception: {text or type(error).__name__}")
    return QueryError(int(found[1]), text[found.start() :].rstrip())
