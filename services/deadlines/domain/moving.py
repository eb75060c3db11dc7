"""What stops a clock or moves its due date: pauses by cause, extensions, reopening, a new calendar (DR-20 to DR-28).

The ledger of the dossier is one; every clock that works on the dossier is moved by the part of it that lies in its time. What
the rules refuse (pauses out of order) is flagged and changes nothing; a due date beyond the calendar disarms the clock (AL-7).
"""

from typing import Any

from msgspec.structs import replace

from events.deadline import (
    ApologyLapsed,
    ApologyPendingRaised,
    ClockPaused,
    ClockRestarted,
    ClockResumed,
    DeadlineMoved,
    DeadlineRecomputed,
)
from rules.calendar import Calendar
from rules.calendar_change import is_touched
from rules.errors import InvalidPausesError, RulesError
from rules.sub_clocks import agency_due
from rules.supplement import AdjustedDue, Extension, Ledger, Pause, adjusted_due, is_pausing
from rules.terms import Due, due
from services.deadlines.domain.facts import CalendarChanged, Extended, PauseClosed, PauseOpened, Reopened
from services.deadlines.domain.instants import Instant, instant, micros
from services.deadlines.domain.planning import (
    SECOND,
    Plan,
    ahead_from,
    latest_from,
    lawful_due_of,
    original_due_of,
    term_of_clock,
)
from services.deadlines.domain.state import Clock, DossierState, Entry
from services.deadlines.domain.turn import DOSSIER, Turn

_MOVED_BY_PAUSES = frozenset({"dossier", "step", "agency"})
REOPENING = "reopening"
"""The basis of a ledger entry for the time between an end and a reopening: a wait that every policy shifts by."""


def open_entry(state: DossierState) -> Entry | None:
    """The pause that is open, if any."""
    last = state.ledger[-1] if state.ledger else None
    return last if last is not None and last.cause is not None and last.until is None else None


def on_pause_opened(turn: Turn, fact: PauseOpened) -> None:
    """A supplement or a financial duty: the clocks stand still, unless it comes too late (DR-24)."""
    if open_entry(turn.state) is not None:
        turn.flag("overlap", "domain 4.3: already-paused", f"{fact.event_type} while a pause is open")
        return
    clock = turn.state.clock(DOSSIER)
    if clock is None or not _may_pause(turn, fact):
        return
    ledger = (*turn.state.ledger, Entry(fact.cause, fact.at, None, stops=False))
    adjusted = _adjusted(turn, clock, ledger)
    if adjusted is None:
        return
    if adjusted.due is not None:  # asked for after the due date: it cures nothing
        turn.state = replace(turn.state, ledger=ledger)
        return
    turn.state = replace(turn.state, ledger=(*ledger[:-1], replace(ledger[-1], stops=True)))
    _lapse_pending(turn, clock, "clock_paused")
    for one in turn.state.clocks:
        if one.kind in _MOVED_BY_PAUSES and not (one.is_breached and one.kind != "dossier"):
            _pause(turn, one, fact)


def _may_pause(turn: Turn, fact: PauseOpened) -> bool:
    procedure = turn.planner.procedure(turn.state.subject.procedure_code, turn.state.subject.opened_on)
    says_so = procedure is not None and procedure.has_financial_pause
    return is_pausing(fact.cause, turn.require_pins().rule_set, procedure_says_so=says_so)


def _pause(turn: Turn, clock: Clock, fact: PauseOpened) -> None:
    calendar, local = turn.require_pins().calendar, turn.zone.local
    turn.put(replace(clock, is_paused=True))
    start, at = local(clock.effective_start_at), instant(fact.at)
    data = ClockPaused(
        **turn.dues(clock),
        cause=fact.cause,
        pause_no=_pause_count(turn.state),
        consumed_working_days=max(0, calendar.working_days_between(start.date(), calendar.local_date(at))),
        consumed_working_minutes=max(0, calendar.working_minutes_between(start, at)),
    )
    turn.because(clock, data, f":{fact.event_id}")


