"""The figures counted a second time, in plain Python over the published events, to hold against the statistics.

In: structured CloudEvents of `dossier-events` and `deadline-events` as `motcua events` prints them, and the units.
Out: the counts of docs/rules/statistics.md per unit, with B11 (endings, reopenings), OR-8 (a reorganisation) and B19 (apologies).
It shares no code with the services and is written from the text alone: it is short enough to be checked by reading. Classes,
pauses and obligations are those that the clock stated; nothing is judged here.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from demo.oracle_obligations import Owed, is_letter_missing, owed_counts
from demo.reference import Unit

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
RESOLVED = "result-ready-at-counter.v1"
ENDINGS = (RESOLVED, "dossier-withdrawn.v1", "processing-stopped.v1", "dossier-returned.v1")
DUES = ("deadline-set.v1", "deadline-moved.v1", "deadline-recomputed.v1")
RESUMES = ("clock-resumed.v1", "clock-restarted.v1", "clock-not-armed.v1")
CHANNELS = {1: "received_direct", 2: "received_online", 3: "received_postal"}
COUNTS = (
    "carried_in", "received", "received_direct", "received_online", "received_postal", "reopened", "transferred_in",
    "resolved", "early", "on_time", "late", "unknown", "terminated", "transferred_out",
    "open", "open_within", "open_due_soon", "open_paused", "open_supplement_expired", "open_overdue", "open_unknown",
    "open_overdue_unapologised",
    "apology_required", "apology_in_time", "apology_late", "apology_waived", "apology_missing",
)  # fmt: skip


@dataclass(slots=True)
class Turn:
    """It came into the stock (accepted, reopened), or left it by an ending; `by` is the ending's type, "" for the others."""

    at: datetime
    by: str = ""
    event_id: str = ""


