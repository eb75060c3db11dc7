"""The table of contents: wire type <-> class <-> topic. The schema of a type is `schemas/<type>.schema.json` (B2)."""

from types import MappingProxyType
from typing import Final

from events import deadline, dossier
from events.deadline import DeadlineEvent
from events.dossier import DossierEvent
from events.topics import Topic

DOSSIER_TYPES: Final = MappingProxyType(
    {
        "dossier-accepted.v1": dossier.DossierAccepted,
        "dossier-transferred.v1": dossier.DossierTransferred,
        "step-started.v1": dossier.StepStarted,
        "step-completed.v1": dossier.StepCompleted,
        "supplement-requested.v1": dossier.SupplementRequested,
        "supplement-completed.v1": dossier.SupplementCompleted,
        "result-issued.v1": dossier.ResultIssued,
        "result-ready-at-counter.v1": dossier.ResultReadyAtCounter,
        "result-delivered.v1": dossier.ResultDelivered,
        "dossier-withdrawn.v1": dossier.DossierWithdrawn,
        "processing-stopped.v1": dossier.ProcessingStopped,
        "dossier-returned.v1": dossier.DossierReturned,
        "apology-sent.v1": dossier.ApologySent,
        "event-corrected.v1": dossier.EventCorrected,
        "integrity-flag-raised.v1": dossier.IntegrityFlagRaised,
    }
)
"""Types on `dossier-events`."""

DEADLINE_TYPES: Final = MappingProxyType(
    {
        "deadline-set.v1": deadline.DeadlineSet,
        "deadline-moved.v1": deadline.DeadlineMoved,
        "deadline-near-due.v1": deadline.DeadlineNearDue,
        "dossier-breached.v1": deadline.DossierBreached,
        "apology-required.v1": deadline.ApologyRequired,
        "deadline-met.v1": deadline.DeadlineMet,
    }
)
"""Types on `deadline-events`."""

ACTION_TYPES: Final = frozenset(DOSSIER_TYPES) - {"integrity-flag-raised.v1"}
"""What a counter system may send: every dossier event except the flags that only the decision itself raises."""

CLASS_BY_TYPE: Final[MappingProxyType[str, type[DossierEvent] | type[DeadlineEvent]]] = MappingProxyType(
    {**DOSSIER_TYPES, **DEADLINE_TYPES}
)
TYPE_BY_CLASS: Final = MappingProxyType({event_class: name for name, event_class in CLASS_BY_TYPE.items()})


def topic_of(event_type: str) -> Topic:
    """The topic on which a type is published."""
    return Topic.DOSSIER_EVENTS if event_type in DOSSIER_TYPES else Topic.DEADLINE_EVENTS
