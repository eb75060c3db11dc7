"""What a published calendar says, before anything is computed from it.

In goes the content of a TOML file (rules/data/calendars), out comes a `CalendarSpec`; it is checked here, once, so that
`rules.calendars.calendar` can trust it. Pure: the time zone is handed in, nothing is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from itertools import pairwise
from typing import Any, Literal, cast

from rules.errors import InvalidCalendarError

EntryKind = Literal["off", "make_up"]
Periods = tuple[tuple[time, time], ...]

_WEEK = range(1, 8)


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
    periods: Periods
    legal_source: str | None
    source_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeRegime:
    """The opening hours, on some weekdays, of counters that are open on a day that does not count for terms (DR-07)."""

    valid_from: date
    weekdays: frozenset[int]
    periods: Periods
    legal_source: str | None
    source_status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarSpec:
    """A published calendar: one version, valid from its first to its last published day, both included.

    `published_at` is the instant from which the offices know this version (DR-27). A calendar `is_for_history` dates what
    was imported and is not missing its next year. It answers for `covered_from` to `covered_until`, both included: days of these
    that are not published are provisional (CAL-6, `rules.calendars.provisional`).
    """

    calendar_id: str
    version: str
    published_at: datetime
    is_for_history: bool
    name: str
    name_en: str
    zone: tzinfo
    valid_from: date
    valid_until: date
    working_weekdays: frozenset[int]
    intake_weekdays: frozenset[int]
    sessions: tuple[SessionRegime, ...]
    intake_sessions: tuple[IntakeRegime, ...]
    entries: Mapping[date, CalendarEntry]
    checksums: Mapping[int, tuple[int, ...]]
    covered_from: date
    covered_until: date

    def is_published(self, day: date) -> bool:
        """Tell whether what is said about a day was published, and is not provisional."""
        return self.valid_from <= day <= self.valid_until


def parse_calendar(data: Mapping[str, Any], zone: tzinfo) -> CalendarSpec:
    """Check the content of a calendar file and give the calendar it publishes.

    Raises:
        InvalidCalendarError: a field is missing, of the wrong kind, or contradicts another.
    """
    try:
        spec = CalendarSpec(
            calendar_id=data["id"],
            version=data["version"],
            published_at=_instant(data["published_at"]),
            is_for_history=data.get("is_for_history", False),
            name=data["name"],
            name_en=data["name_en"],
            zone=zone,
            valid_from=data["valid_from"],
            valid_until=data["valid_until"],
            working_weekdays=frozenset(data["working_weekdays"]),
            intake_weekdays=frozenset(data["intake_weekdays"]),
            sessions=tuple(_session_regime(row) for row in data["sessions"]),
            intake_sessions=tuple(_intake_regime(row) for row in data.get("intake_sessions", ())),
            entries=_entries(data.get("exceptions", ())),
            checksums={row["year"]: tuple(row["working_days"]) for row in data.get("checksums", ())},
            covered_from=data["valid_from"],
            covered_until=data["valid_until"],
        )
    except (KeyError, TypeError) as error:
        message = f"calendar {data.get('id', '?')}: missing or wrong field: {error}"
        raise InvalidCalendarError(message) from error
    _check(spec)
    return spec


def _instant(value: object) -> datetime:
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value
    message = f"{value!r} is not an instant with its offset, such as 2026-11-21T00:00:00+07:00"
    raise TypeError(message)


def _session_regime(row: Mapping[str, Any]) -> SessionRegime:
    return SessionRegime(
        valid_from=row["valid_from"],
        periods=_periods(row),
        legal_source=row.get("legal_source"),
        source_status=row["source_status"],
    )


def _intake_regime(row: Mapping[str, Any]) -> IntakeRegime:
    return IntakeRegime(
        valid_from=row["valid_from"],
        weekdays=frozenset(row["weekdays"]),
        periods=_periods(row),
        legal_source=row.get("legal_source"),
        source_status=row["source_status"],
    )


def _periods(row: Mapping[str, Any]) -> Periods:
    return tuple((period["start"], period["end"]) for period in row["periods"])


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
    problem = (
        _problem_of_version(spec)
        or _problem_of_span(spec)
        or _problem_of_sessions(spec)
        or _problem_of_entries(spec)
        or _problem_of_intake(spec)
    )
    if problem:
        message = f"calendar {spec.calendar_id} {spec.version}: {problem}"
        raise InvalidCalendarError(message)


def _problem_of_version(spec: CalendarSpec) -> str | None:
    if not all(part.isdecimal() for part in spec.version.split(".")):
        return "a version is numbers with points between them, such as 2026.1"
    return None


def _problem_of_span(spec: CalendarSpec) -> str | None:
    if spec.valid_until < spec.valid_from:
        return "valid_until lies before valid_from"
    if not spec.working_weekdays or not (spec.working_weekdays | spec.intake_weekdays) <= set(_WEEK):
        return "weekdays are ISO numbers, 1 (Monday) to 7, and at least one is a working day"
    return None


def _problem_of_sessions(spec: CalendarSpec) -> str | None:
    return _problem_of_regimes(spec, spec.sessions, "sessions")


def _problem_of_entries(spec: CalendarSpec) -> str | None:
    for entry in spec.entries.values():
        if not spec.valid_from <= entry.day <= spec.valid_until:
            return f"{entry.day} lies outside the published span"
        if entry.kind not in {"off", "make_up"} or entry.counts_for_term != (entry.kind == "make_up"):
            return f"{entry.day}: kind {entry.kind!r} and counts_for_term contradict each other"
        weekday = entry.day.isoweekday()
        as_usual = weekday in spec.working_weekdays, weekday in spec.intake_weekdays
        # A make-up day is one because of its weekday; a day off may also be one on which only the counters would be open.
        if (entry.counts_for_term, entry.open_for_intake) == as_usual or (entry.counts_for_term and as_usual[0]):
            return f"{entry.day}: kind {entry.kind!r} changes nothing on that weekday"
    return None


def _problem_of_intake(spec: CalendarSpec) -> str | None:
    """Say where counters would be open without opening hours: a day that does not count has none of its own."""
    for weekday in _WEEK:
        regimes = [regime for regime in spec.intake_sessions if weekday in regime.weekdays]
        is_needed = weekday in spec.intake_weekdays - spec.working_weekdays or any(
            entry.open_for_intake and not entry.counts_for_term and entry.day.isoweekday() == weekday
            for entry in spec.entries.values()
        )
        if is_needed or regimes:
            problem = _problem_of_regimes(spec, regimes, f"intake_sessions of weekday {weekday}")
            if problem:
                return problem
    return None


def _problem_of_regimes(spec: CalendarSpec, regimes: Sequence[SessionRegime | IntakeRegime], what: str) -> str | None:
    starts = [regime.valid_from for regime in regimes]
    if not starts or starts[0] > spec.valid_from or any(a >= b for a, b in pairwise(starts)):
        return f"{what} must cover the whole span, oldest first"
    for regime in regimes:
        edges = [edge for period in regime.periods for edge in period]
        if not edges or any(a >= b for a, b in pairwise(edges)):
            return f"the {what} from {regime.valid_from} are empty, out of order, or touch each other"
    return None
