"""Submission and intake: how a dossier begins (domain.md 4.2 A)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from events.dossier_data import DossierData, GivenTerm


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierSubmitted(DossierData):
    """Nộp hồ sơ trực tuyến: starts the intake clock (DR-10); said again with the next `round_no` after guidance."""

    procedure_code: str
    procedure_name: str | None = None
    round_no: int = 1
    applicant_ref: str | None = None
    service_level: Literal[2, 3, 4] | None = None
    assisted_by: Literal["self", "counter", "community_team"] | None = None
    calendar_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeGuidanceIssued(DossierData):
    """Phiếu hướng dẫn bổ sung trước tiếp nhận (Mẫu 02): ends the intake clock of its round; there is no dossier yet."""

    round_no: int
    missing_items: tuple[str, ...]
    form_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRejected(DossierData):
    """Từ chối tiếp nhận (Mẫu 03): ends the intake clock; what was submitted is never accepted."""

    reason: str
    form_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierAccepted(DossierData):
    """Tiếp nhận: starts the clock. `term`, or an `appointment_at` given by the source system, or both (DR-09)."""

    procedure_code: str
    procedure_version: str | None = None
    procedure_name: str | None = None
    term: GivenTerm | None = None
    appointment_at: datetime | None = None
    calendar_id: str | None = None
    receipt_no: str | None = None
    counter_id: str | None = None
    officer_id: str | None = None
    applicant_ref: str | None = None
    legal_basis: str | None = None


SubmissionEvent = DossierSubmitted | IntakeGuidanceIssued | IntakeRejected | DossierAccepted
