"""Due dates against an oracle that walks day by day and minute by minute."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.calendar import Calendar
from rules.classify import classify, late_from
from rules.explanation import explain_due
from rules.ladder import apology_latest_at, near_due_rungs
from rules.ruleset import RuleSet
from rules.terms import Term, due

FIRST, LAST = datetime(2023, 1, 3), datetime(2026, 8, 31)  # noqa: DTZ001 - local times; the tests add the zone
MINUTE = timedelta(minutes=1)

instants = st.datetimes(FIRST, LAST)
minutes = instants.map(lambda at: at.replace(second=0, microsecond=0))
# Half of the instants fall on the edges of sessions, where mistakes live.
edges = st.builds(
    lambda at, edge, seconds: datetime.combine(at, edge) + timedelta(seconds=seconds),
    instants,
    st.sampled_from([time(0), time(7, 30), time(11, 30), time(13), time(15), time(17)]),
    st.sampled_from([-1, 0, 1]),
)
any_instants = instants | edges
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


@settings(deadline=None)
@given(at=any_instants)
def test_the_effective_start_is_where_a_walk_finds_it(calendar: Calendar, oracle: Any, at: datetime) -> None:
    start = calendar.effective_start(aware(calendar, at))
    assert naive(start) == oracle.start(at)
    assert calendar.effective_start(start) == start


@settings(deadline=None)
@given(at=any_instants, n=st.integers(1, 60))
def test_working_day_terms_end_where_a_walk_ends(
    calendar: Calendar, oracle: Any, rule_set: RuleSet, at: datetime, n: int
) -> None:
    found = due(calendar, aware(calendar, at), Term(value=n, unit="working_day"), rule_set)
    assert naive(found.due_at) == oracle.closing(oracle.after_days(oracle.start(at).date(), n))


@settings(max_examples=60, deadline=None)
@given(at=minutes, n=st.integers(1, 24))
def test_hour_terms_end_where_a_walk_of_minutes_ends(
    calendar: Calendar, oracle: Any, rule_set: RuleSet, at: datetime, n: int
) -> None:
    found = due(calendar, aware(calendar, at), Term(value=n, unit="hour"), rule_set)
    assert naive(found.due_at) == oracle.after_minutes(at, n * 60)


@settings(deadline=None)
@given(at=any_instants, n=st.integers(1, 90))
def test_calendar_day_terms_are_rolled_as_a_walk_does(
    calendar: Calendar, oracle: Any, rule_set: RuleSet, at: datetime, n: int
) -> None:
    found = due(calendar, aware(calendar, at), Term(value=n, unit="calendar_day"), rule_set)
    last = oracle.start(at).date() + timedelta(days=n)
    assert naive(found.due_at) == oracle.closing(oracle.rolled(last))


@settings(deadline=None)
@given(at=any_instants, n=st.integers(1, 3))
def test_month_terms_are_rolled_as_a_walk_does(
    calendar: Calendar, oracle: Any, rule_set: RuleSet, at: datetime, n: int
) -> None:
    found = due(calendar, aware(calendar, at), Term(value=n, unit="month"), rule_set)
    assert naive(found.due_at) == oracle.closing(oracle.rolled(oracle.after_months(oracle.start(at).date(), n)))


@settings(deadline=None)
@given(at=any_instants)
def test_same_day_terms_end_on_the_day_or_the_next(
    calendar: Calendar, oracle: Any, rule_set: RuleSet, at: datetime
) -> None:
    found = due(calendar, aware(calendar, at), Term(value=1, unit="same_day"), rule_set)
    start = oracle.start(at)
    is_next = start > datetime.combine(start, time(15))
    assert naive(found.due_at) == oracle.closing(oracle.after_days(start.date(), 1) if is_next else start.date())


@settings(max_examples=50, deadline=None)
@given(at=minutes, length=st.integers(0, 12_000))
def test_working_minutes_between_are_those_of_a_walk(
    calendar: Calendar, oracle: Any, at: datetime, length: int
) -> None:
    until = at + length * MINUTE
    counted = calendar.working_minutes_between(aware(calendar, at), aware(calendar, until))
    assert counted == oracle.minutes_between(at, until)
    assert calendar.working_minutes_between(aware(calendar, until), aware(calendar, at)) == -counted


@settings(deadline=None)
@given(at=any_instants, seconds=st.integers(1, 500_000))
def test_working_time_added_can_be_measured_and_taken_back(calendar: Calendar, at: datetime, seconds: int) -> None:
    start, amount = aware(calendar, at), timedelta(seconds=seconds)
    end = calendar.add_working_time(start, amount)
    assert calendar.working_time_between(start, end) == amount
    assert calendar.subtract_working_time(end, amount) == calendar.effective_start(start)


@settings(deadline=None)
@given(at=instants, n=st.integers(1, 60))
def test_working_days_forth_and_back(calendar: Calendar, oracle: Any, at: datetime, n: int) -> None:
    day = at.date()
    after = calendar.nth_working_day_after(day, n)
    assert calendar.working_days_between(day, after) == n == oracle.days_between(day, after)
    back = calendar.nth_working_day_before(after, n)
    assert back == day if oracle.works_on(day) else back < day


@settings(deadline=None)
@given(first=any_instants, second=any_instants, term=terms)
def test_who_comes_later_is_never_due_earlier(
    calendar: Calendar, rule_set: RuleSet, first: datetime, second: datetime, term: Term
) -> None:
    early, late = sorted([aware(calendar, first), aware(calendar, second)])
    assert due(calendar, early, term, rule_set).due_at <= due(calendar, late, term, rule_set).due_at


@settings(deadline=None)
@given(at=any_instants, term=terms)
def test_the_zone_of_the_question_does_not_matter(
    calendar: Calendar, rule_set: RuleSet, at: datetime, term: Term
) -> None:
    local = aware(calendar, at)
    assert due(calendar, local, term, rule_set) == due(calendar, local.astimezone(UTC), term, rule_set)


@settings(deadline=None)
@given(at=any_instants, term=terms)
def test_the_explanation_adds_up_to_the_term(calendar: Calendar, rule_set: RuleSet, at: datetime, term: Term) -> None:
    told = explain_due(calendar, aware(calendar, at), term, rule_set)
    days = told.days
    assert [day.day for day in days] == [days[0].day + timedelta(days=n) for n in range(len(days))]
    assert (days[0].day, days[-1].day) == (told.due.effective_start_at.date(), told.due.due_on)
    counted = sum(day.counted for day in days)
    if term.unit == "hour":
        assert round(sum(day.minutes or 0 for day in days), 6) == term.value * 60
    elif term.unit != "month":
        assert counted == term.value


@settings(deadline=None)
@given(at=any_instants, term=terms)
def test_reminders_and_apologies_lie_within_the_term(
    calendar: Calendar, oracle: Any, rule_set: RuleSet, at: datetime, term: Term
) -> None:
    promised = due(calendar, aware(calendar, at), term, rule_set)
    rungs = near_due_rungs(calendar, promised, term, rule_set)
    assert all(promised.effective_start_at < rung.at < promised.due_at for rung in rungs)
    assert all(oracle.works_at(naive(rung.at)) for rung in rungs)
    assert [rung.name for rung in rungs] == sorted({rung.name for rung in rungs})
    latest = apology_latest_at(calendar, promised, term, rule_set)
    assert promised.effective_start_at < latest <= promised.due_at
    if latest != promised.due_at:
        assert oracle.days_between(latest.date(), promised.due_on) == 1


@settings(deadline=None)
@given(at=any_instants, term=terms, delay=st.timedeltas(timedelta(days=-5), timedelta(days=5)))
def test_late_begins_at_exactly_one_instant(
    calendar: Calendar, rule_set: RuleSet, at: datetime, term: Term, delay: timedelta
) -> None:
    promised = due(calendar, aware(calendar, at), term, rule_set)
    border = late_from(calendar, promised.due_at, term.basis)
    ended_at = promised.due_at + delay
    is_late = classify(calendar, promised.due_at, ended_at, term.basis) == "late"
    assert is_late == (ended_at >= border)
    assert border > promised.due_at


@settings(max_examples=60, deadline=None)
@given(
    hour=st.integers(0, 24 * 8),
    change=st.sampled_from([datetime(2011, 3, 24, tzinfo=UTC), datetime(2011, 10, 27, tzinfo=UTC)]),
)
def test_amsterdam_starts_where_a_walk_in_utc_finds_office_hours(
    amsterdam: Calendar, hour: int, change: datetime
) -> None:
    at = change + timedelta(hours=hour, minutes=hour % 60)
    walked = at
    while not (
        walked.astimezone(amsterdam.zone).weekday() < 5
        and time(8) <= walked.astimezone(amsterdam.zone).time() < time(17)
    ):
        walked = walked.replace(second=0, microsecond=0) + MINUTE
    assert amsterdam.effective_start(at) == walked
