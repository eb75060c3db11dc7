"""What the clocks warn of, and what they say once a due date has passed (domain.md 4.2 E, 4.6)."""

from typing import Annotated, Literal

from events.deadline_data import (
    DeadlineData,
    HeldByUnitId,
    LatestAt,
    PauseNo,
    ResponsibleOfficerId,
    Rule,
    RungAt,
    ToRoles,
    WhyPaused,
)
from events.dossier_data import Term
from events.fields import Count, Moment, StepCode, Text64, says


class DeadlineNearDue(DeadlineData, frozen=True, kw_only=True):
    """Near due (Sắp đến hạn).

    A rung of the ladder was reached; at most once per clock and rung (AL-1).
    """

    rung: Annotated[Text64, says("Rung of the ladder, e.g. A2 (3 working days before).")]
    rung_at: RungAt
    to_roles: ToRoles = ()
    held_by_unit_id: HeldByUnitId


class StepBreached(DeadlineData, frozen=True, kw_only=True):
    """Step breached (Quá hạn bước).

    The due date of a part of the way passed (DR-10 to DR-14, feedback); names who held it.
    """

    held_by_unit_id: HeldByUnitId
    step_code: StepCode | None = None
    responsible_officer_id: ResponsibleOfficerId | None = None
    to_roles: ToRoles = ()


class DossierBreached(DeadlineData, frozen=True, kw_only=True):
    """Breached (Quá hạn).

    The lawful due date passed with the clock running (rung B0). The envelope's `time` is the due instant.
    """

    held_by_unit_id: HeldByUnitId
    responsible_officer_id: ResponsibleOfficerId | None = None
    effective_start_at: Annotated[Moment, says("When the clock began to count (DR-01).")] | None = None
    term: Term | None = None
    rule: Rule = ""
    pause_count: Annotated[Count, says("How often the clock had stood still.")] = 0
    paused_working_days: Annotated[Count, says("How many working days in all.")] = 0
    to_roles: ToRoles = ()


class SecondBreachRecorded(DeadlineData, frozen=True, kw_only=True):
    """Second breach recorded (Trễ hẹn lần hai).

    The date of the re-appointment passed too (AR-05).
    """

    held_by_unit_id: HeldByUnitId


class ApologyPendingRaised(DeadlineData, frozen=True, kw_only=True):
    """Lateness likely: finish or apologise (Có nguy cơ trễ, cần xong hoặc xin lỗi).

    Finish or apologise by `latest_at` (AR-01).
    """

    latest_at: Annotated[Moment, says("Latest instant at which a letter would be sent in time (AR-02).")]
    declared_by: Annotated[
        Literal["rules", "unit"], says("Whether the rules say it (rung A3) or the unit itself (AR-01).")
    ]
    held_by_unit_id: HeldByUnitId
    to_roles: ToRoles = ()


class ApologyLapsed(DeadlineData, frozen=True, kw_only=True):
    """Apology no longer needed (Không còn cần xin lỗi).

    Ended in time, waits for the citizen, has a later due date, or was waived (AR-01, AR-11).
    """

    reason: Annotated[
        Literal["ended_in_time", "clock_paused", "due_moved", "waived"],
        says("Xong trong hạn, đang chờ công dân, hạn đã lùi, được miễn."),
    ]
    was_required: Annotated[bool, says("Whether the apology was owed already, and not only in view.")] | None = None
    missed_due_at: (
        Annotated[
            Moment,
            says("The missed due instant for which it is owed no longer (hạn đã quá). Left out: it was only in view."),
        ]
        | None
    ) = None


class ApologyRequired(DeadlineData, frozen=True, kw_only=True):
    """Apology required (Phải xin lỗi).

    Owed because of the breach (AR-01, AR-02).
    """

    latest_at: LatestAt
    held_by_unit_id: HeldByUnitId


class EscalationRaised(DeadlineData, frozen=True, kw_only=True):
    """Escalated (Báo cáo vượt cấp).

    A rung B1 to B3 after the breach was reached (AL-5).
    """

    rung: Annotated[Text64, says("Rung of the ladder, B1 to B3.")]
    rung_at: RungAt
    reason: Annotated[
        Literal["no_apology", "still_open", "not_acknowledged", "second_breach"],
        says("Chưa xin lỗi, vẫn chưa xong, chưa xác nhận, trễ hẹn lần hai."),
    ]
    to_roles: ToRoles = ()
    acknowledge_by: Annotated[Moment, says("Until when somebody has to take note (AL-5).")] | None = None
    held_by_unit_id: HeldByUnitId


class SupplementExpired(DeadlineData, frozen=True, kw_only=True):
    """Supplement expired (Quá hạn bổ sung).

    The day until which the citizen may answer, or pay, has passed while the clock stands still (B17). It goes on standing still:
    the unit decides what follows. The envelope's `time` is the end of that day.
    """

    cause: WhyPaused
    pause_no: PauseNo
    paused_at: Annotated[Moment, says("When the pause began.")]
    to_roles: ToRoles = ()
    held_by_unit_id: HeldByUnitId


ClockAlertEvent = (
    DeadlineNearDue
    | SupplementExpired
    | StepBreached
    | DossierBreached
    | SecondBreachRecorded
    | ApologyPendingRaised
    | ApologyLapsed
    | ApologyRequired
    | EscalationRaised
)
