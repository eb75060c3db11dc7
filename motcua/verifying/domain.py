"""Whether every stream is the chain that was recorded, and the same in all places; and the root of a day. Pure.

A stream is a dossier with its feedback, a unit or an officer. Of each only its end is kept (number, 16 bytes of hash), so that a
million streams fit in memory; every event is looked at once and forgotten. What is damaged is a `Finding`: one for each cause,
so a changed event doesn't make those behind it wrong too. What is only on its way is counted apart.
"""

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from uuid import UUID

from events.hash_chain import CHANGED, KEPT, NO_HASH, hash_of, read_hash

ROOT_BYTES = 32
STORE, KAFKA, CLICKHOUSE = "store", "Kafka", "ClickHouse"
_UNREADABLE = b"\xff" * KEPT
_MOST = 2**32 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong: which stream (id), its code where the event says it, the event's number, what, and where."""

    stream: str
    code: str | None
    number: int
    what: str
    where: str


class Findings:
    """All that is wrong: counted, and the first `limit` kept."""

    def __init__(self, limit: int) -> None:
        self.count = 0
        self.first: list[Finding] = []
        self._limit = limit

    def add(self, finding: Finding) -> None:
        """One more."""
        self.count += 1
        if len(self.first) < self._limit:
            self.first.append(finding)


class Streams:
    """Every stream that was seen anywhere, numbered as it came; the ends in each place stand under that number."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers)

    def index_of(self, stream: int) -> int:
        """The place of a stream (its UUID as an integer)."""
        numbers = self._numbers
        return numbers.setdefault(stream, len(numbers))


class Ends:
    """Number and hash of the last event of each stream in one place; `kept` bytes of each hash, none for 0."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._numbers = array("I")
        self._hashes = bytearray()

    def number(self, index: int) -> int:
        """The last number of a stream, 0 where it has none here."""
        return self._numbers[index] if index < len(self._numbers) else 0

    def hash(self, index: int) -> bytes:
        """The beginning of the last hash; zeros, which is what GENESIS begins with, where there is none."""
        place = index * self._kept
        return bytes(self._hashes[place : place + self._kept]) or bytes(self._kept)

    def put(self, index: int, number: int, end_hash: bytes = b"") -> None:
        """Go on to an event."""
        missing = index + 1 - len(self._numbers)
        if missing > 0:
            self._numbers.extend([0] * missing)
            self._hashes.extend(bytes(missing * self._kept))
        self._numbers[index] = number
        place = index * self._kept
        self._hashes[place : place + self._kept] = end_hash[: self._kept]


class Chain:
    """The events of one place, each checked against the one before it in its stream."""

    def __init__(self, streams: Streams, findings: Findings) -> None:
        self.ends = Ends()
        self.events = 0
        self._streams = streams
        self._findings = findings

    def take(self, stream: int, number: int, structured: Mapping[str, Any], where: str) -> int | None:
        """Check one event (a structured CloudEvent) that stands here under `number`; its stream's index if it has this place.

        A record without a hash, and a second one of a number, never take a place: the right one may still come.
        """
        self.events += 1
        index = self._streams.index_of(stream)
        last = self.ends.number(index)
        claimed, before = read_hash(structured.get("hash")), read_hash(structured.get("prevhash"))
        wrong = _wrong_in_itself(stream, number, structured, claimed)
        if claimed is None or number <= last:
            wrong = wrong if claimed is None else f"a second event of number {number}"
        elif number > last + 1:
            self._say(structured, stream, last + 1, f"{_numbers(last + 1, number - 1)} missing", where)
        elif wrong is None and (before or b"")[:KEPT] != self.ends.hash(index) != _UNREADABLE:
            wrong = "it does not follow from the event before" if last else "a first event that has one before it"
        if wrong is not None:
            self._say(structured, stream, number, wrong, where)
        if claimed is None or not last < number <= _MOST:
            return None
        self.ends.put(index, number, claimed)
        return index

    def take_unreadable(self, stream: int, number: int, where: str) -> None:
        """Something that is no event any more has its place all the same: what follows it is not wrong for that."""
        self.events += 1
        self._say({}, stream, number, "it is no JSON any more", where)
        self.ends.put(self._streams.index_of(stream), number, _UNREADABLE)

    def _say(self, structured: Mapping[str, Any], stream: int, number: int, what: str, where: str) -> None:
        self._findings.add(
            Finding(stream=str(UUID(int=stream)), code=code_of(structured), number=number, what=what, where=where)
        )


def _wrong_in_itself(stream: int, number: int, structured: Mapping[str, Any], claimed: bytes | None) -> str | None:
    if claimed is None:
        return NO_HASH
    if str(structured.get("subject")).replace("-", "") != f"{stream:032x}":
        return f"it stands in this stream and says that it is of {structured.get('subject')!r}"
    if structured.get("streamseq") != number:
        return f"it stands under number {number} and says {structured.get('streamseq')!r}"
    if hash_of(structured) != structured["hash"]:
        return CHANGED
    return None


