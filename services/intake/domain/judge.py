"""All that decides on one action, in order: the table of states, units, rulebook, and for a few types the clocks' own fold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events.dossier import EventCorrected
from rules.book.rulebook import Rulebook
from rules.clocks.planning import Planner
from services.intake.domain.actions import Action, Refusal
from services.intake.domain.arming import opened_on, refusal_by_rulebook
from services.intake.domain.correcting import Law, Read, refusal_of_correction
from services.intake.domain.decide import Flags, decide, settled
from services.intake.domain.dossier import DossierState
from services.intake.domain.effect import needs_an_effect, refusal_without_effect
from services.intake.domain.recoding import flags_behind, is_sent_again
from services.intake.domain.sealing import seal
from services.intake.domain.unit_check import refusals_by_units
from services.intake.domain.unit_register import Units

Stream = Callable[[DossierState], Sequence[Mapping[str, Any]]]
"""Gives everything recorded of a stream up to its state, in structured form; asked for rarely."""


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
        again = flags_behind(action, stream(state)) if state is not None and is_sent_again(action) else ()
        return (*decision, *more, *again)

    def _refusal_by_stream(
        self, state: DossierState, action: Action, decided_at: datetime, stream: Stream, units: Units
    ) -> Refusal | None:
        """Of the rare types that are judged by all that was recorded before them."""
        if isinstance(action.data, EventCorrected):
            return refusal_of_correction(action, stream(state), Law(self.read, self.rulebook, units), decided_at)
        if not needs_an_effect(action):
            return None
        as_recorded, *_ = seal(state, action, (), decided_at, state.opened_on)
        return refusal_without_effect(action, [*stream(state), as_recorded.structured], self.planner)
