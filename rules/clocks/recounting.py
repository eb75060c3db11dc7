"""A clock counted anew from corrected values, beside the one that runs: only what is earlier, or worse, takes its place (B20).

A later due date is the promise only, and flagged: what makes a lawful date later is an extension (DR-25).
"""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from events.deadline import DeadlineRecomputed
from rules.clocks.facts import Corrected
from rules.clocks.instants import Instant, micros
from rules.clocks.ledger import asked_of, due_if_resumed, moved_to, open_entry, pause_count
from rules.clocks.moving import follow_dossier
from rules.clocks.obligations import lapse, owe_again
from rules.clocks.pausing import can_pause, emit_paused, emit_resumed, part_moved
from rules.clocks.planning import BREACH, SECOND
from rules.clocks.state import Clock, Entry, Wake
from rules.clocks.transition import DOSSIER, Transition
from rules.clocks.verdicts import emit_ending_class
from rules.due.supplement import AdjustedDue, comes_too_late
from rules.errors import RulesError

RULE: Final = "B20"
_WORSE: Final = {"early": 0, "on_time": 1, "late": 2}


class Count(Struct, frozen=True, gc=False):
    """What is counted: the dossier's clock with its beginning, its ledger, and what the citizen was told (None: as before)."""

    clock: Clock
    ledger: tuple[Entry, ...]
    promised_at: Instant | None = None


def refuse(transition: Transition, problem: str) -> None:
    """What can't be counted makes no due date earlier: the clock goes on by what it knew, and that is flagged."""
    transition.flag("redated", RULE, f"it can't be counted so: {problem}", code="can-not-be-counted")


def recount(transition: Transition, fact: Corrected, count: Count) -> None:
    """Let the corrected clock take the place of the dossier's where it is due earlier."""
    clock = transition.state.clock(DOSSIER)
    assert clock is not None  # noqa: S101 the caller has looked
    try:
        count = replace(count, ledger=_stopping_anew(transition, count.clock, count.ledger))
        answer = _answer(transition, fact, count.clock, count.ledger)
        before = clock.lawful_due_at
        if clock.is_paused:
            before = _due_at(_answer(transition, fact, clock, transition.state.ledger))
    except RulesError as error:
        refuse(transition, str(error))
        return
    if _due_at(answer) > before:
        _later(transition, fact, clock, _due_at(answer))
    elif _due_at(answer) == before:
        transition.note("due-as-before")
    elif clock.is_breached and transition.state.ending is None:
        transition.note("breached-already")
    elif transition.state.ending is not None:
        _ended_earlier(transition, fact, count, answer)
    else:
        _open_earlier(transition, fact, count, answer)


