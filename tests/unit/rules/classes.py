"""The class under each policy of what an explanation explains."""

from datetime import datetime

from rules.book.ruleset import Policy
from rules.due.classify import Classification
from rules.due.policy_classes import policy_classes
from rules.explain.clock_explanation import ClockExplanation


def classes_of(found: ClockExplanation, ended_at: datetime | None) -> dict[Policy, Classification]:
    return policy_classes(found.calendar, found.original, found.term, found.ledger, ended_at, found.rule_set)
