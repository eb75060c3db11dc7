"""Offices to ask about: each a calendar as the rules build it, and the oracle that reads the same data by itself."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from rules.book.rulebook import Rulebook
from rules.book.rulebook_files import load_rulebook
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.calendars.spec import parse_calendar
from tests.properties.rules.oracle import Oracle, published


def regime(valid_from: date, *periods: tuple[time, time]) -> dict[str, Any]:
    hours = [{"start": start, "end": end} for start, end in periods]
    return {"valid_from": valid_from, "periods": hours, "source_status": "unverified"}


# Summer hours, then a winter with a short break: sessions of two, three and four and a half hours.
OTHER_HOURS = [
    regime(date(2025, 6, 16), (time(7), time(11)), (time(13, 30), time(17, 30))),
    regime(date(2026, 1, 5), (time(7, 30), time(12)), (time(12, 30), time(15, 30)), (time(15, 35), time(17, 35))),
]


@dataclass(frozen=True, slots=True)
class Office:
    calendar: Calendar
    oracle: Oracle


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load_rulebook()


@pytest.fixture(scope="session", params=["vn-standard", "vn-saturday-morning", "other hours"])
def office(request: pytest.FixtureRequest, rulebook: Rulebook) -> Office:
    standard = published("vn-standard")
    if request.param == "vn-standard":
        return Office(rulebook.default_calendar, Oracle(standard))
    if request.param == "vn-saturday-morning":
        return Office(rulebook.calendar("vn-saturday-morning"), Oracle(standard, published("vn-saturday-morning")))
    data = standard | {"id": "vn-other-hours", "sessions": [*standard["sessions"], *OTHER_HOURS]}
    return Office(Calendar(parse_calendar(data, ZoneInfo(data["time_zone"]))), Oracle(data))


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
    return Oracle(published("vn-standard"))
