"""What stands in ClickHouse, page by page in the order of its tables, each row compared with the store's event."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from clickhouse_connect.driver.client import Client

from events.codec import from_structured
from events.errors import MessageError
from events.hash_chain import hash_of
from motcua.verifying.domain import CLICKHOUSE, Finding, Findings, StatisticsSide
from motcua.verifying.store_reading import StoredEvents, structured_of
from services.stats.adapters.queries import rows_of
from services.stats.domain.errors import RowOutOfRangeError
from services.stats.domain.reference import REFERENCE_COLUMNS, reference_row
from services.stats.domain.rows import EVENT_COLUMNS, LogPlace, data_text, row_for

ROWS_AT_ONCE = 5_000
FIRST_DAY = date(1970, 1, 1)
_OF_THE_LOG = frozenset({"appended_at", "_topic", "_partition", "_offset"})
Row = dict[str, Any]


def counted_upto(client: Client) -> dict[tuple[str, int], int]:
    """(topic, partition) -> the offset before which everything is in ClickHouse, as the loader reports it."""
    return {(one["topic"], one["partition"]): one["next_offset"] for one in rows_of(client, "counted_upto", {})}


class StatisticsReading:
    """Takes every row of both tables. What only the log says (`appended_at`, offsets) is not compared."""

    def __init__(self, side: StatisticsSide, store: StoredEvents, findings: Findings) -> None:
        self._side = side
        self._store = store
        self._findings = findings

    def read(self, client: Client) -> Iterator[int]:
        """Read; yields the count of rows after each page."""
        for question, id_column in (("verified_events", "dossier_id"), ("verified_reference_events", "stream_id")):
            behind: Row = {"opened_on": FIRST_DAY, "stream": "", "stream_seq": 0, "event_id": ""}
            while page := rows_of(client, question, {**behind, "rows": ROWS_AT_ONCE}):
                self._take(page, id_column)
                last = page[-1]
                behind = {
                    "opened_on": last.get("opened_on", FIRST_DAY),
                    "stream": last[id_column],
                    "stream_seq": last["stream_seq"],
                    "event_id": last["event_id"],
                }
                yield self._side.rows

    def _take(self, page: Sequence[Row], id_column: str) -> None:
        known = {stream for row in page if (stream := _stream_of(row[id_column])) is not None}
        states = self._store.states_of(known)
        for row in page:
            stream = _stream_of(row[id_column])
            if stream is None:
                what = "no stream has such an id"
                number = row["stream_seq"]
                self._findings.add(
                    Finding(stream=row[id_column], code=None, number=number, what=what, where=CLICKHOUSE)
                )
                continue
            state = states.get((stream, row["stream_seq"]))
            self._side.take(stream, row, None if state is None else _expected(state, row))


def _stream_of(said: str) -> int | None:
    try:
        return UUID(said).int
    except ValueError:
        return None


def _expected(state: bytes, row: Row) -> Mapping[str, Any]:
    """What the row must say. Nothing where the store's own event was changed: that is named where the store is read."""
    structured = structured_of(state)
    try:
        expected = {} if structured is None else _row_of(structured, row)
    except (MessageError, RowOutOfRangeError):
        return {}
    if any(row[name] != value for name, value in expected.items()) and hash_of(structured or {}) != (
        structured or {}
    ).get("hash"):
        return {}
    return expected


def _row_of(structured: Row, row: Row) -> Row:
    event = from_structured(structured)
    place = LogPlace("", 0, 0, event.envelope.recorded_at)
    if "opened_on" in row:
        named = zip(EVENT_COLUMNS, row_for(event, data_text(event), place), strict=True)
    else:
        named = zip(REFERENCE_COLUMNS, reference_row(event, data_text(event), place), strict=True)
    return {name: value for name, value in named if name not in _OF_THE_LOG}
