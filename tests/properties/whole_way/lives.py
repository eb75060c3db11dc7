"""Random plans: what may happen to some dossiers that share a partition, when it is sent, recorded and published.

Each dossier has a draft of its own, so that most acts fit where it stands; intake refuses the rest. Acts like to fall where
rules change their mind: at the due instant, in the evening of the due day, at night, on days off.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from events.catalog import DOSSIER_ACTION_TYPES
from tests.contract.published import example
from tests.properties.whole_way.rule_books import CHOICES, rules_of
from tests.properties.whole_way.through_the_product import due_by_rules
from tests.properties.whole_way.world import A_LATE_RECORD, ACT_NO, ALL_LATE_RECORDS, LATEST_ENDING, Act, Look, Plan
from tests.unit.deadlines.calendars import NEW
from tests.unit.deadlines.life import CHAINED, PAYING, PLAIN, STEPPED, UNIT, at

_START = at("2026-02-23T07:30")
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_GAPS = st.one_of(st.integers(0, 150), st.integers(0, 600), st.integers(0, 2 * 1440), st.integers(0, 8 * 1440))
_AIMS = (
    -3 * _DAY, -_DAY, -_HOUR, -10 * _MINUTE, -_MINUTE, timedelta(0), timedelta(seconds=1), 10 * _MINUTE, 30 * _MINUTE,
    6 * _HOUR, 16 * _HOUR,
)  # fmt: skip
"""Where acts like to fall, from the due instant on; and where those do that are to try it."""
_NEAR = st.sampled_from((-_HOUR, -10 * _MINUTE, -_MINUTE, timedelta(0), 30 * _MINUTE))
_TERMS = (
    (1, "working_day"), (2, "working_day"), (5, "working_day"), (10, "working_day"), (2, "hour"), (2, "hour"), (8, "hour"),
    (20, "hour"), (10, "calendar_day"), (1, "month"), (1, "same_day"),
)  # fmt: skip
_UPLOADS = (None, None, None, None, 18, 23, 7)
"""At which hour a counter sends what it did; None: at once."""
_DELAYS = (0, 0, 0, 1, 2, 20, 290, 600, 840, 1200, 3500, 5 * 3600, 26 * 3600, 4 * 86400)
"""Seconds until what was done at a counter that sends at once gets through."""


@dataclass
class Draft:
    """One dossier under way: where it stands as its counter sees it, and what was done so far."""

    dossier_id: str
    code: str
    upload_hour: int | None
    is_history: bool
    now: datetime
    due_at: datetime | None = None
    step_due_at: datetime | None = None
    term: tuple[int, str] | None = None
    acts: list[tuple[datetime, str, dict[str, Any], bool]] = field(default_factory=list)
    theme: str = "endings"
    rounds: int = 0
    waits_for: str = ""
    soon: list[str] = field(default_factory=list)
    is_ended: bool = False
    is_handed_over: bool = False
    open_vnd: int = 0
    steps: list[str] = field(default_factory=list)
    budget: tuple[int, str] = (2, "hour")

    def add(self, what: str, **data: Any) -> None:
        """It happens now."""
        given = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in data.items()}
        self.acts.append((self.now, what, given, self.is_history))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Two to four dossiers of one partition under one rule set."""
    choice = draw(st.sampled_from(CHOICES))
    acts: list[Act] = []
    for number in range(draw(st.integers(1, 3))):
        acts += draw(_lives(number, lambda start, term: due_by_rules(rules_of(choice), start, *term)))
    last = max(act.sent_at for act in acts)
    begins = st.one_of(st.sampled_from([act.sent_at for act in acts]), _within(last))
    outages = draw(st.lists(st.tuples(begins, st.integers(1, 30 * 60)), max_size=2))
    ended = [(begins, begins + minutes * _MINUTE) for begins, minutes in outages]
    looks = draw(st.lists(st.builds(Look, at=_within(last), read_after=st.integers(0, 2)), max_size=4))
    quiet = (
        max([last, *(until for _, until in ended)])
        + draw(st.sampled_from([2, 60, 1440, 9 * 1440, 33 * 1440])) * _MINUTE
    )
    lags = draw(st.lists(st.sampled_from([0.001, 0.2, 0.9, 1.1, 5.0]), min_size=1, max_size=3))
    return Plan(acts=acts, until=quiet, choice=choice, lags=lags, outages=ended, looks=looks)


def _within(last: datetime) -> st.SearchStrategy[datetime]:
    minutes = (last - _START) // _MINUTE + 10
    return st.integers(0, minutes).map(lambda minute: _START + minute * _MINUTE + timedelta(seconds=3))


Reckon = Callable[[datetime, tuple[int, str]], datetime | None]


