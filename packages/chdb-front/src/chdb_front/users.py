"""Who may ask what. In: request headers and parameters. Out: a User. Promise: a limit of a user can't be lifted by SQL.

chDB knows one engine user only, so users, their limits and their databases are the front's own (ADR 0003).
"""

from __future__ import annotations

import base64
import binascii
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from chdb_front.errors import AUTHENTICATION_FAILED, TOO_MANY_QUERIES, refused
from chdb_front.wrong_passwords import WrongPasswords, network_of

# The longest text of a reader; an IN list of 50,000 keys fits.
MOST_QUERY_BYTES: Final = 1 << 20
# With the data of its external tables, after decompression.
MOST_READER_BODY_BYTES: Final = 8 << 20
# Tables of the system with a row per database or table: a reader sees the rows of its own and of the system's.
_ROWS_OF_OTHERS = {
    "columns": "database", "data_skipping_indices": "database", "databases": "name", "dictionaries": "database",
    "parts": "database", "projections": "database", "tables": "database",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one query of a reader may cost. Seconds, rows and bytes; 0 means no limit."""

    execution_seconds: float = 30.0
    result_rows: int = 1_000_000
    memory_bytes: int = 1 << 30
    rows_to_read: int = 200_000_000

    def as_settings(self) -> dict[str, str]:
        """The engine settings that enforce these limits; `final` because rows are rewritten, and nobody may count them twice."""
        return {
            "final": "1",
            "implicit_select": "0",
            "allow_introspection_functions": "0",
            "max_execution_time": str(self.execution_seconds),
            "timeout_overflow_mode": "throw",
            "max_result_rows": str(self.result_rows),
            "result_overflow_mode": "throw",
            "max_memory_usage": str(self.memory_bytes),
            "max_rows_to_read": str(self.rows_to_read),
            "read_overflow_mode": "throw",
            "max_query_size": str(MOST_QUERY_BYTES),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """One account. A reader has `limits` and sees `database` only (and harmless system tables)."""

    name: str
    password: str = field(repr=False)
    limits: Limits | None = None
    database: str | None = None

    @property
    def is_reader(self) -> bool:
        """True for an account that may only look."""
        return self.limits is not None

    def engine_settings(self) -> dict[str, str]:
        """What holds for every statement of the account, before its own settings; `readonly` comes last, by itself."""
        if self.limits is None or self.database is None:
            return {}
        return self.limits.as_settings() | {"additional_table_filters": _rows_of(self.database), "readonly": "2"}


class Users:
    """The accounts of one server."""

    def __init__(self, accounts: tuple[User, ...]) -> None:
        self._by_name = {account.name: account for account in accounts}
        self._default = accounts[0].name
        self._wrong = WrongPasswords()

    def authenticate(
        self, headers: Mapping[str, str], parameters: Mapping[str, str], *, address: str = "", now: float = 0.0
    ) -> User:
        """The user of a request: Basic, X-ClickHouse-User/-Key or ?user=&password=.

        Raises QueryError 516, or 202 for a caller that has to wait after wrong passwords. The writer with its right password
        never waits, nor does a reader from where it came in before; `now` are seconds.
        """
        name, password = _credentials(headers, parameters)
        name = name or self._default
        user = self._by_name.get(name)
        expected = user.password if user is not None else ""
        is_right = secrets.compare_digest(expected.encode(), password.encode()) and user is not None
        caller = (name if user is not None else "", network_of(address))
        wait = self._wrong.wait_seconds(caller, now)
        never_waits = user is not None and (not user.is_reader or self._wrong.is_known(caller))
        if wait > 0 and not (is_right and never_waits):
            reason = f"Too many wrong passwords from this address; try again in {math.ceil(wait)} s."
            raise refused(TOO_MANY_QUERIES, reason, retry_after_seconds=math.ceil(wait))
        if user is None or not is_right:
            self._wrong.failed(caller, now)
            reason = f"{name}: Authentication failed: password is incorrect, or there is no user with such name."
            raise refused(AUTHENTICATION_FAILED, reason)
        self._wrong.succeeded(caller)
        return user


def _rows_of(database: str) -> str:
    known = ", ".join(f"\\'{name}\\'" for name in (database, "system", "information_schema", "INFORMATION_SCHEMA", ""))
    filters = (f"'system.{table}': '{column} IN ({known})'" for table, column in _ROWS_OF_OTHERS.items())
    return "{" + ", ".join(filters) + "}"


def _credentials(headers: Mapping[str, str], parameters: Mapping[str, str]) -> tuple[str, str]:
    scheme, _, encoded = headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise refused(AUTHENTICATION_FAILED, "The Authorization header can't be read") from None
        return name, password
    if scheme:
        raise refused(AUTHENTICATION_FAILED, f"Authorization scheme {scheme!r} is not supported, use Basic")
    if "X-ClickHouse-User" in headers:
        return headers["X-ClickHouse-User"], headers.get("X-ClickHouse-Key", "")
    return parameters.get("user", ""), parameters.get("password", "")
