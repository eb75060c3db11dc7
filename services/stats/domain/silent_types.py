"""Types of events that change no fact of a dossier, each with the reason; they count for the row's version all the same."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_BY_CLOCK = "the clock says what follows from it"
_NO_FIGURE = "no figure counts it yet; the event itself can be asked for in SQL"
_OF_FEEDBACK = "a feedback is a stream of its own and no dossier"

SAYS_NOTHING: Final[Mapping[str, str]] = MappingProxyType(
    {
        "dossier-submitted.v1": "a dossier is counted from its acceptance on (REC)",
        "intake-guidance-issued.v1": "there is no dossier yet",
        "intake-rejected.v1": "what was refused at intake is no dossier (REJ_IN)",
        "step-started.v1": _NO_FIGURE,
        "step-completed.v1": _NO_FIGURE,
        "consultation-requested.v1": _NO_FIGURE,
        "consultation-answered.v1": _NO_FIGURE,
        "supplement-requested.v1": _BY_CLOCK,
        "supplement-completed.v1": _BY_CLOCK,
        "financial-obligation-requested.v1": _BY_CLOCK,
        "financial-obligation-exempted.v1": _BY_CLOCK,
        "payment-received.v1": _BY_CLOCK,
        "deadline-extended.v1": _BY_CLOCK,
        "system-outage-recorded.v1": "an outage explains and never extends (DR-29)",
        "result-issued.v1": "a dossier is resolved when the result is at the counter (4.7.2)",
        "lateness-foreseen.v1": _BY_CLOCK,
        "apology-waived.v1": _BY_CLOCK,
        "escalation-acknowledged.v1": _NO_FIGURE,
        "feedback-received.v1": _OF_FEEDBACK,
        "feedback-refused.v1": _OF_FEEDBACK,
        "feedback-supplement-requested.v1": _OF_FEEDBACK,
        "feedback-answered.v1": _OF_FEEDBACK,
        "feedback-published.v1": _OF_FEEDBACK,
        "backdating-approved.v1": _BY_CLOCK,
        "calendar-change-applied.v1": _BY_CLOCK,
        "deadline-near-due.v1": "a reminder is no figure",
        "step-breached.v1": _NO_FIGURE,
        "second-breach-recorded.v1": _NO_FIGURE,
        "apology-pending-raised.v1": "only what is owed after the breach is counted (AR-01)",
        "escalation-raised.v1": _NO_FIGURE,
    }
)
