"""What may be asked of the page: query parameters -> a checked Question. Pure; "now" comes in as an argument.

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
    scope = Scope(
        unit_id=_number(query, "unit", 0, 0, LARGEST_UNIT_ID), is_own=_choice(query, "own", ("0", "1")) == "1"
    )
    from_on, to_on = _day(query, "from"), _day(query, "to")
    if (from_on is None) != (to_on is None):
        raise ParameterError("to" if to_on is None else "from", "one_end")
    try:
        asked = period(from_on, to_on, now)
    except UnusablePeriodError as error:
        raise ParameterError("from", "order") from error
    return Question(scope=scope, period=asked, now=now, from_on=from_on, to_on=to_on)


def read_listing(query: Mapping[str, str], figure: str | None = None) -> Listing:
    """`figure`, `sort`, `dir`, `page` and `size`; a given `figure` is fixed. Raises ParameterError."""
    named = figure or _choice(query, "figure", LISTED, "received")
    is_overdue = named == "open_overdue"
    return Listing(
        figure=named,
        sort=_choice(query, "sort", SORT_COLUMNS, "overdue_days" if is_overdue else "accepted_at"),
        direction="desc"
        if _choice(query, "dir", ("asc", "desc"), "desc" if is_overdue else "asc") == "desc"
        else "asc",
        page=_number(query, "page", 1, 1, 10_000_000),
        size=_number(query, "size", 50, 1, LARGEST_PAGE_SIZE),
    )


def _number(query: Mapping[str, str], name: str, if_missing: int, least: int, most: int) -> int:
    text = query.get(name, "")
    if not text:
        return if_missing
    if not (text.isascii() and text.isdigit() and len(text) <= 12):
        raise ParameterError(name, "not_a_number")
    if not least <= int(text) <= most:
        raise ParameterError(name, "out_of_range", least=least, most=most)
    return int(text)


def _day(query: Mapping[str, str], name: str) -> date | None:
    text = query.get(name, "")
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ParameterError(name, "not_a_day") from None


def _choice(query: Mapping[str, str], name: str, allowed: Sequence[str], if_missing: str = "") -> str:
    text = query.get(name, "")
    if not text:
        return if_missing
    if text not in allowed:
        raise ParameterError(name, "not_in_list", allowed=", ".join(allowed))
    return text
