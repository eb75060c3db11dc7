"""The steps of the deadline processor, without Kafka. What is due is decided in `rules.clocks`; here it is set going.

    read        a record of dossier-events becomes a fact       adapters/wire
    fold        a fact arrives   -> on_record                   here
                time passes      -> on_check                    here
    emit        derived events become records                   adapters/wire
    checkpoint  derived events, then rows, then offsets         adapters/live, adapters/bulk

The state is kept by whoever calls; it is made durable only after the derived events that it remembers (ADR 0012). Both paths,
the live worker on Faust and the bulk path on plain Kafka transactions, call exactly this.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from events.errors import ChainBreakError
from events.hash_chain import Link
from rules.book.procedures import ProcedureCatalogue
from rules.book.rulebook import Rulebook
from rules.clocks.aside import put_aside_by_time, reason_of, refusal
from rules.clocks.chain import flag_of, judged_in, with_link
from rules.clocks.derived_events import DerivedEvent
from rules.clocks.errors import PutAsideError
from rules.clocks.facts import Fact
from rules.clocks.falling_due import next_due, wake_of
from rules.clocks.fold import FoldContext, is_over, pass_time
from rules.clocks.instants import Instant, length
from rules.clocks.log_time import GRACE, HISTORY_QUIET, RETENTION, LogTime
from rules.clocks.planning import Planner
from rules.clocks.state import StreamState
from rules.clocks.taking import refuse, take


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckResult:
    """What a look at a stream came to. `is_over`: the stream can be forgotten."""

    state: StreamState | None
    emitted: list[DerivedEvent] = field(default_factory=list)
    is_over: bool = False


class Taken(NamedTuple):
    """What a record came to; `refusal`: why it is a dead letter, None where it is not."""

    state: StreamState | None
    emitted: list[DerivedEvent]
    refusal: Exception | None = None


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
        grace: timedelta = timedelta(microseconds=GRACE),
        history_quiet: timedelta = timedelta(microseconds=HISTORY_QUIET),
        retention: timedelta = timedelta(microseconds=RETENTION),
    ) -> None:
        self._context = FoldContext(Planner(rulebook, procedures), length(retention), length(grace))
        self.grace = self._context.grace
        self.history_quiet = length(history_quiet)
        self.retention = self._context.retention

    def on_fact(
        self, state: StreamState | None, fact: Fact, time: LogTime
    ) -> tuple[StreamState | None, list[DerivedEvent]]:
        """Fold one fact in; `time` is that of its partition and goes on with it. Doing it again gives the same.

        Nothing is raised: a fact that can't be folded in puts its stream aside; `rules.clocks.aside.refusal` tells why (TIME-8).
        """
        late_at = time.advance(fact, self.history_quiet)
        return take(state, fact, time.open_until, late_at, self._context)

    def on_record(self, state: StreamState | None, fact: Fact, link: Link, time: LogTime) -> Taken:
        """The same for a fact as it was read from the log: what is not the next of its chain is flagged, and changes nothing."""
        place = judged_in(state, link)
        if place.verdict == "broken":
            flag = flag_of(state, fact, self._context.planner, place.why)
            return Taken(state, [flag], ChainBreakError(place.why))
        after, emitted = self.on_fact(state, fact, time)
        if after is None or after is state:
            return Taken(after, emitted)
        reason = refusal(state, after)
        return Taken(with_link(state, after, link), emitted, PutAsideError(reason) if reason else None)

    def refuse(self, state: StreamState | None, fact: Fact, link: Link, error: Exception) -> Taken:
        """Put a stream aside because what follows from a fact can't be written."""
        after, emitted = refuse(state, fact, self._context, reason_of(error))
        assert after is not None  # noqa: S101 a stream that is put aside is kept
        return Taken(with_link(state, after, link), emitted, PutAsideError(after.aside))

    def refuse_look(self, state: StreamState, until: Instant, detected_at: Instant, error: Exception) -> CheckResult:
        """The same for what fell due before `until`."""
        emitted: list[DerivedEvent] = []
        clock = next_due(state, until)
        if clock is None:
            return CheckResult(state=state)
        due = clock, wake_of(clock)
        after = put_aside_by_time(state, due, detected_at, self._context.planner, emitted, reason_of(error))
        return CheckResult(state=after, emitted=emitted)

    def on_check(self, state: StreamState, until: Instant, detected_at: Instant) -> CheckResult:
        """Emit what fell due before `until`. The caller has seen to it that everything known by then was folded in."""
        if is_over(state, until, self.retention):
            return CheckResult(state=None, is_over=True)
        if state.next_at >= until:
            return CheckResult(state=state)
        emitted: list[DerivedEvent] = []
        after = pass_time(state, until, detected_at, self._context, emitted)
        return CheckResult(state=after, emitted=emitted)

    def is_silent(self, time: LogTime, until: Instant) -> bool:
        """Whether time counts at an instant for streams that are catching up."""
        return until - time.catching_up_at >= self.history_quiet
