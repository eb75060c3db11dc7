"""What one more event would come to, as the fold itself says: asked before it is recorded."""

from datetime import datetime, timedelta

from rules.clocks.asking import asked
from rules.clocks.instants import micros
from rules.clocks.planning import Planner
from tests.unit.deadlines.life import Life, at, fact_of, procedures, rulebook, term

DUE = at("2026-03-09T17:00")


def answer(life: Life, recorded_at: datetime | None = None) -> tuple[bool, int | None]:
    *before, last = life.events
    planner = Planner(rulebook(), procedures())
    found = asked([fact_of(one) for one in before], fact_of(last, recorded_at), planner)
    return found.has_effect, found.lawful_due_at


def test_a_due_date_that_moves_is_an_effect_and_the_one_before_is_told() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5))
    assert answer(life.extended("2026-03-03T08:00", at("2026-03-10T17:00"))) == (True, micros(DUE))


def test_what_moves_nothing_has_none() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5))
    assert answer(life.extended("2026-03-03T08:00", DUE)) == (False, micros(DUE))


def test_what_counts_when_a_wait_is_over_has_one() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).asked("2026-03-03T08:00")
    assert answer(life.extended("2026-03-04T08:00", at("2026-03-20T17:00"))) == (True, micros(DUE))


def test_after_the_end_nothing_can_move() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00")
    assert answer(life.extended("2026-03-04T08:00", at("2026-03-20T17:00"))) == (False, micros(DUE))


def test_what_was_recorded_late_has_one_because_it_waits_for_its_approval() -> None:
    late = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-09T16:00", delay=timedelta(days=3))
    in_time = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-09T16:00")
    assert (answer(late)[0], answer(in_time)[0]) == (True, False)


def test_where_an_event_is_missing_nobody_is_told_that_his_own_would_do_nothing() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-02T09:00").extended("2026-03-03T08:00", DUE)
    del life.events[1]
    assert answer(life) == (True, None)
