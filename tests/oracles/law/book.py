"""The data of the law as it is published: calendars, the rule set, procedures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from tests.oracles.law.calendar import Calendar
from tests.oracles.law.terms import Term

_DEFAULT = "vn-standard"


@dataclass(frozen=True, kw_only=True)
class Book:
    """`parameters`: the values of the rule set by name; `procedures`: as their files state them."""

    calendars: Sequence[Calendar]
    parameters: Mapping[str, Any]
    procedures: Sequence[Mapping[str, Any]]

    @property
    def policy(self) -> str:
        """The lawful policy: pause, restart or qd766 (B4)."""
        return str(self.parameters["supplement_policy"])

    @property
    def tolerance(self) -> timedelta:
        """How late something may be recorded (DR-31)."""
        return timedelta(minutes=self.parameters["back_dating_tolerance_minutes"])

    def calendar(self, calendar_id: str | None, known_at: datetime) -> Calendar | None:
        """CAL-4, CAL-5: the newest version known then, the oldest where none was; None: nobody knows that calendar."""
        versions = sorted(self._versions(calendar_id or _DEFAULT), key=lambda one: one.published_at)
        published = [one for one in versions if one.published_at <= known_at]
        return published[-1] if published else versions[0] if versions else None

    def version(self, calendar_id: str, version: str) -> Calendar | None:
        """One version of a calendar, if it is known."""
        return next((one for one in self._versions(calendar_id) if one.version == version), None)

    def procedure(self, code: str, on: date) -> Mapping[str, Any] | None:
        """The version of a procedure that is valid on a day."""
        found = [one for one in self.procedures if one["code"] == code and one["valid_from"] <= on]
        found = [one for one in found if "valid_until" not in one or on <= one["valid_until"]]
        return max(found, key=lambda one: one["valid_from"], default=None)

    def _versions(self, calendar_id: str) -> list[Calendar]:
        return [one for one in self.calendars if one.calendar_id == calendar_id]


def terms_of(procedure: Mapping[str, Any] | None) -> dict[str, Term]:
    """The terms of a procedure by the name of their case; none of one that the catalogue doesn't have."""
    terms = procedure["terms"] if procedure else {}
    return {name: Term(**term) for name, term in terms.items()}
