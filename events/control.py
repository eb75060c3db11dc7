"""Corrections, orders and flags: what is said about the record itself (domain.md 4.2 G)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from events.dossier_data import DossierData, JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class EventCorrected(DossierData):
    """Đính chính: says what was wrong in an earlier event; the earlier event stays (domain.md 4.1, two persons)."""

    target_event_id: str
    corrected_fields: Mapping[str, JsonValue]
    reason: str
    approver_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BackdatingApproved(DossierData):
    """Duyệt ghi nhận muộn: a second person confirms that the ending was in time though it was recorded late (DR-31)."""

    target_event_id: str
    reason: str
    approver_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierReassignedByReorganisation(DossierData):
    """Chuyển hồ sơ do sắp xếp đơn vị: changes who holds it only; the running due date stays (DR-28)."""

    old_unit_id: int
    new_unit_id: int
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChangeApplied(DossierData):
    """Áp dụng lịch làm việc mới: the order to compute this open dossier's clocks anew by the new calendar (DR-27)."""

    calendar_id: str
    old_version: str
    new_version: str
    legal_source: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegrityFlagRaised(DossierData):
    """Cờ toàn vẹn dữ liệu: a fact that can't be right was recorded all the same, and here is which rule it breaks."""

    kind: Literal["backdated", "clock_gap", "order", "redated", "overlap", "missing_field", "interference"]
    rule: str
    detail: str
    target_event_id: str


ControlEvent = (
    EventCorrected
    | BackdatingApproved
    | DossierReassignedByReorganisation
    | CalendarChangeApplied
    | IntegrityFlagRaised
)
