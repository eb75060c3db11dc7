"""What the tests of explanations share: a life, everything the clocks said of it, and the explanation of both."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from events.envelope import Event
from rules.book.rulebook import Rulebook
from rules.explain.dossier_explanation import DossierExplanation, explain_dossier
from rules.explain.dossier_json import explanation_json
from rules.explain.recorded_stream import RecordedStream
from services.page.domain.recorded_streams import recorded_stream
from services.stats.domain.rows import EVENT_COLUMNS, LogPlace, data_text, row_for
from tests.unit.deadlines.life import Life, fold, procedures, rulebook, term


def rows_of(events: Sequence[Event], topic: str = "dossier-events") -> list[dict[str, Any]]:
    """The rows of ClickHouse of some events."""
    return [
        dict(zip(EVENT_COLUMNS, row_for(event, data_text(event), place_of(event, topic, number)), strict=True))
        for number, event in enumerate(events)
    ]


def explained(
    life: Life,
    said: Sequence[Event] | None = None,
    *,
    of: Rulebook | None = None,
    known_at: Sequence[datetime] | None = None,
) -> DossierExplanation:
    """The explanation of a life and of what was said of it; by default of what the processor says."""
    if said is None:
        _, said = fold(life.events)
    rows = rows_of(life.events)
    for row, moment in zip(rows, known_at or (), strict=False):
        row["appended_at"] = moment
    stream = stream_of(life.dossier_id, [*rows, *rows_of(said, "deadline-events")])
    return explain_dossier(stream, of or rulebook(), procedures())


def stream_of(dossier_id: str, rows: Sequence[dict[str, Any]]) -> RecordedStream:
    """The recorded stream of rows, to which no other dossier's records belong."""
    asking = recorded_stream(dossier_id, rows)
    try:
        question = next(asking)
        while True:
            question = asking.send(between(rows, question))
    except StopIteration as done:
        stream: RecordedStream = done.value
        return stream


def between(rows: Sequence[dict[str, Any]], question: dict[str, Any]) -> list[dict[str, Any]]:
    """What `log_times.sql` answers from these rows."""
    found = [
        row
        for row in rows
        if row["_topic"] == question["topic"] and question["after"] < row["_offset"] <= question["until"]
    ]
    return sorted(found, key=lambda row: -row["_offset"])[: question["limit"]]


def place_of(event: Event, topic: str, offset: int) -> LogPlace:
    """A place in the log, appended when it was recorded."""
    return LogPlace(topic, 0, offset, event.envelope.recorded_at)


def explained_json(life: Life, said: Sequence[Event] | None = None) -> dict[str, Any]:
    """The same as plain JSON."""
    return explanation_json(explained(life, said))


def three_policies() -> Life:
    """The dossier of domain.md 4.4.4: late by PAUSE, early by RESTART, late by 766."""
    return (
        Life()
        .accepted("2025-03-03T09:00", term(10))
        .asked("2025-03-06T10:00")
        .supplemented("2025-03-12T14:00")
        .ready("2025-03-24T10:00")
    )
