"""Everything the clock says keeps the published contract (schemas/)."""

import orjson
import pytest
from jsonschema_rs import validator_for

from events.codec import dumps
from events.data_codec import plain
from events.deadline import DeadlineMoved
from events.schema_files import load_data_schemas
from tests.unit.deadlines.life import Life, at, term, told

LIVES = {
    "met": Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-04T08:00"),
    "given, breached": (
        Life()
        .accepted("2026-03-02T08:00", appointment_at=at("2026-03-09T10:00"))
        .apologised("2026-03-06T09:00", at("2026-03-12T17:00"))
        .ready("2026-03-11T10:00")
    ),
    "hours, moved": (
        Life().accepted("2026-03-02T08:00", term(30, "hour")).asked("2026-03-03T09:00").supplemented("2026-03-04T09:00")
    ),
}


@pytest.mark.parametrize("name", LIVES)
def test_what_is_said_is_valid_by_its_schema(name: str) -> None:
    schemas = load_data_schemas()
    said = told(LIVES[name])
    assert len(said) > 1
    for event in said:
        data = orjson.loads(dumps(plain(event.data)))
        assert [str(error) for error in validator_for(schemas[event.envelope.event_type]).iter_errors(data)] == []


def test_a_moved_appointment_has_no_restart_beside_it() -> None:
    life = Life().accepted("2026-03-02T08:00", appointment_at=at("2026-03-09T10:00"))
    life.asked("2026-03-03T09:00").supplemented("2026-03-05T09:00")
    (moved,) = [event.data for event in told(life) if isinstance(event.data, DeadlineMoved)]
    assert (moved.rule, moved.restart_due_at) == ("DR-20", None)
    assert moved.lawful_due_at == moved.pause_due_at == at("2026-03-11T10:00")
