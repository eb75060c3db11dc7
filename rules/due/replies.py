"""Until when a citizen who was asked may answer: the end of a day that a request names (B15, B17). Pure."""

from datetime import date, datetime

from rules.calendars.calendar import Calendar


def reply_ends_at(calendar: Calendar, last_day: date) -> datetime:
    """Give the close of the last session of the day; of the next working day where it doesn't count.

    Raises:
        CalendarExhaustedError: the day lies past the last published year.
    """
    return calendar.end_of_last_session(calendar.working_day_on_or_after(last_day))
