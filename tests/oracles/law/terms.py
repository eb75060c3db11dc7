"""When a term ends and what moves it, by the text of the law: DR-02 to DR-06, B15, DR-20 to DR-25, AR-02."""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from tests.oracles.law.calendar import BeyondTheCalendarError, Calendar

_NEVER = datetime.max.replace(tzinfo=UTC)
POLICIES = ("pause", "restart", "qd766")


class Term(NamedTuple):
    """A term as a procedure states it."""

    value: int
    unit: str


@dataclass(frozen=True, kw_only=True)
class Due:
    """A due instant under one policy, and what a later stop asks of it.

    `last_day`: the day before it was rolled to a working day (DR-04, DR-05). `ran_from_on`, `ran_from`: since when the clock ran
    last. `armed_from`: from when it runs for what depends on its due date. `extended_to`: no restart ends before it.
    """

    at: datetime
    last_day: date
    ran_from_on: date
    ran_from: datetime
    armed_from: datetime
    extended_to: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Start:
    """What a clock counts from and by: a term, or an appointment that binds, or both of them.

    `promise_at`: an appointment that does not bind and is only told.
    """

    accepted_at: datetime
    term: Term | None
    appointment_at: datetime | None
    promise_at: datetime | None
    cut_off: time

    @property
    def classify_by(self) -> str:
        """DR-08: by instant for hour terms, by date for all else and for appointments."""
        return "instant" if self.term and self.term.unit == "hour" and self.appointment_at is None else "date"

    def first(self, calendar: Calendar) -> Due:
        """The due date that nothing has moved."""
        begins = calendar.effective_start(self.accepted_at)
        if self.appointment_at is not None:
            at = calendar.given(self.appointment_at)
            return Due(at=at, last_day=calendar.day(at), ran_from_on=begins.date(), ran_from=begins, armed_from=begins)
        assert self.term is not None
        return ends(self.term, begins, calendar, self.cut_off)

    def is_short(self, due_at: datetime, calendar: Calendar) -> bool:
        """AR-02: whether it is a term of at most one day."""
        if self.term is None:
            begins = calendar.effective_start(self.accepted_at).date()
            return calendar.working_days(begins, calendar.day(due_at)) <= 1
        limit = {"hour": 8, "same_day": 1, "working_day": 1, "calendar_day": 1, "month": 0}[self.term.unit]
        return self.term.value <= limit


def begun(
    accepted_at: datetime, data: dict[str, Any], terms: dict[str, Term], calendar: Calendar, cut_off: time
) -> Start | None:
    """B15, DR-09: what binds of a term, an appointment and the terms of the catalogue; None where nothing does."""
    stated = Term(**data["term"]) if data.get("term") else None
    appointment = datetime.fromisoformat(data["appointment_at"]) if data.get("appointment_at") else None
    begins = calendar.effective_start(accepted_at)

    def ending(term: Term) -> datetime:
        try:
            return ends(term, begins, calendar, cut_off).at
        except BeyondTheCalendarError:
            return _NEVER

    term = stated
    if stated is None and appointment is None:
        term = terms.get("standard")
    longest = max(terms.values(), key=ending, default=None)
    if longest and stated and stated not in terms.values() and ending(stated) > ending(longest):
        term = longest
    start = Start(accepted_at=accepted_at, term=term, appointment_at=None, promise_at=None, cut_off=cut_off)
    if appointment is None:
        return start if term else None
    against = term or longest
    if against and ending(against) < calendar.given(appointment):
        return replace(start, term=against, promise_at=appointment)
    return replace(start, appointment_at=appointment)


def ends(term: Term, begins: datetime, calendar: Calendar, cut_off: time) -> Due:
    """DR-02 to DR-06: when a term ends that begins at an effective start."""
    day = begins.date()
    if term.unit == "hour":
        at = calendar.add(begins, timedelta(hours=term.value))
        return Due(at=at, last_day=at.date(), ran_from_on=day, ran_from=begins, armed_from=begins)
    if term.unit == "working_day":
        last = calendar.nth_working_day(day, term.value)
    elif term.unit == "same_day":
        last = day if begins.time() <= cut_off else calendar.nth_working_day(day, 1)
    elif term.unit == "calendar_day":
        last = day + timedelta(days=term.value)
    else:
        last = _months_later(day, term.value)
    at = calendar.close(calendar.working_day_from(last))
    return Due(at=at, last_day=last, ran_from_on=day, ran_from=begins, armed_from=begins)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def shifted(due: Due, since: datetime, until: datetime, start: Start, calendar: Calendar, *, bare: bool = False) -> Due:
    """DR-20: the due date after a wait; `bare`: to the bare day of the completion (DR-22)."""
    goes_on = max(calendar.effective_start(until), due.ran_from)
    p = max(calendar.day(since), due.ran_from_on)
    r = p if calendar.day(until) <= p else (calendar.day(until) if bare else goes_on.date())
    after = replace(due, ran_from_on=r, ran_from=goes_on)
    unit = start.term.unit if start.term else ""
    if unit == "hour":
        waited = calendar.working_time(max(since, due.ran_from), goes_on)
        at = max(calendar.add(due.at, waited) if waited else due.at, goes_on)
        return _moved(after, at, calendar.day(at), goes_on)
    if unit in ("calendar_day", "month"):
        last = max(due.last_day + (r - p), r) if r > p else due.last_day
        return _moved(after, calendar.close(calendar.working_day_from(last)) if r > p else due.at, last, goes_on)
    waited_days = calendar.working_days(p, r)
    if not waited_days:
        return after
    day = calendar.nth_working_day(calendar.day(due.at), waited_days)
    at = calendar.close(day) if unit else datetime.combine(day, calendar.local(due.at).time(), calendar.zone)
    return _moved(after, at, day, goes_on)


def _moved(due: Due, at: datetime, last_day: date, goes_on: datetime) -> Due:
    """From when it runs changes only with the due date."""
    return replace(due, at=at, last_day=last_day, armed_from=goes_on if at != due.at else due.armed_from)


def restarted(due: Due, until: datetime, start: Start, calendar: Calendar) -> Due:
    """DR-21: the whole term anew, never before what was extended. There has to be a term."""
    assert start.term is not None
    anew = ends(start.term, calendar.effective_start(until), calendar, start.cut_off)
    if due.extended_to is not None and anew.at < due.extended_to:
        anew = replace(anew, at=due.extended_to, last_day=calendar.day(due.extended_to))
    armed_from = anew.armed_from if anew.at != due.at else due.armed_from
    return replace(anew, extended_to=due.extended_to, armed_from=armed_from)


def latest_letter(due: Due, start: Start, calendar: Calendar) -> datetime:
    """AR-02: until when a letter is in time."""
    if start.is_short(due.at, calendar):
        return due.at
    try:
        close = calendar.close(calendar.nth_working_day(calendar.day(due.at), -1))
    except BeyondTheCalendarError:
        return due.at
    return due.at if close <= due.armed_from else close
