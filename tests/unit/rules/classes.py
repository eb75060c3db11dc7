"""Classes as the tests ask for them: under each policy of what an explanation explains, and with the recording in view."""

from datetime import datetime, timedelta
from typing import NamedTuple

from rules.book.ruleset import Policy
from rules.calendars.calendar import Calendar
from rules.clocks.instants import instant, length, micros
from rules.due.classify import Classification, classify, late_from
from rules.due.policy_classes import policy_classes
from rules.due.recorded import judged_instant
from rules.due.terms import Basis
from rules.explain.clock_explanation import ClockExplanation


def classes_of(found: ClockExplanation, ended_at: datetime | None) -> dict[Policy, Classification]:
    return policy_classes(found.calendar, found.original, found.term, found.ledger, ended_at, found.rule_set)


class Recorded(NamedTuple):
    """The class of an ending as its record supports it, and whether that came suspiciously late (DR-31)."""

    classification: Classification
    is_backdated: bool


def as_recorded(
    calendar: Calendar,
    due_at: datetime,
    ended_at: datetime,
    recorded_at: datetime,
    tolerance: timedelta,
    basis: Basis = "date",
) -> Recorded:
    """DR-31 in datetimes."""
    limit = micros(late_from(calendar, due_at, basis)) - 1
    judged = judged_instant(micros(ended_at), micros(recorded_at), (limit,), length(tolerance))
    return Recorded(classify(calendar, due_at, instant(judged.at), basis), judged.is_recorded_late)
