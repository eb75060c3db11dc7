"""What the clock judges and everybody else copies: the class of an ending, the class of an apology (DR-08, DR-31, AR-07).

Statistics, page and reports never judge: they take `EndingClassified` and `ApologyClassified` as they were said.
"""

from datetime import date
from typing import Any

from msgspec.structs import replace

from events.deadline import ApologyClassified, ApologyRequired, EndingClassified, Outcome
from rules.book.ruleset import POLICIES, Policy
from rules.clocks.instants import Instant, instant, length
from rules.clocks.ledger import asked_of
from rules.clocks.state import Clock, Ending
from rules.clocks.transition import Transition
from rules.due.apology import apology_class
from rules.due.classify import Recorded, class_as_recorded
from rules.due.policy_classes import policy_classes
from rules.errors import RulesError


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
    outcome, classes = _classes(transition, clock, ending, judged, is_approved=is_approved)
    rule = "DR-09" if judged is None else "DR-31" if judged.is_backdated else "DR-08"
    local = transition.zone.local
    transition.emit_verdict(
        ending.at,
        f":{ending.event_id}",
        EndingClassified,
        target_event_id=ending.event_id,
        ended_at=local(ending.at),
        ended_by=ending.event_type,
        outcome=outcome,
        judged_due_at=None if clock is None else local(clock.lawful_due_at),
        judged_due_on=None if clock is None else date.fromordinal(clock.due_on),
        classify_by=None if clock is None else clock.basis,
        pause_outcome=classes["pause"],
        restart_outcome=classes["restart"],
        qd766_outcome=classes["qd766"],
        is_backdated=judged is not None and judged.is_backdated,
        is_approved=is_approved,
        rule=rule,
    )


def _classes(
    transition: Transition, clock: Clock | None, ending: Ending, judged: Recorded | None, *, is_approved: bool
) -> tuple[Outcome, dict[Policy, Outcome]]:
    """The verdict and the class under every policy; what was recorded too late to be believed counts as of its recording."""
    if clock is None or judged is None:
        return "unknown", dict.fromkeys(POLICIES, "unknown")
    is_doubtful = judged.is_backdated and not is_approved
    outcome = judged.classification if is_doubtful else transition.class_at(clock, ending.at)
    return outcome, _by_every_policy(transition, clock, outcome, ending.recorded_at if is_doubtful else ending.at)


def _by_every_policy(transition: Transition, clock: Clock, outcome: Outcome, at: Instant) -> dict[Policy, Outcome]:
    """The class under every policy (DR-23); the lawful one is the verdict itself. Without a ledger they are all the same."""
    legal_context, ledger = transition.require_legal_context(), transition.state.ledger
    if not ledger:
        return dict.fromkeys(POLICIES, outcome)
    lawful = legal_context.rule_set.supplement_policy
    try:
        asked = asked_of(transition, clock, ledger)
    except RulesError:
        return {**dict.fromkeys(POLICIES, "unknown"), lawful: outcome}
    found = policy_classes(
        legal_context.calendar, asked.original, asked.term, asked.ledger, instant(at), legal_context.rule_set
    )
    return {**found, lawful: outcome}


def emit_apology_class(transition: Transition, clock: Clock, breached_at: Instant | None = None) -> None:
    """Emit what was done about the apology that is owed, if anything was (AR-07).

    A letter counts also where it had been waived. `breached_at`: the obligation came to be by the passing of time.
    """
    apology, local = transition.state.apology, transition.zone.local
    if not apology.is_required or not (apology.is_sent or apology.is_waived):
        return
    sent_at = local(apology.sent_at) if apology.is_sent else None
    latest_at = local(clock.latest_at)
    found = apology_class(latest_at, local(clock.lawful_due_at), sent_at, is_waived=apology.is_waived)
    fields: dict[str, Any] = {
        **transition.dues(clock),
        "apology_class": found,
        "latest_at": latest_at,
        "sent_at": sent_at,
        "held_by_unit_id": clock.unit_id or transition.state.holder_unit_id,
    }
    if breached_at is None:
        transition.emit(clock, f":{found}:{transition.caused_by().event_id}", ApologyClassified, **fields)
    else:
        transition.emit_due(breached_at, clock, f":{found}", ApologyClassified, **fields)


def owe_again(transition: Transition, clock: Clock) -> None:
    """A breach whose apology had lapsed stands, since the clock goes on with its old due date: the apology is owed again."""
    apology = transition.state.apology
    if not clock.is_breached or apology.is_required:
        return
    transition.state = replace(transition.state, apology=replace(apology, is_required=True))
    latest_at, holder, tag = (
        transition.zone.local(clock.latest_at),
        transition.state.holder_unit_id,
        f":{transition.caused_by().event_id}",
    )
    transition.emit(clock, tag, ApologyRequired, **transition.dues(clock), latest_at=latest_at, held_by_unit_id=holder)
    emit_apology_class(transition, clock)
