"""Random lives of dossiers and feedback: everything that can be said of one, possible or contradicting, early or late.

Events are told in the order in which they happened; each became known some time later, never before an earlier one did.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from hypothesis import strategies as st

from events.data_codec import plain
from events.dossier import GivenTerm
from tests.unit.deadlines.calendars import NEW
from tests.unit.deadlines.life import CHAINED, PAYING, PLAIN, STEPPED, UNIT, Life, at, recorded, term

_START = at("2026-01-05T06:00")
_MINUTES = 60 * 24
_UNITS = ("hour", "working_day", "working_day", "calendar_day", "month", "same_day")
_LONGEST = {"hour": 40, "month": 2, "same_day": 1}
_DELAYS = (0, 0, 1, 1, 1, 5, 40, 1800, 5 * 3600, 3 * 86_400)
"""Seconds until an event became known: at once, on its way, a tired counter, and one that reports days later."""


class Told:
    """A life, and when each of its events became known."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.known_at: list[datetime] = []

    def __repr__(self) -> str:
        """The life as it can be told again by hand."""
        lines = (
            f"{event.envelope.occurred_at:%Y-%m-%dT%H:%M} {event.envelope.event_type} {plain(event.data)}"
            f"{' of history' if event.envelope.is_history else ''}, known {known_at:%Y-%m-%dT%H:%M:%S}"
            for event, known_at in zip(self.life.events, self.known_at, strict=False)
        )
        return f"{self.life.procedure_code}\n" + "\n".join(lines)

    @property
    def until(self) -> datetime:
        """When the last of it became known."""
        return self.known_at[-1]


@st.composite
def terms(draw: st.DrawFn) -> GivenTerm:
    """A term of any unit, from short to long."""
    unit = draw(st.sampled_from(_UNITS))
    return term(draw(st.integers(1, _LONGEST.get(unit, 25))), unit)  # type: ignore[arg-type]


@st.composite
def lives(draw: st.DrawFn, dossier_id: str = "33333333-3333-5333-8333-333333333333") -> Told:
    """A life whose events follow each other in time, some of it taken over from another register."""
    code = draw(st.sampled_from([PLAIN, PLAIN, PAYING, CHAINED, STEPPED]))
    life = Life(dossier_id, procedure_code=code, is_history=draw(st.integers(0, 3)) == 0)
    now = _START + timedelta(minutes=draw(st.integers(0, 60 * _MINUTES)))
    if draw(st.integers(0, 9)) == 0:
        return _known(draw, _feedback(draw, life, now))
    if draw(st.integers(0, 3)) == 0:
        life.submitted(now)
        now += timedelta(minutes=draw(st.integers(0, 3 * _MINUTES)))
    given = draw(st.one_of(terms(), st.none()))
    appointment_at = now + timedelta(minutes=draw(st.integers(1, 40 * _MINUTES))) if draw(st.booleans()) else None
    life.accepted(now, given, appointment_at=appointment_at)
    for _ in range(draw(st.integers(0, 10))):
        now += timedelta(minutes=draw(_GAPS))
        if draw(st.integers(0, 3)) == 0:
            life.is_history = False
        fitting = _fitting(life) if draw(st.integers(0, 3)) else _HAPPENINGS
        _happen(draw, draw(st.sampled_from(fitting)), life, now)
    return _known(draw, life)


_GAPS = st.one_of(st.integers(0, 600), st.integers(0, 3 * _MINUTES), st.integers(0, 12 * _MINUTES))


def _fitting(life: Life) -> tuple[str, ...]:
    """What may well happen next, so that many lives are possible ones."""
    told = [event.envelope.event_type for event in life.events]
    last = next((kind for kind in reversed(told) if kind in _STOPS), "")
    if last in _ENDS:
        return ("reopened", "reopened", "approved", "acknowledged", "apologised", "delivered", "waived")
    if last == "supplement-requested.v1":
        return (
            "supplemented",
            "supplemented",
            "supplemented",
            "step",
            "foreseen",
            "extended",
            "withdrawn",
            "recalendared",
        )
    if last == "financial-obligation-requested.v1":
        return ("paid", "exempted", "moved_to", "ready")
    return (
        *("asked", "asked", "owing", "extended", "step", "step_done", "moved_to", "consulted", "recalendared"),
        *("reappointed", "reappointed", "apologised", "foreseen", "acknowledged", "ready"),
    )


