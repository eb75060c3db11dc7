"""The figures of one unit in one period, and what may be asked about them (domain.md 4.7.2, B5)."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Final

from services.stats.domain.errors import UnknownFigureError
from services.stats.domain.levels import LEVELS, Level
from services.stats.domain.periods import Period

DEFINITION: Final = "ontime.resolved.v1"
"""The headline definition: dossiers resolved in the period, classed against the lawful due date by local date (B5)."""

UNALLOCATED_NAME: Final = "Chưa phân bổ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many dossiers; every field is the name of a flag of the view `dossiers_in_period` (docs/measures.md)."""

    carried_in: int = 0
    received: int = 0
    received_direct: int = 0
    received_online: int = 0
    received_postal: int = 0
    resolved: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    unknown: int = 0
    terminated: int = 0
    open: int = 0
    open_within: int = 0
    open_due_soon: int = 0
    open_paused: int = 0
    open_overdue: int = 0
    open_unknown: int = 0

    @property
    def on_time_rate(self) -> float | None:
        """(early + on_time) / (early + on_time + late), 0..1; None for an empty denominator, shown as "—" (B5).

        Resolved dossiers whose deadline isn't known are left out and shown separately (DR-09).
        """
        in_time = self.early + self.on_time
        return in_time / (in_time + self.late) if in_time + self.late else None


FIGURE_NAMES: Final = tuple(field.name for field in fields(Counts))
"""Every figure behind which dossiers can be listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFigures(Counts):
    """The counts of one unit at one level. unit_id 0 = dossiers that belong to no registered unit at this level."""

    unit_id: int
    unit_name: str
    level: Level
    definition: str = DEFINITION


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureCell:
    """One figure of one unit in one period: what a number in a table stands for. unit_id None = all units of the level."""

    level: Level
    unit_id: int | None
    figure: str
    period: Period


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierLine:
    """One dossier in the list behind a figure. For what is open, `lawful_due_at` is the date known at the cut-off."""

    dossier_id: str
    dossier_code: str
    unit_id: int
    held_by_unit_id: int
    procedure_code: str
    procedure_name: str
    channel: int
    is_history: bool
    accepted_at: datetime
    original_due_at: datetime | None
    lawful_due_at: datetime | None
    promised_due_at: datetime | None
    ended_at: datetime | None
    ended_by: str
    outcome: str
    is_paused: bool
    breached_at: datetime | None
    apology_class: str
    integrity_flag_count: int


def total(counted: Iterable[Counts]) -> Counts:
    """The sum, field by field; rates follow from the sums and are never averaged."""
    sums = dict.fromkeys(FIGURE_NAMES, 0)
    for one in counted:
        for name in FIGURE_NAMES:
            sums[name] += getattr(one, name)
    return Counts(**sums)


def difference(whole: Counts, part: Counts) -> Counts:
    """What of the whole isn't in the part, field by field."""
    return Counts(**{name: getattr(whole, name) - getattr(part, name) for name in FIGURE_NAMES})


@dataclass(frozen=True, slots=True, kw_only=True)
class ApologyCounts:
    """Apologies owed for lawful due dates of the period, by the unit that held the dossier then (AR-07, AR-08)."""

    apology_required: int = 0
    apology_in_time: int = 0
    apology_late: int = 0
    apology_missing: int = 0

    def __add__(self, other: "ApologyCounts") -> "ApologyCounts":
        """The sum, field by field."""
        return ApologyCounts(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(self)})

    def __sub__(self, other: "ApologyCounts") -> "ApologyCounts":
        """The difference, field by field."""
        return ApologyCounts(**{one.name: getattr(self, one.name) - getattr(other, one.name) for one in fields(self)})


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekFigures:
    """The flows of one week from the roll-up, and how many dossiers were open when it ended. No week is left out."""

    week_on: date
    received: int = 0
    resolved: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    unknown: int = 0
    terminated: int = 0
    open_at_end: int = 0

    @property
    def on_time_rate(self) -> float | None:
        """As `Counts.on_time_rate`."""
        in_time = self.early + self.on_time
        return in_time / (in_time + self.late) if in_time + self.late else None


def check_level(level: str) -> None:
    """Raises UnknownFigureError for a level that isn't one of the three."""
    if level not in LEVELS:
        raise UnknownFigureError(f"{level!r} is not a level; there are {', '.join(LEVELS)}")


def check_figure(name: str) -> None:
    """Raises UnknownFigureError for a name that isn't a figure."""
    if name not in FIGURE_NAMES:
        raise UnknownFigureError(f"{name!r} is not a figure; there are {', '.join(FIGURE_NAMES)}")


def unit_name(level: str, unit_id: int, name: str | None) -> str:
    """The name shown for a counted unit: its own, or what is said of dossiers of unregistered units."""
    if name:
        return name
    return f"Đơn vị chưa đăng ký ({unit_id})" if level == "commune" else UNALLOCATED_NAME
