"""Who has the dossier and what is done with it: transfers, steps, consultations, outages."""

from datetime import datetime, timedelta
from typing import Any

from demo.lives.life import Life
from demo.lives.words import ASKED_AGENCIES, REASONS_FOR_REFUSED_TRANSFER, STEPS
from rules.due.terms import Due


def hand_on(life: Life, due: Due) -> None:
    """Give it to the agency that decides; that one takes it, sends it back, or says nothing."""
    agency_id = life.plan.agency_id
    if agency_id is None:
        return
    _transfer(life, agency_id, due)
    fate = life.random.random()
    if fate < 0.1:
        refusal = {"reason": life.random.choice(REASONS_FOR_REFUSED_TRANSFER)}
        life.act("transfer-refused.v1", life.work(life.random.uniform(0.5, 5)), refusal)
        if life.chance(0.5):
            _transfer(life, agency_id, due)
            fate = 1
    if fate > 0.2:
        received = {"received_by": f"cb-{agency_id}-1"}
        if life.chance(0.04):
            received["discrepancy"] = "Thiếu 01 bản sao so với phiếu kiểm soát"
        life.act("transfer-received.v1", life.work(life.random.uniform(0.2, 4)), received)


def _transfer(life: Life, agency_id: int, due: Due) -> None:
    data: dict[str, Any] = {
        "to_unit_id": agency_id,
        "from_unit_id": life.unit_id,
        "control_sheet_no": f"BG-{life.plan.code}",
    }
    back_on = life.calendar.nth_working_day_before(due.due_on, 1)
    if life.chance(0.2) and back_on > life.now.date():
        data["due_back_at"] = life.date_only(back_on)
    life.act("dossier-transferred.v1", life.work(life.random.uniform(0.5, 6)), data)


def put_steps(life: Life, ready_at: datetime, due: Due) -> None:
    """Put the steps of the work on the agenda, evenly until the result; some begin again, some change hands."""
    count = life.random.choice((1, 1, 1, 2, 3))
    length = (ready_at - life.now) / count
    for number in range(count):
        begun = life.calendar.effective_start(life.now + length * number)
        done = life.calendar.effective_start(life.now + length * (number + 0.9))
        if begun >= done or done >= ready_at - timedelta(minutes=61):
            return
        _put_step(life, number, (begun, done), due)


def _put_step(life: Life, number: int, span: tuple[datetime, datetime], due: Due) -> None:
    (code, name), (begun, done) = STEPS[number], span
    step: dict[str, Any] = {"step_code": code, "step_no": number + 2, "step_name": name}
    started = {**step, "assignee_id": f"cb-{life.unit_id}-{life.random.randrange(1, 6)}"}
    draw = life.random.random()
    if draw < 0.12:
        started["budget"] = {"value": life.random.choice((4, 8, 16)), "unit": "hour"}
    elif draw < 0.18 and due.due_on > begun.date():
        started["step_due_at"] = life.date_only(due.due_on)
    life.later("step-started.v1", begun, started)
    if life.chance(0.05):  # another officer goes on: the step begins again
        again = life.calendar.effective_start(begun + (done - begun) / 2)
        life.later("step-started.v1", again, {**started, "assignee_id": f"cb-{life.unit_id}-6"})
    life.later("step-completed.v1", done, {**step, "outcome": "chuyển bước sau"}, "head" if code == "KD" else "officer")


def put_consultation(life: Life, ready_at: datetime) -> None:
    """Put a question to another agency on the agenda, and mostly its answer; the dossier's clock goes on (DR-14)."""
    asked_at = life.work(life.random.uniform(1, 8))
    document_no = f"{life.random.randrange(1, 900):03d}/LYK-{life.plan.code[-4:]}"
    data: dict[str, Any] = {"document_no": document_no, "agency_name": life.random.choice(ASKED_AGENCIES)}
    if life.chance(0.7):
        data["reply_term"] = {"value": life.random.choice((2, 3, 5)), "unit": "working_day"}
    else:
        data["reply_due_at"] = life.date_only(life.calendar.nth_working_day_after(asked_at.date(), 4))
    life.later("consultation-requested.v1", asked_at, data)
    answered_at = life.after(asked_at, life.random.expovariate(1 / 16) + 1)
    if life.chance(0.9) and answered_at < ready_at:
        answer = {"document_no": document_no, "answer_no": f"{life.random.randrange(1, 900):03d}/TL"}
        life.later("consultation-answered.v1", answered_at, answer)


def put_outage(life: Life) -> None:
    """Put a break-down of the system on the agenda: it explains and never extends (DR-29)."""
    from_at = life.work(life.random.uniform(1, 12))
    to_at = from_at + timedelta(minutes=life.random.randrange(40, 200))
    data = {
        "from_at": from_at.isoformat(), "to_at": to_at.isoformat(),
        "scope": "Mất kết nối tới hệ thống thông tin giải quyết thủ tục hành chính",
    }  # fmt: skip
    life.later("system-outage-recorded.v1", to_at, data)
