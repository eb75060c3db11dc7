"""Reads files about reference things: CSV or the first sheet of a workbook with a heading, or TOML with named tables.

Every fault names line and column; what can be read of the rest is looked at all the same, so that one look shows all of them.
"""

import csv
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from motcua.importing.adapters.contents import FileFaultError, is_workbook
from motcua.importing.adapters.workbook_file import workbook_sheets
from motcua.importing.domain.mapping import FileShape
from services.intake.domain.reference_differences import Problem

FIRST_DAY = date(1970, 1, 1)
"""From when something holds whose beginning the file doesn't say."""
LARGEST_NUMBER = 2_147_483_647
Cells = Mapping[str, str]
NumberedCells = tuple[int, Cells]
WordT = TypeVar("WordT", bound=str)


class UnfitFileError(Exception):
    """Something in the file can't be read; `problems` has each."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__(f"{len(self.problems)} lines can't be read")


class Line:
    """One line, and where its problems go."""

    def __init__(self, line: int, cells: Cells, problems: list[Problem]) -> None:
        self.line = line
        self._cells = cells
        self._problems = problems
        self._known_before = len(problems)

    @property
    def is_fit(self) -> bool:
        """Whether nothing was wrong in it so far."""
        return len(self._problems) == self._known_before

    def text(self, column: str) -> str:
        """The cell without edges; empty where there is none."""
        return (self._cells.get(column) or "").strip()

    def needed(self, column: str) -> str:
        """A text that must not be empty."""
        text = self.text(column)
        if not text:
            self.note(column, "is empty")
        return text

    def number(self, column: str, *, is_needed: bool = True) -> int | None:
        """A unit's number; None where nothing or something else stands there."""
        text = self.text(column)
        if not text and not is_needed:
            return None
        if text.isascii() and text.isdigit() and 0 < int(text) <= LARGEST_NUMBER:
            return int(text)
        self.note(column, f"{text!r} is not a unit number")
        return None

    def day(self, column: str) -> date | None:
        """A local day; None where nothing or something else stands there."""
        text = self.text(column)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.note(column, f"{text!r} is not a day (YYYY-MM-DD)")
            return None

    def word(self, column: str, allowed: Sequence[WordT]) -> WordT:
        """One of some words; the first where something else stands there."""
        text = self.text(column)
        for one in allowed:
            if one == text:
                return one
        self.note(column, f"{text!r} is none of {', '.join(allowed)}")
        return allowed[0]

    def note(self, column: str, reason: str) -> None:
        """This cell is wrong."""
        self._problems.append(Problem(line=self.line, column=column, reason=reason))


def rows_of(file: Path, columns: Iterable[str], table: str) -> Iterator[NumberedCells]:
    """The lines of a file under their headings; of TOML the tables of that name. Raises UnfitFileError while they are read."""
    if file.suffix == ".toml":
        yield from _tables(file, table)
        return
    try:
        yield from _sheet_rows(file, columns) if is_workbook(file) else _csv_rows(file, columns)
    except FileFaultError as fault:
        raise UnfitFileError([Problem(line=1, column="", reason=str(fault))]) from fault


def cells_of(tables: Iterable[Mapping[str, Any]], lines: Iterable[int]) -> Iterator[NumberedCells]:
    """The tables of a parsed TOML file as cells, each with its line."""
    for line, table in zip(lines, tables, strict=False):
        yield line, {name: "" if value is None else str(value) for name, value in table.items()}


def _csv_rows(file: Path, columns: Iterable[str]) -> Iterator[NumberedCells]:
    with file.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened)
        _require(columns, reader.fieldnames or ())
        try:
            for row in reader:
                if None in row or None in row.values():
                    reason = "has another number of cells than the heading"
                    raise UnfitFileError([Problem(line=reader.line_num, column="", reason=reason)])
                yield reader.line_num, row
        except (csv.Error, UnicodeDecodeError) as error:
            raise UnfitFileError([Problem(line=reader.line_num + 1, column="", reason=str(error))]) from error


def _sheet_rows(file: Path, columns: Iterable[str]) -> Iterator[NumberedCells]:
    ((_, rows),) = workbook_sheets(file, FileShape())
    heading = [cell.strip() for cell in next(iter(rows)).cells]
    _require(columns, heading)
    for row in rows:
        if any(cell.strip() for cell in row.cells):
            yield row.line, dict(zip(heading, row.cells, strict=False))


def _require(columns: Iterable[str], heading: Sequence[str]) -> None:
    missing = [name for name in columns if name not in heading]
    if missing:
        raise UnfitFileError([Problem(line=1, column=missing[0], reason="the column is missing")])


def _tables(file: Path, name: str) -> Iterator[NumberedCells]:
    try:
        text = file.read_text(encoding="utf-8")
        tables = tomllib.loads(text).get(name, [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UnfitFileError([Problem(line=1, column="", reason=f"not TOML: {error}")]) from error
    heads = [number for number, line in enumerate(text.splitlines(), 1) if line.split("#")[0].strip() == f"[[{name}]]"]
    yield from cells_of(tables, heads or range(1, len(tables) + 1))
