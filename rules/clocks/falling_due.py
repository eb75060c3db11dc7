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
    SupplementExpired,
)
from rules.clocks.aside import put_aside_by_time, reason_of
from rules.clocks.instants import Instant, micros
from rules.clocks.ledger import pause_count, waited_for
from rules.clocks.obligations import emit_apology_class, foresee, owe, pending_fields
from rules.clocks.planning import BREACH, PENDING, SECOND
from rules.clocks.rule_values import given_term_of
from rules.clocks.state import NEVER, Clock, Escalation, StreamState, Wake
from rules.clocks.transition import Transition
from rules.due.escalation import acknowledge_by
from rules.errors import CalendarExhaustedError

_LAST_RUNG = "B3"
EXPIRED = "SX"
"""The day until which the citizen could answer has passed (B17)."""


def fall_due(transition: Transition, until: Instant) -> None:
    """Say everything that fell due before an instant, in order of time.

    What can't be said is the last of this stream: it is put aside with what was said before (TIME-8).
    """
    while True:
        clock = next_due(transition.state, until)
        if clock is None:
            return
        wake, before, said = wake_of(clock), transition.state, len(transition.emitted)
        try:
            _told(transition, clock, wake)
        except Exception as error:  # noqa: BLE001 nothing that one stream brings may stop the others (promise 12)
            del transition.emitted[said:]
            due, reason = (clock, wake), reason_of(error)
            transition.state = put_aside_by_time(
                before, due, transition.detected_at, transition.planner, transition.emitted, reason
            )
            return


def wake_of(clock: Clock) -> Wake:
    """What falls due next on a clock: the first of its wakes; of one that stands still, the end of the time to answer (B17)."""
    return Wake(EXPIRED, clock.reply_by_at) if clock.is_paused else clock.ahead[0]


def _told(transition: Transition, clock: Clock, wake: Wake) -> None:
    if wake.name == EXPIRED:
        _reply_expired(transition, clock)
        return
    clock = replace(clock, ahead=clock.ahead[1:])
    transition.put(clock)
    _emit(transition, clock, wake)


def next_wake_at(state: StreamState) -> Instant:
    """When the next thing falls due: on a running clock, or of one that stands still the end of the time to answer."""
    at = NEVER
    for clock in state.clocks:
        if clock.is_paused:
            if 0 < clock.reply_by_at < at:
                at = clock.reply_by_at
        elif clock.ahead and clock.ahead[0].at < at:
            at = clock.ahead[0].at
    return at


def next_due(state: StreamState, until: Instant) -> Clock | None:
    """The running clock on which something falls due first before an instant."""
    found = None
    for clock in state.clocks:
        if clock.is_paused:
            if 0 < clock.reply_by_at < until:
                found, until = clock, clock.reply_by_at
        elif clock.ahead and clock.ahead[0].at < until:
            found, until = clock, clock.ahead[0].at
    return found


def _reply_expired(transition: Transition, clock: Clock) -> None:
    """No answer came until the day that was named; the clock goes on standing still (B17)."""
    entry = transition.state.ledger[-1]
    transition.put(replace(clock, reply_by_at=0))
    transition.emit_waited(
        clock.reply_by_at,
        clock,
        entry,
        SupplementExpired,
        **transition.dues(clock),
        cause=waited_for(entry),
        pause_no=pause_count(transition.state.ledger),
        paused_at=transition.zone.local(entry.at),
        to_roles=transition.require_legal_context().rule_set.supplement_expired_roles,
        held_by_unit_id=transition.state.holder_unit_id,
    )


def _emit(transition: Transition, clock: Clock, wake: Wake) -> None:
    if wake.name == BREACH:
        _breached(transition, clock, wake)
    elif wake.name == PENDING:
        _pending(transition, clock, wake)
    elif wake.name == SECOND:
        _second_breach(transition, clock, wake)
    elif wake.name[0] == "B":
        _escalated(transition, clock, wake)
    else:
        _near_due(transition, clock, wake)


def _near_due(transition: Transition, clock: Clock, wake: Wake) -> None:
    transition.put(replace(clock, emitted=(*clock.emitted, wake.name)))
    transition.emit_due(
        wake.at,
        clock,
        f":{wake.name}",
        DeadlineNearDue,
        **transition.dues(clock),
        rung=wake.name,
        rung_at=transition.zone.local(wake.at),
        to_roles=_near_roles(transition, wake.name),
        held_by_unit_id=_holder(transition, clock),
    )


def _near_roles(transition: Transition, name: str) -> tuple[str, ...]:
    return next((rule.to_roles for rule in transition.require_legal_context().rule_set.ladder if rule.name == name), ())


def _pending(transition: Transition, clock: Clock, wake: Wake) -> None:
    if foresee(transition, clock):
        transition.emit_due(wake.at, clock, "", ApologyPendingRaised, **pending_fields(transition, clock, "rules"))


