"""Reads the unit file: CSV with the columns of COLUMNS, UTF-8. Every fault names file, line and column (UnitFileError)."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path

from services.stats.domain.errors import UnitFileError
from services.stats.domain.levels import LEVELS, Level, UnitPeriod
from services.stats.domain.periods import FIRST_DAY, LAST_DAY

COLUMNS = tuple(one.name for one in fields(UnitPeriod))
_LARGEST_ID = 2**32 - 1


def read_units(path: Path) -> list[UnitPeriod]:
    """The periods of all units of a file. valid_until is exclusive; empty = still in force; an empty parent_id = none."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise UnitFileError(f"{path.name}, line 1: the column {missing[0]} is missing")
        return list(_periods(path.name, reader))


def _periods(file: str, reader: "csv.DictReader[str]") -> Iterator[UnitPeriod]:
    for row in reader:
        where = f"{file}, line {reader.line_num}"
        if any(row[name] is None for name in COLUMNS):
            raise UnitFileError(f"{where}: has fewer columns than the heading")
        valid_from = _day(where, "valid_from", row, FIRST_DAY)
        valid_until = _day(where, "valid_until", row, LAST_DAY)
        if valid_until <= valid_from:
            raise UnitFileError(f"{where}, column valid_until: {valid_until} is not after {valid_from}")
        yield UnitPeriod(
            unit_id=_number(where, "unit_id", row),
            code=row["code"],
            name=row["name"],
            level=_level(where, row),
            unit_type=row["unit_type"],
            parent_id=_number(where, "parent_id", row) if row["parent_id"] else 0,
            valid_from=valid_from,
            valid_until=valid_until,
            legal_basis=row["legal_basis"],
        )


def _number(where: str, column: str, row: Mapping[str, str]) -> int:
    text = row[column]
    if text.isascii() and text.isdigit() and int(text) <= _LARGEST_ID:
        return int(text)
    raise UnitFileError(f"{where}, column {column}: {text!r} is not a unit number")


def _level(where: str, row: Mapping[str, str]) -> Level:
    for level in LEVELS:
        if row["level"] == level:
            return level
    raise UnitFileError(f"{where}, column level: {row['level']!r} is none of {', '.join(LEVELS)}")


def _day(where: str, column: str, row: Mapping[str, str], if_empty: date) -> date:
    text = row[column]
    if not text:
        return if_empty
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UnitFileError(f"{where}, column {column}: {text!r} is not a day (YYYY-MM-DD)") from None
    return min(max(day, FIRST_DAY), LAST_DAY)
