"""The event store for `verify`, in the order of its numbers or by streams; here an SQLite file, opened to read only.

Every question is short and its own transaction, so that whoever records meanwhile is not held up.
"""

import hashlib
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from events.codec import parse_json
from events.errors import UnreadableMessageError
from motcua.output import CommandError, ExitCode
from motcua.verifying.domain import STORE, Chain, Findings, Numbers

ROWS_AT_ONCE = 2_000
STREAMS_AT_ONCE = 500
_ROWS = (
    "SELECT rowid, originator_id, originator_version, CAST(state AS BLOB) FROM stored_events WHERE rowid > ? AND rowid <= ?"
    " ORDER BY rowid LIMIT ?"
)


class StoredRow(NamedTuple):
    """One event as it stands; `stream` is its id as an integer."""

    notification_id: int
    stream: int
    number: int
    state: bytes


class StoredEvents(Protocol):
    """A store, to read. `has_every_number`: its numbers have no gap, so that one shows that rows were deleted."""

    @property
    def has_every_number(self) -> bool:
        """Whether nothing in it gives a number away unused."""

    def last_id(self) -> int:
        """The number of the last event."""

    def rows(self, upto: int) -> Iterator[list[StoredRow]]:
        """Every event up to a number, in pages."""

    def states_of(self, streams: Collection[int]) -> dict[tuple[int, int], bytes]:
        """(stream, number) -> stored event, of every event of those streams."""


class StoreFile:
    """Reads one file; sqlite3.DatabaseError where it is damaged."""

    has_every_number = True

    def __init__(self, reading: sqlite3.Connection) -> None:
        self._reading = reading

    def last_id(self) -> int:
        """The number of the last event."""
        (last,) = self._reading.execute("SELECT coalesce(max(rowid), 0) FROM stored_events").fetchone()
        return int(last)

    def rows(self, upto: int) -> Iterator[list[StoredRow]]:
        """Every event up to a number, in pages."""
        last = 0
        while page := self._reading.execute(_ROWS, (last, upto, ROWS_AT_ONCE)).fetchall():
            last = page[-1][0]
            yield [StoredRow(no, _stream(stream), _number(number), state) for no, stream, number, state in page]

    def states_of(self, streams: Collection[int]) -> dict[tuple[int, int], bytes]:
        """(stream, number) -> stored event, of every event of those streams."""
        found: dict[tuple[int, int], bytes] = {}
        asked = [f"{one:032x}" for one in streams]
        for start in range(0, len(asked), STREAMS_AT_ONCE):
            part = asked[start : start + STREAMS_AT_ONCE]
            marks = ",".join("?" * len(part))
            rows = self._reading.execute(
                "SELECT originator_id, originator_version, CAST(state AS BLOB) FROM stored_events"  # noqa: S608  # marks only
                f" WHERE originator_id IN ({marks})",
                part,
            )
            found.update({(int(stream, 16), number): state for stream, number, state in rows})
        return found


def _stream(said: Any) -> int:
    """The id as an integer; what is no id any more gets one that no event says of itself, so it is named as damage."""
    text = str(said)
    try:
        return UUID(hex=text).int
    except ValueError:
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16])


def _number(said: Any) -> int:
    """SQLite keeps any value in any column; 0 is no event's number."""
    return said if isinstance(said, int) else 0


@contextmanager
def opened_store(path: Path) -> Iterator[StoreFile]:
    """The store, to read; CommandError where the file itself is damaged."""
    try:
        reading = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        try:
            yield StoreFile(reading)
        finally:
            reading.close()
    except sqlite3.OperationalError as error:
        raise CommandError(f"the store {path} can't be read: {error}", ExitCode.AWAY) from error
    except sqlite3.DatabaseError as error:
        raise CommandError(f"the store {path} is damaged as a file: {error}", ExitCode.FINDINGS) from error


class StoreReading:
    """Takes the rows one by one: numbers, content, chain."""

    def __init__(self, chain: Chain, findings: Findings, *, has_every_number: bool) -> None:
        self._chain = chain
        self._numbers = Numbers(findings) if has_every_number else None

    def take(self, row: StoredRow) -> tuple[int, dict[str, Any]] | None:
        """Index of the stream and the event, where it has its place."""
        if self._numbers is not None:
            self._numbers.take(row.notification_id)
        where = f"{STORE}, row {row.notification_id}"
        structured = structured_of(row.state)
        if structured is None:
            self._chain.take_unreadable(row.stream, row.number, where)
            return None
        index = self._chain.take(row.stream, row.number, structured, where)
        return None if index is None else (index, structured)


def structured_of(state: bytes) -> dict[str, Any] | None:
    """The stored event, None where it can't be read."""
    try:
        structured = parse_json(state)
    except UnreadableMessageError:
        return None
    return structured if isinstance(structured, dict) and structured else None
