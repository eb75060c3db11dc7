"""The invented weeks obey the same rules as real counters, and the same seed gives the same weeks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from demo.lives.life import ENDINGS, event_id_of
from demo.lives.recoding import COUNTER_CODES, MINISTRY_CODES
from demo.loading import load_reference
from demo.simulation import PORTAL_SOURCE, SOURCE, WINDOWS, Reference, simulate
from events.catalog import DOSSIER_ACTION_TYPES
from events.schema_files import load_data_schemas, load_schema
from services.intake.adapters.action_reader import ActionReader
from services.intake.domain.actions import Action
from services.intake.domain.decide import decide
from services.intake.domain.recoding import as_said_of, new_codes, placed
from services.intake.domain.sealing import seal

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SEED, DOSSIERS = 2026, 3000
"""What `make demo` takes."""


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference()


@pytest.fixture(scope="module")
def actions(reference: Reference) -> list[dict[str, Any]]:
    return simulate(reference, seed=7, dossiers=400)


@pytest.fixture(scope="module")
def demo(reference: Reference) -> list[dict[str, Any]]:
    return simulate(reference, seed=SEED, dossiers=DOSSIERS)


def by_subject(actions: Iterable[dict[str, Any]]) -> Mapping[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    for one in actions:
        found[first_code(one)].append(one)
    return found


def first_code(action: Mapping[str, Any]) -> str:
    """The code under which its dossier began; a ministry may have given it another."""
    return str(action["subject"].replace(MINISTRY_CODES, COUNTER_CODES))


def is_dossier(subject: str) -> bool:
    return subject.startswith("H57.")


def test_the_same_seed_gives_the_same_actions_and_another_seed_others(
    reference: Reference, actions: list[dict[str, Any]]
) -> None:
    assert simulate(reference, seed=7, dossiers=400) == actions
    assert simulate(reference, seed=8, dossiers=400) != actions


def test_the_demo_sends_every_type_that_a_counter_system_may_send(demo: list[dict[str, Any]]) -> None:
    assert sorted(DOSSIER_ACTION_TYPES - {one["type"] for one in demo}) == []


def test_intake_accepts_every_action_without_a_flag(actions: list[dict[str, Any]]) -> None:
    reader = ActionReader(load_schema("action.v1"), load_data_schemas(), [SOURCE, PORTAL_SOURCE])
    states: dict[Any, Any] = {}
    links: dict[Any, Any] = {}
    for raw in actions:
        read = reader.read(raw)
        assert isinstance(read, Action), read
        action = placed(read, links)
        action = as_said_of(states.get(action.dossier_id), action)
        links |= dict.fromkeys(new_codes(states.get(action.dossier_id), action, links), action.dossier_id)
        flags = decide(states.get(action.dossier_id), action, NOW)
        assert flags == (), (flags, raw)
        states[action.dossier_id] = seal(states.get(action.dossier_id), action, (), NOW, action.occurred_at.date())[
            -1
        ].state


def test_history_comes_first_and_both_come_in_the_order_of_their_time(demo: list[dict[str, Any]]) -> None:
    is_live = ["history" not in one for one in demo]
    assert is_live == sorted(is_live)
    for part in (False, True):
        times = [datetime.fromisoformat(one["time"]) for one in demo if ("history" not in one) == part]
        assert times
        assert times == sorted(times)
        assert all(any(window.first_on <= at.date() <= window.end_on for window in WINDOWS) for at in times)


def test_what_is_reported_live_is_reported_late_and_for_some_a_second_person_approves(
    demo: list[dict[str, Any]],
) -> None:
    live = [one for one in demo if "history" not in one]
    begun = {first_code(one) for one in live if one["type"] == "dossier-accepted.v1"}
    assert begun, "some dossiers are live from the beginning"
    assert {first_code(one) for one in live} - begun, "and some were begun by history"
    approvals = [one["data"] for one in live if one["type"] == "backdating-approved.v1"]
    assert {bool(data.get("further_event_ids")) for data in approvals} == {True, False}
    endings = {event_id_of(one) for one in live if one["type"] in ENDINGS}
    assert endings & {data["target_event_id"] for data in approvals}
    assert endings - {data["target_event_id"] for data in approvals}


def test_every_dossier_of_the_first_window_is_over_and_its_unit_then_is_one_that_exists(
    reference: Reference, demo: list[dict[str, Any]]
) -> None:
    valid = {unit.unit_id: unit for unit in reference.units}
    early = {name: found for name, found in by_subject(demo).items() if found[0]["time"] < "2026" and is_dossier(name)}
    assert early
    for found in early.values():
        turns = [one["type"] for one in found if one["type"] in (*ENDINGS, "dossier-reopened.v1", "intake-rejected.v1")]
        assert turns
        assert turns[-1] != "dossier-reopened.v1"
        for one in found:
            unit, on = valid[one["unitid"]], datetime.fromisoformat(one["time"]).date()
            assert unit.valid_from <= on
            assert unit.valid_until is None or on < unit.valid_until


def test_the_reorganisation_hands_on_each_dossier_that_is_open_and_no_other(demo: list[dict[str, Any]]) -> None:
    moved = [one for one in demo if one["type"] == "dossier-reassigned-by-reorganisation.v1"]
    assert {one["data"]["old_unit_id"] // 1_000_000 for one in moved} == {2, 3}, "of districts and of communes"
    for one in moved:
        before = [each["type"] for each in by_subject(demo)[first_code(one)] if each["time"] < one["time"]]
        turns = [name for name in before if name in (*ENDINGS, "dossier-reopened.v1", "dossier-accepted.v1")]
        assert turns[-1] not in ENDINGS


def test_who_approves_is_another_person_and_a_head(demo: list[dict[str, Any]]) -> None:
    approved = [one for one in demo if "approver_id" in one["data"]]
    assert approved
    assert all(one["data"]["approver_id"] != one["actorid"] for one in approved)
    assert {one["data"]["approver_id"][:3] for one in approved} == {"ld-"}


def test_what_is_corrected_approved_or_complained_about_is_there(demo: list[dict[str, Any]]) -> None:
    known = {event_id_of(one): one for one in demo}
    named = [one for one in demo if "target_event_id" in one["data"]]
    assert named
    assert all(first_code(known[one["data"]["target_event_id"]]) == first_code(one) for one in named)
    corrected = {name for one in named for name in one["data"].get("corrected_fields", {})}
    assert corrected == {"to_unit_id", "procedure_code", "time", "unitid"}


def test_both_doors_are_used_and_a_dossier_keeps_to_one(actions: list[dict[str, Any]]) -> None:
    sources = {name: {one["source"] for one in found} for name, found in by_subject(actions).items()}
    assert all(len(kinds) == 1 for kinds in sources.values())
    assert 0.2 < sum(kinds == {PORTAL_SOURCE} for kinds in sources.values()) / len(sources) < 0.6


@pytest.mark.parametrize(
    ("event_type", "least", "most"),
    [
        ("result-ready-at-counter.v1", 0.75, 0.95),
        ("supplement-requested.v1", 0.04, 0.15),
        ("apology-sent.v1", 0.04, 0.15),
        ("dossier-transferred.v1", 0.1, 0.25),
        ("dossier-reopened.v1", 0.005, 0.05),
        ("deadline-extended.v1", 0.005, 0.05),
        ("event-corrected.v1", 0.005, 0.05),
        ("dossier-withdrawn.v1", 0.005, 0.05),
    ],
)  # fmt: skip
def test_shares_are_plausible(demo: list[dict[str, Any]], event_type: str, least: float, most: float) -> None:
    dossiers = len({first_code(one) for one in demo if one["type"] == "dossier-accepted.v1"})
    assert least < len({first_code(one) for one in demo if one["type"] == event_type}) / dossiers < most
