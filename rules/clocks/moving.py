"""What moves a due date besides pauses: extensions, reopening, a new calendar (DR-25 to DR-28); and lateness foreseen (AR-01)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from events.deadline import ApologyPendingRaised, DeadlineRecomputed
from rules.calendars.calendar import Calendar
from rules.calendars.change import is_touched
from rules.clocks.dating import await_approval, flag_late, judged_by_instant
from rules.clocks.ending import end_of_promise
from rules.clocks.facts import CalendarChanged, Extended, Fact, LatenessForeseen, Reopened
from rules.clocks.instants import Instant, instant, micros
from rules.clocks.ledger import (
    adjusted_by,
    emit_moved,
    following,
    ledger_of,
    moved_to,
    open_entry,
    own_entries,
    settled,
    since_the_end,
)
from rules.clocks.obligations import foresee, lapse, owe_again, pending_fields
from rules.clocks.planning import SECOND, LegalContext, Plan, ahead_from
from rules.clocks.rule_values import lawful_due_of, term_of_clock
from rules.clocks.state import Clock, Entry, Wake
from rules.clocks.transition import DOSSIER, Handler, Transition
from rules.due.supplement import adjusted_due
from rules.due.terms import Due, first_due
from rules.errors import RulesError


def on_extended(transition: Transition, fact: Extended) -> None:
    """A later due date under a special law (DR-25)."""
    clock = transition.state.clock(DOSSIER)
    if clock is None:
        return
    problem = _problem_of_day(transition, fact.new_due_at)
    if problem is not None:  # the clock goes on as it was: nothing that can't be planned lets it stop (B16)
        transition.flag("redated", "DR-25", problem, code="refused")
        return
    open_pause = open_entry(transition.state)
    # The rules want entries in the order of their beginning; an extension during a pause stands before it and counts after.
    before = transition.state.ledger[:-1] if open_pause is not None else transition.state.ledger
    if before and fact.at < before[-1].said_at:
        transition.flag(
            "order", "domain 4.3: out-of-order", f"{fact.event_type} lies before an earlier pause or extension"
        )
        return
    judged = judged_by_instant(transition, fact, clock)
    entry = Entry(
        None, judged.at, fact.new_due_at, stops=False, legal_basis=fact.legal_basis, opened_by=fact.event_id,
        opened_seq=fact.seq, said_at=fact.at, late_at=fact.recorded_at if judged.is_recorded_late else 0,
    )  # fmt: skip
    ledger = settled((*before, entry, open_pause) if open_pause is not None else (*before, entry))
    adjusted = adjusted_by(transition, clock, ledger)
    if adjusted is None:
        return
    transition.state = replace(transition.state, ledger=ledger)
    if judged.is_recorded_late:
        flag_late(transition, fact, clock)
        await_approval(transition, fact)
    _, answer = adjusted
    if answer.due is None:
        return
    moved = moved_to(transition, clock, answer)
    if moved.lawful_due_at <= clock.lawful_due_at:  # also counted by a calendar that came after a breach (DR-27)
        if not judged.is_recorded_late:  # what waits for its approval may move it yet
            transition.flag("redated", "B15", "an extension that moves nothing", code="no-effect")
        return
    lapse(transition, clock, "due_moved")
    transition.put(moved)
    emit_moved(transition, clock, moved, "extension", "DR-25", legal_basis=fact.legal_basis)
    follow_dossier(transition)


def _problem_of_day(transition: Transition, at: Instant) -> str | None:
    """Why the calendar has no such day, None where it has it."""
    try:
        transition.require_legal_context().calendar.is_working_day(transition.zone.local(at).date())
    except RulesError as error:
        return str(error)
    return None


def on_reopened(transition: Transition, fact: Reopened) -> None:
    """The dossier goes on: the time between its end and now was no time of its clock."""
    ending = transition.state.ending
    if ending is None:
        transition.flag("order", "domain 4.3: not-ended", f"{fact.event_type} of a dossier that has not ended")
        return
    if fact.at < (ending.uncorrected_at or ending.at):
        transition.flag("order", "domain 4.3: out-of-order", f"{fact.event_type} lies before the end")
        return
    clock = transition.state.clock(DOSSIER)
    if clock is None:
        transition.state = replace(transition.state, ending=None)
        return
    if ending.waits_from and not ending.is_backdated:
        flag_late(transition, ending, clock)
        await_approval(transition, ending)
    adjusted = adjusted_by(transition, clock, ledger := since_the_end(transition.state, ending, fact))
    if adjusted is None and transition.state.clock(DOSSIER) is not None:
        return
    transition.state = replace(transition.state, ending=None, ledger=ledger)
    if adjusted is None:
        return
    # AL-2: armed anew. What falls due from now on follows from this, hence stands after what the ending took back.
    going_on = replace(
        clock,
        is_paused=False,
        ahead=_promise_again(transition, clock, fact),
        armed_by=fact.event_id,
        armed_seq=fact.seq,
    )
    _, answer = adjusted
    moved = moved_to(transition, going_on, answer)
    if moved.lawful_due_at <= clock.lawful_due_at:  # earlier: counted by a calendar that came after a breach (DR-27)
        moved = going_on
        ahead = (*moved.ahead, *_ahead_again(transition, moved, fact))
        moved = replace(moved, ahead=tuple(sorted(ahead, key=lambda wake: wake.at)))
    transition.put(moved)
    emit_moved(transition, clock, moved, "reopening", answer.rule)
    owe_again(transition, moved)


def _promise_again(transition: Transition, clock: Clock, fact: Reopened) -> tuple[Wake, ...]:
    """The end of a re-appointment that is still to come (AR-05); one that was said to be broken is not said so twice."""
    if (
        SECOND in clock.emitted
        or not transition.state.apology.reappointments
        or clock.promised_due_at <= clock.lawful_due_at
    ):
        return ()
    ends_at = micros(end_of_promise(clock, transition.zone.local(clock.promised_due_at)))
    return (Wake(SECOND, ends_at),) if ends_at > fact.at else ()


def _ahead_again(transition: Transition, clock: Clock, fact: Reopened) -> tuple[Wake, ...]:
    """What lies ahead of a clock that goes on with its old due date; the breach, where it was said, stays said."""
    if clock.is_breached:
        rungs = transition.planner.escalations(transition.require_legal_context(), clock)
        return tuple(rung for rung in rungs if rung.at > fact.at and rung.name not in clock.emitted)
    return ahead_from(_whole(transition, clock), fact.at, clock.emitted)


def _whole(transition: Transition, clock: Clock) -> Plan:
    legal_context = transition.require_legal_context()
    return transition.planner.by_due(
        legal_context, clock.kind, lawful_due_of(clock, legal_context.zone), term_of_clock(clock)
    )


def on_calendar_changed(transition: Transition, fact: CalendarChanged) -> None:
    """Count this open dossier's clocks anew by another version of its calendar (DR-27); finished ones never."""
    subject = transition.state.subject
    if transition.state.ending is not None:
        transition.flag("redated", "DR-27", "a finished dossier is never counted anew", code="already-ended")
        return
    if (subject.calendar_id, subject.calendar_version) != (fact.calendar_id, fact.old_version):
        known = f"{subject.calendar_id} {subject.calendar_version}"
        transition.flag(
            "redated",
            "DR-27",
            f"the clock counts by {known}, not by {fact.calendar_id} {fact.old_version}",
            code="other-calendar",
        )
        return
    old = transition.require_legal_context()
    changed = replace(subject, calendar_version=fact.new_version)
    try:
        new = transition.planner.legal_context(changed)
    except RulesError as error:
        transition.not_armed(DOSSIER, "dossier", "unknown_calendar", str(error))
        return
    assert new is not None  # noqa: S101 a version was named
    transition.state, transition.legal_context, transition.zone = (
        replace(transition.state, subject=changed),
        new,
        new.zone,
    )
    for clock in transition.state.clocks:
        if clock.is_breached:
            continue
        if _is_touched(old.calendar, new.calendar, clock):
            _recompute(transition, clock, fact, old)
        elif old.is_provisional(clock) and not new.is_provisional(clock):
            _emit_recomputed(transition, clock, clock, fact, old.calendar)
    dossier = transition.state.clock(DOSSIER)
    if dossier is not None and not dossier.is_breached:
        follow_dossier(transition)


