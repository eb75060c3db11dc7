"""Events become rows without loss, or are refused before they can block a batch."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from events.codec import dumps, from_kafka, to_kafka, to_structured
from events.deadline import DeadlineSet
from events.envelope import Event
from services.stats.domain.errors import RowOutOfRangeError
from services.stats.domain.rows import EVENT_COLUMNS, DossierKey, EventRow, LogPlace, key_of, row_for
from services.stats.pipeline import row_of
from services.stats.ports import Record
from tests.unit.stats.dossiers import Dossier, at

APPENDED_AT = at("2026-03-02", "08:00")
EVENTS = Dossier("D", channel=2).accepted(at("2026-03-02")).due_at(at("2026-03-09", "17:00")).events


def row(of: Record) -> EventRow:
    return row_of(of, from_kafka(of.value, of.headers))


def with_envelope(**fields: object) -> Event:
    return replace(EVENTS[0], envelope=replace(EVENTS[0].envelope, **fields))  # type: ignore[arg-type]


def with_deadline(**fields: object) -> Event:
    assert isinstance(EVENTS[1].data, DeadlineSet)
    return replace(EVENTS[1], data=replace(EVENTS[1].data, **fields))  # type: ignore[arg-type]


def record(value: bytes, headers: list[tuple[str, bytes]]) -> Record:
    return Record(
        topic="dossier-events", partition=3, offset=42, appended_at=APPENDED_AT, key=b"D", value=value, headers=headers
    )  # type: ignore[arg-type]


def test_a_row_holds_the_envelope_the_data_and_where_it_stood() -> None:
    event = with_envelope(causation_id="c", extra={"newer": 1})
    row = dict(
        zip(
            EVENT_COLUMNS,
            row_for(event, '{"a":1}', LogPlace("dossier-events", 3, 42, event.envelope.recorded_at)),
            strict=True,
        )
    )

    assert (row["dossier_id"], row["opened_on"], row["stream_seq"]) == ("D", date(2026, 3, 2), 1)
    assert (row["occurred_at"], row["channel"], row["data"]) == (at("2026-03-02"), 2, '{"a":1}')
    chain = f'"prev_hash":"{event.envelope.prev_hash}","hash":"{event.envelope.hash}"'
    assert row["envelope"] == f'{{"causation_id":"c",{chain},"newer":1}}'
    assert (row["_topic"], row["_partition"], row["_offset"]) == ("dossier-events", 3, 42)
    assert key_of(tuple(row.values())) == DossierKey(date(2026, 3, 2), "D")


def test_the_data_of_a_binary_record_is_kept_byte_for_byte() -> None:
    _, value, headers = to_kafka(EVENTS[0])
    odd = b" " + value.replace(b":", b" : ", 1)

    assert row(record(odd, headers))[EVENT_COLUMNS.index("data")] == odd.decode()


def test_a_structured_record_gives_the_same_row_as_a_binary_one() -> None:
    _, value, headers = to_kafka(EVENTS[0])
    structured = dumps(to_structured(EVENTS[0]))
    content_type = [("content-type", b"application/cloudevents+json; charset=UTF-8")]

    assert row(record(structured, content_type)) == row(record(value, headers))


@pytest.mark.parametrize(
    "event",
    [
        with_envelope(opened_on=date(1969, 12, 31)),
        with_envelope(opened_on=date(2149, 6, 7)),
        with_envelope(occurred_at=datetime(1899, 1, 1, tzinfo=UTC)),
        with_envelope(recorded_at=datetime(2300, 1, 1, tzinfo=UTC)),
        with_envelope(unit_id=-1),
        with_envelope(unit_id=2**32),
        with_envelope(stream_seq=2**32),
        with_envelope(channel=256),
        Dossier("D").accepted(at("2026-03-02")).reassigned(2**32, at("2026-03-03")).events[-1],
        Dossier("D").accepted(at("2026-03-02")).due_at(at("2026-03-09")).breached(at("2026-03-09"), 2**32).events[-1],
        with_deadline(held_by_unit_id=-1),
        with_deadline(lawful_due_at=datetime(9999, 1, 1, tzinfo=UTC)),
        with_deadline(due_on=date(9999, 1, 1)),
        with_deadline(time_zone="Mars/Olympus"),
        with_deadline(time_zone="../etc/passwd"),
    ],
)
def test_what_doesnt_fit_its_column_is_refused(event: Event) -> None:
    with pytest.raises(RowOutOfRangeError):
        row_for(event, "{}", LogPlace("t", 0, 0, event.envelope.recorded_at))
