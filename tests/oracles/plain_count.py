"""The figures in plain Python, straight from the events: the oracle for the SQL.

In go events (typed, in any order, doubled or not), the placed units, a level and a period; out come the same `UnitFigures` as
from ClickHouse. Written apart from `facts` and from the SQL on purpose: it takes each dossier's events as they are and asks the
questions of domain.md 4.7.2 one by one. Classes and pauses are those that the clock stated; nothing is judged here either.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from events.catalog import DEADLINE_TYPES
from events.deadline import (
    ClockNotArmed,
    ClockPaused,
    ClockRestarted,
    ClockResumed,
    DeadlineData,
    DeadlineMet,
    DeadlineMoved,
    DeadlineRecomputed,
    DeadlineSet,
    EndingClassified,
    SupplementExpired,
)
from events.dossier import (
    DossierAccepted,
    DossierReopened,
    DossierReturned,
    DossierWithdrawn,
    EventCorrected,
    IntegrityFlagRaised,
    ProcessingStopped,
    ResultReadyAtCounter,
)
from events.envelope import Event
from services.stats.domain.figures import FIGURE_NAMES, Counts, UnitFigures, unit_name
from services.stats.domain.levels import Level, Place, PlacedUnit
from services.stats.domain.periods import Period, local_day
from tests.unit.stats.places import places_of

_DATED = (DeadlineSet, DeadlineMoved, DeadlineRecomputed, DeadlineMet)
_ENDINGS = (ResultReadyAtCounter, DossierWithdrawn, ProcessingStopped, DossierReturned)


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
        story = _put_right(sorted(distinct.values(), key=_order))
        accepted = next((event for event in story if isinstance(event.data, DossierAccepted)), None)
        if accepted is None:
            continue
        receiver = accepted.envelope.unit_id
        place = places.on(receiver, local_day(accepted.envelope.occurred_at))
        counts = _count(story, accepted, period)
        if counts is not None and (not unit_id or unit_id in (*place, receiver)):
            counted_unit_id = _counted_unit(level, place, receiver)
            counted.append(CountedDossier(dossier_id=dossier_id, counted_unit_id=counted_unit_id, counts=counts))
    return counted


def _put_right(story: Sequence[Event]) -> list[Event]:
    """B20: unit and time are what was said last of an event by two persons, as long as that doesn't look better.

    An ending is never counted earlier than it was recorded, and no acceptance after a due date of its dossier.
    """
    dues = [e.data.lawful_due_at for e in story if isinstance(e.data, _DATED) and e.data.clock_kind == "dossier"]
    right: dict[str, dict[str, Any]] = {event.envelope.event_id: {} for event in story}
    by_id = {event.envelope.event_id: event for event in story}
    for event in story:
        if not isinstance(event.data, EventCorrected) or event.data.target_event_id not in by_id:
            continue
        target, said = by_id[event.data.target_event_id], event.data.corrected_fields
        about = right[target.envelope.event_id]
        if "time" in said:
            about["occurred_at"] = datetime.fromisoformat(said["time"])
            if isinstance(target.data, _ENDINGS):
                before = about.get("latest", target.envelope.occurred_at)
                about["occurred_at"] = about["latest"] = max(before, about["occurred_at"])
        if "unitid" in said:
            about["unit_id"] = said["unitid"]
    found = []
    for event in story:
        about = {name: value for name, value in right[event.envelope.event_id].items() if name != "latest"}
        is_after = isinstance(event.data, DossierAccepted) and dues and about.get("occurred_at", min(dues)) > min(dues)
        if is_after:
            del about["occurred_at"]
        found.append(replace(event, envelope=replace(event.envelope, **about)))
    return found


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


def _count(story: Sequence[Event], accepted: Event, period: Period) -> Counts | None:
    accepted_at = accepted.envelope.occurred_at
    ending = _ending(story)
    # A result said to be ready before the dossier was received is counted on the day it was received.
    counted_end_at = max(ending.envelope.occurred_at, accepted_at) if ending else None
    if accepted_at >= period.to_at or (counted_end_at is not None and counted_end_at < period.from_at):
        return None
    counts = {"carried_in": int(accepted_at < period.from_at), "received": int(accepted_at >= period.from_at)}
    if counts["received"]:
        channel = {1: "received_direct", 2: "received_online", 3: "received_postal"}.get(accepted.envelope.channel or 0)
        counts |= {channel: 1} if channel else {}
    if ending is not None and counted_end_at is not None and counted_end_at < period.to_at:
        counts |= _ended_counts(story, ending)
    else:
        counts |= _open_counts(story, accepted_at, period.as_of)
    return Counts(**counts)


def _ending(story: Sequence[Event]) -> Event | None:
    """The first ending after the last reopening, leaving out what the clock refused."""
    refused = {
        event.data.target_event_id
        for event in story
        if isinstance(event.data, IntegrityFlagRaised) and event.data.rule.startswith("domain 4.3")
    }
    ending: Event | None = None
    for event in story:
        if event.envelope.event_id in refused:
            continue
        if isinstance(event.data, DossierReopened):
            ending = None
        elif isinstance(event.data, _ENDINGS) and ending is None:
            ending = event
    return ending


def _ended_counts(story: Sequence[Event], ending: Event) -> Mapping[str, int]:
    if not isinstance(ending.data, ResultReadyAtCounter):
        return {"terminated": 1}
    said = [event.data for event in story if isinstance(event.data, EndingClassified)]
    own = [data.outcome for data in said if data.target_event_id == ending.envelope.event_id]
    return {"resolved": 1, own[-1] if own else "unknown": 1}


def _open_counts(story: Sequence[Event], accepted_at: datetime, as_of: datetime) -> Mapping[str, int]:
    known = [
        event.data
        for event in story
        if (event.envelope.occurred_at < as_of or (isinstance(event.data, DeadlineSet) and accepted_at < as_of))
        and not (isinstance(event.data, DeadlineData) and event.data.clock_kind != "dossier")
    ]
    known = known[_place_of_the_clock(known) :]
    waits = _waits(known)
    if waits:
        return {"open": 1, "open_paused": 1, "open_supplement_expired": int(any(waits.values()))}
    told = [one for one in known if isinstance(one, _DATED)]
    if not told:
        return {"open": 1, "open_unknown": 1}
    due_at = told[-1].lawful_due_at
    if due_at < as_of:
        return {"open": 1, "open_overdue": 1}
    return {"open": 1, "open_within": 1, "open_due_soon": int(due_at < as_of + timedelta(days=1))}


def _place_of_the_clock(known: Sequence[Any]) -> int:
    """Behind the word that the dossier's clock can't run any more; a calendar that nobody knows leaves it as it was."""
    place = 0
    for number, data in enumerate(known):
        if isinstance(data, ClockNotArmed) and data.clock_kind == "dossier":
            is_running = any(isinstance(one, _DATED) for one in known[place:number])
            place = place if data.code == "unknown_calendar" and is_running else number + 1
    return place


def _waits(known: Iterable[Any]) -> dict[int, bool]:
    """The pauses that are open, by their number, and whether the time to answer is over."""
    waits: dict[int, bool] = {}
    for data in known:
        match data:
            case ClockPaused():
                waits.setdefault(data.pause_no, False)
            case SupplementExpired():
                waits[data.pause_no] = True
            case ClockResumed() | ClockRestarted():
                waits.pop(data.pause_no, None)
            case _ if isinstance(data, _ENDINGS):
                waits.clear()
            case _:
                pass
    return waits


def _names(units: Sequence[PlacedUnit], day: date) -> dict[int, str]:
    def nearness(piece: PlacedUnit) -> tuple[bool, int]:
        has_begun = piece.valid_from <= day
        return has_begun, piece.valid_from.toordinal() * (1 if has_begun else -1)

    return {piece.period.unit_id: piece.period.name for piece in sorted(units, key=nearness)}
