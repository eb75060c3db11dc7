"""Random lives go into the real engine: what its views count of each week is what a plain count says."""

import asyncio
from datetime import date, timedelta
from uuid import NAMESPACE_OID, uuid5

import pytest
from clickhouse_connect.driver.client import Client
from hypothesis import HealthCheck, Phase, given, settings
from msgspec.structs import replace

from events.envelope import Event
from services.stats.domain.figures import counts_of
from services.stats.domain.periods import Period, period, week
from services.stats.questions import figures
from tests.lanes.examples import examples
from tests.oracles.plain_count import figures_of
from tests.properties.whole_way.lives import plans
from tests.properties.whole_way.world import Plan, live
from tests.sql.loading import load
from tests.sql.truth import same_figures
from tests.unit.deadlines.life import at

_WEEKS = tuple(week(date(2026, 2, 23) + nth * timedelta(days=7), at("2026-09-01T00:00")) for nth in range(7))
_NOONS = tuple(week(one.from_on, one.from_at + timedelta(days=2, hours=12)) for one in _WEEKS)
_ALL_TIME = period(None, None, at("2026-09-01T00:00"))


def lives() -> list[Event]:
    """Everything known of a hundred dossiers; each plan has ids of its own."""
    found: list[Event] = []

    @settings(
        max_examples=examples(60),
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(plans())
    def gather(plan: Plan) -> None:
        world = live(plan)
        for dossier in world.dossiers:
            dossier_id = str(uuid5(NAMESPACE_OID, f"{len(found)}"))
            found.extend(
                replace(event, envelope=replace(event.envelope, dossier_id=dossier_id)) for event in dossier.events
            )

    gather()
    return found


@pytest.fixture(scope="module")
def events(client: Client) -> list[Event]:
    known = lives()
    asyncio.run(load(client, known))
    everything = [counts_of(one) for one in figures_of(known, [], "commune", _ALL_TIME)]
    assert all(
        sum(one[name] for one in everything) for name in ("early", "on_time", "late", "terminated", "open_overdue")
    )
    return known


@pytest.mark.parametrize("asked", [*_WEEKS, *_NOONS, _ALL_TIME], ids=lambda one: f"{one.from_on}..{one.as_of}")
def test_the_views_count_what_a_plain_count_says(client: Client, events: list[Event], asked: Period) -> None:
    shown = figures(client, "commune", asked.from_on, asked.to_on, now=asked.as_of)
    assert same_figures(shown, figures_of(events, [], "commune", asked))
