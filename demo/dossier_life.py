"""The life of one invented dossier: from acceptance to delivery, early, on time, late, withdrawn or never ended.

The planned end is drawn around the due date that the real rules give; every instant lies in working hours. Pure: randomness comes
in as an argument, and the actions are plain structured CloudEvents as a counter system would send them.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from demo.reference import Procedure, Unit
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.due.terms import Due, Term, due
from rules.errors import CalendarExhaustedError

MISSING_ITEMS = (
    "Bản sao giấy chứng nhận quyền sử dụng đất",
    "Giấy xác nhận tình trạng hôn nhân",
    "Văn bản ủy quyền có chứng thực",
    "Bản vẽ hiện trạng",
    "Giấy khai sinh bản chính",
)
REASONS = (
    "Hồ sơ nhiều, thiếu cán bộ thụ lý",
    "Chờ ý kiến cơ quan phối hợp",
    "Cần xác minh thực địa lại",
    "Lỗi đường truyền",
)
ENDINGS = ("result-ready-at-counter.v1", "dossier-withdrawn.v1", "processing-stopped.v1", "dossier-returned.v1")
STEPS = (("TN", "Tiếp nhận"), ("TL", "Thụ lý"), ("TD", "Thẩm định"), ("KD", "Ký duyệt"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierPlan:
    """What is known at acceptance; `slowness` is the receiving unit's share of late work."""

    source: str
    code: str
    unit: Unit
    procedure: Procedure
    channel: int
    accepted_at: datetime
    slowness: float
    transfer_to: int | None
    end_on: date


@dataclass(slots=True)
class Life:
    """The actions so far, and the instant of the latest."""

    plan: DossierPlan
    random: Random
    calendar: Calendar
    now: datetime
    actions: list[dict[str, Any]] = field(default_factory=list)
    is_cut: bool = False

    def act(self, event_type: str, at: datetime, data: dict[str, Any], **attributes: Any) -> None:
        """Report something; from the first thing on that lies beyond the end of the window, nothing more."""
        at = max(at, self.now)
        self.is_cut = self.is_cut or at.date() > self.plan.end_on
        if self.is_cut:
            return
        self.now = at
        plan = self.plan
        self.actions.append(
            {
                "specversion": "1.0",
                "id": str(UUID(int=self.random.getrandbits(128), version=4)),
                "source": plan.source,
                "type": event_type,
                "subject": plan.code,
                "time": at.isoformat(),
                "datacontenttype": "application/json",
                "unitid": plan.unit.unit_id,
                "actorid": f"cb-{plan.unit.unit_id}-{self.random.randrange(1, 6)}",
                "actorrole": "tiep-nhan" if event_type == "dossier-accepted.v1" else "thu-ly",
                "actorkind": "officer",
                "channel": plan.channel,
                "dossiercode": plan.code,
                "history": True,
                **attributes,
                "data": data,
            }
        )

    @property
    def is_ended(self) -> bool:
        """Whether an ending action was reported."""
        return any(one["type"] in ENDINGS for one in self.actions)

    def work(self, hours: float) -> datetime:
        """The instant after so many working hours."""
        return self.calendar.add_working_time(self.calendar.effective_start(self.now), timedelta(hours=hours))


def action_time(action: dict[str, Any]) -> datetime:
    """When an action happened."""
    return datetime.fromisoformat(action["time"])


def live(plan: DossierPlan, calendar: Calendar, rule_set: RuleSet, random: Random) -> Life:
    """One dossier from acceptance to its end, or to the end of the window."""
    life = Life(plan=plan, random=random, calendar=calendar, now=plan.accepted_at)
    term = Term(value=plan.procedure.term_value, unit=plan.procedure.term_unit)
    _accept(life, term)
    computed = due(calendar, plan.accepted_at, term, rule_set)
    if plan.transfer_to is not None:
        sheet = f"BG-{plan.code}"
        life.act(
            "dossier-transferred.v1",
            life.work(random.uniform(0.5, 6)),
            {"to_unit_id": plan.transfer_to, "control_sheet_no": sheet},
        )
    fate = random.random()
    if fate < 0.03:
        _end_without_result(life, computed, fate)
        return life
    if random.random() < 0.09 and term.unit in ("working_day", "calendar_day"):
        moved = _supplement(life, computed, term, rule_set)
        if moved is None:
            return life
        computed = moved
    _resolve(life, computed)
    return life


def _accept(life: Life, term: Term) -> None:
    procedure = life.plan.procedure
    data = {
        "procedure_code": procedure.code,
        "procedure_name": procedure.name,
        "term": {"value": term.value, "unit": term.unit},
        "receipt_no": life.plan.code,
    }
    life.act("dossier-accepted.v1", life.plan.accepted_at, data)


