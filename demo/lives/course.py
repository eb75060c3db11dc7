"""The course of one dossier's life, from the hand-in to whatever became of it; each theme has its own module beside this one.

The planned end is drawn around the due date that the real rules give; every instant lies in working hours.
"""

from datetime import datetime, timedelta
from random import Random

from demo.lives.arriving import arrive, term_of
from demo.lives.control import approve_late_records, correct
from demo.lives.ending import end_without_result, finish, reopen
from demo.lives.handling import hand_on, put_consultation, put_outage, put_steps
from demo.lives.lateness import put_lateness
from demo.lives.life import Law, Life, Plan
from demo.lives.moving import extend, put_calendar_order
from demo.lives.recoding import give_a_further_code
from demo.lives.waiting import ask_too_late, wait
from rules.due.terms import Due
from rules.errors import CalendarExhaustedError


def live(plan: Plan, law: Law, random: Random) -> Life:
    """One dossier from its hand-in to its end, or to the end of the window."""
    life = Life(plan=plan, random=random, law=law, now=plan.begins_at)
    computed = arrive(life)
    if computed is not None:
        _work(life, computed)
        if life.chance(0.02):
            correct(life)
        if plan.live_from is not None:
            approve_late_records(life, _network_is_back(life, plan.live_from))
        give_a_further_code(life)
    return life


def _network_is_back(life: Life, live_from: datetime) -> datetime:
    return max(life.now, live_from + timedelta(days=4, hours=14))


def _work(life: Life, computed: Due) -> None:
    if life.chance(0.1):
        fee = {
            "amount_vnd": life.random.choice((8_000, 15_000, 50_000)),
            "method": life.random.choice(("cash", "pos", "online_dvcqg")),
        }
        life.act("payment-received.v1", life.now + timedelta(minutes=3), fee, "citizen")
    hand_on(life, computed)
    if life.chance(0.03):
        end_without_result(life, computed)
    else:
        moved = wait(life, computed)
        if moved is not None:
            _resolve(life, extend(life, moved) if _may_be_extended(life) else moved)
    if life.is_over and life.chance(0.035):
        reopen(life)


def _may_be_extended(life: Life) -> bool:
    return term_of(life).unit in ("working_day", "calendar_day") and life.chance(0.025)


def _resolve(life: Life, computed: Due) -> None:
    is_late = life.chance(life.plan.slowness)
    ready_at = _late_end(life, computed) if is_late else _timely_end(life, computed)
    if ready_at is None:
        return
    _plan_work(life, computed, ready_at)
    if is_late:
        put_lateness(life, computed, ready_at)
        if life.chance(0.08):
            life.pass_until(computed.due_at)
            ask_too_late(life, computed)
            ready_at = max(ready_at, life.work(2))
        if life.chance(0.12):  # nothing becomes of it
            life.pass_until(ready_at + timedelta(days=60))
            return
    finish(life, ready_at)


def _plan_work(life: Life, computed: Due, ready_at: datetime) -> None:
    put_steps(life, ready_at, computed)
    if life.chance(0.05):
        put_consultation(life, ready_at)
    if life.chance(0.008):
        put_outage(life)
    if life.chance(0.01):
        put_calendar_order(life)


def _timely_end(life: Life, computed: Due) -> datetime:
    start = life.calendar.effective_start(life.now)
    available = life.calendar.working_time_between(start, computed.due_at)
    if available <= timedelta(minutes=10):
        return max(computed.due_at, life.now)
    # Many results come on the last day; the rest is spread over the term.
    share = life.random.uniform(0.88, 0.995) if life.chance(0.3) else life.random.betavariate(2.2, 1.6) * 0.97
    return life.calendar.add_working_time(start, available * max(share, 0.05))


def _late_end(life: Life, computed: Due) -> datetime | None:
    try:
        return life.after(computed.due_at + timedelta(minutes=1), life.random.expovariate(1 / 18) + 0.5)
    except CalendarExhaustedError:
        return None
