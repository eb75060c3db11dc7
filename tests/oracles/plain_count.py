"""The figures in plain Python, straight from the events: the oracle for the SQL.

In go events (typed, in any order, doubled or not), the placed units, a level and a period; out come the same `UnitFigures` as
from ClickHouse. Written apart from `facts` and from the SQL on purpose: it takes each dossier's events as they are and asks the
questions of domain.md 4.7.2 one by one. Classes and pauses are those that the clock stated; nothing is judged here either.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
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
    DossierReassignedByReorganisation,
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
from tests.oracles.plain_obligations import is_unapologised, owed_in
from tests.unit.stats.places import places_of

_DATED = (DeadlineSet, DeadlineMoved, DeadlineRecomputed, DeadlineMet)
_ENDINGS = (ResultReadyAtCounter, DossierWithdrawn, ProcessingStopped, DossierReturned)


_OUTSIDE = -1
"""Counted nowhere in the scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedDossier:
    """One dossier's answer for one unit: where it is counted at the level (None = above it), and under which figures."""

    dossier_id: str
    counted_unit_id: int | None
    counts: Counts


@dataclass(slots=True)
class _Stay:
    """In the stock from `since` until it ended; still open if it didn't."""

    since: datetime
    until: datetime | None = None
    ending: Event | None = None

    def is_open_at(self, instant: datetime) -> bool:
        """Whether it was open just before an instant."""
        return self.since < instant and (self.until is None or self.until >= instant)


def figures_of(
    events: Sequence[Event], units: Sequence[PlacedUnit], level: Level, period: Period, unit_id: int | None = None
) -> list[UnitFigures]:
    """The figures of every unit with dossiers in the period, in order of unit_id; `unit_id` narrows to it and below it."""
    sums: dict[int, dict[str, Any]] = defaultdict(lambda: dict.fromkeys(FIGURE_NAMES, 0))
    for dossier in counted_dossiers(events, units, level, period, unit_id):
        if dossier.counted_unit_id is not None:
            for name, count in asdict(dossier.counts).items():
                sums[dossier.counted_unit_id][name] += count
    places = places_of(units)
    for holder, day, figure in owed_in(events, period):
        place = places.on(holder, day)
        counted_id = _counted_unit(level, place, holder)
        if counted_id is not None and (not unit_id or unit_id in (*place, holder)):
            sums[counted_id]["apology_required"] += 1
            sums[counted_id][figure] += 1
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
    """Every dossier that matters to the period and lies in the scope, once for each unit of the level that counts it."""
    places = places_of(units)
    by_dossier: dict[str, dict[str, Event]] = defaultdict(dict)
    for event in events:
        by_dossier[event.envelope.dossier_id][event.envelope.event_id] = event
    counted = []
    for dossier_id, distinct in sorted(by_dossier.items()):
        story = _put_right(_heeded(sorted(distinct.values(), key=_order)))
        accepted = next((event for event in story if isinstance(event.data, DossierAccepted)), None)
        if accepted is None:
            continue
        keepers = []
        for since, unit in _keepers(story, accepted):
            place = places.on(unit, local_day(since))
            is_inside = not unit_id or unit_id in (*place, unit)
            keepers.append((since, _counted_unit(level, place, unit) if is_inside else _OUTSIDE))
        counted += [
            CountedDossier(dossier_id=dossier_id, counted_unit_id=one, counts=counts)
            for one, counts in _count(story, accepted, keepers, period)
            if one != _OUTSIDE
        ]
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
        if "new_unit_id" in said and isinstance(target.data, DossierReassignedByReorganisation):
            about["new_unit_id"] = said["new_unit_id"]
    found = []
    for event in story:
        about = {name: value for name, value in right[event.envelope.event_id].items() if name != "latest"}
        taken_over_by = about.pop("new_unit_id", None)
        data = replace(event.data, new_unit_id=taken_over_by) if taken_over_by else event.data
        is_after = isinstance(event.data, DossierAccepted) and dues and about.get("occurred_at", min(dues)) > min(dues)
        if is_after:
            del about["occurred_at"]
        found.append(replace(event, envelope=replace(event.envelope, **about), data=data))
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


def _heeded(story: Sequence[Event]) -> list[Event]:
    """Without what the clock refused."""
    refused = {
        event.data.target_event_id
        for event in story
        if isinstance(event.data, IntegrityFlagRaised) and event.data.rule.startswith("domain 4.3")
    }
    return [event for event in story if event.envelope.event_id not in refused]


