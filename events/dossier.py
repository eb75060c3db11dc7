"""What people did to a dossier: the events of the topic `dossier-events`, by theme (domain.md 4.2 A to G).

This module is the one list of them; each class stands in the module of its theme. All of them are said in the same way: see
`events.dossier_data`.
"""

from events.clock_stops import (
    ClockStopEvent,
    DeadlineExtended,
    FinancialObligationExempted,
    FinancialObligationRequested,
    PaymentReceived,
    SupplementCompleted,
    SupplementRequested,
    SystemOutageRecorded,
)
from events.control import (
    BackdatingApproved,
    CalendarChangeApplied,
    ControlEvent,
    DossierReassignedByReorganisation,
    EventCorrected,
    IntegrityFlagRaised,
)
from events.dossier_data import (
    DossierData,
    GivenTerm,
    JsonValue,
    TermUnit,
)
from events.feedback import (
    FeedbackAnswered,
    FeedbackEvent,
    FeedbackPublished,
    FeedbackReceived,
    FeedbackRefused,
    FeedbackSupplementRequested,
)
from events.handling import (
    ConsultationAnswered,
    ConsultationRequested,
    DossierTransferred,
    HandlingEvent,
    StepCompleted,
    StepStarted,
    TransferReceived,
    TransferRefused,
)
from events.lateness import (
    ApologySent,
    ApologyWaived,
    EscalationAcknowledged,
    LatenessEvent,
    LatenessForeseen,
)
from events.results import (
    DossierReopened,
    DossierReturned,
    DossierWithdrawn,
    ProcessingStopped,
    ResultDelivered,
    ResultEvent,
    ResultIssued,
    ResultReadyAtCounter,
)
from events.submission import (
    DossierAccepted,
    DossierSubmitted,
    IntakeGuidanceIssued,
    IntakeRejected,
    SubmissionEvent,
)

DossierEvent = (
    SubmissionEvent | HandlingEvent | ClockStopEvent | ResultEvent | LatenessEvent | FeedbackEvent | ControlEvent
)
"""Everything that can be said about a dossier; `match` over it is checked for completeness by mypy."""

__all__ = [
    "ApologySent",
    "ApologyWaived",
    "BackdatingApproved",
    "CalendarChangeApplied",
    "ConsultationAnswered",
    "ConsultationRequested",
    "DeadlineExtended",
    "DossierAccepted",
    "DossierData",
    "DossierEvent",
    "DossierReassignedByReorganisation",
    "DossierReopened",
    "DossierReturned",
    "DossierSubmitted",
    "DossierTransferred",
    "DossierWithdrawn",
    "EscalationAcknowledged",
    "EventCorrected",
    "FeedbackAnswered",
    "FeedbackEvent",
    "FeedbackPublished",
    "FeedbackReceived",
    "FeedbackRefused",
    "FeedbackSupplementRequested",
    "FinancialObligationExempted",
    "FinancialObligationRequested",
    "GivenTerm",
    "IntakeGuidanceIssued",
    "IntakeRejected",
    "IntegrityFlagRaised",
    "JsonValue",
    "LatenessForeseen",
    "PaymentReceived",
    "ProcessingStopped",
    "ResultDelivered",
    "ResultIssued",
    "ResultReadyAtCounter",
    "StepCompleted",
    "StepStarted",
    "SupplementCompleted",
    "SupplementRequested",
    "SystemOutageRecorded",
    "TermUnit",
    "TransferReceived",
    "TransferRefused",
]
