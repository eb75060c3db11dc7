"""What the clock judges of an ending, and everybody else copies (DR-08, DR-31); of an apology see `obligations`.

Statistics, page and reports never judge: they take `EndingClassified` and `ApologyClassified` as they were emitted.
"""

from datetime import date
from typing import Any, Final

from events.deadline import EndingClassified, Outcome, Policy, fields_by_policy
from rules.clocks.instants import Instant, instant, length
from rules.clocks.ledger import asked_of
from rules.clocks.state import Clock, Ending
from rules.clocks.transition import Transition
from rules.due.classify import Recorded, class_as_recorded
from rules.due.policy_classes import classes_by_policy
from rules.errors import RulesError

OUTCOME_FIELDS: Final = tuple(fields_by_policy(EndingClassified, "_outcome").items())
"""Every policy with the field of `EndingClassified` that has its class, in the order of the fields."""


def judge(transition: Transition, clock: Clock, ending: Ending, *, is_history: bool) -> Recorded:
    """Judge an ending by the clock's present due date. History says nothing about when its source knew (DR-31)."""
    tolerance = transition.require_legal_context().rule_set.back_dating_tolerance
    return class_as_recorded(
        transition.moment(clock, ending.at),
        transition.moment(clock, ending.recorded_at),
        clock.lawful_due_at if clock.basis == "instant" else clock.due_on,
        is_long_after=not is_history and ending.recorded_at - ending.at > length(tolerance),
    )


def emit_ending_class(
    transition: Transition, clock: Clock | None, ending: Ending, judged: Recorded | None, *, is_approved: bool = False
) -> None:
    """Emit how an ending stands; without a clock its class is unknown, never on time (DR-09)."""
    local, fact = transition.zone.local, transition.caused_by()
    fields: dict[str, Any] = {
        "target_event_id": ending.event_id,
        "ended_at": local(ending.at),
        "ended_by": ending.event_type,
    }
    if clock is None or judged is None:
        fields |= {
            "outcome": "unknown",
            **_by_policy({}, "unknown"),
            "is_backdated": False,
            "is_approved": False,
            "rule": "DR-09",
        }
    else:
        is_doubtful = judged.is_backdated and not is_approved
        outcome = transition.class_at(clock, ending.at) if is_approved else judged.classification
        fields["outcome"] = outcome
        fields["judged_due_at"] = local(clock.lawful_due_at)
        fields["judged_due_on"] = date.fromordinal(clock.due_on)
        fields["classify_by"] = clock.basis
        fields |= _by_every_policy(transition, clock, outcome, ending.recorded_at if is_doubtful else ending.at)
        fields["is_backdated"] = judged.is_backdated
        fields["is_approved"] = is_approved
        fields["rule"] = "DR-31" if judged.is_backdated else "DR-08"
    transition.emit_verdict(ending.at, f":{ending.event_id}:{fact.event_id}", EndingClassified, fields)


def _by_every_policy(transition: Transition, clock: Clock, outcome: Outcome, at: Instant) -> dict[str, Outcome]:
    """The class under every policy (DR-23); the lawful one is the verdict itself. Without a ledger they are all the same."""
    legal_context, ledger = transition.require_legal_context(), transition.state.ledger
    if not ledger:
        return _by_policy({}, outcome)
    lawful = legal_context.rule_set.supplement_policy
    try:
        asked = asked_of(transition, clock, ledger)
    except RulesError:
        return _by_policy({lawful: outcome}, "unknown")
    class_by = classes_by_policy(
        legal_context.calendar, asked.original, asked.term, asked.ledger, instant(at), legal_context.rule_set
    )
    return {name: outcome if policy == lawful else class_by(policy) for policy, name in OUTCOME_FIELDS}


def _by_policy(found: dict[Policy, Outcome], otherwise: Outcome) -> dict[str, Outcome]:
    return {name: found.get(policy, otherwise) for policy, name in OUTCOME_FIELDS}
