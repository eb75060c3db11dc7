"""What a correction of two persons does to a clock: nothing by it is ever better (B20).

The corrected acceptance, extension, wait, ending or letter is found by the id of its event, put right by the one function that
everybody asks (`events.corrections`), and counted anew (`recounting`). What no clock depends on is the facts' to show.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from events.corrections import corrected_attributes, corrected_data, receiver_of
from events.dossier import DeadlineExtended, DossierAccepted, GivenTerm
from events.errors import SchemaMismatchError
from rules.clocks.beginning import FirstDue, first_planned
from rules.clocks.facts import Accepted, Corrected, Fact
from rules.clocks.facts_by_theme.fact import given_term
from rules.clocks.holding import put_right
from rules.clocks.instants import Instant, instant, micros
from rules.clocks.ledger import settled
from rules.clocks.obligations import letter_dated
from rules.clocks.recounting import Count, judge_worse, recount, refuse
from rules.clocks.rule_values import term_of_clock
from rules.clocks.state import Acceptance, Clock, Entry, holding, with_holding
from rules.clocks.transition import DOSSIER, Handler, Transition
from rules.due.terms import Term
from rules.errors import RulesError


def on_corrected(transition: Transition, fact: Corrected) -> None:
    """The clock goes by the event as corrected where that is not better; what can't be read corrects nothing."""
    values = ", ".join(f"{name}: {fact.fields[name]}" for name in sorted(fact.fields))
    transition.note("corrected", values)
    try:
        attributes = corrected_attributes(fact.fields)
        _put_right(transition, fact, micros(attributes["occurred_at"]) if "occurred_at" in attributes else None)
    except SchemaMismatchError as error:
        transition.note("unreadable-correction", str(error))


def _put_right(transition: Transition, fact: Corrected, at: Instant | None) -> None:
    _hold(transition, fact)
    state, target = transition.state, fact.target_event_id
    if at is not None:
        late = [replace(one, at=max(one.at, at)) if one.event_id == target else one for one in state.late_records]
        transition.state = replace(state, late_records=tuple(late))
    if state.acceptance is not None and target == state.acceptance.event_id:
        _acceptance(transition, fact, state.acceptance, at)
    elif state.ending is not None and target == state.ending.event_id:
        judge_worse(transition, at)
    elif target in dict(state.apology.letters):
        _letter(transition, dict(state.apology.letters)[target], at)
    elif any(target in (line.opened_by, line.closed_by) for line in state.ledger):
        _ledger(transition, fact, at)
    else:
        transition.note("no-clock-depends-on-it")


def _hold(transition: Transition, fact: Corrected) -> None:
    """The holder as the acceptance, the transfer or the order that named him was corrected."""
    state, acceptance = transition.state, transition.state.acceptance
    is_acceptance = acceptance is not None and fact.target_event_id == acceptance.event_id
    unit_id = receiver_of(fact.fields, is_acceptance=is_acceptance)
    if unit_id is not None:
        transition.state = with_holding(state, put_right(holding(state), fact.target_event_id, unit_id))


def _acceptance(transition: Transition, fact: Corrected, before: Acceptance, at: Instant | None) -> None:
    """Count the dossier's clock from what the acceptance says now (DR-01 to DR-09, B15)."""
    now = _as_corrected(before, fact, at)
    transition.state = replace(transition.state, acceptance=now)
    clock = transition.state.clock(DOSSIER)
    if clock is None:
        transition.note("no-clock")
        return
    if replace(now, unit_id=before.unit_id) == before:
        transition.note("no-clock-depends-on-it")
        return
    try:
        found = first_planned(transition, _accepted(transition, fact, now))
    except RulesError as error:
        refuse(transition, str(error))
        return
    if found is None:
        refuse(transition, "there would be neither a term nor an appointment (DR-09)")
        return
    counted = _counted(transition, clock, found, now)
    promised_at = None
    if now.appointment_at != before.appointment_at and not transition.state.apology.reappointments:
        promised_at = found.promised_at or found.plan.due_at
    recount(transition, fact, Count(counted, transition.state.ledger, promised_at))


