"""What stops the clock or moves its due date lawfully, and what looks as if it did (domain.md 4.2 C)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from events.dossier_data import DossierData


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementRequested(DossierData):
    """Yêu cầu bổ sung (Mẫu 02): pauses the clock until `SupplementCompleted`."""

    round_no: int
    missing_items: tuple[str, ...]
    reason: str
    reply_by: date | None = None
    form_no: str | None = None
    signer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplementCompleted(DossierData):
    """Hoàn thành bổ sung: the clock runs again under the rule set's supplement policy (DR-20...DR-22)."""

    round_no: int
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancialObligationRequested(DossierData):
    """Yêu cầu nghĩa vụ tài chính: pauses the clock, but only if the procedure's rules say so."""

    amount_vnd: int
    basis: str
    notice_no: str | None = None
    pay_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FinancialObligationExempted(DossierData):
    """Miễn, giảm nghĩa vụ tài chính: nothing is left to pay; a clock that waited for it goes on."""

    basis: str
    notice_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReceived(DossierData):
    """Nộp phí, lệ phí, nghĩa vụ tài chính: a clock that waited for the payment goes on; any other payment changes no clock."""

    amount_vnd: int
    method: Literal["online_dvcqg", "online_local", "pos", "cash", "post"]
    receipt_no: str | None = None
    notice_no: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineExtended(DossierData):
    """Gia hạn theo luật chuyên ngành: moves the lawful due date, on the legal basis that it names (DR-14, DR-25)."""

    new_due_at: datetime
    legal_basis: str
    approver_id: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemOutageRecorded(DossierData):
    """Sự cố hệ thống: explains, and never extends a due date (DR-29)."""

    from_at: datetime
    to_at: datetime
    scope: str


ClockStopEvent = (
    SupplementRequested
    | SupplementCompleted
    | FinancialObligationRequested
    | FinancialObligationExempted
    | PaymentReceived
    | DeadlineExtended
    | SystemOutageRecorded
)
