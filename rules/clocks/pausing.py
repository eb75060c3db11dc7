"""What stops the clocks and sets them going again: supplements and financial duties (DR-20 to DR-24, AR-11).

The ledger of the dossier is one; every clock that works on the dossier stands still with it. A step goes on with what was left
of its budget, an agency's day follows the dossier's (DR-13); intake, transfer, consultation and feedback never stop (DR-14).
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from events.deadline import ClockPaused, ClockRestarted, ClockResumed
from rules.clocks.dating import await_approval, flag_late, is_long_after, is_missed_by, judged_by_instant
from rules.clocks.facts import Fact, PauseClosed, PauseOpened
from rules.clocks.instants import Instant, micros
from rules.clocks.ledger import (
    Asked,
    adjusted_by,
    asked_of,
    by_every_policy,
    closed,
    due_if_resumed,
    emit_moved,
    following,
    moved_to,
    open_entry,
    own_entries,
    pause_count,
    settled,
    waited_for,
)
from rules.clocks.obligations import lapse, owe_again
from rules.clocks.state import Clock, Entry
from rules.clocks.transition import DOSSIER, Handler, Transition
from rules.due.supplement import AdjustedDue, comes_too_late, is_pausing
from rules.due.terms import given_date
from rules.errors import CalendarExhaustedError, RulesError

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
    if last is not None and fact.at < (last.said_at if last.said_until is None else last.said_until):
        transition.flag(
            "order", "domain 4.3: out-of-order", f"{fact.event_type} lies before an earlier pause or extension"
        )
        return
    entry = _begun(transition, fact, clock)
    if not entry.stops:
        transition.note("too-late")
        return
    if clock is not None:
        lapse(transition, clock, "clock_paused")
    for one in transition.state.clocks:
        if can_pause(one):
            _pause_unless_missed(transition, one, entry, fact)
    if clock is not None and not entry.late_at and is_long_after(transition, fact):
        _flag_gain(transition, clock, fact)


def _flag_gain(transition: Transition, clock: Clock, fact: PauseOpened) -> None:
    """A request that is dated back within the term counts by its time; what is waited before its recording is made visible.

    A whole new term that begins with the answer (RESTART) owes nothing to when it was asked.
    """
    if fact.cause == "supplement" and transition.require_legal_context().rule_set.supplement_policy == "restart":
        return
    waited = due_if_resumed(transition, clock, fact.recorded_at)
    if waited is None or waited.due is None or micros(waited.due.due_at) <= clock.lawful_due_at:
        return
    calendar, local = transition.require_legal_context().calendar, transition.zone.local
    due_at, recorded_at = local(clock.lawful_due_at), local(fact.recorded_at)
    days = calendar.working_days_between(due_at.date(), waited.due.due_at.date())
    minutes = calendar.working_minutes_between(local(fact.at), recorded_at)
    detail = (
        f"recorded {recorded_at.isoformat()}: {minutes} working minutes of waiting lie between;"
        f" if nobody answered before, the due date moves by {days} working days for them"
    )
    transition.flag("backdated", "DR-20", detail, code="waiting-gained")


def _begun(transition: Transition, fact: PauseOpened, clock: Clock | None) -> Entry:
    """The new line of the ledger. What was recorded late begins with its recording until it is approved (DR-31)."""
    judged = judged_by_instant(transition, fact, clock)
    entry = Entry(
        fact.cause, judged.at, None, stops=True, opened_by=fact.event_id, opened_seq=fact.seq, said_at=fact.at,
        late_at=fact.recorded_at if judged.is_recorded_late else 0, amount_vnd=fact.amount_vnd, reply_by=fact.reply_by,
    )  # fmt: skip
    ledger = settled((*transition.state.ledger, entry))
    entry = replace(ledger[-1], stops=clock is None or not comes_too_late(ledger[-1].at, clock.lawful_due_at))
    transition.state = replace(transition.state, ledger=(*ledger[:-1], entry))
    if clock is not None and judged.is_recorded_late:
        flag_late(transition, fact, clock)
        await_approval(transition, fact)
    return entry


def can_pause(clock: Clock) -> bool:
    """Whether a clock stands still while the citizen is waited for; a part that was breached runs on (DR-12)."""
    return clock.kind in _MOVED_BY_PAUSES and not (clock.is_breached and clock.kind != "dossier")


def _pause_unless_missed(transition: Transition, clock: Clock, entry: Entry, fact: PauseOpened) -> None:
    if clock.kind != "dossier" and is_missed_by(transition, fact, clock):
        flag_late(transition, fact, clock)
        await_approval(transition, fact)
    else:
        pause(transition, clock, entry)


def _may_pause(transition: Transition, fact: PauseOpened | PauseClosed) -> bool:
    procedure = transition.planner.procedure(
        transition.state.subject.procedure_code, transition.state.subject.opened_on
    )
    says_so = procedure is not None and procedure.has_financial_pause
    return is_pausing(fact.cause, transition.require_legal_context().rule_set, procedure_says_so=says_so)


def pause(transition: Transition, clock: Clock, entry: Entry) -> None:
    """Let a clock stand still from the beginning of the line that is open."""
    transition.put(replace(clock, is_paused=True, reply_by_at=_reply_by(transition, clock, entry)))
    emit_paused(transition, clock, entry, pause_count(transition.state.ledger))


def _reply_by(transition: Transition, clock: Clock, entry: Entry) -> Instant:
    """When it is to be said that no answer came (B17); 0 where nobody named a day after the request."""
    if not entry.reply_by or clock.kind != "dossier":
        return 0
    try:
        last_day = datetime.combine(date.fromordinal(entry.reply_by), time.min, transition.zone.zone)
        by = micros(given_date(transition.require_legal_context().calendar, last_day))
    except CalendarExhaustedError:
        return 0
    return by if by > entry.at else 0


def emit_paused(transition: Transition, clock: Clock, entry: Entry, pause_no: int) -> None:
    """Say that a clock stood still from the beginning of a line."""
    calendar, local = transition.require_legal_context().calendar, transition.zone.local
    # What lies before the clock's start used up nothing, and may lie before the calendar.
    start, at = local(clock.effective_start_at), local(max(entry.at, clock.effective_start_at))
    transition.emit_at(
        entry.at,
        clock,
        tag_of(transition, entry.opened_by),
        ClockPaused,
        **transition.dues(clock),
        cause=waited_for(entry),
        pause_no=pause_no,
        consumed_working_days=calendar.working_days_between(start.date(), at.date()),
        consumed_working_minutes=calendar.working_minutes_between(start, at),
    )


def tag_of(transition: Transition, event_id: str) -> str:
    """What tells apart what an event caused: its own id, and that of the approval which made it count (B10)."""
    caused_by = transition.caused_by().event_id
    return f":{event_id}" if event_id == caused_by else f":{event_id}:{caused_by}"


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
    if fact.at < entry.said_at:
        transition.flag("order", "domain 4.3: out-of-order", f"{fact.event_type} lies before the pause that it ends")
        return
    paid_vnd = entry.paid_vnd + fact.amount_vnd
    entry = replace(entry, paid_vnd=paid_vnd)
    if fact.is_payment and paid_vnd < entry.amount_vnd:
        transition.state = replace(transition.state, ledger=(*transition.state.ledger[:-1], entry))
        transition.note("partly-paid")
        return
    _answered(transition, fact, closed(entry, fact, fact.at))


def _answered(transition: Transition, fact: PauseClosed, entry: Entry) -> None:
    ledger = (*transition.state.ledger[:-1], entry)
    dossier, adjusted = transition.state.clock(DOSSIER), None
    if dossier is not None:
        adjusted = adjusted_by(transition, dossier, ledger)
        if adjusted is None and transition.state.clock(DOSSIER) is not None:
            return
        if judged_by_instant(transition, fact, dossier, keeps_time=True).is_recorded_late:
            flag_late(transition, fact, dossier)
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
    running = replace(clock, is_paused=False, reply_by_at=0, armed_by=fact.event_id, armed_seq=fact.seq)
    moved = moved_to(transition, running, adjusted)
    transition.put(moved)
    emit_resumed(transition, moved, entry, pause_count(transition.state.ledger), adjusted)
    if moved.lawful_due_at != clock.lawful_due_at:
        lapse(transition, moved, "due_moved")
        cause = "supplement_completed" if fact.cause == "supplement" else "financial_duty_met"
        emit_moved(transition, clock, moved, cause, adjusted.rule, **by_every_policy(transition, asked, adjusted))
    owe_again(transition, moved)


def emit_resumed(
    transition: Transition, clock: Clock, entry: Entry, pause_no: int, adjusted: AdjustedDue | None = None
) -> None:
    """Say that a clock goes on with the end of a line; that it begins anew, where what is lawful is a restart (DR-21)."""
    assert entry.until is not None  # noqa: S101 it was closed
    calendar, local = transition.require_legal_context().calendar, transition.zone.local
    is_restart = adjusted is not None and adjusted.rule == "DR-21" and entry.cause == "supplement" and entry.restarts
    kind: Any = ClockRestarted if is_restart and clock.term_unit is not None else ClockResumed
    opened, until = local(entry.at), local(entry.until)
    transition.emit_at(
        entry.until,
        clock,
        tag_of(transition, entry.closed_by),
        kind,
        **transition.dues(clock),
        cause=waited_for(entry),
        pause_no=pause_no,
        paused_at=opened,
        waited_working_days=calendar.working_days_between(opened.date(), until.date()),
        waited_working_minutes=calendar.working_minutes_between(opened, until),
    )


def _resume_part(transition: Transition, clock: Clock, entry: Entry, fact: PauseClosed) -> None:
    """A step goes on with what was left of its budget; an agency's day follows the dossier's (DR-13)."""
    try:
        moved = part_moved(transition, clock)
    except RulesError as error:
        transition.drop(clock.name)
        transition.not_armed_by(clock.name, clock.kind, error)
        return
    transition.put(moved)
    emit_resumed(transition, moved, entry, pause_count(transition.state.ledger))
    if moved.lawful_due_at != clock.lawful_due_at:
        cause = "supplement_completed" if fact.cause == "supplement" else "financial_duty_met"
        emit_moved(transition, clock, moved, cause, "DR-20" if clock.kind == "step" else clock.original_rule)


def part_moved(transition: Transition, clock: Clock) -> Clock:
    """A step or an agency's clock, going on, with the due date that the ledger gives it. Raises RulesError."""
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
