"""Corrections, orders and flags: what is said about the record itself (domain.md 4.2 G)."""

from typing import Annotated, Final, Literal

from msgspec import Struct

from events.dossier_data import DossierData, JsonObject
from events.fields import ApproverId, Reason, Text64, Text128, Text200, Text2000, Text4000, UnitId, says

FORBIDDEN: Final = "domain 4.3: "
"""How the rule of an integrity flag begins that says that an event contradicts where its stream stands; its code follows."""


class EventCorrected(DossierData, frozen=True, kw_only=True):
    """Correction (Đính chính).

    Says what was wrong in an earlier event of the same dossier; the earlier event stays. `approver_id` is another person than
    the envelope's `actorid`.
    """

    target_event_id: Annotated[Text128, says("`event_id` of the event that was wrong (sự kiện được đính chính).")]
    corrected_fields: Annotated[
        JsonObject,
        says(
            "Field of that event's data, or `time` or `unitid`, and its right value, as that event may bear it (nội dung đúng).",
            minProperties=1,
            maxProperties=50,
        ),
    ]
    reason: Annotated[Text4000, says("Why (lý do đính chính).")]
    approver_id: ApproverId


class Evidence(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """What shows when something happened: giấy tờ chứng minh. Closed: nothing else may stand here."""

    kind: Annotated[Text200, says("What it is, such as the reception book (loại giấy tờ).")]
    number: Annotated[Text128, says("Its number (số).")] | None = None
    sha256: Annotated[str, says("SHA-256 of its file (mã băm của tệp).", pattern="^[0-9a-f]{64}$")] | None = None
    note: Annotated[Text2000, says("Where it is kept, or what it shows (ghi chú).")] | None = None


class BackdatingApproved(DossierData, frozen=True, kw_only=True):
    """Late record approved (Duyệt ghi nhận muộn).

    What was recorded late happened at its `time` (DR-31). Needs `actorid`; the approver is another person.
    """

    target_event_id: Annotated[Text128, says("`event_id` of an event that was recorded late (sự kiện ghi muộn).")]
    further_event_ids: (
        Annotated[
            tuple[Text128, ...], says("More of them, of the same dossier (các sự kiện ghi muộn khác).", maxItems=499)
        ]
        | None
    ) = None
    reason: Reason
    evidence: (
        Annotated[tuple[Evidence, ...], says("What shows that it happened then (giấy tờ chứng minh).", maxItems=100)]
        | None
    ) = None
    approver_id: ApproverId


class DossierReassignedByReorganisation(DossierData, frozen=True, kw_only=True):
    """Reassigned by a reorganisation of units (Chuyển hồ sơ do sắp xếp đơn vị hành chính).

    Changes who holds the dossier only; the running due date stays (DR-28).
    """

    old_unit_id: Annotated[UnitId, says("Unit that held the dossier (đơn vị cũ).")]
    new_unit_id: Annotated[UnitId, says("Unit that holds it from now on (đơn vị mới).")]
    legal_basis: Annotated[Text2000, says("Legal basis (căn cứ pháp lý).")]


class CalendarChangeApplied(DossierData, frozen=True, kw_only=True):
    """New working calendar applied (Áp dụng lịch làm việc mới).

    The order to compute the clocks of this open dossier anew by the new calendar (DR-27).
    """

    calendar_id: Annotated[Text64, says("Calendar that was published anew (lịch làm việc).")]
    old_version: Annotated[Text64, says("Version that was used so far.")]
    new_version: Annotated[Text64, says("Version to use from now on.")]
    legal_source: Annotated[Text2000, says("Decision that changed the calendar (văn bản).")]
    reason: Reason


class DossierCodeAssigned(DossierData, frozen=True, kw_only=True):
    """Dossier code assigned (Cấp mã hồ sơ).

    The dossier has one more code from now on; whatever is sent under any of its codes comes to it, and no clock moves (DR-30).
    What a source accepts again under a new code is recorded as this.
    """

    code: Annotated[Text64, says("The new code (mã hồ sơ mới).")]
    previous_code: Annotated[Text64, says("The code it had before (mã hồ sơ trước).")] | None = None
    resent_acceptance: (
        Annotated[
            JsonObject,
            says("What the acceptance said that was sent again; it changes nothing (nội dung tiếp nhận gửi lại)."),
        ]
        | None
    ) = None


class IntegrityFlagRaised(DossierData, frozen=True, kw_only=True):
    """Integrity flag (Cờ toàn vẹn dữ liệu).

    A fact that can't be right was recorded all the same; this says which rule it breaks. Whoever sees it
    raises the flag: intake or the clocks.
    """

    kind: Annotated[
        Literal[
            "backdated",
            "clock_gap",
            "order",
            "redated",
            "overlap",
            "missing_field",
            "interference",
            "put_aside",
            "unknown_unit",
        ],
        says(
            "Ghi lùi ngày, lệch đồng hồ, sai thứ tự, đổi ngày, chồng lấn, thiếu trường, can thiệp, để riêng vì không tính được,"
            " đơn vị không có hoặc đã kết thúc."
        ),
    ]
    rule: Annotated[Text64, says("Rule that is broken, e.g. DR-31.")]
    detail: Annotated[Text4000, says("What exactly (chi tiết).")]
    target_event_id: Annotated[Text128, says("`event_id` of the event that can't be right.")]


ControlEvent = (
    EventCorrected
    | BackdatingApproved
    | DossierReassignedByReorganisation
    | CalendarChangeApplied
    | DossierCodeAssigned
    | IntegrityFlagRaised
)
