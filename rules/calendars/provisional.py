"""The days off of years for which no notice was published: what the Labour Code alone gives (CAL-6, B16).

In goes the content of `rules/data/provisional-days.toml`; laid around a published calendar it covers the years before and
after the published ones. Pure. It knows no swapped days and no make-up days, since only a notice makes them; the day in lieu of
a holiday on a weekend is law and stands in it. Where a calendar is published, what it publishes counts and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from rules.calendars.spec import CalendarEntry, CalendarSpec
from rules.errors import InvalidCalendarError

PROVISIONAL = "provisional"
"""The `source_status` of a day of a year that is not published."""
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionalDays:
    """Days off from `valid_from` to `valid_until`, both included, for some calendars, from one named source."""

    source: str
    calendar_ids: frozenset[str]
    valid_from: date
    valid_until: date
    entries: Mapping[date, CalendarEntry]


def parse_provisional_days(data: Mapping[str, Any]) -> ProvisionalDays:
    """Check the content of the file and give its days.

    Raises:
        InvalidCalendarError: a field is missing or of the wrong kind, or a day stands twice or outside the span.
    """
    try:
        rows = [_entry(row) for row in data["days"]]
        found = ProvisionalDays(
            source=data["source"],
            calendar_ids=frozenset(data["calendars"]),
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            entries={row.day: row for row in rows},
        )
        strays = [row.day for row in rows if not found.valid_from <= row.day <= found.valid_until]
    except (KeyError, TypeError) as error:
        message = f"provisional days: missing or wrong field: {error}"
        raise InvalidCalendarError(message) from error
    if strays or len(found.entries) != len(rows):
        message = f"provisional days: a day stands twice or outside the span: {strays or 'twice'}"
        raise InvalidCalendarError(message)
    return found


def with_provisional(spec: CalendarSpec, days: ProvisionalDays) -> CalendarSpec:
    """Lay the days around a published calendar; the same calendar if they aren't meant for it.

    Only years that follow on the published ones without a gap are covered, since of a gap nothing at all is known.
    """
    if spec.calendar_id not in days.calendar_ids:
        return spec
    reaches_back, goes_on = days.valid_until >= spec.valid_from - _DAY, days.valid_from <= spec.valid_until + _DAY
    first = min(spec.valid_from, days.valid_from) if reaches_back else spec.valid_from
    last = max(spec.valid_until, days.valid_until) if goes_on else spec.valid_until
    weekdays = spec.working_weekdays | spec.intake_weekdays
    around = {
        day: entry
        for day, entry in days.entries.items()
        if first <= day <= last and not spec.is_published(day) and day.isoweekday() in weekdays
    }
    return replace(spec, covered_from=first, covered_until=last, entries=around | dict(spec.entries))


def _entry(row: Mapping[str, Any]) -> CalendarEntry:
    if type(row["date"]) is not date:
        message = f"{row['date']!r} is not a day"
        raise TypeError(message)
    return CalendarEntry(
        day=row["date"],
        kind="off",
        counts_for_term=False,
        open_for_intake=False,
        name=row["name"],
        name_en=row["name_en"],
        legal_source=row["legal_source"],
        source_status=PROVISIONAL,
        announced_on=None,
    )
