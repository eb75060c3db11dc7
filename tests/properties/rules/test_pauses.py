"""Supplement policies against the walking oracle, and what must hold for any pause."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules.book.ruleset import Policy, RuleSet
from rules.calendars.calendar import Calendar
from rules.due.supplement import Pause, adjusted_due
from rules.due.terms import Due, Term, due
from tests.properties.rules.oracle import Oracle

FIRST, LAST = datetime(2023, 1, 2), datetime(2026, 6, 30)  # noqa: DTZ001 - local times; the tests add the zone

instants = st.datetimes(FIRST, LAST)
waits = st.timedeltas(timedelta(0), timedelta(days=25))
working_days = st.builds(Term, value=st.integers(1, 30), unit=st.just("working_day"))
hours = st.builds(Term, value=st.integers(1, 60), unit=st.just("hour"))
calendar_days = st.builds(Term, value=st.integers(1, 45), unit=st.just("calendar_day"))
months = st.builds(Term, value=st.integers(1, 2), unit=st.just("month"))
same_day = st.just(Term(value=1, unit="same_day"))
policies = st.sampled_from(["pause", "restart", "qd766"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A term accepted at a local time, and a pause that opens after a share of its time and lasts."""

    accepted_at: datetime
    term: Term
    share: float
    wait: timedelta


def cases(*terms: st.SearchStrategy[Term]) -> st.SearchStrategy[Case]:
    return st.builds(Case, accepted_at=instants, term=st.one_of(*terms), share=st.floats(0, 1), wait=waits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Asks the rules about cases."""

    calendar: Calendar
    rule_set: RuleSet

    def original(self, case: Case) -> Due:
        return due(self.calendar, case.accepted_at.replace(tzinfo=self.calendar.zone), case.term, self.rule_set)

    def opened(self, case: Case) -> datetime:
        original = self.original(case)
        return original.effective_start_at + (original.due_at - original.effective_start_at) * case.share

    def moved(self, case: Case, policy: Policy, requested_at: datetime | None = None) -> Due:
        opened = requested_at or self.opened(case)
        pauses = (Pause(requested_at=opened, completed_at=opened + case.wait),)
        found = adjusted_due(self.calendar, self.original(case), case.term, pauses, self.rule_set, policy).due
        assert found is not None
        return found


@pytest.fixture(scope="session")
def desk(calendar: Calendar, rule_set: RuleSet) -> Desk:
    return Desk(calendar=calendar, rule_set=rule_set)


@settings(deadline=None)
@given(case=cases(working_days))
def test_pause_leaves_the_remaining_days_after_the_resume_day(desk: Desk, oracle: Oracle, case: Case) -> None:
    original, opened = desk.original(case), desk.opened(case)
    assume((opened + case.wait).date() > opened.date())
    resumed_on = oracle.start((opened + case.wait).replace(tzinfo=None)).date()
    consumed = oracle.days_between(original.effective_start_at.date(), opened.date())
    expected: date = oracle.after_days(resumed_on, case.term.value - consumed)
    assert desk.moved(case, "pause").due_on == expected


@settings(deadline=None)
@given(case=cases(calendar_days))
def test_pause_leaves_the_remaining_calendar_days_too(desk: Desk, oracle: Oracle, case: Case) -> None:
    original, opened = desk.original(case), desk.opened(case)
    assume((opened + case.wait).date() > opened.date())
    resumed_on = oracle.start((opened + case.wait).replace(tzinfo=None)).date()
    left = max(case.term.value - (opened.date() - original.effective_start_at.date()).days, 0)
    expected: date = oracle.rolled(resumed_on + timedelta(days=left))
    assert desk.moved(case, "pause").due_on == expected


@settings(deadline=None)
@given(case=cases(hours))
def test_pause_leaves_the_remaining_working_time_of_hour_terms(desk: Desk, case: Case) -> None:
    original, opened = desk.original(case), desk.opened(case)
    found = desk.moved(case, "pause")
    used = desk.calendar.working_time_between(original.effective_start_at, opened)
    left = desk.calendar.working_time_between(opened + case.wait, found.due_at)
    assert used + left == timedelta(hours=case.term.value)


@settings(deadline=None)
@given(case=cases(working_days, hours, calendar_days, months, same_day), longer=waits, policy=policies)
def test_a_longer_wait_is_never_due_earlier(desk: Desk, case: Case, longer: timedelta, policy: Policy) -> None:
    with_short = desk.moved(case, policy)
    with_long = desk.moved(replace(case, wait=case.wait + longer), policy)
    assert desk.original(case).due_at <= with_short.due_at <= with_long.due_at


@settings(deadline=None)
@given(case=cases(working_days, hours, calendar_days, months, same_day))
def test_pausing_and_resuming_at_the_same_instant_changes_nothing(desk: Desk, case: Case) -> None:
    at_once, original = replace(case, wait=timedelta(0)), desk.original(case)
    assume(desk.opened(case) < original.due_at)
    assert desk.moved(at_once, "pause") == original
    assert desk.moved(at_once, "qd766") == original


# Months are left out, since one may be shorter than the one in which it was paused; so are same-day terms accepted after
# the cut-off, which may have the same day to end on when they start again before it.
@settings(deadline=None)
@given(case=cases(working_days, hours, calendar_days))
def test_restart_is_never_due_before_pause_and_766_never_after(desk: Desk, case: Case) -> None:
    by_pause = desk.moved(case, "pause").due_at
    assert desk.moved(case, "qd766").due_at <= by_pause <= desk.moved(case, "restart").due_at


@settings(deadline=None)
@given(
    case=cases(working_days, hours, calendar_days, months, same_day),
    delay=st.timedeltas(timedelta(days=1), timedelta(days=9)),
    policy=policies,
)
def test_a_pause_after_the_due_date_never_cures(desk: Desk, case: Case, delay: timedelta, policy: Policy) -> None:
    original = desk.original(case)
    assert desk.moved(case, policy, original.due_at + delay) == original
