"""What stops the clocks and sets them going again: supplements and financial duties (DR-20 to DR-24, AR-11).

The ledger of the dossier is one; every clock that works on the dossier stands still with it. A step goes on with what was left
of its budget, an agency's day follows the dossier's (DR-13); intake, transfer, consultation and feedback never stop (DR-14).
"""

from typing import Any

from msgspec.structs import replace

from events.deadline import ClockPaused, ClockRestarted, ClockResumed
from rules.clocks.facts import PauseClosed, PauseOpened
from rules.clocks.instants import Instant
from rules.clocks.ledger import (
    Asked,
    adjusted_by,
    asked_of,
    by_every_policy,
    following,
    lapse,
    moved_to,
    open_entry,
    owe_again,
    own_entries,
    pause_count,
    say_moved,
)
from rules.clocks.state import Clock, Entry
from rules.clocks.transition import DOSSIER, Turn
from rules.due.supplement import AdjustedDue, is_pausing
from rules.errors import RulesError

_MOVED_BY_PAUSES = frozenset({"dossier", "step", "agency"})


def on_pause_opened(turn: Turn, fact: PauseOpened) -> None:
    """A supplement or a financial duty: the clocks stand still, unless it comes too late (DR-24)."""
    if open_entry(turn.state) is not None:
        turn.flag("overlap", "domain 4.3: already-paused", f"{fact.event_type} while a pause is open")
        return
    if turn.pins is None or not _may_pause(turn, fact):
        return
    clock = turn.state.clock(DOSSIER)
    last = turn.state.ledger[-1] if turn.state.ledger else None
    if last is not None and fact.at < (last.at if last.cause is None or last.until is None else last.until):
        turn.flag("order", "domain 4.3: out-of-order", f"{fact.event_type} lies before an earlier pause or extension")
        return
    stops = clock is None or not _is_too_late(turn, clock, fact.at)
    turn.state = replace(turn.state, ledger=(*turn.state.ledger, Entry(fact.cause, fact.at, None, stops=stops)))
    if not stops:
        return
    if clock is not None:
        lapse(turn, clock, "clock_paused")
    for one in turn.state.clocks:
        if one.kind in _MOVED_BY_PAUSES and not (one.is_breached and one.kind != "dossier"):
            _pause(turn, one, fact)


def _is_too_late(turn: Turn, clock: Clock, at: Instant) -> bool:
    """Whether the due date had passed: by its day, for hour terms by its instant (DR-24, DR-08)."""
    if clock.basis == "instant":
        return at > clock.lawful_due_at
    return turn.zone.local(at).toordinal() > clock.due_on


def _may_pause(turn: Turn, fact: PauseOpened | PauseClosed) -> bool:
    procedure = turn.planner.procedure(turn.state.subject.procedure_code, turn.state.subject.opened_on)
    says_so = procedure is not None and procedure.has_financial_pause
    return is_pausing(fact.cause, turn.require_pins().rule_set, procedure_says_so=says_so)


def _pause(turn: Turn, clock: Clock, fact: PauseOpened) -> None:
    calendar, local = turn.require_pins().calendar, turn.zone.local
    turn.put(replace(clock, is_paused=True))
    start, at = local(clock.effective_start_at), local(fact.at)
    turn.because(
        clock,
        f":{fact.event_id}",
        ClockPaused,
        **turn.dues(clock),
        cause=fact.cause,
        pause_no=pause_count(turn.state),
        consumed_working_days=max(0, calendar.working_days_between(start.date(), at.date())),
        consumed_working_minutes=max(0, calendar.working_minutes_between(start, at)),
    )


def on_pause_closed(turn: Turn, fact: PauseClosed) -> None:
    """The citizen has done what was asked: every clock that stood still goes on, by the policy that is lawful."""
    entry = open_entry(turn.state)
    if entry is None or entry.cause != fact.cause or turn.state.ending is not None:
        # A payment may as well be a fee; and what stops no clock of this procedure was never a pause.
        if not fact.is_payment and (not turn.state.is_accepted or (turn.pins is not None and _may_pause(turn, fact))):
            turn.flag("clock_gap", "domain 4.3: not-paused", f"{fact.event_type} without a pause")
        return
    if fact.at < entry.at:
        turn.flag("order", "domain 4.3: out-of-order", f"{fact.event_type} lies before the pause that it ends")
        return
    ledger = (*turn.state.ledger[:-1], replace(entry, until=fact.at))
    dossier = turn.state.clock(DOSSIER)
    adjusted = None if dossier is None else adjusted_by(turn, dossier, ledger)
    if adjusted is None and turn.state.clock(DOSSIER) is not None:
        return
    turn.state = replace(turn.state, ledger=ledger)
    if not entry.stops:
        return
    if dossier is not None and adjusted is not None:
        _resume(turn, dossier, *adjusted, entry, fact)
    for clock in turn.state.clocks:
        if clock.is_paused and clock.kind in ("step", "agency"):
            _resume_part(turn, clock, entry, fact)


def _resume(turn: Turn, clock: Clock, asked: Asked, adjusted: AdjustedDue, entry: Entry, fact: PauseClosed) -> None:
    moved = moved_to(turn, replace(clock, is_paused=False), adjusted)
    turn.put(moved)
    is_restart = adjusted.rule == "DR-21" and fact.cause == "supplement" and clock.term_unit is not None
    _say_resumed(turn, moved, entry, fact, ClockRestarted if is_restart else ClockResumed)
    if moved.lawful_due_at != clock.lawful_due_at:
        lapse(turn, moved, "due_moved")
        cause = "supplement_completed" if fact.cause == "supplement" else "financial_duty_met"
        say_moved(turn, clock, moved, cause, adjusted.rule, **by_every_policy(turn, asked, adjusted))
    owe_again(turn, moved)


def _say_resumed(turn: Turn, clock: Clock, entry: Entry, fact: PauseClosed, kind: Any) -> None:
    calendar, local = turn.require_pins().calendar, turn.zone.local
    opened, closed = local(entry.at), local(fact.at)
    turn.because(
        clock,
        f":{fact.event_id}",
        kind,
        **turn.dues(clock),
        cause=fact.cause,
        pause_no=pause_count(turn.state),
        paused_at=opened,
        waited_working_days=calendar.working_days_between(opened.date(), closed.date()),
        waited_working_minutes=calendar.working_minutes_between(opened, closed),
    )


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
        say_moved(turn, clock, moved, cause, "DR-20" if clock.kind == "step" else clock.original_rule)


def _part_moved(turn: Turn, clock: Clock) -> Clock:
    pins, running = turn.require_pins(), replace(clock, is_paused=False)
    if clock.original_rule == "DR-13":
        return following(turn, running)
    own = asked_of(turn, clock, own_entries(turn.state, clock))
    return moved_to(turn, running, own.by(pins, "pause"))
