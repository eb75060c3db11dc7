"""What ClickHouse must hold for a set of events, folded in plain Python, and what it does hold."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from clickhouse_connect.driver.client import Client

from events.envelope import Event
from services.stats.domain.facts import COLUMNS, DossierFacts, KeptEnding, KeptReassignment, fold
from services.stats.domain.figure_catalog import COUNTS, OWED
from services.stats.domain.figures import UnitFigures
from services.stats.domain.levels import UnitPeriod, place_units
from services.stats.domain.periods import local_day, midnight, week_of
from services.stats.domain.rows import DossierKey, KnownEvent, known_event
from services.stats.questions import Period, Scope, dossiers_behind
from tests.unit.stats.places import places_of

PLAINLY_COUNTED = tuple(one.id for one in COUNTS if one.cohort != OWED and one.id != "open_overdue_unapologised")
"""The figures that `measures` counts a second time."""

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
            endings=[KeptEnding(*row) for row in _pairs(one.endings)],
            reopenings=_pairs(one.reopenings),
            reassignments=[KeptReassignment(*row) for row in _pairs(one.reassignments)],
        )
        for one in facts
    ]


def true_rollup(facts: Iterable[DossierFacts]) -> Counter[RollupKey]:
    """The roll-up of some facts: each day and each week in which something happened to a dossier, and what that was (B11)."""
    counted: Counter[RollupKey] = Counter()
    for one in facts:
        happened = [one.accepted_at, *(at for _, at in one.reopenings), *(at for at in map(_counted_at, one.endings))]
        days = {local_day(at) for at in (*happened, *map(_counted_at, one.reassignments))}
        spans = [("day", day, 1) for day in days] + [("week", monday, 7) for monday in {week_of(day) for day in days}]
        for grain, first, length in spans:
            for metric, place in _flows(one, midnight(first), midnight(first + timedelta(days=length))):
                counted[grain, first, metric, one.procedure_code, *place] += 1
    return counted


def _flows(one: DossierFacts, since: datetime, until: datetime) -> Iterator[tuple[str, tuple[int, ...]]]:
    """What a dossier adds to the flows of a period, and for which unit."""
    # What happened in order; an ending is 1 and a reopening 0, so that the last of them says how it stands.
    turns = [(one.accepted_at, 0, "")]
    for nth, ending in enumerate(one.endings):
        turns.append((ending.counted_at, 1, ending.outcome))
        turns += [(at, 0, "") for _, at in one.reopenings[nth : nth + 1]]
    before, inside = [turn for turn in turns if turn[0] < since], [turn for turn in turns if since <= turn[0] < until]
    is_in_stock = bool(before) and before[-1][1] == 0
    moved = [(since_then, place) for _, since_then, *place in one.reassignments]
    units = [(one.unit_id, one.province_id, one.district_id, one.commune_id), *(tuple(place) for _, place in moved)]

    def taken_over(instant: datetime, *, is_included: bool) -> int:
        return sum(at < instant or (is_included and at == instant) for at, _ in moved)

    if not is_in_stock and not inside:
        return
    if is_in_stock:
        first = taken_over(since, is_included=False)
    elif before:
        first = taken_over(inside[0][0], is_included=True)
        yield "reopened", units[first]
    else:
        first = 0
        channels = {1: ["received_direct"], 2: ["received_online"], 3: ["received_postal"]}
        yield from ((name, units[0]) for name in ("received", *channels.get(one.channel, [])))
    at, is_ended, outcome = (inside or before)[-1]
    last = taken_over(at if is_ended else until, is_included=bool(is_ended))
    if is_ended:
        yield from ((name, units[last]) for name in ({"resolved", outcome} if outcome != "terminated" else {outcome}))
    passed = units[first : last + 1]
    for unit in dict.fromkeys(passed):
        if unit != passed[0]:
            yield "transferred_in", unit
        if unit != passed[-1]:
            yield "transferred_out", unit


def _counted_at(one: KeptEnding | KeptReassignment) -> datetime:
    return one.counted_at


def stored_rollup(client: Client) -> Counter[RollupKey]:
    """The roll-up as ClickHouse answers."""
    columns = "grain, day, metric, procedure_code, unit_id, province_id, district_id, commune_id"
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
