"""What a published calendar says, before anything is computed from it.

In goes the content of a TOML file (rules/data/calendars), out comes a `CalendarSpec`; it is checked here, once, so that
`rules.calendar` can trust it. Pure: the time zone is handed in, nothing is read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, tzinfo
from itertools import pairwise
from typing import Any, Literal, cast

from rules.errors import InvalidCalendarError

EntryKind = Literal["off", "make_up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEntry:
    """One day that differs from its weekday: a holiday, a day off in exchange, or a make-up day (DR-07)."""

    day: date
    kind: EntryKind
    counts_for_term: bool
    open_for_intake: bool
    name: str
    name_en: str
    legal_source: str | None
    source_status: str
    announced_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRegime:
    """The opening hours of every working day from `valid_from` on, in local time, in order, without overlap."""

    valid_from: date
    periods: tuple[tuple[time, time], ...]
    legal_source: str | None
    source_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSpec:
    """A published calendar: one version, valid from its first to its last published day, both included."""

    calendar_id: str
    version: str
    name: str
    name_en: str
    zone: tzinfo
    valid_from: date
    valid_until: date
    working_weekdays: frozenset[int]
    intake_weekdays: frozenset[int]
    sessions: tuple[SessionRegime, ...]
    entries: Mapping[date, CalendarEntry]
    checksums: Mapping[int, tuple[int, ...]]


def parse_calendar(data: Mapping[str, Any], zone: tzinfo) -> CalendarSpec:
    """Check the content of a calendar file and give the calendar it publishes.

    Raises:
        InvalidCalendarError: a field is missing, of the wrong kind, or contradicts another.
    """
    try:
        spec = CalendarSpec(
            calendar_id=data["id"],
            version=data["version"],
            name=data["name"],
            name_en=data["name_en"],
            zone=zone,
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            working_weekdays=frozenset(data["working_weekdays"]),
            intake_weekdays=frozenset(data["intake_weekdays"]),
            sessions=tuple(_session_regime(row) for row in data["sessions"]),
            entries=_entries(data.get("exceptions", ())),
            checksums={row["year"]: tuple(row["working_days"]) for row in data.get("checksums", ())},
        )
    except (KeyError, TypeError) as error:
        message = f"calendar {data.get('id', '?')}: missing or wrong field: {error}"
        raise InvalidCalendarError(message) from error
    _check(spec)
    return spec


def _session_regime(row: Mapping[str, Any]) -> SessionRegime:
    return SessionRegime(
        valid_from=row["valid_from"],
        periods=tuple((period["start"], period["end"]) for period in row["periods"]),
        legal_source=row.get("legal_source"),
        source_status=row["source_status"],
    )


def _entries(rows: list[Mapping[str, Any]]) -> dict[date, CalendarEntry]:
    entries: dict[date, CalendarEntry] = {}
    for row in rows:
        entry = CalendarEntry(
            day=row["date"],
            kind=cast("EntryKind", row["kind"]),
            counts_for_term=row["counts_for_term"],
            open_for_intake=row["open_for_intake"],
            name=row["name"],
            name_en=row["name_en"],
            legal_source=row.get("legal_source"),
            source_status=row["source_status"],
            announced_on=row.get("announced_on"),
        )
        if entry.day in entries:
            message = f"{entry.day} is listed twice"
            raise InvalidCalendarError(message)
        entries[entry.day] = entry
    return entries


def _check(spec: CalendarSpec) -> None:
    problem = _problem_of_span(spec) or _problem_of_sessions(spec) or _problem_of_entries(spec)
    if problem:
        message = f"calendar {spec.calendar_id} {spec.version}: {problem}"
        raise InvalidCalendarError(message)


def _problem_of_span(spec: CalendarSpec) -> str | None:
    if spec.valid_until < spec.valid_from:
        return "valid_until lies before valid_from"
    if not spec.working_weekdays or not (spec.working_weekdays | spec.intake_weekdays) <= set(range(1, 8)):
        return "weekdays are ISO numbers, 1 (Monday) to 7, and at least one is a working day"
    return None


def _problem_of_sessions(spec: CalendarSpec) -> str | None:
    starts = [regime.valid_from for regime in spec.sessions]
    if not starts or starts[0] > spec.valid_from or any(a >= b for a, b in pairwise(starts)):
        return "sessions must cover the whole span, oldest first"
    for regime in spec.sessions:
        edges = [edge for period in regime.periods for edge in period]
        if not edges or any(a >= b for a, b in pairwise(edges)):
            return f"the sessions from {regime.valid_from} are empty, out of order, or touch each other"
    return None


def _problem_of_entries(spec: CalendarSpec) -> str | None:
    for entry in spec.entries.values():
        if not spec.valid_from <= entry.day <= spec.valid_until:
            return f"{entry.day} lies outside the published span"
        if entry.kind not in {"off", "make_up"} or entry.counts_for_term != (entry.kind == "make_up"):
            return f"{entry.day}: kind {entry.kind!r} and counts_for_term contradict each other"
        if (entry.day.isoweekday() in spec.working_weekdays) == entry.counts_for_term:
            return f"{entry.day}: kind {entry.kind!r} changes nothing on that weekday"
    return None
