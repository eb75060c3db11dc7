"""By which instant an event is judged, asked of the rules for every fact whose effect depends on its time (DR-31, B14).

What was recorded late is flagged here, once, and kept with the stream where an approval would change something; what follows
from an approval stands in `approving`.
"""

from msgspec.structs import replace

from events.dossier import IntegrityFlagRaised
from events.results import ENDING_KIND_BY_TYPE
from rules.clocks.facts import Fact
from rules.clocks.instants import Instant, instant, micros
from rules.clocks.state import Clock, Ending, LateRecord
from rules.clocks.transition import Transition
from rules.due.classify import late_from
from rules.due.recorded import Judged, judged_instant

FLAG = "integrity-flag-raised.v1"
"""What says something of the record only; intake puts it behind the history that it is about."""
_INTERFERENCE = "recorded as history in a dossier of which history has had its turn; it is judged as a live event"


def judged_by_class(transition: Transition, fact: Fact, clock: Clock) -> Judged:
    """What ends a clock: the limit is the last instant at which it would be in time, the due day's end by date (DR-08)."""
    if not is_long_after(transition, fact):
        return Judged(fact.at, is_recorded_late=False)
    return _judged(transition, fact, (_last_in_time(transition, clock),))


def judged_ending(transition: Transition, fact: Fact, clock: Clock) -> Judged:
    """An ending: as `judged_by_class`; and what is no result ends no overdue dossier in a week that is over.

    A result stays late whenever it is told. A withdrawal, a stop or a return would take the dossier from the overdue ones of the
    past, so that each instant after the due date is a limit for it.
    """
    judged = judged_by_class(transition, fact, clock)
    is_overdue = fact.at > clock.lawful_due_at and ENDING_KIND_BY_TYPE[fact.event_type] == "terminated"
    if judged.is_recorded_late or not is_overdue or not is_long_after(transition, fact):
        return judged
    return _judged(transition, fact, (fact.at,))


def judged_by_instant(transition: Transition, fact: Fact, clock: Clock | None, *, keeps_time: bool = False) -> Judged:
    """What moves the dossier's clock, and letters: the limits are its due instant and the last one for an apology (B13)."""
    if clock is None or not is_long_after(transition, fact):
        return Judged(fact.at, is_recorded_late=False)
    return _judged(transition, fact, (clock.lawful_due_at, clock.latest_at), keeps_time=keeps_time)


def is_missed_by(transition: Transition, fact: Fact, part: Clock) -> bool:
    """Whether a request was recorded only after a part of the way was due, though it is said to have come before."""
    return is_long_after(transition, fact) and _judged(transition, fact, (part.lawful_due_at,)).is_recorded_late


def is_long_after(transition: Transition, fact: Fact) -> bool:
    """Whether it was recorded later than the tolerance, whatever lies between; history in its turn says nothing of that.

    The cheap question, asked of each event and nearly always answered with no.
    """
    context = transition.legal_context
    if context is None or fact.recorded_at - fact.at <= context.tolerance:
        return False
    return not (fact.is_history and transition.state.is_history_turn)


def _judged(transition: Transition, fact: Fact, limits: tuple[Instant, ...], *, keeps_time: bool = False) -> Judged:
    tolerance = transition.require_legal_context().tolerance
    judged = judged_instant(fact.at, fact.recorded_at, limits, tolerance, keeps_time=keeps_time)
    if judged.is_recorded_late and transition.trace is not None:
        transition.trace.late += [(fact.event_id, one) for one in limits if fact.at <= one < fact.recorded_at]
    return judged


def _last_in_time(transition: Transition, clock: Clock) -> Instant:
    calendar = transition.require_legal_context().calendar
    return micros(late_from(calendar, transition.zone.local(clock.lawful_due_at), clock.basis)) - 1


def flag_late(transition: Transition, late: Fact | Ending, clock: Clock) -> None:
    """Say that an event was recorded late, with the due date that lies between; once, whatever else it touches."""
    if any(one.kind is IntegrityFlagRaised and one.tag == f":DR-31:{late.event_id}" for one in transition.emitted):
        return
    transition.emit(
        clock,
        f":DR-31:{late.event_id}",
        IntegrityFlagRaised,
        kind="backdated",
        rule="DR-31",
        detail=f"recorded {instant(late.recorded_at).isoformat()}, after the due date that lies between",
        target_event_id=late.event_id,
    )
    transition.note("backdated")


def await_approval(transition: Transition, fact: Fact | Ending, *parts: Clock) -> None:
    """Keep what an approval would change: the event with both instants, and the parts that it ended, as they stood."""
    known = transition.state.late_records
    late = LateRecord(fact.event_id, fact.event_type, fact.at, fact.recorded_at, parts)
    if known and known[-1].event_id == fact.event_id:
        known, late = known[:-1], replace(late, parts=(*known[-1].parts, *parts))
    transition.state = replace(transition.state, late_records=(*known, late))


def flag_interference(transition: Transition) -> None:
    """History that comes after its turn is judged as a live event, and flagged (B14)."""
    transition.flag("interference", "B14", _INTERFERENCE, code="interference")
