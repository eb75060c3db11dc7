"""Which action fits where a feedback (phản ánh, kiến nghị) stands: received, then refused or answered, then published."""

from events.feedback import FeedbackEvent, FeedbackPublished, FeedbackReceived
from services.intake.domain.actions import Action, Refusal
from services.intake.domain.stages import FeedbackStage


def feedback(stage: FeedbackStage, action: Action, data: FeedbackEvent) -> Refusal | None:
    """Received once; refused, asked about or answered while it is open; published once it is answered."""
    match data:
        case FeedbackReceived():
            return Refusal(code="feedback-already-received", field_name="subject", params={"subject": action.subject})
        case FeedbackPublished():
            return None if stage == "answered" else _by_stage("feedback-not-answered", stage)
        case _:
            is_open = stage in ("received", "awaiting_supplement")
            return None if is_open else _by_stage("feedback-not-open", stage)


def _by_stage(code: str, stage: FeedbackStage) -> Refusal:
    return Refusal(code=code, field_name="type", params={"stage": stage})
