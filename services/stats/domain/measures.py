"""The figures in plain Python, straight from the events: the oracle for the SQL, and the demo's check.

In go events (typed, in any order, doubled or not), the placed units, a level and a period; out come the same `UnitFigures` as
from ClickHouse. Pure. Written apart from `facts` and from the SQL on purpose: it takes each dossier's events as they are and
asks the questions of domain.md 4.7.2 one by one, so that a mistake in one of the three shows as a difference.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from events.catalog import DEADLINE_TYPES
from events.deadline import (
    ClockPaused,
    ClockRestarted,
    ClockResumed,
    DeadlineMet,
    DeadlineMoved,
    DeadlineRecomputed,
    DeadlineSet,
)
from events.dossier import (
    BackdatingApproved,
    DossierAccepted,
    DossierReopened,
    DossierReturned,
    DossierWithdrawn,
    ProcessingStopped,
    ResultReadyAtCounter,
    SupplementCompleted,
    SupplementRequested,
)
from events.envelope import Event
from services.stats.domain.figures import FIGURE_NAMES, Counts, UnitFigures, unit_name
from services.stats.domain.levels import Level, Place, PlacedUnit, places_of
from services.stats.domain.periods import Period, local_day

_ENDINGS = (ResultReadyAtCounter, DossierWithdrawn, ProcessingStopped, DossierReturned)
_BACKDATED_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDossier:
    """One dossier's answer: where it is counted at the level (None = above it), and under which figures."""

    dossier_id: str
    counted_unit_id: int | None
    counts: Counts


def figures_of(
    events: Iterable[Event], units: Sequence[PlacedUnit], level: Level, period: Period, unit_id: int | None = None
) -> list[UnitFigures]:
    """The figures of every unit with dossiers in the period, in order of unit_id; `unit_id` narrows to it and below it."""
    sums: dict[int, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(FIGURE_NAMES, 0))
    for dossier in counted_dossiers(events, units, level, period, unit_id):
        if dossier.counted_unit_id is not None:
            for name, count in asdict(dossier.counts).items():
                sums[dossier.counted_unit_id][name] += count
    names = _names(units, period.last_day)
    return [
        UnitFigures(
            unit_id=counted_id, unit_name=unit_name(level, counted_id, names.get(counted_id)), level=level, **counts
        )
        for counted_id, counts in sorted(sums.items())
    ]


def counted_dossiers(
    events: Iterable[Event], units: Sequence[PlacedUnit], level: Level, period: Period, unit_id: int | None = None
) -> list[CountedDossier]:
    """Every dossier that matters to the period and lies in the scope."""
    places = places_of(units)
    by_dossier: dict[str, dict[str, Event]] = defaultdict(dict)
    for event in events:
        by_dossier[event.envelope.dossier_id][event.envelope.event_id] = event
    counted = []
    for dossier_id, distinct in sorted(by_dossier.items()):
        projection = sorted(distinct.values(), key=_order)
        accepted = next((event for event in projection if isinstance(event.data, DossierAccepted)), None)
        if accepted is None:
            continue
        receiver = accepted.envelope.unit_id
        place = places.on(receiver, local_day(accepted.envelope.occurred_at))
        counts = _count(projection, accepted, period)
        if counts is not None and (not unit_id or unit_id in (*place, receiver)):
            counted_unit_id = _counted_unit(level, place, receiver)
            counted.append(CountedDossier(dossier_id=dossier_id, counted_unit_id=counted_unit_id, counts=counts))
    return counted


def _order(event: Event) -> tuple[int, bool, datetime, str]:
    about = event.envelope
    return about.stream_seq, about.event_type in DEADLINE_TYPES, about.occurred_at, about.event_id


def _counted_unit(level: Level, place: Place, receiver: int) -> int | None:
    unknown = not any(place[:2])
    match level:
        case "province":
            return place.province_id
        case "district":
            return place.district_id or (None if place.province_id else 0)
        case "commune":
            return place.commune_id or (receiver if unknown else None)


def _count(projection: Sequence[Event], accepted: Event, period: Period) -> Counts | None:
    accepted_at = accepted.envelope.occurred_at
    ending = _ending(projection)
    # A result said to be ready before the dossier was received is counted on the day it was received.
    counted_end_at = max(ending.envelope.occurred_at, accepted_at) if ending else None
    if accepted_at >= period.to_at or (counted_end_at is not None and counted_end_at < period.from_at):
        return None
    counts = {"carried_in": int(accepted_at < period.from_at), "received": int(accepted_at >= period.from_at)}
    if counts["received"]:
        channel = {1: "received_direct", 2: "received_online", 3: "received_postal"}.get(accepted.envelope.channel or 0)
        counts |= {channel: 1} if channel else {}
    if ending is not None and counted_end_at is not None and counted_end_at < period.to_at:
        counts |= _ended_counts(projection, ending)
    else:
        counts |= _open_counts(projection, accepted_at, period.as_of)
    return Counts(**counts)


