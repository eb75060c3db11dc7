"""The rulebook: all published calendars and rule sets, and which of them are meant when none is named.

Built once by an application (`rules.book.rulebook_files.load_rulebook`) and passed around. Immutable; nothing is read here,
and no answer depends on the time of asking: who asks for what was known at an instant gives that instant (DR-27).
"""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.calendars.units import UnitCalendar
from rules.errors import NaiveInstantError, UnknownCalendarError, UnknownRuleSetError

DEFAULT_CALENDAR_ID = "vn-standard"
DEFAULT_RULE_SET_ID = "vn-2025.1"


class Rulebook:
    """Calendars by id and version, rule sets by id, the calendars of units, and the defaults."""

    __slots__ = ("_calendars", "_rule_sets", "_unit_calendars", "_versions", "default_calendar", "default_rule_set")

    def __init__(
        self,
        calendars: Iterable[Calendar],
        rule_sets: Iterable[RuleSet],
        unit_calendars: Iterable[UnitCalendar] = (),
        default_calendar_id: str = DEFAULT_CALENDAR_ID,
        default_rule_set_id: str = DEFAULT_RULE_SET_ID,
    ) -> None:
        """Collect what was published. Raises an Unknown...Error when a default or a unit's calendar is not among it."""
        self._calendars = {(c.calendar_id, c.version): c for c in calendars}
        # Newest first, as they are asked for; each with when it was published, in UTC as instants are asked about.
        self._versions: dict[str, list[tuple[datetime, Calendar]]] = {}
        for calendar in sorted(self._calendars.values(), key=_version_order, reverse=True):
            published = calendar.spec.published_at.astimezone(UTC), calendar
            self._versions.setdefault(calendar.calendar_id, []).append(published)
        self._rule_sets = {r.rule_set_id: r for r in sorted(rule_sets, key=_rule_set_order, reverse=True)}
        self._unit_calendars: dict[int, list[UnitCalendar]] = {}
        for row in sorted(unit_calendars, key=lambda row: row.valid_from, reverse=True):
            self.calendar(row.calendar_id)
            self._unit_calendars.setdefault(row.unit_id, []).append(row)
        self.default_calendar = self.calendar(default_calendar_id)
        self.default_rule_set = self.rule_set(default_rule_set_id)

    @property
    def calendars(self) -> tuple[Calendar, ...]:
        """Give every published version of every calendar."""
        return tuple(self._calendars.values())

    @property
    def rule_sets(self) -> tuple[RuleSet, ...]:
        """Give every published rule set, the newest first."""
        return tuple(self._rule_sets.values())

    @property
    def unit_calendars(self) -> tuple[UnitCalendar, ...]:
        """Give every row of the calendars of units, unit by unit, the newest first."""
        return tuple(row for rows in self._unit_calendars.values() for row in rows)

    def calendar(
        self, calendar_id: str | None = None, version: str | None = None, known_at: datetime | None = None
    ) -> Calendar:
        """Give a calendar: exactly one version, the newest one known at an instant, or the newest of all.

        Without an id it is the default calendar's. A version that is named wins over `known_at`. Where no version was
        published yet at that instant it is the oldest, since a clock must run by something.

        Raises:
            UnknownCalendarError: there is none of that id and version.
            NaiveInstantError: `known_at` has no time zone.
        """
        if calendar_id is None:
            if version is None and known_at is None:
                return self.default_calendar
            calendar_id = self.default_calendar.calendar_id
        if version is not None:
            found = self._calendars.get((calendar_id, version))
        else:
            found = _known(self._versions.get(calendar_id, ()), known_at)
        if found is None:
            known = ", ".join(f"{c.calendar_id} {c.version}" for c in self.calendars)
            message = f"no calendar {calendar_id} {version or '(any version)'}; there are: {known}"
            raise UnknownCalendarError(message)
        return found

    def calendar_id_for_unit(self, unit_id: int, on: date) -> str:
        """Give the id of the calendar by which a unit works on a day; the default one's where nothing is assigned."""
        for row in self._unit_calendars.get(unit_id, ()):
            if row.valid_from <= on:
                return row.calendar_id
        return self.default_calendar.calendar_id

    def rule_set(self, rule_set_id: str | None = None) -> RuleSet:
        """Give a rule set: the default one, or the one pinned at acceptance.

        Raises:
            UnknownRuleSetError: there is none of that id.
        """
        if rule_set_id is None:
            return self.default_rule_set
        found = self._rule_sets.get(rule_set_id)
        if found is None:
            message = f"no rule set {rule_set_id}; there are: {', '.join(self._rule_sets)}"
            raise UnknownRuleSetError(message)
        return found

    def rule_set_for(self, accepted_on: date) -> RuleSet:
        """Give the newest rule set that was in force on a day; the oldest of all where none was yet."""
        found = self.default_rule_set
        for found in self._rule_sets.values():
            if found.valid_from <= accepted_on:
                return found
        return found


def _known(versions: Iterable[tuple[datetime, Calendar]], known_at: datetime | None) -> Calendar | None:
    """Give the newest of some versions, which stand newest first, that was published by an instant."""
    if known_at is not None and known_at.tzinfo is None:
        message = f"{known_at.isoformat()} has no time zone"
        raise NaiveInstantError(message)
    oldest = None
    for published_at, oldest in versions:
        if known_at is None or published_at <= known_at:
            return oldest
    return oldest


def _version_order(calendar: Calendar) -> tuple[int, ...]:
    return tuple(int(part) for part in calendar.version.split("."))


def _rule_set_order(rule_set: RuleSet) -> tuple[date, tuple[int, ...]]:
    """By the first day in force; two of one day by the numbers of their ids, so that vn-2025.10 follows vn-2025.9."""
    return rule_set.valid_from, tuple(int(number) for number in re.findall(r"\d+", rule_set.rule_set_id))
