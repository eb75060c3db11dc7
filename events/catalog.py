"""The table of contents: wire type <-> class <-> topic. The schema of a type is `schemas/<type>.schema.json` (B2)."""

from types import MappingProxyType
from typing import Final

from events import deadline, dossier
from events.deadline import DeadlineEvent
from events.dossier import DossierEvent
from events.topics import Topic

DOSSIER_TYPES: Final = MappingProxyType(
    {
        "dossier-submitted.v1": dossier.DossierSubmitted,
        "intake-guidance-issued.v1": dossier.IntakeGuidanceIssued,
        "intake-rejected.v1": dossier.IntakeRejected,
        "dossier-accepted.v1": dossier.DossierAccepted,
        "dossier-transferred.v1": dossier.DossierTransferred,
        "transfer-received.v1": dossier.TransferReceived,
        "transfer-refused.v1": dossier.TransferRefused,
        "step-started.v1": dossier.StepStarted,
        "step-completed.v1": dossier.StepCompleted,
        "consultation-requested.v1": dossier.ConsultationRequested,
        "consultation-answered.v1": dossier.ConsultationAnswered,
        "supplement-requested.v1": dossier.SupplementRequested,
        "supplement-completed.v1": dossier.SupplementCompleted,
        "financial-obligation-requested.v1": dossier.FinancialObligationRequested,
        "financial-obligation-exempted.v1": dossier.FinancialObligationExempted,
        "payment-received.v1": dossier.PaymentReceived,
        "deadline-extended.v1": dossier.DeadlineExtended,
        "system-outage-recorded.v1": dossier.SystemOutageRecorded,
        "result-issued.v1": dossier.ResultIssued,
        "result-ready-at-counter.v1": dossier.ResultReadyAtCounter,
        "result-delivered.v1": dossier.ResultDelivered,
        "dossier-withdrawn.v1": dossier.DossierWithdrawn,
        "processing-stopped.v1": dossier.ProcessingStopped,
        "dossier-returned.v1": dossier.DossierReturned,
        "dossier-reopened.v1": dossier.DossierReopened,
        "lateness-foreseen.v1": dossier.LatenessForeseen,
        "apology-sent.v1": dossier.ApologySent,
        "apology-waived.v1": dossier.ApologyWaived,
        "escalation-acknowledged.v1": dossier.EscalationAcknowledged,
        "feedback-received.v1": dossier.FeedbackReceived,
        "feedback-refused.v1": dossier.FeedbackRefused,
        "feedback-supplement-requested.v1": dossier.FeedbackSupplementRequested,
        "feedback-answered.v1": dossier.FeedbackAnswered,
        "feedback-published.v1": dossier.FeedbackPublished,
        "event-corrected.v1": dossier.EventCorrected,
        "backdating-approved.v1": dossier.BackdatingApproved,
        "dossier-reassigned-by-reorganisation.v1": dossier.DossierReassignedByReorganisation,
        "calendar-change-applied.v1": dossier.CalendarChangeApplied,
        "integrity-flag-raised.v1": dossier.IntegrityFlagRaised,
    }
)
"""Types on `dossier-events`."""

DEADLINE_TYPES: Final = MappingProxyType(
    {
        "deadline-set.v1": deadline.DeadlineSet,
        "deadline-moved.v1": deadline.DeadlineMoved,
        "deadline-recomputed.v1": deadline.DeadlineRecomputed,
        "clock-paused.v1": deadline.ClockPaused,
        "clock-resumed.v1": deadline.ClockResumed,
        "clock-restarted.v1": deadline.ClockRestarted,
        "deadline-near-due.v1": deadline.DeadlineNearDue,
        "step-breached.v1": deadline.StepBreached,
        "dossier-breached.v1": deadline.DossierBreached,
        "second-breach-recorded.v1": deadline.SecondBreachRecorded,
        "apology-pending-raised.v1": deadline.ApologyPendingRaised,
        "apology-lapsed.v1": deadline.ApologyLapsed,
        "apology-required.v1": deadline.ApologyRequired,
        "escalation-raised.v1": deadline.EscalationRaised,
        "deadline-met.v1": deadline.DeadlineMet,
        "ending-classified.v1": deadline.EndingClassified,
        "apology-classified.v1": deadline.ApologyClassified,
        "clock-not-armed.v1": deadline.ClockNotArmed,
        "integrity-flag-raised.v1": dossier.IntegrityFlagRaised,
    }
)
"""Types on `deadline-events`. A flag is the one type on both topics: whoever sees the rule broken raises it."""

ACTION_TYPES: Final = frozenset(DOSSIER_TYPES) - {"integrity-flag-raised.v1"}
"""What a counter system may send: every dossier event except the flags that only the decision itself raises."""

CLASS_BY_TYPE: Final[MappingProxyType[str, type[DossierEvent] | type[DeadlineEvent]]] = MappingProxyType(
    {**DOSSIER_TYPES, **DEADLINE_TYPES}
)
TYPE_BY_CLASS: Final = MappingProxyType({event_class: name for name, event_class in CLASS_BY_TYPE.items()})


def topic_of(event_type: str) -> Topic:
    """The topic on which a type is published; a flag's own place is `dossier-events`, though the clocks may raise one too."""
    return Topic.DOSSIER_EVENTS if event_type in DOSSIER_TYPES else Topic.DEADLINE_EVENTS