def _keepers(story: Sequence[Event], accepted: Event) -> list[tuple[datetime, int]]:
    """Which unit has the dossier in its stock, and since when: who received it, then who took it over (OR-8)."""
    keepers = [(accepted.envelope.occurred_at, accepted.envelope.unit_id)]
    for event in story[story.index(accepted) :]:
        since, unit = keepers[-1]
        if isinstance(event.data, DossierReassignedByReorganisation) and event.data.old_unit_id == unit:
            keepers.append((max(since, event.envelope.occurred_at), event.data.new_unit_id))
    return keepers


def _stays(story: Sequence[Event], accepted_at: datetime) -> list[_Stay]:
    """From acceptance to ending, from reopening to the next ending, and so on (B11).

    A result said to be ready before the dossier was received, or reopened, counts when that was.
    """
    stays = [_Stay(accepted_at)]
    for event in story:
        last, at = stays[-1], event.envelope.occurred_at
        if isinstance(event.data, _ENDINGS) and last.until is None:
            last.until, last.ending = max(_counts_at(story, event), last.since), event
        elif isinstance(event.data, DossierReopened) and last.until is not None:
            stays.append(_Stay(max(at, last.until)))
    return stays


def _counts_at(story: Sequence[Event], event: Event) -> datetime:
    """When it happened; of an ending, when the clock stated last that it counts: when it was recorded, if too late (DR-31)."""
    if not isinstance(event.data, _ENDINGS):
        return event.envelope.occurred_at
    said = [one.data for one in story if isinstance(one.data, EndingClassified)]
    own = [data.counts_at for data in said if data.target_event_id == event.envelope.event_id]
    return own[-1] if own and own[-1] is not None else event.envelope.occurred_at


def _count(
    story: Sequence[Event], accepted: Event, keepers: Sequence[tuple[datetime, int | None]], period: Period
) -> list[tuple[int | None, Counts]]:
    """The counts of each unit whose stock it was in: how it came in, where it went, how it left or stands."""
    accepted_at = accepted.envelope.occurred_at
    stays = _stays(story, accepted_at)
    here = [one for one in stays if one.since < period.to_at and (one.until is None or one.until >= period.from_at)]
    if not here:
        return []
    if here[0].since < period.from_at:
        came = {"carried_in": 1}
    elif here[0] is stays[0]:
        channel = {1: "received_direct", 2: "received_online", 3: "received_postal"}.get(accepted.envelope.channel or 0)
        came = {"received": 1} | ({channel: 1} if channel else {})
    else:
        came = {"reopened": 1}
    if here[-1].is_open_at(period.to_at):
        went = _open_counts(story, accepted_at, period.as_of)
    else:
        assert here[-1].ending is not None  # it isn't open
        went = _ended_counts(story, here[-1].ending)
    way = [unit for one in here for unit in _way(one, keepers, period, is_first=one is stays[0])]
    return _shared(way, came, went)


def _way(
    stay: _Stay, keepers: Sequence[tuple[datetime, int | None]], period: Period, *, is_first: bool
) -> list[int | None]:
    """The units that had it in their stock in the part of a stay that lies in the period."""
    if stay.since < period.from_at:
        first = _last(since < period.from_at for since, _ in keepers)
    else:
        first = 0 if is_first else _last(since <= stay.since for since, _ in keepers)
    if stay.until is None or stay.until >= period.to_at:
        last = _last(since < period.to_at for since, _ in keepers)
    else:
        last = _last(since <= stay.until for since, _ in keepers)
    return [unit for _, unit in keepers[first : last + 1]]


def _last(holds: Iterable[bool]) -> int:
    """The place of the last that holds; the first unit has it from the beginning."""
    return max((nth for nth, one in enumerate(holds) if one), default=0)


def _shared(
    way: Sequence[int | None], came: Mapping[str, int], went: Mapping[str, int]
) -> list[tuple[int | None, Counts]]:
    """It came to the first and went from the last; each hand-over on the way is one out and one in, unless both are one unit."""
    shared: dict[int | None, Counter[str]] = {unit: Counter() for unit in way}
    shared[way[0]].update(came)
    shared[way[-1]].update(went)
    for old, new in pairwise(way):
        if old != new:
            shared[old]["transferred_out"] += 1
            shared[new]["transferred_in"] += 1
    return [(unit, Counts(**counts)) for unit, counts in shared.items()]


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
        if (_counts_at(story, event) < as_of or (isinstance(event.data, DeadlineSet) and accepted_at < as_of))
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
        return {"open": 1, "open_overdue": 1, "open_overdue_unapologised": int(is_unapologised(story, as_of))}
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
