"""What the declaration of a figure says (ADR 0015); the declarations themselves stand in `figure_catalog`. Pure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal, NamedTuple

Language = Literal["vi", "en"]


class Cohort(NamedTuple):
    """What a figure is counted from: the view with its flag, whose unit counts it, and by which date."""

    kind: Literal["flow", "stock", "obligation"]
    view: Literal["dossiers_in_period", "apologies_in_period"]
    unit: str
    date: str


class Left(NamedTuple):
    """The reason why a figure has no place in a form."""

    reason: str


class Group(NamedTuple):
    """A heading above some columns of the weekly report."""

    vi: str
    en: str


class ReportColumn(NamedTuple):
    """A column of the weekly report: its group, its heading there (the figure's name if empty), and figures taken off it."""

    group: Group
    vi: str = ""
    en: str = ""
    less: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One figure: what it means, and its place, or the reason for none, in each form that shows a choice of figures.

    `page` is the group of columns of the page's table (`children.group_<page>`); what has a place there is shown by
    `motcua figures` too. JSON and CSV hold every figure.
    """

    id: str
    vi: str
    en: str
    definition: str
    cohort: Cohort
    report: ReportColumn | Left
    page: Literal["in", "resolved", "open"] | Left
    trend: Literal[True] | Left
    listed: Literal[True] | Left

    def name(self, language: Language) -> str:
        """The name in a language."""
        return self.vi if language == "vi" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(Figure):
    """How many: `predicate` is SQL over the columns and aliases of the cohort's view; other figures stand in it by their id."""

    predicate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(Figure):
    """A share: sums of counts divided, never averaged; `method` is the id of the published definition (B5)."""

    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    method: str


def ratio(part: int, whole: int) -> float | None:
    """0..1, None for an empty denominator: shown as "—", never as 100 % or 0 % (B5)."""
    return part / whole if whole else None


def rate_text(rate: float | None, decimal_mark: str = ",") -> str:
    """75,00 % or "—"; 99,99 % and 0,01 % are as near as one gets to the ends while one dossier says otherwise (B12)."""
    if rate is None:
        return "—"
    shown = rate if rate in (0, 1) else min(max(rate, 0.0001), 0.9999)
    hundredths = Decimal(shown * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)  # as a browser rounds
    return f"{hundredths} %".replace(".", decimal_mark)
