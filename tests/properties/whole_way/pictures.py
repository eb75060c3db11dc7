"""What each part of the product says of one dossier, in the same few words, so that it can be held side by side. Values only."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

Stop = tuple[datetime, datetime | None]
"""From when the clock stood still for the citizen, and until when (None: still)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dues:
    """The three due dates (DR-25); None: there is no clock."""

    original: datetime | None = None
    lawful: datetime | None = None
    promised: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was stated of an ending beside its class: the classes under PAUSE, RESTART and 766, and by which due date."""

    by_policy: tuple[str, ...]
    judged_by: datetime | None
    is_backdated: bool


class Owed(NamedTuple):
    """An apology that is owed: for which missed due date, who held the dossier then, and how it stands (AR-07)."""

    due_at: datetime
    unit_id: int
    apology_class: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakePicture:
    """What intake decides by. `waiting_for`: none, supplement or financial_duty."""

    is_accepted: bool
    is_ended: bool
    waiting_for: str
    held_by_unit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatePicture:
    """What the deadline processor keeps. `waiting_for` is why the dossier's clock stands still, else none."""

    is_ended: bool
    is_breached: bool
    waiting_for: str
    held_by_unit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockExplained:
    """One clock as the explanation tells it; `differences` are what it says was recorded otherwise, in words."""

    name: str
    kind: str
    dues: Dues
    judged_by: datetime
    outcome: str
    verdict: Verdict | None
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplanationPicture:
    """The explanation of a dossier: its clocks, when the clock stood still, and what it says differs."""

    clocks: tuple[ClockExplained, ...]
    stops: tuple[Stop, ...]
    is_ended: bool
    headline: str | None
    obligations: tuple[Owed, ...]
    breaches: tuple[tuple[str, datetime], ...]
    differences: tuple[str, ...]

    @property
    def dossier(self) -> ClockExplained | None:
        """The clock of the whole dossier, if there is one."""
        return next((one for one in self.clocks if one.kind == "dossier"), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FactsPicture:
    """The row of facts of a dossier. `outcome`: early, on_time, late, unknown, terminated or open."""

    dues: Dues
    outcome: str
    ended_at: datetime | None
    held_by_unit_id: int
    stops: tuple[Stop, ...]
    breached_at: datetime | None
    obligations: tuple[Owed, ...]
    verdict: Verdict | None

    @property
    def is_ended(self) -> bool:
        """Whether it has ended."""
        return self.ended_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidPicture:
    """What the deadline events of a dossier say about its own clock. `outcome`: of the ending that counts, "" while open.

    `stops_too_late` are stops that began after the lawful due date of the time. `obligations` are those that stand, with what was
    stated of each; `obligations_by_rule` as AR-07 has it.
    """

    dues: Dues
    outcome: str
    verdict: Verdict | None
    stops: tuple[Stop, ...]
    stops_too_late: tuple[tuple[datetime, datetime], ...]
    breached_at: datetime | None
    obligations: tuple[Owed, ...]
    obligations_by_rule: tuple[Owed, ...]
