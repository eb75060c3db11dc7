"""What people say and do about lateness (domain.md 4.2 E); none of it changes the on-time class (AR-09)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from events.dossier_data import DossierData


@dataclass(frozen=True, slots=True, kw_only=True)
class LatenessForeseen(DossierData):
    """Báo trước có nguy cơ trễ: the handling unit itself declares that it will be late (AR-01)."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApologySent(DossierData):
    """Gửi thư xin lỗi (Mẫu 04). Moves the promised due date only, never the lawful one (DR-26, AR-09)."""

    letter_no: str
    reason: str
    signer_id: str
    medium: Literal["paper", "post", "email", "sms", "zalo", "portal"]
    new_promised_at: datetime | None = None
    agency_at_fault_unit_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApologyWaived(DossierData):
    """Miễn thư xin lỗi: no letter is owed, on the basis named; a second person approves (AR-07)."""

    basis: str
    approver_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationAcknowledged(DossierData):
    """Xác nhận đã nhận báo cáo vượt cấp: whoever was told of the breach has taken note (AL-5)."""

    rung: Literal["B1", "B2", "B3"]


LatenessEvent = LatenessForeseen | ApologySent | ApologyWaived | EscalationAcknowledged
