"""The counts of one unit in one period, and what may be asked about them (domain.md 4.7.2, B5); see `figure_catalog`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from services.stats.domain.errors import UnknownFigureError
from services.stats.domain.figure import ratio
from services.stats.domain.figure_catalog import COUNTS, FIGURES, LISTED, ON_TIME_RATE
from services.stats.domain.levels import LEVELS, Level

DEFINITION: Final = ON_TIME_RATE.method
"""The headline definition: dossiers resolved in the period, classed against the lawful due date by local date (B5)."""

FIGURE_NAMES: Final = tuple(count.id for count in COUNTS)
"""Every figure that counts, in the order of the forms; rates follow from these."""

UNALLOCATED_NAME: Final = "Chưa phân bổ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """The figures of some dossiers in a period; what each means stands in docs/measures.md. Counts add up, rates follow."""

    # figures begin (make generated)
    carried_in: int = 0
    received: int = 0
    received_direct: int = 0
    received_online: int = 0
    received_postal: int = 0
    reopened: int = 0
    transferred_in: int = 0
    resolved: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    unknown: int = 0
    terminated: int = 0
    transferred_out: int = 0
    open: int = 0
    open_within: int = 0
    open_due_soon: int = 0
    open_paused: int = 0
    open_supplement_expired: int = 0
    open_overdue: int = 0
    open_unknown: int = 0
    open_overdue_unapologised: int = 0
    apology_required: int = 0
    apology_in_time: int = 0
    apology_late: int = 0
    apology_waived: int = 0
    apology_missing: int = 0

    @property
    def on_time_rate(self) -> float | None:
        """ontime.resolved.v1: (early + on_time) ÷ (early + on_time + late), 0..1."""
        return ratio(self.early + self.on_time, self.early + self.on_time + self.late)

    @property
    def apology_compliance(self) -> float | None:
        """apology.in-time.v1: (apology_in_time) ÷ (apology_in_time + apology_late + apology_missing), 0..1."""
        return ratio(self.apology_in_time, self.apology_in_time + self.apology_late + self.apology_missing)

    # figures end


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Which dossiers: a unit and everything below it; with `is_own` only what the unit itself received; 0 = everywhere."""

    unit_id: int = 0
    is_own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFigures(Counts):
    """The counts of one unit at one level. unit_id 0 = what belongs to no registered unit at this level."""

    unit_id: int
    unit_name: str
    level: Level
    definition: str = DEFINITION


def counts_of(one: Counts) -> dict[str, Any]:
    """The counts alone, by the id of their figure."""
    return {name: getattr(one, name) for name in FIGURE_NAMES}


def values_of(one: Counts) -> dict[str, int | float | None]:
    """Every figure by its id, rates as 0..1 or None: what each JSON and CSV shows."""
    return {figure.id: getattr(one, figure.id) for figure in FIGURES}


def total(counted: Iterable[Counts]) -> Counts:
    """The sum, field by field; rates follow from the sums and are never averaged."""
    sums = dict.fromkeys(FIGURE_NAMES, 0)
    for one in counted:
        for name, count in counts_of(one).items():
            sums[name] += count
    return Counts(**sums)


def check_level(level: str) -> None:
    """Raises UnknownFigureError for a level that isn't one of the three."""
    if level not in LEVELS:
        raise UnknownFigureError(f"{level!r} is not a level; there are {', '.join(LEVELS)}")


def check_listed(figure: str) -> None:
    """Raises UnknownFigureError for what isn't a figure with a list behind it."""
    if figure not in LISTED:
        raise UnknownFigureError(f"{figure!r} is not a figure with a list; there are {', '.join(LISTED)}")


def unit_name(level: str, unit_id: int, name: str | None) -> str:
    """The name shown for a counted unit: its own, or what is said of dossiers of unregistered units."""
    if name:
        return name
    return f"Đơn vị chưa đăng ký ({unit_id})" if level == "commune" else UNALLOCATED_NAME


def unknown_unit(unit_id: int, names: Mapping[int, str]) -> str:
    """What is said of a unit that nobody knows; `names` are the registered ones, of which the nearest are named."""
    if not names:
        return f"there is no unit {unit_id}; none is registered, load them with `motcua units load FILE`"
    nearest = get_close_matches(str(unit_id), [str(one) for one in names], n=3)
    meant = ", ".join(f"{one} ({names[int(one)]})" for one in nearest)
    return f"there is no unit {unit_id}" + (f"; did you mean {meant}?" if meant else "")