@st.composite
def _lives(draw: st.DrawFn, number: int, reckon: Reckon) -> list[Act]:
    draft = Draft(
        dossier_id=f"{number + 1}" * 8 + "-1111-5111-8111-111111111111",
        code=draw(st.sampled_from([PLAIN, PLAIN, PAYING, CHAINED, STEPPED])),
        upload_hour=draw(st.sampled_from(_UPLOADS)),
        is_history=draw(st.integers(0, 9)) == 9,
        now=_START + draw(st.integers(0, 14 * 1440)) * _MINUTE,
        theme=draw(st.sampled_from(sorted(_THEMES))),
    )
    if draw(st.integers(0, 5)) == 5:
        draft.add("dossier-submitted.v1", procedure_code=draft.code)
        draft.now += draw(_GAPS) * _MINUTE
    _accept(draw, draft, reckon)
    for _ in range(draw(st.integers(1, 9))):
        draft.now = _next(draw, draft)
        if draft.is_history and draw(st.booleans()):
            draft.is_history = False
        what = draft.soon.pop(0) if draft.soon else draw(st.sampled_from(_fitting(draft)))
        _ACTS[what](draw, draft)
        if what == "supplemented" and draft.term:
            draft.due_at = reckon(draft.now, draft.term)
        if what == "step":
            draft.step_due_at = reckon(draft.now, draft.budget)
            draft.soon = ["asked", "supplemented"] if draw(st.booleans()) else []
    return _sent(draw, draft)


def _accept(draw: st.DrawFn, draft: Draft, reckon: Reckon) -> None:
    data: dict[str, Any] = {"procedure_code": draft.code}
    if draft.code == PLAIN or draw(st.booleans()):
        draft.term = draw(st.sampled_from(_TERMS))
        data["term"] = {"value": draft.term[0], "unit": draft.term[1]}
        draft.due_at = reckon(draft.now, draft.term)
    if "term" not in data or draw(st.integers(0, 6)) == 6:
        draft.due_at = draft.now.replace(minute=0) + draw(st.integers(1, 15 * 24)) * _HOUR
        data["appointment_at"] = draft.due_at
    if draw(st.integers(0, 7)) == 7:
        data["calendar_id"] = "vn-saturday-morning"
    draft.add("dossier-accepted.v1", **data)
    is_in_hours = draft.term is not None and draft.term[1] == "hour"
    draft.soon = [draw(st.sampled_from(["ready", "asked"]))] if is_in_hours or draw(st.booleans()) else []


def _next(draw: st.DrawFn, draft: Draft) -> datetime:
    dues = [one for one in (draft.step_due_at, draft.due_at) if one is not None]
    if dues and (draft.soon or draw(st.booleans())):
        aimed = dues[0] + draw(_NEAR) if draft.soon else draw(st.sampled_from(dues)) + draw(st.sampled_from(_AIMS))
        if aimed >= draft.now:
            return aimed
    return draft.now + draw(_GAPS) * _MINUTE


def _fitting(draft: Draft) -> tuple[str, ...]:
    """What may well happen next, the likely things more often."""
    if draft.is_ended:
        return (
            "reopened",
            "reopened",
            "approved",
            "approved",
            "corrected",
            "corrected",
            "apologised",
            "waived",
            "delivered",
        )
    if draft.waits_for == "supplement":
        return (
            "supplemented",
            "supplemented",
            "supplemented",
            "withdrawn",
            "extended",
            "foreseen",
            "apologised",
            "step_done",
            "approved",
            "corrected",
        )
    if draft.waits_for == "financial_duty":
        return ("paid", "paid", "exempted", "moved", "ready", "apologised", "approved", "corrected")
    moving = ("taken", "given_back") if draft.is_handed_over else ("moved", "reorganised")
    return (*_RUNNING, *moving, *_THEMES[draft.theme] * 3)


_RUNNING = (
    "asked", "asked", "owing", "ready", "ready", "withdrawn", "step", "step_done", "extended", "reappointed", "apologised",
    "waived", "foreseen", "recalendared", "consulted", "paid", "approved", "approved", "corrected", "corrected",
    "anything",
)  # fmt: skip
_THEMES = {
    "endings": ("ready", "ready", "withdrawn", "foreseen"),
    "steps": ("step", "asked", "asked"),
    "letters": ("asked", "apologised", "reappointed", "waived"),
    "money": ("owing", "owing", "ready"),
    "dates": ("recalendared", "extended", "asked"),
    "corrections": ("corrected", "corrected", "asked", "ready"),
}
"""What a dossier has more of than others."""


def _asked(draw: st.DrawFn, draft: Draft) -> None:
    draft.rounds += 1
    draft.waits_for = "supplement"
    by = _reply_by(draw, draft, "reply_by")
    draft.add("supplement-requested.v1", round_no=draft.rounds, missing_items=["giấy tờ"], reason="thiếu", **by)


