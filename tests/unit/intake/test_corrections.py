"""A correction is asked as if the event were reported today with the corrected values (domain.md 4.1, B20)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec import structs

from services.intake.domain.actions import Action, Refusal
from services.intake.domain.dossier import DossierState
from services.intake.domain.sealing import Sealed, seal
from services.intake.domain.unit_register import Units
from tests.unit.intake.counter import HISTORY_SOURCE, NOW, START, action, judge

EXTENDED = {"new_due_at": "2026-06-16T17:00:00+07:00", "legal_basis": "Luật", "approver_id": "ld-1"}


class Stream:
    """One dossier as it is recorded, action by action."""

    def __init__(self, *actions: Action) -> None:
        self.sealed: list[Sealed] = []
        for one in actions:
            self.take(one)

    @property
    def state(self) -> DossierState | None:
        return self.sealed[-1].state if self.sealed else None

    def take(self, one: Action) -> None:
        self.sealed += seal(self.state, one, (), NOW, START.date())

    def events(self, _: UUID, __: int) -> Sequence[Mapping[str, Any]]:
        return [one.structured for one in self.sealed]

    def corrected(self, target: Action, fields: dict[str, Any], number: int = 9, **attributes: Any) -> Refusal | None:
        """Why a correction is refused; it is recorded if it isn't."""
        data = {"target_event_id": target.event_id, "corrected_fields": fields}
        one = action("event-corrected.v1", number, data=data, **attributes)
        decision = judge().judge(self.state, one, NOW, self.events, Units())
        if isinstance(decision, Refusal):
            return decision
        self.take(one)
        return None


@pytest.fixture
def accepted() -> Action:
    return action("dossier-accepted.v1")


@pytest.fixture
def extended() -> Action:
    return action("deadline-extended.v1", 1, data=EXTENDED)


@pytest.fixture
def ready() -> Action:
    return action("result-ready-at-counter.v1", 2)


@pytest.mark.parametrize(
    ("fields", "field_name", "keyword"),
    [
        ({"time": "yesterday"}, "time", "format"),
        ({"time": "1200-03-02T08:00:00+07:00"}, "time", "format"),
        ({"time": None}, "time", "required"),
        ({"unitid": 0}, "unitid", "minimum"),
        ({"unitid": "9"}, "unitid", "type"),
        ({"term": {"value": 0, "unit": "working_day"}}, "term/value", "minimum"),
        ({"term": {"value": 5, "unit": "week"}}, "term/unit", "enum"),
        ({"term": 5}, "term", "type"),
        ({"term": {"value": 2, "unit": "same_day"}}, "term/value", "const"),
        ({"appointment_at": "2026-03-02"}, "appointment_at", "format"),
        ({"procedure_code": ""}, "procedure_code", "minLength"),
        ({"procedure_code": None}, "procedure_code", "required"),
    ],
)
def test_a_corrected_value_is_checked_by_the_schema_of_the_event_that_it_corrects(
    accepted: Action, fields: dict[str, Any], field_name: str, keyword: str
) -> None:
    refused = Stream(accepted).corrected(accepted, fields)
    assert refused is not None
    assert refused.code == "schema-mismatch"
    assert refused.field_name == f"/data/corrected_fields/{field_name}"
    assert [(one.field_name, one.keyword) for one in refused.errors][:1] == [(refused.field_name, keyword)]


def test_a_correction_leaves_no_live_acceptance_without_a_deadline(accepted: Action) -> None:
    refused = Stream(accepted).corrected(accepted, {"term": None})
    assert refused is not None
    assert (refused.code, refused.field_name) == ("no-deadline", "/data/corrected_fields/term")


def test_another_field_of_history_without_a_deadline_can_be_corrected() -> None:
    history = {"source": HISTORY_SOURCE, "history": True}
    taken_over = action("dossier-accepted.v1", **history)
    taken_over = replace(taken_over, data=structs.replace(taken_over.data, term=None))
    assert Stream(taken_over).corrected(taken_over, {"procedure_code": "1.2"}) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"time": "2026-03-02T07:45:00+07:00"},
        {"unitid": 9},
        {"term": {"value": 3, "unit": "working_day"}, "procedure_code": "1.2", "legal_basis": None},
        {"term": None, "appointment_at": "2026-03-20T17:00:00+07:00"},
    ],
)
def test_what_could_be_reported_so_can_be_corrected_so(accepted: Action, fields: dict[str, Any]) -> None:
    assert Stream(accepted).corrected(accepted, fields) is None


def test_a_corrected_time_is_never_in_the_future(accepted: Action) -> None:
    refused = Stream(accepted).corrected(accepted, {"time": (NOW + timedelta(days=1)).isoformat()})
    assert refused is not None
    assert (refused.code, refused.field_name) == ("occurred-in-future", "/data/corrected_fields/time")


def test_nothing_that_came_after_the_acceptance_is_dated_before_it(accepted: Action, ready: Action) -> None:
    stream = Stream(accepted, ready)
    refused = stream.corrected(ready, {"time": (START - timedelta(hours=1)).isoformat()})
    assert refused is not None
    assert (refused.code, refused.field_name) == ("out-of-order", "/data/corrected_fields/time")
    # The acceptance itself may have been earlier, and then so may what followed.
    assert stream.corrected(accepted, {"time": (START - timedelta(days=1)).isoformat()}) is None
    assert stream.corrected(ready, {"time": (START - timedelta(hours=1)).isoformat()}, 10) is None


def test_an_extension_and_an_appointment_end_after_the_acceptance(accepted: Action, extended: Action) -> None:
    before = {"new_due_at": "2026-02-16T17:00:00+07:00"}
    refused = Stream(accepted, extended).corrected(extended, before)
    assert refused is not None
    assert (refused.code, refused.field_name) == ("before-acceptance", "/data/corrected_fields/new_due_at")
    refused = Stream(accepted).corrected(accepted, {"appointment_at": "2026-02-16T17:00:00+07:00"})
    assert refused is not None
    assert (refused.code, refused.field_name) == ("before-acceptance", "/data/corrected_fields/appointment_at")


def test_a_wrongly_typed_extension_is_taken_back_by_two_persons(accepted: Action, extended: Action) -> None:
    stream = Stream(accepted, extended)
    assert stream.corrected(extended, {"new_due_at": "2026-03-16T17:00:00+07:00"}) is None
    alone = stream.corrected(extended, {"new_due_at": "2026-03-17T17:00:00+07:00"}, 10, actorid="ld-1")
    assert alone is not None
    assert alone.code == "same-person"


def test_a_second_correction_is_asked_of_what_the_first_left(accepted: Action) -> None:
    stream = Stream(accepted)
    assert stream.corrected(accepted, {"appointment_at": "2026-03-20T17:00:00+07:00"}) is None
    assert stream.corrected(accepted, {"term": None}, 10) is None
    refused = stream.corrected(accepted, {"appointment_at": None}, 11)
    assert refused is not None
    assert refused.field_name == "/data/corrected_fields/appointment_at"
