"""What stops the clock or moves its due date lawfully, and what looks as if it did (domain.md 4.2 C)."""

from typing import Annotated, Literal

from events.dossier_data import DossierData
from events.fields import (
    ApproverId,
    Day,
    Dong,
    Moment,
    NoticeNo,
    Reason,
    ReasonForCitizen,
    Round,
    SignerId,
    Text64,
    Text2000,
    Texts2000,
    says,
)

AmountVnd = Annotated[Dong, says("How much, in đồng (số tiền).")]


class SupplementRequested(DossierData, frozen=True, kw_only=True):
    """Supplement requested (Yêu cầu bổ sung, Mẫu 02).

    Pauses the clock until `supplement-completed.v1` of the same round.
    """

    round_no: Annotated[Round, says("Which round of supplement, from 1 (lần thứ).")]
    missing_items: Annotated[Texts2000, says("What is missing (giấy tờ còn thiếu).")]
    reason: ReasonForCitizen
    reply_by: Annotated[Day, says("Last day for the citizen to reply (hạn bổ sung).")] | None = None
    form_no: Annotated[Text64, says("Number of the form (số phiếu yêu cầu bổ sung).")] | None = None
    signer_id: SignerId | None = None


class SupplementCompleted(DossierData, frozen=True, kw_only=True):
    """Supplement completed (Hoàn thành bổ sung).

    The clock runs again under the rule set's supplement policy (DR-20 to DR-22).
    """

    round_no: Annotated[Round, says("Round that is now complete, from 1 (lần thứ).")]
    items: Annotated[tuple[Text2000, ...], says("What was handed in (giấy tờ đã nộp).", maxItems=200)] = ()


class FinancialObligationRequested(DossierData, frozen=True, kw_only=True):
    """Financial obligation requested (Yêu cầu nghĩa vụ tài chính).

    Pauses the clock, but only if the procedure's rules say so.
    """

    amount_vnd: AmountVnd
    basis: Annotated[Text2000, says("What it is for, and by which provision (căn cứ).")]
    notice_no: NoticeNo | None = None
    pay_by: Annotated[Day, says("Last day to pay (hạn nộp).")] | None = None


class FinancialObligationExempted(DossierData, frozen=True, kw_only=True):
    """Financial obligation exempted (Miễn, giảm nghĩa vụ tài chính).

    Nothing is left to pay; a clock that waited for it goes on.
    """

    basis: Annotated[Text2000, says("By which provision nothing has to be paid (căn cứ miễn, giảm).")]
    notice_no: NoticeNo | None = None


class PaymentReceived(DossierData, frozen=True, kw_only=True):
    """Payment received (Nộp phí, lệ phí, nghĩa vụ tài chính).

    A clock that waited for the payment goes on once the payments cover the amount; any other payment changes no clock.
    """

    amount_vnd: AmountVnd
    method: Annotated[
        Literal["online_dvcqg", "online_local", "pos", "cash", "post"],
        says("Trực tuyến qua Cổng DVCQG, trực tuyến tại địa phương, POS, tiền mặt, bưu chính."),
    ]
    receipt_no: Annotated[Text64, says("Number of the receipt (số biên lai).")] | None = None
    notice_no: Annotated[Text64, says("Number of the notice that is paid (số thông báo).")] | None = None
    is_partial: (
        Annotated[bool, says("Whether it is said to be a part of what is owed only (nộp từng phần).")] | None
    ) = None


class DeadlineExtended(DossierData, frozen=True, kw_only=True):
    """Deadline extended by a special law (Gia hạn theo luật chuyên ngành).

    Moves the lawful due date on the legal basis that it names (DR-14, DR-25). Needs `actorid`; the approver is another person.
    """

    new_due_at: Annotated[Moment, says("The new lawful due instant (hạn mới).")]
    legal_basis: Annotated[Text2000, says("Provision of the special law that allows it (căn cứ pháp lý).")]
    approver_id: ApproverId
    reason: Reason | None = None


class SystemOutageRecorded(DossierData, frozen=True, kw_only=True):
    """System outage recorded (Ghi nhận sự cố hệ thống).

    Explains, and never extends a due date (DR-29).
    """

    from_at: Annotated[Moment, says("When it began.")]
    to_at: Annotated[Moment, says("When it was over.")]
    scope: Annotated[Text2000, says("What did not work, and where (phạm vi).")]


ClockStopEvent = (
    SupplementRequested
    | SupplementCompleted
    | FinancialObligationRequested
    | FinancialObligationExempted
    | PaymentReceived
    | DeadlineExtended
    | SystemOutageRecorded
)
