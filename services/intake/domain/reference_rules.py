"""May this be said of a reference thing? What holds of every kind; the rules of each kind stand in a module of their own."""

from datetime import datetime

from events.units import UnitEvent
from services.intake.domain.actions import FieldError, ReferenceAction, Refusal
from services.intake.domain.decide import CLOCK_TOLERANCE
from services.intake.domain.officer_rules import refusal_of_officer
from services.intake.domain.register import Register
from services.intake.domain.unit_rules import refusal_of_unit


def refusal_of_reference(register: Register, action: ReferenceAction, decided_at: datetime) -> Refusal | None:
    """Why this may not be said, given all that is recorded of all things."""
    if action.occurred_at > decided_at + CLOCK_TOLERANCE:
        return Refusal(code="occurred-in-future", field_name="time", params={"time": action.occurred_at.isoformat()})
    said = action.data
    if action.subject != said.subject:
        wrong = FieldError(
            field_name="subject", keyword="const", message="is not the thing's number", params={"allowed": said.subject}
        )
        return Refusal(code="schema-mismatch", field_name="subject", errors=(wrong,))
    if isinstance(said, UnitEvent):
        return refusal_of_unit(register.units, said)
    return refusal_of_officer(register.officers, register.units, said)
