"""What is concluded is written as `events.codec` would write its event: byte by byte, header by header, in the same order."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import fields, replace

from events.catalog import DEADLINE_TYPES
from events.codec import from_kafka, to_kafka
from events.data_codec import typed
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.instants import Zone, micros
from rules.clocks.state import Subject
from services.deadlines.adapters.wire.record_writer import RecordWriter
from tests.unit.deadlines.derived import events_of
from tests.unit.deadlines.life import HANOI, Life, Watch, at, term
from tests.unit.deadlines.test_redelivery import LIVES

EXAMPLES = Path(__file__).parents[3] / "schemas" / "examples"
SUBJECT = Subject(
    opened_on=at("2026-03-02T08:00").toordinal(),
    unit_id=26734,
    dossier_code="H29.123",
    procedure_code="1.004859",
    calendar_id="vn-standard",
    calendar_version="2026.1",
    rule_set_id="vn-2025.1",
)
HANOI_ZONE = Zone(HANOI)
SUBJECTS = {
    "whole": SUBJECT,
    "bare": Subject(SUBJECT.opened_on, 0, None, None, "mars", "", "vn-2025.1"),
    "empty texts": Subject(SUBJECT.opened_on, 1, "", "", "vn-standard", "2026.1", "vn-2025.1"),
    "Vietnamese": Subject(SUBJECT.opened_on, 1, "Hồ sơ số 1", "1.00Đ", "lịch", "2026.1", "bộ-2025"),
}


def examples() -> list[Any]:
    return [
        pytest.param(event_type, json.loads(path.read_text(encoding="utf-8")), id=f"{event_type}/{path.stem}")
        for event_type in DEADLINE_TYPES
        for path in sorted((EXAMPLES / event_type / "valid").glob("*.json"))
    ]


def concluded(
    data: Any, subject: Subject = SUBJECT, zone: Zone = HANOI_ZONE, *, is_history: bool = False
) -> DerivedEvent:
    return DerivedEvent(
        kind=type(data),
        fields={field.name: getattr(data, field.name) for field in fields(data) if field.name != "extra"},
        subject=subject,
        zone=zone,
        clock="dossier",
        due_at=micros(at("2026-03-09T17:00")),
        tag=":A2",
        at=micros(at("2026-03-04T07:30:00.000001")),
        seq=3,
        causation_id="c-1",
        is_history=is_history,
        detected_at=micros(at("2026-03-04T07:30:01")),
        unit_id=31,
    )


def check(dossier_id: str, emitted: list[DerivedEvent]) -> None:
    events, records = events_of(dossier_id, emitted), RecordWriter().write(dossier_id, emitted)
    for event, (value, headers) in zip(events, records, strict=True):
        key, expected, expected_headers = to_kafka(event)
        assert key == dossier_id.encode()
        assert value == expected
        assert headers == expected_headers
        assert from_kafka(value, headers) == event


@pytest.mark.parametrize(("event_type", "data"), examples())
@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_kind_of_word_is_written_as_the_codec_writes_it(event_type: str, data: Any, subject: str) -> None:
    word: Any = replace(typed(DEADLINE_TYPES[event_type], data), extra={})
    emitted = [concluded(word, SUBJECTS[subject]), concluded(word, SUBJECTS[subject], is_history=True)]
    check("11111111-1111-5111-8111-111111111111", emitted)


def test_every_kind_of_word_has_an_example() -> None:
    assert {each.values[0] for each in examples()} == set(DEADLINE_TYPES)


@pytest.mark.parametrize("name", LIVES)
def test_every_word_about_a_life_is_written_as_the_codec_writes_it(name: str) -> None:
    watch = Watch()
    for event in LIVES[name].events:
        watch.hear(event)
    watch.look(at("2026-12-01T00:00"))
    assert watch.concluded
    check(watch.dossier_id, watch.concluded)


def test_one_writer_mixes_neither_zones_nor_subjects() -> None:
    word: Any = replace(typed(DEADLINE_TYPES["clock-not-armed.v1"], NOT_ARMED), extra={})
    zones = (HANOI_ZONE, Zone(ZoneInfo("Europe/Amsterdam")), HANOI_ZONE)
    check("d", [concluded(word, subject, zone) for zone in zones for subject in SUBJECTS.values()])


NOT_ARMED = {"clock": "dossier", "clock_kind": "dossier", "code": "no_term", "reason": "không có thời hạn"}


def test_an_ending_that_was_recorded_late_is_written_in_the_order_of_its_fields() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-06T09:00", delay=timedelta(days=7))
    watch = Watch(life.dossier_id)
    for event in life.events:
        watch.hear(event)
    written = RecordWriter().write(life.dossier_id, watch.concluded)
    expected = [to_kafka(event) for event in events_of(life.dossier_id, watch.concluded)]
    assert written == [(value, headers) for _, value, headers in expected]
