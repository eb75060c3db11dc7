"""The fields of an event's data that clocks read; whatever else it says is passed over. Names are those of the wire."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

Moment = Annotated[datetime, Meta(tz=True)]
"""An instant with a UTC offset; without one nobody can know which day it was."""


class Data(Struct, gc=False):
    """Nothing of the data is needed; it must be a JSON object all the same."""


class Term(Struct, gc=False):
    """A term: value and unit; `rules.due.terms` judges whether it is one."""

    value: int
    unit: str


class AcceptedData(Data):
    """`dossier-accepted.v1`."""

    procedure_code: str
    term: Term | None = None
    appointment_at: Moment | None = None
    calendar_id: str | None = None


class SubmittedData(Data):
    """`dossier-submitted.v1`."""

    procedure_code: str
    round_no: int | None = None
    calendar_id: str | None = None


class TransferredData(Data):
    """`dossier-transferred.v1`."""

    to_unit_id: int
    due_back_at: Moment | None = None


class ReassignedData(Data):
    """`dossier-reassigned-by-reorganisation.v1`."""

    new_unit_id: int


class StepStartedData(Data):
    """`step-started.v1`."""

    step_code: str
    assignee_id: str | None = None
    responsible_unit_id: int | None = None
    budget: Term | None = None
    step_due_at: Moment | None = None


class StepCompletedData(Data):
    """`step-completed.v1`."""

    step_code: str


class ConsultationRequestedData(Data):
    """`consultation-requested.v1`."""

    document_no: str
    agency_unit_id: int | None = None
    reply_term: Term | None = None
    reply_due_at: Moment | None = None


class ConsultationAnsweredData(Data):
    """`consultation-answered.v1`."""

    document_no: str


class ExtendedData(Data):
    """`deadline-extended.v1`."""

    new_due_at: Moment
    legal_basis: str


class CalendarChangedData(Data):
    """`calendar-change-applied.v1`."""

    calendar_id: str
    old_version: str
    new_version: str
    reason: str


class ApologisedData(Data):
    """`apology-sent.v1`."""

    new_promised_at: Moment | None = None


class AcknowledgedData(Data):
    """`escalation-acknowledged.v1`."""

    rung: Literal["B1", "B2", "B3"]


class ApprovedData(Data):
    """`backdating-approved.v1`."""

    target_event_id: str
