"""What a supplement request does to a due date: PAUSE (DR-20), RESTART (DR-21), QĐ 766 (DR-22), and DR-24.

In go a calendar, the original `Due`, its term (None for an appointment stated by a source), the pauses in order and the
rule set; out comes an `AdjustedDue` per policy. Pure. The original due date is never changed by this (DR-25).

One thought carries PAUSE and 766: a due date moves by what was waited, counted in the unit of the term: working days
in (requested, resumed] for day terms, working time for hour terms, calendar days for calendar-day and month terms.
Then pausing on day p and resuming on day r leaves "remaining = N - consumed" days after r, as DR-20 words it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from rules.calendar import Calendar
from rules.classify import Classification, classify, late_from
from rules.errors import InvalidPausesError
from rules.ruleset import Policy, RuleSet
from rules.terms import Due, Term, due, nominal_day

_NO_DAYS = timedelta(0)
_RULES: dict[Policy, str] = {"pause": "DR-20", "restart": "DR-21", "qd766": "DR-22"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """One supplement request and its completion; `completed_at` is None while the citizen is waited for."""

    requested_at: datetime
    completed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustedDue:
    """The due date under one policy.

    `applied` and `rule` say what was done: an appointment without a term can't restart, so it is shifted as by PAUSE.
    `due` is None while a request waits for its answer. `running_from_at` is where the clock that ends at `due` was
    last set going: the effective start, or the effective instant of the last completion that counted.
    `is_overdue_by_rule` is true when QĐ 766 calls the dossier overdue for a second request, whatever the date.
    """

    policy: Policy
    applied: Policy
    rule: str
    due: Due | None
    running_from_at: datetime
    is_overdue_by_rule: bool


def lawful_due(
    calendar: Calendar, original: Due, term: Term | None, pauses: tuple[Pause, ...], rule_set: RuleSet
) -> AdjustedDue:
    """Give the due date under the policy that the rule set declares lawful (DR-23, decision B4)."""
    return adjusted_due(calendar, original, term, pauses, rule_set, rule_set.supplement_policy)


def adjusted_due(
    calendar: Calendar, original: Due, term: Term | None, pauses: tuple[Pause, ...], rule_set: RuleSet, policy: Policy
) -> AdjustedDue:
    """Give the due date under one policy.

    A pause opened after the due date of that moment cures nothing and is passed over (DR-24).

    Raises:
        InvalidPausesError: the pauses overlap, run backwards, or an open one is not the last.
        CalendarExhaustedError: the new due date lies past the last published year.
    """
    _check(calendar, pauses)
    applied: Policy = "pause" if policy == "restart" and term is None else policy
    current: Due | None = original
    running_from_at = original.effective_start_at
    waited = _NO_DAYS
    for pause in pauses:
        if current is None or pause.requested_at >= late_from(calendar, current.due_at, current.basis):
            continue
        if pause.completed_at is None:
            current = None
        elif applied == "restart" and term is not None:
            current = due(calendar, pause.completed_at, term, rule_set)
            running_from_at = current.effective_start_at
        else:
            wait = _wait(calendar, original, pause, pause.completed_at, applied)
            waited += wait.until_on - wait.from_on
            current = _shifted(calendar, current, term, wait, waited)
            running_from_at = wait.until_at
    return AdjustedDue(
        policy=policy,
        applied=applied,
        rule=_RULES[applied],
        due=current,
        running_from_at=running_from_at,
        is_overdue_by_rule=applied == "qd766" and len(pauses) > 1,
    )


def qd766_class(
    calendar: Calendar,
    original: Due,
    term: Term | None,
    pauses: tuple[Pause, ...],
    ended_at: datetime | None,
    rule_set: RuleSet,
) -> Classification:
    """Classify as QĐ 766 does (DR-22): two requests are late, an unanswered one ends the clock when it was made."""
    adjusted = adjusted_due(calendar, original, term, pauses, rule_set, "qd766")
    if adjusted.is_overdue_by_rule:
        return "late"
    if pauses and pauses[-1].completed_at is None:
        return classify(calendar, original.due_at, pauses[-1].requested_at, original.basis)
    due_at = adjusted.due.due_at if adjusted.due else None
    return classify(calendar, due_at, ended_at, original.basis)


def closed(pauses: tuple[Pause, ...], ended_at: datetime) -> tuple[Pause, ...]:
    """Close an open pause at the ending of the dossier, so that one ended while it waited can be classified."""
    if not pauses or pauses[-1].completed_at is not None:
        return pauses
    return (*pauses[:-1], replace(pauses[-1], completed_at=ended_at))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wait:
    """A pause as the calendar sees it: local days and instants, none before the clock started."""

    from_on: date
    until_on: date
    from_at: datetime
    until_at: datetime


def _check(calendar: Calendar, pauses: tuple[Pause, ...]) -> None:
    instants = [calendar.local(at) for p in pauses for at in (p.requested_at, p.completed_at) if at is not None]
    if any(p.completed_at is None for p in pauses[:-1]) or any(
        later.astimezone(UTC) < earlier.astimezone(UTC) for earlier, later in pairwise(instants)
    ):
        message = "pauses must follow each other in time, and only the last may be open"
        raise InvalidPausesError(message)


def _wait(calendar: Calendar, original: Due, pause: Pause, completed_at: datetime, applied: Policy) -> _Wait:
    start = original.effective_start_at
    from_on = max(calendar.local_date(pause.requested_at), start.date())
    resumed_at = calendar.effective_start(completed_at)
    completed_on = calendar.local_date(completed_at)
    # DR-20 waits until the effective resume day, 766 until the bare day of completion. A request that is completed on
    # its own day costs no day, also when that happens after hours (DR-24).
    until_on = resumed_at.date() if applied == "pause" and completed_on > from_on else completed_on
    return _Wait(
        from_on=from_on,
        until_on=max(until_on, from_on),
        from_at=max(calendar.local(pause.requested_at), start),
        until_at=max(resumed_at, start),
    )


def _shifted(calendar: Calendar, current: Due, term: Term | None, wait: _Wait, waited: timedelta) -> Due:
    """Move a due date by one wait; `waited` is the sum of calendar days waited so far, this wait included."""
    if term is None:
        due_on = _later_working_day(calendar, current, wait)
        due_at = datetime.combine(due_on, current.due_at.time(), current.due_at.tzinfo)
    elif term.unit == "hour":
        time_waited = calendar.working_time_between(wait.from_at, wait.until_at)
        moved = calendar.add_working_time(current.due_at, time_waited) if time_waited else current.due_at
        due_at = max(moved, wait.until_at)  # nothing is left when the request came at the due instant itself
        due_on = due_at.date()
    elif term.unit in {"working_day", "same_day"}:
        due_on = _later_working_day(calendar, current, wait)
        # A wait of no day moves nothing, also not an appointment that a source system gave for a day off.
        due_at = current.due_at if due_on == current.due_on else calendar.end_of_last_session(due_on)
    else:
        nominal = nominal_day(current.effective_start_at.date(), term) + waited
        due_on = calendar.working_day_on_or_after(max(nominal, wait.until_on))
        due_at = calendar.end_of_last_session(due_on)
    return replace(current, due_at=due_at, due_on=due_on)


def _later_working_day(calendar: Calendar, current: Due, wait: _Wait) -> date:
    days = calendar.working_days_between(wait.from_on, wait.until_on)
    return calendar.nth_working_day_after(current.due_on, days) if days else current.due_on
