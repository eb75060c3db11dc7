"""How a dossier's clock ends, and what is owed afterwards: the class (DR-08, DR-31), the apology (AR-01 to AR-11), promises."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from events.deadline import DeadlineMoved
from rules.clocks.dating import await_approval, flag_late, judged_by_instant, judged_ending
from rules.clocks.facts import (
    Apologised,
    ApologyWaived,
    Ended,
    EscalationAcknowledged,
    Fact,
)
from rules.clocks.falling_due import breach
from rules.clocks.instants import Instant, micros
from rules.clocks.ledger import due_if_resumed
from rules.clocks.obligations import lapse, letter_dated, owe_again, send, waive
from rules.clocks.parts import end_kind, given_up
from rules.clocks.planning import SECOND, latest_from
from rules.clocks.rule_values import term_of_clock
from rules.clocks.state import Clock, Ending, LateRecord, Wake
from rules.clocks.transition import DOSSIER, Handler, Transition
from rules.clocks.verdicts import emit_ending_class
from rules.due.apology import reappointment_problem
from rules.errors import CalendarExhaustedError

_DAY = timedelta(days=1)
_LETTER: Final = "apology-sent.v1"


def on_ended(transition: Transition, fact: Ended) -> None:
    """The clock stops, and its ending is judged. What is owed for a breach stays owed (domain.md 4.3)."""
    if transition.state.ending is not None:
        transition.flag("order", "domain 4.3: already-ended", f"{fact.event_type} after the end")
        return
    end_kind(transition, "transfer", "agency")
    given_up(transition)
    ending = Ending(fact.event_id, fact.event_type, fact.seq, fact.at, fact.known_at, recorded_at=fact.recorded_at)
    transition.state = replace(transition.state, ending=ending)
    clock = transition.state.clock(DOSSIER)
    if clock is None:
        emit_ending_class(transition, None, ending)
    else:
        clock = _if_resumed(transition, clock, fact.at) if clock.is_paused else clock
        clock = _judge(transition, clock, fact, ending)
        transition.put(replace(clock, ahead=_owed(transition, clock), is_paused=False, reply_by_at=0))
    if clock is None or len(transition.state.clocks) > 1:
        left = tuple([one for one in transition.state.clocks if one.name == DOSSIER])
        transition.state = replace(transition.state, clocks=left)


def _if_resumed(transition: Transition, clock: Clock, at: Instant) -> Clock:
    """The clock as if it had gone on with the ending: so what ends while it waits is judged."""
    resumed = due_if_resumed(transition, clock, at)
    if resumed is None or resumed.due is None:
        return clock
    due_at = micros(resumed.due.due_at)
    promised_at = max(clock.promised_due_at, due_at) if clock.promised_due_at > clock.lawful_due_at else due_at
    if due_at == clock.lawful_due_at:
        return replace(clock, promised_due_at=promised_at)
    # A breach that was taken back when the wait became known is none of the new due date, which follows from this ending.
    fact, context = transition.caused_by(), transition.require_legal_context()
    plan = transition.planner.by_due(context, clock.kind, resumed.due, term_of_clock(clock))
    moved = replace(clock, lawful_due_at=due_at, due_on=plan.due_on, promised_due_at=promised_at, is_breached=False)
    latest_at = latest_from(plan, micros(resumed.running_from_at))
    return replace(moved, latest_at=latest_at, armed_by=fact.event_id, armed_seq=fact.seq)


def _judge(transition: Transition, clock: Clock, fact: Ended, ending: Ending) -> Clock:
    """The class is said, and the clock given back. Whoever is late owes an apology, and whoever ended in time owes none."""
    if judged_by_instant(transition, fact, clock).is_recorded_late:
        ending = replace(ending, waits_from=fact.recorded_at)
    if judged_ending(transition, fact, clock).is_recorded_late:
        ending = replace(ending, is_backdated=True, waits_from=fact.recorded_at)
        flag_late(transition, fact, clock)
        await_approval(transition, fact)
    return _stated(transition, clock, ending)


def _stated(transition: Transition, clock: Clock, ending: Ending) -> Clock:
    if ending is not transition.state.ending:
        transition.state = replace(transition.state, ending=ending)
    if transition.class_at(clock, ending.recorded_at if ending.is_backdated else ending.at) == "late":
        clock = _late(transition, clock)
    elif not ending.is_backdated:
        lapse(transition, clock, "ended_in_time")
    emit_ending_class(transition, clock, ending)
    return clock


def _late(transition: Transition, clock: Clock) -> Clock:
    """Late also where only the record came too late (DR-31): the breach is said at its instant, if time had not said it."""
    if clock.is_breached:
        owe_again(transition, clock)
        return clock
    breach(transition, clock, clock.lawful_due_at)
    breached = transition.state.clock(DOSSIER)
    assert breached is not None  # noqa: S101 it was kept just now
    return breached


def judge_again(transition: Transition, clock: Clock, ending: Ending) -> None:
    """An ending is classified again by what an approval made count (DR-31)."""
    judged = _stated(transition, clock, ending)
    transition.put(replace(judged, ahead=_owed(transition, judged)))


def _owed(transition: Transition, clock: Clock) -> tuple[Wake, ...]:
    """What still lies ahead of a clock that has ended: the rungs after a breach, as long as a letter is owed."""
    if not transition.state.apology.is_required:
        return ()
    return tuple([wake for wake in clock.ahead if wake.name in ("B1", "B2", "B3")])


def on_apologised(transition: Transition, fact: Apologised) -> None:
    """A letter left. A new date moves the promise only (DR-26), once, and must be a later working day (AR-05)."""
    clock, given = transition.state.clock(DOSSIER), transition.state.apology.reappointments
    send(transition, clock, _letter_counts_at(transition, fact, clock), fact.event_id)
    if clock is None or fact.new_promised_at is None or transition.state.ending is not None:
        return
    legal_context, local = transition.require_legal_context(), transition.zone.local
    try:
        problem = reappointment_problem(
            legal_context.calendar,
            local(clock.lawful_due_at),
            local(fact.new_promised_at),
            given,
            legal_context.rule_set,
            basis=clock.basis,
        )
    except CalendarExhaustedError as error:
        problem = f"AR-05: {error}"
    if problem is not None:
        transition.flag("redated", "AR-05", problem, code="refused")
        return
    transition.state = replace(transition.state, apology=replace(transition.state.apology, reappointments=given + 1))
    # A new promise takes the place of the one before; one that lay in the past already can't be broken any more.
    second = Wake(SECOND, micros(end_of_promise(clock, local(fact.new_promised_at))))
    others = [wake for wake in clock.ahead if wake.name != SECOND]
    ahead = tuple(sorted([*others, second] if second.at > fact.at else others, key=lambda wake: wake.at))
    emitted = tuple([name for name in clock.emitted if name != SECOND])
    moved = replace(clock, promised_due_at=fact.new_promised_at, ahead=ahead, emitted=emitted)
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


def _letter_counts_at(transition: Transition, fact: Apologised, clock: Clock | None) -> Instant:
    """By which instant a letter is classed: by its recording where that came late, until it is approved (DR-31)."""
    judged = judged_by_instant(transition, fact, clock)
    if clock is not None and judged.is_recorded_late:
        flag_late(transition, fact, clock)
        await_approval(transition, fact)
    return judged.at


def letter_approved(transition: Transition, late: LateRecord) -> None:
    """The letter counts by its own date from now on, and is classed again if a class was stated (DR-31)."""
    if late.event_type == _LETTER:
        letter_dated(transition, transition.state.clock(DOSSIER), late.recorded_at, late.at)


def end_of_promise(clock: Clock, promised_at: datetime) -> datetime:
    """A re-appointment of a day term is broken when its day is over; one of an hour term at its instant."""
    if clock.basis == "instant":
        return promised_at
    return datetime.combine(promised_at.date() + _DAY, datetime.min.time(), promised_at.tzinfo)


def on_apology_waived(transition: Transition, _fact: ApologyWaived) -> None:
    """The obligation was lifted: no letter is missed any more; one that was only in view is not awaited (AR-01, AR-07)."""
    waive(transition, transition.state.clock(DOSSIER))


def on_escalation_acknowledged(transition: Transition, fact: EscalationAcknowledged) -> None:
    """Somebody took it on in time (AL-5); later, or for another rung than the latest, it stops nothing any more."""
    escalation = transition.state.escalation
    if escalation is not None and escalation.rung == fact.rung and fact.at <= escalation.acknowledge_by:
        transition.state = replace(transition.state, escalation=replace(escalation, is_acknowledged=True))


HANDLERS: Final[Mapping[type[Fact], Handler]] = MappingProxyType(
    {
        Apologised: on_apologised,
        ApologyWaived: on_apology_waived,
        EscalationAcknowledged: on_escalation_acknowledged,
        Ended: on_ended,
    }
)
"""What each of these facts does."""
