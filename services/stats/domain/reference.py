"""Reference events -> rows of `reference_events`, and all of these -> the periods of the units (ADR 0020). Pure.

The periods depend on the set of events only: each unit is folded from its own stream by number, and an event that comes twice is
one. Of a stream whose beginning has not come yet nothing is said.
"""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from events.catalog import REFERENCE_TYPES
from events.codec import parse_json
from events.data_codec import typed
from events.envelope import Event
from events.errors import UnknownEventTypeError
from events.units import UnitEvent
from rules.units.history import UnitHistory, history_of
from services.stats.domain.errors import RowOutOfRangeError
from services.stats.domain.levels import UnitPeriod
from services.stats.domain.periods import FIRST_DAY, LAST_DAY
from services.stats.domain.rows import LogPlace

REFERENCE_COLUMNS = (
    "stream_id", "stream_seq", "event_id", "event_type", "occurred_at", "recorded_at", "actor_id", "source", "data", "hash",
    "_partition", "_offset",
)  # fmt: skip
"""Columns of the table `reference_events` that the loader writes, in order."""
ReferenceRow = tuple[Any, ...]
_UINT32 = 2**32 - 1


class StoredReference(NamedTuple):
    """What the fold needs of a stored event; `data` is JSON."""

    stream_id: str
    stream_seq: int
    event_id: str
    event_type: str
    data: str


def reference_row(event: Event, data: str, place: LogPlace) -> ReferenceRow:
    """The row of one event. Raises UnknownEventTypeError or RowOutOfRangeError: then it is no event of a reference thing."""
    about = event.envelope
    if about.event_type not in REFERENCE_TYPES:
        raise UnknownEventTypeError(f"type: {about.event_type!r} does not belong on {place.topic}")
    for name in ("unit_id", "parent_id", "into_unit_id"):
        number = getattr(event.data, name, None)
        if number is not None and not 0 < number <= _UINT32:
            raise RowOutOfRangeError(f"{name}: {number} is not between 1 and {_UINT32}")
    return (
        about.dossier_id, about.stream_seq, about.event_id, about.event_type, about.occurred_at, about.recorded_at,
        about.actor_id or "", about.source, data, about.hash or "", place.partition, place.offset,
    )  # fmt: skip


def unit_periods(stored: Iterable[StoredReference]) -> list[UnitPeriod]:
    """The periods of every unit, by all events that are stored."""
    distinct = {one.event_id: one for one in stored}.values()
    ordered = sorted(distinct, key=lambda one: (one.stream_id, one.stream_seq))
    found: list[UnitPeriod] = []
    for _, stream in groupby(ordered, key=lambda one: one.stream_id):
        history = history_of([_unit_event(one) for one in stream])
        found += [] if history is None else _periods(history)
    return found


def _unit_event(stored: StoredReference) -> UnitEvent:
    return typed(REFERENCE_TYPES[stored.event_type], parse_json(stored.data.encode()))


def _periods(history: UnitHistory) -> list[UnitPeriod]:
    periods = [
        UnitPeriod(
            unit_id=history.unit_id,
            code=one.code,
            name=one.name,
            level=one.level,
            unit_type=one.unit_type,
            parent_id=one.parent_id or 0,
            valid_from=_within(one.valid_from),
            valid_until=LAST_DAY if one.valid_until is None else _within(one.valid_until),
            legal_basis=one.legal_basis,
        )
        for one in history.periods
    ]
    return [one for one in periods if one.valid_from < one.valid_until]


def _within(day: date) -> date:
    """What lies before the first day that the statistics hold has held since then."""
    return min(max(day, FIRST_DAY), LAST_DAY)
