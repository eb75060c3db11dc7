"""Dossiers as an attack may find them: honest lives up to the morning of the attack. Values only.

All have five working days from Monday 02/03/2026: `LATEST` for a letter is 06/03 17:00, `DUE` 09/03 17:00.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from tests.properties.whole_way.world import Act
from tests.unit.deadlines.life import UNIT, at

DOSSIER: Final = "11111111-1111-5111-8111-111111111111"
LATEST, DUE = at("2026-03-06T17:00"), at("2026-03-09T17:00")
_SECOND: Final = timedelta(seconds=1)


def act(
    when: str | datetime, what: str, data: Mapping[str, Any], *, sent: datetime | None = None, history: bool = False
) -> Act:
    """Something that happens; honest offices send it a second later."""
    happened = at(when) if isinstance(when, str) else when
    return Act(
        dossier_id=DOSSIER, at=happened, sent_at=sent or happened + _SECOND, what=f"{what}.v1", data=data, unit_id=UNIT,
        is_history=history,
    )  # fmt: skip


def accepted(*, history: bool = False, procedure_code: str = "1.004859") -> Act:
    """Five working days from 02/03/2026 08:00."""
    data = {"procedure_code": procedure_code, "term": {"value": 5, "unit": "working_day"}}
    return act("2026-03-02T08:00", "dossier-accepted", data, history=history)


def asked(when: str | datetime, round_no: int = 1, sent: datetime | None = None) -> Act:
    """The citizen is asked for more."""
    data = {"round_no": round_no, "missing_items": ["giấy khai sinh"], "reason": "thiếu"}
    return act(when, "supplement-requested", data, sent=sent)


def supplemented(when: str | datetime, round_no: int = 1, sent: datetime | None = None) -> Act:
    """The citizen brought it."""
    return act(when, "supplement-completed", {"round_no": round_no}, sent=sent)


def ready(when: str | datetime, *, sent: datetime | None = None, history: bool = False) -> Act:
    """The result is there."""
    return act(when, "result-ready-at-counter", {}, sent=sent, history=history)


def letter(when: str | datetime, *, sent: datetime | None = None) -> Act:
    """A letter of apology leaves."""
    data = {"letter_no": "XL-1", "reason": "quá tải", "signer_id": "ld-1", "medium": "post"}
    return act(when, "apology-sent", data, sent=sent)


def reopened(when: str) -> Act:
    """It goes on after its end, as a second person has approved."""
    return act(when, "dossier-reopened", {"reason": "khiếu nại", "approver_id": "ld-1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What was done honestly, and the hour at which the attack is sent."""

    name: str
    acts: Sequence[Act]
    now: datetime

    def __str__(self) -> str:
        return self.name


def _at(name: str, now: str, *acts: Act) -> Situation:
    return Situation(name=name, acts=acts, now=at(now))


SITUATIONS: Final = (
    _at("within term", "2026-03-04T09:00", accepted()),
    _at("on the morning after the latest day", "2026-03-09T09:00", accepted()),
    _at("breached", "2026-03-17T09:00", accepted()),
    _at("breached and apologised", "2026-03-17T09:00", accepted(), letter("2026-03-11T09:00")),
    _at("waiting since before the due day", "2026-03-17T09:00", accepted(), asked("2026-03-04T09:00")),
    _at("asked too late", "2026-03-17T09:00", accepted(), asked("2026-03-10T09:00")),
    _at("ended late", "2026-03-17T09:00", accepted(), ready("2026-03-12T09:00")),
    _at("ended on the due day", "2026-03-17T09:00", accepted(), ready("2026-03-09T15:00")),
    _at(
        "reopened after a late end",
        "2026-03-17T09:00",
        accepted(),
        ready("2026-03-12T09:00"),
        reopened("2026-03-16T09:00"),
    ),
    _at("recorded late", "2026-03-17T09:00", accepted(), ready("2026-03-09T10:00", sent=at("2026-03-11T10:00"))),
    _at("imported and breached", "2026-03-17T09:00", accepted(history=True), letter("2026-03-11T09:00")),
    _at(
        "submitted only",
        "2026-03-04T09:00",
        act("2026-03-02T08:00", "dossier-submitted", {"procedure_code": "1.004859"}),
    ),
)
