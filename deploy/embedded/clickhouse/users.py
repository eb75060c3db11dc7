"""Who may ask what. In: request headers and parameters. Out: a User. Promise: a limit of a user can't be lifted by SQL.

chDB knows one engine user only, so users, their limits and their databases are the front's own (ADR 0003).
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from deploy.embedded.clickhouse.errors import AUTHENTICATION_FAILED, refused

# What a reader may not name in a SET, in a SETTINGS clause or in the URL: the limits, and whatever would undo them.
GUARDED_SETTINGS = frozenset(
    {
        "readonly",
        "allow_ddl",
        "profile",
        "dialect",
        "database",
        "log_comment",
        "implicit_select",
        "allow_introspection_functions",
        "max_execution_time",
        "timeout_overflow_mode",
        "max_result_rows",
        "max_result_bytes",
        "result_overflow_mode",
        "max_memory_usage",
        "max_memory_usage_for_user",
        "max_untracked_memory",
        "max_rows_to_read",
        "read_overflow_mode",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one query of a reader may cost. Seconds, rows and bytes; 0 means no limit."""

    execution_seconds: float = 30.0
    result_rows: int = 1_000_000
    memory_bytes: int = 1 << 30
    rows_to_read: int = 200_000_000

    def as_settings(self) -> dict[str, str]:
        """The engine settings that enforce these limits; `readonly` stands last because nothing can be set after it."""
        return {
            "implicit_select": "0",
            "allow_introspection_functions": "0",
            "max_execution_time": str(self.execution_seconds),
            "timeout_overflow_mode": "throw",
            "max_result_rows": str(self.result_rows),
            "result_overflow_mode": "throw",
            "max_memory_usage": str(self.memory_bytes),
            "max_rows_to_read": str(self.rows_to_read),
            "read_overflow_mode": "throw",
            "readonly": "2",
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


class Users:
    """The accounts of one server."""

    def __init__(self, accounts: tuple[User, ...]) -> None:
        self._by_name = {account.name: account for account in accounts}
        self._default = accounts[0].name

    def authenticate(self, headers: Mapping[str, str], parameters: Mapping[str, str]) -> User:
        """The user of a request: Basic, X-ClickHouse-User/-Key or ?user=&password=. Raises QueryError 516."""
        name, password = _credentials(headers, parameters)
        name = name or self._default
        user = self._by_name.get(name)
        expected = user.password if user is not None else ""
        matches = secrets.compare_digest(expected.encode(), password.encode())
        if user is None or not matches:
            reason = f"{name}: Authentication failed: password is incorrect, or there is no user with such name."
            raise refused(AUTHENTICATION_FAILED, reason)
        return user


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
