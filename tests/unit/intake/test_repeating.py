"""An action whose receipt has no digest is known again by its event: the same is the same, anything else is another."""

from dataclasses import replace
from typing import Any

import pytest

from events.catalog import ACTION_TYPES
from events.codec import dumps, parse_json
from services.intake.adapters.known_states import KnownStates
from services.intake.domain.actions import Action, AnyAction
from services.intake.domain.repeating import UNKNOWN_DIGEST, says_again
from services.intake.domain.sealing import seal
from services.intake.domain.unit_register import Units, sealed_in
from services.intake.pipeline import ActionRecorder
from tests.fakes.in_memory_store import InMemoryStore
from tests.unit.intake.counter import NOW, START, judge, raw_action, reader
from tests.unit.intake.units import before_the_reform

EVERYTHING = {
    "actorid": "cb-1", "actorrole": "tiếp nhận", "actorkind": "officer", "onbehalfof": "ai đó", "channel": 2,
    "dossiercode": "H57-1", "correlationid": "c-1", "myext": "7",
}  # fmt: skip
OTHERS = {
    **{name: f"{value}x" for name, value in EVERYTHING.items() if name != "channel"}, "channel": 3, "unitid": 6,
    "time": "2026-03-02T08:00:01+07:00", "type": "result-delivered.v1",
}  # fmt: skip


def read(raw: dict[str, Any]) -> AnyAction:
    action = reader().read(raw)
    assert not hasattr(action, "code"), action
    return action  # type: ignore[return-value]


def as_stored(action: AnyAction) -> Any:
    """Its event as a store gives it back."""
    if isinstance(action, Action):
        sealed = seal(None, action, (), NOW, START.date())[0].structured
    else:
        sealed = sealed_in(Units(), action, NOW, START.date()).structured
    return parse_json(dumps(sealed))


@pytest.mark.parametrize("event_type", sorted(ACTION_TYPES))
def test_every_action_says_what_its_event_says_and_not_what_another_one_does(event_type: str) -> None:
    raw = raw_action(event_type, **EVERYTHING)
    recorded = as_stored(read(raw))
    assert says_again(read(raw), UNKNOWN_DIGEST, recorded)
    later = read({**raw, "time": "2026-03-02T08:00:01+07:00"})
    assert not says_again(later, UNKNOWN_DIGEST, recorded)


@pytest.mark.parametrize("name", OTHERS)
def test_every_attribute_that_is_said_otherwise_makes_it_another(name: str) -> None:
    raw = raw_action("dossier-withdrawn.v1", **EVERYTHING)
    recorded = as_stored(read(raw))
    other = {**raw, name: OTHERS[name]}
    if name == "type":
        other["data"] = {"method": "counter"}
    assert says_again(read(raw), UNKNOWN_DIGEST, recorded)
    assert not says_again(read(other), UNKNOWN_DIGEST, recorded)


def test_other_data_are_another_and_an_instant_in_another_zone_is_the_same() -> None:
    raw = raw_action("dossier-accepted.v1", data={"appointment_at": "2026-03-20T09:00:00+07:00"})
    recorded = as_stored(read(raw))
    data = raw["data"]
    assert says_again(
        read({**raw, "data": {**data, "appointment_at": "2026-03-20T02:00:00Z"}}), UNKNOWN_DIGEST, recorded
    )
    assert not says_again(read({**raw, "data": {**data, "note": "thêm"}}), UNKNOWN_DIGEST, recorded)


def test_another_subject_is_another_dossier_whether_a_code_or_an_id_of_ours_is_said() -> None:
    by_code = read(raw_action("dossier-withdrawn.v1"))
    assert isinstance(by_code, Action)
    by_id = read(raw_action("dossier-withdrawn.v1", subject=str(by_code.dossier_id)))
    other = read(raw_action("dossier-withdrawn.v1", subject="HS-2"))
    assert not says_again(replace(other, action_id=by_code.action_id), UNKNOWN_DIGEST, as_stored(by_code))
    assert says_again(by_id, UNKNOWN_DIGEST, as_stored(by_id))
    other_id = read(raw_action("dossier-withdrawn.v1", subject="00000000-0000-4000-8000-000000000001"))
    assert not says_again(other_id, UNKNOWN_DIGEST, as_stored(by_id))


def test_an_acceptance_that_became_the_assignment_of_a_code_is_known_again() -> None:
    store = InMemoryStore()
    ledger = ActionRecorder(store=store, judge=judge(), known_states=KnownStates(9))
    first = read(raw_action("dossier-accepted.v1", subject="HS-1"))
    resent = raw_action("dossier-accepted.v1", subject="HS-2", data={"previous_code": "HS-1"})
    ledger.record([first, read(resent)], NOW)
    recorded = store.read_after(1, 1)[0].structured
    assert recorded["type"] == "dossier-code-assigned.v1"
    assert says_again(read(resent), UNKNOWN_DIGEST, recorded)
    other = {**resent, "data": {**resent["data"], "procedure_code": "2.000001"}}
    assert not says_again(read(other), UNKNOWN_DIGEST, recorded)


def test_what_is_said_of_a_unit_is_known_again() -> None:
    raw = before_the_reform()[0]
    recorded = as_stored(read(raw))
    assert says_again(read(raw), UNKNOWN_DIGEST, recorded)
    assert not says_again(read({**raw, "dossiercode": "x"}), UNKNOWN_DIGEST, recorded)


def test_where_there_is_a_digest_it_alone_decides() -> None:
    action = read(raw_action("dossier-withdrawn.v1"))
    assert says_again(action, action.digest, {})
    assert not says_again(action, "0" * 64, as_stored(action))
