"""All that decides on one action, in order: the table of states, the rulebook, and for a few types the clocks' own fold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from events.dossier import DossierAccepted, EventCorrected
from rules.book.rulebook import Rulebook
from rules.clocks.planning import Planner
from services.intake.domain.actions import Action, Answer, Refusal, recorded_answer
from services.intake.domain.arming import opened_on, refusal_by_rulebook
from services.intake.domain.correcting import Read, refusal_of_correction
from services.intake.domain.decide import Flags, decide, settled
from services.intake.domain.dossier import DossierState
from services.intake.domain.doubts import doubts_of, refusal_of_doubts
from services.intake.domain.due_dates import due_at_acceptance
from services.intake.domain.effect import needs_an_effect, refusal_without_effect
from services.intake.domain.sealing import seal

Stream = Callable[[DossierState], Sequence[Mapping[str, Any]]]
"""Gives everything recorded of a stream up to its state, in structured form; asked for rarely."""
Before = Callable[[], Sequence[Mapping[str, Any]]]
"""Gives everything recorded of a stream before an event, in structured form; asked for only of an acceptance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """The law that actions are judged by: rulebook, the planner of the clocks with the procedures, and how an action is read."""

    rulebook: Rulebook
    planner: Planner
    read: Read

    def judge(
        self, state: DossierState | None, action: Action, decided_at: datetime, stream: Stream
    ) -> Refusal | Flags:
        """Why an action is refused, or the flags with which it is recorded."""
        decision = decide(state, action, decided_at)
        if isinstance(decision, Refusal):
            return decision
        day = opened_on(self.rulebook, action, state)
        refused = refusal_by_rulebook(self.rulebook, action, day, decided_at)
        if refused is None and state is not None:
            refused = self._refusal_by_stream(state, action, decided_at, stream)
        more = () if refused is None else settled(action, [refused])
        if isinstance(more, Refusal):
            return more
        if action.is_strict and (doubts := doubts_of(action, day, self.planner)):
            return refusal_of_doubts(doubts)
        return (*decision, *more)

    def answer(self, action: Action, structured: Mapping[str, Any], before: Before, *, is_replay: bool) -> Answer:
        """The receipt of a recorded action with what follows from it; equal, however often it is asked.

        `structured` is its event, fresh or as stored, and `before` gives those before it. Of history no due dates are told:
        nobody gets a slip for what is long past.
        """
        due = None
        if isinstance(action.data, DossierAccepted) and not action.is_history:
            due = due_at_acceptance([*before(), structured], self.planner)
        day = _day(structured["openedon"])
        warnings = doubts_of(action, day, self.planner)
        return recorded_answer(action, structured, is_replay=is_replay, due=due, warnings=warnings)

    def _refusal_by_stream(
        self, state: DossierState, action: Action, decided_at: datetime, stream: Stream
    ) -> Refusal | None:
        """Of the rare types that are judged by all that was recorded before them."""
        if isinstance(action.data, EventCorrected):
            return refusal_of_correction(action, stream(state), self.read, self.rulebook, decided_at)
        if not needs_an_effect(action):
            return None
        as_recorded, *_ = seal(state, action, (), decided_at, state.opened_on)
        return refusal_without_effect(action, [*stream(state), as_recorded.structured], self.planner)


def _day(written: date | str) -> date:
    return written if isinstance(written, date) else date.fromisoformat(written)
