"""Periods of Asia/Ho_Chi_Minh, half-open [from_on, to_on), and the instant at which what is open is judged (B6).

In go days and the present instant; out come periods. Pure: "now" is always an argument.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from services.stats.domain.errors import UnusablePeriodError

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
FIRST_DAY = date(1970, 1, 1)
"""The beginning of "all time": the first day a ClickHouse Date can hold."""
LAST_DAY = date(2149, 6, 6)
"""The end of "all time", exclusive; in the unit file it also means "still in force"."""
FAR_FUTURE = datetime(2299, 12, 31, tzinfo=UTC)
"""Stands in a tuple of the facts for an instant that has not come."""
NO_DUE = datetime(1970, 1, 1, tzinfo=UTC)
"""In the history of due dates: from then on none is known (AL-7). It is what the view reads where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """`from_on` inclusive, `to_on` exclusive, both local days; `as_of` is the instant at which OPEN is classified."""

    from_on: date
    to_on: date
    as_of: datetime

    @property
    def from_at(self) -> datetime:
        """The first instant of the period."""
        return midnight(self.from_on)

    @property
    def to_at(self) -> datetime:
        """The first instant after the period."""
        return midnight(self.to_on)

    @property
    def last_day(self) -> date:
        """The last day that the picture shows; what units were called then is what they are called."""
        return local_day(self.as_of - timedelta(microseconds=1))


def midnight(day: date) -> datetime:
    """00:00 in Asia/Ho_Chi_Minh."""
    return datetime.combine(day, time.min, ZONE)


def period(from_on: date | None, to_on: date | None, now: datetime) -> Period:
    """The period of two days; None = without that limit (all time).

    What is open is judged at the end of the period, or now while the period still runs. Raises UnusablePeriodError.
    """
    first, last = from_on or FIRST_DAY, to_on or LAST_DAY
    if not FIRST_DAY <= first < last <= LAST_DAY:
        raise UnusablePeriodError(f"{first} to {last} (exclusive) is not a period: its end must come after its start")
    return Period(from_on=first, to_on=last, as_of=min(midnight(last), now))


def week_of(day: date) -> date:
    """The Monday of the week of a day (B6: Monday 00:00 to the next Monday 00:00)."""
    return day - timedelta(days=day.weekday())


def week(day: date, now: datetime) -> Period:
    """The whole week in which a day lies."""
    monday = week_of(day)
    return period(monday, monday + timedelta(days=7), now)


def local_day(instant: datetime) -> date:
    """The day of an instant in Asia/Ho_Chi_Minh."""
    return instant.astimezone(ZONE).date()


@cache
def zone_of(name: str) -> ZoneInfo:
    """The time zone of a name; ZoneInfoNotFoundError or ValueError for anything else."""
    return ZoneInfo(name)
