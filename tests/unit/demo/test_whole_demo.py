"""A small demo in one process: intake takes every act, the clocks say what follows, the plain count balances on all of it."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from demo.loading import load_reference
from demo.officers import officers_of
from demo.oracle import count, read, weeks
from demo.reference import load_units
from demo.simulation import PORTAL_SOURCE, SOURCE, WINDOWS, Reference, simulate
from events.codec import from_structured, to_structured
from events.envelope import Event
from events.schema_files import load_data_schemas, load_schema
from motcua.officer_loading import officer_difference
from motcua.unit_files import read_unit_file
from motcua.unit_loading import difference_to
from rules.clocks.planning import Planner
from services.deadlines.pipeline import Pipeline
from services.intake.adapters.action_reader import ActionReader
from services.intake.adapters.known_states import KnownStates
from services.intake.domain.actions import Action
from services.intake.domain.judge import Judge
from services.intake.domain.register import Register
from services.intake.pipeline import ActionRecorder
from tests.fakes.in_memory_store import InMemoryStore
from tests.properties.whole_way import through_the_product as product
from tests.properties.whole_way.rule_books import Rules

DATA = Path("demo/data")
FED_AT = datetime(2026, 11, 27, 10, tzinfo=UTC)
NOW = FED_AT + timedelta(hours=1)
PERIODS = [week for window in WINDOWS for week in weeks(window.first_on, window.end_on)]
CAME, WENT = (
    ("carried_in", "received", "reopened", "transferred_in"),
    ("resolved", "terminated", "transferred_out", "open"),
)


@pytest.fixture(scope="module")
def reference() -> Reference:
    return load_reference()


@pytest.fixture(scope="module")
def recorded(reference: Reference) -> list[Event]:
    """What intake recorded of a small demo; nothing of it was refused."""
    store = InMemoryStore()
    reader = ActionReader(load_schema("action.v1"), load_data_schemas(), [SOURCE, PORTAL_SOURCE])
    planner = Planner(reference.rulebook, reference.catalogue)
    judge = Judge(rulebook=reference.rulebook, planner=planner, read=reader.read)
    recorder = ActionRecorder(store=store, judge=judge, known_states=KnownStates(10_000))
    units = difference_to(Register(), *read_unit_file(DATA / "units.csv", DATA / "successions.csv"), FED_AT)
    officers = officer_difference(units.after or Register(), *officers_of(load_units()), FED_AT)
    assert len(officers.changes) > 9 * 180
    of_register = [reader.read(dict(raw)) for raw in (*units.actions, *officers.actions)]
    assert all(one.is_recorded for one in recorder.record(of_register, FED_AT, is_whole=True))  # type: ignore[arg-type]
    actions = [reader.read(raw) for raw in simulate(reference, seed=2026, dossiers=500)]
    for start in range(0, len(actions), 1000):
        batch = [one for one in actions[start : start + 1000] if isinstance(one, Action)]
        assert batch == actions[start : start + 1000], "each can be read"
        refused = [
            (answer.refusal, one)
            for one, answer in zip(batch, recorder.record(batch, FED_AT), strict=True)
            if answer.refusal
        ]
        assert refused == []
    entries = store.read_after(len(of_register), 100_000)
    assert [one for one in entries if "unitunchecked" in one.structured] == []
    return [from_structured(entry.structured) for entry in entries]


@pytest.fixture(scope="module")
def published(reference: Reference, recorded: list[Event]) -> list[dict[str, Any]]:
    """Both topics, as the demo reads them."""
    rules = Rules(
        rulebook=reference.rulebook,
        procedures=reference.catalogue,
        pipeline=Pipeline(reference.rulebook, reference.catalogue),
    )
    records = [product.record_of(event, FED_AT, number) for number, event in enumerate(recorded)]
    return [_structured(event) for event in [*recorded, *product.in_bulk(rules, records, NOW)]]


def _structured(event: Event) -> dict[str, Any]:
    structured = to_structured(event)
    data = {name: one.isoformat() if isinstance(one, date) else one for name, one in structured["data"].items()}
    return {**structured, "time": structured["time"].isoformat(), "data": data}


def test_what_is_flagged_is_what_the_demo_does_on_purpose(published: list[dict[str, Any]]) -> None:
    rules = Counter(one["data"]["rule"] for one in published if one["type"] == "integrity-flag-raised.v1")
    assert rules["DR-31"] > 0
    assert rules["B15"] > 0
    assert rules.keys() <= {"DR-31", "B14", "B15"}


@pytest.mark.parametrize("level", ["province", "district", "commune"])
def test_the_plain_count_balances_in_every_week(
    reference: Reference, published: list[dict[str, Any]], level: str
) -> None:
    dossiers = read(published)
    seen: Counter[str] = Counter()
    for period in PERIODS:
        for counts in count(dossiers, reference.units, level, period, NOW).values():
            _require_balance(counts)
            seen.update(counts)
    never = {name for name in ("reopened", "apology_required", "apology_missing") if not seen[name]}
    assert never == set()
    # All units are one province: nothing is handed over at that level.
    assert (seen["transferred_in"] > 0) == (level == "commune")
    assert (seen["transferred_out"] > 0) == (level != "province")


def _require_balance(counts: Mapping[str, int]) -> None:
    def total(*names: str) -> int:
        return sum(counts[name] for name in names)

    assert total(*CAME) == total(*WENT), counts
    assert counts["resolved"] == total("early", "on_time", "late", "unknown"), counts
    assert counts["open"] == total("open_within", "open_paused", "open_overdue", "open_unknown"), counts
    letters = total("apology_in_time", "apology_late", "apology_waived", "apology_missing")
    assert counts["apology_required"] == letters, counts


def test_what_is_open_at_the_end_of_a_week_is_carried_into_the_next(
    reference: Reference, published: list[dict[str, Any]]
) -> None:
    dossiers = read(published)
    weekly = [(week, count(dossiers, reference.units, "commune", week, NOW)) for week in PERIODS]
    for (week, counts), (next_week, next_counts) in pairwise(weekly):
        if week[1] == next_week[0]:
            is_open = {unit_id: one["open"] for unit_id, one in counts.items() if one["open"]}
            carried = {unit_id: one["carried_in"] for unit_id, one in next_counts.items() if one["carried_in"]}
            assert is_open == carried
