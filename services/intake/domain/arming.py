"""Can a clock be armed for this acceptance: domain.md 4.3 (the calendar covers the due date), DR-09, AL-7."""

from events.dossier import DossierAccepted
from rules.errors import CalendarExhaustedError, InvalidTermError, UnknownCalendarError
from rules.rulebook import Rulebook
from rules.terms import Term, appointment, due
from services.intake.domain.actions import Action, Refusal


def refusal_by_rulebook(rulebook: Rulebook, action: Action) -> Refusal | None:
    """Why no due date can be computed for an acceptance; None for every other action and when all is well."""
    accepted = action.data
    if not isinstance(accepted, DossierAccepted):
        return None
    try:
        calendar = rulebook.calendar(accepted.calendar_id)
        if accepted.term is not None:
            term = Term(value=accepted.term.value, unit=accepted.term.unit)
            due(calendar, action.occurred_at, term, rulebook.default_rule_set)
        elif accepted.appointment_at is not None:
            appointment(calendar, action.occurred_at, accepted.appointment_at)
        else:
            return Refusal(code="schema-mismatch", field_name="/data/term", params={"reason": "term: is missing"})
    except UnknownCalendarError:
        params = {"calendar": accepted.calendar_id or ""}
        return Refusal(code="unknown-calendar", field_name="/data/calendar_id", params=params)
    except InvalidTermError as error:
        return Refusal(code="schema-mismatch", field_name="/data/term", params={"reason": str(error)})
    except CalendarExhaustedError as error:
        return Refusal(code="calendar-exhausted", field_name="/data/term", params={"reason": str(error)})
    return None
