"""What is fixed for a stream at its opening: its day, its calendar and its rule set (DR-28, CAL-4, CAL-5).

The clocks count by this and intake judges an acceptance by it, so that nothing is accepted for which no clock can be armed, and
nothing is refused that the clocks could count. In go the rulebook and what the opening event says; pure.
"""

from datetime import date, datetime

from msgspec import Struct

from rules.book.rulebook import Rulebook
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.errors import UnknownCalendarError


class OpeningLaw(Struct, frozen=True, gc=False):
    """The calendar and the rule set of a stream. `calendar` is None where the rulebook doesn't know the one that is meant."""

    calendar_id: str
    calendar: Calendar | None
    rule_set: RuleSet


def law_at_opening(
    rulebook: Rulebook, calendar_id: str | None, unit_id: int, opened_on: date, known_at: datetime
) -> OpeningLaw:
    """Give the calendar that the event names, else its unit's on that day, and the rule set in force on it.

    The calendar in its newest version that was published when the event became known (CAL-4).

    Raises:
        NaiveInstantError: `known_at` has no time zone.
    """
    meant = calendar_id or rulebook.calendar_id_for_unit(unit_id, opened_on)
    try:
        calendar = rulebook.calendar(meant, known_at=known_at)
    except UnknownCalendarError:
        calendar = None
    return OpeningLaw(meant, calendar, rulebook.rule_set_for(opened_on))


def opening_day(rulebook: Rulebook, calendar_id: str | None, unit_id: int, at: datetime) -> date:
    """Give the local day on which an event opens its stream, however its instant was written.

    The day is that of the zone of the calendar that is meant, the default one's where that isn't known. Which calendar a unit
    works by depends on the day again: that is asked in the zone of the default one.
    """
    on = rulebook.default_calendar.local_date(at)
    try:
        calendar = rulebook.calendar(calendar_id or rulebook.calendar_id_for_unit(unit_id, on))
    except UnknownCalendarError:
        return on
    return calendar.local_date(at)
