"""Decision, result and delivery: how a dossier ends, and may begin again (domain.md 4.2 D)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from events.dossier_data import DossierData


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
class DossierReopened(DossierData):
    """Mở lại hồ sơ: what had ended goes on; a second person approves."""

    reason: str
    approver_id: str


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
