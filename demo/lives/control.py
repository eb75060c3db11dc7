"""What is said about the record itself: corrections by two persons, approvals of what was recorded late."""

from datetime import datetime, timedelta
from typing import Any

from demo.lives.life import ENDINGS, Life, action_time, event_id_of

WORTH_AN_APPROVAL = (
    *ENDINGS, "supplement-requested.v1", "supplement-completed.v1", "payment-received.v1", "apology-sent.v1",
    "step-completed.v1", "dossier-transferred.v1", "transfer-received.v1", "consultation-answered.v1",
)  # fmt: skip
"""What a head approves when it was recorded late: its effect depends on when it happened (DR-31, B14)."""


def correct(life: Life) -> None:
    """Correct a unit, a date or a procedure: an officer says it, the head approves."""
    target, fields = _mistake(life)
    data = {
        "target_event_id": event_id_of(target), "corrected_fields": fields, "reason": "Nhập nhầm khi vào sổ",
        "approver_id": life.head_id,
    }  # fmt: skip
    life.act("event-corrected.v1", life.work(life.random.uniform(1, 12)), data)


def _mistake(life: Life) -> tuple[dict[str, Any], dict[str, Any]]:
    transfers = [one for one in life.actions if one["type"] == "dossier-transferred.v1"]
    if transfers:
        return transfers[0], {"to_unit_id": life.plan.unit.parent_id or life.unit_id}
    accepted = next(one for one in life.actions if one["type"] == "dossier-accepted.v1")
    if life.plan.unit.parent_id and life.chance(0.4):
        return accepted, {"unitid": life.plan.unit.parent_id}
    if life.chance(0.5):
        return accepted, {"procedure_code": life.random.choice(life.law.procedure_codes)}
    issued = [one for one in life.actions if one["type"] == "result-delivered.v1"]
    target = issued[-1] if issued else accepted
    return target, {"time": (action_time(target) - timedelta(minutes=life.random.randrange(5, 90))).isoformat()}


def approve_late_records(life: Life, at: datetime) -> None:
    """When the network is back: what happened without it is explained, and for some dossiers approved, one act or many."""
    late = [one for one in life.actions if "history" not in one and one["type"] in WORTH_AN_APPROVAL]
    if not late:
        return
    if life.is_open:
        outage = {
            "from_at": life.plan.live_from.isoformat() if life.plan.live_from else at.isoformat(), "to_at": at.isoformat(),
            "scope": "Mất mạng tại Một cửa, ghi sổ giấy",
        }  # fmt: skip
        life.act("system-outage-recorded.v1", at, outage)
    if life.chance(0.35):
        return
    target, *further = [event_id_of(one) for one in reversed(late)]
    data: dict[str, Any] = {
        "target_event_id": target,
        "reason": "Mất mạng, đã ghi sổ giấy đúng thời điểm",
        "evidence": [{"kind": "Sổ theo dõi hồ sơ", "number": f"SO-03/{at.year}"}],
        "approver_id": life.head_id,
    }
    if further and life.chance(0.7):
        data["further_event_ids"] = further
    life.act("backdating-approved.v1", at + timedelta(minutes=life.random.randrange(10, 120)), data)
