"""Decision, result and delivery: how a dossier ends, and may begin again (domain.md 4.2 D)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal

from events.dossier_data import DossierData
from events.fields import (
    ApproverId,
    DocumentNo,
    NoticeNo,
    Reason,
    SignerId,
    Text64,
    Text200,
    Text4000,
    UnitId,
    says,
)


class ResultIssued(DossierData, frozen=True, kw_only=True):
    """Result issued (Ban hành kết quả).

    The decision is signed and registered; the clock still runs until it reaches the counter.
    """

    document_no: DocumentNo
    result_kind: Annotated[Literal["granted", "refused"], says("Đồng ý cấp, từ chối.")]
    signer_id: SignerId | None = None
    is_digitally_signed: Annotated[bool, says("Whether it carries a digital signature (ký số).")] | None = None


class ResultReadyAtCounter(DossierData, frozen=True, kw_only=True):
    """Result ready at the counter (Kết quả đã về Một cửa).

    Ends the clock; the dossier counts as resolved (đã giải quyết).
    """

    document_no: DocumentNo | None = None
    from_unit_id: Annotated[UnitId, says("Unit that sent it to the counter (đơn vị chuyển).")] | None = None


class ResultDelivered(DossierData, frozen=True, kw_only=True):
    """Result delivered (Trả kết quả).

    The citizen has it. Never blocked by lateness or by an unsent apology.
    """

    method: Annotated[Literal["counter", "post", "electronic"], says("Tại quầy, bưu chính công ích, điện tử.")]
    receiver_ref: (
        Annotated[Text200, says("Reference to who received it. Never a name or an identity number.")] | None
    ) = None


class DossierWithdrawn(DossierData, frozen=True, kw_only=True):
    """Withdrawn by the citizen (Công dân rút hồ sơ).

    Ends the clock without a result.
    """

    reason: Annotated[Text4000, says("Why the citizen took it back, if said (lý do).")] | None = None


class ProcessingStopped(DossierData, frozen=True, kw_only=True):
    """Processing stopped (Dừng giải quyết, Mẫu 05).

    Ends the clock without a result.
    """

    reason: Annotated[Text4000, says("Why (lý do dừng).")]
    notice_no: NoticeNo | None = None
    signer_id: SignerId | None = None


class DossierReturned(DossierData, frozen=True, kw_only=True):
    """Returned as not eligible (Trả lại hồ sơ không đủ điều kiện).

    Ends the clock without a result.
    """

    reason: Annotated[Text4000, says("Why (lý do trả lại).")]
    document_no: Annotated[Text64, says("Number of the letter (số văn bản trả lại).")] | None = None


class DossierReopened(DossierData, frozen=True, kw_only=True):
    """Dossier reopened (Mở lại hồ sơ).

    What had ended goes on. Needs `actorid`; the approver is another person.
    """

    reason: Reason
    approver_id: ApproverId


ResultEvent = (
    ResultIssued
    | ResultReadyAtCounter
    | ResultDelivered
    | DossierWithdrawn
    | ProcessingStopped
    | DossierReturned
    | DossierReopened
)

ENDING_KIND_BY_TYPE: Final[Mapping[str, Literal["resolved", "terminated"]]] = MappingProxyType(
    {
        "result-ready-at-counter.v1": "resolved",
        "dossier-withdrawn.v1": "terminated",
        "processing-stopped.v1": "terminated",
        "dossier-returned.v1": "terminated",
    }
)
"""What ends a dossier, and whether it counts as resolved by it (domain.md 4.7.2)."""
