"""The rulebook: all published calendars and rule sets, and which of them are meant when none is named.

Built once by an application (`rules.rulebook_files.load_rulebook`) and passed around. Immutable; nothing is read here.
"""

from collections.abc import Iterable

from rules.calendar import Calendar
from rules.errors import UnknownCalendarError, UnknownRuleSetError
from rules.ruleset import RuleSet

DEFAULT_CALENDAR_ID = "vn-standard"
DEFAULT_RULE_SET_ID = "vn-2025.1"


class Rulebook:
    """Calendars by id and version, rule sets by id, and the defaults."""

    __slots__ = ("_calendars", "_current", "_rule_sets", "default_calendar", "default_rule_set")

    def __init__(
        self,
        calendars: Iterable[Calendar],
        rule_sets: Iterable[RuleSet],
        default_calendar_id: str = DEFAULT_CALENDAR_ID,
        default_rule_set_id: str = DEFAULT_RULE_SET_ID,
    ) -> None:
        """Collect what was published. Raises an Unknown...Error when a default is not among it."""
        self._calendars = {(c.calendar_id, c.version): c for c in calendars}
        self._current = {c.calendar_id: c for c in sorted(self._calendars.values(), key=_version_order)}
        self._rule_sets = {r.rule_set_id: r for r in rule_sets}
        self.default_calendar = self.calendar(default_calendar_id)
        self.default_rule_set = self.rule_set(default_rule_set_id)

    @property
    def calendars(self) -> tuple[Calendar, ...]:
        """Give every published version of every calendar."""
        return tuple(self._calendars.values())

    @property
    def rule_sets(self) -> tuple[RuleSet, ...]:
        """Give every published rule set."""
        return tuple(self._rule_sets.values())

    def calendar(self, calendar_id: str | None = None, version: str | None = None) -> Calendar:
        """Give a calendar: the default one, the newest version of one, or exactly one version.

        Raises:
            UnknownCalendarError: there is none of that id and version.
        """
        if calendar_id is None:
            return self.default_calendar
        found = self._current.get(calendar_id) if version is None else self._calendars.get((calendar_id, version))
        if found is None:
            known = ", ".join(f"{c.calendar_id} {c.version}" for c in self.calendars)
            message = f"no calendar {calendar_id} {version or '(any version)'}; there are: {known}"
            raise UnknownCalendarError(message)
        return found

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


def _version_order(calendar: Calendar) -> tuple[int, ...]:
    return tuple(int(part) for part in calendar.version.split("."))
