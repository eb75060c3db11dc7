"""Tell how a due date was counted, day by day and stop by stop, so that anybody can redo the sum by hand.

In go the same things as to `rules.due.terms.due`, and for a whole clock its ledger; out comes every day between the
effective start and the due date, counted or skipped and why, and what each pause and extension did under each policy
(DR-23). Pure. The days come from `rules.explain.counted_days`; what an entry of the ledger did was noted as the due dates were
counted (`rules.due.supplement`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from events.deadline import Policy
from rules.book.ruleset import POLICIES, RuleSet
from rules.calendars.calendar import Calendar
from rules.due.entry_effects import MOVES, EntryEffect
from rules.due.supplement import (
    AdjustedDue,
    Extension,
    Ledger,
    Pause,
    adjusted_due,
)
from rules.due.terms import Due, Term, due
from rules.explain.counted_days import CountedDay, counted_days


@dataclass(frozen=True, slots=True, kw_only=True)
class DueExplanation:
    """A due date with everything that led to it. `rules` are the rule ids in the order of their application.

    `is_provisional`: a day was counted for which no calendar is published yet (CAL-6).
    """

    accepted_at: datetime
    term: Term
    due: Due
    days: tuple[CountedDay, ...]
    calendar_id: str
    calendar_version: str
    rule_set_id: str
    rules: tuple[str, ...]
    is_provisional: bool

    def to_json(self) -> dict[str, Any]:
        """Give a plain structure of strings, numbers, lists and dicts; instants are ISO with their offset."""
        return {
            "accepted_at": self.accepted_at.isoformat(),
            "term": {"value": self.term.value, "unit": self.term.unit},
            "effective_start": self.due.effective_start_at.isoformat(),
            "due_at": self.due.due_at.isoformat(),
            "due_on": self.due.due_on.isoformat(),
            "basis": self.due.basis,
            "counted_days": sum(day.counted for day in self.days),
            "days": [day_json(day) for day in self.days],
            "calendar_id": self.calendar_id,
            "calendar_version": self.calendar_version,
            "rule_set_version": self.rule_set_id,
            "rules": list(self.rules),
            "is_provisional": self.is_provisional,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedEntry:
    """A pause or an extension, and what it did under each policy, as the due dates were counted.

    Of a pause that has ended the days waited are told as bare local days after the day of the request, up to and
    including the day of completion: how many, and how many of them working days.
    """

    entry: Pause | Extension
    days_waited: int | None
    working_days_waited: int | None
    effects: Mapping[Policy, EntryEffect]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockExplanation:
    """A whole clock: the original due date with its days, each entry of the ledger, and the three due dates (DR-23).

    `days` is empty for an appointment that a source stated, since nothing was counted. `lawful` is the policy that the
    rule set declares lawful. `rules` are the rule ids that had a part in the lawful due date.
    """

    started_at: datetime
    term: Term | None
    original: Due
    days: tuple[CountedDay, ...]
    ledger: Ledger
    entries: tuple[ExplainedEntry, ...]
    policies: tuple[AdjustedDue, ...]
    lawful: Policy
    rules: tuple[str, ...]
    calendar: Calendar = field(repr=False)
    rule_set: RuleSet = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Give a plain structure; instants are ISO with their offset, the policies in the order of `POLICIES`."""
        return {
            "started_at": self.started_at.isoformat(),
            "effective_start": self.original.effective_start_at.isoformat(),
            "term": None if self.term is None else {"value": self.term.value, "unit": self.term.unit},
            "basis": self.original.basis,
            "rule": self.original.rule,
            "rules": list(self.rules),
            "count_rules": list(_counting_rules(self.original, self.days)),
            "lawful_rule": self._lawful_rule(),
            "calendar_id": self.calendar.calendar_id,
            "calendar_version": self.calendar.version,
            "rule_set_version": self.rule_set.rule_set_id,
            "due_at": self.original.due_at.isoformat(),
            "counted_days": sum(day.counted for day in self.days),
            "days": [day_json(day) for day in self.days],
            "ledger": [_entry_json(entry) for entry in self.entries],
            "policies": [self._policy_json(adjusted) for adjusted in self.policies],
        }

    def _policy_json(self, adjusted: AdjustedDue) -> dict[str, Any]:
        return {
            "policy": adjusted.policy,
            "applied": adjusted.applied,
            "rule": adjusted.rule,
            "is_lawful": adjusted.policy == self.lawful,
            "due_at": _iso(adjusted.due.due_at if adjusted.due else None),
            "running_from_at": adjusted.running_from_at.isoformat(),
            "is_overdue_by_rule": adjusted.is_overdue_by_rule,
        }

    def _lawful_rule(self) -> str:
        """The rule by which the lawful due date was moved last, else the one of the first count."""
        moving = [one.effects[self.lawful] for one in self.entries]
        return next((one.rule for one in reversed(moving) if one.effect in MOVES), self.original.rule)

    def under(self, policy: Policy) -> AdjustedDue:
        """Give the due date under one policy."""
        return next(adjusted for adjusted in self.policies if adjusted.policy == policy)


