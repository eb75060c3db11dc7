"""Can a clock be armed for this action: domain.md 4.3 (term present, the calendar covers the due date), DR-09, AL-7.

The clock of the whole dossier must be armed, so an acceptance is refused when it can't be. Of an action that starts another
clock only what can never be right is refused: its calendar, its term, or a day that no calendar covers, not even provisionally
(CAL-6).
"""

from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, Final

from events.dossier import (
    ApologySent,
    CalendarChangeApplied,
    ConsultationRequested,
    DeadlineExtended,
    DossierAccepted,
    DossierSubmitted,
    DossierTransferred,
    FinancialObligationRequested,
    GivenTerm,
    StepStarted,
    SupplementRequested,
)
from rules.book.opening import OpeningLaw, law_at_opening, opening_day
from rules.book.rulebook import Rulebook
from rules.calendars.calendar import Calendar
from rules.due.terms import Term, appointment, due
from rules.errors import CalendarExhaustedError, InvalidTermError, UnknownCalendarError
from services.intake.domain.actions import Action, FieldError, Refusal
from services.intake.domain.dossier import DossierState

_GIVEN_DAYS: Final[Mapping[type[Any], str]] = MappingProxyType(
    {
        DeadlineExtended: "new_due_at",
        StepStarted: "step_due_at",
        DossierTransferred: "due_back_at",
        ConsultationRequested: "reply_due_at",
        ApologySent: "new_promised_at",
        SupplementRequested: "reply_by",
        FinancialObligationRequested: "pay_by",
    }
)
"""The field of each event in which a day is given until which something is due."""


def refusal_by_rulebook(rulebook: Rulebook, action: Action, opened_on: date, known_at: datetime) -> Refusal | None:
    """Why no due date can be computed after this action; None when all is well, or when it starts no clock.

    `opened_on` is the stream's day of opening. `known_at` is when the action is recorded, a moment before its record is in the
    log, by whose time the clock goes (CAL-4).
    """
    beyond = _beyond_every_calendar(rulebook, action.data)
    if beyond is not None:
        return beyond
    match action.data:
        case DossierAccepted(calendar_id=calendar_id) as accepted:
            law = law_at_opening(rulebook, calendar_id, action.unit_id, opened_on, known_at)
            return _of_acceptance(law, action, accepted)
        case DossierSubmitted(calendar_id=calendar_id):
            return _unknown_calendar(rulebook, calendar_id)
        case CalendarChangeApplied(calendar_id=calendar_id, new_version=new_version):
            return _unknown_calendar(rulebook, calendar_id, new_version)
        case StepStarted(budget=GivenTerm() as term):
            return _wrong_term(term, "/data/budget/value")
        case ConsultationRequested(reply_term=GivenTerm() as term):
            return _wrong_term(term, "/data/reply_term/value")
        case _:
            return None


def opened_on(rulebook: Rulebook, action: Action, state: DossierState | None = None) -> date:
    """The stream's day of opening; of a first event its local day in the calendar's zone, however the instant was written."""
    if state is not None:
        return state.opened_on
    said = action.data
    calendar_id = said.calendar_id if isinstance(said, DossierAccepted | DossierSubmitted) else None
    return opening_day(rulebook, calendar_id, action.unit_id, action.occurred_at)


def _of_acceptance(law: OpeningLaw, action: Action, accepted: DossierAccepted) -> Refusal | None:
    calendar = law.calendar
    if calendar is None:
        return _unknown("/data/calendar_id", law.calendar_id)
    if accepted.term is None and accepted.appointment_at is None:
        return Refusal(code="no-deadline", field_name="/data/term")
    if accepted.term is not None and (wrong := _wrong_term(accepted.term, "/data/term/value")) is not None:
        return wrong
    try:
        if accepted.term is not None:
            term = Term(value=accepted.term.value, unit=accepted.term.unit)
            due(calendar, action.occurred_at, term, law.rule_set)
        if accepted.appointment_at is not None:
            given_at = appointment(calendar, action.occurred_at, accepted.appointment_at).due_at
            return _before_acceptance(action, accepted.appointment_at) if given_at < action.occurred_at else None
    except CalendarExhaustedError:
        return Refusal(code="calendar-exhausted", field_name="time", params={"reason": _covered(calendar)})
    return None


def _beyond_every_calendar(rulebook: Rulebook, data: Any) -> Refusal | None:
    """A given day that none of the calendars covers: which of them the dossier counts by is asked when its clock is set."""
    field_name = _GIVEN_DAYS.get(type(data))
    given = None if field_name is None else getattr(data, field_name)
    if given is None:
        return None
    day = given.date() if isinstance(given, datetime) else given
    if any(one.spec.covered_from <= day <= one.spec.covered_until for one in rulebook.calendars):
        return None
    reason = _covered(rulebook.default_calendar)
    return Refusal(code="calendar-exhausted", field_name=f"/data/{field_name}", params={"reason": reason})


def _before_acceptance(action: Action, appointment_at: datetime) -> Refusal:
    params = {"due": appointment_at.isoformat(), "accepted": action.occurred_at.isoformat()}
    return Refusal(code="before-acceptance", field_name="/data/appointment_at", params=params)


def _unknown_calendar(rulebook: Rulebook, calendar_id: str | None, version: str | None = None) -> Refusal | None:
    try:
        rulebook.calendar(calendar_id, version)
    except UnknownCalendarError:
        if version:
            return _unknown("/data/new_version", f"{calendar_id} {version}")
        return _unknown("/data/calendar_id", calendar_id or "")
    return None


def _unknown(field_name: str, calendar: str) -> Refusal:
    return Refusal(code="unknown-calendar", field_name=field_name, params={"calendar": calendar})


def _wrong_term(term: GivenTerm, field_name: str) -> Refusal | None:
    """The schema has let only this one pass: a same-day term of another value than 1."""
    try:
        Term(value=term.value, unit=term.unit)
    except InvalidTermError as error:
        return _wrong(FieldError(field_name=field_name, keyword="const", message=str(error), params={"allowed": 1}))
    return None


def _wrong(error: FieldError) -> Refusal:
    return Refusal(code="schema-mismatch", field_name=error.field_name, errors=(error,))


def _covered(calendar: Calendar) -> str:
    """Which days are covered, the provisional ones too; reads the same in both languages."""
    return f"{calendar.calendar_id} {calendar.version}: {calendar.spec.covered_from} – {calendar.spec.covered_until}"
