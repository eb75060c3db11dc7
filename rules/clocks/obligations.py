"""The obligations to apologise, one for each lawful due date that was missed: AR-01, AR-07, AR-08, decision B19.

What comes (a letter, a waiver, a lapse) concerns the obligation that it comes to, by that one's own due date; what comes while
none is open waits for the next one.
"""

from typing import Any, Final

from msgspec.structs import replace

from events.deadline import ApologyClassified, ApologyLapsed, ApologyRequired
from rules.clocks.instants import Instant
from rules.clocks.planning import PENDING
from rules.clocks.state import Apology, Clock, Obligation
from rules.clocks.transition import Transition
from rules.due.apology import apology_class

_NOT_SENT: Final = 0


def owe(transition: Transition, clock: Clock) -> Obligation:
    """Keep that the clock's due date was missed, or that it stands missed after all, with what had come for it before."""
    apology = transition.state.apology
    holder = clock.unit_id or transition.state.holder_unit_id
    known = apology.of(clock.lawful_due_at) or Obligation(
        due_at=clock.lawful_due_at, due_on=clock.due_on, latest_at=clock.latest_at, holder_unit_id=holder
    )
    owed = replace(known, sent_at=apology.sent_at, is_waived=apology.is_waived, is_lapsed=False)
    _keep(transition, replace(apology, is_pending=False, sent_at=_NOT_SENT, is_waived=False), owed)
    return owed


def owe_again(transition: Transition, clock: Clock) -> None:
    """A breach whose apology had lapsed stands, since the clock has its old due date: the apology is owed again."""
    known = transition.state.apology.of(clock.lawful_due_at)
    if not clock.is_breached or known is None or not known.is_lapsed:
        return
    owed = owe(transition, clock)
    transition.emit(
        clock,
        f":{transition.caused_by().event_id}",
        ApologyRequired,
        **transition.dues(clock),
        latest_at=transition.zone.local(owed.latest_at),
        held_by_unit_id=owed.holder_unit_id,
    )
    emit_apology_class(transition, clock, owed)


def emit_apology_class(
    transition: Transition, clock: Clock, owed: Obligation, breached_at: Instant | None = None
) -> None:
    """Emit what was done about one obligation, if anything was (AR-07): by its own due date, whatever the clock has now.

    A letter counts also where it had been waived. `breached_at`: the obligation came to be by the passing of time.
    """
    if owed.is_open:
        return
    local, missed = transition.zone.local, replace(clock, lawful_due_at=owed.due_at, due_on=owed.due_on)
    sent_at, latest_at = local(owed.sent_at) if owed.sent_at else None, local(owed.latest_at)
    found = apology_class(latest_at, local(owed.due_at), sent_at, is_waived=owed.is_waived)
    fields: dict[str, Any] = {
        **transition.dues(missed),
        "apology_class": found,
        "latest_at": latest_at,
        "sent_at": sent_at,
        "held_by_unit_id": owed.holder_unit_id,
    }
    if breached_at is None:
        transition.emit(missed, f":{found}:{transition.caused_by().event_id}", ApologyClassified, **fields)
    else:
        transition.emit_due(breached_at, missed, f":{found}", ApologyClassified, **fields)


def send(transition: Transition, clock: Clock | None, sent_at: Instant, event_id: str) -> None:
    """A letter left: it is that of the obligations that are open, else of the due date that the clock has now."""
    apology = replace(transition.state.apology, letters=(*transition.state.apology.letters, (event_id, sent_at)))
    transition.state = replace(transition.state, apology=apology)
    present = None if clock is None else apology.standing(clock.lawful_due_at)
    concerned = apology.open or (() if present is None or present.sent_at else (present,))
    if clock is not None and concerned:
        _settle(transition, clock, tuple(replace(one, sent_at=sent_at) for one in concerned))
    elif present is None and not apology.sent_at:
        transition.state = replace(transition.state, apology=replace(apology, sent_at=sent_at))


