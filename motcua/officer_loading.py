"""Brings what a file says of officers to intake."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from motcua.reference_loading import Difference, judged
from services.intake.domain.officer_differences import WantedAbsence, WantedAssignment, officer_differences
from services.intake.domain.register import Register

SOURCE: Final = "urn:motcua:officers"


def officer_difference(
    register: Register, assignments: Sequence[WantedAssignment], absences: Sequence[WantedAbsence], said_at: datetime
) -> Difference:
    """What a file would change in the register, decided as intake will decide."""
    return judged(register, officer_differences(register.officers, assignments, absences), said_at, SOURCE)
