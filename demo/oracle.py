"""The figures counted a second time, in plain Python over the published events, to hold against the statistics.

In: structured CloudEvents of `dossier-events` and `deadline-events` as `motcua events` prints them, and the units.
Out: the counts of domain.md 4.7.2 per unit. It shares no code with the services: it is short enough to be checked by reading.
The class of an ending and the pauses are those that the clock stated; an ending without a class is none of the three.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from demo.reference import Unit

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
RESOLVED = "result-ready-at-counter.v1"
DUES = ("deadline-set.v1", "deadline-moved.v1", "deadline-recomputed.v1", "deadline-met.v1")
RESUMES = ("clock-resumed.v1", "clock-restarted.v1")
ENDINGS = (RESOLVED, "dossier-withdrawn.v1", "processing-stopped.v1", "dossier-returned.v1")
MOVED = "dossier-reassigned-by-reorganisation.v1"
COUNTS = (
    "carried_in", "received", "reopened", "transferred_in", "transferred_out", "resolved", "early", "on_time", "late",
    "terminated", "open", "open_within", "open_paused", "open_overdue",
)  # fmt: skip


@dataclass(slots=True)
class Seen:
    """What the events say about one dossier."""

    accepted_at: datetime | None = None
    ends: list[tuple[datetime, str, str]] = field(default_factory=list)
    reopened: list[datetime] = field(default_factory=list)
    units: list[tuple[datetime, int]] = field(default_factory=list)
    classes: dict[str, str] = field(default_factory=dict)
    dues: list[tuple[datetime, datetime]] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)


def read(events: Iterable[Mapping[str, Any]]) -> list[Seen]:
    """One Seen per dossier, from the events of both topics in any order."""
    seen: dict[str, Seen] = defaultdict(Seen)
    published = list(events)
    refused = {
        one["data"]["target_event_id"]
        for one in published
        if one["type"] == "integrity-flag-raised.v1" and one["data"]["rule"].startswith("domain 4.3")
        and one["source"] == "urn:motcua:deadlines"
    }  # fmt: skip
    heeded = [one for one in published if one.get("id", "") not in refused]
    for event in sorted(heeded, key=lambda one: (one["subject"], one["streamseq"], one["type"] != "deadline-set.v1")):
        if event["data"].get("clock_kind", "dossier") == "dossier":
            _apply(seen[event["subject"]], event)
    return [one for one in seen.values() if one.accepted_at is not None]


def _apply(one: Seen, event: Mapping[str, Any]) -> None:
    kind, at, data = event["type"], datetime.fromisoformat(event["time"]), event["data"]
    is_ended = len(one.ends) > len(one.reopened)
    if kind == "dossier-accepted.v1":
        one.accepted_at, one.units = at, [(at, event["unitid"])]
    elif kind in ENDINGS and not is_ended:
        # What is dated before the acceptance or the reopening before it counts with that.
        one.ends.append((max(at, *one.reopened[-1:], one.accepted_at or at), kind, event.get("id", "")))
        _go_on(one, at)
    elif kind == "dossier-reopened.v1" and is_ended:
        one.reopened.append(max(at, one.ends[-1][0]))
    elif kind == MOVED and one.units and data["old_unit_id"] == one.units[-1][1]:
        one.units.append((max(at, one.units[-1][0]), data["new_unit_id"]))
    elif kind == "ending-classified.v1":
        one.classes[data["target_event_id"]] = data["outcome"]
    elif kind in DUES:
        due_at = datetime.fromisoformat(data["lawful_due_at"])
        if not one.dues or one.dues[-1][1] != due_at:
            one.dues.append((at, due_at))
    elif kind == "clock-paused.v1":
        one.pauses.append((at, None))
    elif kind in RESUMES:
        _go_on(one, at)


def _go_on(one: Seen, at: datetime) -> None:
    if one.pauses and one.pauses[-1][1] is None:
        one.pauses[-1] = (one.pauses[-1][0], at)


def count(
    dossiers: Sequence[Seen], units: Sequence[Unit], level: str, period: tuple[date, date], now: datetime
) -> dict[int, dict[str, int]]:
    """The counts of every unit of a level that has any, for the days [period[0], period[1])."""
    start, end = (datetime.combine(day, time(), VIETNAM) for day in period)
    places = _places(units)
    counted: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTS, 0))
    for one in dossiers:
        way = [
            (nth, _unit_at(places, unit, since.astimezone(VIETNAM).date(), level))
            for nth, since, unit in _stock(one, start, end)
        ]
        for number, (nth, unit_id) in enumerate(way):
            for name in _of(one, (nth, number, unit_id), way, (start, end, min(end, now))):
                if unit_id is not None:
                    counted[unit_id][name] += 1
    return {unit_id: cell for unit_id, cell in counted.items() if any(cell.values())}


def _stock(one: Seen, start: datetime, end: datetime) -> list[tuple[int, datetime, int]]:
    """In whose stock it was between two instants: (how many times it was reopened before, since when the unit has it, unit)."""
    assert one.accepted_at is not None  # noqa: S101  # read() keeps no other
    found = []
    for nth, since in enumerate([one.accepted_at, *one.reopened]):
        until = one.ends[nth][0] if nth < len(one.ends) else None
        for place, (taken_at, unit) in enumerate(one.units):
            given_at = one.units[place + 1][0] if place + 1 < len(one.units) else None
            begin = max(since, taken_at)
            finish = min((at for at in (until, given_at) if at is not None), default=None)
            # At one instant the new unit has it; only the acceptance is always the first one's.
            is_held = nth == 0 or given_at is None or given_at > since
            if is_held and (until is None or taken_at <= until) and begin < end and (finish is None or finish >= start):
                found.append((nth, taken_at, unit))
    return found


def _of(
    one: Seen,
    here: tuple[int, int, int | None],
    way: Sequence[tuple[int, int | None]],
    times: tuple[datetime, datetime, datetime],
) -> Iterator[str]:
    """What one place on the way through the period counts."""
    start, end, as_of = times
    nth, number, unit_id = here
    if number == 0:
        began = [one.accepted_at, *one.reopened][nth]
        assert began is not None  # noqa: S101
        yield "carried_in" if began < start else "reopened" if nth else "received"
    elif way[number - 1][1] != unit_id:
        yield "transferred_in"
    if number + 1 < len(way):
        if way[number + 1][1] != unit_id:
            yield "transferred_out"
    elif nth < len(one.ends) and one.ends[nth][0] < end:
        yield from _ended(one, one.ends[nth])
    else:
        yield from _open(one, as_of)


def _ended(one: Seen, end: tuple[datetime, str, str]) -> tuple[str, ...]:
    _, kind, event_id = end
    if kind != RESOLVED:
        return ("terminated",)
    found = one.classes.get(event_id, "unknown")
    return ("resolved", found) if found in COUNTS else ("resolved",)


def _open(one: Seen, as_of: datetime) -> tuple[str, ...]:
    if any(paused_at < as_of and (resumed_at is None or resumed_at >= as_of) for paused_at, resumed_at in one.pauses):
        return ("open", "open_paused")
    known = [due_at for at, due_at in one.dues if at < as_of]
    if not known:
        return ("open",)
    return ("open", "open_overdue" if known[-1] < as_of else "open_within")


def _places(units: Sequence[Unit]) -> dict[int, list[Unit]]:
    places: dict[int, list[Unit]] = defaultdict(list)
    for unit in units:
        places[unit.unit_id].append(unit)
    return places


def _unit_at(places: Mapping[int, list[Unit]], unit_id: int | None, day: date, level: str) -> int | None:
    """The unit of `level` at or above a unit on a day; None when it stands above that level."""
    while unit_id:
        valid = [
            one for one in places.get(unit_id, ()) if one.valid_from <= day and (one.valid_until or date.max) > day
        ]
        if not valid:
            return None
        if valid[0].level == level:
            return unit_id
        unit_id = valid[0].parent_id
    return None


def weeks(first: date, last: date) -> list[tuple[date, date]]:
    """The weeks (Monday to Monday) that touch the days from first to last."""
    monday = first - timedelta(days=first.weekday())
    found = []
    while monday <= last:
        found.append((monday, monday + timedelta(days=7)))
        monday += timedelta(days=7)
    return found
