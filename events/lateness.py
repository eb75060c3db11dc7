"""What people say and do about lateness (domain.md 4.2 E); none of it changes the on-time class (AR-09)."""

from typing import Annotated, Literal

from events.dossier_data import DossierData
from events.fields import ApproverId, Moment, Reason, SignerId, Text64, Text2000, Text4000, UnitId, says


class LatenessForeseen(DossierData, frozen=True, kw_only=True):
    """Lateness foreseen (Báo trước có nguy cơ trễ).

    The handling unit itself declares that it will be late (AR-01).
    """

    reason: Reason


class ApologySent(DossierData, frozen=True, kw_only=True):
    """Apology sent (Gửi thư xin lỗi, Mẫu 04).

    Moves the promised due date only, never the lawful one (DR-26, AR-09).
    """

    letter_no: Annotated[Text64, says("Number of the letter (số thư xin lỗi).")]
    reason: Annotated[Text4000, says("Why the dossier is late (lý do chậm).")]
    signer_id: SignerId
    medium: Annotated[
        Literal["paper", "post", "email", "sms", "zalo", "portal"],
        says("Giấy, bưu chính, thư điện tử, tin nhắn, Zalo, cổng dịch vụ công."),
    ]
    new_promised_at: Annotated[Moment, says("New appointment (ngày hẹn lại).")] | None = None
    agency_at_fault_unit_id: Annotated[UnitId, says("Unit that caused the delay (cơ quan gây chậm).")] | None = None


class ApologyWaived(DossierData, frozen=True, kw_only=True):
    """Apology waived (Miễn thư xin lỗi).

    No letter is owed (AR-07). Needs `actorid`; the approver is another person.
    """

    basis: Annotated[Text2000, says("Why no letter is owed (căn cứ miễn).")]
    approver_id: ApproverId


class EscalationAcknowledged(DossierData, frozen=True, kw_only=True):
    """Escalation acknowledged (Xác nhận đã nhận báo cáo vượt cấp).

    Whoever was told of the breach has taken note (AL-5).
    """

    rung: Annotated[Literal["B1", "B2", "B3"], says("Rung of the report (nấc báo cáo).")]


LatenessEvent = LatenessForeseen | ApologySent | ApologyWaived | EscalationAcknowledged
