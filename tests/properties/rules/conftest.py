"""An oracle for the rules that shares no code with them: it reads the calendar's file itself and walks.

Days are walked one by one and working time minute by minute, in naive local time, with nothing precomputed.
"""

import tomllib
from datetime import date, datetime, time, timedelta
from importlib.resources import files

import pytest

from rules.calendar import Calendar
from rules.rulebook import Rulebook
from rules.rulebook_files import load_rulebook
from rules.ruleset import RuleSet

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


class Oracle:
    def __init__(self, file_name: str) -> None:
        text = (files("rules") / "data" / "calendars" / file_name).read_text(encoding="utf-8")
        published = tomllib.loads(text)
        exceptions = published.get("exceptions", [])
        self.off = {row["date"] for row in exceptions if row["kind"] == "off"}
        self.make_up = {row["date"] for row in exceptions if row["kind"] == "make_up"}
        self.periods = [(period["start"], period["end"]) for period in published["sessions"][0]["periods"]]

    def works_on(self, day: date) -> bool:
        return day in self.make_up or (day.weekday() < 5 and day not in self.off)

    def works_at(self, at: datetime) -> bool:
        clock = at.time()
        return self.works_on(at.date()) and any(start <= clock < end for start, end in self.periods)

    def start(self, at: datetime) -> datetime:
        while not self.works_at(at):
            at = at.replace(second=0, microsecond=0) + MINUTE
        return at

    def closing(self, day: date) -> datetime:
        minute = datetime.combine(day, time(23, 59))
        while not self.works_at(minute):
            minute -= MINUTE
        return minute + MINUTE

    def after_days(self, day: date, n: int) -> date:
        while n > 0:
            day += DAY
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

    def minutes_between(self, after: datetime, until: datetime) -> int:
        minutes = 0
        while after < until:
            minutes += self.works_at(after)
            after += MINUTE
        return minutes

    def after_minutes(self, at: datetime, n: int) -> datetime:
        at = self.start(at)
        while n > 0:
            n -= self.works_at(at)
            at += MINUTE
        return at

    def days_between(self, after: date, until: date) -> int:
        days = 0
        while after < until:
            after += DAY
            days += self.works_on(after)
        return days


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load_rulebook()


@pytest.fixture(scope="session")
def calendar(rulebook: Rulebook) -> Calendar:
    return rulebook.default_calendar


@pytest.fixture(scope="session")
def amsterdam(rulebook: Rulebook) -> Calendar:
    return rulebook.calendar("weekdays-amsterdam")


@pytest.fixture(scope="session")
def rule_set(rulebook: Rulebook) -> RuleSet:
    return rulebook.default_rule_set


@pytest.fixture(scope="session")
def oracle() -> Oracle:
    return Oracle("vn-standard.toml")