def _as_corrected(before: Acceptance, fact: Corrected, at: Instant | None) -> Acceptance:
    term = None if before.term is None else GivenTerm(value=before.term.value, unit=before.term.unit)
    appointment_at = None if before.appointment_at is None else instant(before.appointment_at)
    said = DossierAccepted(procedure_code=before.procedure_code or "", term=term, appointment_at=appointment_at)
    now = corrected_data(said, fact.fields)
    return Acceptance(
        event_id=before.event_id,
        at=before.at if at is None else at,
        unit_id=fact.fields.get("unitid", before.unit_id),
        procedure_code=now.procedure_code or None,
        term=given_term(now.term),
        appointment_at=None if now.appointment_at is None else micros(now.appointment_at),
    )


def _accepted(transition: Transition, fact: Corrected, now: Acceptance) -> Accepted:
    return Accepted(
        seq=fact.seq,
        event_id=now.event_id,
        event_type=fact.event_type,
        at=now.at,
        known_at=fact.known_at,
        opened_on=transition.state.subject.opened_on,
        unit_id=now.unit_id,
        procedure_code=now.procedure_code,
        term=now.term,
        appointment_at=now.appointment_at,
    )


def _counted(transition: Transition, clock: Clock, found: FirstDue, now: Acceptance) -> Clock:
    """The clock from its corrected beginning. A term that is longer than the one it has counts for no later restart."""
    plan, term = found.plan, found.term
    if _is_longer(transition, term, term_of_clock(clock), plan.effective_start_at):
        term = term_of_clock(clock)
    return replace(
        clock,
        started_at=now.at,
        effective_start_at=plan.effective_start_at,
        base_due_at=plan.due_at,
        stated_due_at=now.appointment_at or 0,
        term_value=term.value if term else None,
        term_unit=term.unit if term else None,
    )


def _is_longer(transition: Transition, new: Term | None, old: Term | None, start: Instant) -> bool:
    """Without a term there is no restart (DR-21): nothing is shorter than that."""
    if new is None or new == old:
        return False
    if old is None:
        return True
    context, planner = transition.require_legal_context(), transition.planner
    return planner.by_term(context, DOSSIER, start, new).due_at > planner.by_term(context, DOSSIER, start, old).due_at


def _ledger(transition: Transition, fact: Corrected, at: Instant | None) -> None:
    """The line of an extension or of a wait as corrected, and the due date by the whole ledger again."""
    clock, target = transition.state.clock(DOSSIER), fact.target_event_id
    lines = tuple(_line(line, target, fact.fields, at) for line in transition.state.ledger)
    if lines == transition.state.ledger:
        transition.note("no-clock-depends-on-it")
    elif clock is None:
        transition.note("no-clock")
    else:
        recount(transition, fact, Count(clock, settled(lines)))


def _line(line: Entry, target: str, fields: Mapping[str, Any], at: Instant | None) -> Entry:
    if line.opened_by == target:
        if line.cause is None:
            line = _extension(line, fields)
        line = line if at is None else replace(line, said_at=at)
    if line.closed_by == target and at is not None:
        line = replace(line, said_until=at)
    return line


def _extension(line: Entry, fields: Mapping[str, Any]) -> Entry:
    assert line.until is not None  # noqa: S101 an extension names its date
    said = DeadlineExtended(new_due_at=instant(line.until), legal_basis=line.legal_basis, approver_id="-")
    now = corrected_data(said, fields)
    return replace(line, until=micros(now.new_due_at), legal_basis=now.legal_basis)


def _letter(transition: Transition, known_as: Instant, at: Instant | None) -> None:
    """A letter that left later than it was said is classed again by that; an earlier time betters nothing (AR-07)."""
    if at is None:
        transition.note("no-clock-depends-on-it")
    elif at <= known_as:
        transition.note("not-better")
    else:
        transition.note("classed-worse")
        letter_dated(transition, transition.state.clock(DOSSIER), known_as, at)


HANDLERS: Final[Mapping[type[Fact], Handler]] = MappingProxyType({Corrected: on_corrected})
"""What each of these facts does."""
