"""What falls due when time passes: rungs, breaches, the apology, escalations (4.6, AR-01, AL-1 to AL-5, AL-8).

The same function serves a tick of the clock and the catching-up before an event, so that both say the same. An instant has
passed when it lies strictly before `until`: what happens at the due instant itself is still in time (DR-08).
"""

from msgspec.structs import replace

from events.deadline import (
    ApologyPendingRaised,
    ApologyRequired,
    DeadlineNearDue,
    DossierBreached,
    EscalationRaised,
    SecondBreachRecorded,
    StepBreached,
)
from rules.clocks.instants import Instant, micros
from rules.clocks.planning import BREACH, PENDING, SECOND, given_term_of
from rules.clocks.state import NEVER, Clock, DossierState, Escalation, Wake
from rules.clocks.transition import Turn
from rules.due.escalation import acknowledge_by
from rules.errors import CalendarExhaustedError

_LAST_RUNG = "B3"


def fall_due(turn: Turn, until: Instant) -> None:
    """Say everything that fell due before an instant, in order of time."""
    while True:
        clock = _next(turn.state, until)
        if clock is None:
            return
        wake = clock.ahead[0]
        clock = replace(clock, ahead=clock.ahead[1:])
        turn.put(clock)
        _say(turn, clock, wake)


def next_wake_at(state: DossierState) -> Instant:
    """When the next thing falls due on a running clock."""
    at = NEVER
    for clock in state.clocks:
        if clock.ahead and not clock.is_paused and clock.ahead[0].at < at:
            at = clock.ahead[0].at
    return at


def _next(state: DossierState, until: Instant) -> Clock | None:
    found = None
    for clock in state.clocks:
        if clock.ahead and not clock.is_paused and clock.ahead[0].at < until:
            found, until = clock, clock.ahead[0].at
    return found


def _say(turn: Turn, clock: Clock, wake: Wake) -> None:
    if wake.name == BREACH:
        _breached(turn, clock, wake)
    elif wake.name == PENDING:
        _pending(turn, clock, wake)
    elif wake.name == SECOND:
        _second_breach(turn, clock, wake)
    elif wake.name[0] == "B":
        _escalated(turn, clock, wake)
    else:
        _near_due(turn, clock, wake)


def _near_due(turn: Turn, clock: Clock, wake: Wake) -> None:
    turn.put(replace(clock, said=(*clock.said, wake.name)))
    turn.in_time(
        wake.at,
        clock,
        f":{wake.name}",
        DeadlineNearDue,
        **turn.dues(clock),
        rung=wake.name,
        rung_at=turn.zone.local(wake.at),
        to_roles=_near_roles(turn, wake.name),
        held_by_unit_id=_holder(turn, clock),
    )


def _near_roles(turn: Turn, name: str) -> tuple[str, ...]:
    return next((rule.to_roles for rule in turn.require_pins().rule_set.ladder if rule.name == name), ())


def _pending(turn: Turn, clock: Clock, wake: Wake) -> None:
    apology = turn.state.apology
    if apology.is_pending or apology.is_sent or apology.is_waived:
        return
    turn.state = replace(turn.state, apology=replace(apology, is_pending=True))
    turn.in_time(
        wake.at,
        clock,
        "",
        ApologyPendingRaised,
        **turn.dues(clock),
        latest_at=turn.zone.local(clock.latest_at),
        declared_by="rules",
        held_by_unit_id=_holder(turn, clock),
    )


def _breached(turn: Turn, clock: Clock, wake: Wake) -> None:
    if clock.kind == "dossier":
        _dossier_breached(turn, clock, wake)
        return
    turn.put(replace(clock, is_breached=True, ahead=()))
    turn.in_time(
        wake.at,
        clock,
        "",
        StepBreached,
        **turn.dues(clock),
        held_by_unit_id=_holder(turn, clock),
        step_code=clock.step_code,
        responsible_officer_id=clock.officer_id or turn.state.officer_id,
    )


