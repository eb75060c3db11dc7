"""Time as the log tells it: how far it had come when an event became known (ADR 0012). Pure; instants are microseconds UTC.

What falls due is said once it can't be unsaid by an event that is still on its way. So time for a stream passes with the log's
own time, a little behind it; and not at all while more of the stream's past may be on its way, as it is during an import or
the once-a-day upload of a counter that was cut off.
"""

from dataclasses import dataclass

from rules.clocks.facts import Fact, Order
from rules.clocks.instants import Instant
from rules.clocks.state import StreamState

GRACE: Instant = 1_000_000
"""How long after an instant events may still be on their way into the log."""
HISTORY_QUIET: Instant = 10_000_000
"""How long a partition must have seen nothing of the past before time counts for streams that are catching up."""
RETENTION: Instant = 30 * 86_400_000_000
"""How long a finished stream is kept, so that a reopening finds its clock."""
REPORTED_LONG_AFTER: Instant = 3_600_000_000
"""A counter that reports what happened so long ago is catching up: what ended the clock may come with the next message."""


@dataclass(slots=True)
class LogTime:
    """How far time has come in one partition of the log, as far as it can be read from the log itself.

    `catching_up_at` is when the latest event became known that was taken over from another register or reported long
    afterwards; `open_until` the latest instant at which such events had been silent for long enough (0: never).
    """

    catching_up_at: Instant = 0
    open_until: Instant = 0

    def advance(self, fact: Fact, history_quiet: Instant) -> Instant:
        """Go on to one record of the partition, whichever stream it belongs to; as `told_late_at`."""
        known_at = fact.known_at
        if known_at - self.catching_up_at >= history_quiet:
            self.open_until = known_at
        late_at = told_late_at(fact)
        if late_at:
            self.catching_up_at = late_at
        return late_at


def told_late_at(fact: Fact) -> Instant:
    """When a fact showed that more of the past may be on its way; 0: it doesn't. An order may well bear an earlier date."""
    known_at = fact.known_at
    is_late = fact.is_history or (known_at - fact.at > REPORTED_LONG_AFTER and not isinstance(fact, Order))
    return known_at if is_late else 0


def is_ahead(seen_at: Instant, appended_at: Instant, most: Instant) -> bool:
    """Whether a clock that showed `seen_at` when the log showed `appended_at` is too far ahead to judge by."""
    return seen_at - appended_at > most


def passed_before(state: StreamState | None, fact: Fact, open_until: Instant, grace: Instant) -> Instant:
    """Until when a tick could have looked at the stream before a fact became known: what fell due before it has passed."""
    known_at, at = fact.known_at, fact.at
    if state is None or state.catching_up_at != state.known_at:
        passed = known_at - grace
    elif open_until > state.known_at:
        passed = open_until - grace
    else:
        passed = 0
    at = at if at < known_at else known_at  # noqa: FURB136 asked for each event, and twice as fast as min()
    return at if at > passed else passed  # noqa: FURB136 the same
