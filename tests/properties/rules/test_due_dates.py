"""Due dates of all units against an oracle that walks day by day and second by second."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.book.ruleset import RuleSet
from rules.calendars.calendar import Calendar
from rules.due.classify import classify, late_from
from rules.due.ladder import apology_latest_at, near_due_rungs
from rules.due.terms import Term, due
from rules.explain.clock_explanation import explain_due
from tests.lanes.examples import examples
from tests.properties.rules.conftest import Office
from tests.properties.rules.instants import any_instants, aware, naive, strange_days, terms
from tests.properties.rules.oracle import Oracle

NEAR_THE_END_OF_A_MONTH = st.builds(
    lambda year, month, days, hours: datetime(year, month, 1) + timedelta(days=days, hours=hours),  # noqa: DTZ001
    st.integers(2023, 2025),
    st.integers(2, 12),
    st.integers(-4, 1),
    st.integers(0, 23),
)


@settings(deadline=None, max_examples=examples(150))
@given(at=any_instants, term=terms)
def test_a_term_in_any_unit_ends_where_a_walk_ends(office: Office, rule_set: RuleSet, at: datetime, term: Term) -> None:
    found = due(office.calendar, aware(office.calendar, at), term, rule_set)
    assert naive(found.effective_start_at) == office.oracle.start(at)
    # Where nobody asks about fractions of a second the walk is exact; they run through unchanged.
    whole = at.replace(microsecond=0)
    fraction = at - whole if office.oracle.works_at(at) and term.unit == "hour" else timedelta(0)
    assert naive(found.due_at) - fraction == office.oracle.due_at(whole, term.value, term.unit)
    assert found.due_on == found.due_at.date()


@settings(deadline=None)
@given(at=NEAR_THE_END_OF_A_MONTH, months=st.integers(1, 12))
def test_month_terms_from_the_end_of_a_month(office: Office, rule_set: RuleSet, at: datetime, months: int) -> None:
    found = due(office.calendar, aware(office.calendar, at), Term(value=months, unit="month"), rule_set)
    assert naive(found.due_at) == office.oracle.due_at(at, months, "month")


@settings(deadline=None)
@given(day=strange_days, seconds=st.integers(-2, 2))
def test_the_same_day_ends_with_the_cut_off(office: Office, rule_set: RuleSet, day: datetime, seconds: int) -> None:
    at = day.replace(hour=15) + timedelta(seconds=seconds)
    found = due(office.calendar, aware(office.calendar, at), Term(value=1, unit="same_day"), rule_set)
    assert naive(found.due_at) == office.oracle.due_at(at, 1, "same_day")


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
    calendar: Calendar, oracle: Oracle, rule_set: RuleSet, at: datetime, term: Term
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
