"""What ClickHouse must hold for a set of events, folded in plain Python, and what it does hold."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from clickhouse_connect.driver.client import Client

from events.envelope import Event
from services.stats.domain.facts import COLUMNS, DossierFacts, fold
from services.stats.domain.figure_catalog import COUNTS, OWED
from services.stats.domain.figures import UnitFigures
from services.stats.domain.levels import UnitPeriod, place_units
from services.stats.domain.periods import local_day
from services.stats.domain.rows import DossierKey, KnownEvent, known_event
from services.stats.questions import Period, Scope, dossiers_behind
from tests.unit.stats.places import places_of

PLAINLY_COUNTED = tuple(one.id for one in COUNTS if one.cohort != OWED and one.id != "open_overdue_unapologised")
"""The figures that `measures` counts a second time."""

RollupKey = tuple[date, str, str, int, int, int, int]


def true_facts(events: Iterable[Event], units: Iterable[UnitPeriod]) -> list[DossierFacts]:
    """The facts of a set of events, in order of dossier_id."""
    places = places_of(place_units(units))
    known: dict[DossierKey, list[KnownEvent]] = defaultdict(list)
    for event in events:
        known[DossierKey(event.envelope.opened_on, event.envelope.dossier_id)].append(known_event(event))
    folded = (fold(key, those, places) for key, those in known.items())
    return sorted((one for one in folded if one), key=lambda one: one.dossier_id)


def stored_facts(client: Client) -> list[DossierFacts]:
    """The facts as ClickHouse answers, in order of dossier_id."""
    rows = client.query(f"SELECT {', '.join(COLUMNS)} FROM dossiers FINAL ORDER BY dossier_id").result_rows
    facts = [DossierFacts(**dict(zip(COLUMNS, row, strict=True))) for row in rows]
    return [
        replace(
            one, due_history=_pairs(one.due_history), pauses=_pairs(one.pauses), expired_waits=_pairs(one.expired_waits)
        )
        for one in facts
    ]


def true_rollup(facts: Iterable[DossierFacts]) -> Counter[RollupKey]:
    """The roll-up of some facts: received by day of acceptance, outcomes by day of ending."""
    counted: Counter[RollupKey] = Counter()
    for one in facts:
        where = (one.procedure_code, one.unit_id, one.province_id, one.district_id, one.commune_id)
        counted[local_day(one.accepted_at), "received", *where] += 1
        if one.ended_at is not None:
            counted[local_day(max(one.ended_at, one.accepted_at)), one.outcome, *where] += 1
    return counted


def stored_rollup(client: Client) -> Counter[RollupKey]:
    """The roll-up as ClickHouse answers."""
    columns = "day, metric, procedure_code, unit_id, province_id, district_id, commune_id"
    rows = client.query(f"SELECT {columns}, sum(dossier_count) FROM rollup GROUP BY {columns}").result_rows
    return Counter({tuple(row[:-1]): row[-1] for row in rows})


def same_figures(shown: Iterable[UnitFigures], expected: Iterable[UnitFigures]) -> bool:
    """Whether both say the same wherever the plain count says anything: it knows of no apology."""
    return _told(shown) == _told(expected)


def behind(client: Client, figure: str, asked: Period, scope: Scope, **window: int) -> list[dict[str, Any]]:
    """The dossiers behind a figure in the order of their acceptance."""
    order = {"sort": "accepted_at", "is_descending": False, "limit": 1000, "offset": 0, **window}
    return dossiers_behind(client, figure, asked, scope, order)


def _told(units: Iterable[UnitFigures]) -> list[object]:
    counted = [
        (one.unit_id, one.unit_name, one.level, {name: getattr(one, name) for name in PLAINLY_COUNTED}) for one in units
    ]
    return [row for row in counted if any(row[3].values())]


def _pairs(named: Iterable[dict[str, object]]) -> list[tuple[object, ...]]:
    return [tuple(one.values()) for one in named]
