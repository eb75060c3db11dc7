"""Until when time has passed before an event is told, by the text of the law: TIME-1 to TIME-4."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

GRACE = timedelta(seconds=1)
_SILENCE = timedelta(seconds=10)
_HOUR = timedelta(hours=1)
ORDERS = (
    "dossier-reassigned-by-reorganisation.v1",
    "calendar-change-applied.v1",
    "apology-waived.v1",
    "backdating-approved.v1",
    "event-corrected.v1",
    "dossier-code-assigned.v1",
)


class Known(NamedTuple):
    """One record of the partition: when it became known, and whether it is of the past."""

    at: datetime
    is_past: bool


def known(event: Mapping[str, Any]) -> Known:
    """An event, which is a dict with `appended_at`, as the partition sees it (TIME-3)."""
    at: datetime = event["appended_at"]
    is_past = bool(event.get("history")) or at - datetime.fromisoformat(event["time"]) > _HOUR
    return Known(at, is_past and event["type"] not in ORDERS)


def passed_before(event: Mapping[str, Any], before: Known | None, between: Sequence[Known]) -> datetime:
    """Until when everything that fell due is said before an event.

    `before`: the event before it of its stream; `between`: what the partition got after that, up to this event itself.
    """
    this = known(event)
    own = min(datetime.fromisoformat(event["time"]), this.at)
    if before is None or not before.is_past:
        return max(own, this.at - GRACE)
    opened = gate(before, between)
    return own if opened is None else max(own, opened)


def gate(before: Known, between: Sequence[Known]) -> datetime | None:
    """TIME-4: until when the gate was open last for a stream that is catching up since `before`; None: never."""
    latest, opened = before.at, None
    for one in between:
        if one.at - latest >= _SILENCE:
            opened = one.at - GRACE
        if one.is_past:
            latest = one.at
    return opened


def passed_by_look(until: datetime, before: Known, after: Sequence[Known]) -> datetime | None:
    """Until when a look at the end judges; `until` is the instant up to which it may. None: not at all."""
    if not before.is_past:
        return until
    latest = max([before.at, *(one.at for one in after if one.is_past)])
    return until if until + GRACE - latest >= _SILENCE else gate(before, after)
