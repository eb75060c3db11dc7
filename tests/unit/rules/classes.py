"""Classes as the tests ask for them: under each policy of what an explanation explains, and with the recording in view."""

from datetime import datetime

from rules.book.ruleset import Policy, RuleSet
from rules.calendars.calendar import Calendar
from rules.due.classify import Classification, Recorded, class_as_recorded
from rules.due.policy_classes import policy_classes
from rules.explain.clock_explanation import ClockExplanation


def classes_of(found: ClockExplanation, ended_at: datetime | None) -> dict[Policy, Classification]:
    return policy_classes(found.calendar, found.original, found.term, found.ledger, ended_at, found.rule_set)


def as_recorded(
    calendar: Calendar, due_at: datetime, ended_at: datetime, recorded_at: datetime, rule_set: RuleSet
) -> Recorded:
    """DR-31 for a day term, in datetimes."""
    days = [calendar.local_date(one) for one in (ended_at, recorded_at, due_at)]
    return class_as_recorded(*days, is_long_after=recorded_at - ended_at > rule_set.back_dating_tolerance)
