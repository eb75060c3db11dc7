"""How a clock starts, moves, stands still and ends in time (domain.md 4.2 A, C)."""

from typing import Annotated, Literal

from events.deadline_data import (
    ClassifyBy,
    ClockName,
    DeadlineData,
    LawfulBefore,
    PauseNo,
    Policy,
    PromisedBefore,
    Rule,
    WhatIsTimed,
    WhyPaused,
)
from events.dossier_data import DossierData, Term
from events.fields import Count, Moment, StepCode, Text64, Text2000, Text4000, TextOrNone64, says


class DeadlineSet(DeadlineData, frozen=True, kw_only=True):
    """Deadline set (Ấn định hạn).

    The clock started; with everything needed to redo the sum by hand.
    """

    accepted_at: Annotated[Moment, says("When the clock started: for the whole dossier when it was received.")]
    effective_start_at: Annotated[Moment, says("First working instant at or after `accepted_at` (DR-01).")]
    term: Term | None = None
    given_by: Annotated[
        Literal["rules", "source_system"], says("Whether our rules gave the due date or the source system did.")
    ]
    computed_due_at: (
        Annotated[Moment, says("What our rules give, also where the source system's appointment counts.")] | None
    ) = None
    classify_by: Annotated[ClassifyBy, says("DR-08: by local date, or by instant for hour terms.")]
    rule: Rule = ""
    policy: Annotated[
        Policy, says("What happens to the due date after a supplement: tính lại, dừng, QĐ 766 (DR-20 to DR-22).")
    ]
    procedure_code: Annotated[
        TextOrNone64, says("National code of the procedure; empty where there is none (a feedback).")
    ]
    calendar_id: Annotated[Text64, says("Calendar that was used.")]
    calendar_version: Annotated[Text64, says("Its version.")]
    rule_set_version: Annotated[Text64, says("Version of the rules that were used.")]
    time_zone: Annotated[Text64, says("IANA name of the calendar's time zone.")]
    held_by_unit_id: Annotated[Count, says("Unit that held the dossier when the clock started; 0 where not known.")] = 0
    step_code: StepCode | None = None


class DeadlineMoved(DeadlineData, frozen=True, kw_only=True):
    """Deadline moved (Hạn thay đổi).

    By a lawful clock event, or (promise only) by the re-appointment of an apology.
    """

    cause: Annotated[
        Literal[
            "supplement_completed",
            "financial_duty_met",
            "extension",
            "reopening",
            "dossier_moved",
            "reappointment",
            "late_record_approved",
        ],
        says(
            "Hoàn thành bổ sung, xong nghĩa vụ tài chính, gia hạn, mở lại, hạn của hồ sơ thay đổi, hẹn lại, duyệt ghi nhận muộn."
        ),
    ]
    rule: Annotated[Text64, says("Rule by which it moved, e.g. DR-21.")]
    previous_lawful_due_at: LawfulBefore
    previous_promised_due_at: PromisedBefore
    pause_due_at: Annotated[Moment, says("What the PAUSE policy gives (DR-20).")] | None = None
    restart_due_at: Annotated[Moment, says("What the RESTART policy gives (DR-21).")] | None = None
    qd766_due_at: Annotated[Moment, says("What the QĐ 766 policy gives (DR-22).")] | None = None
    legal_basis: Annotated[Text2000, says("Legal basis of an extension (căn cứ pháp lý).")] | None = None


class DeadlineRecomputed(DeadlineData, frozen=True, kw_only=True):
    """Deadline recomputed (Tính lại hạn).

    The calendar of an open clock was replaced by an explicit order (DR-27; finished ones never), or two persons corrected what it
    was counted from (B20; then both versions of the calendar are the same).
    """

    reason: Annotated[Text4000, says("Why, as the order or the correction says (lý do).")]
    rule: Annotated[Text64, says("Rule by which it was computed anew: DR-27 or B20.")]
    calendar_id: Annotated[Text64, says("Calendar that it counts by.")]
    calendar_version: Annotated[Text64, says("Its version now.")]
    previous_calendar_version: Annotated[Text64, says("Its version before.")]
    previous_lawful_due_at: LawfulBefore
    previous_promised_due_at: PromisedBefore


class ClockPaused(DeadlineData, frozen=True, kw_only=True):
    """Clock paused (Dừng thời hạn).

    The clock stands still from the envelope's `time` on.
    """

    cause: WhyPaused
    pause_no: PauseNo
    consumed_working_days: Annotated[Count, says("Working days of the term used up to then.")]
    consumed_working_minutes: Annotated[Count, says("The same in working minutes.")]


class ClockGoesOn(DeadlineData, frozen=True, kw_only=True):
    """What a clock says when it stands still no longer."""

    cause: WhyPaused
    pause_no: PauseNo
    paused_at: Annotated[Moment, says("When the pause began.")]
    waited_working_days: Annotated[Count, says("How many working days it waited.")]
    waited_working_minutes: Annotated[Count, says("The same in working minutes.")]


class ClockResumed(ClockGoesOn, frozen=True, kw_only=True):
    """Clock resumed (Tiếp tục thời hạn).

    The clock goes on with what was left (DR-20), or as if nothing had been when it was late (DR-24).
    """


class ClockRestarted(ClockGoesOn, frozen=True, kw_only=True):
    """Clock restarted (Tính lại thời hạn từ đầu).

    The clock begins its whole term anew after a supplement (DR-21).
    """


class DeadlineMet(DeadlineData, frozen=True, kw_only=True):
    """Deadline met (Xong trong hạn).

    A part of the way ended early or on time; of the dossier itself `ending-classified.v1` says how it ended.
    """

    ended_at: Annotated[Moment, says("When the clock ended.")]
    ended_by: Annotated[Text64, says("Wire type of the event that ended it.")]
    outcome: Annotated[Literal["early", "on_time"], says("Sớm hẹn, đúng hẹn.")]


class ClockNotArmed(DossierData, frozen=True, kw_only=True):
    """Clock not armed (Không ấn định được hạn).

    An alert to the administrator (AL-7); such a clock is never "not breached".
    """

    clock: ClockName
    clock_kind: WhatIsTimed
    code: Annotated[
        Literal["no_term", "unknown_calendar", "unknown_procedure", "calendar_exhausted", "contradiction"],
        says("Không có thời hạn, không có lịch, không có thủ tục, lịch chưa đủ dài, mâu thuẫn."),
    ]
    reason: Annotated[Text4000, says("What is missing, for the administrator.")]


ClockCourseEvent = (
    DeadlineSet
    | DeadlineMoved
    | DeadlineRecomputed
    | ClockPaused
    | ClockResumed
    | ClockRestarted
    | DeadlineMet
    | ClockNotArmed
)
