"""How a dossier ends and is reopened: DR-08, DR-20 to DR-25, DR-31."""

from dataclasses import replace
from datetime import datetime, time

from tests.oracles.law.ledger import Line, Sum
from tests.oracles.law.state import Ending, Event, State, Verdict, time_of
from tests.oracles.law.terms import POLICIES

LAWFUL_766 = "766 is lawful, and the class turned on the number of requests or on one that was not answered (DR-22)"
_RESULT = "result-ready-at-counter.v1"


def ended(state: State, event: Event) -> None:
    """One of the four endings; a second one changes nothing."""
    if state.ending:
        return
    at = time_of(event)
    ending = Ending(
        event_id=event["id"],
        at=at,
        recorded_at=datetime.fromisoformat(event["recordedat"]),
        is_exempt=state.is_exempt(event),
    )
    state.holding.settle()
    if state.clock is not None:
        ending = replace(ending, is_late=state.dated(event, [limit(state, ending)]))
        if event["type"] != _RESULT and ending.at > judging_due(state, ending)[0]:
            ending = replace(ending, is_flagged=state.dated(event, [ending.at]))
    state.ending = ending
    classify(state)


def limit(state: State, ending: Ending) -> datetime:
    """DR-31: the due instant for hour terms, else the last instant of the due day."""
    assert state.clock is not None
    judged = judging_due(state, ending)[0]
    if state.clock.start.classify_by == "instant":
        return judged
    day = state.clock.calendar.day(judged)
    return datetime.combine(day, time.max, state.clock.calendar.zone)


def judging_due(state: State, ending: Ending) -> tuple[datetime, Sum]:
    """The due date that judges an ending, of a clock that waits as if it went on then (DR-20); and the whole sum."""
    if state.waiting is None:
        return state.lawful, state.sums()
    closed = [*state.lines[:-1], replace(state.lines[-1], ends_at=ending.at)]
    sums = state.sums(closed)
    return (sums.dues[state.book.policy].at if state.is_paused else state.lawful), sums


def classify(state: State) -> None:
    """The class of the ending that stands, under every policy, and what follows for the letter (AR-01)."""
    ending = state.ending
    assert ending is not None
    if state.clock is None:
        state.verdicts[ending.event_id] = Verdict(
            outcome="unknown",
            judged_due_at=None,
            by_policy=("unknown",) * 3,
            is_backdated=False,
            is_approved=False,
        )
        return
    judged, sums = judging_due(state, ending)
    is_approved = ending.event_id in state.approved
    classes = {policy: class_by(state, policy, sums, judged, ending) for policy in POLICIES}
    if (ending.is_late or ending.is_flagged) and not is_approved:
        recorded = replace(ending, at=ending.recorded_at)
        classes = {policy: class_by(state, policy, sums, judged, recorded) for policy in POLICIES}
    state.verdicts[ending.event_id] = Verdict(
        outcome=classes[state.book.policy],
        judged_due_at=judged,
        by_policy=tuple(classes[policy] for policy in POLICIES),
        is_backdated=ending.is_late or ending.is_flagged,
        is_approved=(ending.is_late or ending.is_flagged) and is_approved,
    )
    if classes[state.book.policy] != "late":
        # AR-01: what was recorded late takes no letter back until it is approved.
        if not ending.is_flagged or is_approved:
            state.apologies.lapse(judged)
    elif judged in state.breaches:
        state.owe_again(judged)
    else:
        state.breach(state.sums().dues[state.book.policy], judged)


def class_by(state: State, policy: str, sums: Sum, judged: datetime, ending: Ending) -> str:
    """The class under one policy, by its own due date (DR-23); QĐ 766 asks more (DR-22)."""
    due_at, at = sums.dues[policy].at, ending.at
    if policy == state.book.policy or not state.lines:
        due_at = judged
    if policy == "qd766":
        if state.book.policy == policy and (sums.requests >= 2 or sums.unanswered is not None):
            state.turned_on.add(LAWFUL_766)
        if sums.requests >= 2:
            return "late"
        if sums.unanswered is not None:
            at, due_at = sums.unanswered[0], sums.unanswered[1].at
    return state.class_of(at, due_at)


def reopened(state: State, event: Event) -> None:
    """DR-25: takes the ending back."""
    ending = state.ending
    if ending is None or time_of(event) < ending.at:
        return
    state.ending = None
    if state.clock is None:
        return
    judged = judging_due(state, ending)[0]
    is_late = ending.is_late or is_recorded_after(state, ending, judged)
    before, state.lawful = state.lawful, judged
    if state.waiting is not None:
        state.waiting.ends_at, state.waiting = ending.at, None
    line = Line(
        cause="reopening",
        event_id=ending.event_id,
        happened_at=ending.at,
        recorded_at=ending.recorded_at,
        is_late=is_late,
        ends_at=time_of(event),
        is_answered=True,
    )
    state.write(line, len(state.lines))
    # It never makes the due date earlier; where the time cures nothing, the due date that judged the ending stands.
    due_at = max(state.sums().dues[state.book.policy].at, judged) if line.counts else judged
    state.lawful = before
    state.move(due_at, lapses=False)
    if due_at == judged and judged in state.breaches:
        # AR-01: it goes on with the breached due date that judged it, also where that followed from a wait.
        state.owe_again(judged)


def is_recorded_after(state: State, ending: Ending, due_at: datetime) -> bool:
    """DR-25: whether a reopening counts the time since an ending from its recording; asked of its limits."""
    is_slow = not ending.is_exempt and ending.recorded_at - ending.at > state.book.tolerance
    is_late = is_slow and any(ending.at <= one < ending.recorded_at for one in (due_at, *state.limits()))
    if is_late:
        state.waits_for_approval.add(ending.event_id)
    return is_late


def present(state: State) -> datetime:
    """The present due date: of what ended while it waited, the one that judged it."""
    verdict = state.verdicts.get(state.ending.event_id) if state.ending else None
    return verdict.judged_due_at if verdict and verdict.judged_due_at else state.lawful
