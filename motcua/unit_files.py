"""Reads files of units: CSV with the columns of COLUMNS (and, beside it, of SUCCESSION_COLUMNS), or one TOML file with both.

Every fault names line and column; what can be read of the rest is looked at all the same, so that one look shows all of them.
"""

import csv
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, get_args

from events.reference_data import UnitLevel
from services.intake.domain.unit_differences import Problem, WantedPeriod, WantedSuccession

COLUMNS = tuple(one.name for one in fields(WantedPeriod) if one.name != "line")
SUCCESSION_COLUMNS = ("old_unit_id", "new_unit_id", "share", "legal_basis")
FIRST_DAY = date(1970, 1, 1)
"""From when a unit is whose beginning the file doesn't say."""
LARGEST_NUMBER = 2_147_483_647
Cells = Mapping[str, str]
NumberedCells = tuple[int, Cells]


class UnfitFileError(Exception):
    """Something in the file can't be read; `problems` has each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(f"{len(self.problems)} lines can't be read")


def read_unit_file(file: Path, successions: Path | None = None) -> tuple[list[WantedPeriod], list[WantedSuccession]]:
    """What a file says of units and, with a second one or in TOML, of who took over. Raises UnfitFileError."""
    if file.suffix == ".toml":
        return wanted_of(_tables(file, "units"), _tables(file, "successions"))
    taken_over = _csv_rows(successions, SUCCESSION_COLUMNS) if successions else ()
    return wanted_of(_csv_rows(file, COLUMNS), taken_over)


def wanted_of(
    units: Iterable[NumberedCells], successions: Iterable[NumberedCells]
) -> tuple[list[WantedPeriod], list[WantedSuccession]]:
    """The lines as values, cells as text. Raises UnfitFileError."""
    problems: list[Problem] = []
    periods = [one for line, cells in units if (one := _period(_Line(line, cells, problems))) is not None]
    told = [_succession(_Line(line, cells, problems)) for line, cells in successions]
    if problems:
        raise UnfitFileError(problems)
    return periods, [one for one in told if one is not None]


def cells_of(tables: Iterable[Mapping[str, Any]], lines: Iterable[int]) -> Iterator[NumberedCells]:
    """The tables of a parsed TOML file as cells, each with its line."""
    for line, table in zip(lines, tables, strict=False):
        yield line, {name: "" if value is None else str(value) for name, value in table.items()}


class _Line:
    """One line, and where its problems go."""

    def __init__(self, line: int, cells: Cells, problems: list[Problem]) -> None:
        self.line = line
        self._cells = cells
        self._problems = problems
        self._known_before = len(problems)

    @property
    def is_fit(self) -> bool:
        return len(self._problems) == self._known_before

    def text(self, column: str) -> str:
        return (self._cells.get(column) or "").strip()

    def needed(self, column: str) -> str:
        text = self.text(column)
        if not text:
            self._note(column, "is empty")
        return text

    def number(self, column: str, *, is_needed: bool = True) -> int | None:
        text = self.text(column)
        if not text and not is_needed:
            return None
        if text.isascii() and text.isdigit() and 0 < int(text) <= LARGEST_NUMBER:
            return int(text)
        self._note(column, f"{text!r} is not a unit number")
        return None

    def day(self, column: str) -> date | None:
        text = self.text(column)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._note(column, f"{text!r} is not a day (YYYY-MM-DD)")
            return None

    def level(self) -> UnitLevel:
        text = self.text("level")
        levels: tuple[UnitLevel, ...] = get_args(UnitLevel)
        for one in levels:
            if one == text:
                return one
        self._note("level", f"{text!r} is none of {', '.join(levels)}")
        return levels[0]

    def share(self) -> int | None:
        text = self.text("share")
        try:
            percent = Decimal(text or 1) * 100
        except InvalidOperation:
            percent = Decimal(0)
        if percent == percent.to_integral_value() and 1 <= percent <= 100:
            return int(percent) if text else None
        self._note("share", f"{text!r} is not a share between 0.01 and 1")
        return None

    def _note(self, column: str, reason: str) -> None:
        self._problems.append(Problem(line=self.line, column=column, reason=reason))


def _period(line: _Line) -> WantedPeriod | None:
    unit_id = line.number("unit_id")
    period = WantedPeriod(
        line=line.line,
        unit_id=unit_id or 0,
        code=line.text("code"),
        name=line.needed("name"),
        level=line.level(),
        unit_type=line.text("unit_type"),
        parent_id=line.number("parent_id", is_needed=False),
        valid_from=line.day("valid_from") or FIRST_DAY,
        valid_until=line.day("valid_until"),
        legal_basis=line.text("legal_basis"),
    )
    return period if line.is_fit else None


def _succession(line: _Line) -> WantedSuccession | None:
    succession = WantedSuccession(
        line=line.line,
        old_unit_id=line.number("old_unit_id") or 0,
        new_unit_id=line.number("new_unit_id") or 0,
        share_percent=line.share(),
        legal_basis=line.text("legal_basis"),
    )
    return succession if line.is_fit else None


def _csv_rows(file: Path, columns: Iterable[str]) -> Iterator[NumberedCells]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise UnfitFileError([Problem(line=1, column=missing[0], reason="the column is missing")])
        try:
            for row in reader:
                if None in row or None in row.values():
                    reason = "has another number of cells than the heading"
                    raise UnfitFileError([Problem(line=reader.line_num, column="", reason=reason)])
                yield reader.line_num, row
        except (csv.Error, UnicodeDecodeError) as error:
            raise UnfitFileError([Problem(line=reader.line_num + 1, column="", reason=str(error))]) from error


def _tables(file: Path, name: str) -> Iterator[NumberedCells]:
    try:
        text = file.read_text(encoding="utf-8")
        tables = tomllib.loads(text).get(name, [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnfitFileError([Problem(line=1, column="", reason=f"not TOML: {error}")]) from error
    heads = [number for number, line in enumerate(text.splitlines(), 1) if line.split("#")[0].strip() == f"[[{name}]]"]
    yield from cells_of(tables, heads or range(1, len(tables) + 1))
