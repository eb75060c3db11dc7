"""How commands speak: tables and sentences for people, JSON for programs, and exit codes that scripts can use."""

import json
import sys
from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any

from rich.console import Console
from rich.table import Table


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
    return Console(highlight=False)


def progress_console() -> Console:
    """For progress, on stderr, so that stdout stays clean for data."""
    return Console(stderr=True, highlight=False)


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], title: str | None = None) -> None:
    """A table for people; numbers to the right."""
    table = Table(title=title, title_justify="left")
    kept = [list(row) for row in rows]
    for number, column in enumerate(columns):
        is_numeric = bool(kept) and all(isinstance(row[number], int | float) for row in kept)
        table.add_column(column, justify="right" if is_numeric else "left", overflow="fold")
    for row in kept:
        table.add_row(*("—" if value is None else str(value) for value in row))
    console().print(table)
