"""The figures counted a second time, in plain Python over the published events, to hold against the statistics.

In: structured CloudEvents of `dossier-events` and `deadline-events` as `motcua events` prints them, and the units.
Out: the counts of domain.md 4.7.2 per unit. It shares no code with the services: it is short enough to be checked by reading.
The class of an ending and the pauses are those that the clock stated; an ending without a class is none of the three.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
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
COUNTS = (
    "carried_in", "received", "resolved", "early", "on_time", "late", "terminated",
    "open", "open_within", "open_paused", "open_overdue",
)  # fmt: skip


@dataclass(slots=True)
class Seen:
    """What the events say about one dossier."""

    unit_id: int = 0
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    ended_id: str = ""
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
    if kind == "dossier-accepted.v1":
        one.unit_id, one.accepted_at = event["unitid"], at
    elif kind in ENDINGS and one.ended_at is None:
        one.ended_at, one.ended_by, one.ended_id = at, kind, event.get("id", "")
        _go_on(one, at)
    elif kind == "dossier-reopened.v1":
        one.ended_at = None
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
        assert one.accepted_at is not None  # noqa: S101  # read() keeps no other
        ended_at = max(one.ended_at, one.accepted_at) if one.ended_at else None
        if one.accepted_at >= end or (ended_at is not None and ended_at < start):
            continue
        unit_id = _unit_at(places, one.unit_id, one.accepted_at.astimezone(VIETNAM).date(), level)
        if unit_id is None:
            continue
        cell = counted[unit_id]
        cell["received" if one.accepted_at >= start else "carried_in"] += 1
        for name in _ended(one) if ended_at is not None and ended_at < end else _open(one, min(end, now)):
            cell[name] += 1
    return dict(counted)


def _ended(one: Seen) -> tuple[str, ...]:
    if one.ended_by != RESOLVED:
        return ("terminated",)
    found = one.classes.get(one.ended_id, "unknown")
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
