"""Ledgers of supplements, fees and extensions under the three policies, against an oracle that walks day by day."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.book.ruleset import Policy, RuleSet
from rules.calendars.calendar import Calendar
from rules.due.supplement import AdjustedDue, Extension, Ledger, Pause, adjusted_due, qd766_class
from rules.due.terms import Due, Term, TermUnit, due
from rules.explain.clock_explanation import POLICIES, explain_clock
from tests.lanes.examples import examples
from tests.properties.rules_clocks.walking_oracle import Longer, Stop, WalkingOracle
from tests.unit.rules.classes import classes_of

FIRST, LAST = datetime(2023, 1, 2), datetime(2026, 5, 29)  # noqa: DTZ001 - local times; the tests add the zone


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One entry of a ledger before it has its instants: how long after the one before, and how long it lasts."""

    kind: str
    after: timedelta
    lasts: timedelta
    is_granted_meanwhile: bool


kinds = st.sampled_from(["supplement", "fee", "extension"])
minutes = st.integers(0, 8 * 24 * 60).map(lambda n: timedelta(minutes=n))
moves = st.builds(Move, kind=kinds, after=minutes, lasts=minutes, is_granted_meanwhile=st.booleans())
ledgers = st.lists(moves, max_size=4)
instants = st.datetimes(FIRST, LAST).map(lambda at: at.replace(second=0, microsecond=0))
policies = st.sampled_from(POLICIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Asks the rules and the oracle about the same ledger."""

    calendar: Calendar
    rule_set: RuleSet
    oracle: WalkingOracle

    def entries(self, accepted: datetime, moves: list[Move]) -> list[dict[str, Any]]:
        """The ledger in naive local time: each act follows the end of the one before."""
        at, opened, entries = accepted, accepted, []
        for move in moves:
            if move.kind == "extension":
                # In half of the cases it is granted while the pause before it still lasts.
                granted = opened + (at - opened) / 2 if move.is_granted_meanwhile else at + move.after
                granted = granted.replace(second=0, microsecond=0)
                until = granted.date() + move.lasts
                while not self.oracle.works(until):
                    until += timedelta(days=1)
                entries.append({"kind": "extension", "at": granted, "until": until})
                at, opened = max(at, granted), granted
            else:
                opened = at + move.after
                at = opened + move.lasts
                entries.append({"kind": move.kind, "at": opened, "until": at})
        return entries

    def ledger(self, entries: list[dict[str, Any]]) -> Ledger:
        zone = self.calendar.zone
        ledger: list[Pause | Extension] = []
        for entry in entries:
            at, until = entry["at"].replace(tzinfo=zone), entry["until"]
            if entry["kind"] == "extension":
                closing = self.calendar.end_of_last_session(until)
                ledger.append(Extension(granted_at=at, new_due_at=closing, legal_basis="x"))
            else:
                cause = "financial_duty" if entry["kind"] == "fee" else "supplement"
                ledger.append(Pause(requested_at=at, completed_at=until.replace(tzinfo=zone), cause=cause))  # type: ignore[arg-type]
        return tuple(ledger)

    def told(self, entries: list[dict[str, Any]]) -> list[Stop | Longer]:
        """The same ledger as the oracle reads it."""
        return [
            Longer(granted=entry["at"], until=entry["until"])
            if entry["kind"] == "extension"
            else Stop(asked=entry["at"], answered=entry["until"], is_fee=entry["kind"] == "fee")
            for entry in entries
        ]

    def stops(self, entries: list[dict[str, Any]]) -> list[Stop]:
        return [entry for entry in self.told(entries) if isinstance(entry, Stop)]

    def original(self, accepted: datetime, n: int, unit: TermUnit) -> Due:
        return due(self.calendar, accepted.replace(tzinfo=self.calendar.zone), Term(value=n, unit=unit), self.rule_set)

    def adjusted(self, accepted: datetime, n: int, unit: TermUnit, ledger: Ledger, policy: Policy) -> AdjustedDue:
        original, term = self.original(accepted, n, unit), Term(value=n, unit=unit)
        return adjusted_due(self.calendar, original, term, ledger, self.rule_set, policy)

    def due_on(self, accepted: datetime, n: int, unit: TermUnit, ledger: Ledger, policy: Policy) -> date:
        found = self.adjusted(accepted, n, unit, ledger, policy).due
        assert found is not None
        return found.due_on


@pytest.fixture(scope="session")
def desk(calendar: Calendar, rule_set: RuleSet, oracle: WalkingOracle) -> Desk:
    return Desk(calendar=calendar, rule_set=rule_set, oracle=oracle)


@settings(deadline=None)
@given(
    accepted=instants,
    n=st.integers(1, 25),
    unit=st.sampled_from(["working_day", "calendar_day"]),
    moves=ledgers,
    policy=st.sampled_from(["pause", "restart"]),
)
def test_a_ledger_leaves_the_days_that_the_oracle_counts(
    desk: Desk, accepted: datetime, n: int, unit: TermUnit, moves: list[Move], policy: Policy
) -> None:
    entries = desk.entries(accepted, moves)
    expected = desk.oracle.due_on(accepted, n, unit, desk.told(entries), policy)
    assert desk.due_on(accepted, n, unit, desk.ledger(entries), policy) == expected


@settings(deadline=None)
@given(accepted=instants, n=st.integers(1, 25), moves=ledgers)
def test_766_ends_on_the_last_day_that_its_sum_allows(
    desk: Desk, accepted: datetime, n: int, moves: list[Move]
) -> None:
    entries = desk.entries(accepted, moves)
    ledger = desk.ledger(entries)
    last = desk.oracle.last_day_of_766(accepted, n, desk.told(entries))
    found = desk.adjusted(accepted, n, "working_day", ledger, "qd766")
    assert found.due is not None
    assert found.due.due_on == last
    original, term = desk.original(accepted, n, "working_day"), Term(value=n, unit="working_day")
    requests = sum(entry["kind"] == "supplement" for entry in entries)
    assert found.is_overdue_by_rule == (requests > 1)
    classes = [
        qd766_class(desk.calendar, original, term, ledger, day, desk.rule_set)
        for day in (found.due.due_at, found.due.due_at + timedelta(days=1))
    ]
    assert classes == (["late", "late"] if requests > 1 else ["on_time", "late"])


@settings(deadline=None, max_examples=examples(50))
@given(accepted=instants, hours=st.integers(1, 24), moves=st.lists(moves.filter(lambda m: m.kind == "fee"), max_size=2))
def test_no_minute_of_a_fee_is_counted_in_an_hour_term(
    desk: Desk, accepted: datetime, hours: int, moves: list[Move]
) -> None:
    soon = [replace(move, after=move.after / 16, lasts=move.lasts / 4) for move in moves]
    entries = desk.entries(accepted, soon)
    whole = [{**e, "at": _minute(e["at"]), "until": _minute(e["until"])} for e in entries]
    found = desk.adjusted(accepted, hours, "hour", desk.ledger(whole), "restart").due
    assert found is not None
    kept: list[Stop] = []
    for stop in desk.stops(whole):
        end = desk.oracle.due_at_of_hours(accepted, hours, kept)
        if stop.asked <= end:
            kept.append(stop)
    expected = desk.oracle.due_at_of_hours(accepted, hours, kept)
    # The oracle stops at the minute after the last counted one; a clock that resumes with nothing left ends at work.
    is_over = any(stop.asked >= desk.oracle.due_at_of_hours(accepted, hours, kept[:i]) for i, stop in enumerate(kept))
    assert found.due_at.replace(tzinfo=None) == (desk.oracle.resumes(expected) if is_over else expected)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


terms = st.one_of(
    st.tuples(st.integers(1, 25), st.sampled_from(["working_day", "calendar_day"])),
    st.tuples(st.integers(1, 40), st.just("hour")),
    st.tuples(st.integers(1, 2), st.just("month")),
    st.just((1, "same_day")),
)


@settings(deadline=None)
@given(accepted=instants, term=terms, moves=ledgers, policy=policies, days=st.integers(1, 40))
def test_an_extension_never_ends_earlier_and_is_never_lost(
    desk: Desk, accepted: datetime, term: tuple[int, TermUnit], moves: list[Move], policy: Policy, days: int
) -> None:
    value, unit = term
    original = desk.original(accepted, value, unit)
    until = desk.calendar.nth_working_day_after(original.due_on, days)
    granted_at = original.effective_start_at
    extension = Extension(granted_at=granted_at, new_due_at=desk.calendar.end_of_last_session(until), legal_basis="x")
    later = desk.ledger(desk.entries(granted_at.replace(tzinfo=None), moves))
    found = desk.adjusted(accepted, value, unit, (extension, *later), policy).due
    assert found is not None
    assert found.due_at >= extension.new_due_at
    assert found.due_on >= original.due_on


@settings(deadline=None)
@given(accepted=instants, term=terms, moves=ledgers)
def test_an_explanation_follows_the_due_date_through_the_ledger(
    desk: Desk, accepted: datetime, term: tuple[int, TermUnit], moves: list[Move]
) -> None:
    value, unit = term
    ledger = desk.ledger(desk.entries(accepted, moves))
    original, whole = desk.original(accepted, value, unit), Term(value=value, unit=unit)
    started_at = accepted.replace(tzinfo=desk.calendar.zone)
    found = explain_clock(desk.calendar, started_at, whole, original, ledger, desk.rule_set)
    for policy in POLICIES:
        told = [entry.effects[policy] for entry in found.entries]
        steps = [original.due_at, *(one.due.due_at if one.due else None for one in told)]
        moved = [one.effect for one in told]
        assert steps[-1] == found.under(policy).due.due_at  # type: ignore[union-attr]
        still = [b == a for a, b, effect in zip(steps, steps[1:], moved, strict=False) if effect in STILL]
        assert all(still)
        longer = [b > a for a, b, e in zip(steps, steps[1:], moved, strict=False) if e in {"shifted", "extended"}]
        assert all(longer)
        classes = classes_of(found, found.under(policy).due.due_at)  # type: ignore[union-attr]
        assert classes[policy] == ("late" if found.under(policy).is_overdue_by_rule else "on_time")


STILL = {"unmoved", "too_late", "ignored"}


@settings(deadline=None)
@given(accepted=instants, term=terms, moves=ledgers, policy=policies)
def test_what_comes_after_the_due_date_changes_nothing(
    desk: Desk, accepted: datetime, term: tuple[int, TermUnit], moves: list[Move], policy: Policy
) -> None:
    value, unit = term
    original = desk.original(accepted, value, unit)
    after = original.due_at.replace(tzinfo=None) + timedelta(days=1)
    found = desk.adjusted(accepted, value, unit, desk.ledger(desk.entries(after, moves)), policy)
    assert found.due == original
    assert found.running_from_at == original.effective_start_at
