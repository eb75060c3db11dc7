"""Reference events -> rows of `reference_events`, and all of these -> the periods of units and officers (ADR 0020). Pure.

The periods depend on the set of events only: each thing is folded from its own stream by number, and an event that comes twice is
one. Of a unit whose beginning has not come yet nothing is said.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from events.catalog import REFERENCE_TYPES
from events.codec import parse_json
from events.data_codec import typed
from events.envelope import Event
from events.errors import UnknownEventTypeError
from events.reference import OfficerEvent, OfficerRole, ReferenceEvent, UnitEvent
from rules.officers.history import OfficerHistory
from rules.officers.history import history_of as officer_history_of
from rules.units.history import UnitHistory
from rules.units.history import history_of as unit_history_of
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


class OfficerPeriod(NamedTuple):
    """A place of an officer from `valid_from` until before `valid_until`; `deputy_of` empty: a place of one's own."""

    officer_id: str
    unit_id: int
    role: OfficerRole
    deputy_of: str
    valid_from: date
    valid_until: date
    is_absent: bool
    legal_basis: str


def unit_periods(stored: Iterable[StoredReference]) -> list[UnitPeriod]:
    """The periods of every unit, by all events that are stored."""
    return [one for history in _unit_histories(stored) for one in _periods(history)]


def officer_periods(stored: Iterable[StoredReference]) -> list[OfficerPeriod]:
    """The periods of every place of every officer, by all events that are stored; a place ends with its unit at the latest."""
    stored = list(stored)
    ends = {one.unit_id: one.ended_on for one in _unit_histories(stored)}
    found: list[OfficerPeriod] = []
    for stream in _streams(stored):
        said = [one for one in stream if isinstance(one, OfficerEvent)]
        history = officer_history_of(said)
        found += [] if history is None else _places(history.within(ends.get))
    return found


def _unit_histories(stored: Iterable[StoredReference]) -> Iterator[UnitHistory]:
    for stream in _streams(stored):
        history = unit_history_of([one for one in stream if isinstance(one, UnitEvent)])
        if history is not None:
            yield history


def _streams(stored: Iterable[StoredReference]) -> Iterator[list[ReferenceEvent]]:
    """What was said of each thing, in order."""
    distinct = {one.event_id: one for one in stored}.values()
    ordered = sorted(distinct, key=lambda one: (one.stream_id, one.stream_seq))
    for _, stream in groupby(ordered, key=lambda one: one.stream_id):
        yield [_said(one) for one in stream]


def _said(stored: StoredReference) -> ReferenceEvent:
    return typed(REFERENCE_TYPES[stored.event_type], parse_json(stored.data.encode()))


def _places(history: OfficerHistory) -> Iterator[OfficerPeriod]:
    """Each place in pieces: there, away, there again."""
    for one in history.assignments:
        first, last = _within(one.days.valid_from), LAST_DAY if one.days.valid_until is None else one.days.valid_until
        turns = {_within(day) for away in history.absences for day in away if day is not None}
        borders = sorted({first, *(day for day in turns if first < day < last), _within(last)})
        for valid_from, valid_until in pairwise(borders):
            yield OfficerPeriod(
                officer_id=history.officer_id,
                unit_id=one.unit_id,
                role=one.role,
                deputy_of=one.deputy_of or "",
                valid_from=valid_from,
                valid_until=valid_until,
                is_absent=history.is_absent_on(valid_from),
                legal_basis=one.legal_basis,
            )


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
