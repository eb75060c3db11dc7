"""All that is kept about one open dossier.

`clock` is what the facts came to when they were folded; `ledger` are the facts themselves and `marks` what was already said
because an instant passed. Clock and ledger are both kept: the clock, because a due date once set must not move when a
calendar is published anew (DR-27); the ledger, to say again what an earlier event caused. All instants are in UTC.
"""

from dataclasses import dataclass
from datetime import date, datetime

from rules.ladder import Rung
from rules.terms import Basis
from services.deadlines.domain.facts import Accepted, Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """A clock that was armed: its three due dates (DR-25) and what is to be said before them.

    `original_*`, `effective_start_at` and `basis` never change. `armed_*` name the event that gave it its present lawful
    due date: everything that falls due follows from that event. `due_on` is the lawful due day in the calendar's zone.
    """

    effective_start_at: datetime
    original_due_at: datetime
    original_due_on: date
    original_rule: str
    basis: Basis
    lawful_due_at: datetime
    due_on: date
    promised_due_at: datetime
    latest_at: datetime
    rungs: tuple[Rung, ...]
    armed_by: str
    armed_seq: int
    is_armed_by_history: bool
    is_paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unarmed:
    """A clock that can't run (AL-7): no term, an unknown calendar, or a calendar that ends too early. Never "no breach"."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A rung or breach that was said. `seq`: the event that made it be said, or for a tick the last event before it."""

    name: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierState:
    """One dossier as its clock sees it. `is_history` tells whether its last event came from an import or long afterwards."""

    dossier_id: str
    seq: int
    is_history: bool
    holder_unit_id: int
    ledger: tuple[Fact, ...]
    clock: Clock | Unarmed
    marks: tuple[Mark, ...] = ()
    ended_recorded_at: datetime | None = None

    @property
    def accepted(self) -> Accepted:
        """The fact that every ledger begins with."""
        first = self.ledger[0]
        assert isinstance(first, Accepted)  # noqa: S101 - a state is only ever built from an acceptance
        return first

    @property
    def running(self) -> Clock | None:
        """The clock if time counts on it now: armed, not paused, not ended."""
        clock = self.clock
        if self.ended_recorded_at is not None or isinstance(clock, Unarmed) or clock.is_paused:
            return None
        return clock
