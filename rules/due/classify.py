"""Early, on time or late, and when a breach begins: DR-08, DR-09, B0.

In go a calendar, the due instant and the instant at which the dossier ended; out comes a class. Pure.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from events.deadline import Outcome
from rules.calendars.calendar import Calendar
from rules.due.terms import Basis, Due

Classification = Outcome
"""How an ending stands against its due date (DR-08); the same words as events say."""

_Moment = TypeVar("_Moment", date, datetime, int)
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


def classify(
    calendar: Calendar, due_at: datetime | None, ended_at: datetime | None, basis: Basis = "date"
) -> Classification:
    """Compare an ending with its due instant: by local date, or for hour terms by instant (DR-08).

    What has no due instant or no ending is `unknown` (DR-09), never on time.
    """
    if due_at is None or ended_at is None:
        return "unknown"
    due, ended = calendar.local(due_at), calendar.local(ended_at)
    if basis == "date":
        return class_of(ended.date(), due.date())
    # Within one zone Python would compare wall clocks, which lie in the hour that a change of the clocks repeats.
    return class_of(ended.astimezone(UTC), due.astimezone(UTC))


def class_of(ended: _Moment, due: _Moment) -> Classification:
    """Compare two local days, or two instants of one kind: what DR-08 decides once it is known which of them counts."""
    return "early" if ended < due else "on_time" if ended == due else "late"


def late_from(calendar: Calendar, due_at: datetime, basis: Basis = "date") -> datetime:
    """Give the first instant at which an ending would be classified late: the end of the due day, or just after.

    Between a due instant at closing time and this one, work done the same evening is still on time by date (DR-08).
    """
    local = calendar.local(due_at)
    if basis == "instant":
        return calendar.local(local.astimezone(UTC) + _INSTANT)
    return datetime.combine(local.date() + _DAY, time.min, local.tzinfo)


def breach_at(calendar: Calendar, due: Due) -> datetime:
    """Give the instant from which an open dossier counts as breached (B0).

    It is the due instant; but where the date decides, a source may state any hour of the due day, even its first, and
    then nothing is breached before the office closes on that day (or, on a day without sessions, before the day ends).
    """
    if due.basis == "instant":
        return due.due_at
    if calendar.is_working_day(due.due_on):
        return max(due.due_at, calendar.end_of_last_session(due.due_on))
    return late_from(calendar, due.due_at)
