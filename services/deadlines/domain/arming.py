"""Sets and moves a clock by asking the rules: DR-01 to DR-09, DR-20 to DR-26, AR-02, AL-7.

In go facts and the rulebook, out comes a `Clock`, or `Unarmed` with the reason when no due date can be had. Pure.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from rules.calendar import Calendar
from rules.errors import CalendarExhaustedError, RulesError
from rules.ladder import Rung, apology_latest_at, near_due_rungs
from rules.rulebook import Rulebook
from rules.ruleset import RuleSet
from rules.supplement import AdjustedDue, Pause, adjusted_due, closed, lawful_due
from rules.terms import Due, Term, appointment, due
from services.deadlines.domain.facts import Accepted, Fact, FactBase, PauseClosed, PauseOpened
from services.deadlines.domain.state import Clock, Unarmed

DUE_INSTANT = "B0"
"""The rung at which the lawful due instant has passed (domain.md 4.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """The calendar and the rule set under which one dossier's clock runs from acceptance on."""

    calendar: Calendar
    rule_set: RuleSet
    term: Term | None

    def original(self, clock: Clock) -> Due:
        """The first due date in the calendar's zone, as the rules want it."""
        return Due(
            effective_start_at=self.calendar.local(clock.effective_start_at),
            due_at=self.calendar.local(clock.original_due_at),
            due_on=clock.original_due_on,
            basis=clock.basis,
            rule=clock.original_rule,
        )


def pin(accepted: Accepted, rulebook: Rulebook) -> Accepted:
    """Fix calendar and rule set at acceptance. An unknown calendar is left without a version; the clock won't arm."""
    try:
        calendar = rulebook.calendar(accepted.calendar_id)
    except RulesError:
        return accepted
    return replace(
        accepted,
        calendar_id=calendar.calendar_id,
        calendar_version=calendar.version,
        rule_set_id=rulebook.default_rule_set.rule_set_id,
    )


def pinned(accepted: Accepted, rulebook: Rulebook) -> Pinned:
    """What was fixed at acceptance. Raises a RulesError if the rulebook doesn't have it, or the term is none (DR-09)."""
    term = None
    if accepted.term_value is not None and accepted.term_unit is not None:
        term = Term(value=accepted.term_value, unit=accepted.term_unit)
    return Pinned(
        calendar=rulebook.calendar(accepted.calendar_id, accepted.calendar_version),
        rule_set=rulebook.rule_set(accepted.rule_set_id),
        term=term,
    )


def arm(accepted: Accepted, rulebook: Rulebook) -> Clock | Unarmed:
    """The clock of a dossier that was just accepted. A given appointment wins over the rules' own sum."""
    try:
        pins = pinned(accepted, rulebook)
        if accepted.appointment_at is not None:
            original = appointment(pins.calendar, accepted.occurred_at, accepted.appointment_at)
        elif pins.term is not None:
            original = due(pins.calendar, accepted.occurred_at, pins.term, pins.rule_set)
        else:
            return Unarmed(reason="there is neither a term nor an appointment (DR-09)")
        return Clock(
            effective_start_at=original.effective_start_at.astimezone(UTC),
            original_due_at=original.due_at.astimezone(UTC),
            original_due_on=original.due_on,
            original_rule=original.rule,
            basis=original.basis,
            lawful_due_at=original.due_at.astimezone(UTC),
            due_on=original.due_on,
            promised_due_at=original.due_at.astimezone(UTC),
            latest_at=_latest_at(pins, original, original.effective_start_at),
            rungs=_rungs(pins, original, original.effective_start_at),
            armed_by=accepted.event_id,
            armed_seq=accepted.seq,
            is_armed_by_history=accepted.is_history,
        )
    except RulesError as error:
        return Unarmed(reason=str(error))


def computed_due_at(accepted: Accepted, pins: Pinned) -> datetime | None:
    """What the rules alone would have given beside a given appointment."""
    if pins.term is None:
        return None
    try:
        return due(pins.calendar, accepted.occurred_at, pins.term, pins.rule_set).due_at
    except CalendarExhaustedError:
        return None


def resumed(clock: Clock, ledger: tuple[Fact, ...], cause: FactBase, pins: Pinned) -> Clock | Unarmed:
    """The clock after a supplement was completed: moved, or as it was when the pause cures nothing (DR-24).

    Rungs are planned anew from where the clock runs again, so that none of the past is among them (AL-3).
    """
    try:
        adjusted = lawful_due(pins.calendar, pins.original(clock), pins.term, pauses_of(ledger), pins.rule_set)
        moved = adjusted.due
        if moved is None:
            return Unarmed(reason="the supplements of this dossier leave it without a due date")
        if moved.due_at == clock.lawful_due_at:
            return replace(clock, is_paused=False)
        return replace(
            clock,
            lawful_due_at=moved.due_at.astimezone(UTC),
            due_on=moved.due_on,
            promised_due_at=moved.due_at.astimezone(UTC),
            latest_at=_latest_at(pins, moved, adjusted.running_from_at),
            rungs=_rungs(pins, moved, adjusted.running_from_at),
            armed_by=cause.event_id,
            armed_seq=cause.seq,
            is_armed_by_history=cause.is_history,
            is_paused=False,
        )
    except RulesError as error:
        return Unarmed(reason=str(error))


def policies(clock: Clock, ledger: tuple[Fact, ...], pins: Pinned) -> tuple[datetime | None, datetime | None, str]:
    """(due under PAUSE, due under RESTART, rule that was lawful) for the same pauses (DR-23)."""
    original, pauses = pins.original(clock), pauses_of(ledger)

    def under(policy: str) -> datetime | None:
        try:
            adjusted = _adjusted(pins, original, pauses, policy)
        except CalendarExhaustedError:
            return None
        return adjusted.due.due_at if adjusted.due else None

    rule = lawful_due(pins.calendar, original, pins.term, pauses, pins.rule_set).rule
    return under("pause"), (under("restart") if pins.term else None), rule


def due_when_ended(clock: Clock, ledger: tuple[Fact, ...], ended_at: datetime, pins: Pinned) -> tuple[datetime, bool]:
    """(lawful due instant at the end, is it a new one): a dossier that ends while it waits is judged as if it resumed then.

    Raises:
        RulesError: the pauses contradict each other or the calendar ends before the new due date.
    """
    if not clock.is_paused:
        return clock.lawful_due_at, False
    pauses = closed(pauses_of(ledger), ended_at)
    adjusted = lawful_due(pins.calendar, pins.original(clock), pins.term, pauses, pins.rule_set)
    return (adjusted.due.due_at, True) if adjusted.due else (clock.lawful_due_at, False)


def pauses_of(ledger: tuple[Fact, ...]) -> tuple[Pause, ...]:
    """The pauses of a ledger in order; a second request while one is open, or an answer to none, says nothing."""
    pauses: list[Pause] = []
    for fact in ledger:
        is_open = bool(pauses) and pauses[-1].completed_at is None
        if isinstance(fact, PauseOpened) and not is_open:
            pauses.append(Pause(requested_at=fact.occurred_at, completed_at=None))
        elif isinstance(fact, PauseClosed) and is_open:
            pauses[-1] = replace(pauses[-1], completed_at=fact.occurred_at)
    return tuple(pauses)


def _adjusted(pins: Pinned, original: Due, pauses: tuple[Pause, ...], policy: str) -> AdjustedDue:
    if policy == "pause":
        return adjusted_due(pins.calendar, original, pins.term, pauses, pins.rule_set, "pause")
    return adjusted_due(pins.calendar, original, pins.term, pauses, pins.rule_set, "restart")


def _rungs(pins: Pinned, moved: Due, running_from_at: datetime) -> tuple[Rung, ...]:
    rungs = near_due_rungs(pins.calendar, moved, pins.term, pins.rule_set, running_from_at)
    return tuple(Rung(name=rung.name, at=rung.at.astimezone(UTC)) for rung in rungs)


def _latest_at(pins: Pinned, moved: Due, running_from_at: datetime) -> datetime:
    return apology_latest_at(pins.calendar, moved, pins.term, pins.rule_set, running_from_at).astimezone(UTC)
