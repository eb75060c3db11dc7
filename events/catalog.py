"""The table of contents: wire type <-> class <-> topic, as the unions of `events` say."""

from types import MappingProxyType
from typing import Any, Final, get_args

from events.deadline import DeadlineEvent
from events.declaration import wire_type_of
from events.dossier import DossierEvent, IntegrityFlagRaised
from events.reference import ReferenceEvent


def _by_type(union: Any) -> MappingProxyType[str, Any]:
    return MappingProxyType({wire_type_of(event_class): event_class for event_class in get_args(union)})


DOSSIER_TYPES: Final[MappingProxyType[str, type[DossierEvent]]] = _by_type(DossierEvent)
"""Types on `dossier-events`."""

DEADLINE_TYPES: Final[MappingProxyType[str, type[DeadlineEvent]]] = _by_type(DeadlineEvent)
"""Types on `deadline-events`. A flag is the one type on both topics: whoever sees the rule broken raises it."""

REFERENCE_TYPES: Final[MappingProxyType[str, type[ReferenceEvent]]] = _by_type(ReferenceEvent)
"""Types on `reference-events`."""

DOSSIER_ACTION_TYPES: Final = frozenset(DOSSIER_TYPES) - {wire_type_of(IntegrityFlagRaised)}
"""What may be sent about a dossier: every dossier event except the flags that only the decision itself raises."""

ACTION_TYPES: Final = DOSSIER_ACTION_TYPES | frozenset(REFERENCE_TYPES)
"""What may be sent."""

CLASS_BY_TYPE: Final[MappingProxyType[str, type[DossierEvent] | type[DeadlineEvent] | type[ReferenceEvent]]] = (
    MappingProxyType({**DOSSIER_TYPES, **DEADLINE_TYPES, **REFERENCE_TYPES})
)
TYPE_BY_CLASS: Final = MappingProxyType({event_class: name for name, event_class in CLASS_BY_TYPE.items()})
