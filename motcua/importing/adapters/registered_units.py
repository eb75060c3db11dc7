"""The units by which an import is judged: those that intake knows, with those that the mapping brings."""

from datetime import datetime

from motcua.importing.domain.mapping import ImportMapping, MappingError
from motcua.output import CommandError
from motcua.reference_files import UnfitFileError, cells_of
from motcua.reference_loading import read_register
from motcua.unit_files import wanted_of
from motcua.unit_loading import add_units, difference_to
from services.intake.domain.register import Register
from services.intake.domain.unit_differences import WantedPeriod
from services.intake.domain.unit_register import Units


def wanted_units(mapping: ImportMapping) -> list[WantedPeriod]:
    """The [[units]] of a mapping. Raises MappingError."""
    try:
        return wanted_of(cells_of(mapping.units, range(1, len(mapping.units) + 1)), ())[0]
    except UnfitFileError as error:
        first = error.problems[0]
        raise MappingError(f"units[{first.line}].{first.column}: {first.reason}") from error


def units_of_run(intake_url: str, mapping: ImportMapping) -> Units:
    """The register of a running intake, after the units of the mapping were recorded there. Raises MappingError, CommandError."""
    add_units(intake_url, wanted_units(mapping))
    return read_register(intake_url).units


def units_of_trial(intake_url: str, mapping: ImportMapping, said_at: datetime) -> Units:
    """The same as it would be; nothing is recorded. Without a running intake only the mapping's own. Raises MappingError."""
    try:
        known = read_register(intake_url)
    except CommandError:
        known = Register()
    return with_units_of(mapping, known, said_at)


def with_units_of(mapping: ImportMapping, known: Register, said_at: datetime) -> Units:
    """A register with the units of a mapping. Raises MappingError."""
    difference = difference_to(known, wanted_units(mapping), (), said_at)
    for one in difference.problems:
        raise MappingError(f"units[{one.line}].{one.column}: {one.reason}")
    return (difference.after or known).units
