"""Early, on time or late: how one ending stands against the lawful due date (DR-08, DR-09, DR-31).

In go the ending and the deadline as `deadline-events` told it; out comes the class and whether the record was suspicious.
Pure; the due date itself comes from the deadline processor and is never computed here.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

Outcome = Literal["early", "on_time", "late", "unknown", "terminated", "open"]

BACKDATING_TOLERANCE = timedelta(minutes=15)
"""DR-31: an ending may be recorded this much later than it happened without being suspicious."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The lawful deadline as it stands: the instant, the day in the calendar's zone, and by which of them it is judged."""

    lawful_due_at: datetime
    due_on: date
    classify_by: str
    time_zone: str


def ended_on(ended_at: datetime, time_zone: str) -> date:
    """The day of an ending in the calendar's zone."""
    return ended_at.astimezone(zone_of(time_zone)).date()


def timeliness(deadline: Deadline | None, ended_at: datetime) -> Outcome:
    """The class of an ending: by local date, or for hour terms by instant (DR-08); without a deadline unknown (DR-09)."""
    if deadline is None:
        return "unknown"
    if deadline.classify_by == "instant":
        ahead = (deadline.lawful_due_at - ended_at) / timedelta(microseconds=1)
    else:
        ahead = (deadline.due_on - ended_on(ended_at, deadline.time_zone)).days
    return "early" if ahead > 0 else "on_time" if ahead == 0 else "late"


def is_backdated(deadline: Deadline | None, ended_at: datetime, recorded_at: datetime) -> bool:
    """DR-31: recorded more than the tolerance after it happened, in time when it happened but late when it was recorded."""
    return (
        recorded_at - ended_at > BACKDATING_TOLERANCE
        and timeliness(deadline, ended_at) in ("early", "on_time")
        and timeliness(deadline, recorded_at) == "late"
    )


@cache
def zone_of(name: str) -> ZoneInfo:
    """The time zone of a name; ZoneInfoNotFoundError or ValueError for anything else."""
    return ZoneInfo(name)
