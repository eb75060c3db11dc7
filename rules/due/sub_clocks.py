"""The clocks beside the dossier's own: intake, transfer, step, agency, consultation, feedback (DR-10 to DR-14, QĐ 766).

In go a calendar, the instant at which a clock starts and the rule set; out comes a `Due` by the same arithmetic as for
the dossier (`rules.due.terms`), so that every clock is counted, classified and reminded of in one way. Pure. None of these
clocks stops or moves the dossier's own.
"""

from datetime import datetime, timedelta
from typing import Literal

from msgspec.structs import replace

from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.due.terms import Due, Term, appointment, due

FeedbackStage = Literal["refusal", "supplement", "answer", "publication"]

_HOUR = timedelta(hours=1)


def intake_due(calendar: Calendar, submitted_at: datetime, rule_set: RuleSet) -> Due:
    """Give when an online submission must have been checked and answered: so many working hours (DR-10)."""
    term = Term(value=rule_set.intake_working_hours, unit="hour")
    return replace(due(calendar, submitted_at, term, rule_set), rule="DR-10")


def transfer_due(calendar: Calendar, accepted_at: datetime, rule_set: RuleSet) -> Due:
    """Give when an accepted dossier must have reached the competent agency (DR-11).

    The effective start decides, as for same-day terms: until the cut-off (included) by the close of that day, later by
    a fixed hour of the next working day.
    """
    start = calendar.effective_start(accepted_at)
    if start.time() <= rule_set.transfer_cut_off:
        due_at = calendar.end_of_last_session(start.date())
    else:
        day = calendar.nth_working_day_after(start.date(), 1)
        due_at = calendar.effective_start(datetime.combine(day, rule_set.transfer_next_day_by, calendar.zone))
    return Due(effective_start_at=start, due_at=due_at, due_on=due_at.date(), basis="instant", rule="DR-11")


def agency_due(calendar: Calendar, dossier_due: Due, started_at: datetime, rule_set: RuleSet) -> Due:
    """Give when an agency in a chain of agencies must have given the dossier back (DR-13).

    That is the close of a working day before the dossier's due day. Where this leaves the agency no time, and for hour
    terms, it is the dossier's own due instant.
    """
    start = calendar.effective_start(started_at)
    whole = replace(dossier_due, effective_start_at=start, rule="DR-13")
    if dossier_due.basis == "instant":
        return whole
    day = calendar.nth_working_day_before(dossier_due.due_on, rule_set.agency_working_days_before)
    due_at = calendar.end_of_last_session(day)
    return replace(whole, due_at=due_at, due_on=day) if due_at > start else whole


def step_due(calendar: Calendar, started_at: datetime, budget: Term, rule_set: RuleSet) -> Due:
    """Give when a step must be done, from its own start and budget, whatever the dossier's due date is (DR-12)."""
    return replace(due(calendar, started_at, budget, rule_set), rule="DR-12")


def consultation_due(
    calendar: Calendar, requested_at: datetime, term: Term | None, reply_due_at: datetime | None, rule_set: RuleSet
) -> Due | None:
    """Give when a consulted agency must have answered (DR-14); None when nobody said when.

    A date that the request itself states wins over a term. The dossier's clock runs on meanwhile.
    """
    if reply_due_at is not None:
        return replace(appointment(calendar, requested_at, reply_due_at), rule="DR-14")
    if term is not None:
        return replace(due(calendar, requested_at, term, rule_set), rule="DR-14")
    return None


def feedback_due(calendar: Calendar, at: datetime, stage: FeedbackStage, rule_set: RuleSet) -> Due:
    """Give when feedback must have been refused, sent back to be added to, answered, or its answer published."""
    days = {
        "refusal": rule_set.feedback_refusal_working_days,
        "supplement": rule_set.feedback_supplement_working_days,
        "answer": rule_set.feedback_answer_working_days,
        "publication": rule_set.feedback_publication_working_days,
    }[stage]
    return replace(due(calendar, at, Term(value=days, unit="working_day"), rule_set), rule="QĐ766-5.2")


def steps_fit(term: Term, budgets: tuple[Term, ...], rule_set: RuleSet) -> bool:
    """Tell whether the budgets of the steps together stay within the term (DR-12).

    Hours are weighed against working days by the length of a working day, and a same-day term is one such day. Calendar
    days and months can't be weighed against working time: where they meet it, nothing is known to fit.
    """
    kind, available = _weight(term, rule_set)
    needed = [_weight(budget, rule_set) for budget in budgets]
    return all(other == kind for other, _ in needed) and sum((w for _, w in needed), timedelta(0)) <= available


def _weight(term: Term, rule_set: RuleSet) -> tuple[str, timedelta]:
    """Give what a term can be added up with, and how much of it; a month is only ever compared with months."""
    match term.unit:
        case "hour":
            return "working_time", term.value * _HOUR
        case "working_day" | "same_day":
            return "working_time", term.value * rule_set.working_day_length
        case "calendar_day" | "month":
            return term.unit, timedelta(days=term.value)
