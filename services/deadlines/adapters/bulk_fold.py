"""The whole log through the pipeline in one go: records in, records out, states in memory.

Serves the bulk path and the verification of what was said: both fold partition by partition with the log's own times, as the
live worker does, and let time pass at the end as a tick would.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from events.codec import Headers
from events.errors import MessageError
from services.deadlines.adapters.fact_reader import read_fact
from services.deadlines.adapters.record_writer import RecordWriter
from services.deadlines.domain.instants import Instant
from services.deadlines.domain.outputs import Conclusion
from services.deadlines.domain.state import DossierState
from services.deadlines.pipeline import LogTime, Pipeline

_MILLISECOND = 1000


class Said(NamedTuple):
    """One deadline event as a record."""

    key: bytes
    value: bytes
    headers: Headers

    @property
    def event_id(self) -> bytes:
        """The id of the event; the third header, because the writer puts it there."""
        return self.headers[2][1]


class Refused(NamedTuple):
    """A record that can't be understood, and why."""

    record: Any
    error: MessageError


@dataclass(slots=True)
class PartitionFold:
    """One partition's streams and its time."""

    partition: int
    states: dict[bytes, DossierState] = field(default_factory=dict)
    time: LogTime = field(default_factory=LogTime)
    event_count: int = 0


class BulkFold:
    """Folds partitions; keeps every stream that is open or not yet to be forgotten."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._writer = RecordWriter()
        self.partitions: dict[int, PartitionFold] = {}
        self.refused: list[Refused] = []

    def fold(self, partition: int, records: Iterable[Any]) -> list[Said]:
        """Fold records of one partition, in order; what is to be said.

        Raises:
            StreamGapError: an event of a stream is missing.
        """
        here = self.partitions.get(partition)
        if here is None:
            here = self.partitions[partition] = PartitionFold(partition)
        states, time, on_fact, out = here.states, here.time, self._pipeline.on_fact, []
        for record in records:
            key = record.key
            try:
                fact = read_fact(key, record.value, record.headers, record.timestamp * _MILLISECOND)
            except MessageError as error:
                self.refused.append(Refused(record, error))
                continue
            here.event_count += 1
            after, said = on_fact(states.get(key), fact, time)
            if after is not None:
                states[key] = after
            if said:
                out += self._written(key, said)
        return out

    def pass_time(self, partition: int, until: Instant, detected_at: Instant) -> Iterator[list[Said]]:
        """Say what fell due since, as ticks would have by now; forgets streams that are over."""
        here = self.partitions.get(partition)
        if here is None:
            return
        is_silent = self._pipeline.is_silent(here.time, until + self._pipeline.grace)
        for key, state in list(here.states.items()):
            if state.next_at >= until or (state.is_catching_up and not is_silent):
                continue
            turned = self._pipeline.on_check(state, until, detected_at)
            if turned.is_over or turned.state is None:
                del here.states[key]
                continue
            here.states[key] = turned.state
            if turned.said:
                yield self._written(key, turned.said)

    def _written(self, key: bytes, said: list[Conclusion]) -> list[Said]:
        return [Said(key, value, headers) for value, headers in self._writer.write(key.decode(), said)]
