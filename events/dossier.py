"""What people did to a dossier: the events of the topic `dossier-events` (domain.md 4.2 A-D, G).

When it happened, who acted, for which unit and on which dossier stand in the envelope (`events.envelope`); a class here holds
only what is particular to its type. Every class keeps fields it does not know in `extra`, so that nothing a newer writer said
is lost. Instants are aware datetimes; `*_on` and `reply_by` are local calendar days of the unit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

TermUnit = Literal["hour", "working_day", "calendar_day", "month", "same_day"]
"""The procedure's own unit of term; never converted into another (domain.md 2.6)."""

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTerm:
    """The term as the procedure states it: thời hạn giải quyết."""

    value: int
    unit: TermUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierData:
    """Common to every event's data: fields of a newer writer that this version does not know."""

    extra: Mapping[str, JsonValue] = field(default_factory=dict)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierTransferred(DossierData):
    """Chuyển hồ sơ: from now on `to_unit_id` holds the dossier; the clock goes on."""

    to_unit_id: int
    from_unit_id: int | None = None
    control_sheet_no: str | None = None
    due_back_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepStarted(DossierData):
    """Bắt đầu bước."""

    step_code: str
    step_no: int | None = None
    step_name: str | None = None
    assignee_id: str | None = None
    step_due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepCompleted(DossierData):
    """Hoàn thành bước."""

    step_code: str
    step_no: int | None = None
    step_name: str | None = None
    outcome: str | None = None
    output_document: str | None = None


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
class ResultIssued(DossierData):
    """Ban hành kết quả: the decision is signed and registered; the clock still runs until it reaches the counter."""

    document_no: str
    result_kind: Literal["granted", "refused"]
    signer_id: str | None = None
    is_digitally_signed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultReadyAtCounter(DossierData):
    """Chuyển kết quả về Một cửa: ends the clock; the dossier counts as resolved."""

    document_no: str | None = None
    from_unit_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultDelivered(DossierData):
    """Trả kết quả: the citizen has it. Never blocked by lateness or by an unsent apology."""

    method: Literal["counter", "post", "electronic"]
    receiver_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierWithdrawn(DossierData):
    """Công dân rút hồ sơ: ends the clock without a result."""

    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessingStopped(DossierData):
    """Dừng giải quyết (Mẫu 05): ends the clock without a result."""

    reason: str
    notice_no: str | None = None
    signer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierReturned(DossierData):
    """Trả lại hồ sơ không đủ điều kiện: ends the clock without a result."""

    reason: str
    document_no: str | None = None


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
class EventCorrected(DossierData):
    """Đính chính: says what was wrong in an earlier event; the earlier event stays (domain.md 4.1, two persons)."""

    target_event_id: str
    corrected_fields: Mapping[str, JsonValue]
    reason: str
    approver_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityFlagRaised(DossierData):
    """Cờ toàn vẹn dữ liệu: a fact that can't be right was recorded all the same, and here is which rule it breaks."""

    kind: Literal["backdated", "clock_gap", "order", "redated", "overlap", "missing_field", "interference"]
    rule: str
    detail: str
    target_event_id: str


DossierEvent = (
    DossierAccepted
    | DossierTransferred
    | StepStarted
    | StepCompleted
    | SupplementRequested
    | SupplementCompleted
    | ResultIssued
    | ResultReadyAtCounter
    | ResultDelivered
    | DossierWithdrawn
    | ProcessingStopped
    | DossierReturned
    | ApologySent
    | EventCorrected
    | IntegrityFlagRaised
)
"""Everything that can be said about a dossier; `match` over it is checked for completeness by mypy."""