def _is_touched(old: Calendar, new: Calendar, clock: Clock) -> bool:
    start, end = old.local_date(instant(clock.started_at)), old.local_date(instant(clock.lawful_due_at))
    is_counted = term_of_clock(clock) is not None or clock.stated_due_at > 0
    return is_counted and is_touched(old, new, start, end)


def _first_due_again(legal_context: LegalContext, clock: Clock) -> Due:
    """The first due date of a clock by another calendar; of a part of the way a date that was stated alone (DR-12 to DR-14)."""
    stated_at = instant(clock.stated_due_at) if clock.stated_due_at else None
    term = term_of_clock(clock) if stated_at is None or clock.kind == "dossier" else None
    found = first_due(legal_context.calendar, instant(clock.started_at), term, stated_at, legal_context.rule_set)
    assert found is not None  # noqa: S101 only what has a term or a stated date is counted anew
    return found


def _recompute(transition: Transition, clock: Clock, fact: CalendarChanged, old: LegalContext) -> None:
    legal_context, term = transition.require_legal_context(), term_of_clock(clock)
    try:
        original = _first_due_again(legal_context, clock)
        own = ledger_of(transition, own_entries(transition.state, clock))
        policy = legal_context.rule_set.supplement_policy if clock.kind == "dossier" else "pause"
        adjusted = adjusted_due(legal_context.calendar, original, term, own, legal_context.rule_set, policy)
    except RulesError as error:
        transition.drop(clock.name)
        transition.not_armed_by(clock.name, clock.kind, error)
        return
    clock = replace(clock, base_due_at=micros(original.due_at))
    transition.put(clock)
    if adjusted.due is None:
        return  # it waits: the new calendar counts when it goes on
    moved = moved_to(transition, clock, adjusted)
    if moved.lawful_due_at == clock.lawful_due_at and old.is_provisional(clock) == legal_context.is_provisional(clock):
        return
    # What was printed for the citizen stays the promise where it is the later one (DR-27).
    moved = replace(moved, promised_due_at=max(clock.promised_due_at, moved.lawful_due_at))
    transition.put(moved)
    _emit_recomputed(transition, clock, moved, fact, old.calendar)


