"""What somebody dates back betters nothing until it is approved, and then counts as if it had been recorded at once (DR-31).

One event of a random life, in which everything else is recorded as it happens, is said to have happened earlier. The life is held
against the same one in which that event is dated at its recording, and against the one in which it was recorded when it happened.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from events.control import IntegrityFlagRaised
from tests.lanes.examples import examples
from tests.properties.whole_way.history_table import table_of
from tests.properties.whole_way.lives import plans
from tests.properties.whole_way.pictures import SaidPicture
from tests.properties.whole_way.said import said_of
from tests.properties.whole_way.world import A_LATE_RECORD, Act, Dossier, Plan, World, live

_SECOND = timedelta(seconds=1)
_LETTERS = ("missing", "sent_late", "sent_before_breach", "sent_in_time", "waived")
"""From the worst to the best."""
_MOVED_BY_OTHERS = ("backdating-approved.v1", "calendar-change-applied.v1", "event-corrected.v1")
sized = settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@dataclass(frozen=True, kw_only=True)
class DatedBack:
    """A life in which the act of a number is said to have happened earlier than it was recorded."""

    honest: Plan
    dated: Plan
    at_once: Plan
    act: Act


@st.composite
def dated_back(draw: st.DrawFn) -> DatedBack:
    plan = draw(plans())
    own = [act for act in plan.acts if act.dossier_id == plan.acts[0].dossier_id]
    acts = [replace(act, is_history=False, sent_at=act.at + _SECOND) for act in own if act.what not in _MOVED_BY_OTHERS]
    number = draw(st.integers(0, len(acts) - 1))
    # Often only just before: then the due date is likely to lie between.
    earliest = acts[number - 1].at if number else acts[0].at - timedelta(days=3)
    room = (acts[number].at - earliest) // timedelta(minutes=1)
    back = timedelta(minutes=draw(st.one_of(st.integers(0, room), st.just(max(room - 1, 0)))))
    late = replace(acts[number], at=acts[number].at - back)
    # What is recorded at once comes a second later, which has to be in time for all the others.
    choice = replace(plan.choice, back_dating_tolerance_minutes=max(plan.choice.back_dating_tolerance_minutes, 1))
    whole = replace(plan, acts=acts, outages=(), looks=(), lags=(0.2,), choice=choice)
    return DatedBack(
        honest=whole,
        dated=replace(whole, acts=[*acts[:number], late, *acts[number + 1 :]]),
        at_once=replace(whole, acts=[*acts[:number], replace(late, sent_at=late.at + _SECOND), *acts[number + 1 :]]),
        act=late,
    )


def _first(world: World) -> Dossier:
    (dossier,) = world.dossiers
    return dossier


def _is_flagged(dossier: Dossier) -> bool:
    return any(isinstance(one.data, IntegrityFlagRaised) and one.data.rule == "DR-31" for one in dossier.said)


def _lies_over_the_due_date(dossier: Dossier, act: Act) -> bool:
    """Whether the dossier's own due instant lies between; over that of a part alone nothing of the dossier is judged."""
    own = [one.event.envelope for one in dossier.records if one.event.envelope.event_type == act.what]
    seq = next((one.stream_seq for one in own if (one.occurred_at, one.recorded_at) == (act.at, act.sent_at)), 0)
    dues = [
        one.data.lawful_due_at
        for one in dossier.said
        if getattr(one.data, "clock_kind", "") == "dossier" and one.envelope.stream_seq < seq
    ]
    return bool(dues) and act.at <= dues[-1] < act.sent_at


def _owed(said: SaidPicture) -> int:
    """How well it stands with the letters that are owed: by the worst of them."""
    return min((_LETTERS.index(one.apology_class) for one in said.obligations), default=len(_LETTERS))


def _both(*worlds: World) -> str:
    return "\n\n".join(table_of(_first(world), world) for world in worlds)


def _codes(world: World) -> list[tuple[str, str]]:
    return [(one.act.what, one.code) for one in world.refused]


def _parts_breached(dossier: Dossier) -> set[str]:
    return {one.data.clock for one in dossier.said if one.envelope.event_type == "step-breached.v1"}


@sized
@given(dated_back())
def test_what_is_dated_back_over_a_due_date_betters_nothing(life: DatedBack) -> None:
    dated = live(life.dated)
    assume(_is_flagged(_first(dated)))
    honest = live(life.honest)
    assume(_codes(honest) == _codes(dated))
    assert _parts_breached(_first(honest)) <= _parts_breached(_first(dated)), _both(honest, dated)
    assume(_lies_over_the_due_date(_first(dated), life.act))
    back, forth = said_of(_first(dated)), said_of(_first(honest))
    assert forth.outcome != "late" or back.outcome == "late", _both(honest, dated)
    assert not forth.breached_at or back.breached_at, _both(honest, dated)
    assert _owed(back) <= _owed(forth), _both(honest, dated)


@sized
@given(dated_back())
def test_what_is_approved_counts_as_if_it_had_been_recorded_when_it_happened(life: DatedBack) -> None:
    sent_at = life.act.sent_at + _SECOND
    data = {"target_event_id": A_LATE_RECORD, "reason": "mất điện", "approver_id": "o-9"}
    approval = replace(life.act, at=sent_at, sent_at=sent_at, what="backdating-approved.v1", data=data)
    dated = live(replace(life.dated, acts=[*life.dated.acts, approval]))
    assume(_is_flagged(_first(dated)))
    at_once = live(life.at_once)
    assume(_codes(at_once) == _codes(dated))
    one, other = said_of(_first(dated)), said_of(_first(at_once))
    assert (one.outcome, one.dues.lawful if not one.outcome else None) == (
        other.outcome,
        other.dues.lawful if not other.outcome else None,
    ), _both(at_once, dated)
    if one.verdict and other.verdict:
        assert one.verdict.by_policy == other.verdict.by_policy, _both(at_once, dated)
        assert one.verdict.judged_by == other.verdict.judged_by, _both(at_once, dated)
