"""The working calendar of an office: which days count, when its sessions run, and arithmetic on both.

In go a checked `CalendarSpec` and aware datetimes of any zone; out come local days and datetimes in the calendar's
zone. Everything is computed once into cumulative tables, so that each answer is a look-up or a bisection, whatever the
distance. The tables never change, and nothing here knows what time it is. Rules: 2.6, CAL-6, DR-01, DR-07, 4.9.
"""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta
from itertools import accumulate

from rules.calendars.days import Sessions, counts_for_term, intake_sessions, working_sessions
from rules.calendars.spec import CalendarEntry, CalendarSpec
from rules.errors import CalendarExhaustedError, InvalidCalendarError, NaiveInstantError, NotAWorkingDayError

_NOTHING = timedelta(0)
_MINUTE = timedelta(minutes=1)


class Calendar:
    """An immutable calendar, built once from its published data.

    Every method raises `CalendarExhaustedError` when the question or the answer lies outside the covered days (the published
    ones and the provisional ones around them), and `NaiveInstantError` for a datetime without zone.
    """

    __slots__ = (
        "_before",
        "_closings",
        "_ends",
        "_first",
        "_openings",
        "_sessions_before",
        "_starts",
        "_time_before",
        "_working_days",
        "calendar_id",
        "spec",
        "version",
        "zone",
    )

    def __init__(self, spec: CalendarSpec) -> None:
        """Build the tables. Raises `InvalidCalendarError` when the months don't add up to the published checksums."""
        self.spec = spec
        self.calendar_id = spec.calendar_id
        self.version = spec.version
        self.zone = spec.zone
        self._first = spec.covered_from.toordinal()
        days = [date.fromordinal(o) for o in range(self._first, spec.covered_until.toordinal() + 1)]
        works = [counts_for_term(spec, day) for day in days]
        self._working_days = tuple(day for day, work in zip(days, works, strict=True) if work)
        # For each day the number of working days before it, and at the end the number of all: the difference of two
        # neighbours says whether a day counts.
        self._before = tuple(accumulate(works, initial=0))
        sessions = [working_sessions(spec, day) for day in self._working_days]
        self._openings = tuple(of_day[0][0] for of_day in sessions)
        self._closings = tuple(of_day[-1][1] for of_day in sessions)
        midnights = (datetime.combine(day, time.min, spec.zone) for day in days)
        # All sessions of the calendar in one row each: their starts, their ends, and the working time before each.
        self._starts = [start for of_day in sessions for start, _ in of_day]
        self._ends = [end for of_day in sessions for _, end in of_day]
        # For each day the number of sessions that ended before it.
        self._sessions_before = tuple(bisect_right(self._ends, midnight) for midnight in midnights)
        lengths = (end - start for start, end in zip(self._starts, self._ends, strict=True))
        self._time_before = list(accumulate(lengths, initial=_NOTHING))
        self._check_sums()

    # Days.

    def local(self, at: datetime) -> datetime:
        """Give the same instant in the calendar's zone."""
        if at.tzinfo is None:
            message = f"{at.isoformat()} has no time zone"
            raise NaiveInstantError(message)
        try:
            return at.astimezone(self.zone)
        except OverflowError as error:  # the first or the last hours of the calendar of Python
            raise self._exhausted(at.isoformat()) from error

    def local_date(self, at: datetime) -> date:
        """Give the calendar's local day on which an instant falls."""
        return self.local(at).date()

    def is_working_day(self, day: date) -> bool:
        """Tell whether the day counts for terms. Make-up Saturdays do (DR-07)."""
        index = self._index(day)
        return self._before[index + 1] > self._before[index]

    def entry(self, day: date) -> CalendarEntry | None:
        """Give the exception of that day, if there is one; its status says whether it is provisional."""
        return self.spec.entries.get(day)

    def working_days_between(self, after: date, until: date) -> int:
        """Count the working days in (after, until]; negative when `until` is the earlier one."""
        return self._before[self._index(until) + 1] - self._before[self._index(after) + 1]

    def nth_working_day_after(self, day: date, n: int) -> date:
        """Give the n-th working day strictly after a day; n is at least 1."""
        return self._nth(self._before[self._index(day) + 1] + n, n)

    def nth_working_day_before(self, day: date, n: int) -> date:
        """Give the n-th working day strictly before a day; n is at least 1."""
        return self._nth(self._before[self._index(day)] + 1 - n, n)

    def working_day_on_or_after(self, day: date) -> date:
        """Give the day itself when it is a working day, else the next one (DR-04)."""
        before = self._before[self._index(day)]
        if before < len(self._working_days):
            return self._working_days[before]
        raise self._exhausted(f"the next working day after {day.isoformat()}")

    # Sessions and working time.

    def sessions(self, day: date) -> Sessions:
        """Give the sessions of a day in order, each from its start to its end; none on a day that does not count."""
        return working_sessions(self.spec, day) if self.is_working_day(day) else ()

    def intake_sessions(self, day: date) -> Sessions:
        """Give when counters take dossiers in on that day: its sessions, or hours of their own where it does not count."""
        self._index(day)
        return intake_sessions(self.spec, day)

    def start_of_first_session(self, day: date) -> datetime:
        """Give the opening instant of a working day. Raises `NotAWorkingDayError` on any other day."""
        return self._openings[self._working(day)]

    def end_of_last_session(self, day: date) -> datetime:
        """Give the closing instant of a working day. Raises `NotAWorkingDayError` on any other day."""
        return self._closings[self._working(day)]

    def effective_start(self, at: datetime) -> datetime:
        """Give the first working instant at or after an instant (DR-01). The end of a session is not working time."""
        return self._session(at)[1]

    def add_working_time(self, at: datetime, amount: timedelta) -> datetime:
        """Give the instant at which `amount` (not negative) of working time has passed since the effective start.

        Time that is used up exactly at the end of a session ends there, not at the start of the next one (DR-03).
        """
        number, start = self._session(at)
        if amount <= _NOTHING:
            return start
        target = self._time_before[number] + (start - self._starts[number]) + amount
        number = bisect_left(self._time_before, target) - 1
        if number < len(self._starts):
            return self._starts[number] + (target - self._time_before[number])
        raise self._exhausted(f"{amount} of working time after {start.isoformat()}")

    def subtract_working_time(self, at: datetime, amount: timedelta) -> datetime:
        """Give the last working instant from which at least `amount` of working time is left until an instant.

        Where that is the border of two sessions it is the start of the later one, since nothing passes in between.
        """
        target = self._time_until(self.local(at)) - amount
        number = bisect_right(self._time_before, target) - 1
        if 0 <= number < len(self._starts):
            return self._starts[number] + (target - self._time_before[number])
        raise self._exhausted(f"{amount} of working time before {at.isoformat()}")

    def working_time_between(self, after: datetime, until: datetime) -> timedelta:
        """Give the working time from one instant to another; negative when `until` is the earlier one."""
        return self._time_until(self.local(until)) - self._time_until(self.local(after))

    def working_minutes_between(self, after: datetime, until: datetime) -> int:
        """Give the whole working minutes from one instant to another (rounded down)."""
        return self.working_time_between(after, until) // _MINUTE

    # The tables.

    def _index(self, day: date) -> int:
        index = day.toordinal() - self._first
        if 0 <= index < len(self._sessions_before):
            return index
        raise self._exhausted(day.isoformat())

    def _nth(self, number: int, n: int) -> date:
        if n < 1:
            message = f"the {n}-th working day doesn't exist"
            raise ValueError(message)
        if 1 <= number <= len(self._working_days):
            return self._working_days[number - 1]
        raise self._exhausted(f"working day no. {number} of the calendar")

    def _session(self, at: datetime) -> tuple[int, datetime]:
        """Give the number of the session in which the effective start lies, and the effective start."""
        local = self.local(at)
        number = self._next_session(local)
        if number < len(self._starts):
            start = self._starts[number]
            return number, local if local > start else start  # noqa: FURB136 - twice as fast as max(), and asked most
        raise self._exhausted(f"the next working instant after {local.isoformat()}")

    def _next_session(self, local: datetime) -> int:
        """Give the number of the first session that ends after a local instant; one too many after the last."""
        index = local.toordinal() - self._first
        if not 0 <= index < len(self._sessions_before):
            raise self._exhausted(local.isoformat())
        number, ends = self._sessions_before[index], self._ends
        while number < len(ends) and ends[number] <= local:
            number += 1
        return number

    def _working(self, day: date) -> int:
        """Give how many working days lie before this one. Raises `NotAWorkingDayError` when it is none itself."""
        index = self._index(day)
        if self._before[index + 1] > self._before[index]:
            return self._before[index]
        message = f"{day.isoformat()} is not a working day of {self.calendar_id} {self.version}"
        raise NotAWorkingDayError(message)

    def _time_until(self, local: datetime) -> timedelta:
        """Give all working time of the calendar up to a local instant."""
        number = self._next_session(local)
        total = self._time_before[number]
        if number < len(self._starts) and local > self._starts[number]:
            total += local - self._starts[number]
        return total

    def _exhausted(self, what: str) -> CalendarExhaustedError:
        spec = self.spec
        span = f"published for {spec.valid_from} to {spec.valid_until}"
        if (spec.covered_from, spec.covered_until) != (spec.valid_from, spec.valid_until):
            span += f", provisional for {spec.covered_from} to {spec.covered_until}"
        return CalendarExhaustedError(f"{what} lies outside {self.calendar_id} {self.version}, {span}")

    def _check_sums(self) -> None:
        for year, published in self.spec.checksums.items():
            found = tuple(sum(d.year == year and d.month == m for d in self._working_days) for m in range(1, 13))
            if found != published:
                what = f"{year} has {found} working days, not {published}"
                raise InvalidCalendarError(f"calendar {self.calendar_id} {self.version}: {what}")
