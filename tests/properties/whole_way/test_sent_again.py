"""DR-30: whatever becomes of a dossier, an acceptance sent again under a new code makes no second one and betters nothing.

Each random life is told twice: as it is, and with acceptances that come again, whenever and with whatever time and term, the
later acts under one code or the other.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.dossier import IntegrityFlagRaised
from tests.lanes.examples import examples
from tests.properties.whole_way.history_table import table_of
from tests.properties.whole_way.lives import plans
from tests.properties.whole_way.told_by_hand import DOSSIER, Story
from tests.properties.whole_way.world import Act, Dossier, Plan, live
from tests.unit.deadlines.life import at

_DAY = timedelta(days=1)
_CLASSES = ("late", "unknown", "open", "terminated", "on_time", "early")
_LETTERS = ("missing", "sent_late", "sent_before_breach", "sent_in_time", "waived")


@st.composite
def plans_sent_again(draw: st.DrawFn) -> tuple[Plan, Plan]:
    """A plan, and the same with acceptances that come again."""
    plan = replace(draw(plans()), lags=(0.2,))
    acts = sorted(plan.acts, key=lambda act: act.sent_at)
    again: list[Act] = []
    codes: dict[tuple[str, bool], list[str]] = {}
    """By source too: a code is its source's own."""
    for number, act in enumerate(acts):
        again.append(
            replace(act, subject=draw(st.sampled_from(["", *codes.get((act.dossier_id, act.is_history), [])])))
        )
        is_accepted = any(one.what == "dossier-accepted.v1" for one in again if one.dossier_id == act.dossier_id)
        if is_accepted and draw(st.integers(0, 4)) == 4:
            code = f"G22-{number}"
            codes.setdefault((act.dossier_id, act.is_history), []).append(code)
            again.append(_sent_again(draw, act, code))
    return replace(plan, acts=acts), replace(plan, acts=again)


def _sent_again(draw: st.DrawFn, after: Act, code: str) -> Act:
    """Sent with the act before it; its time and its term are anybody's guess."""
    data: dict[str, Any] = {"procedure_code": "1.004859", "term": {"value": 90, "unit": "working_day"}}
    at = after.sent_at - draw(st.sampled_from([timedelta(0), timedelta(minutes=30), _DAY, 9 * _DAY]))
    return replace(
        after,
        at=at,
        what="dossier-accepted.v1",
        data={**data, "previous_code": after.dossier_id},
        subject=code,
        unit_id=31,
    )


def _standing(dossier: Dossier | None) -> tuple[int, int, int]:
    """Class, letters and breach as numbers, greater is better."""
    facts = dossier.facts if dossier else None
    if facts is None:
        return (-1, -1, -1)
    letters = min((_LETTERS.index(one.apology_class) for one in facts.obligations), default=len(_LETTERS))
    return (_CLASSES.index(facts.outcome), letters, int(facts.breached_at is None))


def _is_counted_as(one: Dossier, other: Dossier) -> bool:
    """Accepted or not, and ended when it was."""
    first, second = ((each.facts is None, each.facts and each.facts.ended_at) for each in (one, other))
    return first == second


@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(both=plans_sent_again())
def test_an_acceptance_that_comes_again_under_a_new_code_doubles_and_betters_nothing(both: tuple[Plan, Plan]) -> None:
    plain, again = (live(plan) for plan in both)
    assert [one.code for one in again.refused] == [one.code for one in plain.refused]
    assert [one.dossier_id for one in again.dossiers] == [one.dossier_id for one in plain.dossiers]
    for one, two in zip(plain.dossiers, again.dossiers, strict=True):
        tables = f"{table_of(one, plain)}\n{table_of(two, again)}"
        assert _is_counted_as(one, two), tables
        # What is sent again shows that time has passed, so a breach may be said sooner; never later, and never not at all.
        assert all(better <= was for was, better in zip(_standing(one), _standing(two), strict=True)), tables


def test_a_late_dossier_stays_one_late_dossier_however_often_it_comes_again() -> None:
    world = Story().accepted("2026-03-02T08:00", 5).ready("2026-03-11T09:00").until("2026-03-20T08:00")
    first, ready = world.plan.acts
    term = {"procedure_code": "1.004859", "term": {"value": 90, "unit": "working_day"}, "previous_code": DOSSIER}
    again = [
        replace(first, at=at(when), sent_at=at(when), data=term, subject=f"G22-{when}")
        for when in ("2026-03-03T10:00", "2026-03-09T16:00", "2026-03-10T08:00")
    ]
    told = live(replace(world.plan, acts=[first, *again, replace(ready, subject=again[1].subject)]))
    assert told.refused == []
    (dossier,), (plain,) = told.dossiers, world.dossiers
    assert dossier.facts == plain.facts
    assert dossier.facts is not None
    assert (dossier.facts.outcome, len(dossier.facts.obligations)) == ("late", 1)
    flags = [one.event.data.rule for one in dossier.records if isinstance(one.event.data, IntegrityFlagRaised)]
    assert flags == ["DR-30"] * 3
