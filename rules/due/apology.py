"""What an apology is worth and whether a new appointment may be given: AR-05, AR-07.

In go instants and the rule set; out come a class, or what is wrong. Pure. Until when an apology is in time (AR-02) is
told by `rules.due.ladder.apology_latest_at`. Nothing here touches the lawful due date or the on-time class (AR-09, DR-26).
"""

from datetime import UTC, datetime
from typing import Literal

from events.deadline import ApologyClass as SaidApologyClass
from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.due.terms import Basis
from rules.errors import CalendarExhaustedError

ApologyClass = Literal[SaidApologyClass, "missing"]
"""What is said of an apology, or that there was none (AR-07)."""


def apology_class(latest_at: datetime, due_at: datetime, sent_at: datetime | None, *, is_waived: bool) -> ApologyClass:
    """Classify an apology that was owed (AR-07): until `latest_at` in time, until `due_at` before the breach.

    A letter that left counts as what it is, also where it had been waived; a waiver only excuses that there is none.
    """
    if sent_at is None:
        return "waived" if is_waived else "missing"
    # Within one zone Python would compare wall clocks, which lie in the hour that a change of the clocks repeats.
    sent = sent_at.astimezone(UTC)
    if sent <= latest_at.astimezone(UTC):
        return "sent_in_time"
    return "sent_before_breach" if sent <= due_at.astimezone(UTC) else "sent_late"


def reappointment_problem(
    calendar: Calendar,
    lawful_due_at: datetime,
    new_promised_at: datetime,
    count: int,
    rule_set: RuleSet,
    *,
    basis: Basis = "date",
) -> str | None:
    """Tell what is wrong with a new appointment, or None when it may be given (AR-05).

    `count` is how many re-appointments this dossier was given before. Where the due date decides (`basis`), the new one
    is another day; for hour terms a later instant of the same day will do.
    """
    if count >= rule_set.max_reappointments:
        return f"AR-05: a dossier is given a new appointment at most {rule_set.max_reappointments} time(s)"
    due, promised = calendar.local(lawful_due_at), calendar.local(new_promised_at)
    is_later = promised.date() > due.date() if basis == "date" else promised.astimezone(UTC) > due.astimezone(UTC)
    if not is_later:
        return f"AR-05: {promised.isoformat()} is not later than the lawful due date {due.isoformat()}"
    try:
        is_working_day = calendar.is_working_day(promised.date())
    except CalendarExhaustedError as error:
        return f"AR-05: {error}"
    return None if is_working_day else f"AR-05: {promised.date().isoformat()} is not a working day"