def explain_due(calendar: Calendar, accepted_at: datetime, term: Term, rule_set: RuleSet) -> DueExplanation:
    """Give the due date of a term and the days that were counted. Raises what `rules.due.terms.due` raises."""
    computed = due(calendar, accepted_at, term, rule_set)
    days = counted_days(calendar, computed, term)
    return DueExplanation(
        accepted_at=calendar.local(accepted_at),
        term=term,
        due=computed,
        days=days,
        calendar_id=calendar.calendar_id,
        calendar_version=calendar.version,
        rule_set_id=rule_set.rule_set_id,
        rules=_counting_rules(computed, days),
        is_provisional=not all(calendar.spec.is_published(one.day) for one in days),
    )


def explain_clock(
    calendar: Calendar, started_at: datetime, term: Term | None, original: Due, ledger: Ledger, rule_set: RuleSet
) -> ClockExplanation:
    """Give everything that led to the due dates of a clock. Raises what `rules.due.supplement.adjusted_due` raises."""
    days = () if term is None or original.rule == "appointment" else counted_days(calendar, original, term)
    policies = tuple(adjusted_due(calendar, original, term, ledger, rule_set, policy) for policy in POLICIES)
    entries = tuple(
        _entry(calendar, entry, {adjusted.policy: adjusted.effects[n] for adjusted in policies})
        for n, entry in enumerate(ledger)
    )
    lawful = rule_set.supplement_policy
    return ClockExplanation(
        started_at=calendar.local(started_at),
        term=term,
        original=original,
        days=days,
        ledger=ledger,
        entries=entries,
        policies=policies,
        lawful=lawful,
        rules=_counting_rules(original, days) + _ledger_rules(entries, lawful),
        calendar=calendar,
        rule_set=rule_set,
    )


def _counting_rules(computed: Due, days: tuple[CountedDay, ...]) -> tuple[str, ...]:
    has_make_up = any(day.reason == "make_up" for day in days)
    return ("DR-01", computed.rule, *(("DR-07",) if has_make_up else ()))


def _ledger_rules(entries: tuple[ExplainedEntry, ...], lawful: Policy) -> tuple[str, ...]:
    """Give the rules by which the ledger moved the lawful due date, or did not, each once and in order."""
    rules = [entry.effects[lawful].rule for entry in entries]
    return tuple(dict.fromkeys(rule for rule in rules if rule))


def _entry(calendar: Calendar, entry: Pause | Extension, effects: Mapping[Policy, EntryEffect]) -> ExplainedEntry:
    days_waited = working_days_waited = None
    if isinstance(entry, Pause) and entry.completed_at is not None:
        from_on, until_on = calendar.local_date(entry.requested_at), calendar.local_date(entry.completed_at)
        days_waited = (until_on - from_on).days
        working_days_waited = calendar.working_days_between(from_on, until_on)
    return ExplainedEntry(
        entry=entry,
        days_waited=days_waited,
        working_days_waited=working_days_waited,
        effects=effects,
    )


def _entry_json(explained: ExplainedEntry) -> dict[str, Any]:
    entry = explained.entry
    if isinstance(entry, Extension):
        about: dict[str, Any] = {
            "cause": "extension",
            "from_at": entry.granted_at.isoformat(),
            "until_at": entry.new_due_at.isoformat(),
            "legal_basis": entry.legal_basis,
        }
    else:
        about = {
            "cause": entry.cause,
            "from_at": entry.requested_at.isoformat(),
            "until_at": _iso(entry.completed_at),
            "legal_basis": None,
        }
    effects = {
        policy: {"effect": one.effect, "rule": one.rule or None, "due_at": _iso(one.due.due_at if one.due else None)}
        for policy, one in explained.effects.items()
    }
    waited = {"days_waited": explained.days_waited, "working_days_waited": explained.working_days_waited}
    return about | waited | {"effects": effects}


def day_json(day: CountedDay) -> dict[str, Any]:
    """Give one day as a plain structure; what it doesn't have is left out."""
    plain: dict[str, Any] = {"day": day.day.isoformat(), "counted": day.counted, "reason": day.reason}
    optional = {"name": day.name, "name_en": day.name_en, "legal_source": day.legal_source, "minutes": day.minutes}
    return plain | {key: value for key, value in optional.items() if value is not None}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
