"""Submission and intake: how a dossier begins (domain.md 4.2 A)."""

from typing import Annotated, Literal

from events.dossier_data import DossierData, Term
from events.fields import Moment, ReasonForCitizen, Round, Text64, Text200, Text2000, Texts2000, says

ApplicantRef = Annotated[
    Text200, says("Reference to the applicant in the counter system. Never a name or an identity number.")
]
CalendarId = Annotated[Text64, says("Calendar to count by; left out: the unit's own.")]
FormNo = Annotated[Text64, says("Number of the form (số phiếu).")]
ProcedureCode = Annotated[Text64, says("National code of the procedure (mã thủ tục hành chính).")]
ProcedureName = Annotated[Text2000, says("Name of the procedure (tên thủ tục).")]


class DossierSubmitted(DossierData, frozen=True, kw_only=True):
    """Dossier submitted online (Nộp hồ sơ trực tuyến).

    Starts the intake clock (DR-10). May be the first event of a dossier; comes again with the next round after guidance.
    """

    procedure_code: ProcedureCode
    procedure_name: ProcedureName | None = None
    round_no: Annotated[Round, says("Which submission, from 1; one more after each guidance (lần nộp).")] = 1
    applicant_ref: ApplicantRef | None = None
    service_level: (
        Annotated[Literal[2, 3, 4], says("Mức độ: 4 toàn trình, 3 một phần, 2 cung cấp thông tin.")] | None
    ) = None
    assisted_by: (
        Annotated[
            Literal["self", "counter", "community_team"],
            says("Who typed it in: tự nộp, cán bộ Một cửa hỗ trợ, Tổ công nghệ số cộng đồng hỗ trợ."),
        ]
        | None
    ) = None
    calendar_id: CalendarId | None = None


class IntakeGuidanceIssued(DossierData, frozen=True, kw_only=True):
    """Guidance before acceptance (Phiếu hướng dẫn bổ sung trước tiếp nhận, Mẫu 02).

    Ends the intake clock of the round; the citizen may submit again.
    """

    round_no: Annotated[Round, says("Which submission it answers (lần nộp).")]
    missing_items: Annotated[Texts2000, says("What is missing (nội dung còn thiếu).")]
    form_no: FormNo | None = None


class IntakeRejected(DossierData, frozen=True, kw_only=True):
    """Intake rejected (Từ chối tiếp nhận hồ sơ, Mẫu 03).

    Ends the intake clock; what was submitted is never accepted.
    """

    reason: ReasonForCitizen
    form_no: FormNo | None = None


class DossierAccepted(DossierData, frozen=True, kw_only=True):
    """Dossier accepted (Tiếp nhận hồ sơ).

    Starts the clock. A term, an appointment given by the source system, or both must stand here; only history may be without
    (DR-09). The envelope's `time` is when the dossier was received.
    """

    procedure_code: ProcedureCode
    procedure_version: Annotated[Text64, says("Version of the procedure as the counter system knows it.")] | None = None
    procedure_name: ProcedureName | None = None
    term: Term | None = None
    appointment_at: (
        Annotated[
            Moment,
            says(
                "Appointment printed on the receipt (ngày hẹn trả). With a term it is what the citizen was told; without one it"
                " is the due instant."
            ),
        ]
        | None
    ) = None
    calendar_id: CalendarId | None = None
    previous_code: (
        Annotated[
            Text64,
            says(
                "Code under which the source sent this dossier before, or our id of it; none for a new dossier (mã hồ sơ trước)."
            ),
        ]
        | None
    ) = None
    receipt_no: Annotated[Text64, says("Number of the receipt (số giấy tiếp nhận và hẹn trả, Mẫu 01).")] | None = None
    counter_id: Annotated[Text64, says("Counter (quầy).")] | None = None
    officer_id: Annotated[Text64, says("Officer at the counter (cán bộ tiếp nhận).")] | None = None
    applicant_ref: ApplicantRef | None = None
    legal_basis: Annotated[Text2000, says("Legal basis of the term (căn cứ pháp lý).")] | None = None
    keeps_letters: (
        Annotated[
            bool,
            says(
                "`false`: the old register kept no letters of apology (có ghi thư xin lỗi), so none is owed for what fell due"
                " before it was taken over. Of history only."
            ),
        ]
        | None
    ) = None


SubmissionEvent = DossierSubmitted | IntakeGuidanceIssued | IntakeRejected | DossierAccepted
