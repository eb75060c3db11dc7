"""Who is told after a breach, and when: the rungs B1 to B3 (4.6), and until when an escalation is acknowledged (AL-5).

In go a calendar, a `Due` and the rule set; out come instants. Pure. Whether a rung is still needed, since nobody
apologised or acknowledged meanwhile, is decided by the service when it falls.
"""

from datetime import datetime

from rules.book.ruleset import EscalationRule, RuleSet
from rules.calendars.calendar import Calendar
from rules.due.ladder import Rung
from rules.due.terms import Due
from rules.errors import CalendarExhaustedError


def escalation_rungs(calendar: Calendar, due: Due, rule_set: RuleSet) -> tuple[Rung, ...]:
    """Give the rungs after a breach, in order, each when the whole of its working day has passed.

    A rung beyond the published calendar is left out; it is there once the next year is published.
    """
    rungs = []
    for rule in rule_set.escalation:
        at = _instant(calendar, due, rule)
        if at is not None:
            rungs.append(Rung(name=rule.name, at=at))
    return tuple(rungs)


def acknowledge_by(calendar: Calendar, raised_at: datetime, rule_set: RuleSet) -> datetime:
    """Give until when an escalation must be acknowledged: the close of a working day after the day of raising (AL-5).

    Raises:
        CalendarExhaustedError: that day lies past the last published year.
    """
    raised_on = calendar.local_date(raised_at)
    day = calendar.nth_working_day_after(raised_on, rule_set.escalation_acknowledge_working_days)
    return calendar.end_of_last_session(day)


def _instant(calendar: Calendar, due: Due, rule: EscalationRule) -> datetime | None:
    try:
        return calendar.end_of_last_session(calendar.nth_working_day_after(due.due_on, rule.working_days_after))
    except CalendarExhaustedError:
        return None
