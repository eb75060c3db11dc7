"""What a published calendar says about one day: does it count, when is the office at work, when are its counters open.

In go a checked `CalendarSpec` and a day, out come local datetimes in the calendar's zone. Pure, and asked once for each
day when `rules.calendars.calendar` builds its tables.
"""

from collections.abc import Sequence
from datetime import date, datetime

from rules.calendars.spec import CalendarSpec, IntakeRegime, Periods, SessionRegime
from rules.errors import InvalidCalendarError

Sessions = tuple[tuple[datetime, datetime], ...]


def counts_for_term(spec: CalendarSpec, day: date) -> bool:
    """Tell whether the day counts for terms: by its weekday, or by its exception."""
    entry = spec.entries.get(day)
    return entry.counts_for_term if entry else day.isoweekday() in spec.working_weekdays


def is_open_for_intake(spec: CalendarSpec, day: date) -> bool:
    """Tell whether counters take dossiers in on that day; such a day need not count for terms (DR-07)."""
    entry = spec.entries.get(day)
    return entry.open_for_intake if entry else day.isoweekday() in spec.intake_weekdays


def working_sessions(spec: CalendarSpec, day: date) -> Sessions:
    """Give the sessions of a day that counts. Raises `InvalidCalendarError` when the clocks change during them."""
    sessions = _on(spec, day, _in_force(spec.sessions, day))
    # Within one zone Python subtracts wall clocks, which is only right while the offset stays the same.
    if sessions[0][0].utcoffset() != sessions[-1][1].utcoffset():
        message = f"calendar {spec.calendar_id} {spec.version}: the clocks change during the sessions of {day}"
        raise InvalidCalendarError(message)
    return sessions


def intake_sessions(spec: CalendarSpec, day: date) -> Sessions:
    """Give when counters take dossiers in: during the day's sessions, or at hours of their own where it does not count."""
    if not is_open_for_intake(spec, day):
        return ()
    if counts_for_term(spec, day):
        return working_sessions(spec, day)
    return _on(spec, day, _in_force([r for r in spec.intake_sessions if day.isoweekday() in r.weekdays], day))


def _in_force(regimes: Sequence[SessionRegime] | Sequence[IntakeRegime], day: date) -> Periods:
    """The hours in force on a day; before the first that is known, those (a provisional year before the published ones)."""
    return ([regime for regime in regimes if regime.valid_from <= day] or regimes[:1])[-1].periods


def _on(spec: CalendarSpec, day: date, periods: Periods) -> Sessions:
    return tuple(
        (datetime.combine(day, start, spec.zone), datetime.combine(day, end, spec.zone)) for start, end in periods
    )
