"""The fold as the worker calls it: an event goes onto the wire, is read as a fact with its time in the log, and is folded in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache

from events.codec import to_kafka
from events.envelope import Event
from rules.book.procedure_files import load_procedures
from rules.book.procedures import ProcedureCatalogue
from rules.book.rulebook import Rulebook
from rules.book.rulebook_files import load_rulebook
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.facts import Fact
from rules.clocks.instants import micros
from rules.clocks.log_time import LogTime
from rules.clocks.state import StreamState
from services.deadlines.adapters.wire.fact_reader import read_fact
from services.deadlines.pipeline import Pipeline
from tests.unit.deadlines.derived import events_of

DOSSIER_ID = "11111111-1111-5111-8111-111111111111"


@cache
def rulebook() -> Rulebook:
    """The published rulebook, read once."""
    return load_rulebook()


@cache
def procedures() -> ProcedureCatalogue:
    """The published catalogue of procedures, read once."""
    return load_procedures(rulebook().default_rule_set)


@cache
def pipeline() -> Pipeline:
    """The pipeline on what is published, with the lengths of the worker."""
    return Pipeline(rulebook(), procedures())


def fact_of(event: Event, known_at: datetime | None = None) -> Fact:
    """The fact of an event, read from its record; it became known when it was recorded, unless told otherwise."""
    key, value, headers = to_kafka(event)
    return read_fact(key, value, headers, micros(known_at or event.envelope.recorded_at))


class Watch:
    """One stream under the eyes of the processor: its state, the time of its partition, and everything said so far."""

    def __init__(self, dossier_id: str = DOSSIER_ID, of: Pipeline | None = None) -> None:
        self.dossier_id = dossier_id
        self.pipeline = of or pipeline()
        self.state: StreamState | None = None
        self.time = LogTime()
        self.emitted: list[Event] = []
        self.concluded: list[DerivedEvent] = []

    def hear(self, event: Event, known_at: datetime | None = None) -> list[Event]:
        """An event arrives; what is said of it."""
        self.state, emitted = self.pipeline.on_fact(self.state, fact_of(event, known_at), self.time)
        return self._emit(emitted)

    def look(self, until: datetime, detected_at: datetime | None = None) -> list[Event]:
        """Time passes, up to the horizon `until`; what is said of it."""
        if self.state is None:
            return []
        turned = self.pipeline.on_check(self.state, micros(until), micros(detected_at or until))
        self.state = turned.state
        return self._emit(turned.emitted)

    def _emit(self, emitted: list[DerivedEvent]) -> list[Event]:
        self.concluded.extend(emitted)
        told = list(events_of(self.dossier_id, emitted))
        self.emitted.extend(told)
        return told


def fold(
    events: Iterable[Event],
    state: StreamState | None = None,
    known_at: Sequence[datetime] | None = None,
    *,
    time: LogTime | None = None,
    of: Pipeline | None = None,
) -> tuple[StreamState | None, list[Event]]:
    """The last state, and everything said on the way. `known_at`: when each event became known, else when it was recorded."""
    events = list(events)
    watch = Watch(events[0].envelope.dossier_id if events else "", of)
    watch.state, watch.time = state, time or LogTime()
    moments: Sequence[datetime | None] = known_at if known_at is not None else [None] * len(events)
    for event, moment in zip(events, moments, strict=True):
        watch.hear(event, moment)
    return watch.state, watch.emitted
