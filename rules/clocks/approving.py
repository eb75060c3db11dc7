"""What follows from an approval of late records (DR-31): from then on each of them counts by its own time.

What was said stays said. The ledger is settled and summed up anew as a whole, what stood still is said again by the number of its
pause, endings, letters and parts are classed again. Nothing becomes earlier by it.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from rules.clocks.ending import judge_again, letter_approved
from rules.clocks.facts import BackdatingApproved, Fact
from rules.clocks.instants import micros
from rules.clocks.ledger import adjusted_by, emit_moved, moved_to, open_entry, pause_count, settled
from rules.clocks.moving import follow_dossier
from rules.clocks.obligations import lapse
from rules.clocks.parts import emit_met
from rules.clocks.pausing import can_pause, emit_paused, emit_resumed, part_moved, pause
from rules.clocks.state import Clock, Entry, LateRecord
from rules.clocks.transition import DOSSIER, Handler, Transition
from rules.due.supplement import AdjustedDue, comes_too_late
from rules.errors import RulesError

_CAUSE = "late_record_approved"


def on_backdating_approved(transition: Transition, fact: BackdatingApproved) -> None:
    """A second person approves events that were recorded late; of another event, or for a second time, it says nothing."""
    approved = [late for late in transition.state.late_records if late.event_id in fact.target_event_ids]
    ending = transition.state.ending
    if ending is not None and ending.event_id in fact.target_event_ids and not ending.is_backdated:
        transition.state = replace(transition.state, ending=replace(ending, waits_from=0))
    if not approved:
        transition.note("nothing-to-approve")
        return
    left = tuple(late for late in transition.state.late_records if late not in approved)
    transition.state = replace(transition.state, late_records=left)
    has_moved = _count_by_own_time(transition, frozenset(late.event_id for late in approved))
    _judge_ending(transition, fact, has_moved=has_moved)
    for late in approved:
        letter_approved(transition, late)
        _judge_parts(transition, late)


def _judge_parts(transition: Transition, late: LateRecord) -> None:
    for clock in late.parts:
        emit_met(transition, clock, late.at, late.event_type)


def _judge_ending(transition: Transition, fact: BackdatingApproved, *, has_moved: bool) -> None:
    ending, clock = transition.state.ending, transition.state.clock(DOSSIER)
    if ending is None or clock is None:
        return
    is_approved = ending.is_backdated and ending.event_id in fact.target_event_ids
    if is_approved:
        ending = replace(ending, is_backdated=False, is_approved=True, waits_from=0)
    if is_approved or has_moved:
        judge_again(transition, clock, ending)


def _count_by_own_time(transition: Transition, approved: frozenset[str]) -> bool:
    """Settle the ledger anew and let the due dates follow; whether any line of it counts otherwise now."""
    before = transition.state.ledger
    lines = tuple(replace(line, late_at=0) if line.opened_by in approved else line for line in before)
    if lines == before:
        return False
    clock = transition.state.clock(DOSSIER)
    after = _stopping_anew(transition, clock, settled(lines))
    if after is None:
        return False
    transition.state = replace(transition.state, ledger=after)
    if clock is not None:
        _dossier_again(transition, clock, before)
    if transition.state.ending is None:
        _parts_again(transition)
    return True


def _stopping_anew(transition: Transition, clock: Clock | None, lines: tuple[Entry, ...]) -> tuple[Entry, ...] | None:
    """The lines, each with whether it stopped the clock by the due date of its moment (DR-24); None: the rules refuse them."""
    if clock is None:
        return tuple(replace(line, stops=line.cause is not None) for line in lines)
    found: list[Entry] = []
    for line in lines:
        adjusted = adjusted_by(transition, clock, tuple(found))
        if adjusted is None:
            return None
        due = adjusted[1].due
        stops = line.cause is not None and (due is None or not comes_too_late(line.at, micros(due.due_at)))
        found.append(replace(line, stops=stops))
    return tuple(found)


def _dossier_again(transition: Transition, clock: Clock, before: tuple[Entry, ...]) -> None:
    """The dossier's clock by the new ledger: its pauses, its due date, and whether it stands still now."""
    ledger, ending, waiting = transition.state.ledger, transition.state.ending, open_entry(transition.state)
    ended = ledger
    if waiting is not None:
        at = max(ending.at, waiting.at) if ending else waiting.at
        ended = (*ledger[:-1], replace(waiting, until=at, is_answered=False)) if ending else _before(waiting, ledger)
    adjusted = adjusted_by(transition, clock, ended)
    if adjusted is None:
        return
    answer = adjusted[1]
    moved = moved_to(transition, clock, answer)
    if moved.lawful_due_at < clock.lawful_due_at:  # counted by a calendar that came after a breach (DR-27)
        moved = clock
    if ending is not None:  # nothing more falls due of it than what was owed
        moved = replace(moved, ahead=clock.ahead)
    transition.put(moved)
    _say_pauses(transition, moved, before, answer)
    if moved.lawful_due_at != clock.lawful_due_at:
        lapse(transition, clock, "due_moved")
        if ending is None:
            emit_moved(transition, clock, moved, _CAUSE, answer.rule)
    if waiting is not None and waiting.stops and ending is None:
        lapse(transition, moved, "clock_paused")
        if not clock.is_paused:
            pause(transition, moved, waiting)
        elif waiting.at != before[-1].at:
            emit_paused(transition, moved, waiting, pause_count(ledger))


def _before(waiting: Entry, ledger: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The lines that count while the clock stands still: an extension granted meanwhile does when it goes on (DR-25)."""
    if not waiting.stops:
        return ledger[:-1]
    return tuple(line for line in ledger[:-1] if line.opened_seq < waiting.opened_seq)


def _say_pauses(transition: Transition, clock: Clock, before: tuple[Entry, ...], answer: AdjustedDue) -> None:
    """Say again, by its number, each pause that counts otherwise than it was said; the open one is said by itself."""
    ledger, ending = transition.state.ledger, transition.state.ending
    for number, (line, known) in enumerate(zip(ledger, before, strict=True)):
        counts_as_known = (line.at, line.until, line.stops) == (known.at, known.until, known.stops)
        if not line.stops or counts_as_known or pause_count((line,)) == 0:
            continue
        pause_no = pause_count(ledger[: number + 1])
        if line.until is not None or ending is not None:
            emit_paused(transition, clock, line, pause_no)
        if line.until is not None:
            emit_resumed(transition, clock, line, pause_no, answer)


def _parts_again(transition: Transition) -> None:
    """Steps stand still with the dossier or go on with what was left of their budget; agencies follow its due date."""
    waiting = open_entry(transition.state)
    for clock in transition.state.clocks:
        if clock.kind not in ("step", "agency") or not can_pause(clock):
            continue
        if waiting is not None and waiting.stops:
            if not clock.is_paused:
                pause(transition, clock, waiting)
        elif clock.kind == "step":
            _step_again(transition, clock)
    if waiting is None or not waiting.stops:
        follow_dossier(transition)


def _step_again(transition: Transition, clock: Clock) -> None:
    try:
        moved = part_moved(transition, clock)
    except RulesError as error:
        transition.drop(clock.name)
        transition.not_armed_by(clock.name, clock.kind, error)
        return
    if moved.lawful_due_at > clock.lawful_due_at:
        transition.put(moved)
        emit_moved(transition, clock, moved, _CAUSE, "DR-20")


HANDLERS: Final[Mapping[type[Fact], Handler]] = MappingProxyType({BackdatingApproved: on_backdating_approved})
"""What each of these facts does."""
