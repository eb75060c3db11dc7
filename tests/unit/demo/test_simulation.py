"""The invented weeks obey the same rules as real counters, and the same seed gives the same weeks."""

from collections import defaultdict
from datetime import UTC, datetime
from typing import Any

import pytest

from demo.reference import load_procedures, load_units
from demo.simulation import PORTAL_SOURCE, SOURCE, WINDOWS, Reference, simulate
from events.schema_files import load_data_schemas, load_schema
from rules.book.rulebook_files import load_rulebook
from services.intake.adapters.action_reader import ActionReader
from services.intake.domain.actions import Action
from services.intake.domain.decide import decide
from services.intake.domain.sealing import seal

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference(units=load_units(), procedures=load_procedures(), rulebook=load_rulebook())


@pytest.fixture(scope="module")
def actions(reference: Reference) -> list[dict[str, Any]]:
    return simulate(reference, seed=7, dossiers=400)


def test_the_same_seed_gives_the_same_actions_and_another_seed_others(
    reference: Reference, actions: list[dict[str, Any]]
) -> None:
    assert simulate(reference, seed=7, dossiers=400) == actions
    assert simulate(reference, seed=8, dossiers=400) != actions


def test_intake_accepts_every_action_without_a_flag(actions: list[dict[str, Any]]) -> None:
    reader = ActionReader(load_schema("action.v1"), load_data_schemas(), [SOURCE, PORTAL_SOURCE])
    states: dict[Any, Any] = {}
    for raw in actions:
        action = reader.read(raw)
        assert isinstance(action, Action), action
        flags = decide(states.get(action.dossier_id), action, NOW)
        assert flags == (), (flags, raw)
        states[action.dossier_id] = seal(states.get(action.dossier_id), action, (), NOW, action.occurred_at.date())[
            -1
        ].state


def test_actions_come_in_the_order_of_their_time_and_inside_the_windows(actions: list[dict[str, Any]]) -> None:
    times = [datetime.fromisoformat(one["time"]) for one in actions]
    assert times == sorted(times)
    assert all(any(window.first_on <= at.date() <= window.end_on for window in WINDOWS) for at in times)


def test_every_kind_of_ending_supplement_and_apology_occurs(reference: Reference) -> None:
    seen = {one["type"] for one in simulate(reference, seed=2026, dossiers=1500)}
    assert {
        "result-delivered.v1", "dossier-withdrawn.v1", "processing-stopped.v1", "dossier-returned.v1",
        "supplement-requested.v1", "supplement-completed.v1", "apology-sent.v1", "dossier-transferred.v1",
    } <= seen  # fmt: skip


def test_every_dossier_of_the_first_window_ends_because_its_unit_does(actions: list[dict[str, Any]]) -> None:
    types = defaultdict(set)
    for one in actions:
        if one["time"] < "2025-07-01":
            types[one["subject"]].add(one["type"])
    endings = {"result-ready-at-counter.v1", "dossier-withdrawn.v1", "processing-stopped.v1", "dossier-returned.v1"}
    assert types
    assert all(kinds & endings for kinds in types.values())


def test_both_doors_are_used_and_a_dossier_keeps_to_one(actions: list[dict[str, Any]]) -> None:
    sources = defaultdict(set)
    for one in actions:
        sources[one["subject"]].add(one["source"])
    assert all(len(kinds) == 1 for kinds in sources.values())
    assert 0.2 < sum(kinds == {PORTAL_SOURCE} for kinds in sources.values()) / len(sources) < 0.6
