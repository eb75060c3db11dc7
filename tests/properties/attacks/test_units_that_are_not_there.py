"""Nothing is recorded live for a unit that is unknown or no more, whatever is said of which dossier; history is flagged (B20).

The doors differ in nothing but whether history is claimed: HTTP, Kafka and files share one decision path (ADR 0010).
"""

from typing import Any, Final

import pytest

from events.catalog import DOSSIER_ACTION_TYPES
from services.intake.domain.actions import Action, Refusal
from services.intake.domain.decide import FLAG_KIND_BY_CODE
from services.intake.domain.dossier import DossierState
from services.intake.domain.sealing import seal
from tests.unit.intake.counter import HISTORY_SOURCE, NOW, action, judge
from tests.unit.intake.units import NEW, OLD, before_the_reform, reform, register

UNITS: Final = register([*before_the_reform(), *reform()]).units
THERE: Final = {"to_unit_id": NEW, "new_unit_id": NEW, "old_unit_id": OLD}
ABSENT: Final = {"unknown": 99, "abolished": OLD}
STATES: Final = ("nothing", "accepted", "submitted", "ended", "feedback")
LIVES: Final[dict[str, tuple[str, ...]]] = {
    "nothing": (),
    "accepted": ("dossier-accepted.v1",),
    "submitted": ("dossier-submitted.v1",),
    "ended": ("dossier-accepted.v1", "result-ready-at-counter.v1"),
    "feedback": ("feedback-received.v1",),
}


def lived(name: str, **past: Any) -> DossierState | None:
    state: DossierState | None = None
    for number, event_type in enumerate(LIVES[name]):
        state = seal(state, of(event_type, NEW, number, **past), (), NOW, NOW.date())[-1].state
    return state


def of(event_type: str, unit_id: int, number: int, **past: Any) -> Action:
    blank = action(event_type, number, **past)
    named = {name: unit for name, unit in THERE.items() if hasattr(blank.data, name)}
    return action(event_type, number, data=named, unitid=unit_id, **past)


def decided(state: DossierState | None, one: Action) -> Any:
    return judge().judge(state, one, NOW, lambda *_: [], UNITS)


def recorded_when_there(state: DossierState | None, event_type: str, **past: Any) -> bool:
    return not isinstance(decided(state, of(event_type, NEW, 9, **past)), Refusal)


CASES = [
    (name, event_type)
    for name in STATES
    for event_type in sorted(DOSSIER_ACTION_TYPES - {"event-corrected.v1", "deadline-extended.v1"})
    if recorded_when_there(lived(name), event_type)
]
"""What is recorded for a unit that is there; what is judged by a whole stream has tests of its own."""


def test_the_matrix_has_every_type_of_action_once_at_least() -> None:
    never = {"event-corrected.v1", "deadline-extended.v1", "backdating-approved.v1"}
    waits = {
        "supplement-completed.v1", "financial-obligation-exempted.v1", "transfer-received.v1", "transfer-refused.v1",
        "consultation-answered.v1", "feedback-published.v1",
    }  # fmt: skip
    assert {event_type for _, event_type in CASES} == DOSSIER_ACTION_TYPES - never - waits


@pytest.mark.parametrize("absence", ABSENT)
@pytest.mark.parametrize(("name", "event_type"), CASES)
def test_no_live_action_is_recorded_for_a_unit_that_is_not_there(name: str, event_type: str, absence: str) -> None:
    refusal = decided(lived(name), of(event_type, ABSENT[absence], 9))
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field_name) == (f"{absence}-unit", "unitid")


@pytest.mark.parametrize("absence", ABSENT)
@pytest.mark.parametrize(("name", "event_type"), CASES)
def test_history_for_a_unit_that_is_not_there_is_flagged(name: str, event_type: str, absence: str) -> None:
    past = {"source": HISTORY_SOURCE, "history": True}
    flags = decided(lived(name, **past), of(event_type, ABSENT[absence], 9, **past))
    assert isinstance(flags, tuple)
    assert f"domain 4.3: {absence}-unit" in {one.rule for one in flags}
    assert FLAG_KIND_BY_CODE[f"{absence}-unit"] in {one.kind for one in flags}
