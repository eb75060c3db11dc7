"""What may still be said about an earlier event of a stream: which fields can be corrected, whether its time can be approved."""

from functools import cache
from typing import Any, NamedTuple

from events.corrections import ATTRIBUTES, FINAL
from events.declaration import fields_of
from events.dossier import DossierEvent
from rules.clocks.fact_of import DATED


class KnownEvent(NamedTuple):
    """One recorded event: what may be corrected in it, `time` and `unitid` included, and whether its time may be approved."""

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
    fields = frozenset(one.name for one in fields_of(event_class)) | ATTRIBUTES
    return KnownEvent(frozenset() if event_class in FINAL else fields, event_class in DATED)
