"""Rows as files give them, and the one table that all files of a register make: header, columns, filters. Pure.

A reader of files yields `RawRow`s; `table_rows` finds the header among the first of them, picks the columns
that the mapping names and yields the rows that are used. What can't be right is a `Finding`; one that keeps everything back
ends the file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

from motcua.importing.domain.findings import Effect, Finding, Place
from motcua.importing.domain.mapping import Condition, ImportMapping
from motcua.importing.domain.words import clean, folded, meant

MOST_TITLE_ROWS = 50
"""The header stands among the first so many rows that aren't empty."""


class RawRow(NamedTuple):
    """One row of a file: its 1-based line (of a sheet, its row), and its cells as text."""

    line: int
    cells: Sequence[str]


class Row(NamedTuple):
    """One row of the register: where it stands, and the cells that the mapping names, clean, by column."""

    file: str
    line: int
    cells: Mapping[str, str]

    def place(self, column: str = "") -> Place:
        """Where it stands, for a message."""
        return Place(file=self.file, line=self.line, column=column)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The columns of one file: how many there are, and where those stand that the mapping names."""

    width: int
    names: Sequence[str]
    places: Sequence[int]


def table_rows(mapping: ImportMapping, file: str, raw_rows: Iterable[RawRow]) -> Iterator[Row | Finding]:
    """The rows of one file (or sheet) that are used."""
    rows = (row for row in raw_rows if any(cell and not cell.isspace() for cell in row.cells))
    first = list(islice(rows, MOST_TITLE_ROWS))
    if not first:
        yield Finding(code="file-empty", effect=Effect.NOTHING_SENT, place=Place(file=file))
        return
    at = _header_at(mapping, first)
    header, problems = _header(mapping, file, first[at])
    yield from problems
    if problems:
        return
    picked = list(zip(mapping.columns, header.places, strict=True))
    for raw in chain(first[at + 1 :], rows):
        found = _row(mapping, file, header, picked, raw)
        if found is not None:
            yield found


def _header_at(mapping: ImportMapping, first: Sequence[RawRow]) -> int:
    """Which of the first rows is the header: the one that is named, else the one with the most columns of the mapping."""
    if mapping.shape.header_row is not None:
        return next((at for at, row in enumerate(first) if row.line >= mapping.shape.header_row), 0)
    wanted = set(mapping.columns)
    counts = [len(wanted & {clean(cell) for cell in row.cells}) for row in first]
    return counts.index(max(counts))


def _header(mapping: ImportMapping, file: str, row: RawRow) -> tuple[Header, list[Finding]]:
    names = [clean(cell) for cell in row.cells]
    while names and not names[-1]:
        names.pop()
    problems = []
    places = []
    for column in mapping.columns:
        at = [place for place, name in enumerate(names) if name == column]
        where = Place(file=file, line=row.line, column=column)
        if len(at) > 1:
            params: dict[str, str | int] = {"first": at[0] + 1, "second": at[1] + 1}
            problems.append(Finding(code="column-twice", effect=Effect.NOTHING_SENT, place=where, params=params))
        elif not at:
            near = meant(column, [name for name in names if name])
            told = {"hint": f"; có phải “{near}”?" if near else "", "known": ", ".join(filter(None, names))}
            problems.append(Finding(code="column-missing", effect=Effect.NOTHING_SENT, place=where, params=told))
        places.append(at[0] if at else 0)
    return Header(width=len(names), names=names, places=places), problems


def _row(
    mapping: ImportMapping, file: str, header: Header, picked: Sequence[tuple[str, int]], raw: RawRow
) -> Row | Finding | None:
    given = raw.cells
    width = len(given)
    cells = {name: clean(given[place]) if place < width else "" for name, place in picked}
    row = Row(file, raw.line, cells)
    if mapping.rows and not all(holds(one, cells) for one in mapping.rows):
        return None
    if width < header.width or any(given[header.width :]):
        params: dict[str, str | int] = {"given": width, "expected": header.width}
        code = code_of(mapping, cells)
        return Finding(
            code="row-incomplete", effect=Effect.DOSSIER_LEFT_OUT, place=row.place(), params=params, dossier=code
        )
    if not all(cells[name] for name in mapping.key):
        column = next(name for name in mapping.key if not cells[name])
        return Finding(code="no-code", effect=Effect.DOSSIER_LEFT_OUT, place=row.place(column))
    return row


def code_of(mapping: ImportMapping, cells: Mapping[str, str]) -> str:
    """The code of the dossier that a row belongs to."""
    if len(mapping.key) == 1:
        return cells[mapping.key[0]]
    return mapping.key_separator.join([cells[name] for name in mapping.key])


def holds(condition: Condition, cells: Mapping[str, str]) -> bool:
    """Whether a condition holds of a row."""
    cell = folded(cells[condition.column])
    if condition.wants_empty is not None:
        is_met = (not cell) is condition.wants_empty
    else:
        is_met = cell in condition.values or (bool(condition.prefixes) and cell.startswith(condition.prefixes))
    return is_met is not condition.is_negated
