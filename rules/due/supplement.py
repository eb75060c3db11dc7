"""What moves a due date lawfully: PAUSE (DR-20), RESTART (DR-21), QĐ 766 (DR-22), DR-24, and extensions (DR-25).

In go a calendar, the original `Due`, its term (None for an appointment stated by a source), the ledger of pauses and extensions
in order and the rule set; out comes an `AdjustedDue` per policy. Pure. Only what is in the ledger moves a due date (DR-29).

One thought carries PAUSE and 766: a due date moves by what was waited, counted in the unit of the term: working days
in (requested, resumed] for day terms, working time for hour terms, calendar days for calendar-day and month terms.
Then pausing on day p and resuming on day r leaves "remaining = N - consumed" days after r, as DR-20 words it.
"""

from datetime import UTC, date, datetime
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from events.deadline import PauseCause, Policy
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.due.classify import Classification, classify
from rules.due.entry_effects import MOVES, RULES, Effect, EntryEffect, rule_of
from rules.due.terms import Due, Term, due, given_date, nominal_day
from rules.errors import InvalidPausesError

_Instant = TypeVar("_Instant", datetime, int)
_LONG_AGO, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Pause(Struct, frozen=True, kw_only=True, gc=False):
    """A stop of the clock and its end: a supplement asked for and given, or a financial duty notified and met.

    `completed_at` is None while the citizen is waited for. What ended for want of an answer is not `is_answered` (B18).
    `is_reopening`: it is the time between an ending and a reopening.
    """

    requested_at: datetime
    completed_at: datetime | None
    cause: PauseCause = "supplement"
    is_answered: bool = True
    is_reopening: bool = False


class Extension(Struct, frozen=True, kw_only=True, gc=False):
    """A later due date that a special law allows, with the words of that law (`deadline_extended`, DR-25)."""

    granted_at: datetime
    new_due_at: datetime
    legal_basis: str


Ledger = tuple[Pause | Extension, ...]


class AdjustedDue(Struct, frozen=True, kw_only=True, gc=False):
    """The due date under one policy.

    `applied` and `rule` say what was done: an appointment without a term can't restart, so it is shifted as by PAUSE.
    `due` is None while a request waits for its answer. `running_from_at` is where the clock that ends at `due` was
    last set going: the effective start, or the effective instant of the last completion or extension that counted.
    `is_overdue_by_rule` is true when QĐ 766 calls the dossier overdue for a second request, whatever the date. `effects` are
    those of the entries of the ledger, in its order.
    """

    policy: Policy
    applied: Policy
    rule: str
    due: Due | None
    running_from_at: datetime
    is_overdue_by_rule: bool
    effects: tuple[EntryEffect, ...]


def comes_too_late(at: _Instant, due_at: _Instant) -> bool:
    """Tell whether a pause opened or an extension granted at an instant cures nothing (DR-24, B13).

    By instant, whatever the hour and whatever the unit of the term: strictly after the lawful due instant of that moment.
    Both are aware datetimes in UTC, or both are counts of microseconds.
    """
    return at > due_at


def is_pausing(cause: PauseCause, rule_set: RuleSet, *, procedure_says_so: bool = False) -> bool:
    """Tell whether a cause stops the clock: by the rule set for every procedure, or because this procedure says so."""
    return cause in rule_set.pausing_causes or procedure_says_so


def adjusted_due(
    calendar: Calendar, original: Due, term: Term | None, ledger: Ledger, rule_set: RuleSet, policy: Policy
) -> AdjustedDue:
    """Give the due date under one policy.

    A pause opened or an extension granted after the due instant of that moment cures nothing and is passed over (DR-24).
    Restarting is for supplements that were answered (B18): all else shifts it under RESTART too, and 766 knows no financial
    duty. What was extended stays so: no restart ends earlier. An extension granted during a pause counts from its end.

    Raises:
        InvalidPausesError: the pauses overlap, run backwards, or an open one is not the last.
        CalendarExhaustedError: the new due date lies past the last published year.
    """
    _check(calendar, ledger)
    applied: Policy = "pause" if policy == "restart" and term is None else policy
    clock, effects = _started(original, term), list[EntryEffect]()
    for entry in ledger:
        before, effect = clock, _passed_over(clock, entry, applied)
        if effect is not None:
            pass
        elif isinstance(entry, Extension):
            clock, effect = _extended(calendar, clock, entry), "extended"
        elif entry.completed_at is None:
            clock, effect = replace(clock, is_waiting=True), "waiting"
        elif applied == "restart" and term is not None and entry.cause == "supplement" and entry.is_answered:
            clock, effect = _restarted(clock, due(calendar, entry.completed_at, term, rule_set), term), "restarted"
        else:
            wait = _wait(calendar, clock, entry, entry.completed_at, applied)
            clock, effect = _shifted(calendar, clock, term, wait), "shifted"
            if entry.is_reopening and clock.due.due_at.astimezone(UTC) <= entry.completed_at.astimezone(UTC):
                clock, effect = _due_that_day(calendar, clock, entry.completed_at), "reopened"
        effects.append(_effect(effect, before, clock, applied))
    return AdjustedDue(
        policy=policy,
        applied=applied,
        rule=RULES[applied],
        due=None if clock.is_waiting else clock.due,
        running_from_at=clock.running_from_at,
        is_overdue_by_rule=applied == "qd766" and len(_supplements(ledger)) > 1,
        effects=tuple(effects),
    )


