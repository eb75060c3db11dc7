"""What the clocks judge, so that whoever counts copies it and judges nothing (AR-07, DR-08, DR-31)."""

from typing import Annotated

from events.deadline_data import ApologyClass, ClassifyBy, DeadlineData, HeldByUnitId, LatestAt, Outcome
from events.dossier_data import DossierData
from events.fields import Day, Moment, Text64, Text200, says


class EndingClassified(DossierData, frozen=True, kw_only=True):
    """Ending classified (Phân loại kết thúc).

    How an ending stands against the due date it is judged by, under every policy; said at each ending of a dossier, and again
    when a late record is approved (DR-31). Without a due date the class is `unknown`, never on time (DR-09). Statistics copy it.
    """

    target_event_id: Annotated[Text200, says("Id of the event that ended the dossier.")]
    ended_at: Annotated[Moment, says("When the clock ended.")]
    ended_by: Annotated[Text64, says("Wire type of the event that ended it.")]
    outcome: Annotated[Outcome, says("Sớm hẹn, đúng hẹn, trễ hẹn, or not known for want of a due date (DR-08, DR-09).")]
    counts_at: (
        Annotated[
            Moment,
            says(
                "When the ending counts, where that isn't `ended_at`: when it was recorded, if that was too late and until a"
                " second person approves (DR-31)."
            ),
        ]
        | None
    ) = None
    judged_due_at: (
        Annotated[
            Moment,
            says(
                "The due instant by which the ending is judged; of one that ended while it waited, as if it had gone on then."
                " Left out: none is known."
            ),
        ]
        | None
    ) = None
    judged_due_on: Annotated[Day, says("Its day in the calendar's time zone.")] | None = None
    classify_by: Annotated[ClassifyBy, says("DR-08: by local date, for hour terms by instant.")] | None = None
    pause_outcome: Annotated[Outcome, says("The class under PAUSE (DR-20).")]
    restart_outcome: Annotated[Outcome, says("The class under RESTART (DR-21).")]
    qd766_outcome: Annotated[Outcome, says("The class under QĐ 766 (DR-22).")]
    is_backdated: Annotated[bool, says("Recorded later than the tolerance, with the due date in between (DR-31).")]
    is_approved: Annotated[bool, says("A second person approved the late record, so that its own date counts (DR-31).")]
    rule: Annotated[Text64, says("The rule that decided the class.")]


class ApologyClassified(DeadlineData, frozen=True, kw_only=True):
    """Apology classified (Phân loại thư xin lỗi).

    What was done about an apology that is owed (AR-07); until it is said, none was sent. Said when the obligation comes to be,
    if a letter or a waiver was there before, else when one comes. Statistics copy it.
    """

    apology_class: Annotated[
        ApologyClass,
        says("In time, before the breach, late, or waived (AR-07)."),
    ]
    latest_at: LatestAt
    sent_at: Annotated[Moment, says("When the letter left. Left out: none did.")] | None = None
    held_by_unit_id: HeldByUnitId


VerdictEvent = EndingClassified | ApologyClassified
