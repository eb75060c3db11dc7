"""What people say and do about lateness: foreseen, letters with and without a new date, waivers, reports taken note of."""

from datetime import datetime, timedelta
from typing import Any

from demo.lives.arriving import term_of
from demo.lives.life import Life
from demo.lives.words import REASONS_FOR_LATENESS
from rules.due.escalation import escalation_rungs
from rules.due.ladder import apology_latest_at
from rules.due.terms import Due


def put_lateness(life: Life, computed: Due, ready_at: datetime) -> None:
    """Put on the agenda what is said about a dossier that will be late; nothing of it cures anything (AR-09)."""
    if life.chance(0.2):
        foreseen_at = life.calendar.subtract_working_time(computed.due_at, timedelta(hours=life.random.uniform(9, 14)))
        life.later("lateness-foreseen.v1", foreseen_at, {"reason": life.random.choice(REASONS_FOR_LATENESS)})
    if life.chance(0.07):
        waived_at = life.after(computed.due_at, life.random.uniform(0.5, 6))
        basis = {"basis": "Công dân đề nghị lùi ngày nhận kết quả, có văn bản", "approver_id": life.head_id}
        life.later("apology-waived.v1", waived_at, basis)
    elif life.chance(0.8):
        _put_letters(life, computed, ready_at)
    rungs = escalation_rungs(life.calendar, computed, life.law.rule_set)
    for rung in rungs:
        if rung.at < ready_at and life.chance(0.5):
            noted_at = life.after(rung.at + timedelta(minutes=1), life.random.uniform(0.3, 7))
            life.later("escalation-acknowledged.v1", noted_at, {"rung": rung.name}, "head")


def _put_letters(life: Life, computed: Due, ready_at: datetime) -> None:
    sent_at = _sent_at(life, computed)
    if sent_at < life.now:
        sent_at = life.after(computed.due_at, life.random.uniform(0.2, 8))
    life.later("apology-sent.v1", sent_at, letter(life, computed, is_dated=life.chance(0.75)))
    if life.chance(0.12):  # a second one, of courtesy: only one new date may be given (AR-05)
        again_at = life.after(sent_at, life.random.uniform(8, 24))
        if again_at < ready_at:
            life.later("apology-sent.v1", again_at, letter(life, computed, is_dated=False))


def _sent_at(life: Life, computed: Due) -> datetime:
    draw, hours = life.random.random(), life.random.uniform(0.5, 3.5)
    latest_at = apology_latest_at(
        life.calendar, computed, term_of(life), life.law.rule_set, computed.effective_start_at
    )
    if draw < 0.55:
        return life.calendar.subtract_working_time(latest_at, timedelta(hours=hours))
    if draw < 0.7:  # after the latest day, before the breach
        return life.calendar.subtract_working_time(computed.due_at, timedelta(hours=hours))
    return life.after(computed.due_at, hours * 3)


def letter(life: Life, computed: Due, *, is_dated: bool) -> dict[str, Any]:
    """A letter of apology, with a new date or without."""
    data: dict[str, Any] = {
        "letter_no": f"{life.random.randrange(1, 400):03d}/XL",
        "reason": life.random.choice(REASONS_FOR_LATENESS),
        "signer_id": life.head_id,
        "medium": "email" if life.plan.channel == 2 else life.random.choice(("paper", "post", "zalo")),
        "agency_at_fault_unit_id": life.plan.agency_id or life.unit_id,
    }
    if is_dated:
        new_on = life.calendar.nth_working_day_after(computed.due_on, life.random.randrange(1, 6))
        data["new_promised_at"] = life.calendar.end_of_last_session(new_on).isoformat()
    return data
