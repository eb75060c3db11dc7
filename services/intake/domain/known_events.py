"""What may still be said about an earlier event of a stream: which fields can be corrected, whether its time can be approved."""

from functools import cache
from typing import Any, NamedTuple

from events.declaration import fields_of
from events.dossier import BackdatingApproved, DossierEvent, EventCorrected, IntegrityFlagRaised
from rules.clocks.fact_of import DATED


class KnownEvent(NamedTuple):
    """One recorded event: the fields that may be corrected in it, `time` among them, and whether its time may be approved."""

    correctable: frozenset[str]
    is_judged_by_time: bool


def known_event_of(data: DossierEvent) -> KnownEvent:
    """What is kept of an event. What a second person or intake itself has said is not corrected again."""
    event_class: Any = type(data)
    known = _of_class(event_class)
    if data.extra and known.correctable:
        return known._replace(correctable=known.correctable | data.extra.keys())
    return known


@cache
def _of_class(event_class: Any) -> KnownEvent:
    is_final = event_class in (EventCorrected, BackdatingApproved, IntegrityFlagRaised)
    fields = frozenset(one.name for one in fields_of(event_class)) | {"time"}
    return KnownEvent(frozenset() if is_final else fields, event_class in DATED)
