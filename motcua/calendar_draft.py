"""A first draft of a year's exceptions from the package `holidays`, and what our published data say otherwise.

A draft is a beginning for an administrator, who holds it against the signed notices: the package knows no legal source
and hears of swapped days late or never. It is never asked when a due date is computed (ADR 0005).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import holidays
from holidays.version import __version__ as holidays_version

from rules.calendars.calendar import Calendar
from rules.calendars.spec import CalendarEntry

COUNTRY = "VN"
SOURCE = f"holidays-{holidays_version}"
MAKE_UP = ("làm bù", "Make-up working day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A day that our published calendar and the package see differently; None where one of them says nothing of it."""

    day: date
    published: CalendarEntry | None
    drafted: CalendarEntry | None

    def sentence(self) -> str:
        """Both views in one line."""
        ours = f"published as {_told(self.published)}" if self.published else "not published"
        theirs = f"{_told(self.drafted)} in {SOURCE}" if self.drafted else f"nothing in {SOURCE}"
        return f"{self.day.isoformat()}: {ours}; {theirs}"


def draft(year: int, calendar: Calendar) -> dict[date, CalendarEntry]:
    """The days of a year that differ from their weekday by what the package knows, in order, swapped days among them.

    The calendar says on which weekdays a holiday makes a difference: where counters are open on Saturdays, there too.
    """
    weekdays = calendar.spec.working_weekdays | calendar.spec.intake_weekdays
    # With the year after it, since a day may be made up for before the year in which it is off.
    years = (year, year + 1)
    known = holidays.country_holidays(COUNTRY, years=years, language="vi")
    english = holidays.country_holidays(COUNTRY, years=years, language="en_US")
    off = {day: _off(day, name, english[day]) for day, name in known.items() if day.isoweekday() in weekdays}
    made_up = {day: _made_up(day) for day in known.weekend_workdays}
    return {day: entry for day, entry in sorted((off | made_up).items()) if day.year == year}


def differences(calendar: Calendar) -> tuple[Difference, ...]:
    """Where a published calendar and the package disagree on whether a day counts, in every published year."""
    spec = calendar.spec
    drafted: dict[date, CalendarEntry] = {}
    for year in range(spec.valid_from.year, spec.valid_until.year + 1):
        drafted |= draft(year, calendar)
    published = {day: entry for day, entry in spec.entries.items() if spec.is_published(day)}
    days = sorted(published.keys() | drafted.keys())
    return tuple(
        Difference(day=day, published=published.get(day), drafted=drafted.get(day))
        for day in days
        if _kind(published, day) != _kind(drafted, day)
    )


def to_toml(entries: Iterable[CalendarEntry]) -> str:
    """Exceptions as they stand in a calendar's file."""
    return "\n".join(_table(entry) for entry in entries)


def _off(day: date, name: str, name_en: str) -> CalendarEntry:
    return _entry(day, name, name_en, is_working_day=False)


def _made_up(day: date) -> CalendarEntry:
    return _entry(day, *MAKE_UP, is_working_day=True)


def _entry(day: date, name: str, name_en: str, *, is_working_day: bool) -> CalendarEntry:
    return CalendarEntry(
        day=day,
        kind="make_up" if is_working_day else "off",
        counts_for_term=is_working_day,
        open_for_intake=is_working_day,
        name=name,
        name_en=name_en,
        legal_source=None,
        source_status=SOURCE,
        announced_on=None,
    )


def _table(entry: CalendarEntry) -> str:
    fields = {
        "date": entry.day.isoformat(),
        "kind": json.dumps(entry.kind),
        "counts_for_term": json.dumps(entry.counts_for_term),
        "open_for_intake": json.dumps(entry.open_for_intake),
        # The strings of JSON are strings of TOML.
        "name": json.dumps(entry.name, ensure_ascii=False),
        "name_en": json.dumps(entry.name_en, ensure_ascii=False),
        "source_status": json.dumps(entry.source_status),
    }
    return "[[exceptions]]\n" + "".join(f"{name} = {value}\n" for name, value in fields.items())


def _kind(entries: Mapping[date, CalendarEntry], day: date) -> str | None:
    entry = entries.get(day)
    return entry.kind if entry else None


def _told(entry: CalendarEntry | None) -> str:
    return f"{entry.kind} ({entry.name}, {entry.source_status})" if entry else "nothing"
