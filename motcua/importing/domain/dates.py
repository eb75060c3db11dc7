"""What a cell says about a day or an instant, by the forms that the mapping names. Pure.

A form names the order of the parts (`dd/mm/yyyy`); the separators in the cell may be any of `/`, `-`, `.`; a time of day may
follow in 24 hours or with SA/CH, AM/PM. ISO 8601 is always read, because no other form looks like it. `excel` is
a day number of Excel.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Final

_EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 a day number has no zone; Excel's day 60 is a day that never was
_EXCEL_NUMBER = re.compile(r"[1-9]\d{0,4}(?:[.,](?P<part>\d+))?")
"""Up to the year 2173: what has more digits is a day written without separators."""
_TIME = (
    r"(?:[ T,]+(?:lúc )?(?P<hour>\d{1,2})(?:[:hHgG](?P<minute>\d{2})?(?:[:mp](?P<second>\d{2})(?:[.,](?P<part>\d{1,6}))?)?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?|SA|CH|sa|ch)?)?"
)
_FULL_YEAR = r"(?P<year>\d{4})"
_DAY, _MONTH = r"(?P<day>\d{1,2})", r"(?P<month>\d{1,2})"
_BETWEEN = r"[/.\-]"
_PATTERNS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "dd/mm/yyyy": re.compile(_BETWEEN.join((_DAY, _MONTH, _FULL_YEAR)) + _TIME),
        "mm/dd/yyyy": re.compile(_BETWEEN.join((_MONTH, _DAY, _FULL_YEAR)) + _TIME),
        "yyyy/mm/dd": re.compile(_BETWEEN.join((_FULL_YEAR, _MONTH, _DAY)) + _TIME),
        "dd/mm/yy": re.compile(_BETWEEN.join((_DAY, _MONTH, r"(?P<short>\d{2})")) + _TIME),
        "mm/dd/yy": re.compile(_BETWEEN.join((_MONTH, _DAY, r"(?P<short>\d{2})")) + _TIME),
        "ddmmyyyy": re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4})" + _TIME),
        "yyyymmdd": re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})" + _TIME),
    }
)
FORMS: Final = ("iso", *_PATTERNS, "excel")
"""What a mapping may name."""
_ISO_LIKE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:$|[T ])|\d{8}T|\d{4}-W\d{2}")
_BARE = re.compile(r"[\d/.\-]+|\d{4}-W\d{2}(-\d)?")

Read = Callable[[str], "datetime | None"]


def reader_of(forms: Sequence[str]) -> Callable[[str], tuple[datetime, bool] | None]:
    """Reads cells: the instant (naive where no offset is written) and whether it is a bare day; None if it is neither.

    What cells say repeats itself by the thousand, so the answers are remembered, a bounded number of them.
    """
    reads: list[Read] = [_iso, *(_by(form) for form in forms if form != "iso")]

    @lru_cache(maxsize=4096)
    def read(cell: str) -> tuple[datetime, bool] | None:
        for one in reads:
            found = one(cell)
            if found is not None:
                return found, _is_bare(cell, found)
        return None

    return read


def _by(form: str) -> Read:
    if form == "excel":
        return _excel
    pattern = _PATTERNS[form]
    return lambda cell: _by_pattern(pattern, cell)


def _iso(cell: str) -> datetime | None:
    try:
        return datetime.fromisoformat(cell) if _ISO_LIKE.match(cell) else None
    except ValueError:
        return _by_pattern(_PATTERNS["yyyy/mm/dd"], cell)


def _excel(cell: str) -> datetime | None:
    found = _EXCEL_NUMBER.fullmatch(cell)
    if found is None:
        return None
    seconds = float(cell.replace(",", ".")) * 86_400
    # Four decimals of a day are nine seconds: what was meant is the minute.
    step = 60 if len(found["part"] or "") < 5 else 1
    return _EXCEL_ZERO + timedelta(seconds=round(seconds / step) * step)


def _by_pattern(pattern: re.Pattern[str], cell: str) -> datetime | None:
    found = pattern.fullmatch(cell)
    if found is None:
        return None
    parts = found.groupdict()
    hour = _hour(int(parts["hour"] or 0), (parts["half"] or "").replace(".", "").upper())
    year = int(parts["year"]) if parts.get("year") else 2000 + int(parts["short"])
    microsecond = int((parts["part"] or "0").ljust(6, "0"))
    minute, second = int(parts["minute"] or 0), int(parts["second"] or 0)
    try:
        return datetime(year, int(parts["month"]), int(parts["day"]), hour, minute, second, microsecond)  # noqa: DTZ001
    except ValueError:
        return None


def _hour(hour: int, half: str) -> int:
    """The hour of a day; 12 SA is midnight and 12 CH noon. An hour above 12 with a half day is taken as it stands."""
    if half in ("AM", "SA"):
        return 0 if hour == 12 else hour
    if half in ("PM", "CH") and hour < 12:
        return hour + 12
    return hour


def _is_bare(cell: str, found: datetime) -> bool:
    """A day without a time; of Excel a whole number. `.0` behind midnight is a time that somebody wrote."""
    return _BARE.fullmatch(cell) is not None and found.time() == datetime.min.time()