def on_pause_closed(turn: Turn, fact: PauseClosed) -> None:
    """The citizen has done what was asked: every clock that stood still goes on, by the policy that is lawful."""
    entry = open_entry(turn.state)
    if entry is None or entry.cause != fact.cause or turn.state.ending is not None:
        if not fact.is_payment:
            turn.flag("clock_gap", "domain 4.3: not-paused", f"{fact.event_type} without a pause")
        return
    ledger = (*turn.state.ledger[:-1], replace(entry, until=fact.at))
    dossier = turn.state.clock(DOSSIER)
    if dossier is None:
        return
    adjusted = _adjusted(turn, dossier, ledger)
    if adjusted is None or adjusted.due is None:
        return
    turn.state = replace(turn.state, ledger=ledger)
    if not entry.stops:
        return
    _resume(turn, dossier, adjusted, entry, fact)
    for clock in turn.state.clocks:
        if clock.is_paused and clock.kind in ("step", "agency"):
            _resume_part(turn, clock, entry, fact)


def _resume(turn: Turn, clock: Clock, adjusted: AdjustedDue, entry: Entry, fact: PauseClosed) -> None:
    moved = _moved(turn, replace(clock, is_paused=False), adjusted)
    turn.put(moved)
    is_restart = adjusted.rule == "DR-21" and fact.cause == "supplement" and clock.term_unit is not None
    _say_resumed(turn, moved, entry, fact, ClockRestarted if is_restart else ClockResumed)
    if moved.lawful_due_at != clock.lawful_due_at:
        turn.state = replace(turn.state, apology=replace(turn.state.apology, is_required=False, is_pending=False))
        cause = "supplement_completed" if fact.cause == "supplement" else "financial_duty_met"
        _say_moved(turn, clock, moved, cause, adjusted.rule, with_policies=True)


def _say_resumed(turn: Turn, clock: Clock, entry: Entry, fact: PauseClosed, kind: Any) -> None:
    calendar, opened, closed = turn.require_pins().calendar, instant(entry.at), instant(fact.at)
    data = kind(
        **turn.dues(clock),
        cause=fact.cause,
        pause_no=_pause_count(turn.state),
        paused_at=turn.zone.local(entry.at),
        waited_working_days=calendar.working_days_between(calendar.local_date(opened), calendar.local_date(closed)),
        waited_working_minutes=calendar.working_minutes_between(opened, closed),
    )
    turn.because(clock, data, f":{fact.event_id}")


def _resume_part(turn: Turn, clock: Clock, entry: Entry, fact: PauseClosed) -> None:
    """A step goes on with what was left of its budget; an agency's day follows the dossier's (DR-13)."""
    try:
        moved = _part_moved(turn, clock)
    except RulesError as error:
        turn.drop(clock.name)
        turn.not_armed_by(clock.name, clock.kind, error)
        return
    turn.put(moved)
    _say_resumed(turn, moved, entry, fact, ClockResumed)
    if moved.lawful_due_at != clock.lawful_due_at:
        cause = "supplement_completed" if fact.cause == "supplement" else "financial_duty_met"
        _say_moved(turn, clock, moved, cause, "DR-20" if clock.kind == "step" else clock.original_rule)


def _part_moved(turn: Turn, clock: Clock) -> Clock:
    pins, running = turn.require_pins(), replace(clock, is_paused=False)
    if clock.original_rule == "DR-13":
        return _following(turn, running)
    own = tuple(entry for entry in turn.state.ledger if entry.at >= clock.started_at and entry.stops)
    original, term = original_due_of(clock, pins), term_of_clock(clock)
    adjusted = adjusted_due(pins.calendar, original, term, _ledger(turn, own), pins.rule_set, "pause")
    return _moved(turn, running, adjusted)


def _following(turn: Turn, clock: Clock) -> Clock:
    pins, dossier = turn.require_pins(), turn.state.clock(DOSSIER)
    if dossier is None:
        return clock
    answer = agency_due(pins.calendar, lawful_due_of(dossier, pins), instant(clock.started_at), pins.rule_set)
    plan = turn.planner.by_due(pins, clock.kind, answer, None)
    return _with_plan(turn, clock, plan, clock.effective_start_at)


