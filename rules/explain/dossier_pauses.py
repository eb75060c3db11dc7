"""What stops the clocks of a walked stream and sets them going again (DR-20 to DR-24), and how a due date is moved at all.

Each function takes the walk and a fact. What the rules or the order of things refuse is noted and moves nothing.
"""

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from rules.due.sub_clocks import agency_due
from rules.due.supplement import AdjustedDue, Extension, Ledger, Pause, adjusted_due, is_pausing
from rules.errors import InvalidPausesError, RulesError
from rules.explain import dossier_facts as facts
from rules.explain.dossier_facts import Fact
from rules.explain.dossier_walk import DOSSIER, Move, Walk, WalkedClock

_DUTY_CAUSES = {"supplement": "supplement_completed", "financial_duty": "financial_duty_met"}


def open_pause(walked: Walk) -> Pause | None:
    """The pause that is open, if any."""
    last = walked.ledger[-1] if walked.ledger else None
    return last if isinstance(last, Pause) and last.completed_at is None else None


def _may_pause(walked: Walk, cause: Any) -> bool:
    procedure = walked.procedure()
    says_so = procedure is not None and procedure.has_financial_pause
    return is_pausing(cause, walked.pins()[1], procedure_says_so=says_so)


def pause_opened(walked: Walk, fact: facts.PauseOpened) -> None:
    """The clocks stand still, unless one does already, it comes too late (DR-24), or this procedure knows no such stop."""
    if open_pause(walked) is not None:
        walked.note(fact, "already-paused")
        return
    if not _may_pause(walked, fact.cause):
        walked.note(fact, "no-pause-here")
        return
    last = walked.ledger[-1] if walked.ledger else None
    if last is not None and fact.at < _last_at(last):
        walked.note(fact, "out-of-order")
        return
    dossier = walked.dossier()
    stops = dossier is None or not _is_too_late(dossier, fact.at)
    entry = Pause(requested_at=walked.pins()[0].local(fact.at), completed_at=None, cause=fact.cause)
    keep(walked, entry, fact.cause, stops=stops)
    if not stops:
        walked.note(fact, "too-late")
        return
    for clock in walked.open_clocks(DOSSIER, "step", "agency"):
        if clock.kind == DOSSIER or not clock.is_breached:
            clock.is_paused = True


def _last_at(entry: Pause | Extension) -> datetime:
    return entry.granted_at if isinstance(entry, Extension) else entry.completed_at or entry.requested_at


def _is_too_late(clock: WalkedClock, at: datetime) -> bool:
    if clock.lawful.basis == "instant":
        return at.astimezone(UTC) > clock.lawful.due_at.astimezone(UTC)
    return clock.calendar.local_date(at) > clock.lawful.due_on


def keep(walked: Walk, entry: Pause | Extension, cause: str, *, stops: bool) -> None:
    """Add an entry to the ledger, with what people call it and whether the clocks stand still with it."""
    walked.ledger = (*walked.ledger, entry)
    walked.causes.append(cause)
    walked.stopping.append(stops)


def pause_closed(walked: Walk, fact: facts.PauseClosed) -> None:
    """The citizen has done what was asked: every clock that stood still goes on. A payment may as well be a fee."""
    pause = open_pause(walked)
    if pause is None or pause.cause != fact.cause or walked.ending is not None:
        if fact.event_type != "payment-received.v1":
            walked.note(fact, "not-paused")
        return
    if fact.at < pause.requested_at:
        walked.note(fact, "out-of-order")
        return
    ledger = (*walked.ledger[:-1], replace(pause, completed_at=walked.pins()[0].local(fact.at)))
    dossier = walked.dossier()
    adjusted = None if dossier is None else adjusted_by(walked, dossier, ledger, fact)
    if dossier is not None and adjusted is None:
        return
    walked.ledger = ledger
    if not walked.stopping[-1]:
        return
    cause = _DUTY_CAUSES[fact.cause]
    if dossier is not None and adjusted is not None:
        dossier.is_paused = False
        move(dossier, adjusted, fact, cause, adjusted.rule)
    for clock in walked.open_clocks("step", "agency"):
        if clock.is_paused:
            clock.is_paused = False
            _resume_part(walked, clock, fact, cause)


def _resume_part(walked: Walk, clock: WalkedClock, fact: Fact, cause: str) -> None:
    if clock.original.rule == "DR-13":
        follow(walked, clock, fact, cause)
        return
    clock.ledger = own_entries(walked, clock)
    try:
        found = adjusted_due(clock.calendar, clock.base, clock.term, clock.ledger, clock.rule_set, "pause")
    except RulesError as error:
        walked.broken(clock, error)
        return
    move(clock, found, fact, cause, "DR-20" if clock.kind == "step" else clock.original.rule)


def own_entries(walked: Walk, clock: WalkedClock) -> Ledger:
    """What of the ledger counts for a step: the stops since it began."""
    if clock.kind != "step":
        return walked.ledger if clock.kind == DOSSIER else ()
    pairs = zip(walked.ledger, walked.stopping, strict=True)
    return tuple(
        entry for entry, stops in pairs if stops and isinstance(entry, Pause) and entry.requested_at >= clock.started_at
    )


def adjusted_by(walked: Walk, clock: WalkedClock, ledger: Ledger, fact: Fact) -> AdjustedDue | None:
    """What the rules make of a ledger for the dossier; None where they refuse it, and that was noted."""
    policy = clock.rule_set.supplement_policy
    try:
        return adjusted_due(clock.calendar, clock.base, clock.term, ledger, clock.rule_set, policy)
    except InvalidPausesError:
        walked.note(fact, "out-of-order")
    except RulesError as error:
        walked.broken(clock, error)
    return None


def move(clock: WalkedClock, adjusted: AdjustedDue, fact: Fact, cause: str, rule: str) -> None:
    """Give a clock its new due date; a promise that was later stays (DR-26)."""
    answer = adjusted.due
    if answer is None or answer.due_at == clock.lawful.due_at:
        return
    if not (clock.promised_at > clock.lawful.due_at and clock.promised_at > answer.due_at):
        clock.promised_at = answer.due_at
    # Whether the day or the instant decides is fixed when the clock starts (DR-08), also where a restart counts in hours.
    clock.lawful = replace(answer, basis=clock.original.basis)
    clock.running_from_at, clock.is_breached = adjusted.running_from_at, False
    moved(clock, fact, cause, rule)


def moved(clock: WalkedClock, fact: Fact, cause: str, rule: str) -> None:
    """Remember that the due dates of a clock changed."""
    change = Move(
        fact=fact, cause=cause, rule=rule, lawful_due_at=clock.lawful.due_at, promised_due_at=clock.promised_at
    )
    clock.moves.append(change)


def follow(walked: Walk, clock: WalkedClock, fact: Fact, cause: str) -> None:
    """An agency's day follows the dossier's (DR-13)."""
    dossier = walked.dossier()
    if dossier is None:
        return
    answer = agency_due(clock.calendar, dossier.lawful, clock.started_at, clock.rule_set)
    if answer.due_at == clock.lawful.due_at:
        return
    clock.lawful, clock.promised_at, clock.is_breached = answer, answer.due_at, False
    moved(clock, fact, cause, "DR-13")
