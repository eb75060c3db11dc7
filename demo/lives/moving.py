"""What moves a due date by order: an extension by a special law, a calendar that was published anew."""

from datetime import timedelta

from demo.lives.life import Life
from demo.lives.words import EXTENSION_BASIS
from rules.due.terms import Due


def extend(life: Life, computed: Due) -> Due:
    """Extend the due date before it has passed; the day is stated without a time. Gives when it is due then."""
    granted_at = life.work(life.random.uniform(2, 10))
    days = life.random.randrange(3, 11)
    new_on = life.calendar.nth_working_day_after(computed.due_on, days)
    is_live = life.plan.live_from is not None and granted_at >= life.plan.live_from
    # An extension that is reported too late has no effect and is refused; nobody sends one.
    if granted_at >= computed.due_at or is_live:
        return computed
    data = {
        "new_due_at": life.date_only(new_on), "legal_basis": EXTENSION_BASIS, "approver_id": life.head_id,
        "reason": "Phải xác minh nguồn gốc, nhiều chủ sử dụng",
    }  # fmt: skip
    if not life.act("deadline-extended.v1", granted_at, data):
        return computed
    return Due(
        effective_start_at=computed.effective_start_at,
        due_at=life.calendar.end_of_last_session(new_on),
        due_on=new_on,
        basis=computed.basis,
        rule="DR-25",
    )


def put_calendar_order(life: Life) -> None:
    """Put the order to count by the published calendar on the agenda: the one that the clock counts by, so nothing moves."""
    version = life.calendar.version
    data = {
        "calendar_id": life.calendar.calendar_id, "old_version": version, "new_version": version,
        "legal_source": "Thông báo lịch nghỉ lễ, Tết", "reason": "Rà soát hạn của hồ sơ đang giải quyết theo lịch đã công bố",
    }  # fmt: skip
    life.later("calendar-change-applied.v1", life.now + timedelta(hours=life.random.uniform(1, 48)), data, "head")
