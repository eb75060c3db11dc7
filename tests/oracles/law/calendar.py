"""The working calendar by the text of the law (CAL-1 to CAL-6, DR-01, B15): every question is answered by walking days.

Written from `docs/rules/calendars.md` and the published files alone; nothing of the product is used. All instants have a zone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
Sessions = list[tuple[date, list[tuple[time, time]]]]


class BeyondTheCalendarError(Exception):
    """A question about a day that no calendar covers (CAL-6, AL-7)."""


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """One version of a calendar. `counts` holds the days that do not go by their weekday; both ends are covered."""

    calendar_id: str
    version: str
    published_at: datetime
    zone: ZoneInfo
    weekdays: frozenset[int]
    counts: Mapping[date, bool]
    hours: Sessions
    first: date
    last: date
    _sessions: dict[date, list[tuple[datetime, datetime]]] = field(default_factory=dict)

    def local(self, at: datetime) -> datetime:
        """The instant as the clock on the wall shows it."""
        return at.astimezone(self.zone)

    def day(self, at: datetime) -> date:
        """The local day of an instant."""
        return self.local(at).date()

    def is_working_day(self, day: date) -> bool:
        """CAL-1. Raises `BeyondTheCalendarError`."""
        if not self.first <= day <= self.last:
            raise BeyondTheCalendarError(f"{self.calendar_id} {self.version}: {day}")
        return self.counts.get(day, day.isoweekday() in self.weekdays)

    def sessions(self, day: date) -> list[tuple[datetime, datetime]]:
        """CAL-2: the sessions of a day, none on a day that does not count (CAL-3)."""
        if day not in self._sessions:
            in_force = [periods for since, periods in self.hours if since <= day] if self.is_working_day(day) else []
            self._sessions[day] = [
                (datetime.combine(day, one, self.zone), datetime.combine(day, other, self.zone))
                for one, other in (in_force[-1] if in_force else [])
            ]
        return self._sessions[day]

    def close(self, day: date) -> datetime:
        """The end of the last session of a working day."""
        return self.sessions(day)[-1][1]

    def working_day_from(self, day: date) -> date:
        """The day itself if it counts, else the next one that does."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def nth_working_day(self, day: date, count: int) -> date:
        """The count-th working day after (below zero: before) a day, which itself is left out."""
        step = _DAY if count > 0 else -_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days(self, after: date, until: date) -> int:
        """How many working days lie in (after, until]; 0 if none do."""
        return sum(self.is_working_day(after + n * _DAY) for n in range(1, (until - after).days + 1))

    def effective_start(self, at: datetime) -> datetime:
        """DR-01: the first working instant at or after it; the end of a session is no working time."""
        at = self.local(at)
        for begins, ends in self._from(at.date()):
            if at < ends:
                return max(at, begins)
        raise AssertionError

    def add(self, at: datetime, length: timedelta) -> datetime:
        """The instant at which so much working time has passed; at the end of a session, not at the start of the next."""
        at = self.local(at)
        for begins, ends in self._from(at.date()):
            room = max(ends - max(at, begins), timedelta(0))
            if room and length <= room:
                return max(at, begins) + length
            length -= room
        raise AssertionError

    def working_time(self, since: datetime, until: datetime) -> timedelta:
        """How much working time lies between two instants; none if they are the wrong way round."""
        total = timedelta(0)
        since, until = self.local(since), self.local(until)
        day = since.date()
        while day <= until.date():
            for begins, ends in self.sessions(day):
                total += max(min(ends, until) - max(begins, since), timedelta(0))
            day += _DAY
        return total

    def given(self, at: datetime) -> datetime:
        """B15: how a date that somebody states is read."""
        at = self.local(at)
        if not self.is_working_day(at.date()):
            return self.close(self.working_day_from(at.date()))
        return self.close(at.date()) if at.time() == time(0) else at

    def _from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        while True:
            yield from self.sessions(day)
            day += _DAY


def read_calendar(
    content: Mapping[str, Any], provisional: Mapping[str, Any], others: Sequence[Mapping[str, Any]] = ()
) -> Calendar:
    """A calendar from its published file, with the provisional days around it; `others` are those that it may extend."""
    whole: dict[str, Any] = dict(content)
    if base := content.get("extends"):
        under = next(one for one in others if (one["id"], one["version"]) == (base["id"], base["version"]))
        days = {row["date"]: row for row in (*under["exceptions"], *content.get("exceptions", ()))}
        whole = {**under, **content, "exceptions": list(days.values())}
    counts = {row["date"]: bool(row["counts_for_term"]) for row in whole.get("exceptions", ())}
    first, last = whole["valid_from"], whole["valid_until"]
    if whole["id"] in provisional["calendars"]:
        off = [row["date"] for row in provisional["days"]]
        counts |= {day: False for day in off if not first <= day <= last}
        first, last = min(first, provisional["valid_from"]), max(last, provisional["valid_until"])
    return Calendar(
        calendar_id=whole["id"],
        version=whole["version"],
        published_at=whole["published_at"],
        zone=ZoneInfo(whole["time_zone"]),
        weekdays=frozenset(whole["working_weekdays"]),
        counts=counts,
        hours=[
            (row["valid_from"], [(one["start"], one["end"]) for one in row["periods"]]) for row in whole["sessions"]
        ],
        first=first,
        last=last,
    )
