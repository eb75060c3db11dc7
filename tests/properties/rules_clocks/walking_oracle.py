"""An oracle for ledgers that shares no code with the rules: it reads the calendar's file itself and walks.

It knows a due date as DR-20 words it, "so many days left after this day", and not as a date that is moved on; 766 as
the sum of DR-22. Days are walked one by one and working time minute by minute, in naive local time.
"""

import tomllib
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from importlib.resources import files

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
OPENING, LUNCH, AFTERNOON, CLOSING = time(7, 30), time(11, 30), time(13), time(17)


@dataclass(frozen=True)
class Stop:
    """A pause in naive local time; `is_fee` tells a financial duty from a supplement."""

    asked: datetime
    answered: datetime
    is_fee: bool = False


@dataclass(frozen=True)
class Longer:
    """An extension until the close of a working day."""

    granted: datetime
    until: date


@dataclass
class Days:
    """A term in days that runs: `left` of them are left after the day `since`, and `floor` is the last extension."""

    left: int
    since: date
    due_on: date
    floor: date = field(default=date.min)


class WalkingOracle:
    def __init__(self) -> None:
        text = (files("rules") / "data" / "calendars" / "vn-standard.toml").read_text(encoding="utf-8")
        exceptions = tomllib.loads(text)["exceptions"]
        self.off = {row["date"] for row in exceptions if row["kind"] == "off"}
        self.make_up = {row["date"] for row in exceptions if row["kind"] == "make_up"}

    def works(self, day: date) -> bool:
        return day in self.make_up or (day.weekday() < 5 and day not in self.off)

    def works_at(self, at: datetime) -> bool:
        clock = at.time()
        return self.works(at.date()) and (OPENING <= clock < LUNCH or AFTERNOON <= clock < CLOSING)

    def resumes(self, at: datetime) -> datetime:
        while not self.works_at(at):
            at = at.replace(second=0, microsecond=0) + MINUTE
        return at

    def counts(self, day: date, unit: str) -> bool:
        return unit == "calendar_day" or self.works(day)

    def ends(self, days: Days, unit: str) -> date:
        """The day that lies `left` days after `since`; a last calendar day without work is rolled on."""
        day, left = days.since, days.left
        while left > 0:
            day += DAY
            left -= self.counts(day, unit)
        while not self.works(day):
            day += DAY
        return day

    def between(self, after: date, until: date, unit: str) -> int:
        count = 0
        while after < until:
            after += DAY
            count += self.counts(after, unit)
        return count

    def due_on(self, accepted: datetime, n: int, unit: str, entries: list[Stop | Longer], policy: str) -> date:
        """The due date by PAUSE or RESTART."""
        since = self.resumes(accepted).date()
        days = Days(left=n, since=since, due_on=since)
        days.due_on = self.ends(days, unit)
        for entry in entries:
            at = entry.granted if isinstance(entry, Longer) else entry.asked
            if at > datetime.combine(days.due_on, CLOSING):
                continue
            if isinstance(entry, Longer):
                self._longer(days, entry.until, unit)
            elif policy == "restart" and not entry.is_fee:
                self._again(days, n, self.resumes(entry.answered).date(), unit)
            else:
                self._stop(days, entry, unit)
        return days.due_on

    def _longer(self, days: Days, until: date, unit: str) -> None:
        if until > days.due_on:
            days.left = self.between(days.since, until, unit)
            days.due_on = days.floor = until

    def _again(self, days: Days, n: int, since: date, unit: str) -> None:
        days.left, days.since = n, since
        days.due_on = self.ends(days, unit)
        if days.floor > days.due_on:
            days.left, days.due_on = self.between(since, days.floor, unit), days.floor

    def _stop(self, days: Days, stop: Stop, unit: str) -> None:
        asked_on = max(stop.asked.date(), days.since)
        is_same_day = stop.answered.date() <= asked_on
        days.left = max(days.left - self.between(days.since, asked_on, unit), 0)
        days.since = asked_on if is_same_day else self.resumes(stop.answered).date()
        days.due_on = max(days.due_on, self.ends(days, unit))

    def last_day_of_766(self, accepted: datetime, n: int, entries: list[Stop | Longer]) -> date:
        """The last working day for which end - start - sum(completed - requested) <= term, in working days."""
        start = self.resumes(accepted).date()
        allowed = n
        last = self.ends(Days(left=n, since=start, due_on=start), "working_day")
        for entry in entries:
            at = entry.granted if isinstance(entry, Longer) else entry.asked
            if at > datetime.combine(last, CLOSING):
                continue
            if isinstance(entry, Longer):
                allowed = max(allowed, self.between(start, entry.until, "working_day"))
            elif not entry.is_fee:
                asked_on = max(entry.asked.date(), start)
                allowed += self.between(asked_on, entry.answered.date(), "working_day")
            last = self.ends(Days(left=allowed, since=start, due_on=start), "working_day")
        return last

    def due_at_of_hours(self, accepted: datetime, hours: int, stops: list[Stop]) -> datetime:
        """The end of an hour term by PAUSE: its minutes are walked, and none of a stop is counted."""
        at = self.resumes(accepted)
        left = hours * 60
        while left > 0 or any(stop.asked <= at < stop.answered for stop in stops):
            left -= self.works_at(at) and not any(stop.asked <= at < stop.answered for stop in stops)
            at += MINUTE
        return at
