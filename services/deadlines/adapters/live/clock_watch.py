"""Whether this worker's clock can be believed: its own ticks tell, by the time at which the broker appended them.

What time brings is judged by this worker's clock, and cannot be unsaid. A clock that is far ahead would call everything late for
ever, so its ticks are refused until they agree with the broker again; meanwhile one tick now and then asks.
"""

import logging
from typing import Final

from rules.clocks.instants import Instant
from rules.clocks.log_time import is_ahead

logger = logging.getLogger(__name__)

_ASK_EVERY: Final[Instant] = 5_000_000
_TELL_EVERY: Final[Instant] = 60_000_000
LOG_APPEND_TIME: Final = 1
"""Kafka's type of a time that the broker gave; any other is the writer's own and tells nothing."""


class ClockWatch:
    """Refuses what is seen by a clock that is more than `most` ahead of the broker's; believes it again once it is not."""

    def __init__(self, most: Instant) -> None:
        self._most = most
        self.is_refusing = False
        self._asked_at: Instant | None = None
        self._told_at: Instant = 0

    def trusts(self, seen_at: Instant, appended_at: Instant, time_type: int | None) -> bool:
        """Whether something may be said by a tick that was sent at `seen_at` and that the broker appended at `appended_at`."""
        if time_type != LOG_APPEND_TIME:
            return True
        if is_ahead(seen_at, appended_at, self._most):
            self._refuse(seen_at, appended_at)
            return False
        if self.is_refusing:
            logger.warning("the clock of this worker agrees with the broker's again: what fell due is said")
        self.is_refusing, self._asked_at = False, None
        return True

    def may_ask(self, now: Instant) -> bool:
        """Whether a tick is to ask again how the clocks stand; also at once when this worker's clock was set back."""
        if self._asked_at is not None and 0 <= now - self._asked_at < _ASK_EVERY:
            return False
        self._asked_at = now
        return True

    def _refuse(self, seen_at: Instant, appended_at: Instant) -> None:
        if self.is_refusing and 0 <= seen_at - self._told_at < _TELL_EVERY:
            return
        self.is_refusing, self._told_at = True, seen_at
        text = (
            "the clock of this worker is %.0f s ahead of the broker's, and %.0f s are borne"
            " (MOTCUA_DEADLINES_CLOCK_AHEAD_SECONDS): nothing that time brings is said until it is set right"
        )
        logger.error(text, (seen_at - appended_at) / 1e6, self._most / 1e6)
