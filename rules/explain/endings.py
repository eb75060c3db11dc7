"""Every ending of a dossier with its class, and the class of its headline: the one that the figures count (B11, DR-08, DR-31).

Gathered from the steps of the replay; nothing is judged here. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from events.deadline import EndingClassified, Outcome
from events.results import ENDING_KIND_BY_TYPE
from rules.clocks.facts import Reopened
from rules.clocks.instants import Zone
from rules.clocks.replay import Step

Headline = Literal[Outcome, "terminated", "open"]
"""The class of the figures: of an ending without a result `terminated`, before any ending `open`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedEnding:
    """One ending as the clock said it last. Instants bear the offset of the calendar.

    `counts_at` is the instant by which it is judged and in whose period it counts: when it was recorded, where that was too
    late and nobody has approved (DR-31). `recorded` is the class that was said and stored (None: none yet).
    """

    event_id: str
    event_type: str
    outcome: Outcome
    rule: str
    ended_at: datetime
    counts_at: datetime
    judged_due_at: datetime | None
    judged_due_on: date | None
    is_backdated: bool
    is_approved: bool
    reopened_at: datetime | None
    recorded: Outcome | None

    @property
    def headline(self) -> Headline:
        """The class as the figures count it."""
        return "terminated" if ENDING_KIND_BY_TYPE.get(self.event_type) == "terminated" else self.outcome

    @property
    def differs(self) -> bool:
        """Whether another class was stored."""
        return self.recorded is not None and self.recorded != self.outcome


def endings_of(steps: Sequence[Step], recorded: Mapping[str, Outcome], zone: Zone) -> tuple[ExplainedEnding, ...]:
    """The endings in their order; `recorded` has the class that was stored last, by the id of the event that ended it."""
    said: dict[str, dict[str, Any]] = {}
    reopened: dict[str, datetime] = {}
    for step in steps:
        said |= {one.fields["target_event_id"]: one.fields for one in step.emitted if one.kind is EndingClassified}
        ending = step.before.ending if step.before else None
        if isinstance(step.fact, Reopened) and ending and step.after and step.after.ending is None:
            reopened[ending.event_id] = zone.local(step.fact.at)
    return tuple(
        ExplainedEnding(
            event_id=event_id,
            event_type=fields["ended_by"],
            outcome=fields["outcome"],
            rule=fields["rule"],
            ended_at=fields["ended_at"],
            counts_at=fields.get("counts_at") or fields["ended_at"],
            judged_due_at=fields.get("judged_due_at"),
            judged_due_on=fields.get("judged_due_on"),
            is_backdated=fields["is_backdated"],
            is_approved=fields["is_approved"],
            reopened_at=reopened.get(event_id),
            recorded=recorded.get(event_id),
        )
        for event_id, fields in said.items()
    )
