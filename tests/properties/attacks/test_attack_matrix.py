"""Late can't be made to look on time: every event, by every door, with every date, on a dossier in every state (B14, DR-31).

An attack is compared with the same dossier without it, and with the same event honestly dated at the hour at which it was
sent. It never gives a better class, obligation, breach or closed week than the better of both, unless a second person approved
it. The doors differ in nothing but whether history is claimed: HTTP and Kafka share one decision path (ADR 0010), an import
sends history by HTTP.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import pytest

from events.catalog import DOSSIER_ACTION_TYPES
from tests.properties.attacks import situations
from tests.properties.attacks.situations import DUE, LATEST, SITUATIONS, Situation, act
from tests.properties.attacks.standing import Standing, standing_of
from tests.properties.whole_way.world import LATEST_ENDING, Act, Plan, World, live
from tests.unit.deadlines.life import at
from tests.unit.intake.counter import DATA

_HOUR: Final = timedelta(hours=1)
_A_LITTLE: Final = timedelta(minutes=20)
"""Longer than the tolerance of DR-31."""
_APPROVALS: Final = frozenset({"backdating-approved.v1"})
"""What a second person approves expressly; that only another person can is tried at intake."""
TYPES: Final = tuple(sorted(set(DOSSIER_ACTION_TYPES) - _APPROVALS))

DATES: Final = (
    at("2026-03-03T09:00"),
    LATEST - _HOUR,
    LATEST + _HOUR,
    DUE - _HOUR,
    DUE,
    DUE + _HOUR,
    at("2026-03-11T08:00"),
    at("2026-03-11T10:00"),
)
"""Before and after: the latest instant for a letter, the due instant (which is the breach), the letter of 11/03."""


def _data_of(event_type: str, when: datetime) -> dict[str, Any]:
    data = dict(DATA[event_type])
    if "target_event_id" in data:
        data["target_event_id"] = LATEST_ENDING
    if event_type == "event-corrected.v1":
        data["corrected_fields"] = {"time": when.isoformat()}
    if event_type == "deadline-extended.v1":
        data["new_due_at"] = "2026-04-30T17:00:00+07:00"
    return data


def _attack(event_type: str, when: datetime, sent: datetime, *, history: bool) -> list[Act]:
    """The event, and what a clever office would send along with it, so that it has an effect."""
    name, data = event_type.removesuffix(".v1"), _data_of(event_type, when)
    acts = [act(when, name, data, sent=sent, history=history)]
    if event_type == "supplement-requested.v1":
        acts.append(
            act(
                when + _A_LITTLE,
                "supplement-completed",
                {"round_no": 1},
                sent=sent + timedelta(seconds=1),
                history=history,
            )
        )
    if event_type == "financial-obligation-requested.v1":
        paid = {"amount_vnd": data["amount_vnd"], "method": "cash"}
        acts.append(act(when + _A_LITTLE, "payment-received", paid, sent=sent + timedelta(seconds=1), history=history))
    return acts


def _to_the_end(acts: Sequence[Act], now: datetime) -> World:
    """What was done, and then an honest end: what is waited for comes, and the result."""
    later = now + 2 * _HOUR
    end = [
        situations.supplemented(later),
        act(later + _A_LITTLE, "payment-received", {"amount_vnd": 50_000, "method": "cash"}),
        situations.ready(later + 2 * _A_LITTLE),
    ]
    return live(Plan(acts=[*acts, *end], until=now + timedelta(days=60)))


@cache
def _without(name: str) -> Standing | None:
    situation = next(one for one in SITUATIONS if one.name == name)
    return standing_of(_to_the_end(situation.acts, situation.now), situation.now.date())


def _attacks(situation: Situation, event_type: str) -> Iterator[tuple[datetime, bool]]:
    for when in (*DATES, situation.now - _A_LITTLE):
        if when < situation.now:
            yield from ((when, False), (when, True))


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
@pytest.mark.parametrize("event_type", TYPES)
def test_nothing_is_bettered_by_a_date_in_the_past(event_type: str, situation: Situation) -> None:
    now, closed_until = situation.now, situation.now.date()
    honest = standing_of(
        _to_the_end([*situation.acts, *_attack(event_type, now, now, history=False)], now), closed_until
    )
    before = _without(situation.name)
    known = [one for one in (before, honest) if one is not None]
    wrong = []
    for when, history in _attacks(situation, event_type):
        world = _to_the_end([*situation.acts, *_attack(event_type, when, now, history=history)], now)
        found = standing_of(world, closed_until)
        if found is not None and known:
            wrong += [f"{when:%d/%m %H:%M}{' as history' * history}: {one}" for one in found.better_than(*known)]
    assert wrong == []
