"""The ledger of a dossier and what follows from it for a due date: asked of the rules, said in one way (DR-20 to DR-25).

What the rules refuse (pauses out of order) is flagged and changes nothing; a due date beyond the calendar disarms the clock
(AL-7). Used by what pauses (`pausing`) and by what moves (`moving`).
"""

from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from events.deadline import DeadlineMoved, Policy, fields_by_policy
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
from rules.clocks.state import Clock, Entry, StreamState
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
            is_reopening = entry.legal_basis == REOPENING
            pause = Pause(
                requested_at=local(entry.at), completed_at=until, cause=entry.cause, is_reopening=is_reopening
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


def pause_count(state: StreamState) -> int:
    """How many pauses there were, the open one included."""
    return sum(1 for entry in state.ledger if entry.cause is not None and entry.legal_basis != REOPENING)


def due_if_resumed(transition: Transition, clock: Clock, at: Instant) -> Due | None:
    """The lawful due date of a clock that waits, as if it went on at an instant: so an ending while waiting is judged."""
    entry = open_entry(transition.state)
    if entry is None:
        return None
    ledger, legal_context = (
        (*transition.state.ledger[:-1], replace(entry, until=max(at, entry.at))),
        transition.require_legal_context(),
    )
    try:
        return asked_of(transition, clock, ledger).by(legal_context, legal_context.rule_set.supplement_policy).due
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
