"""Transfers, steps and consultations: who has the dossier and what is done with it (domain.md 4.2 B)."""

from dataclasses import dataclass
from datetime import datetime

from events.dossier_data import DossierData, GivenTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierTransferred(DossierData):
    """Chuyển hồ sơ: from now on `to_unit_id` holds the dossier; the clock goes on."""

    to_unit_id: int
    from_unit_id: int | None = None
    control_sheet_no: str | None = None
    due_back_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferReceived(DossierData):
    """Nhận bàn giao: the unit the dossier was sent to has it in its hands; ends the transfer clock (DR-11)."""

    received_by: str | None = None
    discrepancy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRefused(DossierData):
    """Trả lại bàn giao: the dossier goes back to the unit that handed it over; the clock goes on."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted(DossierData):
    """Bắt đầu bước: with a `budget`, a clock of its own begins (DR-12)."""

    step_code: str
    step_no: int | None = None
    step_name: str | None = None
    assignee_id: str | None = None
    step_due_at: datetime | None = None
    budget: GivenTerm | None = None
    responsible_unit_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCompleted(DossierData):
    """Hoàn thành bước."""

    step_code: str
    step_no: int | None = None
    step_name: str | None = None
    outcome: str | None = None
    output_document: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationRequested(DossierData):
    """Lấy ý kiến: starts a clock of its own and never stops the dossier's (DR-14). `document_no` names the request."""

    document_no: str
    agency_unit_id: int | None = None
    agency_name: str | None = None
    reply_term: GivenTerm | None = None
    reply_due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsultationAnswered(DossierData):
    """Trả lời lấy ý kiến: ends the clock of the request that has this `document_no`."""

    document_no: str
    answer_no: str | None = None


HandlingEvent = (
    DossierTransferred
    | TransferReceived
    | TransferRefused
    | StepStarted
    | StepCompleted
    | ConsultationRequested
    | ConsultationAnswered
)
