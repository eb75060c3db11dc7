"""One stream as it was recorded: its facts in order, what was said about its clocks, and how people call it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from events.deadline import Outcome
from rules.clocks.instants import Instant
from rules.clocks.replay import Told


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDue:
    """What was said about a clock when it was set going or its due date moved; `seq` is the event that it followed from."""

    clock: str
    clock_kind: str
    seq: int
    original_due_at: datetime
    lawful_due_at: datetime
    promised_due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedStream:
    """The facts as the clocks were told them, and the due dates that were said, both in the order of the stream.

    `classes` has the class that was said last of each ending, by the id of the event that ended the dossier. `passed_until`:
    what lies before it was said to have fallen due after the last fact (0: nothing was).
    """

    dossier_id: str
    dossier_code: str | None
    history: tuple[Told, ...]
    recorded: tuple[RecordedDue, ...] = ()
    classes: Mapping[str, Outcome] = field(default_factory=dict)
    passed_until: Instant = 0