_ENDS = ("result-ready-at-counter.v1", "dossier-withdrawn.v1")
_STOPS = (
    *_ENDS,
    *("supplement-requested.v1", "supplement-completed.v1", "dossier-reopened.v1", "payment-received.v1"),
    *("financial-obligation-requested.v1", "financial-obligation-exempted.v1"),
)
_HAPPENINGS = (
    *("asked", "supplemented", "asked", "supplemented", "owing", "paid", "exempted", "extended"),
    *("step", "step", "step_done", "moved_to", "moved_to", "refused_there", "received_there", "reorganised"),
    *("consulted", "answered", "ready", "ready", "withdrawn", "delivered", "reopened", "approved", "recalendared"),
    *("apologised", "reappointed", "waived", "foreseen", "acknowledged", "issued", "outage", "accepted", "guided"),
)


def _happen(draw: st.DrawFn, what: str, life: Life, now: datetime) -> None:
    more = _MORE.get(what)
    if more is None:
        getattr(life, what)(now)
    else:
        more(draw, life, now)


def _later(draw: st.DrawFn, now: datetime) -> datetime:
    return now + timedelta(minutes=draw(st.integers(-2 * _MINUTES, 30 * _MINUTES)))


def _perhaps_later(draw: st.DrawFn, now: datetime) -> datetime | None:
    return _later(draw, now) if draw(st.integers(0, 3)) == 0 else None


def _step(draw: st.DrawFn, life: Life, now: datetime) -> Life:
    budget = draw(st.one_of(terms(), st.none()))
    return life.step(now, draw(_STEPS), budget=budget, due_at=_perhaps_later(draw, now))


def _moved(draw: st.DrawFn, life: Life, now: datetime) -> Life:
    return life.moved_to(now, draw(st.sampled_from([UNIT, 31, 32])), due_back_at=_perhaps_later(draw, now))


_STEPS = st.sampled_from(["review", "appraisal"])
_MORE: dict[str, Callable[[st.DrawFn, Life, datetime], Life]] = {
    "extended": lambda draw, life, now: life.extended(now, _later(draw, now)),
    "reappointed": lambda draw, life, now: life.apologised(now, _later(draw, now)),
    "step": _step,
    "step_done": lambda draw, life, now: life.step_done(now, draw(_STEPS)),
    "moved_to": _moved,
    "reorganised": lambda draw, life, now: life.reorganised(now, draw(st.integers(1, 9))),
    "consulted": lambda draw, life, now: life.consulted(
        now, f"{len(life.events)}/CV", reply_term=draw(terms()), agency_unit_id=77
    ),
    "answered": lambda draw, life, now: life.answered(now, f"{draw(st.integers(1, len(life.events)))}/CV"),
    "acknowledged": lambda draw, life, now: life.acknowledged(now, draw(st.sampled_from(["B1", "B2", "B3"]))),
    "recalendared": lambda _, life, now: life.recalendared(now, NEW),
    "outage": lambda _, life, now: life.outage(now, now - timedelta(hours=5), now),
    "accepted": lambda _, life, now: life.accepted(now, term(3)),
}


def _feedback(draw: st.DrawFn, life: Life, now: datetime) -> Life:
    life.feedback(now)
    for what in draw(st.permutations(["feedback_refused", "feedback_supplement", "feedback_answered"])):
        now += timedelta(minutes=draw(st.integers(0, 12 * _MINUTES)))
        if draw(st.booleans()):
            getattr(life, what)(now)
    return life.feedback_published(now + timedelta(minutes=draw(st.integers(0, 5 * _MINUTES))))


def _known(draw: st.DrawFn, life: Life) -> Told:
    """Give every event the time at which it became known; a server's clock recorded it then, unless another register did."""
    told, known_at = Told(life), life.events[0].envelope.occurred_at
    for number, event in enumerate(life.events):
        delay = timedelta(seconds=draw(st.sampled_from(_DELAYS)))
        known_at = max(known_at, event.envelope.occurred_at + delay)
        told.known_at.append(known_at)
        if not event.envelope.is_history:
            life.events[number] = recorded(event, known_at)
    return told