def on_extended(turn: Turn, fact: Extended) -> None:
    """A later due date under a special law (DR-25)."""
    clock = turn.state.clock(DOSSIER)
    if clock is None:
        return
    entry = Entry(None, fact.at, fact.new_due_at, stops=False, legal_basis=fact.legal_basis)
    open_pause = open_entry(turn.state)
    # The rules want entries in the order of their beginning; an extension during a pause stands before it and counts after.
    before = turn.state.ledger[:-1] if open_pause is not None else turn.state.ledger
    ledger = (*before, replace(entry, at=min(entry.at, open_pause.at)), open_pause) if open_pause else (*before, entry)
    adjusted = _adjusted(turn, clock, ledger)
    if adjusted is None:
        return
    turn.state = replace(turn.state, ledger=ledger)
    if adjusted.due is None:
        return
    moved = _moved(turn, clock, adjusted)
    if moved.lawful_due_at == clock.lawful_due_at:
        return
    _lapse_pending(turn, clock, "due_moved")
    turn.put(moved)
    _say_moved(turn, clock, moved, "extension", "DR-25", legal_basis=fact.legal_basis)
    follow_dossier(turn)


def on_reopened(turn: Turn, fact: Reopened) -> None:
    """The dossier goes on: the time between its end and now was no time of its clock."""
    ending = turn.state.ending
    if ending is None:
        turn.flag("order", "domain 4.3: not-ended", f"{fact.event_type} of a dossier that has not ended")
        return
    clock = turn.state.clock(DOSSIER)
    turn.state = replace(turn.state, ending=None)
    if clock is None:
        return
    entry = open_entry(turn.state)
    before = (*turn.state.ledger[:-1], replace(entry, until=ending.at)) if entry else turn.state.ledger
    ledger = (*before, Entry("financial_duty", ending.at, fact.at, stops=True, legal_basis=REOPENING))
    adjusted = _adjusted(turn, clock, ledger)
    if adjusted is None or adjusted.due is None:
        return
    turn.state = replace(turn.state, ledger=ledger)
    moved = _moved(turn, replace(clock, is_paused=False), adjusted)
    if not moved.ahead:
        moved = replace(moved, ahead=_whole(turn, moved).ahead[-1:])
    turn.put(moved)
    _say_moved(turn, clock, moved, "reopening", adjusted.rule)


def _whole(turn: Turn, clock: Clock) -> Plan:
    pins = turn.require_pins()
    return turn.planner.by_due(pins, clock.kind, lawful_due_of(clock, pins), term_of_clock(clock))


def on_calendar_changed(turn: Turn, fact: CalendarChanged) -> None:
    """Count this open dossier's clocks anew by another version of its calendar (DR-27); finished ones never."""
    subject = turn.state.subject
    if turn.state.ending is not None:
        turn.flag("redated", "DR-27", "a finished dossier is never counted anew")
        return
    if (subject.calendar_id, subject.calendar_version) != (fact.calendar_id, fact.old_version):
        known = f"{subject.calendar_id} {subject.calendar_version}"
        turn.flag("redated", "DR-27", f"the clock counts by {known}, not by {fact.calendar_id} {fact.old_version}")
        return
    old = turn.require_pins()
    changed = replace(subject, calendar_version=fact.new_version)
    try:
        new = turn.planner.pins(changed)
    except RulesError as error:
        turn.not_armed(DOSSIER, "dossier", "unknown_calendar", str(error))
        return
    assert new is not None  # noqa: S101 a version was named
    turn.state, turn.pins, turn.zone = replace(turn.state, subject=changed), new, new.zone
    for clock in turn.state.clocks:
        if not clock.is_breached and _is_touched(old.calendar, new.calendar, clock):
            _recompute(turn, clock, fact, old.calendar)


def _is_touched(old: Calendar, new: Calendar, clock: Clock) -> bool:
    start, end = old.local_date(instant(clock.effective_start_at)), old.local_date(instant(clock.lawful_due_at))
    # What a source system stated is an appointment, whatever a calendar says.
    return (
        clock.original_rule != "appointment" and term_of_clock(clock) is not None and is_touched(old, new, start, end)
    )