def _breached(transition: Transition, clock: Clock, wake: Wake) -> None:
    if clock.kind == "dossier":
        breach(transition, clock, wake.at)
        return
    transition.put(replace(clock, is_breached=True, ahead=()))
    transition.emit_due(
        wake.at,
        clock,
        "",
        StepBreached,
        **transition.dues(clock),
        held_by_unit_id=_holder(transition, clock),
        step_code=clock.step_code,
        responsible_officer_id=clock.officer_id or transition.state.officer_id,
        to_roles=transition.require_legal_context().rule_set.part_breach_roles,
    )


def breach(transition: Transition, clock: Clock, due_at: Instant) -> None:
    """The dossier's due instant has passed. The apology stands before its breach: who sees a breach has seen it all."""
    state, holder, local = transition.state, _holder(transition, clock), transition.zone.local
    rungs = transition.planner.escalations(transition.require_legal_context(), clock)
    ahead = tuple(sorted((*clock.ahead, *rungs), key=lambda wake: wake.at))
    clock = replace(clock, is_breached=True, ahead=ahead)
    transition.put(clock)
    # A due date that was taken back, and that another calendar gave once more, is missed under another id.
    tag = "" if state.apology.of(clock.lawful_due_at) is None else f":{clock.armed_by}"
    dues = transition.dues(clock)
    owed = owe(transition, clock) if clock.lawful_due_at >= state.apology.untold_until else None
    if owed is not None:
        latest_at = local(owed.latest_at)
        transition.emit_due(due_at, clock, tag, ApologyRequired, **dues, latest_at=latest_at, held_by_unit_id=holder)
    pauses = [entry for entry in state.ledger if entry.cause is not None and entry.until is not None]
    calendar = transition.require_legal_context().calendar
    waited = sum(
        calendar.working_days_between(local(one.at).date(), local(one.until).date()) for one in pauses if one.until
    )
    transition.emit_due(
        due_at,
        clock,
        tag,
        DossierBreached,
        **dues,
        held_by_unit_id=holder,
        responsible_officer_id=state.officer_id,
        effective_start_at=local(clock.effective_start_at),
        term=given_term_of(clock),
        rule=clock.original_rule,
        pause_count=len(pauses),
        paused_working_days=waited,
        to_roles=transition.require_legal_context().rule_set.breach_roles,
    )
    if owed is not None:
        emit_apology_class(transition, clock, owed, due_at)


def _second_breach(transition: Transition, clock: Clock, wake: Wake) -> None:
    if transition.state.ending is not None:
        return
    holder = _holder(transition, clock)
    transition.emit_due(
        wake.at, clock, f"@{wake.at}", SecondBreachRecorded, **transition.dues(clock), held_by_unit_id=holder
    )
    clock = replace(clock, emitted=(*clock.emitted, SECOND))
    transition.put(clock)
    if _LAST_RUNG not in clock.emitted:
        _raise(transition, clock, Wake(_LAST_RUNG, wake.at), "second_breach")


def _escalated(transition: Transition, clock: Clock, wake: Wake) -> None:
    reason = _reason(transition, wake)
    if reason is not None and wake.name not in clock.emitted:
        _raise(transition, clock, wake, reason)


def _reason(transition: Transition, wake: Wake) -> str | None:
    """Why a rung is still needed when it is reached; None when the matter is settled and the last rung was acknowledged."""
    state, apology = transition.state, transition.state.apology
    if apology.open and (wake.name == "B1" or state.ending is not None):
        return "no_apology"
    if state.ending is None and wake.name != "B1":
        return "still_open"
    last = state.escalation
    if last is not None and not last.is_acknowledged and last.acknowledge_by <= wake.at:
        return "not_acknowledged"
    return None


def _raise(transition: Transition, clock: Clock, wake: Wake, reason: str) -> None:
    legal_context, local = transition.require_legal_context(), transition.zone.local
    try:
        by = acknowledge_by(legal_context.calendar, local(wake.at), legal_context.rule_set)
    except CalendarExhaustedError:
        by = None
    roles = next((rule.to_roles for rule in legal_context.rule_set.escalation if rule.name == wake.name), ())
    escalation = Escalation(rung=wake.name, acknowledge_by=NEVER if by is None else micros(by))
    transition.state = replace(transition.state, escalation=escalation)
    transition.put(replace(clock, emitted=(*clock.emitted, wake.name)))
    transition.emit_due(
        wake.at,
        clock,
        f":{wake.name}",
        EscalationRaised,
        **transition.dues(clock),
        rung=wake.name,
        rung_at=local(wake.at),
        reason=reason,  # type: ignore[arg-type]  # one of the four above
        to_roles=roles,
        acknowledge_by=by,
        held_by_unit_id=_holder(transition, clock),
    )


def _holder(transition: Transition, clock: Clock) -> int:
    return clock.unit_id or transition.state.holder_unit_id
