"""The wall clock of this machine; the only place in deadlines that asks what time it is."""

from datetime import UTC, datetime, timedelta


class SystemClock:
    """Implements ports.WallClock. `ahead` is for tests only: it makes a worker believe that it is later than it is."""

    def __init__(self, ahead: timedelta = timedelta(0)) -> None:
        self._ahead = ahead

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC) + self._ahead