def _recompute(turn: Turn, clock: Clock, fact: CalendarChanged, old: Calendar) -> None:
    pins, term = turn.require_pins(), term_of_clock(clock)
    try:
        assert term is not None  # noqa: S101 an appointment is never touched
        original = due(pins.calendar, instant(clock.started_at), term, pins.rule_set)
        own = tuple(entry for entry in turn.state.ledger if entry.at >= clock.started_at)
        policy = pins.rule_set.supplement_policy if clock.kind == "dossier" else "pause"
        adjusted = adjusted_due(pins.calendar, original, term, _ledger(turn, own), pins.rule_set, policy)
    except RulesError as error:
        turn.not_armed_by(clock.name, clock.kind, error)
        return
    if adjusted.due is None:
        return  # it waits: the new calendar counts when it goes on
    moved = _moved(turn, clock, adjusted)
    if moved.lawful_due_at == clock.lawful_due_at:
        return
    # What was printed for the citizen stays the promise where it is the later one (DR-27).
    moved = replace(moved, promised_due_at=max(clock.promised_due_at, moved.lawful_due_at))
    turn.put(moved)
    local = turn.zone.local
    data = DeadlineRecomputed(
        **turn.dues(moved),
        reason=fact.reason,
        rule="DR-27",
        calendar_id=fact.calendar_id,
        calendar_version=fact.new_version,
        previous_calendar_version=old.version,
        previous_lawful_due_at=local(clock.lawful_due_at),
        previous_promised_due_at=local(clock.promised_due_at),
    )
    turn.because(moved, data, f":{fact.event_id}")


def follow_dossier(turn: Turn) -> None:
    """Let the agencies' days follow the dossier's due date (DR-13)."""
    for clock in turn.state.clocks:
        if clock.original_rule == "DR-13" and not clock.is_breached and not clock.is_paused:
            moved = _following(turn, clock)
            if moved.lawful_due_at != clock.lawful_due_at:
                turn.put(moved)
                _say_moved(turn, clock, moved, "dossier_moved", "DR-13")


def due_if_resumed(turn: Turn, clock: Clock, at: Instant) -> Due | None:
    """The lawful due date of a clock that waits, as if it went on at an instant: so an ending while waiting is judged."""
    entry = open_entry(turn.state)
    if entry is None:
        return None
    ledger = (*turn.state.ledger[:-1], replace(entry, until=max(at, entry.at)))
    pins = turn.require_pins()
    try:
        original, term = original_due_of(clock, pins), term_of_clock(clock)
        policy = pins.rule_set.supplement_policy
        return adjusted_due(pins.calendar, original, term, _ledger(turn, ledger), pins.rule_set, policy).due
    except RulesError:
        return None  # contradicting pauses: the due date that was last told stands


def _adjusted(turn: Turn, clock: Clock, ledger: tuple[Entry, ...]) -> AdjustedDue | None:
    """What the rules make of a ledger; None where they refuse it, and that was said."""
    pins = turn.require_pins()
    try:
        original, term = original_due_of(clock, pins), term_of_clock(clock)
        policy = pins.rule_set.supplement_policy
        return adjusted_due(pins.calendar, original, term, _ledger(turn, ledger), pins.rule_set, policy)
    except InvalidPausesError as error:
        turn.flag("order", "domain 4.3: out-of-order", str(error))
    except RulesError as error:
        turn.drop(clock.name)
        turn.not_armed_by(clock.name, clock.kind, error)
    return None


def _ledger(turn: Turn, entries: tuple[Entry, ...]) -> Ledger:
    local = turn.zone.local
    lines: list[Pause | Extension] = []
    for entry in entries:
        if entry.cause is None:
            assert entry.until is not None  # noqa: S101 an extension names its date
            extension = Extension(
                granted_at=local(entry.at), new_due_at=local(entry.until), legal_basis=entry.legal_basis
            )
            lines.append(extension)
        else:
            until = None if entry.until is None else local(entry.until)
            lines.append(Pause(requested_at=local(entry.at), completed_at=until, cause=entry.cause))
    return tuple(lines)


