"""The words for where a stream stands (domain.md 4.3), and which event leads to which end or stage."""

from collections.abc import Mapping
from typing import Literal

from events.deadline import PauseCause
from events.dossier import (
    DossierEvent,
    DossierReturned,
    DossierWithdrawn,
    FeedbackAnswered,
    FeedbackPublished,
    FeedbackReceived,
    FeedbackRefused,
    FeedbackSupplementRequested,
    ProcessingStopped,
    ResultReadyAtCounter,
)
from events.feedback import FeedbackEvent

Lifecycle = Literal[
    "submitted", "intake_rejected", "accepted", "in_processing", "resolved", "delivered", "withdrawn", "stopped", "returned",
    "feedback",
]  # fmt: skip
"""Where a dossier stands; `feedback` says that the stream is none, but a citizen's feedback."""

Waiting = Literal["none", PauseCause]
"""What of the citizen a dossier waits for."""

FeedbackStage = Literal["received", "awaiting_supplement", "refused", "answered", "published"]
"""How far a feedback has come."""

END_BY_CLASS: Mapping[type[DossierEvent], Lifecycle] = {
    ResultReadyAtCounter: "resolved",
    DossierWithdrawn: "withdrawn",
    ProcessingStopped: "stopped",
    DossierReturned: "returned",
}
STAGE_BY_CLASS: Mapping[type[FeedbackEvent], FeedbackStage] = {
    FeedbackReceived: "received",
    FeedbackSupplementRequested: "awaiting_supplement",
    FeedbackRefused: "refused",
    FeedbackAnswered: "answered",
    FeedbackPublished: "published",
}