def _reply_by(draw: st.DrawFn, draft: Draft, name: str) -> dict[str, str]:
    """Often a last day to answer, soon, on a day off too."""
    days = draw(st.sampled_from([None, 0, 1, 2, 5, 9]))
    return {} if days is None else {name: (draft.now + days * _DAY).date().isoformat()}


def _supplemented(draw: st.DrawFn, draft: Draft) -> None:
    draft.waits_for = ""
    draft.add("supplement-completed.v1", round_no=draft.rounds)


def _owing(draw: st.DrawFn, draft: Draft) -> None:
    draft.waits_for = "financial_duty"
    draft.open_vnd = draw(st.sampled_from([1, 500_000]))
    by = _reply_by(draw, draft, "pay_by")
    draft.add("financial-obligation-requested.v1", amount_vnd=draft.open_vnd, basis="lệ phí trước bạ", **by)


def _paid(draw: st.DrawFn, draft: Draft) -> None:
    amount_vnd = draw(st.sampled_from([1, 200_000, 500_000]))
    draft.open_vnd -= amount_vnd
    if draft.waits_for == "financial_duty" and draft.open_vnd <= 0:
        draft.waits_for = ""
    draft.add("payment-received.v1", amount_vnd=amount_vnd, method="cash", is_partial=True)


def _exempted(draw: st.DrawFn, draft: Draft) -> None:
    draft.waits_for = ""
    draft.add("financial-obligation-exempted.v1", basis="hộ nghèo")


def _step(draw: st.DrawFn, draft: Draft) -> None:
    code = draw(st.sampled_from(["review", "appraisal"]))
    draft.steps.append(code)
    draft.budget = draw(st.sampled_from([(2, "hour"), (1, "working_day"), (3, "working_day")]))
    value, unit = draft.budget
    draft.add("step-started.v1", step_code=code, budget={"value": value, "unit": unit})


def _step_done(draw: st.DrawFn, draft: Draft) -> None:
    draft.add("step-completed.v1", step_code=draft.steps.pop() if draft.steps else "review")


def _moved(draw: st.DrawFn, draft: Draft) -> None:
    draft.is_handed_over = True
    draft.add("dossier-transferred.v1", to_unit_id=draw(st.sampled_from([UNIT, 31, 32])))


def _taken(draw: st.DrawFn, draft: Draft) -> None:
    draft.is_handed_over = False
    draft.add("transfer-received.v1")


def _given_back(draw: st.DrawFn, draft: Draft) -> None:
    draft.is_handed_over = False
    draft.add("transfer-refused.v1", reason="thiếu phiếu kiểm soát")


def _ended(what: str, **data: Any) -> Callable[[st.DrawFn, Draft], None]:
    def end(draw: st.DrawFn, draft: Draft) -> None:
        draft.is_ended, draft.is_handed_over, draft.waits_for = True, False, ""
        draft.add(what, **data)

    return end


def _reopened(draw: st.DrawFn, draft: Draft) -> None:
    draft.is_ended = False
    draft.add("dossier-reopened.v1", reason="sai sót", approver_id="o-9")


def _apology(draw: st.DrawFn, draft: Draft, **data: Any) -> None:
    draft.add("apology-sent.v1", letter_no="12/TXL", reason="chậm", signer_id="o-1", medium="paper", **data)


def _later(draw: st.DrawFn, draft: Draft) -> datetime:
    return (draft.due_at or draft.now) + draw(st.integers(-48, 300)) * _HOUR


def _only(what: str, **data: Any) -> Callable[[st.DrawFn, Draft], None]:
    return lambda draw, draft: draft.add(what, **data)


_APPROVED = (LATEST_ENDING, A_LATE_RECORD, ALL_LATE_RECORDS, ALL_LATE_RECORDS)
_ACTS: dict[str, Callable[[st.DrawFn, Draft], None]] = {
    "asked": _asked,
    "supplemented": _supplemented,
    "owing": _owing,
    "paid": _paid,
    "exempted": _exempted,
    "step": _step,
    "step_done": _step_done,
    "moved": _moved,
    "taken": _taken,
    "given_back": _given_back,
    "reorganised": _only(
        "dossier-reassigned-by-reorganisation.v1", old_unit_id=UNIT, new_unit_id=33, legal_basis="NQ 1656"
    ),
    "consulted": lambda draw, draft: draft.add(
        "consultation-requested.v1", document_no=f"{len(draft.acts)}/CV", reply_term={"value": 2, "unit": "working_day"}
    ),
    "ready": _ended("result-ready-at-counter.v1"),
    "withdrawn": _ended("dossier-withdrawn.v1"),
    "reopened": _reopened,
    "delivered": _only("result-delivered.v1", method="counter"),
    "approved": lambda draw, draft: draft.add(
        "backdating-approved.v1", target_event_id=draw(st.sampled_from(_APPROVED)), reason="mất điện", approver_id="o-9"
    ),
    "apologised": _apology,
    "reappointed": lambda draw, draft: _apology(draw, draft, new_promised_at=_later(draw, draft)),
    "waived": _only("apology-waived.v1", basis="thiên tai", approver_id="o-9"),
    "foreseen": _only("lateness-foreseen.v1", reason="thiếu người"),
    "extended": lambda draw, draft: draft.add(
        "deadline-extended.v1", new_due_at=_later(draw, draft), legal_basis="Luật Đất đai", approver_id="o-9"
    ),
    "recalendared": _only(
        "calendar-change-applied.v1", calendar_id="vn-standard", old_version="2026.1", new_version=NEW,
        legal_source="TB 6150", reason="hoán đổi ngày làm việc",
    ),
}  # fmt: skip


