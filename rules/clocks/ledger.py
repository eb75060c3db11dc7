"""The ledger of a dossier and what follows from it for a due date: asked of the rules, said in one way (DR-20 to DR-25).

What the rules refuse (pauses out of order) is flagged and changes nothing; a due date beyond the calendar disarms the clock
(AL-7). Used by what pauses (`pausing`) and by what moves (`moving`).
"""

from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from events.deadline import DeadlineMoved, PauseCause, Policy, fields_by_policy
from rules.clocks.facts import Fact
from rules.clocks.instants import Instant, instant, micros
from rules.clocks.planning import (
    PENDING,
    SECOND,
    LegalContext,
    Plan,
    ahead_from,
    latest_from,
)
from rules.clocks.rule_values import lawful_due_of, original_due_of, term_of_clock
from rules.clocks.state import Clock, Ending, Entry, StreamState
from rules.clocks.transition import DOSSIER, Transition
from rules.due.sub_clocks import agency_due
from rules.due.supplement import AdjustedDue, Extension, Ledger, Pause, adjusted_due
from rules.due.terms import Due, Term
from rules.errors import InvalidPausesError, RulesError

REOPENING = "reopening"
"""The basis of a ledger entry for the time between an end and a reopening: a wait that every policy shifts by."""

_DUE_FIELDS: Final = tuple(fields_by_policy(DeadlineMoved, "_due_at").items())


def open_entry(state: StreamState) -> Entry | None:
    """The pause that is open, if any."""
    last = state.ledger[-1] if state.ledger else None
    return last if last is not None and last.cause is not None and last.until is None else None


