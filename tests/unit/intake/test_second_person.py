"""Every event that needs a second person needs another one, by the one way in which persons are compared (B14)."""

import pytest
from msgspec import structs

from events.catalog import DOSSIER_ACTION_TYPES, DOSSIER_TYPES
from services.intake.domain.actions import Refusal
from services.intake.domain.decide import decide
from tests.unit.intake.counter import NOW, action
from tests.unit.intake.test_decide import state_after

APPROVED = sorted(
    name
    for name in DOSSIER_ACTION_TYPES
    if "approver_id" in {field.name for field in structs.fields(DOSSIER_TYPES[name])}
)
LIFE = ["dossier-accepted.v1", "result-ready-at-counter.v1"]
OF_ENDED = ("dossier-reopened.v1",)
READY = action(LIFE[1], 1)
TARGET = {
    "event-corrected.v1": {"target_event_id": READY.event_id, "corrected_fields": {"document_no": "1"}},
    "backdating-approved.v1": {"target_event_id": READY.event_id},
}


def decision(event_type: str, actor_id: str | None, approver_id: str) -> Refusal | tuple[object, ...]:
    is_of_ended = event_type in OF_ENDED or event_type in TARGET
    state = state_after(LIFE if is_of_ended else LIFE[:1])
    data = {**TARGET.get(event_type, {}), "approver_id": approver_id}
    return decide(state, action(event_type, 9, actorid=actor_id, data=data), NOW)


def test_these_events_need_a_second_person() -> None:
    assert APPROVED == [
        "apology-waived.v1", "backdating-approved.v1", "deadline-extended.v1", "dossier-reopened.v1", "event-corrected.v1",
    ]  # fmt: skip


@pytest.mark.parametrize("approver_id", ["CB1", "cb1 ", "cb\u200b1", "ＣＢ１", "cb1\ufe0f"], ids=ascii)
@pytest.mark.parametrize("event_type", APPROVED)
def test_an_approver_is_another_person_however_he_is_written(event_type: str, approver_id: str) -> None:
    refused = decision(event_type, "cb1", approver_id)
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.field_name) == ("same-person", "/data/approver_id")


@pytest.mark.parametrize("event_type", APPROVED)
def test_an_approval_by_another_person_is_recorded(event_type: str) -> None:
    assert decision(event_type, "cb1", "ld-1") == ()


@pytest.mark.parametrize(
    ("actor_id", "approver_id", "field_name"),
    [(None, "ld-1", "actorid"), ("\u2060", "ld-1", "actorid"), ("cb1", "\u3164\u200b", "/data/approver_id")],
    ids=ascii,
)
@pytest.mark.parametrize("event_type", APPROVED)
def test_both_persons_are_named_by_something_that_can_be_read(
    event_type: str, actor_id: str | None, approver_id: str, field_name: str
) -> None:
    refused = decision(event_type, actor_id, approver_id)
    assert isinstance(refused, Refusal)
    assert [(one.field_name, one.keyword) for one in refused.errors] == [(field_name, "required")]
