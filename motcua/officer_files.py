"""Reads files of officers: the columns of COLUMNS (and, beside it, of ABSENCE_COLUMNS), or one TOML file with both."""

from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import get_args

from events.reference_data import OfficerRole
from motcua.reference_files import Line, UnfitFileError, rows_of
from services.intake.domain.officer_differences import WantedAbsence, WantedAssignment
from services.intake.domain.reference_differences import Problem

COLUMNS = tuple(one.name for one in fields(WantedAssignment) if one.name != "line")
ABSENCE_COLUMNS = tuple(one.name for one in fields(WantedAbsence) if one.name != "line")
ROLES: tuple[OfficerRole, ...] = get_args(OfficerRole)


def read_officer_file(file: Path, absences: Path | None = None) -> tuple[list[WantedAssignment], list[WantedAbsence]]:
    """What a file says of officers and, with a second one or in TOML, of who is away. Raises UnfitFileError."""
    problems: list[Problem] = []
    told = [_assignment(Line(line, cells, problems)) for line, cells in rows_of(file, COLUMNS, "officers")]
    beside = absences or (file if file.suffix == ".toml" else None)
    rows = rows_of(beside, ABSENCE_COLUMNS, "absences") if beside else ()
    away = [_absence(Line(line, cells, problems)) for line, cells in rows]
    if problems:
        raise UnfitFileError(problems)
    return told, away


def _assignment(line: Line) -> WantedAssignment:
    return WantedAssignment(
        line=line.line,
        officer_id=line.needed("officer_id"),
        unit_id=line.number("unit_id") or 0,
        role=line.word("role", ROLES),
        deputy_of=line.text("deputy_of") or None,
        valid_from=_first_day(line),
        valid_until=line.day("valid_until"),
        legal_basis=line.text("legal_basis"),
    )


def _absence(line: Line) -> WantedAbsence:
    return WantedAbsence(
        line=line.line,
        officer_id=line.needed("officer_id"),
        valid_from=_first_day(line),
        valid_until=line.day("valid_until"),
    )


def _first_day(line: Line) -> date:
    """Never left out: by it the register tells two places apart."""
    return (line.day("valid_from") if line.needed("valid_from") else None) or date.min