def _end_without_result(life: Life, computed: Due, fate: float) -> None:
    at = life.work(life.random.uniform(1, 16))
    if fate < 0.015:
        life.act("dossier-withdrawn.v1", at, {"reason": "Công dân đề nghị rút hồ sơ"})
    elif fate < 0.022:
        stopped_at = max(at, computed.due_at) if fate > 0.020 else at
        life.act(
            "processing-stopped.v1",
            stopped_at,
            {"reason": "Đất đang có tranh chấp", "notice_no": f"TB-{life.plan.code}"},
        )
    else:
        life.act("dossier-returned.v1", at, {"reason": "Hồ sơ không đủ điều kiện giải quyết"})


def _supplement(life: Life, computed: Due, term: Term, rule_set: RuleSet) -> Due | None:
    random = life.random
    asked_at = life.work(random.uniform(2, 14))
    if asked_at >= computed.due_at:
        return computed
    items = random.sample(MISSING_ITEMS, random.randrange(1, 3))
    life.act(
        "supplement-requested.v1",
        asked_at,
        {"round_no": 1, "missing_items": items, "reason": "Thành phần hồ sơ chưa đầy đủ", "form_no": "02"},
    )
    if random.random() < 0.12:
        return None
    life.act("supplement-completed.v1", life.work(random.uniform(4, 40)), {"round_no": 1, "items": items})
    return due(life.calendar, life.now, term, rule_set)


def _resolve(life: Life, computed: Due) -> None:
    random = life.random
    is_late = random.random() < life.plan.slowness
    ready_at = _late_end(life, computed) if is_late else _timely_end(life, computed)
    if ready_at is None:
        return
    _steps(life, ready_at)
    if is_late:
        _apologise(life, computed, ready_at)
    if is_late and random.random() < 0.12:
        return
    number = f"{random.randrange(1, 9999):04d}/QĐ"
    kind = "granted" if random.random() < 0.96 else "refused"
    life.act(
        "result-issued.v1",
        ready_at - timedelta(minutes=random.randrange(5, 60)),
        {"document_no": number, "result_kind": kind, "is_digitally_signed": random.random() < 0.8},
    )
    life.act("result-ready-at-counter.v1", ready_at, {"document_no": number})
    if life.actions[-1]["type"] == "result-ready-at-counter.v1" and random.random() < 0.9:
        method = "electronic" if life.plan.channel == 2 else random.choice(("counter", "counter", "counter", "post"))
        life.act("result-delivered.v1", life.work(random.expovariate(1 / 9)), {"method": method})


def _timely_end(life: Life, computed: Due) -> datetime | None:
    start = life.calendar.effective_start(life.now)
    available = life.calendar.working_time_between(start, computed.due_at)
    if available <= timedelta(minutes=10):
        return computed.due_at
    # Many results come on the last day; the rest is spread over the term.
    share = life.random.uniform(0.88, 0.995) if life.random.random() < 0.3 else life.random.betavariate(2.2, 1.6) * 0.97
    return life.calendar.add_working_time(start, available * max(share, 0.05))


def _late_end(life: Life, computed: Due) -> datetime | None:
    try:
        base = life.calendar.effective_start(computed.due_at + timedelta(minutes=1))
        return life.calendar.add_working_time(base, timedelta(hours=life.random.expovariate(1 / 18) + 0.5))
    except CalendarExhaustedError:
        return None


def _steps(life: Life, ready_at: datetime) -> None:
    count = life.random.randrange(1, len(STEPS))
    begun = life.now
    for number in range(count):
        code, name = STEPS[number + 1]
        at = life.calendar.effective_start(begun + (ready_at - begun) * (number / count))
        done = life.calendar.effective_start(begun + (ready_at - begun) * ((number + 0.9) / count))
        if done >= ready_at - timedelta(minutes=61):
            return
        life.act("step-started.v1", at, {"step_code": code, "step_no": number + 2, "step_name": name})
        life.act(
            "step-completed.v1",
            done,
            {"step_code": code, "step_no": number + 2, "step_name": name, "outcome": "chuyển bước sau"},
        )


def _apologise(life: Life, computed: Due, ready_at: datetime) -> None:
    random = life.random
    if random.random() < 0.3:
        return
    if random.random() < 0.6:
        at = life.calendar.subtract_working_time(computed.due_at, timedelta(hours=random.uniform(8.2, 12)))
    else:
        at = life.calendar.add_working_time(
            life.calendar.effective_start(computed.due_at), timedelta(hours=random.uniform(0.2, 8))
        )
    if at < life.now or at >= ready_at:
        return
    new_date = life.calendar.end_of_last_session(
        life.calendar.nth_working_day_after(computed.due_on, random.randrange(1, 6))
    )
    data = {
        "letter_no": f"{random.randrange(1, 400):03d}/XL",
        "reason": random.choice(REASONS),
        "signer_id": f"ld-{life.plan.unit.unit_id}",
        "medium": "email" if life.plan.channel == 2 else random.choice(("paper", "post", "zalo")),
        "new_promised_at": new_date.isoformat(),
        "agency_at_fault_unit_id": life.plan.transfer_to or life.plan.unit.unit_id,
    }
    life.act("apology-sent.v1", at, data)
