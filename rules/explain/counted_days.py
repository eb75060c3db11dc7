"""The local days of a term one by one: which count and why (DR-02 to DR-07).

In go a calendar, a `Due` and its term; out come the days. Pure. They come from a walk and not from the tables of the
calendar, so a test can hold one against the other.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from rules.calendars.calendar import Calendar
from rules.due.terms import Due, Term, nominal_day

# start_day: the day of the effective start, never counted in days. rolled_to: the next working day after a last day
# that is none. The others say what sort of day it is.
Reason = Literal["start_day", "working_day", "make_up", "weekend", "holiday", "calendar_day", "rolled_to"]

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDay:
    """One local day: whether it counts, why, and for hour terms its minutes.

    A holiday or make-up day has its name and the legal source that the calendar gives for it.
    """

    day: date
    counted: bool
    reason: Reason
    name: str | None = None
    name_en: str | None = None
    legal_source: str | None = None
    minutes: float | None = None


def counted_days(calendar: Calendar, due: Due, term: Term) -> tuple[CountedDay, ...]:
    """Give every day from the effective start to the due date of a term that ran without a pause."""
    first = due.effective_start_at.date()
    days = [first + n * _DAY for n in range((due.due_on - first).days + 1)]
    match term.unit:
        case "hour":
            return tuple(_hour_day(calendar, due, day) for day in days)
        case "working_day":
            return tuple(_plain_day(calendar, day, is_start=day == first) for day in days)
        case "same_day":
            return tuple(_plain_day(calendar, day, is_start=day == first != due.due_on) for day in days)
        case "calendar_day" | "month":
            last = nominal_day(first, term)
            return tuple(_calendar_day(calendar, day, first, last, due.due_on) for day in days)


def _plain_day(calendar: Calendar, day: date, *, is_start: bool) -> CountedDay:
    reason, counts = _sort_of_day(calendar, day)
    if is_start:
        return _named(calendar, day, "start_day", counted=False)
    return _named(calendar, day, reason, counted=counts)


def _hour_day(calendar: Calendar, due: Due, day: date) -> CountedDay:
    reason, counts = _sort_of_day(calendar, day)
    if not counts:
        return _named(calendar, day, reason, counted=False, minutes=0)
    start = max(due.effective_start_at, calendar.start_of_first_session(day))
    end = min(due.due_at, calendar.end_of_last_session(day))
    minutes = calendar.working_time_between(start, end) / _MINUTE
    return _named(calendar, day, reason, counted=True, minutes=minutes)


def _calendar_day(calendar: Calendar, day: date, first: date, last: date, due_on: date) -> CountedDay:
    if day == first:
        return _named(calendar, day, "start_day", counted=False)
    if day <= last:
        return _named(calendar, day, "calendar_day", counted=True)
    if day == due_on:
        return _named(calendar, day, "rolled_to", counted=False)
    reason, _ = _sort_of_day(calendar, day)
    return _named(calendar, day, reason, counted=False)


def _sort_of_day(calendar: Calendar, day: date) -> tuple[Reason, bool]:
    entry = calendar.entry(day)
    if entry is not None:
        return ("make_up", True) if entry.counts_for_term else ("holiday", False)
    if day.isoweekday() in calendar.spec.working_weekdays:
        return "working_day", True
    return "weekend", False


def _named(calendar: Calendar, day: date, reason: Reason, *, counted: bool, minutes: float | None = None) -> CountedDay:
    entry = calendar.entry(day)
    return CountedDay(
        day=day,
        counted=counted,
        reason=reason,
        name=entry.name if entry else None,
        name_en=entry.name_en if entry else None,
        legal_source=entry.legal_source if entry else None,
        minutes=minutes,
    )