def settled(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """The lines with the instants that count: each follows the one before it, whatever their events bear (DR-31).

    An extension that was granted during a pause stands before it, as if granted when it began (DR-25).
    """
    lines: list[Entry] = []
    opened: Instant = 0
    answered: Instant = 0
    for place, entry in enumerate(entries):
        at = entry.late_at or entry.said_at
        if entry.cause is None:
            later = next((one.late_at or one.said_at for one in entries[place + 1 :] if one.cause is not None), at)
            opened = max(opened, min(at, later))
            lines.append(replace(entry, at=opened))
        else:
            opened = max(opened, answered, at)
            until = None if entry.said_until is None else max(entry.said_until, opened)
            answered = opened if until is None else until
            lines.append(replace(entry, at=opened, until=until))
    return tuple(lines)


def waited_for(entry: Entry) -> PauseCause:
    """What was waited for by a line that is a pause."""
    assert entry.cause is not None  # noqa: S101 an extension is no wait
    return entry.cause


def closed(entry: Entry, fact: Fact, at: Instant, *, is_answered: bool = True) -> Entry:
    """A pause with its end; one that began by its recording doesn't end before (DR-31)."""
    until = max(at, entry.at)
    return replace(entry, until=until, said_until=at, closed_by=fact.event_id, is_answered=is_answered)


def since_the_end(state: StreamState, ending: Ending, fact: Fact) -> tuple[Entry, ...]:
    """The ledger with the time since the end as a wait. A pause that was open ends with the ending, unanswered (B18).

    After an ending that was recorded late nothing is a wait before it was recorded, until it is approved (DR-31).
    """
    entry, before = open_entry(state), state.ledger
    if entry is not None:
        at = max(ending.at, entry.said_at)
        answered = replace(entry, until=at, said_until=at, closed_by=ending.event_id, is_answered=False)
        before = (*before[:-1], answered)
    waited = Entry(
        "financial_duty", ending.at, fact.at, stops=True, legal_basis=REOPENING, opened_by=ending.event_id,
        opened_seq=ending.seq, closed_by=fact.event_id, said_at=ending.at, said_until=fact.at,
        late_at=ending.waits_from,
    )  # fmt: skip
    return settled((*before, waited))


def own_entries(state: StreamState, clock: Clock) -> tuple[Entry, ...]:
    """What of the ledger counts for a clock: all for the dossier's, the stops since it began for a step's (DR-12, DR-14)."""
    if clock.kind == "dossier":
        return state.ledger
    if clock.kind != "step":
        return ()
    return tuple(entry for entry in state.ledger if entry.stops and entry.at >= clock.started_at)


def first_due_of(transition: Transition, clock: Clock) -> Due:
    """The due date from which pauses and extensions move a clock: its first one, as an order may have recounted it (DR-27)."""
    original = original_due_of(clock, transition.zone)
    if not clock.base_due_at:
        return original
    due_at = transition.zone.local(clock.base_due_at)
    return replace(original, due_at=due_at, due_on=due_at.date())


class Asked(Struct, frozen=True, gc=False):
    """What the rules are asked about a clock that pauses and extensions move: its first due date, its term, the ledger."""

    original: Due
    term: Term | None
    ledger: Ledger

    def by(self, legal_context: LegalContext, policy: Policy) -> AdjustedDue:
        """The due date under one policy. Raises RulesError."""
        return adjusted_due(
            legal_context.calendar, self.original, self.term, self.ledger, legal_context.rule_set, policy
        )


def asked_of(transition: Transition, clock: Clock, entries: tuple[Entry, ...]) -> Asked:
    """The question for a clock and entries of the ledger. Raises RulesError."""
    return Asked(first_due_of(transition, clock), term_of_clock(clock), ledger_of(transition, entries))


def adjusted_by(transition: Transition, clock: Clock, ledger: tuple[Entry, ...]) -> tuple[Asked, AdjustedDue] | None:
    """What the rules make of a ledger by the lawful policy; None where they refuse it, and that was said."""
    legal_context = transition.require_legal_context()
    try:
        asked = asked_of(transition, clock, ledger)
        return asked, asked.by(legal_context, legal_context.rule_set.supplement_policy)
    except InvalidPausesError as error:
        transition.flag("order", "domain 4.3: out-of-order", str(error))
    except RulesError as error:
        transition.drop(clock.name)
        transition.not_armed_by(clock.name, clock.kind, error)
    return None


def ledger_of(transition: Transition, entries: tuple[Entry, ...]) -> Ledger:
    """Entries as the rules want them."""
    local = transition.zone.local
    lines: list[Pause | Extension] = []
    for entry in entries:
        if entry.cause is None:
            assert entry.until is not None  # noqa: S101 an extension names its date
            extension = Extension(
                granted_at=local(entry.at), new_due_at=local(entry.until), legal_basis=entry.legal_basis
            )
            lines.append(extension)
        else:
            until = None if entry.until is None else local(entry.until)
            pause = Pause(
                requested_at=local(entry.at),
                completed_at=until,
                cause=entry.cause,
                is_answered=entry.restarts,
                is_reopening=entry.legal_basis == REOPENING,
            )
            lines.append(pause)
    return tuple(lines)


def moved_to(transition: Transition, clock: Clock, adjusted: AdjustedDue) -> Clock:
    """The clock with an adjusted due date; the same where nothing moved."""
    answer = adjusted.due
    assert answer is not None  # noqa: S101 the caller has looked
    if micros(answer.due_at) == clock.lawful_due_at:
        return clock
    plan = transition.planner.by_due(transition.require_legal_context(), clock.kind, answer, term_of_clock(clock))
    return with_plan(transition, clock, plan, micros(adjusted.running_from_at))


def with_plan(transition: Transition, clock: Clock, plan: Plan, running_from_at: Instant) -> Clock:
    """A due date that moved: passed rungs stay passed, those after a breach begin anew with it (AL-3)."""
    fact = transition.caused_by()
    emitted = tuple(name for name in clock.emitted if name[0] == "A" and name != PENDING)
    second = tuple(wake for wake in clock.ahead if wake.name == SECOND and wake.at > plan.due_at)
    is_promise_later = clock.promised_due_at > clock.lawful_due_at and clock.promised_due_at > plan.due_at
    return replace(
        clock,
        lawful_due_at=plan.due_at,
        due_on=plan.due_on,
        promised_due_at=clock.promised_due_at if is_promise_later else plan.due_at,
        latest_at=latest_from(plan, running_from_at),
        ahead=(*ahead_from(plan, running_from_at, emitted), *second),
        emitted=emitted,
        armed_by=fact.event_id,
        armed_seq=fact.seq,
        is_breached=False,
    )


def emit_moved(transition: Transition, before: Clock, after: Clock, cause: Any, rule: str, **beside: Any) -> None:
    """Say that a due date moved; `beside`: what every policy would give, or the words of the law that moved it."""
    local = transition.zone.local
    transition.emit(
        after,
        f":{transition.caused_by().event_id}",
        DeadlineMoved,
        **transition.dues(after),
        cause=cause,
        rule=rule,
        previous_lawful_due_at=local(before.lawful_due_at),
        previous_promised_due_at=local(before.promised_due_at),
        **beside,
    )


def by_every_policy(transition: Transition, asked: Asked, lawful: AdjustedDue) -> dict[str, datetime | None]:
    """What every policy gives after a pause, side by side (DR-23)."""
    legal_context, found = transition.require_legal_context(), {}
    for policy, name in _DUE_FIELDS:
        if policy == "restart" and asked.term is None:
            continue  # an appointment can't restart
        try:
            answer = lawful if policy == lawful.policy else asked.by(legal_context, policy)
        except RulesError:
            continue
        found[name] = answer.due.due_at if answer.due else None
    return found


def pause_count(ledger: tuple[Entry, ...]) -> int:
    """How many pauses there are in these lines, an open one included: the number of the last of them."""
    return sum(1 for entry in ledger if entry.cause is not None and entry.legal_basis != REOPENING)


def due_if_resumed(transition: Transition, clock: Clock, at: Instant) -> AdjustedDue | None:
    """The lawful due date of a clock that waits, as if it went on at an instant.

    So an ending while waiting is judged; it is no answer, so that nothing restarts (B18).
    """
    entry = open_entry(transition.state)
    if entry is None:
        return None
    ledger, legal_context = (
        (*transition.state.ledger[:-1], replace(entry, until=max(at, entry.at), is_answered=False)),
        transition.require_legal_context(),
    )
    try:
        return asked_of(transition, clock, ledger).by(legal_context, legal_context.rule_set.supplement_policy)
    except RulesError:
        return None  # contradicting pauses: the due date that was last told stands


def following(transition: Transition, clock: Clock) -> Clock:
    """An agency's clock with the day that follows from the dossier's due date (DR-13)."""
    legal_context, dossier = transition.require_legal_context(), transition.state.clock(DOSSIER)
    if dossier is None:
        return clock
    answer = agency_due(
        legal_context.calendar,
        lawful_due_of(dossier, legal_context.zone),
        instant(clock.started_at),
        legal_context.rule_set,
    )
    plan = transition.planner.by_due(legal_context, clock.kind, answer, None)
    return with_plan(transition, clock, plan, clock.effective_start_at)
