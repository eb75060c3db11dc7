"""How commands speak: tables and sentences for people, JSON for programs, and exit codes that scripts can use."""

import json
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPE_COLUMNS = 10_000
LEAST_TEXT = 12
"""Below this a column of text is no longer read with pleasure."""
_NUMBER = re.compile(r"—|[-+]?[\d.,]+\s?%?")


class ExitCode(IntEnum):
    """The exit codes of every command."""

    OK = 0
    FINDINGS = 1
    """It ran, and something is wrong with what it was given or found (bad rows, figures that differ)."""
    USAGE = 2
    """The command line can't be understood."""
    AWAY = 3
    """A part that is needed does not answer."""
    CANNOT_START = 4
    """Something is missing on this machine, or a port is taken."""


class CommandError(Exception):
    """Ends a command with one clear line on stderr and an exit code."""

    def __init__(self, message: str, exit_code: ExitCode) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def console() -> Console:
    """For people, on stdout; plain when it is not a terminal."""
    return _console(is_error=False)


def progress_console() -> Console:
    """For progress, on stderr, so that stdout stays clean for data."""
    return _console(is_error=True)


def _console(*, is_error: bool) -> Console:
    """No markup: what is printed may come from data, and a code or a name may hold brackets. Styles go by `style=` or `styled`.

    Where output goes to a file or a pipe nothing is wrapped, unless COLUMNS says how wide it is.
    """
    out = Console(stderr=is_error, highlight=False, markup=False, emoji=False)
    if not out.is_terminal and "COLUMNS" not in os.environ:
        out.width = PIPE_COLUMNS
    return out


def styled(*parts: str | tuple[str, str]) -> Text:
    """A line of which some parts, given as (text, style), stand out."""
    return Text.assemble(*parts)


def plain(value: Any) -> str:
    """A value as people read it, on one terminal line: letters that steer a terminal are shown as a mark."""
    if value is None:
        return "—"
    return "".join(
        "\ufffd" if unicodedata.category(letter) == "Cc" and letter != "\n" else letter for letter in str(value)
    )


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> None:
    """A table for people; numbers to the right, and never broken over lines.

    Where it can't be that narrow, each row is told as lines of `column: value`.
    """
    out = console()
    cells = [[plain(value) for value in row] for row in rows]
    laid_out = lay_out(columns, cells, out.width)
    if laid_out is None:
        _print_records(out, columns, cells, title)
        return
    table = Table(title=title and Text(title), title_justify="left")
    for column, (width, is_numeric) in zip(columns, laid_out, strict=True):
        table.add_column(Text(column), justify="right" if is_numeric else "left", overflow="fold", width=width)
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    out.print(table)


def lay_out(columns: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> list[tuple[int, bool]] | None:
    """Width of each column and whether it holds numbers, in a table of at most `width`; None if numbers would be broken."""
    numeric = [_is_numeric([row[number] for row in cells]) for number in range(len(columns))]
    widest = [max(map(cell_len, [column, *(row[n] for row in cells)])) for n, column in enumerate(columns)]
    left = width - 3 * len(columns) - 1
    if sum(widest) <= left:
        return list(zip(widest, numeric, strict=True))
    least = [
        max(map(cell_len, [*column.split(), *(row[n] for row in cells)])) if numeric[n] else min(widest[n], LEAST_TEXT)
        for n, column in enumerate(columns)
    ]
    spare = left - sum(least)
    if spare < 0:
        return None
    wished = sum(wide - small for wide, small in zip(widest, least, strict=True))
    widths = [small + spare * (wide - small) // wished for wide, small in zip(widest, least, strict=True)]
    return list(zip(widths, numeric, strict=True))


def _is_numeric(cells: Sequence[str]) -> bool:
    return any(cell != "—" for cell in cells) and all(_NUMBER.fullmatch(cell) for cell in cells)


def _print_records(out: Console, columns: Sequence[str], cells: Sequence[Sequence[str]], title: str | None) -> None:
    if title:
        out.print(title, style="italic")
    named = max(map(cell_len, columns))
    for row in cells:
        for column, cell in zip(columns, row, strict=True):
            out.print(f"{column}{' ' * (named - cell_len(column))}  {cell}", soft_wrap=True)
        out.print()
