"""Can a clock be armed for this acceptance: domain.md 4.3 (term present, the calendar covers the due date), DR-09, AL-7."""

from datetime import date

from events.dossier import DossierAccepted
from rules.calendar import Calendar
from rules.errors import CalendarExhaustedError, InvalidTermError, UnknownCalendarError
from rules.rulebook import Rulebook
from rules.terms import Term, appointment, due
from services.intake.domain.actions import Action, FieldError, Refusal


def refusal_by_rulebook(rulebook: Rulebook, action: Action) -> Refusal | None:
    """Why no due date can be computed for an acceptance; None for every other action and when all is well."""
    accepted = action.data
    if not isinstance(accepted, DossierAccepted):
        return None
    try:
        calendar = rulebook.calendar(accepted.calendar_id)
    except UnknownCalendarError:
        params = {"calendar": accepted.calendar_id or ""}
        return Refusal(code="unknown-calendar", field_name="/data/calendar_id", params=params)
    if accepted.term is None and accepted.appointment_at is None:
        return _wrong(FieldError(field_name="/data/term", keyword="required", message="term: is missing"))
    try:
        if accepted.term is not None:
            term = Term(value=accepted.term.value, unit=accepted.term.unit)
            due(calendar, action.occurred_at, term, rulebook.default_rule_set)
        if accepted.appointment_at is not None:
            appointment(calendar, action.occurred_at, accepted.appointment_at)
    except InvalidTermError as error:
        # The schema has let only this one pass: a same-day term of another value than 1.
        return _wrong(
            FieldError(field_name="/data/term/value", keyword="const", message=str(error), params={"allowed": 1})
        )
    except CalendarExhaustedError:
        return Refusal(code="calendar-exhausted", field_name="time", params={"reason": _published(calendar)})
    return None


def opened_on(rulebook: Rulebook, action: Action) -> date:
    """The local day on which an acceptance opens its dossier, in the calendar's zone, however the instant was written.

    Raises UnknownCalendarError; ask `refusal_by_rulebook` first.
    """
    accepted = action.data
    calendar_id = accepted.calendar_id if isinstance(accepted, DossierAccepted) else None
    return rulebook.calendar(calendar_id).local(action.occurred_at).date()


def _wrong(error: FieldError) -> Refusal:
    return Refusal(code="schema-mismatch", field_name=error.field_name, errors=(error,))


def _published(calendar: Calendar) -> str:
    """Which days are published; reads the same in both languages."""
    return f"{calendar.calendar_id} {calendar.version}: {calendar.spec.valid_from} – {calendar.spec.valid_until}"
