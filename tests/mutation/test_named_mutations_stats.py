"""Named mutations of 4.11 in the statistics: (d) stopped dossiers stay "within term", (d2) nobody waits for a fee.

Each is made on purpose, in the facts that Python derives and in the question that ClickHouse counts by, and a test of the
specification must fail on it.
"""

import asyncio
from collections.abc import Callable, Iterator

import pytest
from clickhouse_connect.driver.client import Client

from services.stats import questions
from services.stats.adapters.queries import filled, query_text
from services.stats.adapters.unit_register import load_units
from services.stats.domain import projection
from tests.mutation.failing import fails
from tests.sql import test_golden_week
from tests.sql.engines import engine_of_its_own
from tests.sql.loading import load
from tests.unit.stats import test_facts, test_many_clocks
from tests.unit.stats.dossiers import WARD, events_of, golden_week

QUESTION = "dossiers_in_scope"


def without(monkeypatch: pytest.MonkeyPatch, *event_types: str) -> None:
    """Some events are not told to the story of a dossier."""
    for table in ("_BY_ENVELOPE", "_BY_DATA"):
        kept = {name: one for name, one in getattr(projection, table).items() if name not in event_types}
        monkeypatch.setattr(projection, table, kept)


@pytest.mark.parametrize(
    ("event_type", "ending"),
    [("processing-stopped.v1", "stopped"), ("dossier-withdrawn.v1", "withdrawn"), ("dossier-returned.v1", "returned")],
)
def test_d_leaving_stopped_dossiers_open_fails(monkeypatch: pytest.MonkeyPatch, event_type: str, ending: str) -> None:
    assert not fails(lambda: test_facts.test_endings_without_a_result_terminate(ending))
    without(monkeypatch, event_type)
    assert fails(lambda: test_facts.test_endings_without_a_result_terminate(ending))


def test_d_leaving_stopped_dossiers_open_fails_by_the_golden_week(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not fails(test_facts.test_the_golden_week_has_the_outcomes_of_the_law)
    without(monkeypatch, "processing-stopped.v1", "dossier-withdrawn.v1", "dossier-returned.v1")
    assert fails(test_facts.test_the_golden_week_has_the_outcomes_of_the_law)


@pytest.mark.parametrize(
    "check",
    [
        test_many_clocks.test_an_obligation_stops_the_clock_when_the_clock_says_so,
        test_many_clocks.test_a_supplement_and_an_obligation_are_two_pauses,
    ],
)
def test_d2_dropping_the_state_of_waiting_for_a_fee_fails(
    monkeypatch: pytest.MonkeyPatch, check: Callable[[], None]
) -> None:
    assert not fails(check)
    without(monkeypatch, "clock-paused.v1")
    assert fails(check)


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The golden week on a real engine of its own, on which a spoilt question is asked."""
    with engine_of_its_own(tmp_path_factory.mktemp("clickhouse") / "data") as (_, client):
        load_units(client, test_golden_week.UNITS)
        asyncio.run(load(client, events_of(golden_week())))
        yield client


@pytest.mark.parametrize(
    ("lawful", "spoilt"),
    [
        pytest.param(
            "until >= period_to AS open,", "until >= period_to OR outcome_then = 'terminated' AS open,", id="d"
        ),
        pytest.param("AND pause.2 >= seen_at, pauses) AS is_paused", "AND false, pauses) AS is_paused", id="d2"),
    ],
)
def test_d_and_d2_fail_by_the_figures_of_the_golden_week(
    golden: Client, monkeypatch: pytest.MonkeyPatch, lawful: str, spoilt: str
) -> None:
    def check() -> None:
        test_golden_week.test_the_week_has_the_figures_of_the_example(golden, "commune", WARD, "Phường Thuận Hóa")

    text = query_text(QUESTION)
    assert text.count(lawful) == 1
    assert not fails(check)
    monkeypatch.setattr(questions, "filled", lambda name, **parts: filled(name, **parts).replace(lawful, spoilt))
    assert fails(check)
