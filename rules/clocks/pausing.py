"""What stops the clocks and sets them going again: supplements and financial duties (DR-20 to DR-24, AR-11).

The ledger of the dossier is one; every clock that works on the dossier stands still with it. A step goes on with what was left
of its budget, an agency's day follows the dossier's (DR-13); intake, transfer, consultation and feedback never stop (DR-14).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from events.deadline import ClockPaused, ClockRestarted, ClockResumed
from rules.clocks.facts import Fact, PauseClosed, PauseOpened
from rules.clocks.ledger import (
    Asked,
    adjusted_by,
    asked_of,
    by_every_policy,
    emit_moved,
    following,
    moved_to,
    open_entry,
    own_entries,
    pause_count,
)
from rules.clocks.obligations import lapse, owe_again
from rules.clocks.state import Clock, Entry
from rules.clocks.transition import DOSSIER, Handler, Transition
from rules.due.supplement import AdjustedDue, comes_too_late, is_pausing
from rules.errors import RulesError

_MOVED_BY_PAUSES = frozenset({"dossier", "step", "agency"})


def on_pause_opened(transition: Transition, fact: PauseOpened) -> None:
    """A supplement or a financial duty: the clocks stand still, unless it comes too late (DR-24)."""
    if open_entry(transition.state) is not None:
        transition.flag("overlap", "domain 4.3: already-paused", f"{fact.event_type} while a pause is open")
        return
    if transition.legal_context is None:
        return
    if not _may_pause(transition, fact):
        transition.note("no-pause-here")
        return
    clock = transition.state.clock(DOSSIER)
    last = transition.state.ledger[-1] if transition.state.ledger else None
    if last is not None and fact.at < (last.at if last.cause is None or last.until is None else last.until):
        transition.flag(
            "order", "domain 4.3: out-of-order", f"{fact.event_type} lies before an earlier pause or extension"
        )
        return
    stops = clock is None or not comes_too_late(fact.at, clock.lawful_due_at)
    transition.state = replace(
        transition.state, ledger=(*transition.state.ledger, Entry(fact.cause, fact.at, None, stops=stops))
    )
    if not stops:
        transition.note("too-late")
        return
    if clock is not None:
        lapse(transition, clock, "clock_paused")
    for one in transition.state.clocks:
        if one.kind in _MOVED_BY_PAUSES and not (one.is_breached and one.kind != "dossier"):
            _pause(transition, one, fact)


def _may_pause(transition: Transition, fact: PauseOpened | PauseClosed) -> bool:
    procedure = transition.planner.procedure(
        transition.state.subject.procedure_code, transition.state.subject.opened_on
    )
    says_so = procedure is not None and procedure.has_financial_pause
    return is_pausing(fact.cause, transition.require_legal_context().rule_set, procedure_says_so=says_so)


def _pause(transition: Transition, clock: Clock, fact: PauseOpened) -> None:
    calendar, local = transition.require_legal_context().calendar, transition.zone.local
    transition.put(replace(clock, is_paused=True))
    # What lies before the clock's start used up nothing, and may lie before the calendar.
    start, at = local(clock.effective_start_at), local(max(fact.at, clock.effective_start_at))
    transition.emit(
        clock,
        f":{fact.event_id}",
        ClockPaused,
        **transition.dues(clock),
        cause=fact.cause,
        pause_no=pause_count(transition.state),
        consumed_working_days=calendar.working_days_between(start.date(), at.date()),
        consumed_working_minutes=calendar.working_minutes_between(start, at),
    )


def on_pause_closed(transition: Transition, fact: PauseClosed) -> None:
    """The citizen has done what was asked: every clock that stood still goes on, by the policy that is lawful."""
    entry = open_entry(transition.state)
    if entry is None or entry.cause != fact.cause or transition.state.ending is not None:
        # A payment may as well be a fee; and what stops no clock of this procedure was never a pause.
        if not fact.is_payment and (
            not transition.state.is_accepted or (transition.legal_context is not None and _may_pause(transition, fact))
        ):
            transition.flag("clock_gap", "domain 4.3: not-paused", f"{fact.event_type} without a pause")
        return
    if fact.at < entry.at:
        transition.flag("order", "domain 4.3: out-of-order", f"{fact.event_type} lies before the pause that it ends")
        return
    ledger = (*transition.state.ledger[:-1], replace(entry, until=fact.at))
    dossier = transition.state.clock(DOSSIER)
    adjusted = None if dossier is None else adjusted_by(transition, dossier, ledger)
    if adjusted is None and transition.state.clock(DOSSIER) is not None:
        return
    transition.state = replace(transition.state, ledger=ledger)
    if not entry.stops:
        return
    if dossier is not None and adjusted is not None:
        _resume(transition, dossier, *adjusted, entry, fact)
    for clock in transition.state.clocks:
        if clock.is_paused and clock.kind in ("step", "agency"):
            _resume_part(transition, clock, entry, fact)


def _resume(
    transition: Transition, clock: Clock, asked: Asked, adjusted: AdjustedDue, entry: Entry, fact: PauseClosed
) -> None:
    # AL-2: armed anew. What falls due from now on follows from this, hence stands after what the wait took back.
    running = replace(clock, is_paused=False, armed_by=fact.event_id, armed_seq=fact.seq)
    moved = moved_to(transition, running, adjusted)
    transition.put(moved)
    is_restart = adjusted.rule == "DR-21" and fact.cause == "supplement" and clock.term_unit is not None
    _emit_resumed(transition, moved, entry, fact, ClockRestarted if is_restart else ClockResumed)
    if moved.lawful_due_at != clock.lawful_due_at:
        lapse(transition, moved, "due_moved")
        cause = "supplement_completed" if fact.cause == "supplement" else "financial_duty_met"
        emit_moved(transition, clock, moved, cause, adjusted.rule, **by_every_policy(transition, asked, adjusted))
    owe_again(transition, moved)


def _emit_resumed(transition: Transition, clock: Clock, entry: Entry, fact: PauseClosed, kind: Any) -> None:
    calendar, local = transition.require_legal_context().calendar, transition.zone.local
    opened, closed = local(entry.at), local(fact.at)
    transition.emit(
        clock,
        f":{fact.event_id}",
        kind,
        **transition.dues(clock),
        cause=fact.cause,
        pause_no=pause_count(transition.state),
        paused_at=opened,
        waited_working_days=calendar.working_days_between(opened.date(), closed.date()),
        waited_working_minutes=calendar.working_minutes_between(opened, closed),
    )


def _resume_part(transition: Transition, clock: Clock, entry: Entry, fact: PauseClosed) -> None:
    """A step goes on with what was left of its budget; an agency's day follows the dossier's (DR-13)."""
    try:
        moved = _part_moved(transition, clock)
    except RulesError as error:
        transition.drop(clock.name)
        transition.not_armed_by(clock.name, clock.kind, error)
        return
    transition.put(moved)
    _emit_resumed(transition, moved, entry, fact, ClockResumed)
    if moved.lawful_due_at != clock.lawful_due_at:
        cause = "supplement_completed" if fact.cause == "supplement" else "financial_duty_met"
        emit_moved(transition, clock, moved, cause, "DR-20" if clock.kind == "step" else clock.original_rule)


def _part_moved(transition: Transition, clock: Clock) -> Clock:
    legal_context, running = transition.require_legal_context(), replace(clock, is_paused=False)
    if clock.original_rule == "DR-13":
        return following(transition, running)
    own = asked_of(transition, clock, own_entries(transition.state, clock))
    return moved_to(transition, running, own.by(legal_context, "pause"))


HANDLERS: Final[Mapping[type[Fact], Handler]] = MappingProxyType(
    {
        PauseOpened: on_pause_opened,
        PauseClosed: on_pause_closed,
    }
)
"""What each of these facts does."""
