"""Would this action do anything? What would have no effect is refused, not recorded (B15); the clocks' own fold is asked."""

from collections.abc import Mapping, Sequence
from typing import Any

from events.codec import from_structured
from events.dossier import DeadlineExtended
from rules.clocks.asking import asked
from rules.clocks.fact_of import fact_of
from rules.clocks.facts import Fact
from rules.clocks.instants import instant, micros
from rules.clocks.planning import Planner
from services.intake.domain.actions import Action, Refusal


def needs_an_effect(action: Action) -> bool:
    """Whether an action is of the rare type that means nothing unless it moves a due date."""
    return isinstance(action.data, DeadlineExtended)


def refusal_without_effect(action: Action, stream: Sequence[Mapping[str, Any]], planner: Planner) -> Refusal | None:
    """Why an action would do nothing. `stream`: everything recorded in structured form, the action itself as the last of it."""
    *recorded, last = [fact_as_recorded(one) for one in stream]
    answer = asked(recorded, last, planner)
    if answer.has_effect:
        return None
    params = {"time": action.occurred_at.isoformat(), "due": "–", "lawful": "–"}
    if isinstance(action.data, DeadlineExtended):
        params["due"] = action.data.new_due_at.isoformat()
    if answer.lawful_due_at is not None:
        params["lawful"] = instant(answer.lawful_due_at).astimezone(action.occurred_at.tzinfo).isoformat()
    return Refusal(code="no-effect", field_name="/data/new_due_at", params=params)


def fact_as_recorded(structured: Mapping[str, Any]) -> Fact:
    """The fact of an event as the clocks will be told it; it comes to the log about when it is recorded."""
    event = from_structured(structured)
    return fact_of(event.envelope, event.data, micros(event.envelope.recorded_at))