_RIGHT: dict[str, tuple[str, ...]] = {
    "dossier-accepted.v1": ("time", "term", "appointment_at", "unitid", "procedure_code"),
    "deadline-extended.v1": ("new_due_at", "time"),
    "dossier-transferred.v1": ("to_unit_id", "time"),
    "dossier-reassigned-by-reorganisation.v1": ("new_unit_id",),
}
"""What of an act is put right; of others their time."""


def _corrected(draw: st.DrawFn, draft: Draft) -> None:
    """Two persons put an earlier act right, those that clocks depend on more often; sometimes it can't be right."""
    places = [n for n, act in enumerate(draft.acts) if act[1] not in ("event-corrected.v1", "backdating-approved.v1")]
    place = draw(st.sampled_from([places[0], *places]))
    happened, what, _, _ = draft.acts[place]
    name = draw(st.sampled_from(_RIGHT.get(what, ("time",))))
    near = happened + draw(st.integers(-90, 90)) * _HOUR
    term = draw(st.sampled_from(_TERMS))
    right = {
        "time": near.isoformat(), "new_due_at": _later(draw, draft).isoformat(), "term": {"value": term[0], "unit": term[1]},
        "appointment_at": _later(draw, draft).isoformat(), "procedure_code": draw(st.sampled_from([PLAIN, PAYING, STEPPED])),
        **dict.fromkeys(("unitid", "to_unit_id", "new_unit_id"), draw(st.sampled_from([31, 34]))),
    }  # fmt: skip
    target, fields = f"{ACT_NO}{place}", {name: right[name]}
    about = {"target_event_id": target, "corrected_fields": fields, "reason": "gõ nhầm", "approver_id": "o-9"}
    draft.add("event-corrected.v1", **about)


_ACTS["corrected"] = _corrected

_ELSEWHERE = frozenset(
    {
        "consultation-answered.v1", "dossier-accepted.v1", "dossier-returned.v1", "dossier-submitted.v1",
        "dossier-transferred.v1", "event-corrected.v1", "feedback-answered.v1", "feedback-published.v1",
        "feedback-received.v1", "feedback-refused.v1", "feedback-supplement-requested.v1",
        "financial-obligation-exempted.v1", "intake-guidance-issued.v1", "intake-rejected.v1", "payment-received.v1",
        "processing-stopped.v1", "result-ready-at-counter.v1", "step-completed.v1", "step-started.v1",
        "supplement-completed.v1", "supplement-requested.v1", "transfer-received.v1", "transfer-refused.v1",
    }
)  # fmt: skip
"""Types with an act of their own, types that begin or end a dossier, and those of feedback."""
_ANY = tuple(sorted(DOSSIER_ACTION_TYPES - _ELSEWHERE))


def _anything(draw: st.DrawFn, draft: Draft) -> None:
    """Any other event, a new one too, with the data of its example."""
    what = draw(st.sampled_from(_ANY))
    draft.add(what, **example(what, "full"))


_ACTS["anything"] = _anything


def _sent(draw: st.DrawFn, draft: Draft) -> list[Act]:
    """When each act gets through: at once or a little later, or with the day's upload; never before an earlier one."""
    sent: list[Act] = []
    through = draft.acts[0][0]
    for happened, what, data, is_history in draft.acts:
        if is_history:
            arrives = max(act[0] for act in draft.acts) + _DAY
        elif draft.upload_hour is None:
            arrives = happened + timedelta(seconds=draw(st.sampled_from(_DELAYS)))
        else:
            arrives = happened.replace(hour=draft.upload_hour, minute=0)
            arrives += _DAY if arrives < happened else timedelta(0)
        through = max(through, arrives)
        act = Act(
            dossier_id=draft.dossier_id, at=happened, sent_at=through, what=what, data=data, is_history=is_history
        )
        sent.append(act)
    return sent
