"""Instants and terms to ask about: any, and half of them where mistakes live."""

from datetime import datetime, time, timedelta

from hypothesis import strategies as st

from rules.calendars.calendar import Calendar
from rules.due.terms import Term

FIRST, LAST = datetime(2023, 1, 3), datetime(2026, 8, 31)  # noqa: DTZ001 - local times; the tests add the zone

# Around these days: three Tets, swaps and make-up Saturdays, month ends, a leap day, public holidays that fall on a
# Saturday, and the days on which the sessions of the second office change.
STRANGE_DAYS = (
    "2023-01-20", "2023-09-02", "2024-02-07", "2024-02-10", "2024-02-29", "2024-05-04", "2025-01-25", "2025-02-01",
    "2025-04-26", "2025-05-02", "2025-06-16", "2025-08-31", "2026-01-02", "2026-01-05", "2026-01-10", "2026-01-31",
    "2026-02-13", "2026-02-18", "2026-02-28", "2026-03-07", "2026-03-31", "2026-08-22", "2026-08-31",
)  # fmt: skip
EDGES = [time(0), time(7), time(7, 30), time(11), time(11, 30), time(12, 30), time(13), time(13, 30), time(15), time(17),
         time(17, 30), time(23, 59, 59)]  # fmt: skip

instants = st.datetimes(FIRST, LAST)
strange_days = st.builds(
    lambda day, days: min(datetime.fromisoformat(day) + timedelta(days=days), LAST),
    st.sampled_from(STRANGE_DAYS),
    st.integers(-2, 2),
)
edges = st.builds(
    lambda at, edge, seconds: datetime.combine(at, edge) + timedelta(seconds=seconds),
    instants | strange_days,
    st.sampled_from(EDGES),
    st.sampled_from([-1, 0, 1]),
)
any_instants = instants | edges
whole_seconds = any_instants.map(lambda at: at.replace(microsecond=0))
terms = st.one_of(
    st.builds(Term, value=st.integers(1, 60), unit=st.just("working_day")),
    st.builds(Term, value=st.integers(1, 60), unit=st.just("hour")),
    st.builds(Term, value=st.integers(1, 90), unit=st.just("calendar_day")),
    st.builds(Term, value=st.integers(1, 3), unit=st.just("month")),
    st.just(Term(value=1, unit="same_day")),
)


def naive(at: datetime) -> datetime:
    return at.replace(tzinfo=None)


def aware(calendar: Calendar, at: datetime) -> datetime:
    return at.replace(tzinfo=calendar.zone)