def qd766_class(
    calendar: Calendar,
    original: Due,
    term: Term | None,
    ledger: Ledger,
    ended_at: datetime | None,
    rule_set: RuleSet,
) -> Classification:
    """Classify as QĐ 766 does (DR-22): two requests are late, an unanswered one ends the clock when it was made."""
    adjusted = adjusted_due(calendar, original, term, ledger, rule_set, "qd766")
    if adjusted.is_overdue_by_rule:
        return "late"
    unanswered = next((p for p in _supplements(ledger) if p.completed_at is None), None)
    if unanswered is not None:
        ended_at = unanswered.requested_at
        before = ledger[: ledger.index(unanswered)]
        adjusted = adjusted_due(calendar, original, term, before, rule_set, "qd766")
    due_at = adjusted.due.due_at if adjusted.due else None
    return classify(calendar, due_at, ended_at, original.basis)


class _Clock(Struct, frozen=True, kw_only=True, gc=False):
    """The clock between two entries of the ledger.

    `resumed_on` is the day of its start, or the day until which was last waited. `last_on` is the last day of a
    calendar-day or month term before it is rolled to a working day. `extended` is the due date of the last extension
    that counted.
    """

    due: Due
    resumed_on: date
    running_from_at: datetime
    last_on: date
    extended: Due | None = None
    is_waiting: bool = False


class _Wait(Struct, frozen=True, kw_only=True, gc=False):
    """A pause as the calendar sees it: the local days none of which was waited for before, and the instants."""

    from_on: date
    until_on: date
    from_at: datetime
    until_at: datetime


def _check(calendar: Calendar, ledger: Ledger) -> None:
    opened = answered = _LONG_AGO
    for entry in ledger:
        if isinstance(entry, Extension):
            at = _in_utc(calendar, entry.granted_at)
            is_ordered = opened <= at
        else:
            at, before = _in_utc(calendar, entry.requested_at), answered
            answered = _NEVER if entry.completed_at is None else _in_utc(calendar, entry.completed_at)
            is_ordered = opened <= at and before <= at <= answered
        if not is_ordered:
            message = "pauses and extensions must follow each other in time, and only the last pause may be open"
            raise InvalidPausesError(message)
        opened = at


def _in_utc(calendar: Calendar, at: datetime) -> datetime:
    # Within one zone Python would compare wall clocks, which lie in the hour that a change of the clocks repeats.
    return at.astimezone(UTC) if at.tzinfo is not None else calendar.local(at)


def _supplements(ledger: Ledger) -> tuple[Pause, ...]:
    return tuple(entry for entry in ledger if isinstance(entry, Pause) and entry.cause == "supplement")


def _started(original: Due, term: Term | None) -> _Clock:
    start = original.effective_start_at
    return _Clock(due=original, resumed_on=start.date(), running_from_at=start, last_on=_last_day(original, term))


def _last_day(current: Due, term: Term | None) -> date:
    """Give the day from which a wait is counted on; a stated appointment is its own last day, whatever the term says."""
    if term is None or term.unit not in {"calendar_day", "month"} or current.rule == "appointment":
        return current.due_on
    return nominal_day(current.effective_start_at.date(), term)


def _passed_over(clock: _Clock, entry: Pause | Extension, applied: Policy) -> Effect | None:
    """Say why an entry can't do anything to the clock; None where it may."""
    if clock.is_waiting:
        return "waiting"
    at = entry.granted_at if isinstance(entry, Extension) else entry.requested_at
    if comes_too_late(at.astimezone(UTC), clock.due.due_at.astimezone(UTC)):
        return "too_late"
    is_unknown = isinstance(entry, Pause) and entry.cause != "supplement" and applied == "qd766"
    return "ignored" if is_unknown else None


