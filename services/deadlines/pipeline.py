"""The steps of the deadline processor, without Kafka: a fact arrives, or time passes.

    dossier-events  --on_fact-----> the state of its stream, derived events
    time            --on_check----> the same

The state is kept by whoever calls; it is made durable only after the derived events that it remembers (ADR 0012). Both paths,
the live worker on Faust and the bulk path on plain Kafka transactions, call exactly this.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from rules.book.procedures import ProcedureCatalogue
from rules.book.rulebook import Rulebook
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.facts import Fact, Order
from rules.clocks.fold import evolve, is_over, pass_time
from rules.clocks.instants import Instant, length
from rules.clocks.planning import Planner
from rules.clocks.state import StreamState

_REPORTED_LONG_AFTER: Instant = 3_600_000_000
"""A counter that reports what happened so long ago is catching up: what ended the clock may come with the next message."""


@dataclass(slots=True)
class LogTime:
    """How far time has come in one partition of the log, as far as it can be read from the log itself.

    `catching_up_at` is when the latest event became known that was taken over from another register or reported long
    afterwards; `open_until` the latest instant at which such events had been silent for long enough (0: never).
    """

    catching_up_at: Instant = 0
    open_until: Instant = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What a fact or a look came to. `is_over`: the stream can be forgotten."""

    state: StreamState | None
    emitted: list[DerivedEvent] = field(default_factory=list)
    is_over: bool = False


class Pipeline:
    """The steps, with the rulebook and the three lengths that they need.

    `grace`: how long after an instant events may still be on their way into the log. `history_quiet`: how long a partition
    must have seen nothing of the past before time counts for streams that are catching up. `retention`: how long a finished
    stream is kept.
    """

    def __init__(
        self,
        rulebook: Rulebook,
        procedures: ProcedureCatalogue,
        *,
        grace: timedelta = timedelta(seconds=1),
        history_quiet: timedelta = timedelta(seconds=10),
        retention: timedelta = timedelta(days=30),
    ) -> None:
        self._planner = Planner(rulebook, procedures)
        self.grace = length(grace)
        self.history_quiet = length(history_quiet)
        self.retention = length(retention)

    def on_fact(
        self, state: StreamState | None, fact: Fact, time: LogTime
    ) -> tuple[StreamState | None, list[DerivedEvent]]:
        """Fold one fact in; `time` is that of its partition and goes on with it.

        Raises:
            StreamGapError: an event of this stream is missing.
        """
        known_at, at = fact.known_at, fact.at
        is_late = fact.is_history or (known_at - at > _REPORTED_LONG_AFTER and not isinstance(fact, Order))
        if known_at - time.catching_up_at >= self.history_quiet:
            time.open_until = known_at
        if is_late:
            time.catching_up_at = known_at
        # Until when a tick could have looked at the stream before this became known: what fell due before has passed.
        if state is None or state.catching_up_at != state.known_at:
            passed_before = known_at - self.grace
        elif time.open_until > state.known_at:
            passed_before = time.open_until - self.grace
        else:
            passed_before = 0
        at = at if at < known_at else known_at  # noqa: FURB136 asked for each event, and twice as fast as min()
        passed_before = at if at > passed_before else passed_before  # noqa: FURB136 the same
        return evolve(state, fact, passed_before, self._planner, self.retention, known_at if is_late else 0)

    def on_check(self, state: StreamState, until: Instant, detected_at: Instant) -> CheckResult:
        """Say what fell due before `until`. The caller has seen to it that everything known by then was folded in."""
        if is_over(state, until, self.retention):
            return CheckResult(state=None, is_over=True)
        if state.next_at >= until:
            return CheckResult(state=state)
        emitted: list[DerivedEvent] = []
        after = pass_time(state, until, detected_at, self._planner, self.retention, emitted)
        return CheckResult(state=after, emitted=emitted)

    def is_silent(self, time: LogTime, until: Instant) -> bool:
        """Whether time counts at an instant for streams that are catching up."""
        return until - time.catching_up_at >= self.history_quiet
