"""Instants as whole microseconds since 1970 UTC: small in a row, quick to compare, exact to the second and below.

Rules and messages speak in aware datetimes; the state keeps numbers. A `Zone` turns numbers back into the calendar's local
datetimes and remembers those that come again and again, as due instants do.
"""

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from rules.errors import CalendarExhaustedError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SECOND, _DAY = 1_000_000, 86_400_000_000
_WITHOUT_OFFSET = len("1970-01-01T00:00:00")
_EPOCH_DAY = _EPOCH.toordinal()
_MOST_REMEMBERED = 50_000

_OFFSETS: dict[tzinfo | None, int] = {
    timezone(offset): _EPOCH_DAY * _DAY + offset // _MICROSECOND
    for offset in (timedelta(minutes=quarter * 15) for quarter in range(-48, 57))
}
"""What the offsets of the world add to whole microseconds since the year 1; a zone with changing ones is not among them."""

Instant = int


def micros(at: datetime) -> Instant:
    """Whole microseconds since 1970 UTC of an aware datetime.

    Asked for each event, and summed up by hand where the offset is fixed: two aware datetimes are subtracted in twice the time.
    """
    beginning = _OFFSETS.get(at.tzinfo)
    if beginning is None:
        return (at - _EPOCH) // _MICROSECOND
    minutes = (at.toordinal() * 24 + at.hour) * 60 + at.minute
    return (minutes * 60 + at.second) * _SECOND + at.microsecond - beginning


def instant(number: Instant) -> datetime:
    """The inverse of `micros`, in UTC. Raises CalendarExhaustedError for the hours that lie beyond the years 1 to 9999 in UTC."""
    try:
        return _EPOCH + timedelta(microseconds=number)
    except OverflowError as error:
        raise _beyond(number) from error


def length(span: timedelta) -> int:
    """A span in whole microseconds."""
    return span // _MICROSECOND


class Zone:
    """One time zone's local datetimes of instants.

    Where the offset is the same all through the years in question (Việt Nam since 1975), a local datetime is one addition;
    `astimezone` would cost four times as much.
    """

    __slots__ = ("_days", "_end", "_first", "_known", "_last", "_offset", "_origin", "_times", "zone")

    def __init__(self, zone: tzinfo, first: date = date(1, 1, 1), last: date = date(1, 1, 1)) -> None:
        """`first` and `last` are the years' ends in question; without them every instant is converted."""
        self.zone = zone
        self._known: dict[Instant, datetime] = {}
        self._days: dict[int, str] = {}
        self._times: dict[int, str] = {}
        offset = _constant_offset(zone, first, last)
        has_years = offset is not None and first < last
        self._offset = length(offset or timedelta(0))
        self._end = (_EPOCH.astimezone(timezone(offset or timedelta(0)))).isoformat()[_WITHOUT_OFFSET:]
        self._origin = (_EPOCH + (offset or timedelta(0))).replace(tzinfo=zone)
        self._first = micros(datetime.combine(first, time.min, UTC)) if has_years else 0
        self._last = micros(datetime.combine(last, time.min, UTC)) if has_years else 0

    def local(self, number: Instant) -> datetime:
        """The local datetime of an instant. Raises CalendarExhaustedError where there is none in the years 1 to 9999."""
        found = self._known.get(number)
        if found is None:
            if self._first < number < self._last:
                found = self._origin + timedelta(0, 0, number)
            else:
                try:
                    found = (_EPOCH + timedelta(0, 0, number)).astimezone(self.zone)
                except OverflowError as error:
                    raise _beyond(number) from error
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[number] = found
        return found

    def text(self, number: Instant) -> str:
        """The local datetime of an instant in ISO 8601, as `isoformat` gives it, in a third of its time."""
        if not self._first < number < self._last:
            return self.local(number).isoformat()
        day, rest = divmod(number + self._offset, _DAY)
        begin = self._days.get(day)
        if begin is None:
            begin = self._days[day] = f"{date.fromordinal(_EPOCH_DAY + day).isoformat()}T"
        seconds, fraction = divmod(rest, _SECOND)
        clock_time = self._times.get(seconds)
        if clock_time is None:
            minutes, second = divmod(seconds, 60)
            clock_time = self._times[seconds] = f"{minutes // 60:02}:{minutes % 60:02}:{second:02}"
        return f"{begin}{clock_time}.{fraction:06}{self._end}" if fraction else f"{begin}{clock_time}{self._end}"

    def micros(self, at: datetime) -> Instant:
        """Whole microseconds since 1970 UTC of a datetime; quick for one of this zone."""
        if at.tzinfo is self.zone and self._first:
            number: Instant = (at - self._origin) // _MICROSECOND
            if self._first < number < self._last:
                return number
        return micros(at)


def _beyond(number: Instant) -> CalendarExhaustedError:
    return CalendarExhaustedError(f"{number} microseconds since 1970 lie beyond every calendar")


def _constant_offset(zone: tzinfo, first: date, last: date) -> timedelta | None:
    """The offset from UTC if it is the same on the first and the sixteenth of every month; every change of clocks shows there."""
    days = (
        date(year, month, day) for year in range(first.year, last.year + 1) for month in range(1, 13) for day in (1, 16)
    )
    offsets = {datetime.combine(day, time(12), zone).utcoffset() for day in days}
    return offsets.pop() if len(offsets) == 1 else None
