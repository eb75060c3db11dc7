"""What a file asks for: actions that would make the register say what the file says, or why it can't be (ADR 0020). Pure.

Each kind of thing has its own module that works out the changes (`unit_differences`, `officer_differences`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from events.data_codec import plain
from events.reference import ReferenceEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a line of the file can't become true."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One action that the file asks for, and the line it comes from. `unit_id`: the unit that the action is said for."""

    line: int
    said: ReferenceEvent
    unit_id: int


def raw_of(change: Change, about: Mapping[str, Any]) -> dict[str, Any]:
    """The action as a structured CloudEvent; `about` are its attributes."""
    return {
        "specversion": "1.0",
        "subject": change.said.subject,
        "unitid": change.unit_id,
        **about,
        "data": {name: _text(value) for name, value in plain(change.said).items()},
    }


def _text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
