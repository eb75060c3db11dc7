"""Random but possible lives of dossiers: accepted, worked on, paused and resumed, transferred, apologised for, ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import strategies as st

from tests.unit.deadlines.life import Life, at, term

_START = at("2026-01-05T06:00")
_UNITS = ("hour", "working_day", "calendar_day", "month", "same_day")


@st.composite
def lives(draw: st.DrawFn, dossier_id: str = "33333333-3333-5333-8333-333333333333") -> Life:
    """A life whose events follow each other in time; the clock may also be one that can't be armed."""
    life = Life(dossier_id, is_history=draw(st.booleans()))
    now = _START + timedelta(minutes=draw(st.integers(0, 60 * 24 * 60)))
    unit = draw(st.sampled_from(_UNITS))
    value = 1 if unit == "same_day" else draw(st.integers(1, {"hour": 40, "month": 2}.get(unit, 25)))
    given = draw(st.sampled_from([term(value, unit), None]))  # type: ignore[arg-type]
    appointment_at = now + timedelta(minutes=draw(st.integers(1, 60 * 24 * 40))) if draw(st.booleans()) else None
    life.accepted(now, given, appointment_at=appointment_at)
    for _ in range(draw(st.integers(0, 7))):
        now += timedelta(minutes=draw(st.integers(0, 60 * 24 * 9)))
        _add(draw(st.sampled_from("saRtpps")), life, now, draw)
    if draw(st.booleans()):
        now += timedelta(minutes=draw(st.integers(0, 60 * 24 * 9)))
        (life.ready if draw(st.booleans()) else life.withdrawn)(now)
        life.delivered(now + timedelta(days=draw(st.integers(0, 40))))
    return life


def _add(what: str, life: Life, now: datetime, draw: st.DrawFn) -> None:
    is_paused = (
        bool(life.events)
        and [e for e in life.events if "supplement" in e.envelope.event_type][-1:]
        and (
            [e for e in life.events if "supplement" in e.envelope.event_type][-1].envelope.event_type
            == "supplement-requested.v1"
        )
    )
    match what:
        case "s":
            life.step(now)
        case "a":
            life.apologised(now, now + timedelta(days=draw(st.integers(1, 9))))
        case "R":
            life.apologised(now)
        case "t":
            life.moved_to(now, draw(st.integers(1, 99)))
        case _:
            (life.supplemented if is_paused else life.asked)(now)
