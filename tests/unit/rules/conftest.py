"""What the tests of the rules share: the published rulebook, and the rows of Appendix A of the domain report."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from rules.book.rulebook import Rulebook
from rules.book.rulebook_files import load_rulebook
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load_rulebook()


@pytest.fixture(scope="session")
def calendar(rulebook: Rulebook) -> Calendar:
    return rulebook.calendar("vn-standard")


@pytest.fixture(scope="session")
def amsterdam(rulebook: Rulebook) -> Calendar:
    return rulebook.calendar("weekdays-amsterdam")


@pytest.fixture(scope="session")
def rule_set(rulebook: Rulebook) -> RuleSet:
    return rulebook.default_rule_set


class Vietnam:
    """Reads local Vietnamese times: `vn("2026-02-11T10:20")`."""

    zone = ZoneInfo("Asia/Ho_Chi_Minh")

    def __call__(self, local: str) -> datetime:
        return datetime.fromisoformat(local).replace(tzinfo=self.zone)


@pytest.fixture(scope="session")
def vn() -> Vietnam:
    return Vietnam()
