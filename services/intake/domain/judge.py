"""All that decides on one action, in order: the table of states, units, rulebook, and for a few types the clocks' own fold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from events.dossier import DossierAccepted, EventCorrected
from rules.book.rulebook import Rulebook
from rules.clocks.planning import Planner
from services.intake.domain.actions import Action, Answer, Refusal, Reported, recorded_answer
from services.intake.domain.arming import opened_on, refusal_by_rulebook
from services.intake.domain.correcting import Law, Read, refusal_of_correction
from services.intake.domain.decide import Flags, decide, settled
from services.intake.domain.dossier import DossierState
from services.intake.domain.doubts import doubts_of, may_be_doubtful, refusal_of_doubts
from services.intake.domain.due_dates import due_at_acceptance
from services.intake.domain.effect import needs_an_effect, refusal_without_effect
from services.intake.domain.recoding import flags_behind, is_sent_again
from services.intake.domain.sealing import seal
from services.intake.domain.unit_check import refusals_by_units
from services.intake.domain.unit_register import Units

Stream = Callable[[UUID, int], Sequence[Mapping[str, Any]]]
"""Gives everything recorded of a stream up to a number, in structured form; asked for rarely."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The law that actions are judged by: rulebook, the planner of the clocks with the procedures, and how an action is read."""

    rulebook: Rulebook
    planner: Planner
    read: Read

    def judge(
        self, state: DossierState | None, action: Action, decided_at: datetime, stream: Stream, units: Units
    ) -> Refusal | Flags:
        """Why an action is refused, or the flags with which it is recorded."""
        decision = decide(state, action, decided_at)
        if isinstance(decision, Refusal):
            return decision
        broken = refusals_by_units(units, action, self.rulebook.default_calendar.local_date)
        day = opened_on(self.rulebook, action, state)
        refused = refusal_by_rulebook(self.rulebook, action, day, decided_at)
        if refused is None and state is not None:
            refused = self._refusal_by_stream(state, action, decided_at, stream, units)
        if refused is not None:
            broken.append(refused)
        more = settled(action, broken)
        if isinstance(more, Refusal):
            return more
        if action.is_strict and (doubts := doubts_of(action, day, self.planner)):
            return refusal_of_doubts(doubts)
        again = (
            flags_behind(action, stream(UUID(state.dossier_id), state.stream_seq))
            if state is not None and is_sent_again(action)
            else ()
        )
        return (*decision, *more, *again)

    def answer(self, action: Reported, structured: Mapping[str, Any], stream: Stream, *, is_replay: bool) -> Answer:
        """The receipt of a recorded action with what follows from it; equal, however often it is asked.

        `structured` is its event, fresh or as stored, and `stream` gives those before it. Of history no due dates are told:
        nobody gets a slip for what is long past.
        """
        if not isinstance(action, Action):
            return recorded_answer(action, structured, is_replay=is_replay)
        due = None
        if isinstance(action.data, DossierAccepted) and not action.is_history:
            before = stream(UUID(structured["subject"]), structured["streamseq"] - 1)
            due = due_at_acceptance([*before, structured], self.planner)
        warnings = doubts_of(action, structured["openedon"], self.planner) if may_be_doubtful(action) else ()
        return recorded_answer(action, structured, is_replay=is_replay, due=due, warnings=warnings)

    def _refusal_by_stream(
        self, state: DossierState, action: Action, decided_at: datetime, stream: Stream, units: Units
    ) -> Refusal | None:
        """Of the rare types that are judged by all that was recorded before them."""
        if isinstance(action.data, EventCorrected):
            return refusal_of_correction(
                action,
                stream(UUID(state.dossier_id), state.stream_seq),
                Law(self.read, self.rulebook, units),
                decided_at,
            )
        if not needs_an_effect(action):
            return None
        as_recorded, *_ = seal(state, action, (), decided_at, state.opened_on)
        return refusal_without_effect(
            action, [*stream(UUID(state.dossier_id), state.stream_seq), as_recorded.structured], self.planner
        )
