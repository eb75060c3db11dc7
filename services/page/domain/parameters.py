"""What may be asked of the page: query parameters -> a checked Question. Pure; "now" comes in as an argument.

Each parameter is declared once: what is read here is what the page's OpenAPI document says (`deploy/page_document.py`).
Promise: everything that reaches SQL as a name (figure, sort column) is one of a fixed list; all else travels as a parameter.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from services.stats.questions import LISTED, Period, Scope, UnusablePeriodError, period

LARGEST_PAGE_SIZE: Final = 500
LARGEST_UNIT_ID: Final = 2**32 - 1
SORT_COLUMNS: Final = (
    "dossier_code", "procedure_name", "unit_name", "held_by_unit_name", "accepted_at", "lawful_due_at", "ended_at", "outcome",
    "overdue_days", "apology_class",
)  # fmt: skip

Direction = Literal["asc", "desc"]


class ParameterError(ValueError):
    """A query parameter can't be used. `reason` is a key of the dictionaries, `places` what its text needs."""

    def __init__(self, name: str, reason: str, **places: object) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason
        self.places = places


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A whole number in decimal digits."""

    name: str
    says: str
    least: int
    most: int
    if_missing: int

    def read(self, query: Mapping[str, str]) -> int:
        """What was given; an empty text is as none. Raises ParameterError."""
        text = query.get(self.name, "")
        if not text:
            return self.if_missing
        if not (text.isascii() and text.isdigit() and len(text) <= 12):
            raise ParameterError(self.name, "not_a_number")
        if not self.least <= int(text) <= self.most:
            raise ParameterError(self.name, "out_of_range", least=self.least, most=self.most)
        return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of some words; what is taken where none is given may depend on the others, then `if_missing` is empty."""

    name: str
    says: str
    allowed: Sequence[str]
    if_missing: str = ""

    def read(self, query: Mapping[str, str], if_missing: str = "") -> str:
        """What was given; an empty text is as none. Raises ParameterError."""
        text = query.get(self.name, "")
        if not text:
            return if_missing or self.if_missing
        if text not in self.allowed:
            raise ParameterError(self.name, "not_in_list", allowed=", ".join(self.allowed))
        return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A day of Asia/Ho_Chi_Minh, YYYY-MM-DD."""

    name: str
    says: str

    def read(self, query: Mapping[str, str]) -> date | None:
        """What was given, None for an empty text or none. Raises ParameterError."""
        text = query.get(self.name, "")
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ParameterError(self.name, "not_a_day") from None


Parameter = Number | Choice | Day

UNIT: Final = Number(
    name="unit", least=0, most=LARGEST_UNIT_ID, if_missing=0,
    says="A unit with all below it; 0 or none: everything.",
)  # fmt: skip
OWN: Final = Choice(name="own", allowed=("0", "1"), if_missing="0", says="1: only what the unit itself received.")
FROM: Final = Day(name="from", says="The first day of the period, with `to`; neither of them: all time.")
TO: Final = Day(name="to", says="The day after the last of the period.")
QUESTION: Final[tuple[Parameter, ...]] = (UNIT, OWN, FROM, TO)
FIGURE: Final = Choice(
    name="figure",
    allowed=LISTED,
    if_missing="received",
    says="Whose dossiers; what each figure counts stands in docs/measures.md.",
)
SORT: Final = Choice(
    name="sort", allowed=SORT_COLUMNS,
    says="The column to sort by; none: `overdue_days` of overdue dossiers, else `accepted_at`.",
)  # fmt: skip
DIRECTION: Final = Choice(name="dir", allowed=("asc", "desc"), says="None: `desc` of overdue dossiers, else `asc`.")
PAGE: Final = Number(name="page", least=1, most=10_000_000, if_missing=1, says="Which page of the list, from 1.")
SIZE: Final = Number(
    name="size", least=1, most=LARGEST_PAGE_SIZE, if_missing=50, says="How many dossiers are on a page."
)
ORDER: Final[tuple[Parameter, ...]] = (SORT, DIRECTION)
WINDOW: Final[tuple[Parameter, ...]] = (PAGE, SIZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Which figure's dossiers, in which order, which page (from 1)."""

    figure: str
    sort: str
    direction: Direction
    page: int
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Scope and period of one part of the page; the days as they were asked, None = all time; `now` is the present."""

    scope: Scope
    period: Period
    now: datetime
    from_on: date | None = None
    to_on: date | None = None

    @property
    def key(self) -> tuple[Scope, date | None, date | None, bool]:
        """Equal for questions that have the same answer while nothing more is counted, but for the instant "as of now"."""
        return self.scope, self.from_on, self.to_on, self.period.as_of == self.now


def require_once(names: Iterable[str]) -> None:
    """No parameter is given twice: whoever checked the question on its way may have read the other. Raises ParameterError."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ParameterError(name, "twice")
        seen.add(name)


def read_question(query: Mapping[str, str], now: datetime) -> Question:
    """`unit`, `own`, `from` and `to` (exclusive). Raises ParameterError."""
    scope = Scope(unit_id=UNIT.read(query), is_own=OWN.read(query) == "1")
    from_on, to_on = FROM.read(query), TO.read(query)
    if (from_on is None) != (to_on is None):
        raise ParameterError("to" if to_on is None else "from", "one_end")
    try:
        asked = period(from_on, to_on, now)
    except UnusablePeriodError as error:
        raise ParameterError("from", "order") from error
    return Question(scope=scope, period=asked, now=now, from_on=from_on, to_on=to_on)


def read_listing(query: Mapping[str, str], figure: str | None = None) -> Listing:
    """`figure`, `sort`, `dir`, `page` and `size`; a given `figure` is fixed. Raises ParameterError."""
    named = figure or FIGURE.read(query)
    is_overdue = named == "open_overdue"
    return Listing(
        figure=named,
        sort=SORT.read(query, "overdue_days" if is_overdue else "accepted_at"),
        direction="desc" if DIRECTION.read(query, "desc" if is_overdue else "asc") == "desc" else "asc",
        page=PAGE.read(query),
        size=SIZE.read(query),
    )