def letter_dated(transition: Transition, clock: Clock | None, known_as: Instant, sent_at: Instant) -> None:
    """A letter that counted by one instant counts by another (DR-31, B20); what was classed by it is classed again."""
    letters = tuple((one, sent_at if at == known_as else at) for one, at in transition.state.apology.letters)
    apology = replace(transition.state.apology, letters=letters)
    transition.state = replace(transition.state, apology=apology)
    if apology.sent_at == known_as:
        transition.state = replace(transition.state, apology=replace(apology, sent_at=sent_at))
    concerned = tuple(replace(one, sent_at=sent_at) for one in apology.obligations if one.sent_at == known_as)
    if clock is not None:
        _settle(transition, clock, concerned)


def waive(transition: Transition, clock: Clock | None) -> None:
    """Lift the obligations that are open, else the one of the due date that the clock has now; no letter is awaited for it."""
    apology = transition.state.apology
    if clock is not None and apology.open:
        _settle(transition, clock, tuple(replace(one, is_waived=True) for one in apology.open))
    elif clock is None or apology.standing(clock.lawful_due_at) is None:
        if clock is not None:
            lapse(transition, clock, "waived")
        transition.state = replace(transition.state, apology=replace(transition.state.apology, is_waived=True))


def _settle(transition: Transition, clock: Clock, settled: tuple[Obligation, ...]) -> None:
    for one in settled:
        _keep(transition, transition.state.apology, one)
        emit_apology_class(transition, clock, one)


def foresee(transition: Transition, clock: Clock) -> bool:
    """Keep that lateness is in view; False where nothing is left to decide about the due date that the clock has now."""
    apology = transition.state.apology
    if apology.is_pending or apology.sent_at or apology.is_waived or apology.standing(clock.lawful_due_at):
        return False
    if clock.lawful_due_at < apology.untold_until:
        return False
    transition.state = replace(transition.state, apology=replace(apology, is_pending=True))
    transition.put(replace(clock, emitted=(*clock.emitted, PENDING)))
    return True


def pending_fields(transition: Transition, clock: Clock, declared_by: Any) -> dict[str, Any]:
    """The fields of `ApologyPendingRaised`."""
    return {
        **transition.dues(clock),
        "latest_at": transition.zone.local(clock.latest_at),
        "declared_by": declared_by,
        "held_by_unit_id": clock.unit_id or transition.state.holder_unit_id,
        "to_roles": transition.require_legal_context().rule_set.apology_pending_roles,
    }


def lapse(transition: Transition, clock: Clock, reason: Any) -> None:
    """What was in view, or owed for the due date that the clock has, is not needed (AR-01, AR-11).

    An earlier breach that stands keeps its obligation. What had come for the one that lapses waits for the next one.
    """
    apology = transition.state.apology
    owed = apology.standing(clock.lawful_due_at)
    if owed is None and not apology.is_pending:
        return
    transition.emit(
        clock,
        f":{transition.caused_by().event_id}",
        ApologyLapsed,
        **transition.dues(clock),
        reason=reason,
        was_required=owed is not None,
        missed_due_at=None if owed is None else transition.zone.local(owed.due_at),
    )
    apology = replace(apology, is_pending=False)
    if owed is None:
        transition.state = replace(transition.state, apology=apology)
        return
    first = min(filter(None, (owed.sent_at, apology.sent_at)), default=_NOT_SENT)
    waiting = replace(apology, sent_at=first, is_waived=apology.is_waived or owed.is_waived)
    _keep(transition, waiting, replace(owed, sent_at=_NOT_SENT, is_waived=False, is_lapsed=True))


def _keep(transition: Transition, apology: Apology, changed: Obligation) -> None:
    others = [one for one in apology.obligations if one.due_at != changed.due_at]
    obligations = tuple(sorted([*others, changed], key=lambda one: one.due_at))
    transition.state = replace(transition.state, apology=replace(apology, obligations=obligations))