@dataclass(slots=True)
class Seen:
    """What the events say about one dossier. `keepers`: who received it, then whoever took it over, each with the instant."""

    channel: int = 0
    keepers: list[tuple[datetime, int]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    classes: dict[str, str] = field(default_factory=dict)
    dues: list[tuple[datetime, datetime]] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    expired: list[datetime] = field(default_factory=list)
    owed: dict[datetime, Owed] = field(default_factory=dict)


def read(events: Iterable[Mapping[str, Any]]) -> list[Seen]:
    """One Seen per dossier that was accepted, from the events of both topics in any order, each any number of times."""
    seen: dict[str, Seen] = defaultdict(Seen)
    published = _as_corrected({one["id"]: one for one in events})
    refused = {
        one["data"]["target_event_id"]
        for one in published.values()
        if one["type"] == "integrity-flag-raised.v1" and one["data"]["rule"].startswith("domain 4.3")
        and one["source"] == "urn:motcua:deadlines"
    }  # fmt: skip
    heeded = [one for event_id, one in published.items() if event_id not in refused]
    # What a clock says about an event follows it; when it was accepted is known before its deadline is set.
    for event in sorted(
        heeded, key=lambda one: (one["subject"], one["streamseq"], one["type"] != "dossier-accepted.v1")
    ):
        if event["data"].get("clock_kind", "dossier") == "dossier":
            _apply(seen[event["subject"]], event)
    return [one for one in seen.values() if one.turns]


def _as_corrected(published: dict[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Each event as its corrections leave it (B20): no ending earlier than it was said, no acceptance after a due date."""
    dues: dict[str, list[datetime]] = defaultdict(list)
    for one in published.values():
        if one["type"] in DUES and one["data"].get("clock_kind", "dossier") == "dossier":
            dues[one["subject"]].append(datetime.fromisoformat(one["data"]["lawful_due_at"]))
    corrections = [one for one in published.values() if one["type"] == "event-corrected.v1"]
    for correction in sorted(corrections, key=lambda one: (one["subject"], one["streamseq"])):
        target = published.get(correction["data"]["target_event_id"])
        if target is None:
            continue
        fields = dict(correction["data"]["corrected_fields"])
        envelope = {name: fields.pop(name) for name in ("time", "unitid") if name in fields}
        if "time" in envelope:
            at, said_at = (datetime.fromisoformat(one) for one in (envelope["time"], target["time"]))
            is_earlier_end = target["type"] in ENDINGS and at < said_at
            is_overdue = target["type"] == "dossier-accepted.v1" and at > min(dues[target["subject"]], default=at)
            if is_earlier_end or is_overdue:
                del envelope["time"]
        data = {name: value for name, value in {**target["data"], **fields}.items() if value is not None}
        published[target["id"]] = {**target, **envelope, "data": data}
    return published


def _apply(one: Seen, event: Mapping[str, Any]) -> None:
    kind, at, data = event["type"], datetime.fromisoformat(event["time"]), event["data"]
    if kind == "dossier-accepted.v1":
        one.channel, one.keepers = event.get("channel", 0), [(at, event["unitid"])]
        one.turns.append(Turn(at))
    elif kind == "dossier-reassigned-by-reorganisation.v1":
        # The stock moves if the old unit is the one that counts it, not if it only held it (OR-8).
        if one.keepers and one.keepers[-1][1] == data["old_unit_id"]:
            one.keepers.append((max(at, one.keepers[-1][0]), data["new_unit_id"]))
    elif kind in ENDINGS and one.turns and not one.turns[-1].by:
        one.turns.append(Turn(max(at, one.turns[-1].at), kind, event["id"]))
    elif kind == "dossier-reopened.v1" and one.turns and one.turns[-1].by:
        _go_on(one, one.turns[-1].at)
        one.turns.append(Turn(max(at, one.turns[-1].at)))
    else:
        _apply_said(one, kind, at, data)


def _apply_said(one: Seen, kind: str, at: datetime, data: Mapping[str, Any]) -> None:
    if kind == "ending-classified.v1":
        one.classes[data["target_event_id"]] = data["outcome"]
        if "counts_at" in data or "ended_at" in data:
            _count_at(one, data["target_event_id"], datetime.fromisoformat(data.get("counts_at") or data["ended_at"]))
    elif kind in DUES:
        one.dues.append((at, datetime.fromisoformat(data["lawful_due_at"])))
    elif kind == "clock-paused.v1":
        one.pauses.append((at, None))
    elif kind == "supplement-expired.v1":
        one.expired.append(at)
    elif kind in RESUMES:
        _go_on(one, at)
    elif kind in ("apology-required.v1", "apology-lapsed.v1", "apology-classified.v1"):
        missed_at = data.get("missed_due_at") if kind == "apology-lapsed.v1" else data["lawful_due_at"]
        if missed_at is not None:
            one.owed.setdefault(datetime.fromisoformat(missed_at), Owed()).hear(kind, at, data)


def _count_at(one: Seen, event_id: str, at: datetime) -> None:
    """An ending that was recorded late counts when it was recorded, until it is approved (DR-31)."""
    for before, turn in pairwise(one.turns):
        if turn.event_id == event_id:
            turn.at = max(at, before.at)


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
        for at, unit_id, names in [
            *_flows(one, places, level, (start, end, now)),
            *owed_counts(one.owed, start, end, now),
        ]:
            counted_id = _unit_at(places, unit_id, at.astimezone(VIETNAM).date(), level)
            if counted_id is not None:
                for name in names:
                    counted[counted_id][name] += 1
    return dict(counted)


def _flows(
    one: Seen, places: Mapping[int, list[Unit]], level: str, period: tuple[datetime, datetime, datetime]
) -> Iterator[tuple[datetime, int, tuple[str, ...]]]:
    """How it came in, how it left or stands (I1), each with the keeper that counts it; and what was handed over between them."""
    start, end, now = period
    if one.turns[0].at >= end:
        return
    came: tuple[str, ...]
    before = [turn for turn in one.turns if turn.at < start]
    inside = [turn for turn in one.turns if start <= turn.at < end]
    last = (before + inside)[-1] if before or inside else None
    if last is None or (not inside and last.by):
        return
    if before and not before[-1].by:
        came, first = ("carried_in",), _keeper(one, before=start)
    elif before:
        came, first = ("reopened",), _keeper(one, until=inside[0].at)
    else:
        came, first = tuple(name for name in ("received", CHANNELS.get(one.channel, "")) if name), 0
    if last.by:
        went, final = _ended(one, last), _keeper(one, until=last.at)
    else:
        went, final = _open(one, min(end, now)), _keeper(one, before=end)
    way = one.keepers[first : final + 1]
    yield (*way[0], came)
    yield (*way[-1], went)
    at_level = [_unit_at(places, unit_id, at.astimezone(VIETNAM).date(), level) for at, unit_id in way]
    for counted_id in set(at_level):
        here = way[at_level.index(counted_id)]
        if counted_id != at_level[0]:
            yield (*here, ("transferred_in",))
        if counted_id != at_level[-1]:
            yield (*here, ("transferred_out",))


def _keeper(one: Seen, *, before: datetime | None = None, until: datetime | None = None) -> int:
    """The place of who had it just before an instant, or at one."""
    taken = [
        at for at, _ in one.keepers[1:] if (before is not None and at < before) or (until is not None and at <= until)
    ]
    return len(taken)


def _ended(one: Seen, turn: Turn) -> tuple[str, ...]:
    return ("resolved", one.classes.get(turn.event_id, "unknown")) if turn.by == RESOLVED else ("terminated",)


def _open(one: Seen, as_of: datetime) -> tuple[str, ...]:
    for paused_at, resumed_at in one.pauses:
        if paused_at < as_of and (resumed_at is None or resumed_at >= as_of):
            is_expired = any(paused_at <= at < as_of for at in one.expired)
            return ("open", "open_paused", *(["open_supplement_expired"] if is_expired else []))
    known = [due_at for at, due_at in one.dues if at < as_of]
    if not known:
        return ("open", "open_unknown")
    if known[-1] < as_of:
        return ("open", "open_overdue", *(["open_overdue_unapologised"] if is_letter_missing(one.owed, as_of) else []))
    return (
        ("open", "open_within", "open_due_soon") if known[-1] < as_of + timedelta(days=1) else ("open", "open_within")
    )


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
