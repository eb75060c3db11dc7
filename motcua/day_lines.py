"""Days, instants and small tables of an explanation as lines of text, in Vietnamese or English. Pure."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from textwrap import wrap
from typing import Any

from services.page.adapters.dictionaries import Dictionary

WIDTH = 100
MOST_DAYS = 15
"""A longer sum is drawn together into runs of days of one sort, unless every day is asked for."""

_KEPT = "\N{NO-BREAK SPACE}"
Plain = dict[str, Any]
Lines = Iterator[str]


class DayWriter:
    """Writes days in one language, with the words of the page."""

    def __init__(self, texts: Dictionary, language: str, *, every_day: bool = False) -> None:
        self._t = texts
        self._language = language
        self._every_day = every_day
        self._weekdays = texts("explain.weekdays").split(", ")

    def _days(self, days: Sequence[Plain]) -> Lines:
        if self._every_day or len(days) <= MOST_DAYS:
            runs = [[day] for day in days]
        else:
            # A working week is one run, its weekend another; what has a name stands with its name.
            runs = [list(run) for _, run in groupby(days, _sort)]
        number = 0
        for run in runs:
            first = number + 1
            number += sum(day["counted"] for day in run)
            count = "" if number < first else str(first) if number == first else f"{first}–{number}"
            when = self.day(run[0]["day"])
            if len(run) > 1:
                when = f"{when} – {self.day(run[-1]['day'])}"
            yield from self._wrapped(f"{when:<{self._day_width(runs)}} {count:>6}  {self._reason(run[0])}", 4)

    def _day_width(self, runs: Sequence[Sequence[Plain]]) -> int:
        one = max(map(len, self._weekdays)) + len(" 00/00/0000")
        return 2 * one + 3 if any(len(run) > 1 for run in runs) else one

    def _reason(self, day: Plain) -> str:
        told = self._t(f"explain.day.{day['reason']}")
        name = (self._language == "en" and day.get("name_en")) or day.get("name")
        if name and day["reason"] in ("holiday", "make_up", "weekend"):
            told += f": {name}"
        if day.get("legal_source"):
            told += f" ({day['legal_source']})"
        if day.get("minutes"):
            told += f", {self._t('explain.minutes', n=round(day['minutes']))}"
        return told

    def _table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> Lines:
        widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
        for row in (head, *rows):
            cells = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
            yield f"    {'  '.join(cells)}"

    def _wrapped(self, text: str, indent: int = 2) -> Lines:
        space = " " * indent
        for line in wrap(text, WIDTH, initial_indent=space, subsequent_indent=space + "    ", break_on_hyphens=False):
            yield line.replace(_KEPT, " ")

    def instant(self, text: str) -> str:
        """A weekday with its date and time: Thứ Tư 11/02/2026 10:20."""
        at = datetime.fromisoformat(text)
        return f"{self._weekdays[at.weekday()]} {at:%d/%m/%Y %H:%M}"

    def day(self, text: str) -> str:
        """A weekday with its date."""
        on = date.fromisoformat(text)
        return f"{self._weekdays[on.weekday()]:<{max(map(len, self._weekdays))}} {on:%d/%m/%Y}"


def _sort(day: Plain) -> tuple[Any, ...]:
    return day["reason"], day.get("name"), day.get("legal_source"), day.get("minutes")


def kept(text: str) -> str:
    """A text that no line is broken in."""
    return text.replace(" ", _KEPT)