def _dossier_breached(turn: Turn, clock: Clock, wake: Wake) -> None:
    """The apology stands before its breach: who sees a breach has seen it all."""
    state, holder, local = turn.state, _holder(turn, clock), turn.zone.local
    rungs = turn.planner.escalations(turn.require_pins(), clock)
    ahead = tuple(sorted((*clock.ahead, *rungs), key=lambda wake: wake.at))
    clock = replace(clock, is_breached=True, ahead=ahead)
    turn.put(clock)
    turn.state = replace(turn.state, apology=replace(state.apology, is_required=True))
    dues = turn.dues(clock)
    latest_at = local(clock.latest_at)
    turn.in_time(wake.at, clock, "", ApologyRequired, **dues, latest_at=latest_at, held_by_unit_id=holder)
    pauses = [entry for entry in state.ledger if entry.cause is not None and entry.until is not None]
    calendar = turn.require_pins().calendar
    waited = sum(
        calendar.working_days_between(local(one.at).date(), local(one.until).date()) for one in pauses if one.until
    )
    turn.in_time(
        wake.at,
        clock,
        "",
        DossierBreached,
        **dues,
        held_by_unit_id=holder,
        responsible_officer_id=state.officer_id,
        effective_start_at=local(clock.effective_start_at),
        term=given_term_of(clock),
        rule=clock.original_rule,
        pause_count=len(pauses),
        paused_working_days=waited,
    )


def _second_breach(turn: Turn, clock: Clock, wake: Wake) -> None:
    if turn.state.ending is not None:
        return
    holder = _holder(turn, clock)
    turn.in_time(wake.at, clock, f"@{wake.at}", SecondBreachRecorded, **turn.dues(clock), held_by_unit_id=holder)
    if _LAST_RUNG not in clock.said:
        _raise(turn, clock, Wake(_LAST_RUNG, wake.at), "second_breach")


def _escalated(turn: Turn, clock: Clock, wake: Wake) -> None:
    reason = _reason(turn, wake)
    if reason is not None and wake.name not in clock.said:
        _raise(turn, clock, wake, reason)


def _reason(turn: Turn, wake: Wake) -> str | None:
    """Why a rung is still needed when it is reached; None when the matter is settled and the last rung was acknowledged."""
    state, apology = turn.state, turn.state.apology
    is_owed = apology.is_required and not (apology.is_sent or apology.is_waived)
    if is_owed and (wake.name == "B1" or state.ending is not None):
        return "no_apology"
    if state.ending is None and wake.name != "B1":
        return "still_open"
    last = state.escalation
    if last is not None and not last.is_acknowledged and last.acknowledge_by <= wake.at:
        return "not_acknowledged"
    return None


def _raise(turn: Turn, clock: Clock, wake: Wake, reason: str) -> None:
    pins, local = turn.require_pins(), turn.zone.local
    try:
        by = acknowledge_by(pins.calendar, local(wake.at), pins.rule_set)
    except CalendarExhaustedError:
        by = None
    roles = next((rule.to_roles for rule in pins.rule_set.escalation if rule.name == wake.name), ())
    escalation = Escalation(rung=wake.name, acknowledge_by=NEVER if by is None else micros(by))
    turn.state = replace(turn.state, escalation=escalation)
    turn.put(replace(clock, said=(*clock.said, wake.name)))
    turn.in_time(
        wake.at,
        clock,
        f":{wake.name}",
        EscalationRaised,
        **turn.dues(clock),
        rung=wake.name,
        rung_at=local(wake.at),
        reason=reason,  # type: ignore[arg-type]  # one of the four above
        to_roles=roles,
        acknowledge_by=by,
        held_by_unit_id=_holder(turn, clock),
    )


def _holder(turn: Turn, clock: Clock) -> int:
    return clock.unit_id or turn.state.holder_unit_id
