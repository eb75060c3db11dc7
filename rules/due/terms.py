"""From a term or a stated date to the due instant: DR-02 to DR-06, DR-09, B15.

In go a calendar, the instant of acceptance, a `Term` and the rule set; out comes a `Due`. Pure, and a few look-ups
whatever the length of the term. How the days were counted is told by `rules.explain.clock_explanation`.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import MAXYEAR, UTC, date, datetime, time, timedelta
from functools import partial
from typing import get_args

from msgspec import Struct

from events.deadline import ClassifyBy
from events.dossier import TermUnit
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.errors import CalendarExhaustedError, InvalidTermError

Basis = ClassifyBy
"""What of an instant counts for a due date (DR-08)."""

_UNITS = get_args(TermUnit)
_MONTHS = 12
_HOUR = timedelta(hours=1)
_LONGEST_HOURS = MAXYEAR * 366 * 24


class Term(Struct, frozen=True, kw_only=True, gc=False):
    """How long a procedure may take, in the unit in which the procedure states it. Never converted to another unit."""

    value: int
    unit: TermUnit

    def __post_init__(self) -> None:
        """Refuse what is not a term (DR-09)."""
        if self.unit not in _UNITS:
            message = f"{self.unit!r} is not a unit of terms; there are {', '.join(_UNITS)}"
            raise InvalidTermError(message)
        if type(self.value) is not int or self.value < 1:
            message = f"a term is a whole number above zero, not {self.value!r}"
            raise InvalidTermError(message)
        if self.unit == "same_day" and self.value != 1:
            message = f"a same-day term has the value 1, not {self.value}"
            raise InvalidTermError(message)

    @property
    def basis(self) -> Basis:
        """Tell what decides between on time and late: the local date, or for hour terms the instant (DR-08)."""
        return "instant" if self.unit == "hour" else "date"


class Due(Struct, frozen=True, kw_only=True, gc=False):
    """When a clock ends. Instants are in the calendar's zone; `due_on` is the local date of `due_at`."""

    effective_start_at: datetime
    due_at: datetime
    due_on: date
    basis: Basis
    rule: str


def due(calendar: Calendar, accepted_at: datetime, term: Term, rule_set: RuleSet) -> Due:
    """Give the due instant of a term that starts with an acceptance (DR-01 to DR-06).

    Raises:
        CalendarExhaustedError: the term runs past the last published year (AL-7).
        NaiveInstantError: `accepted_at` has no time zone.
    """
    start = calendar.effective_start(accepted_at)
    unit = term.unit
    if unit == "working_day":
        due_on = calendar.nth_working_day_after(start, term.value)
        return _by_date(calendar, start, due_on, "DR-02")
    if unit == "hour":
        due_at = calendar.add_working_time(start, _hours(term))
        return Due(effective_start_at=start, due_at=due_at, due_on=due_at.date(), basis="instant", rule="DR-03")
    if unit == "same_day":
        # The effective start decides: what comes in after hours has the whole next working day (DR-06).
        is_in_time = start.time() <= rule_set.same_day_cut_off
        due_on = start.date() if is_in_time else calendar.nth_working_day_after(start, 1)
        return _by_date(calendar, start, due_on, "DR-06")
    due_on = calendar.working_day_on_or_after(nominal_day(start.date(), term))
    return _by_date(calendar, start, due_on, "DR-04" if unit == "calendar_day" else "DR-05")


def given_date(calendar: Calendar, stated_at: datetime) -> datetime:
    """Give the instant that a date which somebody stated means, in the calendar's zone (B15).

    Without a time, which is 00:00, the close of that day; on a day that doesn't count the close of the next working day; another
    time of a working day as it stands.

    Raises:
        CalendarExhaustedError: the date lies outside the calendar (AL-7).
    """
    local = calendar.local(stated_at)
    day = local.date()
    if not calendar.is_working_day(day):
        return calendar.end_of_last_session(calendar.working_day_on_or_after(day))
    return calendar.end_of_last_session(day) if local.time() == time.min else local


def appointment(calendar: Calendar, accepted_at: datetime, stated_at: datetime) -> Due:
    """Give the due instant that a source system states itself, without a term: its date is read by B15 and judged by date."""
    due_at = given_date(calendar, stated_at)
    start = calendar.effective_start(accepted_at)
    return Due(effective_start_at=start, due_at=due_at, due_on=due_at.date(), basis="date", rule="appointment")


def first_due(
    calendar: Calendar, accepted_at: datetime, term: Term | None, stated_at: datetime | None, rule_set: RuleSet
) -> Due | None:
    """Give the first due date of a clock: the earlier one of what its term gives and of what was stated (B15).

    At the same instant what was stated. None: neither is known.

    Raises:
        CalendarExhaustedError: all that is known lies outside the calendar (AL-7). What alone lies outside doesn't bind.
    """
    questions: list[Callable[[], Due]] = []
    if stated_at is not None:
        questions.append(partial(appointment, calendar, accepted_at, stated_at))
    if term is not None:
        questions.append(partial(due, calendar, accepted_at, term, rule_set))
    answers, errors = [], []
    for ask in questions:
        try:
            answers.append(ask())
        except CalendarExhaustedError as error:
            errors.append(error)
    if errors and not answers:
        raise errors[0]
    return min(answers, key=lambda answer: answer.due_at.astimezone(UTC), default=None)


def nominal_day(start_on: date, term: Term) -> date:
    """Give the last day of a calendar-day or month term before it is rolled to a working day (DR-04, DR-05).

    Raises:
        CalendarExhaustedError: the day lies beyond what any calendar can publish.
        InvalidTermError: the term is not in calendar days or months.
    """
    if term.unit == "month":
        year, month = divmod(start_on.year * _MONTHS + start_on.month - 1 + term.value, _MONTHS)
        if year > MAXYEAR:
            raise _beyond(term)
        return date(year, month + 1, min(start_on.day, monthrange(year, month + 1)[1]))
    if term.unit != "calendar_day":
        message = f"a term in {term.unit} has no nominal day"
        raise InvalidTermError(message)
    if term.value > (date.max - start_on).days:
        raise _beyond(term)
    return start_on + timedelta(days=term.value)


def _hours(term: Term) -> timedelta:
    if term.value > _LONGEST_HOURS:
        raise _beyond(term)
    return term.value * _HOUR


def _beyond(term: Term) -> CalendarExhaustedError:
    return CalendarExhaustedError(f"{term.value} {term.unit} reaches beyond every published calendar")


def _by_date(calendar: Calendar, start: datetime, due_on: date, rule: str) -> Due:
    due_at = calendar.end_of_last_session(due_on)
    return Due(effective_start_at=start, due_at=due_at, due_on=due_on, basis="date", rule=rule)
