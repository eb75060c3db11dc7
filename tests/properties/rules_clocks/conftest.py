"""What these properties share: the published rules, and an oracle that walks."""

import pytest

from rules.book.rulebook import Rulebook
from rules.book.rulebook_files import load_rulebook
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from tests.properties.rules_clocks.walking_oracle import WalkingOracle


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load_rulebook()


@pytest.fixture(scope="session")
def calendar(rulebook: Rulebook) -> Calendar:
    return rulebook.default_calendar


@pytest.fixture(scope="session")
def rule_set(rulebook: Rulebook) -> RuleSet:
    return rulebook.default_rule_set


@pytest.fixture(scope="session")
def oracle() -> WalkingOracle:
    return WalkingOracle()
