"""When to remind: the near-due ladder A1 to A4 (4.6), and the latest instant for an apology (AR-02).

In go a calendar, a `Due`, its term (None for an appointment stated by a source) and the rule set; out come instants.
Pure. Which of them were raised already is not known here: the service raises each (clock, rung) once (AL-1, AL-3).
"""

from datetime import datetime, timedelta
from operator import attrgetter

from msgspec import Struct

from rules.book.ruleset import RuleSet, RungRule
from rules.calendars.calendar import Calendar
from rules.due.classify import breach_at
from rules.due.terms import Due, Term
from rules.errors import CalendarExhaustedError

_PERCENT = 100
_HOUR = timedelta(hours=1)
_IN_ORDER = attrgetter("at", "name")


class Rung(Struct, frozen=True, kw_only=True, gc=False):
    """One reminder: the name of its rung and the instant at which it falls."""

    name: str
    at: datetime


def ladder_instants(calendar: Calendar, due: Due, term: Term | None, rule_set: RuleSet) -> tuple[Rung, ...]:
    """Give every rung before the breach, in order, wherever the clock was last set going.

    It follows from its arguments alone, so many dossiers with the same due date can share one answer.
    """
    at: dict[str, datetime] = {}
    for rule in rule_set.ladder:
        instant = _instant(calendar, due, term, rule_set, rule)
        if instant is not None and _is_used(rule, instant, at):
            at[rule.name] = instant
    end = breach_at(calendar, due)
    rungs = [Rung(name=name, at=instant) for name, instant in at.items() if instant < end]
    rungs.sort(key=_IN_ORDER)
    return tuple(rungs)


def near_due_rungs(
    calendar: Calendar, due: Due, term: Term | None, rule_set: RuleSet, running_from_at: datetime | None = None
) -> tuple[Rung, ...]:
    """Give the reminders before a due instant, in order.

    Only those strictly after the clock was last set going (`running_from_at`, by default the effective start) and
    strictly before the breach. A rung that would lie before the published calendar is left out too.
    """
    start = running_from_at or due.effective_start_at
    return tuple(rung for rung in ladder_instants(calendar, due, term, rule_set) if start < rung.at)


def apology_latest_at(
    calendar: Calendar, due: Due, term: Term | None, rule_set: RuleSet, running_from_at: datetime | None = None
) -> datetime:
    """Give the last instant for an apology in time: the close of the working day before the due day (AR-02).

    For terms of at most one day, and where that close lies before the running clock started, it is the due instant.
    """
    start = running_from_at or due.effective_start_at
    if _is_short(calendar, due, term, rule_set):
        return due.due_at
    day = calendar.nth_working_day_before(due.due_on, rule_set.apology_working_days_before)
    latest = calendar.end_of_last_session(day)
    return latest if latest > start else due.due_at


def _is_used(rule: RungRule, instant: datetime, at: dict[str, datetime]) -> bool:
    if rule.only_before is None:
        return True
    other = at.get(rule.only_before)
    return other is not None and instant < other


def _instant(calendar: Calendar, due: Due, term: Term | None, rule_set: RuleSet, rule: RungRule) -> datetime | None:
    try:
        if rule.remaining_percent is not None:
            remaining = _length(calendar, due, term, rule_set) * rule.remaining_percent / _PERCENT
            return calendar.subtract_working_time(due.due_at, remaining)
        if rule.working_days_before:
            day = calendar.nth_working_day_before(due.due_on, rule.working_days_before)
            return calendar.start_of_first_session(day)
        # On a due day without sessions nobody is there to be reminded; the rungs before it stand.
        return calendar.start_of_first_session(due.due_on) if calendar.is_working_day(due.due_on) else None
    except CalendarExhaustedError:
        return None


def _length(calendar: Calendar, due: Due, term: Term | None, rule_set: RuleSet) -> timedelta:
    """Give the whole term as working time: N x 8 h for days (A1)."""
    if term is not None and term.unit == "hour":
        return term.value * _HOUR
    if term is not None and term.unit == "working_day":
        return term.value * rule_set.working_day_length
    return calendar.working_days_between(due.effective_start_at.date(), due.due_on) * rule_set.working_day_length


def _is_short(calendar: Calendar, due: Due, term: Term | None, rule_set: RuleSet) -> bool:
    days = rule_set.apology_short_term_working_days
    if term is None:
        return calendar.working_days_between(due.effective_start_at.date(), due.due_on) <= days
    match term.unit:
        case "hour":
            return term.value * _HOUR <= days * rule_set.working_day_length
        case "same_day":
            return days >= 1
        case "working_day" | "calendar_day":
            return term.value <= days
        case "month":
            return False