class StoreSide:
    """What the topics hold, compared with the store event by event as the store is read behind them."""

    def __init__(self, topic: Chain, published: int, findings: Findings) -> None:
        self._topic = topic
        self._published = published
        self._findings = findings
        self.on_their_way = 0

    def compare(self, stream: int, index: int, notification_id: int, store: Chain) -> None:
        """The event of the store that just got its place: the same on the topic, on its way there, or missing there."""
        number, last = store.ends.number(index), self._topic.ends.number(index)
        if number == last and self._topic.ends.hash(index) != store.ends.hash(index):
            self._say(stream, number, "the topic holds another event of this number (another hash)")
        elif number > last and notification_id > self._published:
            self.on_their_way += 1
        elif number > last:
            self._say(stream, number, "it is not on the topic, though later ones are")

    def close(self, streams: Iterable[int], store: Chain) -> None:
        """Name what the topics hold beyond the store, which was read after them."""
        for index, stream in enumerate(streams):
            first, last = store.ends.number(index) + 1, self._topic.ends.number(index)
            if last >= first:
                self._say(stream, first, f"{_numbers(first, last)} on the topic and not in the store")

    def _say(self, stream: int, number: int, what: str) -> None:
        self._findings.add(Finding(stream=str(UUID(int=stream)), code=None, number=number, what=what, where=KAFKA))


class StatisticsSide:
    """What ClickHouse holds: row by row as the store says it, and none missing that its loader has counted."""

    def __init__(self, streams: Streams, findings: Findings) -> None:
        self.rows = 0
        self.on_their_way = 0
        self._ends = Ends(0)
        self._streams = streams
        self._findings = findings

    def take(self, stream: int, row: Mapping[str, Any], expected: Mapping[str, Any] | None) -> None:
        """One row, in order within its stream; `expected` is what the store's event of that number says, None: there is none."""
        self.rows += 1
        index, number = self._streams.index_of(stream), int(row["stream_seq"])
        code, last = row.get("dossier_code") or None, self._ends.number(index)
        if number == last:
            self._say(stream, code, number, f"a second event of number {number}")
        elif number > last + 1:
            self._say(stream, code, last + 1, f"{_numbers(last + 1, number - 1)} missing")
        if expected is None:
            self._say(stream, code, number, "the store has no such event")
        elif differing := [name for name, value in expected.items() if row[name] != value]:
            self._say(stream, code, number, f"it says otherwise than the store: {', '.join(differing)}")
        self._ends.put(index, number)

    def compare(self, stream: int, index: int, number: int, *, is_counted: bool) -> None:
        """An event of the topic that has its place; `is_counted`: the loader says that everything up to it is in ClickHouse."""
        if number <= self._ends.number(index):
            return
        if is_counted:
            self._say(stream, None, number, "it is not in ClickHouse, though the loader has counted it")
        else:
            self.on_their_way += 1

    def _say(self, stream: int, code: str | None, number: int, what: str) -> None:
        self._findings.add(Finding(stream=str(UUID(int=stream)), code=code, number=number, what=what, where=CLICKHOUSE))


class Numbers:
    """The store's own numbers of its events: without a gap, for nothing in it gives one away unused."""

    def __init__(self, findings: Findings) -> None:
        self.last = 0
        self._findings = findings

    def take(self, notification_id: int) -> None:
        """The next row's number."""
        if notification_id != self.last + 1:
            what = f"store {_numbers(self.last + 1, notification_id - 1)} missing: rows were deleted"
            self._findings.add(Finding(stream="", code=None, number=self.last + 1, what=what, where=STORE))
        self.last = notification_id


class Root:
    """The hash over all streams' last hashes as of the end of a local day: docs/operations.md says how to work it out."""

    def __init__(self, before: datetime) -> None:
        self._before = before
        self._ends = Ends(ROOT_BYTES)

    def take(self, index: int, structured: Mapping[str, Any]) -> None:
        """One event that is as it was sealed; it counts if it was recorded before the day ended.

        Intake says of every event when that was. One that says nothing of the kind is not intake's, and changes the root.
        """
        try:
            is_of_then = datetime.fromisoformat(structured["recordedat"]) < self._before
        except (KeyError, TypeError, ValueError):
            is_of_then = True
        if is_of_then:
            self._ends.put(index, structured["streamseq"], bytes.fromhex(structured["hash"]))

    def value(self, streams: Iterable[int]) -> str:
        """SHA-256 over a line `<stream> <number> <hash>` for each stream, in order of the ids; 64 hex digits."""
        digest = hashlib.sha256()
        for stream, index in sorted((stream, index) for index, stream in enumerate(streams)):
            if number := self._ends.number(index):
                digest.update(f"{UUID(int=stream)} {number} {self._ends.hash(index).hex()}\n".encode())
        return digest.hexdigest()


def end_of(day: date, zone: tzinfo) -> datetime:
    """The first instant after a local day, aware."""
    return datetime.combine(day + timedelta(days=1), time.min, zone)


def code_of(structured: Mapping[str, Any]) -> str | None:
    """The dossier's code as the event says it."""
    code = structured.get("dossiercode")
    return code if isinstance(code, str) else None


def _numbers(first: int, last: int) -> str:
    return f"number {first} is" if first == last else f"numbers {first} to {last} are"