def _effect(effect: Effect, before: _Clock, after: _Clock, applied: Policy) -> EntryEffect:
    if after.is_waiting:
        return EntryEffect(effect=effect, rule="", due=None)
    if effect in MOVES and after.due == before.due:
        return EntryEffect(effect="unmoved", rule="", due=after.due)
    return EntryEffect(effect=effect, rule=rule_of(effect, applied), due=after.due)


def _extended(calendar: Calendar, clock: _Clock, extension: Extension) -> _Clock:
    new_due_at = given_date(calendar, extension.new_due_at)
    if new_due_at.astimezone(UTC) <= clock.due.due_at.astimezone(UTC):
        return clock
    extended = replace(clock.due, due_at=new_due_at, due_on=new_due_at.date())
    running_from_at = max(clock.running_from_at, calendar.effective_start(extension.granted_at))
    return replace(clock, due=extended, running_from_at=running_from_at, last_on=extended.due_on, extended=extended)


def _restarted(clock: _Clock, again: Due, term: Term) -> _Clock:
    start, extended = again.effective_start_at, clock.extended
    if extended is not None and extended.due_at > again.due_at:
        again = replace(again, due_at=extended.due_at, due_on=extended.due_on)
        last_on = again.due_on
    else:
        last_on = _last_day(again, term)
    return _Clock(due=again, resumed_on=start.date(), running_from_at=start, last_on=last_on, extended=extended)


def _wait(calendar: Calendar, clock: _Clock, pause: Pause, completed_at: datetime, applied: Policy) -> _Wait:
    # A clock that resumes on Monday can't be stopped on the Sunday before: Monday was already waited for.
    from_on = max(calendar.local_date(pause.requested_at), clock.resumed_on)
    resumed_at = calendar.effective_start(completed_at)
    completed_on = calendar.local_date(completed_at)
    # DR-20 waits until the effective resume day, 766 until the bare day of completion. A request that is completed on
    # its own day costs no day, also when that happens after hours (DR-24).
    until_on = completed_on if applied == "qd766" or completed_on <= from_on else resumed_at.date()
    return _Wait(
        from_on=from_on,
        until_on=max(until_on, from_on),
        from_at=pause.requested_at,
        until_at=max(resumed_at, clock.running_from_at),
    )


def _shifted(calendar: Calendar, clock: _Clock, term: Term | None, wait: _Wait) -> _Clock:
    """Move the due date by one wait, in the unit of the term."""
    current, last_on = clock.due, clock.last_on
    if term is None:
        due_on = _later_working_day(calendar, current, wait)
        due_at = datetime.combine(due_on, current.due_at.time(), current.due_at.tzinfo)
    elif term.unit == "hour":
        time_waited = calendar.working_time_between(wait.from_at, wait.until_at)
        later_at = calendar.add_working_time(current.due_at, time_waited) if time_waited else current.due_at
        due_at = max(later_at, wait.until_at)  # nothing is left when the request came at the due instant itself
        due_on = due_at.date()
    else:
        if term.unit in {"working_day", "same_day"}:
            due_on = _later_working_day(calendar, current, wait)
        else:
            last_on = max(last_on + (wait.until_on - wait.from_on), wait.until_on)
            due_on = calendar.working_day_on_or_after(last_on) if wait.until_on > wait.from_on else current.due_on
        # A wait of no day moves nothing, also not an appointment that a source system gave for a day off.
        due_at = current.due_at if due_on == current.due_on else calendar.end_of_last_session(due_on)
    moved = replace(current, due_at=due_at, due_on=due_on)
    return _Clock(
        due=moved, resumed_on=wait.until_on, running_from_at=wait.until_at, last_on=last_on, extended=clock.extended
    )


def _due_that_day(calendar: Calendar, clock: _Clock, reopened_at: datetime) -> _Clock:
    """A due date at or before the reopening is one at which the result was there: that day's close is due, in working time."""
    due_at = calendar.end_of_last_session(day := calendar.effective_start(reopened_at).date())
    return replace(clock, due=replace(clock.due, due_at=due_at, due_on=day), last_on=max(clock.last_on, day))


def _later_working_day(calendar: Calendar, current: Due, wait: _Wait) -> date:
    days = calendar.working_days_between(wait.from_on, wait.until_on)
    return calendar.nth_working_day_after(current.due_on, days) if days else current.due_on
