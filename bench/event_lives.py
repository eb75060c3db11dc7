"""The lives behind the log of the comparisons: what happened to each dossier, in places of working days (`bench.event_log`)."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from random import Random
from typing import Any

from demo.reference import Procedure, Unit, load_procedures, load_units, procedures_at, units_at
from events.codec import dumps

FIRST_ON = date(2024, 1, 2)
LAST_ON = date(2026, 6, 30)
REGISTER_ON = date(2025, 4, 1)
"""Units and procedures are those of this day; the bench compares speed, not places."""
LONGEST_TERM = 45
STEPS = (("TL", "Thụ lý"), ("XM", "Xác minh"), ("TD", "Thẩm định"), ("KD", "Ký duyệt"))
MISSING_ITEMS = ("Bản vẽ hiện trạng", "Giấy xác nhận tình trạng hôn nhân", "Giấy khai sinh bản chính")


@dataclass(slots=True)
class Life:
    """One dossier: what happened, as (place in working days since `FIRST_ON`, type, data), in order."""

    dossier_id: str
    code: str
    unit: Unit
    procedure: Procedure
    channel: int
    happened: list[tuple[float, str, bytes]] = field(default_factory=list)
    is_ended: bool = False

    def act(self, at: float, event_type: str, data: dict[str, Any]) -> None:
        """Add something; what lies beyond the end of the log is not known there."""
        if at < len(working_days()):
            self.happened.append((at, event_type, dumps(data)))
            self.is_ended = self.is_ended or event_type in ("result-ready-at-counter.v1", "dossier-withdrawn.v1")


def draw_lives(count: int, seed: int) -> list[Life]:
    """As many lives as make `count` events."""
    random = Random(seed)
    procedures = [
        one
        for one in procedures_at(load_procedures(), REGISTER_ON)
        if one.term_unit in ("working_day", "calendar_day") and one.term_value <= LONGEST_TERM
    ]
    # Long terms are drawn more often than short ones, so that many dossiers are open side by side.
    weights = list(accumulate(one.term_value for one in procedures))
    units = units_at(load_units(), REGISTER_ON)
    lives: list[Life] = []
    drawn = 0
    while drawn < count:
        procedure = procedures[bisect_right(weights, random.randrange(weights[-1]))]
        life = Life(
            dossier_id=uuid_text(random.getrandbits(128)),
            code=f"H57.{len(lives):07}",
            unit=random.choice(units),
            procedure=procedure,
            channel=random.choice((1, 1, 2, 2, 3)),
        )
        _live(life, random)
        lives.append(life)
        drawn += len(life.happened)
    return lives


def _live(life: Life, random: Random) -> None:
    procedure = life.procedure
    term = {"value": procedure.term_value, "unit": procedure.term_unit}
    days = procedure.term_value * (1.0 if procedure.term_unit == "working_day" else 5 / 7)
    now = random.random() * len(working_days())
    accepted = {
        "procedure_code": procedure.code,
        "procedure_name": procedure.name,
        "term": term,
        "receipt_no": life.code,
    }
    life.act(now, "dossier-accepted.v1", accepted)
    if random.random() < 0.9:
        now += random.uniform(0.05, 0.5)
        to_unit = life.unit.parent_id or life.unit.unit_id
        life.act(now, "dossier-transferred.v1", {"to_unit_id": to_unit, "control_sheet_no": f"BG-{life.code}"})
    if random.random() < 0.03:
        life.act(now + random.random(), "dossier-withdrawn.v1", {"reason": "Công dân đề nghị rút hồ sơ"})
        return
    if random.random() < 0.15:
        answered_at = _supplement(life, now, days, random)
        if answered_at is None:
            return
        now = answered_at
    _resolve(life, now, days, random)


def _supplement(life: Life, now: float, days: float, random: Random) -> float | None:
    """When the missing papers came; None if never."""
    asked_at = now + random.random() * min(days, 3.0) * 0.9
    items = [random.choice(MISSING_ITEMS)]
    requested = {"round_no": 1, "missing_items": items, "reason": "Thành phần hồ sơ chưa đầy đủ", "form_no": "02"}
    life.act(asked_at, "supplement-requested.v1", requested)
    if random.random() < 0.12:
        return None
    answered_at = asked_at + random.uniform(0.5, 6.0)
    life.act(answered_at, "supplement-completed.v1", {"round_no": 1, "items": items})
    return answered_at


def _resolve(life: Life, now: float, days: float, random: Random) -> None:
    is_late = random.random() < 0.12
    ready_at = now + days * (1.0 + random.expovariate(4.0) if is_late else random.betavariate(2.2, 1.6) * 0.97)
    count = random.choice((3, 4, 4))
    each = (ready_at - now) / (count + 0.1)
    for number in range(count):
        code, name = STEPS[number]
        step = {"step_code": code, "step_no": number + 1, "step_name": name}
        begun = now + number * each
        life.act(begun, "step-started.v1", step)
        life.act(begun + 0.9 * each, "step-completed.v1", {**step, "outcome": "chuyển bước sau"})
        if random.random() < 0.005:  # laid aside, never taken up again
            return
    document = f"{random.randrange(1, 9_999):04}/QĐ"
    result = "granted" if random.random() < 0.96 else "refused"
    issued = {"document_no": document, "result_kind": result, "is_digitally_signed": random.random() < 0.8}
    life.act(ready_at - 0.05 * each, "result-issued.v1", issued)
    life.act(ready_at, "result-ready-at-counter.v1", {"document_no": document})
    if random.random() < 0.95:
        life.act(ready_at + random.expovariate(0.7), "result-delivered.v1", {"method": "counter"})


@cache
def working_days() -> tuple[str, ...]:
    """Mondays to Fridays of the log, as text."""
    days = (FIRST_ON + timedelta(days=number) for number in range((LAST_ON - FIRST_ON).days + 1))
    return tuple(day.isoformat() for day in days if day.weekday() < 5)


def uuid_text(bits: int) -> str:
    """A UUID of the fifth kind from so many bits."""
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-8{text[17:20]}-{text[20:]}"
