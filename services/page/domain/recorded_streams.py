"""Stored events of one dossier -> the stream that an explanation replays (`rules.explain`). Pure but for asking its questions.

In go rows of the table `events`; an event whose data can't be read any more has only its place in the stream. A dossier whose
past came late (an import, a once-a-day upload) is judged by the time of its whole partition (ADR 0012), so records of others
are asked for: `recorded_stream` is a generator that yields each question and is sent its rows.
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any, Final

import orjson
from msgspec import structs

from events import deadline
from events.catalog import CLASS_BY_TYPE, DEADLINE_TYPES
from events.data_codec import typed
from events.envelope import Envelope
from events.errors import MessageError
from rules.clocks.fact_of import ORDERS, fact_of
from rules.clocks.facts import Fact, Order
from rules.clocks.instants import Instant, micros
from rules.clocks.log_time import HISTORY_QUIET, LogTime, told_late_at
from rules.clocks.replay import Told
from rules.explain.recorded_stream import RecordedDue, RecordedStream

Row = Mapping[str, Any]
Question = dict[str, Any]
_WITH_A_DUE_DATE: Final = (deadline.DeadlineSet, deadline.DeadlineMoved, deadline.DeadlineRecomputed)
_FIRST_LOOK = 2_000
_NEXT_LOOK = 10


def recorded_stream(dossier_id: str, rows: Iterable[Row]) -> Generator[Question, Sequence[Row], RecordedStream]:
    """The stream; yields the parameters of `log_times.sql` where the time of the partition matters, and is sent the rows."""
    own: dict[int, tuple[Fact, Row]] = {}
    dues: list[tuple[int, Any, RecordedDue]] = []
    said: list[tuple[Row, Any]] = []
    code = None
    for row in rows:
        code = code or row["dossier_code"] or None
        data = _data(row)
        if row["event_type"] in DEADLINE_TYPES and row["_topic"] != "dossier-events":
            said.append((row, data))
        if isinstance(data, _WITH_A_DUE_DATE):
            dues.append((row["stream_seq"], row["recorded_at"], _recorded(row, data)))
        elif row["event_type"] not in DEADLINE_TYPES or row["_topic"] == "dossier-events":
            own[row["stream_seq"]] = (fact_at(row, data), row)
    history: list[Told] = []
    before: tuple[Fact, Row] | None = None
    catching_up_at: Instant = 0
    for seq in sorted(own):
        fact, row = own[seq]
        open_until: Instant = 0
        if before is not None and catching_up_at == before[0].known_at:  # as `StreamState.is_catching_up`
            open_until = yield from _open_until(before, (fact, row))
        history.append(Told(fact, open_until))
        before = fact, row
        if told_late_at(fact):
            catching_up_at = fact.known_at
    recorded = tuple(one for _, _, one in sorted(dues, key=lambda one: one[:2]))
    return RecordedStream(
        dossier_id=dossier_id,
        dossier_code=code,
        history=tuple(history),
        recorded=recorded,
        classes=_classes(said),
        passed_until=_passed_until(said, before[0]) if before else 0,
    )


def _classes(said: list[tuple[Row, Any]]) -> dict[str, deadline.Outcome]:
    in_order = sorted(said, key=lambda one: (one[0]["stream_seq"], one[0]["recorded_at"]))
    return {data.target_event_id: data.outcome for _, data in in_order if isinstance(data, deadline.EndingClassified)}


def _passed_until(said: list[tuple[Row, Any]], last: Fact) -> Instant:
    """Until when time passed after the last fact, as far as anything fell due then: just after the last of it."""
    later = [row for row, _ in said if micros(row["recorded_at"]) > last.known_at and row["stream_seq"] <= last.seq]
    return max((micros(row["occurred_at"]) + 1 for row in later), default=0)


def fact_at(row: Row, data: Any) -> Fact:
    """The fact of a stored event; it became known when its record was appended to the log."""
    envelope = Envelope(
        event_id=row["event_id"],
        source="",
        event_type=row["event_type"],
        dossier_id="",
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
        stream_seq=row["stream_seq"],
        opened_on=row["opened_on"],
        unit_id=row["unit_id"],
        dossier_code=row["dossier_code"] or None,
        is_history=row["is_history"],
    )
    return fact_of(envelope, data, micros(row["appended_at"]))


def _bare_fact(row: Row) -> Fact:
    """As much of a fact as the time of its partition depends on; its data isn't read."""
    fact = fact_at(row, None)
    is_order = CLASS_BY_TYPE.get(row["event_type"]) in ORDERS
    return Order(**structs.asdict(fact)) if is_order else fact


def _data(row: Row) -> Any:
    event_class = CLASS_BY_TYPE.get(row["event_type"])
    try:
        return typed(event_class, orjson.loads(row["data"] or "{}")) if event_class is not None else None
    except (MessageError, orjson.JSONDecodeError):
        return None


def _recorded(
    row: Row, data: deadline.DeadlineSet | deadline.DeadlineMoved | deadline.DeadlineRecomputed
) -> RecordedDue:
    return RecordedDue(
        clock=data.clock,
        clock_kind=data.clock_kind,
        seq=row["stream_seq"],
        original_due_at=data.original_due_at,
        lawful_due_at=data.lawful_due_at,
        promised_due_at=data.promised_due_at,
    )


def _open_until(before: tuple[Fact, Row], now: tuple[Fact, Row]) -> Generator[Question, Sequence[Row], Instant]:
    """The latest instant after one event up to the next at which the partition had been silent for long enough (0: none).

    Asked from the end backwards: where the last records are those of an ordinary day, the first look is enough.
    """
    first, last = before[1], now[1]
    if (first["_topic"], first["_partition"]) != (last["_topic"], last["_partition"]):
        return 0
    size = _FIRST_LOOK
    while True:
        rows = yield {
            "topic": last["_topic"],
            "partition": last["_partition"],
            "after": first["_offset"],
            "until": last["_offset"],
            "limit": size,
        }
        facts = [_bare_fact(row) for row in sorted(rows, key=lambda row: row["_offset"])]
        is_whole = len(rows) < size
        begin = before[0].known_at if is_whole or not facts else facts[0].known_at
        time = LogTime(catching_up_at=begin)
        for fact in facts:
            time.advance(fact, HISTORY_QUIET)
        if is_whole or time.open_until:
            return time.open_until
        size *= _NEXT_LOOK
