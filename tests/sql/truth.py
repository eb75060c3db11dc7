"""What ClickHouse must hold for a set of events, folded in plain Python, and what it does hold."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from clickhouse_connect.driver.client import Client

from events.envelope import Event
from services.stats.domain.facts import DossierFacts, fold
from services.stats.domain.levels import UnitPeriod, place_units, places_of
from services.stats.domain.periods import local_day
from services.stats.domain.rows import DossierKey, KnownEvent, known_event

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
    rows = client.query(f"SELECT {', '.join(DossierFacts._fields)} FROM dossiers FINAL ORDER BY dossier_id").result_rows
    facts = [DossierFacts(*row) for row in rows]
    return [one._replace(due_history=_pairs(one.due_history), pauses=_pairs(one.pauses)) for one in facts]


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


def _pairs(named: Iterable[dict[str, object]]) -> list[tuple[object, ...]]:
    return [tuple(one.values()) for one in named]
