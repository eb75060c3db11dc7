"""What every derived event of a clock has in common: which clock, and its due dates as they stand after it.

They are stored facts (B9) with deterministic ids (B10): the envelope's `time` is the instant at which the thing fell due or was
caused, `recordedat` the instant at which it was detected. Three due dates are kept apart (DR-25). Nothing here is written
by a person. A dossier has several clocks; `clock` names one of them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal, get_args

from events.dossier_data import DossierData
from events.fields import Day, Moment, Round, Text64, Text200, TextOrNone64, UnitId, says

CLOCK_SOURCE: Final = "urn:motcua:deadlines"
"""Who says deadline events."""

ClockKind = Literal[
    "dossier",
    "intake",
    "transfer",
    "step",
    "agency",
    "consultation",
    "feedback_refusal",
    "feedback_supplement",
    "feedback_answer",
    "feedback_publication",
]
"""What is timed: the whole dossier, or a part of its way (DR-10 to DR-14), or a citizen's feedback (QĐ 766, 5.2)."""

CLOCK_NAMES: Final[Mapping[ClockKind, tuple[str, str]]] = MappingProxyType(
    {
        "dossier": ("Toàn bộ hồ sơ", "The whole dossier"),
        "intake": ("Kiểm tra hồ sơ nộp trực tuyến, lần {code}", "Check of the online submission, round {code}"),
        "transfer": ("Chuyển hồ sơ đến cơ quan giải quyết", "Transfer to the competent agency"),
        "step": ("Bước {code}", "Step {code}"),
        "agency": ("Cơ quan phối hợp {code}", "Agency in the chain {code}"),
        "consultation": ("Lấy ý kiến {code}", "Consultation {code}"),
        "feedback_refusal": ("Từ chối phản ánh, kiến nghị", "Refusal of feedback"),
        "feedback_supplement": ("Yêu cầu bổ sung phản ánh, kiến nghị", "Request to add to feedback"),
        "feedback_answer": ("Trả lời phản ánh, kiến nghị", "Answer to feedback"),
        "feedback_publication": ("Công khai trả lời phản ánh, kiến nghị", "Publication of the answer"),
    }
)
"""How people call each kind, in Vietnamese and in English; `{code}` is what tells one clock from its like."""

ClassifyBy = Literal["date", "instant"]
"""DR-08: day terms and given appointments are judged by local date, hour terms by instant."""

Outcome = Literal["early", "on_time", "late", "unknown"]
"""Sớm hẹn, đúng hẹn, trễ hẹn, or not known for want of a due date (DR-08, DR-09)."""

Policy = Literal["restart", "pause", "qd766"]
"""What a lawful supplement request does to the due date (DR-20 to DR-22)."""

ApologyClass = Literal["sent_in_time", "sent_before_breach", "sent_late", "waived"]
"""What was done about an apology that is owed (AR-07)."""

PauseCause = Literal["supplement", "financial_duty"]
"""Why a clock stands still lawfully; nothing else ever stops it (DR-14, DR-29)."""

ClockName = Annotated[
    Text200,
    says(
        "Which clock of the dossier this is about: `dossier` for the whole of it, else its kind, a colon and what tells it from"
        " its like."
    ),
]
WhatIsTimed = Annotated[
    ClockKind,
    says(
        "What is timed: the whole dossier, or a part of its way (DR-10 to DR-14), or a feedback. Left out: the whole dossier."
    ),
]
WhyPaused = Annotated[PauseCause, says("Why the clock stood still: chờ bổ sung, chờ nghĩa vụ tài chính.")]
PauseNo = Annotated[Round, says("Which pause of this clock, from 1 (lần dừng).")]
HeldByUnitId = Annotated[UnitId, says("Unit that held the dossier at that instant (đơn vị đang giữ hồ sơ).")]
ResponsibleOfficerId = Annotated[Text64, says("Who worked on it then (cán bộ đang thụ lý).")]
Rule = Annotated[TextOrNone64, says("Rule of domain.md that was used; empty where none is named.")]
LawfulBefore = Annotated[Moment, says("Lawful due instant before.")]
PromisedBefore = Annotated[Moment, says("Promised due instant before.")]
LatestAt = Annotated[Moment, says("Latest instant at which the letter should have been sent.")]
RungAt = Annotated[Moment, says("When the rung was reached.")]
ToRoles = Annotated[tuple[Text64, ...], says("Whom the ladder tells (báo cho ai).", maxItems=200)]


def fields_by_policy(event_class: type[DossierData], suffix: str) -> dict[Policy, str]:
    """The fields in which an event says something under each policy (DR-23), in their order: `pause_due_at` and its like.

    Raises TypeError where a policy has no such field.
    """
    policies: dict[str, Policy] = {f"{policy}{suffix}": policy for policy in get_args(Policy)}
    missing = policies.keys() - set(event_class.__struct_fields__)
    if missing:
        raise TypeError(f"{event_class.__name__} has no {', '.join(sorted(missing))}")
    return {policies[name]: name for name in event_class.__struct_fields__ if name in policies}


class DeadlineData(DossierData, frozen=True, kw_only=True):
    """Common to every derived event: which clock, and the three due dates as they stand after it (DR-25)."""

    clock: ClockName
    clock_kind: WhatIsTimed = "dossier"
    original_due_at: Annotated[Moment, says("First due instant; never changes (DR-25).")]
    lawful_due_at: Annotated[
        Moment, says("The due instant that counts: the original one moved by lawful clock events only (DR-25).")
    ]
    promised_due_at: Annotated[Moment, says("What the citizen was last told (DR-25).")]
    due_on: Annotated[Day, says("The lawful due day in the calendar's time zone.")]
    is_provisional: (
        Annotated[
            bool,
            says(
                "True: days were counted for which no calendar is published yet (tạm tính), so the due dates may be counted anew"
                " when it is (CAL-6)."
            ),
        ]
        | None
    ) = None
