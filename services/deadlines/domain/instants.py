"""Instants as whole microseconds since 1970 UTC: small in a row, quick to compare, exact to the second and below.

Rules and messages speak in aware datetimes; the state keeps numbers. A `Zone` turns numbers back into the calendar's local
datetimes and remembers those that come again and again, as due instants do.
"""

from datetime import UTC, datetime, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MOST_REMEMBERED = 50_000

Instant = int


def micros(at: datetime) -> Instant:
    """Whole microseconds since 1970 UTC of an aware datetime."""
    return (at - _EPOCH) // _MICROSECOND


def instant(number: Instant) -> datetime:
    """The inverse of `micros`, in UTC."""
    return _EPOCH + timedelta(microseconds=number)


def utc_text(number: Instant) -> str:
    """ISO 8601 in UTC, as it goes into ids."""
    return instant(number).isoformat()


def length(span: timedelta) -> int:
    """A span in whole microseconds."""
    return span // _MICROSECOND


class Zone:
    """One time zone's local datetimes of instants."""

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._known: dict[Instant, datetime] = {}

    def local(self, number: Instant) -> datetime:
        """The local datetime of an instant."""
        found = self._known.get(number)
        if found is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            found = self._known[number] = (_EPOCH + timedelta(microseconds=number)).astimezone(self.zone)
        return found
