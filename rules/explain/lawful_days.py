"""The days of a lawful due date that was moved, so that its sum can be redone too: from the last beginning on, without the waits.

In go an explained clock in working days; out come its days from the start (DR-20) or the last restart (DR-21) to the lawful
due date. Those that count are as many as the term has. Pure.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from msgspec import structs

from rules.due.supplement import Extension, Pause
from rules.due.terms import due
from rules.explain.clock_explanation import ClockExplanation, ExplainedEntry
from rules.explain.counted_days import CountedDay, counted_days

StoodStill = Literal["waited", "since_end"]
"""Why a clock stood still on a day: for the citizen, or between an ending and the reopening."""
_Wait = tuple[date, date, StoodStill]


@dataclass(frozen=True, slots=True, kw_only=True)
class LawfulDay:
    """One day; `stood_still` where the clock did on it, so that it doesn't count: for the citizen, or since an ending."""

    day: CountedDay
    stood_still: StoodStill | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LawfulDays:
    """From when the days of the lawful due date are counted, and the days."""

    from_at: datetime
    days: tuple[LawfulDay, ...]


def lawful_days(clock: ClockExplanation) -> LawfulDays | None:
    """Give the days; None where nothing moved, a law or a reopening named the date, it waits, or the term has other units."""
    now, term = clock.under(clock.lawful), clock.term
    if now.due is None or term is None or term.unit != "working_day" or not clock.days or now.due == clock.original:
        return None
    start: datetime | None = clock.original.effective_start_at
    waits: list[_Wait] = []
    for entry in clock.entries:
        effect = entry.effects[clock.lawful].effect
        if effect in ("extended", "reopened"):
            start = None
        elif effect == "restarted" and isinstance(entry.entry, Pause) and entry.entry.completed_at is not None:
            again = due(clock.calendar, entry.entry.completed_at, term, clock.rule_set)
            start, waits = again.effective_start_at if again.due_at == _due_at(clock, entry) else None, []
        elif effect == "shifted" and start is not None:
            waits.append(_waited(clock, entry.entry, start))
    if start is None:
        return None
    whole = structs.replace(now.due, effective_start_at=start)
    days = counted_days(clock.calendar, whole, term)
    return LawfulDays(from_at=start, days=tuple(_lawful_day(day, waits) for day in days))


def _due_at(clock: ClockExplanation, entry: ExplainedEntry) -> datetime | None:
    after = entry.effects[clock.lawful].due
    return after.due_at if after else None


def _waited(clock: ClockExplanation, entry: Pause | Extension, start: datetime) -> _Wait:
    """The days after the first up to and including the second don't count, and why."""
    assert isinstance(entry, Pause) and entry.completed_at is not None  # noqa: S101, PT018 only such a pause shifts
    calendar = clock.calendar
    from_on = max(calendar.local_date(entry.requested_at), start.date())
    completed_on = calendar.local_date(entry.completed_at)
    why: StoodStill = "since_end" if entry.is_reopening else "waited"
    if clock.lawful == "qd766" or completed_on <= from_on:
        return from_on, max(completed_on, from_on), why
    return from_on, max(calendar.effective_start(entry.completed_at).date(), from_on), why


def _lawful_day(day: CountedDay, waits: list[_Wait]) -> LawfulDay:
    why = next((why for after, until, why in waits if day.counted and after < day.day <= until), None)
    return LawfulDay(day=replace(day, counted=day.counted and why is None), stood_still=why)
