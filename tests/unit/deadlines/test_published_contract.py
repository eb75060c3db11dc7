"""Everything the clocks say keeps the published contract (schemas/)."""

from functools import cache
from typing import Any

import orjson
import pytest
from jsonschema_rs import validator_for

from events.catalog import DEADLINE_TYPES
from events.codec import dumps
from events.data_codec import plain
from events.schema_files import load_data_schemas
from tests.unit.deadlines.calendars import NEW, swapped
from tests.unit.deadlines.life import PAYING, Life, at, term, told
from tests.unit.deadlines.test_redelivery import LIVES

MORE = {
    "met": Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-04T08:00"),
    "given, breached, promise broken": (
        Life()
        .accepted("2026-03-02T08:00", appointment_at=at("2026-03-09T10:00"))
        .apologised("2026-03-06T09:00", at("2026-03-12T17:00"))
    ),
    "hours, moved": (
        Life().accepted("2026-03-02T08:00", term(30, "hour")).asked("2026-03-03T09:00").supplemented("2026-03-04T09:00")
    ),
    "appointment, moved": (
        Life()
        .accepted("2026-03-02T08:00", appointment_at=at("2026-03-09T10:00"))
        .asked("2026-03-03T09:00")
        .supplemented("2026-03-05T09:00")
    ),
    "money": Life(procedure_code=PAYING)
    .accepted("2026-03-02T08:00")
    .owing("2026-03-03T09:00")
    .paid("2026-03-05T09:00"),
    "another calendar": Life().accepted("2026-03-02T08:00", term(9)).recalendared("2026-03-03T09:00", NEW),
}
WHOLE = LIVES | MORE


@cache
def validator(event_type: str) -> Any:
    return validator_for(load_data_schemas()[event_type])


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_said_is_valid_by_its_schema(name: str) -> None:
    emitted = told(WHOLE[name], "2026-12-01T00:00", of=swapped())
    assert emitted
    for event in emitted:
        data = orjson.loads(dumps(plain(event.data)))
        assert [str(error) for error in validator(event.envelope.event_type).iter_errors(data)] == []


def test_every_kind_of_word_is_said_by_one_of_these_lives() -> None:
    emitted = {
        event.envelope.event_type for life in WHOLE.values() for event in told(life, "2026-12-01T00:00", of=swapped())
    }
    assert emitted == set(DEADLINE_TYPES)
