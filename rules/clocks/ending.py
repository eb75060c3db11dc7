"""How a dossier's clock ends, and what is owed afterwards: the class (DR-08, DR-31), the apology (AR-01 to AR-11), promises."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from events.deadline import DeadlineMoved
from events.dossier import IntegrityFlagRaised
from rules.clocks.facts import (
    Apologised,
    ApologyWaived,
    BackdatingApproved,
    Ended,
    EscalationAcknowledged,
)
from rules.clocks.instants import Instant, instant, micros
from rules.clocks.ledger import REOPENING, due_if_resumed, lapse
from rules.clocks.parts import emit_met, end_kind
from rules.clocks.planning import SECOND
from rules.clocks.state import Clock, Ending, Wake
from rules.clocks.transition import DOSSIER, Transition
from rules.due.apology import reappointment_problem
from rules.due.classify import classify_recorded

_DAY = timedelta(days=1)


def on_ended(transition: Transition, fact: Ended) -> None:
    """The clock stops. What is owed for a breach stays owed (domain.md 4.3)."""
    if transition.state.ending is not None:
        transition.flag("order", "domain 4.3: already-ended", f"{fact.event_type} after the end")
        return
    end_kind(transition, "transfer", "agency")
    ending = Ending(fact.event_id, fact.event_type, fact.seq, fact.at, fact.known_at)
    transition.state = replace(transition.state, ending=ending)
    clock = transition.state.clock(DOSSIER)
    if clock is not None:
        clock = _judged(transition, clock, fact)
        is_owed = transition.state.apology.is_required
        owed = tuple(wake for wake in clock.ahead if wake.name in ("B1", "B2", "B3")) if is_owed else ()
        transition.put(replace(clock, ahead=owed, is_paused=False))
    transition.state = replace(
        transition.state, clocks=tuple([one for one in transition.state.clocks if one.name == DOSSIER])
    )


def _judged(transition: Transition, clock: Clock, fact: Ended) -> Clock:
    """Early or on time is said; for what ended late, the breach was said when it fell due."""
    if clock.is_paused:
        resumed = due_if_resumed(transition, clock, fact.at)
        if resumed is not None:
            due_at = micros(resumed.due_at)
            promised_at = max(clock.promised_due_at, due_at) if clock.promised_due_at > clock.lawful_due_at else due_at
            clock = replace(clock, lawful_due_at=due_at, due_on=resumed.due_on.toordinal(), promised_due_at=promised_at)
    if _is_backdated(transition, clock, fact):
        assert transition.state.ending is not None  # noqa: S101 it was set by the caller
        transition.state = replace(transition.state, ending=replace(transition.state.ending, is_backdated=True))
        transition.emit(
            clock,
            f":DR-31:{fact.event_id}",
            IntegrityFlagRaised,
            kind="backdated",
            rule="DR-31",
            detail=f"recorded {instant(fact.recorded_at).isoformat()}, after the due date that lies between",
            target_event_id=fact.event_id,
        )
        return clock
    _emit_met(transition, clock, fact.at, fact.event_type)
    return clock


def _is_backdated(transition: Transition, clock: Clock, fact: Ended) -> bool:
    if fact.is_history:
        return False
    legal_context = transition.require_legal_context()
    tolerance = legal_context.rule_set.back_dating_tolerance
    due_at, ended_at, recorded_at = (
        transition.zone.local(clock.lawful_due_at),
        instant(fact.at),
        instant(fact.recorded_at),
    )
    recorded = classify_recorded(legal_context.calendar, due_at, ended_at, recorded_at, tolerance, basis=clock.basis)
    return recorded.is_backdated


def _emit_met(transition: Transition, clock: Clock, ended_at: Instant, ended_by: str) -> None:
    # A dossier that was reopened may end twice with the same due date.
    is_again = any(entry.legal_basis == REOPENING for entry in transition.state.ledger)
    if emit_met(transition, clock, ended_at, ended_by, f":{transition.caused_by().event_id}" if is_again else ""):
        lapse(transition, clock, "ended_in_time")


def on_backdating_approved(transition: Transition, fact: BackdatingApproved) -> None:
    """A head approves an ending that was recorded late: its class is judged by its own date from now on (DR-31)."""
    ending, clock = transition.state.ending, transition.state.clock(DOSSIER)
    if ending is None or clock is None or not ending.is_backdated or ending.event_id != fact.target_event_id:
        return
    transition.state = replace(transition.state, ending=replace(ending, is_backdated=False))
    _emit_met(transition, clock, ending.at, ending.event_type)
    if not transition.state.apology.is_required:
        transition.put(replace(clock, ahead=()))


def on_apologised(transition: Transition, fact: Apologised) -> None:
    """A letter left. A new date moves the promise only (DR-26), once, and must be a later working day (AR-05)."""
    apology = transition.state.apology
    transition.state = replace(transition.state, apology=replace(apology, is_sent=True))
    clock = transition.state.clock(DOSSIER)
    if clock is None or fact.new_promised_at is None or transition.state.ending is not None:
        return
    legal_context, local = transition.require_legal_context(), transition.zone.local
    problem = reappointment_problem(
        legal_context.calendar,
        local(clock.lawful_due_at),
        local(fact.new_promised_at),
        apology.reappointments,
        legal_context.rule_set,
        basis=clock.basis,
    )
    if problem is not None:
        transition.flag("redated", "AR-05", problem)
        return
    transition.state = replace(
        transition.state, apology=replace(transition.state.apology, reappointments=apology.reappointments + 1)
    )
    second = Wake(SECOND, micros(end_of_promise(clock, local(fact.new_promised_at))))
    ahead = tuple(sorted((*clock.ahead, second), key=lambda wake: wake.at))
    moved = replace(clock, promised_due_at=fact.new_promised_at, ahead=ahead)
    transition.put(moved)
    transition.emit(
        moved,
        f":{fact.event_id}",
        DeadlineMoved,
        **transition.dues(moved),
        cause="reappointment",
        rule="DR-26",
        previous_lawful_due_at=local(clock.lawful_due_at),
        previous_promised_due_at=local(clock.promised_due_at),
    )


def end_of_promise(clock: Clock, promised_at: datetime) -> datetime:
    """A re-appointment of a day term is broken when its day is over; one of an hour term at its instant."""
    if clock.basis == "instant":
        return promised_at
    return datetime.combine(promised_at.date() + _DAY, datetime.min.time(), promised_at.tzinfo)


def on_apology_waived(transition: Transition, _fact: ApologyWaived) -> None:
    """The obligation was lifted: no letter is missed any more; one that was only in view is not awaited (AR-01, AR-07)."""
    clock, apology = transition.state.clock(DOSSIER), transition.state.apology
    if clock is not None and apology.is_pending and not apology.is_required:
        lapse(transition, clock, "waived")
    transition.state = replace(transition.state, apology=replace(transition.state.apology, is_waived=True))


def on_escalation_acknowledged(transition: Transition, fact: EscalationAcknowledged) -> None:
    """Somebody took it on in time (AL-5); later, or for another rung than the latest, it stops nothing any more."""
    escalation = transition.state.escalation
    if escalation is not None and escalation.rung == fact.rung and fact.at <= escalation.acknowledge_by:
        transition.state = replace(transition.state, escalation=replace(escalation, is_acknowledged=True))
