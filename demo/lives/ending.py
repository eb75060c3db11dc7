"""How a dossier ends, and may begin again: with a result or without one, delivered, reopened, ended again."""

from datetime import datetime, timedelta

from demo.lives.life import Life
from demo.lives.words import REASONS_FOR_REOPENING
from rules.due.terms import Due

AFTER_THE_END = ("apology-sent.v1", "apology-waived.v1", "escalation-acknowledged.v1")
"""What may still be said once a dossier has ended."""


def end_without_result(life: Life, computed: Due) -> None:
    """Withdrawn by the citizen, stopped (sometimes after the due date), or returned."""
    at, fate = life.work(life.random.uniform(1, 16)), life.random.random()
    if fate < 0.5:
        life.act("dossier-withdrawn.v1", at, {"reason": "Công dân đề nghị rút hồ sơ"}, "counter")
    elif fate < 0.75:
        stopped_at = life.after(computed.due_at, 3) if fate > 0.65 else at
        reason = {"reason": "Đất đang có tranh chấp", "notice_no": f"TB-{life.plan.code}"}
        life.act("processing-stopped.v1", stopped_at, reason, "head")
    else:
        life.act("dossier-returned.v1", at, {"reason": "Hồ sơ không đủ điều kiện giải quyết"})


def finish(life: Life, ready_at: datetime) -> None:
    """Issue the result and bring it to the counter; mostly the citizen fetches it."""
    life.pass_until(ready_at)
    life.agenda = [one for one in life.agenda if one[1] in AFTER_THE_END]
    number = f"{life.random.randrange(1, 9999):04d}/QĐ"
    issued = {
        "document_no": number,
        "result_kind": "granted" if life.chance(0.96) else "refused",
        "signer_id": life.head_id,
        "is_digitally_signed": life.chance(0.8),
    }
    life.act("result-issued.v1", ready_at - timedelta(minutes=life.random.randrange(5, 60)), issued, "head")
    if not life.act("result-ready-at-counter.v1", ready_at, {"document_no": number}):
        return
    fetched_at = life.work(life.random.expovariate(1 / 9))
    life.pass_until(fetched_at)
    if life.chance(0.9):
        method = (
            "electronic" if life.plan.channel == 2 else life.random.choice(("counter", "counter", "counter", "post"))
        )
        life.act("result-delivered.v1", fetched_at, {"method": method}, "counter")


def reopen(life: Life) -> None:
    """Take the ending back, the next day, weeks or a month later; mostly it ends again soon."""
    days = life.random.choice((1, 1, 9, 26, 33))
    at = life.after(life.now + timedelta(days=days), life.random.uniform(0, 5))
    handover = life.plan.handover
    # What ended before its unit did stays where it ended.
    if handover is not None and at >= handover.at:
        return
    reason = {"reason": life.random.choice(REASONS_FOR_REOPENING), "approver_id": life.head_id}
    if not life.act("dossier-reopened.v1", at, reason) or life.chance(0.1):
        return
    again_at = life.work(life.random.uniform(3, 30))
    if life.chance(0.1):
        life.act("dossier-withdrawn.v1", again_at, {"reason": "Công dân rút yêu cầu xem xét lại"}, "counter")
    else:
        finish(life, again_at)
