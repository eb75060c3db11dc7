"""The three steps of the deadline processor, without Kafka: an event arrives, time passes, our own word comes back.

    dossier-events  --on_dossier_event--> new row, deadline events
    time            --on_check----------> deadline events (the row is not touched)
    deadline-events --on_said-----------> the row remembers that it was said

A `Row` is what the table keeps of one dossier: the state's bytes, and beside them when to look at it next. Only what was
read back from `deadline-events` is remembered as said by a tick, so that a crash in between repeats it with the same ids.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from events.envelope import Event
from rules.rulebook import Rulebook
from services.deadlines.domain.arming import pinned
from services.deadlines.domain.clock import evolve, remember
from services.deadlines.domain.falling_due import conclusions, next_check_at, passed
from services.deadlines.domain.state import DossierState, Unarmed
from services.deadlines.domain.state_codec import decode, encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One dossier in the table. `check_at`: when to look at it if nothing happens to it; None: not by itself."""

    stored: bytes
    check_at: datetime | None
    is_history: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one dossier event came to. `newly_unarmed`: why its clock can't run, said once (AL-7)."""

    row: Row | None
    outputs: tuple[Event, ...] = ()
    newly_unarmed: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What a look at a dossier came to. `marks` are to be sent with the outputs and come back to `on_said`."""

    outputs: tuple[Event, ...] = ()
    marks: tuple[str, ...] = ()
    is_over: bool = False


class Pipeline:
    """The steps with the rulebook and the one parameter they need: how long a finished dossier is kept."""

    def __init__(self, rulebook: Rulebook, retention: timedelta) -> None:
        self._rulebook = rulebook
        self._retention = retention

    def on_dossier_event(self, row: Row | None, event: Event) -> Turn:
        """Fold one event in. An event that was seen before gives the same outputs again and the row as it is.

        Raises:
            StreamGapError: an event of this dossier is missing.
            StateFormatError: the row was written by a version that is not understood.
        """
        before = self._state(event.envelope.dossier_id, row)
        after, outputs = evolve(before, event, self._rulebook)
        if after is None:
            return Turn(row=None, outputs=outputs)
        was_unarmed = before is not None and isinstance(before.clock, Unarmed)
        reason = after.clock.reason if isinstance(after.clock, Unarmed) and not was_unarmed else None
        return Turn(row=self._row(after), outputs=outputs, newly_unarmed=reason)

    def on_check(self, dossier_id: str, row: Row, until: datetime, detected_at: datetime) -> Check:
        """What fell due before `until` and was not said yet, or that the dossier can be forgotten."""
        state = decode(dossier_id, row.stored)
        if state.ended_recorded_at is not None:
            return Check(is_over=state.ended_recorded_at + self._retention <= until.astimezone(UTC))
        missed = passed(state, until.astimezone(UTC))
        if not missed:
            return Check()
        calendar = pinned(state.accepted, self._rulebook).calendar
        outputs = conclusions(state, missed, calendar, detected_at)
        return Check(outputs=outputs, marks=tuple(due.mark for due in missed))

    def on_said(self, dossier_id: str, row: Row, marks: tuple[str, ...]) -> Row:
        """Remember what a tick made us say."""
        return self._row(remember(decode(dossier_id, row.stored), marks))

    def _state(self, dossier_id: str, row: Row | None) -> DossierState | None:
        return None if row is None else decode(dossier_id, row.stored)

    def _row(self, state: DossierState) -> Row:
        check_at = next_check_at(state, self._retention)
        return Row(stored=encode(state), check_at=check_at, is_history=state.is_history)
