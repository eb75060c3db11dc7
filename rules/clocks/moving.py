"""What moves a due date besides pauses: extensions, reopening, a new calendar (DR-25 to DR-28); and lateness foreseen (AR-01)."""

from msgspec.structs import replace

from events.deadline import ApologyPendingRaised, DeadlineRecomputed
from rules.calendars.calendar import Calendar
from rules.calendars.change import is_touched
from rules.clocks.ending import end_of_promise
from rules.clocks.facts import CalendarChanged, Extended, Reopened
from rules.clocks.instants import instant, micros
from rules.clocks.ledger import (
    REOPENING,
    adjusted_by,
    following,
    lapse,
    ledger_of,
    moved_to,
    open_entry,
    owe_again,
    own_entries,
    say_moved,
)
from rules.clocks.planning import SECOND, Plan, ahead_from, lawful_due_of, term_of_clock
from rules.clocks.state import Clock, Entry, Wake
from rules.clocks.transition import DOSSIER, Turn
from rules.due.supplement import adjusted_due
from rules.due.terms import due
from rules.errors import RulesError


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
    adjusted = adjusted_by(turn, clock, ledger)
    if adjusted is None:
        return
    turn.state = replace(turn.state, ledger=ledger)
    _, answer = adjusted
    if answer.due is None:
        return
    moved = moved_to(turn, clock, answer)
    if moved.lawful_due_at == clock.lawful_due_at:
        return
    lapse(turn, clock, "due_moved")
    turn.put(moved)
    say_moved(turn, clock, moved, "extension", "DR-25", legal_basis=fact.legal_basis)
    follow_dossier(turn)


def on_reopened(turn: Turn, fact: Reopened) -> None:
    """The dossier goes on: the time between its end and now was no time of its clock."""
    ending = turn.state.ending
    if ending is None:
        turn.flag("order", "domain 4.3: not-ended", f"{fact.event_type} of a dossier that has not ended")
        return
    if fact.at < ending.at:
        turn.flag("order", "domain 4.3: out-of-order", f"{fact.event_type} lies before the end")
        return
    clock = turn.state.clock(DOSSIER)
    if clock is None:
        turn.state = replace(turn.state, ending=None)
        return
    entry, before, ended_at = open_entry(turn.state), turn.state.ledger, ending.at
    if entry is not None:
        ended_at = max(ending.at, entry.at)
        before = (*before[:-1], replace(entry, until=ended_at))
    ledger = (*before, Entry("financial_duty", ended_at, max(fact.at, ended_at), stops=True, legal_basis=REOPENING))
    adjusted = adjusted_by(turn, clock, ledger)
    if adjusted is None and turn.state.clock(DOSSIER) is not None:
        return
    turn.state = replace(turn.state, ending=None, ledger=ledger)
    if adjusted is None:
        return
    going_on = replace(clock, is_paused=False, ahead=_promise_again(turn, clock, fact))
    _, answer = adjusted
    moved = moved_to(turn, going_on, answer)
    if moved is going_on:
        ahead = (*moved.ahead, *_ahead_again(turn, moved, fact))
        moved = replace(moved, ahead=tuple(sorted(ahead, key=lambda wake: wake.at)))
    turn.put(moved)
    say_moved(turn, clock, moved, "reopening", answer.rule)
    owe_again(turn, moved)


def _promise_again(turn: Turn, clock: Clock, fact: Reopened) -> tuple[Wake, ...]:
    """The end of a re-appointment that is still to come (AR-05)."""
    if not turn.state.apology.reappointments or clock.promised_due_at <= clock.lawful_due_at:
        return ()
    ends_at = micros(end_of_promise(clock, turn.zone.local(clock.promised_due_at)))
    return (Wake(SECOND, ends_at),) if ends_at > fact.at else ()


def _ahead_again(turn: Turn, clock: Clock, fact: Reopened) -> tuple[Wake, ...]:
    """What lies ahead of a clock that goes on with its old due date; the breach, where it was said, stays said."""
    if clock.is_breached:
        rungs = turn.planner.escalations(turn.require_pins(), clock)
        return tuple(rung for rung in rungs if rung.at > fact.at and rung.name not in clock.said)
    return ahead_from(_whole(turn, clock), fact.at, clock.said)


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
    dossier = turn.state.clock(DOSSIER)
    if dossier is not None and not dossier.is_breached:
        follow_dossier(turn)


def _is_touched(old: Calendar, new: Calendar, clock: Clock) -> bool:
    start, end = old.local_date(instant(clock.started_at)), old.local_date(instant(clock.lawful_due_at))
    # What a source system stated is an appointment, whatever a calendar says.
    return (
        clock.original_rule != "appointment" and term_of_clock(clock) is not None and is_touched(old, new, start, end)
    )


def _recompute(turn: Turn, clock: Clock, fact: CalendarChanged, old: Calendar) -> None:
    pins, term = turn.require_pins(), term_of_clock(clock)
    try:
        assert term is not None  # noqa: S101 an appointment is never touched
        original = due(pins.calendar, instant(clock.started_at), term, pins.rule_set)
        own = ledger_of(turn, own_entries(turn.state, clock))
        policy = pins.rule_set.supplement_policy if clock.kind == "dossier" else "pause"
        adjusted = adjusted_due(pins.calendar, original, term, own, pins.rule_set, policy)
    except RulesError as error:
        turn.drop(clock.name)
        turn.not_armed_by(clock.name, clock.kind, error)
        return
    if adjusted.due is None:
        return  # it waits: the new calendar counts when it goes on
    moved = moved_to(turn, clock, adjusted)
    if moved.lawful_due_at == clock.lawful_due_at:
        return
    # What was printed for the citizen stays the promise where it is the later one (DR-27).
    moved = replace(moved, promised_due_at=max(clock.promised_due_at, moved.lawful_due_at))
    turn.put(moved)
    local = turn.zone.local
    turn.because(
        moved,
        f":{fact.event_id}",
        DeadlineRecomputed,
        **turn.dues(moved),
        reason=fact.reason,
        rule="DR-27",
        calendar_id=fact.calendar_id,
        calendar_version=fact.new_version,
        previous_calendar_version=old.version,
        previous_lawful_due_at=local(clock.lawful_due_at),
        previous_promised_due_at=local(clock.promised_due_at),
    )


def follow_dossier(turn: Turn) -> None:
    """Let the agencies' days follow the dossier's due date (DR-13)."""
    for clock in turn.state.clocks:
        if clock.original_rule == "DR-13" and not clock.is_breached and not clock.is_paused:
            moved = following(turn, clock)
            if moved.lawful_due_at != clock.lawful_due_at:
                turn.put(moved)
                say_moved(turn, clock, moved, "dossier_moved", "DR-13")


def foresee(turn: Turn) -> None:
    """The unit itself says that it will be late (AR-01)."""
    clock, apology = turn.state.clock(DOSSIER), turn.state.apology
    if clock is None or turn.state.ending is not None:
        return
    if apology.is_pending or apology.is_required or apology.is_sent or apology.is_waived:
        return
    turn.state = replace(turn.state, apology=replace(apology, is_pending=True))
    turn.because(
        clock,
        f":{turn.caused_by().event_id}",
        ApologyPendingRaised,
        **turn.dues(clock),
        latest_at=turn.zone.local(clock.latest_at),
        declared_by="unit",
        held_by_unit_id=turn.state.holder_unit_id,
    )