def _moved(turn: Turn, clock: Clock, adjusted: AdjustedDue) -> Clock:
    """The clock with an adjusted due date; the same where nothing moved."""
    answer = adjusted.due
    assert answer is not None  # noqa: S101 the caller has looked
    if micros(answer.due_at) == clock.lawful_due_at:
        return clock
    plan = turn.planner.by_due(turn.require_pins(), clock.kind, answer, term_of_clock(clock))
    return _with_plan(turn, clock, plan, micros(adjusted.running_from_at))


def _with_plan(turn: Turn, clock: Clock, plan: Plan, running_from_at: Instant) -> Clock:
    """A due date that moved: passed rungs stay passed, those after a breach begin anew with it (AL-3)."""
    fact = turn.caused_by()
    said = tuple(name for name in clock.said if name[0] == "A")
    second = tuple(wake for wake in clock.ahead if wake.name == SECOND and wake.at > plan.due_at)
    is_promise_later = clock.promised_due_at > clock.lawful_due_at and clock.promised_due_at > plan.due_at
    return replace(
        clock,
        lawful_due_at=plan.due_at,
        due_on=plan.due_on,
        promised_due_at=clock.promised_due_at if is_promise_later else plan.due_at,
        latest_at=latest_from(plan, running_from_at),
        ahead=(*ahead_from(plan, running_from_at, said), *second),
        said=said,
        armed_by=fact.event_id,
        armed_seq=fact.seq,
        is_breached=False,
    )


def _say_moved(
    turn: Turn,
    before: Clock,
    after: Clock,
    cause: Any,
    rule: str,
    *,
    legal_basis: str | None = None,
    with_policies: bool = False,
) -> None:
    local, beside = turn.zone.local, _policies(turn, before) if with_policies else {}
    data = DeadlineMoved(
        **turn.dues(after),
        cause=cause,
        rule=rule,
        previous_lawful_due_at=local(before.lawful_due_at),
        previous_promised_due_at=local(before.promised_due_at),
        legal_basis=legal_basis,
        **beside,
    )
    turn.because(after, data, f":{turn.caused_by().event_id}")


def _policies(turn: Turn, clock: Clock) -> dict[str, Any]:
    """The due dates that each policy gives for the same ledger (DR-23)."""
    pins, ledger = turn.require_pins(), _ledger(turn, turn.state.ledger)
    original, term = original_due_of(clock, pins), term_of_clock(clock)
    found: dict[str, Any] = {}
    for policy in ("pause", "restart", "qd766"):
        if policy == "restart" and term is None:
            continue
        try:
            answer = adjusted_due(pins.calendar, original, term, ledger, pins.rule_set, policy).due
        except RulesError:
            continue
        found[f"{policy}_due_at"] = answer.due_at if answer else None
    return found


def _pause_count(state: DossierState) -> int:
    return sum(1 for entry in state.ledger if entry.cause is not None and entry.legal_basis != REOPENING)


def _lapse_pending(turn: Turn, clock: Clock, reason: Any) -> None:
    """An apology that was in view, or owed since this evening, is not needed now (AR-01, AR-11)."""
    apology = turn.state.apology
    if apology.is_pending or apology.is_required:
        turn.because(clock, ApologyLapsed(**turn.dues(clock), reason=reason), f":{turn.caused_by().event_id}")
        turn.state = replace(turn.state, apology=replace(apology, is_pending=False, is_required=False))


def foresee(turn: Turn) -> None:
    """The unit itself says that it will be late (AR-01)."""
    clock, apology = turn.state.clock(DOSSIER), turn.state.apology
    if clock is None or turn.state.ending is not None or apology.is_pending or apology.is_required:
        return
    turn.state = replace(turn.state, apology=replace(apology, is_pending=True))
    data = ApologyPendingRaised(
        **turn.dues(clock),
        latest_at=turn.zone.local(clock.latest_at),
        declared_by="unit",
        held_by_unit_id=turn.state.holder_unit_id,
    )
    turn.because(clock, data, f":{turn.caused_by().event_id}")
