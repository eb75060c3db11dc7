"""The dossier's clock against a plain reckoning by hand: working-day terms with supplements under RESTART.

The oracle knows the days off and the make-up days of Appendix A and counts on its fingers; it shares no code with the rules.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.clocks.instants import micros
from tests.lanes.examples import examples
from tests.unit.deadlines.life import Life, Watch, at, local, only, term

_DAYS = Path(__file__).parents[2] / "unit" / "rules" / "appendix_a" / "a1_calendar_exceptions.csv"
_CLOSING = time(17)
_DAY = timedelta(days=1)
_ROWS = list(csv.DictReader(_DAYS.read_text(encoding="utf-8").splitlines()))
OFF = {date.fromisoformat(row["date"]) for row in _ROWS if row["kind"] == "off"}
WORKED = {date.fromisoformat(row["date"]) for row in _ROWS if row["kind"] == "make_up"}


def works(day: date) -> bool:
    """Whether the offices count a day."""
    return day in WORKED or (day.weekday() < 5 and day not in OFF)


def after(day: date, count: int) -> date:
    """The n-th working day after a day."""
    while count:
        day += _DAY
        count -= works(day)
    return day


def begins_on(moment: datetime) -> date:
    """The day from which a clock that is set going at an instant counts: at closing time it is the next working day."""
    day = moment.date()
    return day if works(day) and moment.time() < _CLOSING else after(day, 1)


def waited(asked_on: date, until: datetime) -> int:
    """How many working days lie after the day of the request, up to the one on which a clock would go on."""
    last = begins_on(until) if until.date() > asked_on else asked_on
    return sum(works(asked_on + _DAY * number) for number in range(1, (last - asked_on).days + 1))


@dataclass
class Reckoned:
    """What the hand comes to: the due day, the days on which it was breached, and how it ended."""

    due_on: date
    breached_on: list[date]
    ended: str


def reckon(accepted: datetime, days: int, stops: list[datetime], ended: datetime | None, until: datetime) -> Reckoned:
    """Follow one dossier: `stops` are the requests and completions in turn."""
    ran_from, running, breached = begins_on(accepted), True, list[date]()
    due_on = after(ran_from, days)

    def pass_until(moment: datetime) -> None:
        if running and datetime.combine(due_on, _CLOSING, moment.tzinfo) < moment and due_on not in breached:
            breached.append(due_on)

    is_stopped = False
    for number, moment in enumerate(stops):
        pass_until(moment)
        is_request = number % 2 == 0
        if is_request:
            is_stopped = moment <= datetime.combine(due_on, _CLOSING, moment.tzinfo)  # later it cures nothing (DR-24)
            running = not is_stopped
        elif is_stopped:
            ran_from, running = begins_on(moment), True
            due_on = after(ran_from, days)
    if ended is None:
        pass_until(until)
        return Reckoned(due_on, breached, "open")
    pass_until(ended)
    if not running:  # an ending is no answer: nothing begins anew, the days waited are added (B18)
        due_on = after(due_on, waited(max(stops[-1].date(), ran_from), ended))
    day = ended.date()
    return Reckoned(due_on, breached, "early" if day < due_on else "on_time" if day == due_on else "late")


_GAP = st.one_of(st.integers(0, 600), st.integers(0, 4 * 1440), st.integers(0, 20 * 1440))


@settings(deadline=None, max_examples=examples(300))
@given(
    st.integers(0, 1000 * 1440 // 2),
    st.integers(1, 25),
    st.lists(_GAP, max_size=5),
    st.one_of(st.none(), _GAP),
    st.integers(0, 60 * 1440),
)
@example(60 * 21 * 24, 5, [9 * 60, 60], 0, 0)
def test_the_fold_comes_to_what_the_hand_comes_to(
    start: int, days: int, gaps: list[int], end: int | None, rest: int
) -> None:
    now = accepted = at("2024-03-01T06:00") + timedelta(minutes=start)
    life, stops = Life().accepted(now, term(days)), list[datetime]()
    for gap in gaps:
        now += timedelta(minutes=gap)
        stops.append(now)
        (life.asked if len(stops) % 2 else life.supplemented)(now)
    ended = None
    if end is not None:
        now = ended = now + timedelta(minutes=end)
        life.ready(now)
    until = now + timedelta(minutes=rest)
    expected = reckon(accepted, days, stops, ended, until)

    watch = Watch()
    for event in life.events:
        watch.hear(event)
    watch.look(until)
    breaches = [local(event.envelope.occurred_at) for event in only(watch.emitted, "breached")]
    assert breaches == [f"{day} 17:00" for day in expected.breached_on]
    clock = watch.state.clock("dossier") if watch.state else None
    if clock is not None:
        if not clock.is_paused:
            assert clock.lawful_due_at == micros(datetime.combine(expected.due_on, _CLOSING, now.tzinfo))
        assert local(_original(watch)) == f"{after(begins_on(accepted), days)} 17:00"
    met = [getattr(event.data, "outcome", "") for event in only(watch.emitted, "met")]
    assert met == ([expected.ended] if expected.ended in ("early", "on_time") else [])


def _original(watch: Watch) -> datetime:
    (event,) = only(watch.emitted, "set")
    due_at: datetime = event.data.original_due_at  # type: ignore[union-attr]
    return due_at
