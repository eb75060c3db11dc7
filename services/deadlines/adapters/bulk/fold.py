"""The whole log through the pipeline in one go: records in, records out, states in memory.

Serves the bulk path and the verification of what was emitted: both fold partition by partition with the log's own times, as the
live worker does, and let time pass at the end as a tick would. Only one partition's states are in memory at a time.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from msgspec.structs import replace

from events.codec import Headers
from events.errors import MessageError
from events.hash_chain import Link
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.errors import PutAsideError
from rules.clocks.facts import Fact
from rules.clocks.instants import Instant
from rules.clocks.log_time import LogTime
from rules.clocks.state import StreamState
from services.deadlines.adapters.wire.fact_reader import read_linked
from services.deadlines.adapters.wire.record_writer import RecordWriter
from services.deadlines.pipeline import Pipeline, Taken

_MILLISECOND = 1000


class DerivedRecord(NamedTuple):
    """One derived event as a record of `deadline-events`."""

    key: bytes
    value: bytes
    headers: Headers

    @property
    def event_id(self) -> bytes:
        """The id of the event; the third header, because the writer puts it there."""
        return self.headers[2][1]


class Content(NamedTuple):
    """All that must be the same however often an event is emitted: everything but the time of detection, as two hashes."""

    attributes: int
    data: int


class Refused(NamedTuple):
    """A record that can't be understood, or that the fold can't take (`PutAsideError`), and why."""

    record: Any
    error: Exception


class _Folded(NamedTuple):
    """What one record came to, not written yet."""

    record: Any
    key: bytes
    read: tuple[Fact, Link]
    before: StreamState | None
    taken: Taken


@dataclass(slots=True)
class PartitionFold:
    """One partition's streams and its time."""

    states: dict[bytes, StreamState] = field(default_factory=dict)
    time: LogTime = field(default_factory=LogTime)
    event_count: int = 0
    refused: list[Refused] = field(default_factory=list)


class BulkFold:
    """Folds partitions; keeps every stream of a partition that is open or not yet to be forgotten."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._writer = RecordWriter()
        self.grace = pipeline.grace

    def fold(self, here: PartitionFold, records: Iterable[Any]) -> list[DerivedRecord]:
        """Fold records of one partition, in order; the records to be written because of them.

        A record that the fold can't take is among `refused`, and its stream is put aside, as the live worker does it (TIME-8).
        """
        states, time, on_record = here.states, here.time, self._pipeline.on_record
        all_folded: list[_Folded] = []
        # Each step for all records before the next step: that keeps its code and data in the processor's caches.
        for record, fact, link in self._read(here, records):
            key = record.key
            before = states.get(key)
            taken = on_record(before, fact, link, time)
            if taken.state is not None:
                states[key] = taken.state
            else:  # forgotten by now, or never known
                states.pop(key, None)
            if taken.refusal is not None:
                here.refused.append(Refused(record, taken.refusal))
            if taken.emitted:
                all_folded.append(_Folded(record, key, (fact, link), before, taken))
        out: list[DerivedRecord] = []
        unwritten: set[bytes] = set()
        for folded in all_folded:
            out += self._written_or_refused(here, folded, unwritten)
        return out

    def _written_or_refused(self, here: PartitionFold, folded: _Folded, unwritten: set[bytes]) -> list[DerivedRecord]:
        """The records of what was derived. Where they can't be written the stream is put aside, from this fact on."""
        key = folded.key
        if key in unwritten:
            here.refused.append(Refused(folded.record, PutAsideError(here.states[key].aside)))
            return []
        try:
            return self._written(key, folded.taken.emitted)
        except Exception as error:  # noqa: BLE001 nothing that one stream brings may stop the others (promise 12)
            unwritten.add(key)
            taken = self._pipeline.refuse(folded.before, *folded.read, error)
            after, last = taken.state, here.states.get(key)
            assert after is not None  # noqa: S101 a stream that is put aside is kept
            is_behind = last is not None and last.seq > after.seq
            here.states[key] = replace(after, seq=last.seq, links=last.links) if last and is_behind else after
            here.refused.append(Refused(folded.record, PutAsideError(after.aside)))
            return self._written(key, taken.emitted)

    def _read(self, here: PartitionFold, records: Iterable[Any]) -> list[tuple[Any, Fact, Link]]:
        facts: list[tuple[Any, Fact, Link]] = []
        for record in records:
            key = record.key
            try:
                known_at = record.timestamp * _MILLISECOND
                facts.append((record, *read_linked(key, record.value, record.headers, known_at)))
            except MessageError as error:
                here.refused.append(Refused(record, error))
        here.event_count += len(facts)
        return facts

    def pass_time(self, here: PartitionFold, until: Instant, detected_at: Instant) -> Iterator[list[DerivedRecord]]:
        """Emit what fell due since, as ticks would have by now; forgets streams that are over."""
        is_silent = self._pipeline.is_silent(here.time, until + self.grace)
        for key, state in list(here.states.items()):
            if state.next_at >= until or (state.is_catching_up and not is_silent):
                continue
            checked = self._pipeline.on_check(state, until, detected_at)
            if checked.is_over or checked.state is None:
                del here.states[key]
                continue
            try:
                records = self._written(key, checked.emitted)
            except Exception as error:  # noqa: BLE001 the same
                checked = self._pipeline.refuse_look(state, until, detected_at, error)
                records = self._written(key, checked.emitted)
            here.states[key] = checked.state or state
            if records:
                yield records

    def pass_open_gates(
        self, here: PartitionFold, until: Instant, detected_at: Instant
    ) -> Iterator[list[DerivedRecord]]:
        """Emit what ticks may have said of streams that wait now: while the partition was silent their time counted (TIME-4).

        The gate was open until `open_until` became known, and nobody can tell from the log whether a tick came in that time.
        """
        opened = min(until, here.time.open_until - self.grace)
        for key, state in list(here.states.items()):
            if state.is_catching_up and state.next_at < opened and here.time.open_until > state.known_at:
                checked = self._pipeline.on_check(state, opened, detected_at)
                if checked.state is not None:
                    here.states[key] = checked.state
                    yield self._written(key, checked.emitted)

    def _written(self, key: bytes, emitted: list[DerivedEvent]) -> list[DerivedRecord]:
        return [DerivedRecord(key, value, headers) for value, headers in self._writer.write(key.decode(), emitted)]


def content_of(record: Any) -> Content:
    """The content of a record, or of what is to be one; equal only within this process."""
    value = record.value or b""
    with suppress(orjson.JSONDecodeError):  # nothing of ours; it is then compared byte by byte
        value = orjson.dumps(orjson.loads(value), option=orjson.OPT_SORT_KEYS)
    attributes = frozenset((name, one) for name, one in record.headers if name != "ce_recordedat")
    return Content(hash((record.key, attributes)), hash(value))
