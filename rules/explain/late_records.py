"""What was recorded late: both instants, the limit in between, what it decides, and whether a second person approved (DR-31).

Gathered from the trace of the replay; nothing is judged here. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from events.deadline import EndingClassified
from events.dossier import IntegrityFlagRaised
from rules.clocks.facts import Apologised, BackdatingApproved, Ended, Extended, Fact, PauseClosed, PauseOpened
from rules.clocks.instants import Instant, Zone
from rules.clocks.replay import Step
from rules.clocks.state import StreamState
from rules.clocks.transition import DOSSIER

Subject = Literal["ending", "since_end", "request", "answer", "extension", "letter", "part"]
"""What the instant of a late record decides: the class of an ending, the time since an end, the beginning of a wait, its end,
whether an extension came in time, the class of a letter, or whether a part of the way was in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateEvent:
    """An event that was recorded late. Instants bear the offset of the calendar.

    `limits` are those that lie between its two instants; `counts_at` is the one by which it is judged now. `approved_*` name
    the approval; `is_waiting` that none came yet. Neither: it counts by its own time, since that is the worse one.
    """

    fact: Fact
    subject: Subject
    at: datetime
    recorded_at: datetime
    limits: tuple[datetime, ...]
    counts_at: datetime
    is_waiting: bool
    approved_at: datetime | None
    approver_id: str | None


def late_events_of(steps: Sequence[Step], state: StreamState | None, zone: Zone) -> tuple[LateEvent, ...]:
    """The events that were flagged for it, in the order of the stream; `state` is the last one."""
    facts = {step.fact.event_id: step.fact for step in steps}
    limits: dict[str, set[Instant]] = {}
    flagged: dict[str, str] = {}
    ended_late: set[str] = set()
    approvals: dict[str, BackdatingApproved] = {}
    for step in steps:
        for event_id, limit in step.late:
            limits.setdefault(event_id, set()).add(limit)
        for one in step.emitted:
            if one.kind is IntegrityFlagRaised and one.fields["rule"] == "DR-31":
                flagged.setdefault(one.fields["target_event_id"], one.clock)
            elif one.kind is EndingClassified and one.fields["is_backdated"]:
                ended_late.add(one.fields["target_event_id"])
        if isinstance(step.fact, BackdatingApproved):
            for event_id in step.fact.target_event_ids:
                approvals.setdefault(event_id, step.fact)
    waiting = {one.event_id for one in state.late_records} if state else set()
    found = []
    for event_id, clock in flagged.items():
        fact, approval = facts[event_id], approvals.get(event_id)
        is_waiting = event_id in waiting
        approved = approval if not is_waiting else None
        found.append(
            LateEvent(
                fact=fact,
                subject="ending" if event_id in ended_late else _subject(fact, clock),
                at=zone.local(fact.at),
                recorded_at=zone.local(fact.recorded_at),
                limits=tuple(zone.local(limit) for limit in sorted(limits.get(event_id, ()))),
                counts_at=zone.local(fact.recorded_at if is_waiting else fact.at),
                is_waiting=is_waiting,
                approved_at=zone.local(approved.at) if approved else None,
                approver_id=approved.approver_id if approved else None,
            )
        )
    return tuple(sorted(found, key=lambda one: one.fact.seq))


def _subject(fact: Fact, clock: str) -> Subject:
    if clock != DOSSIER:
        return "part"
    match fact:
        case Ended():
            return "since_end"
        case PauseOpened():
            return "request"
        case PauseClosed():
            return "answer"
        case Extended():
            return "extension"
        case Apologised():
            return "letter"
        case _:
            return "part"