def _emit_recomputed(transition: Transition, clock: Clock, moved: Clock, fact: CalendarChanged, old: Calendar) -> None:
    """Say the due dates by the new version; also where they stand as before and are provisional no longer (CAL-6)."""
    local = transition.zone.local
    transition.emit(
        moved,
        f":{fact.event_id}",
        DeadlineRecomputed,
        **transition.dues(moved),
        reason=fact.reason,
        rule="DR-27",
        calendar_id=fact.calendar_id,
        calendar_version=fact.new_version,
        previous_calendar_version=old.version,
        previous_lawful_due_at=local(clock.lawful_due_at),
        previous_promised_due_at=local(clock.promised_due_at),
    )


def follow_dossier(transition: Transition) -> None:
    """Let the agencies' days follow the dossier's due date (DR-13)."""
    for clock in transition.state.clocks:
        if clock.original_rule == "DR-13" and not clock.is_breached and not clock.is_paused:
            try:
                moved = following(transition, clock)
            except RulesError as error:
                transition.drop(clock.name)
                transition.not_armed_by(clock.name, clock.kind, error)
                continue
            if moved.lawful_due_at != clock.lawful_due_at:
                transition.put(moved)
                emit_moved(transition, clock, moved, "dossier_moved", "DR-13")


def on_lateness_foreseen(transition: Transition, fact: LatenessForeseen) -> None:
    """The unit itself says that it will be late (AR-01)."""
    clock = transition.state.clock(DOSSIER)
    if clock is None or transition.state.ending is not None or not foresee(transition, clock):
        return
    transition.emit(clock, f":{fact.event_id}", ApologyPendingRaised, **pending_fields(transition, clock, "unit"))


HANDLERS: Final[Mapping[type[Fact], Handler]] = MappingProxyType(
    {
        Extended: on_extended,
        CalendarChanged: on_calendar_changed,
        Reopened: on_reopened,
        LatenessForeseen: on_lateness_foreseen,
    }
)
"""What each of these facts does."""
