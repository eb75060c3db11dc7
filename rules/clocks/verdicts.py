"""What the clock judges of an ending, and everybody else copies (DR-08, DR-31); of an apology see `obligations`.

Statistics, page and reports never judge: they take `EndingClassified` and `ApologyClassified` as they were emitted.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from events.deadline import EndingClassified, Outcome, Policy, StepBreached, fields_by_policy
from rules.clocks.instants import Instant, instant
from rules.clocks.ledger import asked_of
from rules.clocks.state import Clock, Ending
from rules.clocks.transition import Transition
from rules.due.policy_classes import classes_by_policy, closed
from rules.due.supplement import Ledger
from rules.errors import RulesError

OUTCOME_FIELDS: Final = tuple(fields_by_policy(EndingClassified, "_outcome").items())
"""Every policy with the field of `EndingClassified` that has its class, in the order of the fields."""
_OUTCOME_NAMES: Final = tuple(name for _, name in OUTCOME_FIELDS)


def emit_ending_class(transition: Transition, clock: Clock | None, ending: Ending) -> None:
    """Emit how an ending stands; without a clock its class is unknown, never on time (DR-09).

    Of an ending that was recorded late its recording counts, until it is approved (DR-31).
    """
    local = transition.zone.local
    said = {"target_event_id": ending.event_id, "ended_at": local(ending.at), "ended_by": ending.event_type}
    fields: dict[str, Any]
    if clock is None:
        unknown = dict.fromkeys(_OUTCOME_NAMES, "unknown")
        fields = {**said, "outcome": "unknown", **unknown, "is_backdated": False, "is_approved": False, "rule": "DR-09"}
    else:
        judged_at = ending.recorded_at if ending.is_backdated else ending.at
        outcome, is_late_record = transition.class_at(clock, judged_at), ending.is_backdated or ending.is_approved
        fields = {
            **said,
            "outcome": outcome,
            "counts_at": local(judged_at) if ending.is_backdated else None,
            "judged_due_at": local(clock.lawful_due_at),
            "judged_due_on": date.fromordinal(clock.due_on),
            "classify_by": clock.basis,
            **_by_every_policy(transition, clock, ending, outcome, judged_at),
            "is_backdated": is_late_record,
            "is_approved": ending.is_approved,
            "rule": "DR-31" if is_late_record else "DR-08",
        }
    tag = f":{ending.event_id}:{transition.caused_by().event_id}"
    transition.emit_verdict(ending.at, tag, EndingClassified, fields)


def _by_every_policy(
    transition: Transition, clock: Clock, ending: Ending, outcome: Outcome, at: Instant
) -> dict[str, Outcome]:
    """The class under every policy (DR-23); the lawful one is the verdict itself. Without a ledger they are all the same.

    What waits goes on with the ending (B18), also where that is judged by its recording (DR-31).
    """
    legal_context, ledger = transition.require_legal_context(), transition.state.ledger
    if not ledger:
        return dict.fromkeys(_OUTCOME_NAMES, outcome)
    lawful = legal_context.rule_set.supplement_policy
    try:
        asked = asked_of(transition, clock, ledger)
    except RulesError:
        return {name: outcome if policy == lawful else "unknown" for policy, name in OUTCOME_FIELDS}

    def class_by(ledger: Ledger) -> Callable[[Policy], Outcome]:
        calendar, rule_set = legal_context.calendar, legal_context.rule_set
        return classes_by_policy(calendar, asked.original, asked.term, ledger, instant(at), rule_set)

    by_766 = class_by(asked.ledger)
    by_rest = by_766 if at == ending.at else class_by(closed(asked.ledger, instant(ending.at)))
    return {
        name: outcome if policy == lawful else (by_766 if policy == "qd766" else by_rest)(policy)
        for policy, name in OUTCOME_FIELDS
    }


def emit_missed(transition: Transition, clock: Clock) -> None:
    """Say the breach that nothing had said before what ended the clock became known."""
    holder = clock.unit_id or transition.state.holder_unit_id
    transition.emit_at(
        clock.lawful_due_at,
        clock,
        "",
        StepBreached,
        **transition.dues(clock),
        held_by_unit_id=holder,
        step_code=clock.step_code,
        responsible_officer_id=clock.officer_id or transition.state.officer_id,
        to_roles=transition.require_legal_context().rule_set.part_breach_roles,
    )
