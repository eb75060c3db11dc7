"""Brings what a file or a mapping says of units to intake."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from events.declaration import wire_type_of
from motcua.importing.domain.mapping import MappingError
from motcua.reference_loading import Difference, judged, load_difference, now, read_register
from services.intake.domain.register import Register
from services.intake.domain.unit_differences import WantedPeriod, WantedSuccession, differences

SOURCE: Final = "urn:motcua:units"


def difference_to(
    register: Register, periods: Sequence[WantedPeriod], successions: Sequence[WantedSuccession], said_at: datetime
) -> Difference:
    """What a file would change in the register, decided as intake will decide."""
    return judged(register, differences(register.units, periods, successions), said_at, SOURCE)


def add_units(intake_url: str, periods: Sequence[WantedPeriod]) -> None:
    """Have units recorded that nobody knows yet; what is said of a known one must be what the register says.

    Raises MappingError: it says otherwise, or contradicts the register.
    """
    if not periods:
        return
    register = read_register(intake_url)
    difference = difference_to(register, periods, (), now())
    for one in difference.problems:
        raise MappingError(f"[[units]] {one.line}, {one.column}: {one.reason}")
    for change in difference.changes:
        if register.units.history(change.unit_id) is not None:
            raise MappingError(
                f"[[units]] {change.line}: the register says otherwise of unit {change.unit_id}"
                f" ({wire_type_of(type(change.said))} from {change.said.valid_from}); put the mapping right, or load the"
                " change with `motcua units load`"
            )
    load_difference(intake_url, difference)
