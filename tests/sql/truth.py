"""What ClickHouse must hold for a set of events, folded in plain Python, and what it does hold."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from clickhouse_connect.driver.client import Client

from events.envelope import Event
from services.stats.domain.facts import COLUMNS, DossierFacts, KeptEnding, fold
from services.stats.domain.figure_catalog import COUNTS
from services.stats.domain.figures import UnitFigures
from services.stats.domain.levels import UnitPeriod, place_units
from services.stats.domain.obligations import Obligation
from services.stats.domain.periods import local_day, midnight, week_of
from services.stats.domain.rows import DossierKey, KnownEvent, known_event
from services.stats.domain.stays import FAR_FUTURE, Stay
from services.stats.questions import Period, Scope, dossiers_behind
from tests.unit.stats.places import places_of

PLAINLY_COUNTED = tuple(one.id for one in COUNTS)
"""The figures that `plain_count` counts a second time."""

RollupKey = tuple[str, date, str, str, int, int, int, int]


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
            one,
            due_history=_pairs(one.due_history),
            pauses=_pairs(one.pauses),
            expired_waits=_pairs(one.expired_waits),
            obligations=[Obligation(*owed) for owed in _pairs(one.obligations)],
            endings=[KeptEnding(*row) for row in _pairs(one.endings)],
            stays=[Stay(*row) for row in _pairs(one.stays)],
        )
        for one in facts
    ]


def true_rollup(facts: Iterable[DossierFacts]) -> Counter[RollupKey]:
    """The roll-up of some facts: each day and each week in which something happened to a dossier, and what that was (B11)."""
    counted: Counter[RollupKey] = Counter()
    for one in facts:
        happened = {at for stay in one.stays for at in (stay.since, stay.until) if at < FAR_FUTURE}
        days = {local_day(at) for at in happened}
        spans = [("day", day, 1) for day in days] + [("week", monday, 7) for monday in {week_of(day) for day in days}]
        for grain, first, length in spans:
            for metric, place in _flows(one, midnight(first), midnight(first + timedelta(days=length))):
                counted[grain, first, metric, one.procedure_code, *place] += 1
    return counted


def _flows(one: DossierFacts, since: datetime, until: datetime) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What a dossier adds to the flows of a period, and for which unit: the way through its stays that touch the period."""
    touched = [stay for stay in one.stays if stay.since < until and stay.until >= since]
    if not touched:
        return
    way = [(stay.unit_id, stay.province_id, stay.district_id, stay.commune_id) for stay in touched]
    first, last = touched[0], touched[-1]
    if first.since >= since and first == one.stays[0]:
        channels = {1: ["received_direct"], 2: ["received_online"], 3: ["received_postal"]}
        yield from ((name, way[0]) for name in ("received", *channels.get(one.channel, [])))
    elif first.since >= since:
        yield "reopened", way[0]
    if last.until < until:
        yield from (
            (name, way[-1]) for name in ({"resolved", last.outcome} if last.outcome != "terminated" else {"terminated"})
        )
    for before, after in pairwise(way):
        if before != after:
            yield from (("transferred_out", before), ("transferred_in", after))


def stored_rollup(client: Client) -> Counter[RollupKey]:
    """The roll-up as ClickHouse answers."""
    columns = "grain, day, metric, procedure_code, unit_id, province_id, district_id, commune_id"
    rows = client.query(f"SELECT {columns}, sum(dossier_count) FROM rollup GROUP BY {columns}").result_rows
    return Counter({tuple(row[:-1]): row[-1] for row in rows})


def same_figures(shown: Iterable[UnitFigures], expected: Iterable[UnitFigures]) -> bool:
    """Whether both say the same wherever the plain count says anything."""
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
