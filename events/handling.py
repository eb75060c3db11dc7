"""Transfers, steps and consultations: who has the dossier and what is done with it (domain.md 4.2 B)."""

from typing import Annotated

from events.dossier_data import DossierData, GivenTerm
from events.fields import Count, Moment, Reason, StepCode, Text64, Text200, Text500, Text4000, UnitId, says

StepNo = Annotated[Count, says("Place of the step in the procedure (thứ tự).")]
StepName = Annotated[Text500, says("Name of the step (tên bước).")]


class DossierTransferred(DossierData, frozen=True, kw_only=True):
    """Dossier transferred (Chuyển hồ sơ).

    From now on `to_unit_id` holds the dossier; the clock goes on.
    """

    to_unit_id: Annotated[UnitId, says("Unit that now holds the dossier (đơn vị nhận).")]
    from_unit_id: Annotated[UnitId, says("Unit that gave it away (đơn vị giao).")] | None = None
    control_sheet_no: (
        Annotated[Text64, says("Number of the control sheet (phiếu kiểm soát quá trình giải quyết).")] | None
    ) = None
    due_back_at: Annotated[Moment, says("When the receiving unit has to hand it back (DR-13).")] | None = None


class TransferReceived(DossierData, frozen=True, kw_only=True):
    """Transfer received (Nhận bàn giao).

    The unit that the dossier was sent to has it in its hands; ends the transfer clock (DR-11).
    """

    received_by: Annotated[Text64, says("Who took it over (người nhận).")] | None = None
    discrepancy: Annotated[Text4000, says("What was not as the control sheet says (sai lệch).")] | None = None


class TransferRefused(DossierData, frozen=True, kw_only=True):
    """Transfer refused (Trả lại bàn giao).

    The dossier goes back to the unit that handed it over; the clock of the dossier goes on.
    """

    reason: Reason


class StepStarted(DossierData, frozen=True, kw_only=True):
    """Step started (Bắt đầu bước).

    Somebody began a step of the procedure.
    """

    step_code: StepCode
    step_no: StepNo | None = None
    step_name: StepName | None = None
    assignee_id: Annotated[Text64, says("Who works on it (cán bộ thụ lý).")] | None = None
    step_due_at: Annotated[Moment, says("When the step should be done (hạn của bước).")] | None = None
    budget: (
        Annotated[
            GivenTerm, says("Time that the step may take (thời gian cho bước); starts a clock of its own (DR-12).")
        ]
        | None
    ) = None
    responsible_unit_id: Annotated[UnitId, says("Unit that the step belongs to (đơn vị chịu trách nhiệm).")] | None = (
        None
    )


class StepCompleted(DossierData, frozen=True, kw_only=True):
    """Step completed (Hoàn thành bước).

    A step of the procedure is done.
    """

    step_code: StepCode
    step_no: StepNo | None = None
    step_name: StepName | None = None
    outcome: Annotated[Text500, says("What came out (kết quả của bước).")] | None = None
    output_document: Annotated[Text200, says("Number of the document it made (văn bản đầu ra).")] | None = None


class ConsultationRequested(DossierData, frozen=True, kw_only=True):
    """Consultation requested (Lấy ý kiến).

    Starts a clock of its own; never stops the dossier's clock (DR-14).
    """

    document_no: Annotated[Text64, says("Number of the request (số văn bản lấy ý kiến); the answer names it.")]
    agency_unit_id: Annotated[UnitId, says("Unit that is asked (cơ quan được lấy ý kiến).")] | None = None
    agency_name: Annotated[Text500, says("Name of an agency that has no number here.")] | None = None
    reply_term: Annotated[GivenTerm, says("How long it may take to answer (thời hạn trả lời).")] | None = None
    reply_due_at: Annotated[Moment, says("When the answer is due, if the letter says so (hạn trả lời).")] | None = None


class ConsultationAnswered(DossierData, frozen=True, kw_only=True):
    """Consultation answered (Trả lời lấy ý kiến).

    Ends the clock of the request that has this number.
    """

    document_no: Annotated[Text64, says("Number of the request that is answered (số văn bản lấy ý kiến).")]
    answer_no: Annotated[Text64, says("Number of the answer (số văn bản trả lời).")] | None = None


HandlingEvent = (
    DossierTransferred
    | TransferReceived
    | TransferRefused
    | StepStarted
    | StepCompleted
    | ConsultationRequested
    | ConsultationAnswered
)
