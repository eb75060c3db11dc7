"""What was worked out anew beside what was said at the time: the moves of a clock's due dates, each with both. Pure."""

from dataclasses import dataclass
from datetime import datetime

from rules.explain.clock_lives import ClockLife, Move
from rules.explain.recorded_stream import RecordedDue


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A computed instant beside the recorded one (None: nothing was recorded)."""

    computed: datetime
    recorded: datetime | None

    @property
    def differs(self) -> bool:
        """Whether something else was said; what was not recorded yet is no difference."""
        return self.recorded is not None and self.recorded != self.computed


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedMove:
    """One change of a clock's due dates, with what was said at that event; `is_missing`: nothing was, though later words were."""

    move: Move
    lawful: Compared
    promised: Compared
    is_missing: bool

    @property
    def differs(self) -> bool:
        """Whether something else was said, or nothing where something had to be."""
        return self.is_missing or self.lawful.differs or self.promised.differs


def moves_of(life: ClockLife, recorded: tuple[RecordedDue, ...]) -> tuple[ExplainedMove, ...]:
    """Hold each change against what was said after the same event; the last words win where it was said twice."""
    said = {one.seq: one for one in recorded}
    latest = max(said, default=-1)
    found = []
    for move in life.moves:
        one = said.get(move.fact.seq)
        found.append(
            ExplainedMove(
                move=move,
                lawful=Compared(computed=move.lawful_due_at, recorded=one.lawful_due_at if one else None),
                promised=Compared(computed=move.promised_due_at, recorded=one.promised_due_at if one else None),
                is_missing=one is None and move.fact.seq < latest,
            )
        )
    return tuple(found)
