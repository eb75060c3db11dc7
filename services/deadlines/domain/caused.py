"""What an event makes the clock say at once: the due date set or moved, the dossier finished in time (DR-08, DR-21, DR-26).

In go the states before and after a fact; out come the conclusions. Pure.
"""

from datetime import datetime

from events.deadline import DeadlineMet, DeadlineMoved, DeadlineSet
from events.dossier import GivenTerm
from rules.classify import classify
from rules.errors import RulesError
from services.deadlines.domain.arming import Pinned, computed_due_at, due_when_ended, policies
from services.deadlines.domain.facts import Accepted, Ended, Fact, PauseClosed, Promised
from services.deadlines.domain.outputs import CLOCK, Cause, Conclusion
from services.deadlines.domain.state import Clock, DossierState


def conclusions_of(before: DossierState, after: DossierState, fact: Fact, pins: Pinned) -> tuple[Conclusion, ...]:
    """What follows from the fact itself; at most one conclusion."""
    old, new = before.clock, after.clock
    if not isinstance(old, Clock) or not isinstance(new, Clock):
        return ()
    match fact:
        case Accepted():
            return (_set(fact, new, pins),)
        case PauseClosed() if old.lawful_due_at != new.lawful_due_at:
            return (_moved(fact, old, new, after, pins),)
        case Promised() if old.promised_due_at != new.promised_due_at:
            return (_reappointed(fact, old, new, pins),)
        case Ended():
            return _met(fact, new, after, pins)
        case _:
            return ()


def _cause(fact: Fact) -> Cause:
    return Cause(event_id=fact.event_id, seq=fact.seq, is_history=fact.is_history)


def _set(fact: Accepted, clock: Clock, pins: Pinned) -> Conclusion:
    local, calendar, term = pins.calendar.local, pins.calendar, pins.term
    is_given = fact.appointment_at is not None
    data = DeadlineSet(
        clock=CLOCK,
        original_due_at=local(clock.original_due_at),
        lawful_due_at=local(clock.lawful_due_at),
        promised_due_at=local(clock.promised_due_at),
        due_on=clock.due_on,
        accepted_at=local(fact.occurred_at),
        effective_start_at=local(clock.effective_start_at),
        term=GivenTerm(value=term.value, unit=term.unit) if term else None,
        given_by="source_system" if is_given else "rules",
        computed_due_at=computed_due_at(fact, pins),
        classify_by=clock.basis,
        policy=pins.rule_set.supplement_policy,
        procedure_code=fact.procedure_code,
        calendar_id=calendar.calendar_id,
        calendar_version=calendar.version,
        rule_set_version=pins.rule_set.rule_set_id,
        time_zone=str(calendar.zone),
    )
    return Conclusion(data=data, kind="", occurred_at=fact.occurred_at, cause=_cause(fact))


def _moved(fact: PauseClosed, old: Clock, new: Clock, after: DossierState, pins: Pinned) -> Conclusion:
    local = pins.calendar.local
    pause_due_at, restart_due_at, rule = policies(old, after.ledger, pins)
    data = DeadlineMoved(
        clock=CLOCK,
        original_due_at=local(new.original_due_at),
        lawful_due_at=local(new.lawful_due_at),
        promised_due_at=local(new.promised_due_at),
        due_on=new.due_on,
        cause="supplement_completed",
        rule=rule,
        previous_lawful_due_at=local(old.lawful_due_at),
        previous_promised_due_at=local(old.promised_due_at),
        pause_due_at=pause_due_at,
        restart_due_at=restart_due_at,
    )
    return Conclusion(data=data, kind=f":{fact.event_id}", occurred_at=fact.occurred_at, cause=_cause(fact))


def _reappointed(fact: Promised, old: Clock, new: Clock, pins: Pinned) -> Conclusion:
    local = pins.calendar.local
    data = DeadlineMoved(
        clock=CLOCK,
        original_due_at=local(new.original_due_at),
        lawful_due_at=local(new.lawful_due_at),
        promised_due_at=local(new.promised_due_at),
        due_on=new.due_on,
        cause="reappointment",
        rule="DR-26",
        previous_lawful_due_at=local(old.lawful_due_at),
        previous_promised_due_at=local(old.promised_due_at),
    )
    return Conclusion(data=data, kind=f":{fact.event_id}", occurred_at=fact.occurred_at, cause=_cause(fact))


def _met(fact: Ended, clock: Clock, after: DossierState, pins: Pinned) -> tuple[Conclusion, ...]:
    """Early or on time, else nothing: for what ended late, the breach was said when it fell due."""
    try:
        lawful_due_at, is_new = due_when_ended(clock, after.ledger, fact.occurred_at, pins)
    except RulesError:
        # Contradicting pauses: the due date that was last told stands.
        lawful_due_at, is_new = clock.lawful_due_at, False
    outcome = classify(pins.calendar, lawful_due_at, fact.occurred_at, clock.basis)
    if outcome not in {"early", "on_time"}:
        return ()
    local = pins.calendar.local
    data = DeadlineMet(
        clock=CLOCK,
        original_due_at=local(clock.original_due_at),
        lawful_due_at=local(lawful_due_at),
        promised_due_at=local(_promised(clock, lawful_due_at, is_new=is_new)),
        due_on=local(lawful_due_at).date(),
        ended_at=local(fact.occurred_at),
        ended_by=fact.ended_by,
        outcome="early" if outcome == "early" else "on_time",
    )
    return (Conclusion(data=data, kind="", occurred_at=fact.occurred_at, cause=_cause(fact)),)


def _promised(clock: Clock, lawful_due_at: datetime, *, is_new: bool) -> datetime:
    return lawful_due_at if is_new else clock.promised_due_at
