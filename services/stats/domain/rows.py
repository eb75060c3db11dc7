"""Event -> one row of the table `events`, and the narrow row that is read back to fold a dossier.

In go a decoded event and where it stood on Kafka; out comes a tuple in the order of EVENT_COLUMNS. Promise: a row that comes
out can be stored without loss; what can't is a RowOutOfRangeError (dead-letter), so that one event never blocks a batch.
"""

from datetime import date, datetime
from typing import Any, NamedTuple

from events.codec import dumps
from events.data_codec import plain
from events.deadline import DeadlineData, DeadlineSet, EndingClassified
from events.dossier import DossierReassignedByReorganisation, DossierTransferred
from events.envelope import Envelope, Event
from services.stats.domain.errors import RowOutOfRangeError
from services.stats.domain.periods import FIRST_DAY, LAST_DAY, zone_of

EVENT_COLUMNS = (
    "opened_on", "dossier_id", "stream_seq", "event_id", "event_type", "occurred_at", "recorded_at", "appended_at", "unit_id",
    "dossier_code", "procedure_code", "channel", "actor_id", "source", "is_history", "data", "envelope",
    "_topic", "_partition", "_offset",
)  # fmt: skip
"""Columns of the table `events` that the loader writes, in order; `ingested_at` is ClickHouse's own."""

_FIRST_YEAR, _LAST_YEAR = 1901, 2298  # one year inside what DateTime64 holds, whatever the offset
_UINT32 = 2**32 - 1
_REMAINING = (
    "actor_role", "actor_kind", "on_behalf_of", "source_event_ref", "correlation_id", "causation_id", "idempotency_key",
    "calendar_id", "calendar_version", "rule_set_version", "prev_hash", "hash",
)  # fmt: skip

EventRow = tuple[Any, ...]
"""Values in the order of EVENT_COLUMNS."""


class DossierKey(NamedTuple):
    """What finds a dossier in ClickHouse: partition and order of both tables start with it."""

    opened_on: date
    dossier_id: str


class LogPlace(NamedTuple):
    """Where a record stands in the log and since when."""

    topic: str
    partition: int
    offset: int
    appended_at: datetime


class KnownEvent(NamedTuple):
    """What the fold needs of one stored event; `data` is JSON text, empty for types whose data the fold doesn't read."""

    event_id: str
    stream_seq: int
    event_type: str
    occurred_at: datetime
    recorded_at: datetime
    unit_id: int
    dossier_code: str
    procedure_code: str
    channel: int
    source: str
    is_history: bool
    data: str


def row_for(event: Event, data: str, place: LogPlace) -> EventRow:
    """The row of one event. `data` is its JSON exactly as it was published. Raises RowOutOfRangeError."""
    about = event.envelope
    _check_envelope(about)
    _check_data(event)
    return (
        about.opened_on, about.dossier_id, about.stream_seq, about.event_id, about.event_type, about.occurred_at,
        about.recorded_at, place.appended_at, about.unit_id, about.dossier_code or "", about.procedure_code or "",
        about.channel or 0, about.actor_id or "", about.source, about.is_history, data, _remaining(about),
        place.topic, place.partition, place.offset,
    )  # fmt: skip


def key_of(row: EventRow) -> DossierKey:
    """The dossier that a row belongs to."""
    return DossierKey(row[0], row[1])


def known_event(event: Event) -> KnownEvent:
    """The event as the fold would read it back; for folding without ClickHouse."""
    about = event.envelope
    return KnownEvent(
        about.event_id, about.stream_seq, about.event_type, about.occurred_at, about.recorded_at, about.unit_id,
        about.dossier_code or "", about.procedure_code or "", about.channel or 0, about.source, about.is_history,
        data_text(event),
    )  # fmt: skip


def data_text(event: Event) -> str:
    """The event's data as JSON text."""
    return dumps(plain(event.data)).decode()


def _remaining(about: Envelope) -> str:
    named: dict[str, Any] = {name: value for name in _REMAINING if (value := getattr(about, name)) is not None}
    if about.is_unit_unchecked:
        named["is_unit_unchecked"] = True
    named.update(about.extra)
    return dumps(named).decode()


def _check_envelope(about: Envelope) -> None:
    _check_day("openedon", about.opened_on)
    _check_instant("time", about.occurred_at)
    _check_instant("recordedat", about.recorded_at)
    _check_number("streamseq", about.stream_seq, _UINT32)
    _check_number("unitid", about.unit_id, _UINT32)
    _check_number("channel", about.channel or 0, 255)


def _check_data(event: Event) -> None:
    match event.data:
        case DossierTransferred(to_unit_id=unit_id):
            _check_number("to_unit_id", unit_id, _UINT32)
        case DossierReassignedByReorganisation(new_unit_id=unit_id):
            _check_number("new_unit_id", unit_id, _UINT32)
        case DeadlineData() as data:
            _check_instant("due_on", data.due_on)
            for name in ("original_due_at", "lawful_due_at", "promised_due_at"):
                _check_instant(name, getattr(data, name))
            for name in ("latest_at", "sent_at", "missed_due_at"):
                if (at := getattr(data, name, None)) is not None:
                    _check_instant(name, at)
            _check_number("held_by_unit_id", getattr(data, "held_by_unit_id", 0), _UINT32)
            if isinstance(data, DeadlineSet):
                _check_zone(data.time_zone)
        case EndingClassified(judged_due_at=judged_due_at) if judged_due_at is not None:
            _check_instant("judged_due_at", judged_due_at)
        case _:
            pass


def _check_day(name: str, day: date) -> None:
    if not FIRST_DAY <= day <= LAST_DAY:
        raise RowOutOfRangeError(f"{name}: {day} is not between {FIRST_DAY} and {LAST_DAY}")


def _check_instant(name: str, instant: date) -> None:
    if not _FIRST_YEAR <= instant.year <= _LAST_YEAR:
        raise RowOutOfRangeError(f"{name}: {instant} is not between the years {_FIRST_YEAR} and {_LAST_YEAR}")


def _check_number(name: str, number: int, largest: int) -> None:
    if not 0 <= number <= largest:
        raise RowOutOfRangeError(f"{name}: {number} is not between 0 and {largest}")


def _check_zone(name: str) -> None:
    try:
        zone_of(name)
    except (KeyError, ValueError, OSError) as error:
        raise RowOutOfRangeError(f"time_zone: {name!r} is not a known time zone") from error
