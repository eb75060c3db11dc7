"""Reads files of units: the columns of COLUMNS (and, beside it, of SUCCESSION_COLUMNS), or one TOML file with both."""

from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import get_args

from events.reference_data import UnitLevel
from motcua.reference_files import FIRST_DAY, Line, NumberedCells, UnfitFileError, rows_of
from services.intake.domain.reference_differences import Problem
from services.intake.domain.unit_differences import WantedPeriod, WantedSuccession

COLUMNS = tuple(one.name for one in fields(WantedPeriod) if one.name != "line")
SUCCESSION_COLUMNS = ("old_unit_id", "new_unit_id", "share", "legal_basis")
LEVELS: tuple[UnitLevel, ...] = get_args(UnitLevel)


def read_unit_file(file: Path, successions: Path | None = None) -> tuple[list[WantedPeriod], list[WantedSuccession]]:
    """What a file says of units and, with a second one or in TOML, of who took over. Raises UnfitFileError."""
    beside = successions or (file if file.suffix == ".toml" else None)
    taken_over = rows_of(beside, SUCCESSION_COLUMNS, "successions") if beside else ()
    return wanted_of(rows_of(file, COLUMNS, "units"), taken_over)


def wanted_of(
    units: Iterable[NumberedCells], successions: Iterable[NumberedCells]
) -> tuple[list[WantedPeriod], list[WantedSuccession]]:
    """The lines as values, cells as text. Raises UnfitFileError."""
    problems: list[Problem] = []
    periods = [one for line, cells in units if (one := _period(Line(line, cells, problems))) is not None]
    told = [_succession(Line(line, cells, problems)) for line, cells in successions]
    if problems:
        raise UnfitFileError(problems)
    return periods, [one for one in told if one is not None]


def _period(line: Line) -> WantedPeriod | None:
    unit_id = line.number("unit_id")
    period = WantedPeriod(
        line=line.line,
        unit_id=unit_id or 0,
        code=line.text("code"),
        name=line.needed("name"),
        level=line.word("level", LEVELS),
        unit_type=line.text("unit_type"),
        parent_id=line.number("parent_id", is_needed=False),
        valid_from=line.day("valid_from") or FIRST_DAY,
        valid_until=line.day("valid_until"),
        legal_basis=line.text("legal_basis"),
    )
    return period if line.is_fit else None


def _succession(line: Line) -> WantedSuccession | None:
    succession = WantedSuccession(
        line=line.line,
        old_unit_id=line.number("old_unit_id") or 0,
        new_unit_id=line.number("new_unit_id") or 0,
        share_percent=_share(line),
        legal_basis=line.text("legal_basis"),
    )
    return succession if line.is_fit else None


def _share(line: Line) -> int | None:
    text = line.text("share")
    try:
        percent = Decimal(text or 1) * 100
    except InvalidOperation:
        percent = Decimal(0)
    if percent == percent.to_integral_value() and 1 <= percent <= 100:
        return int(percent) if text else None
    line.note("share", f"{text!r} is not a share between 0.01 and 1")
    return None
