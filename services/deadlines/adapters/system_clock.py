"""The wall clock of this machine; the only place in deadlines that asks what time it is."""

from datetime import UTC, datetime


class SystemClock:
    """Implements ports.Clock."""

    def now(self) -> datetime:
        """The present instant in UTC."""
        return datetime.now(UTC)
