"""What moves the due dates of a walked stream besides pauses: extensions, calendars, reopenings, promises (DR-25 to DR-28).

And the walk itself: which fact does what. What the rules or the order of things refuse is noted and moves nothing.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from msgspec import structs

from rules.book.procedures import ProcedureCatalogue
from rules.book.rulebook import Rulebook
from rules.calendars.calendar import Calendar
from rules.calendars.change import is_touched
from rules.due.apology import reappointment_problem
from rules.due.supplement import Extension, Pause, adjusted_due, closed
from rules.due.terms import due
from rules.errors import RulesError
from rules.explain import dossier_facts as facts
from rules.explain.dossier_facts import Fact, Opening, StreamFacts
from rules.explain.dossier_pauses import (
    adjusted_by,
    follow,
    keep,
    move,
    moved,
    open_pause,
    own_entries,
    pause_closed,
    pause_opened,
)
from rules.explain.dossier_walk import DOSSIER, Walk, WalkedClock


def walk(stream: StreamFacts, rulebook: Rulebook, procedures: ProcedureCatalogue) -> Walk:
    """The clocks of a stream after all its facts."""
    walked = Walk(rulebook=rulebook, procedures=procedures, recorded=stream.recorded)
    for fact in stream.facts:
        _tell(walked, fact)
    return walked


def _tell(walked: Walk, fact: Fact) -> None:
    walked.pass_time(fact)
    handler = _HANDLERS.get(type(fact))
    if handler is None:
        return
    if not walked.is_accepted and isinstance(fact, _NEEDS_ACCEPTANCE):
        walked.note(fact, "not-accepted-yet")
    elif walked.ending is not None and isinstance(fact, _ONLY_WHILE_OPEN):
        walked.note(fact, "already-ended")
    else:
        if isinstance(fact, Opening) and not _opened(walked, fact):
            return
        if walked.calendar is None:
            walked.note(fact, "unknown-calendar")
            return
        try:
            handler(walked, fact)
        except RulesError as error:
            walked.note(fact, "refused", str(error))


def _opened(walked: Walk, fact: Opening) -> bool:
    """Whether an opening counts; calendar and rule set are fixed by the first one and again by the acceptance."""
    if walked.opening is None:
        walked.pin(fact)
        return True
    if isinstance(fact, facts.Accepted) and not walked.is_accepted:
        walked.end(fact, walked.open_clocks("intake"))
        walked.pin(replace(fact, opened_on=walked.opening.opened_on))
        return True
    if isinstance(fact, facts.Submitted) and not walked.is_accepted:
        return True
    walked.note(fact, "already-accepted")
    return False


def _extended(walked: Walk, fact: facts.Extended) -> None:
    clock = walked.dossier()
    if clock is None:
        return
    pause, local = open_pause(walked), walked.pins()[0].local
    granted_at = local(fact.at) if pause is None else min(local(fact.at), pause.requested_at)
    entry = Extension(granted_at=granted_at, new_due_at=local(fact.new_due_at), legal_basis=fact.legal_basis)
    place = len(walked.ledger) - (pause is not None)
    ledger = (*walked.ledger[:place], entry, *walked.ledger[place:])
    adjusted = adjusted_by(walked, clock, ledger, fact)
    if adjusted is None:
        return
    walked.ledger = ledger
    walked.causes.insert(place, "extension")
    walked.stopping.insert(place, False)
    move(clock, adjusted, fact, "extension", "DR-25")
    _follow_all(walked, fact)


def _follow_all(walked: Walk, fact: Fact) -> None:
    for clock in walked.open_clocks("agency"):
        if clock.original.rule == "DR-13" and not clock.is_breached and not clock.is_paused:
            follow(walked, clock, fact, "dossier_moved")


def _reopened(walked: Walk, fact: facts.Reopened) -> None:
    ending = walked.ending
    if ending is None:
        walked.note(fact, "not-ended")
        return
    if fact.at < ending.at:
        walked.note(fact, "out-of-order")
        return
    clock, local = walked.dossier(), walked.pins()[0].local
    if clock is None:
        walked.ending = None
        return
    pause = open_pause(walked)
    ended_at = local(ending.at) if pause is None else max(local(ending.at), pause.requested_at)
    waited = Pause(requested_at=ended_at, completed_at=max(local(fact.at), ended_at), cause="financial_duty")
    ledger = (*closed(walked.ledger, ended_at), waited)
    adjusted = adjusted_by(walked, clock, ledger, fact)
    if adjusted is None:
        return
    walked.ending = None
    walked.ledger = ledger[:-1]
    keep(walked, waited, "reopening", stops=True)
    clock.is_over, clock.ended, clock.is_paused = False, None, False
    if adjusted.due is None or adjusted.due.due_at == clock.lawful.due_at:
        moved(clock, fact, "reopening", adjusted.rule)
    else:
        move(clock, adjusted, fact, "reopening", adjusted.rule)


def _calendar_changed(walked: Walk, fact: facts.CalendarChanged) -> None:
    calendar, _ = walked.pins()
    if walked.ending is not None:
        walked.note(fact, "already-ended")
        return
    if (calendar.calendar_id, calendar.version) != (fact.calendar_id, fact.old_version):
        walked.note(fact, "other-calendar", f"{calendar.calendar_id} {calendar.version}")
        return
    new = walked.rulebook.calendar(fact.calendar_id, fact.new_version)
    walked.calendar = new
    for clock in walked.open_clocks():
        _recount(walked, clock, new, fact)
    dossier = walked.dossier()
    if dossier is not None and not dossier.is_breached:
        _follow_all(walked, fact)


def _recount(walked: Walk, clock: WalkedClock, new: Calendar, fact: Fact) -> None:
    """Count one open clock by the new version, from its start on (DR-27); what was stated or breached stays."""
    old, clock.calendar = clock.calendar, new
    if clock.is_breached or clock.term is None or clock.original.rule == "appointment":
        return
    before = clock.base
    clock.base = structs.replace(due(new, clock.started_at, clock.term, clock.rule_set), rule=before.rule)
    if not is_touched(old, new, old.local_date(clock.started_at), clock.lawful.due_on):
        return
    policy = clock.rule_set.supplement_policy if clock.kind == DOSSIER else "pause"
    try:
        found = adjusted_due(new, clock.base, clock.term, own_entries(walked, clock), clock.rule_set, policy)
    except RulesError as error:
        walked.broken(clock, error)
        return
    if found.due is None or found.due.due_at == clock.lawful.due_at:
        return
    # What was printed for the citizen stays the promise where it is the later one.
    clock.lawful, clock.running_from_at = found.due, found.running_from_at
    clock.promised_at = max(clock.promised_at, found.due.due_at)
    moved(clock, fact, "calendar_change", "DR-27")


def _apologised(walked: Walk, fact: facts.Apologised) -> None:
    clock = walked.dossier()
    if clock is None or fact.new_promised_at is None or walked.ending is not None:
        return
    problem = reappointment_problem(
        clock.calendar,
        clock.lawful.due_at,
        fact.new_promised_at,
        walked.reappointments,
        clock.rule_set,
        basis=clock.lawful.basis,
    )
    if problem is not None:
        walked.note(fact, "refused", problem)
        return
    walked.reappointments += 1
    clock.promised_at = clock.calendar.local(fact.new_promised_at)
    moved(clock, fact, "reappointment", "DR-26")


def _step_completed(walked: Walk, fact: facts.StepCompleted) -> None:
    same = [clock for clock in walked.open_clocks("step") if clock.step_code == fact.step_code]
    walked.end(fact, same[-1:])


def _transfer_refused(walked: Walk, _: facts.TransferRefused) -> None:
    for clock in walked.open_clocks("agency"):
        clock.is_over = True


def _consultation_answered(walked: Walk, fact: facts.ConsultationAnswered) -> None:
    walked.end(fact, [one for one in walked.open_clocks("consultation") if one.name.endswith(f":{fact.document_no}")])


def _feedback_received(walked: Walk, fact: facts.FeedbackReceived) -> None:
    walked.feedback("feedback_answer", fact, fact.at)


def _intake_answered(walked: Walk, fact: facts.IntakeAnswered) -> None:
    walked.end(fact, walked.open_clocks("intake"))
    if fact.is_rejected and not walked.is_accepted:
        walked.ending = fact


def _feedback_act(walked: Walk, fact: facts.FeedbackAct) -> None:
    walked.feedback_act(fact)
    if fact.stage in ("refusal", "publication"):
        walked.ending = fact


def _ended(walked: Walk, fact: facts.Ended) -> None:
    if walked.ending is not None:
        walked.note(fact, "already-ended")
        return
    walked.ended(fact)


_HANDLERS: Final[dict[type[Fact], Callable[[Walk, Any], None]]] = {
    facts.Submitted: Walk.submitted,
    facts.Accepted: Walk.accepted,
    facts.FeedbackReceived: _feedback_received,
    facts.IntakeAnswered: _intake_answered,
    facts.Transferred: Walk.transferred,
    facts.TransferReceived: lambda walked, fact: walked.end(fact, walked.open_clocks("transfer")),
    facts.TransferRefused: _transfer_refused,
    facts.StepStarted: Walk.step_started,
    facts.StepCompleted: _step_completed,
    facts.ConsultationRequested: lambda walked, fact: walked.consulted(fact, fact.document_no, fact.term, fact.due_at),
    facts.ConsultationAnswered: _consultation_answered,
    facts.FeedbackAct: _feedback_act,
    facts.PauseOpened: pause_opened,
    facts.PauseClosed: pause_closed,
    facts.Extended: _extended,
    facts.CalendarChanged: _calendar_changed,
    facts.Apologised: _apologised,
    facts.Ended: _ended,
    facts.Reopened: _reopened,
    facts.BackdatingApproved: lambda walked, fact: walked.approved.add(fact.target_event_id),
}
_NEEDS_ACCEPTANCE: Final = (
    facts.Transferred,
    facts.StepStarted,
    facts.ConsultationRequested,
    facts.PauseOpened,
    facts.Extended,
    facts.Apologised,
    facts.Ended,
    facts.Reopened,
)
_ONLY_WHILE_OPEN: Final = (facts.PauseOpened, facts.Extended)
