"""The class of one ending under each policy for supplements, side by side (DR-20 to DR-23). Pure."""

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from events.deadline import Policy
from rules.book.ruleset import POLICIES, RuleSet
from rules.calendars.calendar import Calendar
from rules.due.classify import Classification, classify
from rules.due.supplement import Ledger, Pause, adjusted_due, qd766_class
from rules.due.terms import Due, Term
from rules.errors import RulesError


def policy_classes(
    calendar: Calendar, original: Due, term: Term | None, ledger: Ledger, ended_at: datetime | None, rule_set: RuleSet
) -> dict[Policy, Classification]:
    """Classify an ending under each policy; a dossier that ends while it waits, with what was left of its term then (B18).

    766 instead ends its clock at the unanswered request (DR-22). What has not ended is `unknown`, never on time, unless 766
    says otherwise; so is what a policy can't give a due date for.
    """
    class_by = classes_by_policy(calendar, original, term, ledger, ended_at, rule_set)
    return {policy: class_by(policy) for policy in POLICIES}


def classes_by_policy(
    calendar: Calendar, original: Due, term: Term | None, ledger: Ledger, ended_at: datetime | None, rule_set: RuleSet
) -> Callable[[Policy], Classification]:
    """Give what `policy_classes` says of one policy at a time, for those who know the class under another already."""
    answered = ledger if ended_at is None else closed(ledger, ended_at)

    def class_by(policy: Policy) -> Classification:
        try:
            if policy == "qd766":
                return qd766_class(calendar, original, term, ledger, ended_at, rule_set)
            moved = adjusted_due(calendar, original, term, answered, rule_set, policy).due
            return classify(calendar, moved.due_at if moved else None, ended_at, original.basis)
        except RulesError:
            return "unknown"

    return class_by


def closed(ledger: Ledger, ended_at: datetime) -> Ledger:
    """Close an open pause at the ending of the dossier, which is no answer (B18), so that it can be classified."""
    return tuple(
        replace(entry, completed_at=max(ended_at, entry.requested_at), is_answered=False)
        if isinstance(entry, Pause) and entry.completed_at is None
        else entry
        for entry in ledger
    )
