"""What the clocks concluded: the events of the topic `deadline-events` (domain.md 4.2 A, C, E).

They are stored facts (B9) with deterministic ids (B10): `time` is the instant at which the thing fell due or was caused,
`recordedat` the instant at which it was detected. Three due dates are kept apart (DR-25): `original_due_at` never changes,
`lawful_due_at` is what counts, `promised_due_at` is what the citizen was last told. `due_on` is the lawful due day in the
calendar's zone. Nothing here is written by a person. A dossier has several clocks; `clock` names one of them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from events.dossier import DossierData, GivenTerm, IntegrityFlagRaised

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

ClassifyBy = Literal["date", "instant"]
"""DR-08: day terms and given appointments are judged by local date, hour terms by instant."""

Outcome = Literal["early", "on_time", "late", "unknown"]
"""Sớm hẹn, đúng hẹn, trễ hẹn, or not known for want of a due date (DR-08, DR-09)."""

Policy = Literal["restart", "pause", "qd766"]
"""What a lawful supplement request does to the due date (DR-20 to DR-22)."""

PauseCause = Literal["supplement", "financial_duty"]
"""Why a clock stands still lawfully; nothing else ever stops it (DR-14, DR-29)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineData(DossierData):
    """Common to every conclusion: which clock, and the three due dates as they stand after it (DR-25).

    `clock` is the clock's name within its dossier: `dossier`, or kind, a colon and what tells it from its like.
    """

    clock: str
    clock_kind: ClockKind = "dossier"
    original_due_at: datetime
    lawful_due_at: datetime
    promised_due_at: datetime
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineSet(DeadlineData):
    """Ấn định hạn: a clock started; with everything needed to redo the sum by hand. `accepted_at` is when it started."""

    accepted_at: datetime
    effective_start_at: datetime
    term: GivenTerm | None = None
    given_by: Literal["rules", "source_system"]
    computed_due_at: datetime | None = None
    classify_by: ClassifyBy
    rule: str = ""
    policy: Policy
    procedure_code: str
    calendar_id: str
    calendar_version: str
    rule_set_version: str
    time_zone: str
    held_by_unit_id: int = 0
    step_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineMoved(DeadlineData):
    """Hạn thay đổi: by a lawful clock event, or (promise only) by an apology's re-appointment."""

    cause: Literal[
        "supplement_completed", "financial_duty_met", "extension", "reopening", "dossier_moved", "reappointment"
    ]
    rule: str
    previous_lawful_due_at: datetime
    previous_promised_due_at: datetime
    pause_due_at: datetime | None = None
    restart_due_at: datetime | None = None
    qd766_due_at: datetime | None = None
    legal_basis: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRecomputed(DeadlineData):
    """Tính lại hạn: the calendar of an open clock was replaced by an explicit event (DR-27); finished ones never."""

    reason: str
    rule: str
    calendar_id: str
    calendar_version: str
    previous_calendar_version: str
    previous_lawful_due_at: datetime
    previous_promised_due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockPaused(DeadlineData):
    """Dừng thời hạn: the clock stands still from the event's `time` on; what of the term was used up to then."""

    cause: PauseCause
    pause_no: int
    consumed_working_days: int
    consumed_working_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockResumed(DeadlineData):
    """Tiếp tục thời hạn: the clock goes on with what was left (DR-20), or as if nothing had been when it was late (DR-24)."""

    cause: PauseCause
    pause_no: int
    paused_at: datetime
    waited_working_days: int
    waited_working_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRestarted(DeadlineData):
    """Tính lại thời hạn từ đầu: the clock begins its whole term anew after a supplement (DR-21)."""

    cause: PauseCause
    pause_no: int
    paused_at: datetime
    waited_working_days: int
    waited_working_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineNearDue(DeadlineData):
    """Sắp đến hạn: a rung of the ladder was reached (domain.md 4.6); at most once per clock and rung (AL-1)."""

    rung: str
    rung_at: datetime
    to_roles: tuple[str, ...] = ()
    held_by_unit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBreached(DeadlineData):
    """Quá hạn bước: the due date of a part of the way passed (DR-10 to DR-14, feedback); names who held it."""

    held_by_unit_id: int
    step_code: str | None = None
    responsible_officer_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierBreached(DeadlineData):
    """Quá hạn: the lawful due date passed with the clock running (rung B0). With the key figures to redo it by hand."""

    held_by_unit_id: int
    responsible_officer_id: str | None = None
    effective_start_at: datetime | None = None
    term: GivenTerm | None = None
    rule: str = ""
    pause_count: int = 0
    paused_working_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondBreachRecorded(DeadlineData):
    """Trễ hẹn lần hai: the date of the re-appointment passed too (AR-05); goes to the superior level (B3)."""

    held_by_unit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApologyPendingRaised(DeadlineData):
    """Có nguy cơ trễ: finish or apologise by `latest_at`; said by the rules at rung A3 or by the unit itself (AR-01)."""

    latest_at: datetime
    declared_by: Literal["rules", "unit"]
    held_by_unit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApologyLapsed(DeadlineData):
    """Không còn cần xin lỗi: ended in time, waits for the citizen, or has a later due date (AR-01, AR-11)."""

    reason: Literal["ended_in_time", "clock_paused", "due_moved", "waived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApologyRequired(DeadlineData):
    """Phải xin lỗi: owed because of the breach; should have been sent by `latest_at` (AR-01, AR-02)."""

    latest_at: datetime
    held_by_unit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationRaised(DeadlineData):
    """Báo cáo vượt cấp: a rung B1 to B3 after the breach was reached (domain.md 4.6, AL-5)."""

    rung: str
    rung_at: datetime
    reason: Literal["no_apology", "still_open", "not_acknowledged", "second_breach"]
    to_roles: tuple[str, ...] = ()
    acknowledge_by: datetime | None = None
    held_by_unit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineMet(DeadlineData):
    """Xong trong hạn: what the clock times ended early or on time."""

    ended_at: datetime
    ended_by: str
    outcome: Literal["early", "on_time"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingClassified(DossierData):
    """Phân loại kết thúc: how an ending stands against the due date it is judged by, under every policy (DR-08, DR-20 to DR-22).

    Said at each ending of a dossier, and again when a second person approves one that was recorded late (DR-31). Whoever
    counts copies `outcome` and judges nothing. Without a due date the class is `unknown`, never on time (DR-09).
    """

    target_event_id: str
    ended_at: datetime
    ended_by: str
    outcome: Outcome
    judged_due_at: datetime | None = None
    judged_due_on: date | None = None
    classify_by: ClassifyBy | None = None
    pause_outcome: Outcome
    restart_outcome: Outcome
    qd766_outcome: Outcome
    is_backdated: bool
    is_approved: bool
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApologyClassified(DeadlineData):
    """Phân loại thư xin lỗi: what was done about an apology that is owed (AR-07); until it is said, none was sent.

    Said when the obligation comes to be, if a letter or a waiver was there before, else when one comes.
    """

    apology_class: Literal["sent_in_time", "sent_before_breach", "sent_late", "waived"]
    latest_at: datetime
    sent_at: datetime | None = None
    held_by_unit_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockNotArmed(DossierData):
    """Không ấn định được hạn: an alert to the administrator (AL-7); such a clock is never "not breached"."""

    clock: str
    clock_kind: ClockKind
    code: Literal["no_term", "unknown_calendar", "unknown_procedure", "calendar_exhausted", "contradiction"]
    reason: str


DeadlineEvent = (
    DeadlineSet
    | DeadlineMoved
    | DeadlineRecomputed
    | ClockPaused
    | ClockResumed
    | ClockRestarted
    | DeadlineNearDue
    | StepBreached
    | DossierBreached
    | SecondBreachRecorded
    | ApologyPendingRaised
    | ApologyLapsed
    | ApologyRequired
    | EscalationRaised
    | DeadlineMet
    | EndingClassified
    | ApologyClassified
    | ClockNotArmed
    | IntegrityFlagRaised
)
"""Everything the deadline processor can say; an integrity flag is the one type that intake may say too."""
