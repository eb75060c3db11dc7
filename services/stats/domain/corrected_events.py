"""The events of a dossier as its corrections leave them (B20): what the facts are folded from. The table `events` keeps both.

The time of an ending or of a letter only becomes later by a correction: the class that the clock stated stands for that time,
and no period that was over looks better for it.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from events.catalog import CLASS_BY_TYPE, DOSSIER_TYPES
from events.codec import dumps, parse_json
from events.corrections import FINAL, corrected_attributes, corrected_data
from events.data_codec import plain, typed
from events.errors import SchemaMismatchError
from events.results import ENDING_KIND_BY_TYPE
from services.stats.domain.rows import KnownEvent

CORRECTION: Final = "event-corrected.v1"
_ONLY_LATER: Final = frozenset({*ENDING_KIND_BY_TYPE, "apology-sent.v1"})


def as_corrected(events: Sequence[KnownEvent]) -> Sequence[KnownEvent]:
    """The same events in the same order. A correction that can't be read, or whose event isn't known yet, corrects nothing."""
    corrections = [event for event in events if event.event_type == CORRECTION]
    if not corrections:
        return events
    found = {event.event_id: event for event in events}
    for correction in corrections:
        said: Mapping[str, Any] = parse_json(correction.data.encode())
        target = found.get(said["target_event_id"])
        if target is not None and _is_correctable(target):
            with suppress(SchemaMismatchError):
                found[target.event_id] = _corrected(target, said["corrected_fields"])
    return list(found.values())


def _is_correctable(event: KnownEvent) -> bool:
    event_class = DOSSIER_TYPES.get(event.event_type)
    return event_class is not None and event_class not in FINAL


def _corrected(event: KnownEvent, fields: Mapping[str, Any]) -> KnownEvent:
    changes = corrected_attributes(fields)
    if event.event_type in _ONLY_LATER:
        changes["occurred_at"] = max(event.occurred_at, changes.get("occurred_at", event.occurred_at))
    if event.data:  # else nothing but the envelope says anything to the facts
        data = corrected_data(typed(CLASS_BY_TYPE[event.event_type], parse_json(event.data.encode())), fields)
        changes["data"] = dumps(plain(data)).decode()
        if "procedure_code" in fields:
            changes["procedure_code"] = getattr(data, "procedure_code", None) or event.procedure_code
    return event._replace(**changes)