def _stopping_anew(transition: Transition, clock: Clock, lines: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The lines, each with whether it stops the clock by the due date of its moment (DR-24). Raises RulesError."""
    found: list[Entry] = []
    for line in lines:
        due = _adjusted(transition, clock, tuple(found)).due
        stops = line.cause is not None and (due is None or not comes_too_late(line.at, micros(due.due_at)))
        found.append(replace(line, stops=stops))
    return tuple(found)


def _adjusted(transition: Transition, clock: Clock, lines: tuple[Entry, ...]) -> AdjustedDue:
    legal_context = transition.require_legal_context()
    return asked_of(transition, clock, lines).by(legal_context, legal_context.rule_set.supplement_policy)


def _answer(transition: Transition, fact: Corrected, clock: Clock, lines: tuple[Entry, ...]) -> AdjustedDue:
    """What a ledger gives; a wait that is open in it counts as if it ended with the dossier, or now. Raises RulesError."""
    ending, last = transition.state.ending, lines[-1] if lines else None
    if last is not None and last.cause is not None and last.until is None:
        until = max(ending.at if ending else fact.at, last.at)
        lines = (*lines[:-1], replace(last, until=until, is_answered=False))
    return _adjusted(transition, clock, lines)


def _due_at(answer: AdjustedDue) -> Instant:
    assert answer.due is not None  # noqa: S101 nothing is open any more
    return micros(answer.due.due_at)


def _later(transition: Transition, fact: Corrected, clock: Clock, due_at: Instant) -> None:
    """Only the promise becomes later, of a clock that runs; one that waits or has ended has none to give now."""
    local = transition.zone.local
    detail = f"by the correction it would be due {local(due_at).isoformat()}; a lawful date becomes later by an extension only"
    transition.flag("redated", RULE, detail, code="not-better")
    if clock.is_paused or transition.state.ending is not None or due_at <= clock.promised_due_at:
        return
    promised = replace(clock, promised_due_at=due_at)
    transition.put(promised)
    _emit_recomputed(transition, fact, clock, promised)


def _open_earlier(transition: Transition, fact: Corrected, count: Count, answer: AdjustedDue) -> None:
    clock, before = transition.state.clock(DOSSIER), transition.state.ledger
    assert clock is not None  # noqa: S101 the caller has looked
    transition.state = replace(transition.state, ledger=count.ledger)
    _say_waits(transition, count.clock, before)
    waiting = open_entry(transition.state)
    if waiting is not None and waiting.stops:
        transition.put(count.clock)
        transition.note("counts-when-it-goes-on")
        return
    lapse(transition, clock, "due_moved")
    armed = replace(count.clock, is_paused=False, reply_by_at=0, armed_by=fact.event_id, armed_seq=fact.seq)
    moved = _moved(transition, fact, armed, count, answer)
    transition.put(moved)
    if (moved.lawful_due_at, moved.promised_due_at) != (clock.lawful_due_at, clock.promised_due_at):
        _emit_recomputed(transition, fact, clock, moved)
    owe_again(transition, moved)
    _parts_again(transition, fact, before)
    follow_dossier(transition)


def _moved(transition: Transition, fact: Corrected, armed: Clock, count: Count, answer: AdjustedDue) -> Clock:
    """The clock with its earlier due date: reminders that lie behind are not said any more, a breach that does is (AL-2)."""
    moved = moved_to(transition, armed, answer)
    ahead = tuple([wake for wake in moved.ahead if wake.name in (BREACH, SECOND) or wake.at > fact.at])
    promised_at = armed.promised_due_at if count.promised_at is None else count.promised_at
    return replace(moved, ahead=ahead, promised_due_at=max(promised_at, moved.lawful_due_at))


def _say_waits(transition: Transition, clock: Clock, before: tuple[Entry, ...]) -> None:
    """Say again, by its number, each wait that counts otherwise; one that stops nothing any more lasted no time."""
    ledger = transition.state.ledger
    for number, (line, known) in enumerate(zip(ledger, before, strict=True)):
        pause_no = pause_count(ledger[: number + 1])
        if not known.stops or pause_count((line,)) == 0 or line == known:
            continue
        if not line.stops or line.at == line.until:
            ended = replace(known, until=known.at, closed_by=known.closed_by or known.opened_by)
            emit_resumed(transition, clock, ended, pause_no)
        elif (line.at, line.until) != (known.at, known.until):
            emit_paused(transition, clock, line, pause_no)
            if line.until is not None:
                emit_resumed(transition, clock, line, pause_no)


def _parts_again(transition: Transition, fact: Corrected, before: tuple[Entry, ...]) -> None:
    """Steps count by the waits that are left; what stood still with a wait that stops nothing goes on."""
    for clock in transition.state.clocks:
        if clock.kind not in ("step", "agency") or not can_pause(clock):
            continue
        running = replace(clock, is_paused=False)
        try:
            moved = part_moved(transition, clock)
        except RulesError as error:
            transition.note("not-armed", str(error))
            moved = running
        is_earlier = moved.lawful_due_at < clock.lawful_due_at
        if not clock.is_paused and (clock.kind == "agency" or not is_earlier):
            continue  # an agency that runs follows the dossier (DR-13)
        after = moved if is_earlier else running
        transition.put(after)
        if clock.is_paused:
            ended = replace(before[-1], until=before[-1].at, closed_by=before[-1].opened_by)
            emit_resumed(transition, after, ended, pause_count(before))
        if is_earlier:
            _emit_recomputed(transition, fact, clock, after)


def _ended_earlier(transition: Transition, fact: Corrected, count: Count, answer: AdjustedDue) -> None:
    """Of a dossier that has ended: its class by the earlier due date. What was breached, and is late, stays as it was said."""
    clock, ending = transition.state.clock(DOSSIER), transition.state.ending
    assert clock is not None and ending is not None  # noqa: S101, PT018 the caller has looked
    judged_at = ending.recorded_at if ending.is_backdated else ending.at
    if clock.is_breached and transition.class_at(clock, judged_at) == "late":
        transition.note("breached-already")
        return
    transition.state = replace(transition.state, ledger=count.ledger)
    moved = replace(moved_to(transition, count.clock, answer), ahead=clock.ahead)
    moved = replace(moved, promised_due_at=max(clock.promised_due_at, moved.lawful_due_at))
    transition.put(moved)
    _emit_recomputed(transition, fact, clock, moved)
    emit_ending_class(transition, moved, ending)
    if transition.class_at(moved, judged_at) == "late":
        _owe(transition, moved)


def judge_worse(transition: Transition, at: Instant | None) -> None:
    """The ending that stands happened at another time: its class by that if it is worse, with what is owed then (B20)."""
    clock, ending = transition.state.clock(DOSSIER), transition.state.ending
    if ending is None or clock is None or at is None:
        transition.note("no-clock" if clock is None else "no-clock-depends-on-it")
        return
    moved = _judged_by(transition, clock, at)
    if _WORSE[transition.class_at(moved, at)] <= _WORSE[transition.class_at(clock, ending.at)]:
        transition.note("not-better")
        return
    stated = transition.class_at(clock, ending.recorded_at if ending.is_backdated else ending.at)
    ending = replace(ending, at=at, uncorrected_at=ending.uncorrected_at or ending.at)
    transition.state = replace(transition.state, ending=ending)
    found = transition.class_at(moved, ending.recorded_at if ending.is_backdated else at)
    if _WORSE[found] <= _WORSE[stated]:
        transition.note("not-better")  # but no approval makes it better than this any more
        return
    transition.put(moved)
    transition.note("classed-worse")
    emit_ending_class(transition, moved, ending)
    if found == "late":
        _owe(transition, moved)


def _judged_by(transition: Transition, clock: Clock, at: Instant) -> Clock:
    """The clock with the due date that judges an ending: of what waits for the citizen, as if it went on then (B18)."""
    resumed = due_if_resumed(transition, clock, at)
    if resumed is None or resumed.due is None:
        return clock
    return replace(clock, lawful_due_at=micros(resumed.due.due_at), due_on=resumed.due.due_on.toordinal())


def _owe(transition: Transition, clock: Clock) -> None:
    """Who is late owes an apology: a breach that nothing has said yet is said now, at its own instant."""
    fact = transition.caused_by()
    if clock.is_breached:
        owe_again(transition, clock)
        return
    breach = (Wake(BREACH, clock.lawful_due_at),)
    transition.put(replace(clock, ahead=breach, armed_by=fact.event_id, armed_seq=fact.seq))


def _emit_recomputed(transition: Transition, fact: Corrected, before: Clock, after: Clock) -> None:
    local, subject = transition.zone.local, transition.state.subject
    transition.emit(
        after,
        f":{fact.event_id}",
        DeadlineRecomputed,
        **transition.dues(after),
        reason=fact.reason,
        rule=RULE,
        calendar_id=subject.calendar_id,
        calendar_version=subject.calendar_version,
        previous_calendar_version=subject.calendar_version,
        previous_lawful_due_at=local(before.lawful_due_at),
        previous_promised_due_at=local(before.promised_due_at),
    )
