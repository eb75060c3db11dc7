"""What the deadline processor needs from outside, by role."""

from datetime import datetime
from typing import Protocol


class WallClock(Protocol):
    """The wall clock. It decides only when to look; what is due follows from the events alone."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
