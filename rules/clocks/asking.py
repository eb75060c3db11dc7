"""What would one more event of a stream come to? Asked of the fold itself, by whoever decides whether to record it. Pure."""

from collections.abc import Sequence

from msgspec import Struct

from events.deadline import DeadlineMoved
from events.dossier import IntegrityFlagRaised
from rules.clocks.facts import Fact
from rules.clocks.instants import Instant
from rules.clocks.planning import Planner
from rules.clocks.replay import Step, Told, replay
from rules.clocks.transition import DOSSIER


class Asked(Struct, frozen=True, gc=False):
    """The answer: whether the event does anything, and the dossier's lawful due instant before it, if it has one."""

    has_effect: bool
    lawful_due_at: Instant | None


def asked(recorded: Sequence[Fact], fact: Fact, planner: Planner) -> Asked:
    """Fold the facts of a whole stream, then one more that may move its due date.

    It has an effect if a due date moves, if it stands in the ledger of a clock that waits (it counts when that goes on), or if it
    was recorded late and waits for its approval (DR-31). Where a stream has a gap nothing can be said, so it counts as one.
    """
    steps = replay([Told(one) for one in (*recorded, fact)], planner)
    last = steps[-1]
    if last.fact is not fact or any(note.code == "gap" for note in last.notes):
        return Asked(has_effect=True, lawful_due_at=None)
    clock = last.before.clock(DOSSIER) if last.before else None
    return Asked(has_effect=_has_effect(last), lawful_due_at=clock.lawful_due_at if clock else None)


def _has_effect(step: Step) -> bool:
    caused = [one for one in step.emitted if one.causation_id == step.fact.event_id]
    if any(one.kind is DeadlineMoved or _is_backdated(one.kind, one.fields) for one in caused):
        return True
    before, after = step.before, step.after
    clock = after.clock(DOSSIER) if after else None
    return (
        clock is not None
        and clock.is_paused
        and before is not None
        and after is not None
        and before.ledger != after.ledger
    )


def _is_backdated(kind: object, fields: dict[str, object]) -> bool:
    return kind is IntegrityFlagRaised and fields["kind"] == "backdated"