def _ending(projection: Sequence[Event]) -> Event | None:
    """The first ending after the last reopening."""
    ending: Event | None = None
    for event in projection:
        if isinstance(event.data, DossierReopened):
            ending = None
        elif isinstance(event.data, _ENDINGS) and ending is None:
            ending = event
    return ending


def _ended_counts(projection: Sequence[Event], ending: Event) -> Mapping[str, int]:
    if not isinstance(ending.data, ResultReadyAtCounter):
        return {"terminated": 1}
    about_the_whole = [event.data for event in projection if getattr(event.data, "clock_kind", "") == "dossier"]
    told = next((data for data in about_the_whole if isinstance(data, DeadlineSet)), None)
    if told is None:
        return {"resolved": 1, "unknown": 1}
    moves = [data for data in about_the_whole if isinstance(data, DeadlineMoved | DeadlineRecomputed | DeadlineMet)]
    latest = moves[-1] if moves else told
    zone = ZoneInfo(told.time_zone)

    def lateness(instant: datetime) -> int:
        if told.classify_by == "instant":
            return (instant > latest.lawful_due_at) - (instant < latest.lawful_due_at)
        day = instant.astimezone(zone).date()
        return (day > latest.due_on) - (day < latest.due_on)

    ended, recorded = ending.envelope.occurred_at, ending.envelope.recorded_at
    # DR-31: told too late to be believed, until a head approves.
    is_doubtful = not ending.envelope.is_history and recorded - ended > _BACKDATED_AFTER and lateness(recorded) > 0
    approved = {event.data.target_event_id for event in projection if isinstance(event.data, BackdatingApproved)}
    counts_as = recorded if is_doubtful and ending.envelope.event_id not in approved else ended
    return {"resolved": 1, {-1: "early", 0: "on_time", 1: "late"}[lateness(counts_as)]: 1}


def _open_counts(projection: Sequence[Event], accepted_at: datetime, as_of: datetime) -> Mapping[str, int]:
    awaited: set[str] = set()
    due_at: datetime | None = None
    for event in projection:
        is_known = event.envelope.occurred_at < as_of
        if isinstance(event.data, DeadlineSet):
            due_at = _due_after(event, due_at) if accepted_at < as_of else due_at
        elif is_known:
            due_at = _due_after(event, due_at)
            _wait(awaited, event, due_at)
    if awaited:
        return {"open": 1, "open_paused": 1}
    if due_at is None:
        return {"open": 1, "open_unknown": 1}
    if due_at < as_of:
        return {"open": 1, "open_overdue": 1}
    return {"open": 1, "open_within": 1, "open_due_soon": int(due_at < as_of + timedelta(days=1))}


def _due_after(event: Event, due_at: datetime | None) -> datetime | None:
    match event.data:
        case DeadlineSet() | DeadlineMoved() | DeadlineRecomputed() | DeadlineMet() as data:
            return data.lawful_due_at if data.clock_kind == "dossier" else due_at
        case _:
            return due_at


def _wait(awaited: set[str], event: Event, due_at: datetime | None) -> None:
    """What the citizen is waited for after the event; asked for after the due date it never cures the breach (DR-24)."""
    is_in_term = due_at is None or event.envelope.occurred_at <= due_at
    match event.data:
        case SupplementRequested() if is_in_term:
            awaited.add("supplement")
        case ClockPaused(clock_kind="dossier", cause="financial_duty") if is_in_term:
            awaited.add("financial_duty")
        case SupplementCompleted():
            awaited.discard("supplement")
        case ClockResumed(clock_kind="dossier", cause=cause) | ClockRestarted(clock_kind="dossier", cause=cause):
            awaited -= {cause} & {"financial_duty"}
        case data if isinstance(data, _ENDINGS):
            awaited.clear()
        case _:
            pass


def _names(units: Sequence[PlacedUnit], day: date) -> dict[int, str]:
    def nearness(piece: PlacedUnit) -> tuple[bool, int]:
        has_begun = piece.valid_from <= day
        return has_begun, piece.valid_from.toordinal() * (1 if has_begun else -1)

    return {piece.period.unit_id: piece.period.name for piece in sorted(units, key=nearness)}
