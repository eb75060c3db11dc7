"""What events and states hold, as the rules want it: terms and due dates (DR-09, DR-25)."""

from datetime import date
from functools import lru_cache

from events.dossier import GivenTerm, TermUnit
from rules.clocks.facts import TermGiven
from rules.clocks.instants import Instant, Zone
from rules.clocks.state import Clock
from rules.due.terms import Due, Term


def term_of(given: TermGiven | None) -> Term | None:
    """A given term as the rules want it. Raises InvalidTermError for what is no term (DR-09)."""
    return None if given is None else _term(given.value, given.unit)


def term_of_clock(clock: Clock) -> Term | None:
    """The term of a clock, None for an appointment."""
    if clock.term_value is None or clock.term_unit is None:
        return None
    return _term(clock.term_value, clock.term_unit)


def given_term_of(clock: Clock) -> GivenTerm | None:
    """The term of a clock as events state it."""
    if clock.term_value is None or clock.term_unit is None:
        return None
    return _given_term(clock.term_value, clock.term_unit)


@lru_cache(maxsize=4096)
def _term(value: int, unit: TermUnit) -> Term:
    return Term(value=value, unit=unit)


@lru_cache(maxsize=4096)
def _given_term(value: int, unit: TermUnit) -> GivenTerm:
    return GivenTerm(value=value, unit=unit)


def original_due_of(clock: Clock, zone: Zone) -> Due:
    """A clock's first due date as the rules want it."""
    return _due(clock, zone, clock.original_due_at, clock.original_due_on)


def lawful_due_of(clock: Clock, zone: Zone) -> Due:
    """A clock's present due date as the rules want it."""
    return _due(clock, zone, clock.lawful_due_at, clock.due_on)


def _due(clock: Clock, zone: Zone, due_at: Instant, due_on: int) -> Due:
    return Due(
        effective_start_at=zone.local(clock.effective_start_at),
        due_at=zone.local(due_at),
        due_on=date.fromordinal(due_on),
        basis=clock.basis,
        rule=clock.original_rule,
    )
