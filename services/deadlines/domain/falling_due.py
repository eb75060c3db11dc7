"""What falls due on a running clock when time passes: rungs of the ladder, the breach, the apology (4.6, AR-01, AL-1...AL-3).

The same function serves a tick of the wall clock and the catching-up before an event, so that both say the same. An instant
has passed when it lies strictly before `until`: what happens at the due instant itself is still in time (DR-08). Pure.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from events.deadline import ApologyRequired, DeadlineNearDue, DossierBreached
from events.envelope import Event
from rules.calendar import Calendar
from services.deadlines.domain.arming import DUE_INSTANT
from services.deadlines.domain.outputs import CLOCK, Conclusion, armed_by, say
from services.deadlines.domain.state import Clock, DossierState


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Something that is still to be said at an instant; `mark` is how the state remembers that it was."""

    mark: str
    at: datetime


def unsaid(state: DossierState) -> tuple[Due, ...]:
    """Everything that is still to come on the running clock, in order of time; nothing when no time counts (AL-2)."""
    clock = state.running
    if clock is None:
        return ()
    said = {mark.name for mark in state.marks}
    coming = [Due(mark=rung.name, at=rung.at) for rung in clock.rungs if rung.name not in said]
    breach = breach_mark(clock)
    if breach not in said:
        coming.append(Due(mark=breach, at=clock.lawful_due_at))
    return tuple(coming)


def breach_mark(clock: Clock) -> str:
    """A breach is remembered with its due date: a due date that moved can be breached anew."""
    return f"{DUE_INSTANT}@{clock.lawful_due_at.isoformat()}"


def passed(state: DossierState, until: datetime) -> tuple[Due, ...]:
    """What fell due before an instant and was not said."""
    return tuple(due for due in unsaid(state) if due.at < until)


def next_check_at(state: DossierState, retention: timedelta) -> datetime | None:
    """When to look at this dossier again if nothing happens to it: next rung, due instant, or when to forget it."""
    if state.ended_recorded_at is not None:
        return state.ended_recorded_at + retention
    return min((due.at for due in unsaid(state)), default=None)


def conclusions(
    state: DossierState, dues: tuple[Due, ...], calendar: Calendar, detected_at: datetime
) -> tuple[Event, ...]:
    """The deadline events for what fell due. The apology stands before its breach: who sees a breach has seen it all."""
    clock = state.running
    if clock is None:
        return ()
    said: list[Event] = []
    for due in dues:
        said.extend(say(state, one, calendar, detected_at) for one in _concluded(state, clock, due, calendar))
    return tuple(said)


def _concluded(state: DossierState, clock: Clock, due: Due, calendar: Calendar) -> tuple[Conclusion, ...]:
    cause, holder = armed_by(clock), state.holder_unit_id
    local = calendar.local
    original, lawful, promised = local(clock.original_due_at), local(clock.lawful_due_at), local(clock.promised_due_at)
    if due.mark != breach_mark(clock):
        near = DeadlineNearDue(
            clock=CLOCK,
            original_due_at=original,
            lawful_due_at=lawful,
            promised_due_at=promised,
            due_on=clock.due_on,
            rung=due.mark,
            rung_at=local(due.at),
            held_by_unit_id=holder,
        )
        return (Conclusion(data=near, kind=f":{due.mark}", occurred_at=due.at, cause=cause),)
    apology = ApologyRequired(
        clock=CLOCK,
        original_due_at=original,
        lawful_due_at=lawful,
        promised_due_at=promised,
        due_on=clock.due_on,
        latest_at=local(clock.latest_at),
        held_by_unit_id=holder,
    )
    breach = DossierBreached(
        clock=CLOCK,
        original_due_at=original,
        lawful_due_at=lawful,
        promised_due_at=promised,
        due_on=clock.due_on,
        held_by_unit_id=holder,
    )
    return (
        Conclusion(data=apology, kind="", occurred_at=due.at, cause=cause),
        Conclusion(data=breach, kind="", occurred_at=due.at, cause=cause),
    )
