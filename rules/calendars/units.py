"""Which calendar a unit works by, and from when: effective-dated data (4.4, DR-28).

In goes the content of a TOML file (rules/data/unit-calendars.toml), out come `UnitCalendar` rows. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from rules.errors import InvalidCalendarError


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCalendar:
    """From `valid_from` on, until its next row, the unit works by this calendar, in whichever version is known."""

    unit_id: int
    calendar_id: str
    valid_from: date
    legal_source: str
    source_status: str


def parse_unit_calendars(data: Mapping[str, Any]) -> tuple[UnitCalendar, ...]:
    """Check the content of the file and give its rows.

    Raises:
        InvalidCalendarError: a field is missing or of the wrong kind, or a unit is given two calendars on one day.
    """
    try:
        rows = tuple(
            UnitCalendar(
                unit_id=row["unit_id"],
                calendar_id=row["calendar_id"],
                valid_from=row["valid_from"],
                legal_source=row["legal_source"],
                source_status=row["source_status"],
            )
            for row in data["assignments"]
        )
    except (KeyError, TypeError) as error:
        message = f"calendars of units: missing or wrong field: {error}"
        raise InvalidCalendarError(message) from error
    for row in rows:
        if type(row.unit_id) is not int or type(row.valid_from) is not date:
            message = f"calendars of units: {row.unit_id!r} from {row.valid_from!r} is not a number from a day on"
            raise InvalidCalendarError(message)
    if len({(row.unit_id, row.valid_from) for row in rows}) != len(rows):
        message = "calendars of units: a unit is given two calendars on the same day"
        raise InvalidCalendarError(message)
    return rows
