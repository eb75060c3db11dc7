"""The demo's reference data: administrative units of Huế, what became of them on 1 July 2025, and procedures.

In: the three CSV files beside this module (`demo/data`), read when a function is called, never at import.
Out: frozen records; days are legal days (Asia/Ho_Chi_Minh), `valid_until` is exclusive and None means "until further
notice". Promise: a row that can't be read stops the load and says which line; nothing is skipped.
Sources, licences and what is not verified: docs/decisions/0008-reference-data-of-the-demo.md.
"""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import TypeVar, cast, get_args

from events.dossier import TermUnit
from events.reference_data import UnitLevel
from rules.book.ruleset import SourceStatus

Level = UnitLevel

Row = dict[str, str]
Record = TypeVar("Record")


class ReferenceDataError(Exception):
    """A row of the reference data can't be read; the message names file, line and reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One administrative unit in one period (OR-1).

    `unit_id` is ours and is never used again for another unit; `code` is the official number (2 digits for the
    province, 3 for a district, 5 for a commune), which the reform did use again for other units.
    """

    unit_id: int
    code: str
    name: str
    level: Level
    unit_type: str
    parent_id: int | None
    valid_from: date
    valid_until: date | None
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One procedure at one level in one period (OR-7); key: `code` and `valid_from`.

    `status` is "verified" only if the value and the unit of the term were read in `source`; then still not in the
    signed decision. `same_day` terms have the value 1. `name` and `field` are Vietnamese, as published.
    """

    code: str
    name: str
    field: str
    level: Level
    term_value: int
    term_unit: TermUnit
    term_note: str
    legal_basis: str
    valid_from: date
    valid_until: date | None
    status: SourceStatus
    source: str


def load_units() -> tuple[Unit, ...]:
    """All units of both periods, by id. Raises ReferenceDataError."""
    return tuple(_read("units.csv", _unit))


def load_procedures() -> tuple[Procedure, ...]:
    """All procedures, by code and period. Raises ReferenceDataError."""
    return tuple(_read("procedures.csv", _procedure))


def load_successions() -> Mapping[int, int]:
    """Which unit took over from each unit that ended; every one of the demo went into another whole (OR-3)."""
    return dict(_read("successions.csv", _succession))


def units_at(units: Iterable[Unit], day: date) -> tuple[Unit, ...]:
    """The units that exist on that legal day, in the given order."""
    return tuple(unit for unit in units if is_valid_at(unit, day))


def procedures_at(procedures: Iterable[Procedure], day: date) -> tuple[Procedure, ...]:
    """The procedures, at their level of that legal day, in the given order."""
    return tuple(procedure for procedure in procedures if is_valid_at(procedure, day))


def is_valid_at(record: Unit | Procedure, day: date) -> bool:
    """Whether the day lies in the record's period (start included, end excluded)."""
    return record.valid_from <= day and (record.valid_until is None or day < record.valid_until)


def _read(name: str, parse: Callable[[Row], Record]) -> Iterator[Record]:
    text = files("demo").joinpath("data", name).read_text(encoding="utf-8")
    reader = csv.DictReader(text.splitlines(), strict=True)
    for row in reader:
        try:
            if None in row or None in row.values():
                raise ValueError("number of fields differs from the heading")
            yield parse(row)
        except (KeyError, ValueError) as error:
            raise ReferenceDataError(f"{name}, line {reader.line_num}: {error}") from error


def _unit(row: Row) -> Unit:
    return Unit(
        unit_id=int(row["unit_id"]),
        code=row["code"],
        name=row["name"],
        level=cast("Level", _one_of(row["level"], Level)),
        unit_type=row["unit_type"],
        parent_id=int(row["parent_id"]) if row["parent_id"] else None,
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_until=_day_or_open(row["valid_until"]),
        legal_basis=row["legal_basis"],
    )


def _procedure(row: Row) -> Procedure:
    return Procedure(
        code=row["code"],
        name=row["name"],
        field=row["field"],
        level=cast("Level", _one_of(row["level"], Level)),
        term_value=int(row["term_value"]),
        term_unit=cast("TermUnit", _one_of(row["term_unit"], TermUnit)),
        term_note=row["term_note"],
        legal_basis=row["legal_basis"],
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_until=_day_or_open(row["valid_until"]),
        status=cast("SourceStatus", _one_of(row["status"], SourceStatus)),
        source=row["source"],
    )


def _succession(row: Row) -> tuple[int, int]:
    if row["share"] != "1":
        raise ValueError(f"{row['old_unit_id']} was split, and the demo can't tell where its dossiers went")
    return int(row["old_unit_id"]), int(row["new_unit_id"])


def _day_or_open(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _one_of(text: str, allowed: object) -> str:
    if text not in get_args(allowed):
        raise ValueError(f"{text!r} is none of {', '.join(get_args(allowed))}")
    return text
