"""The figures counted a second time, in plain Python over the published events, to hold against the statistics.

In: structured CloudEvents of `dossier-events` and `deadline-events` as `motcua events` prints them, and the units.
Out: the counts of domain.md 4.7.2 per unit. It shares no code with the services: it is short enough to be checked by reading.
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
PAUSES = {"supplement-requested.v1": "supplement", "clock-paused.v1": "financial_duty"}
RESUMES = {
    "supplement-completed.v1": "supplement", "clock-resumed.v1": "financial_duty", "clock-restarted.v1": "financial_duty",
}  # fmt: skip
BACKDATED_AFTER = timedelta(minutes=15)
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
    recorded_at: datetime | None = None
    approved: set[str] = field(default_factory=set)
    zone: ZoneInfo = VIETNAM
    by_instant: bool = False
    dues: list[tuple[datetime, datetime, date]] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    waits: dict[str, int] = field(default_factory=dict)


def read(events: Iterable[Mapping[str, Any]]) -> list[Seen]:
    """One Seen per dossier, from the events of both topics in any order."""
    seen: dict[str, Seen] = defaultdict(Seen)
    for event in sorted(events, key=lambda one: (one["subject"], one["streamseq"], one["type"] != "deadline-set.v1")):
        if event["data"].get("clock_kind", "dossier") == "dossier":
            _tell(seen[event["subject"]], event)
    return [one for one in seen.values() if one.accepted_at is not None]


def _tell(one: Seen, event: Mapping[str, Any]) -> None:
    kind, at, data = event["type"], datetime.fromisoformat(event["time"]), event["data"]
    if kind == "dossier-accepted.v1":
        one.unit_id, one.accepted_at = event["unitid"], at
    elif kind in ENDINGS and one.ended_at is None:
        one.ended_at, one.ended_by, one.ended_id = at, kind, event.get("id", "")
        one.recorded_at = (
            None if event.get("history") else datetime.fromisoformat(event.get("recordedat", event["time"]))
        )
    elif kind == "dossier-reopened.v1" and one.ended_at is not None:
        for wait in one.waits.values():
            one.pauses[wait] = (one.pauses[wait][0], one.ended_at)
        one.ended_at, one.waits = None, {}
    elif kind == "backdating-approved.v1":
        one.approved.add(data["target_event_id"])
    elif kind in DUES:
        _tell_due(one, kind, at, data)
    else:
        _tell_wait(one, kind, at, data.get("cause", "supplement"))


def _tell_due(one: Seen, kind: str, at: datetime, data: Mapping[str, Any]) -> None:
    if kind == "deadline-set.v1":
        one.zone, one.by_instant = ZoneInfo(data["time_zone"]), data["classify_by"] == "instant"
    due = (at, datetime.fromisoformat(data["lawful_due_at"]), date.fromisoformat(data["due_on"]))
    if not one.dues or one.dues[-1][1:] != due[1:]:
        one.dues.append(due)


def _tell_wait(one: Seen, kind: str, at: datetime, cause: str) -> None:
    """A supplement is told by people; that an obligation stops the clock is told by the clock."""
    if PAUSES.get(kind) == cause and cause not in one.waits:
        one.waits[cause] = len(one.pauses)
        one.pauses.append((at, None))
    elif RESUMES.get(kind) == cause and cause in one.waits:
        wait = one.waits.pop(cause)
        one.pauses[wait] = (one.pauses[wait][0], at)


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
    if not one.dues or one.ended_at is None:
        return ("resolved",)
    # DR-31: told long afterwards, with the due date in between, it counts as late until a head approves.
    is_told_late = one.recorded_at is not None and one.recorded_at - one.ended_at > BACKDATED_AFTER
    if is_told_late and one.ended_id not in one.approved and _class(one, one.recorded_at) == "late":
        return ("resolved", "late")
    return ("resolved", _class(one, one.ended_at))


def _class(one: Seen, ended_at: datetime | None) -> str:
    assert ended_at is not None  # noqa: S101  # asked about endings only
    _, due_at, due_on = one.dues[-1]
    actual: Any = ended_at if one.by_instant else ended_at.astimezone(one.zone).date()
    promised: Any = due_at if one.by_instant else due_on
    return "early" if actual < promised else "on_time" if actual == promised else "late"


def _open(one: Seen, as_of: datetime) -> tuple[str, ...]:
    known = [due_at for at, due_at, _ in one.dues if at < as_of]
    for paused_at, resumed_at in one.pauses:
        was_in_term = not known or paused_at <= max(due_at for at, due_at, _ in one.dues if at <= paused_at)
        if paused_at < as_of and (resumed_at is None or resumed_at >= as_of) and was_in_term:
            return ("open", "open_paused")
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
