"""What the citizen is asked for: missing papers in one or two rounds, a financial duty; answered, too late, in parts or never."""

from datetime import datetime, timedelta

from demo.lives.arriving import term_of
from demo.lives.life import Life
from demo.lives.words import MISSING_ITEMS
from rules.due.terms import Due, due


def wait(life: Life, computed: Due) -> Due | None:
    """Ask for papers or money, as the dossier needs. Gives when it is due then; None: nothing came, and it stands still."""
    if life.chance(0.1) and term_of(life).unit in ("working_day", "calendar_day"):
        moved = _supplement(life, computed, 1)
        if moved is None:
            return None
        computed = moved
    is_paying = life.plan.procedure.code in life.law.pausing_procedures
    return _financial_duty(life, computed) if life.chance(0.75 if is_paying else 0.015) else computed


def _supplement(life: Life, computed: Due, round_no: int) -> Due | None:
    random = life.random
    asked_at = life.work(random.uniform(2, 14))
    if asked_at >= computed.due_at:
        return computed
    items = random.sample(MISSING_ITEMS, random.randrange(1, 3))
    life.act("supplement-requested.v1", asked_at, _request(life, round_no, items))
    if random.random() < 0.14:
        _give_up(life)
        return None
    # Most answer within days; some after the last day that they were given.
    hours = random.uniform(4, 40) if random.random() < 0.92 else random.uniform(64, 90)
    if not life.act("supplement-completed.v1", life.work(hours), {"round_no": round_no, "items": items}, "counter"):
        return None
    restarted = due(life.calendar, life.now, term_of(life), life.law.rule_set)
    return _supplement(life, restarted, 2) if round_no == 1 and random.random() < 0.15 else restarted


def ask_too_late(life: Life, computed: Due) -> None:
    """Ask for papers after the due date, which stops nothing (DR-24), and get them."""
    asked_at = life.after(computed.due_at + timedelta(minutes=5), life.random.uniform(0.2, 3))
    round_no = 1 + sum(one["type"] == "supplement-requested.v1" for one in life.actions)
    items = [life.random.choice(MISSING_ITEMS)]
    life.act("supplement-requested.v1", asked_at, _request(life, round_no, items))
    answer = {"round_no": round_no, "items": items}
    life.act("supplement-completed.v1", life.work(life.random.uniform(2, 8)), answer, "counter")


def _request(life: Life, round_no: int, items: list[str]) -> dict[str, object]:
    data: dict[str, object] = {
        "round_no": round_no,
        "missing_items": items,
        "reason": "Thành phần hồ sơ chưa đầy đủ",
        "form_no": "02",
        "signer_id": life.head_id,
    }
    if life.chance(0.8):
        data["reply_by"] = life.calendar.nth_working_day_after(life.now.date(), 7 if round_no == 1 else 4).isoformat()
    return data


def _give_up(life: Life) -> None:
    """Nothing comes: the unit ends it after the last day, or leaves it waiting."""
    if life.chance(0.5):
        ended_at = life.work(life.random.uniform(70, 90))
        reason = {"reason": "Quá thời hạn bổ sung hồ sơ theo thông báo", "notice_no": f"TB-{life.plan.code}"}
        life.act("processing-stopped.v1", ended_at, reason)


def _financial_duty(life: Life, computed: Due) -> Due | None:
    random = life.random
    asked_at = life.work(random.uniform(4, 20))
    if asked_at >= computed.due_at:
        return computed
    amount = random.randrange(3, 90) * 100_000
    notice_no = f"TB-TC-{life.plan.code}"
    pay_by = life.calendar.nth_working_day_after(asked_at.date(), 10)
    request = {
        "amount_vnd": amount, "basis": "Lệ phí trước bạ, tiền sử dụng đất", "notice_no": notice_no, "pay_by": pay_by.isoformat(),
    }  # fmt: skip
    life.act("financial-obligation-requested.v1", asked_at, request)
    fate = random.random()
    if fate < 0.1:
        return None if life.plan.procedure.code in life.law.pausing_procedures else computed
    if fate < 0.2:
        basis = {"basis": "Hộ nghèo, được miễn theo quy định", "notice_no": notice_no}
        life.act("financial-obligation-exempted.v1", life.work(random.uniform(4, 24)), basis)
    else:
        _pay(life, amount, notice_no, parts=2 if fate < 0.4 else 1)
    return None if life.is_cut else _moved(life, computed, asked_at)


def _pay(life: Life, amount: int, notice_no: str, parts: int) -> None:
    first = amount // parts // 1000 * 1000
    shares = [(first, True), (amount - first, False)] if parts == 2 else [(amount, False)]
    for paid, is_partial in shares:
        data = {
            "amount_vnd": paid,
            "method": life.random.choice(("online_dvcqg", "online_local", "pos", "cash")),
            "notice_no": notice_no,
            "receipt_no": f"BL-{life.random.randrange(1, 99999):05d}",
            **({"is_partial": True} if is_partial else {}),
        }
        life.act("payment-received.v1", life.work(life.random.uniform(2, 30)), data, "citizen")


def _moved(life: Life, computed: Due, asked_at: datetime) -> Due:
    """About when it is due after a wait for money: as many working days later (DR-20), where the procedure says that it stops."""
    if life.plan.procedure.code not in life.law.pausing_procedures:
        return computed
    waited = life.calendar.working_days_between(asked_at.date(), life.now.date())
    due_on = life.calendar.nth_working_day_after(computed.due_on, waited) if waited else computed.due_on
    due_at = life.calendar.end_of_last_session(due_on)
    return Due(effective_start_at=life.now, due_at=due_at, due_on=due_on, basis=computed.basis, rule="DR-20")
