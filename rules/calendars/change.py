"""What a new version of a calendar changes, and for which running terms: DR-27.

In go the version by which a term was counted and the new one; out come the days on which they differ. Pure. What follows
for an open dossier is decided by whoever follows its clock; a finished one is never asked about.
"""

from bisect import bisect_right
from datetime import date, timedelta
from functools import lru_cache

from rules.calendars.calendar import Calendar

_DAY = timedelta(days=1)


@lru_cache(maxsize=64)
def changed_days(old: Calendar, new: Calendar) -> tuple[date, ...]:
    """Give, in order, the days that both versions cover and on which they differ: they count in one, or have other hours.

    Provisional days are among them: so the order that follows the publication of a year moves what was counted by them (CAL-6).
    Calendars never change, so that this is worked out once for each pair.
    """
    first = max(old.spec.covered_from, new.spec.covered_from)
    last = min(old.spec.covered_until, new.spec.covered_until)
    days = (first + n * _DAY for n in range((last - first).days + 1))
    return tuple(day for day in days if old.sessions(day) != new.sessions(day))


def is_touched(old: Calendar, new: Calendar, start_on: date, due_on: date) -> bool:
    """Tell whether a term that runs from a day up to its due day, in (start_on, due_on], contains a changed day.

    `start_on` is the local day of acceptance, from which the effective start is counted; a change of that very day does not
    count, since what was taken in on it was promised before anybody knew. The due day may be the one by the
    old version: without a changed day up to there the new version gives the same. A swap of two days inside the interval
    leaves the number of working days as it was and still touches the term.
    """
    changed = changed_days(old, new)
    return bisect_right(changed, due_on) > bisect_right(changed, start_on)
