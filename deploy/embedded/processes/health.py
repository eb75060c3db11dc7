"""Health checks: may the next program be started? Each is one quick look; the stack repeats it."""

from __future__ import annotations

import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Protocol

_LOOK_SECONDS = 2.0


class HealthCheck(Protocol):
    """Whether a program serves, asked again and again while it starts."""

    def passed(self) -> bool:
        """True if the program serves. Must not raise for a program that is not up yet."""
        ...

    def __str__(self) -> str:
        """What is looked for, to complete "did not become healthy within 30 s: ..."."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOk:
    """GET of the URL answers 200. The URL is one of this machine's own services."""

    url: str

    def passed(self) -> bool:
        """True if the answer is 200."""
        try:
            with urllib.request.urlopen(self.url, timeout=_LOOK_SECONDS) as answer:  # noqa: S310 our own address
                return bool(answer.status == 200)
        except (OSError, urllib.error.HTTPError):
            return False

    def __str__(self) -> str:
        """Which URL does not answer yet, for the message that it did not become healthy."""
        return f"GET {self.url} does not answer 200"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The process exists; for programs that serve nobody."""

    def passed(self) -> bool:
        """Return True: the stack itself looks whether the process lives."""
        return True

    def __str__(self) -> str:
        """The sentence of a program that ended, for the message that it did not become healthy."""
        return "it does not run"
