"""An oracle for the rules that shares no code with them: it reads the calendar's file itself and walks.

Days are walked one by one; working time minute by minute, and second by second at both ends; in naive local time, with
nothing precomputed. Where the code looks up a table, this counts on its fingers.
"""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from importlib.resources import files
from typing import Any

DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
CUT_OFF = time(15)


def published(name: str) -> dict[str, Any]:
    """What stands in a calendar's file."""
    return tomllib.loads((files("rules") / "data" / "calendars" / f"{name}.toml").read_text(encoding="utf-8"))


class Oracle:
    """Walks through one calendar; what lies over another calendar is given after it."""

    def __init__(self, *layers: Mapping[str, Any]) -> None:
        whole: dict[str, Any] = {}
        self.days: dict[date, Mapping[str, Any]] = {}
        for layer in layers:
            whole |= layer
            self.days |= {row["date"]: row for row in layer.get("exceptions", ())}
        self.week, self.open_week = whole["working_weekdays"], whole["intake_weekdays"]
        self.regimes, self.counters = whole["sessions"], whole.get("intake_sessions", [])

    # Days.

    def works_on(self, day: date) -> bool:
        if day in self.days:
            return self.days[day]["kind"] == "make_up"
        return day.isoweekday() in self.week

    def after_days(self, day: date, n: int) -> date:
        while n > 0:
            day += DAY
            n -= self.works_on(day)
        return day

    def before_days(self, day: date, n: int) -> date:
        while n > 0:
            day -= DAY
            n -= self.works_on(day)
        return day

    def rolled(self, day: date) -> date:
        while not self.works_on(day):
            day += DAY
        return day

    def after_months(self, day: date, n: int) -> date:
        year, month = day.year, day.month
        for _ in range(n):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
        for number in range(day.day, 0, -1):
            try:
                return date(year, month, number)
            except ValueError:
                continue
        raise AssertionError(day)

    def days_between(self, after: date, until: date) -> int:
        days = 0
        while after < until:
            after += DAY
            days += self.works_on(after)
        return days

    # Time.

    def hours_on(self, day: date) -> list[tuple[time, time]]:
        hours: list[tuple[time, time]] = []
        for regime in self.regimes:
            if regime["valid_from"] <= day:
                hours = [(period["start"], period["end"]) for period in regime["periods"]]
        return hours if self.works_on(day) else []

    def works_at(self, at: datetime) -> bool:
        return any(start <= at.time() < end for start, end in self.hours_on(at.date()))

    def is_counter_open_at(self, at: datetime) -> bool:
        day = at.date()
        if self.works_on(day):
            return self.works_at(at)
        is_open = self.days[day]["open_for_intake"] if day in self.days else day.isoweekday() in self.open_week
        hours = [
            (period["start"], period["end"])
            for regime in self.counters
            if day.isoweekday() in regime["weekdays"] and regime["valid_from"] <= day
            for period in regime["periods"]
        ]
        return is_open and any(start <= at.time() < end for start, end in hours)

    def start(self, at: datetime) -> datetime:
        while not self.works_at(at):
            at = self._onward(at)
        return at

    def closing(self, day: date) -> datetime:
        minute = datetime.combine(day, time(23, 59))
        while not self.works_at(minute):
            minute -= MINUTE
        return minute + MINUTE

    def opening(self, day: date) -> datetime:
        minute = datetime.combine(day, time(0))
        while not self.works_at(minute):
            minute += MINUTE
        return minute

    def seconds_between(self, after: datetime, until: datetime) -> int:
        seconds = 0
        while after < until:
            step = SECOND if after.second or until - after < MINUTE else MINUTE
            if self.hours_on(after.date()) == [] and until.date() > after.date():
                step = datetime.combine(after.date() + DAY, time(0)) - after
            elif self.works_at(after):
                seconds += step.seconds
            after += step
        return seconds

    def after_seconds(self, at: datetime, n: int) -> datetime:
        at = self.start(at)
        while n > 0:
            if not self.works_at(at):
                at = self._onward(at)
                continue
            step = SECOND if at.second or n < 60 else MINUTE
            n -= step.seconds
            at += step
        return at

    def before_seconds(self, at: datetime, n: int) -> datetime:
        while n > 0:
            step = SECOND if at.second or n < 60 else MINUTE
            at -= step
            if not self.works_on(at.date()):
                at = datetime.combine(at.date(), time(0))
            elif self.works_at(at):
                n -= step.seconds
        return at

    def _onward(self, at: datetime) -> datetime:
        if self.hours_on(at.date()) == []:
            return datetime.combine(at.date() + DAY, time(0))
        return at.replace(second=0, microsecond=0) + MINUTE

    # Terms.

    def due_at(self, accepted_at: datetime, value: int, unit: str) -> datetime:
        start = self.start(accepted_at)
        day = start.date()
        if unit == "hour":
            return self.after_seconds(start, value * 3600)
        if unit == "working_day":
            return self.closing(self.after_days(day, value))
        if unit == "same_day":
            return self.closing(day if start.time() <= CUT_OFF else self.after_days(day, 1))
        nominal = self.after_months(day, value) if unit == "month" else day + value * DAY
        return self.closing(self.rolled(nominal))
