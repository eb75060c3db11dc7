"""A log recorded before the ADR 0018 can be replayed, and whatever is said otherwise now stands in CHANGELOG with its reason.

`old_log/lives.jsonl` holds, life by life, what the version before (commit 579fc5f) recorded and said.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import pytest

from events.codec import dumps, from_structured, to_structured
from tests.architecture.tree import text_of
from tests.properties.whole_way import through_the_product as product
from tests.properties.whole_way.rule_books import PUBLISHED, rules_of
from tests.sealing import chained

LIVES = "tests/properties/whole_way/old_log/lives.jsonl"
TO_ROLES = "stands in the events as `to_roles`"
RUNGS = frozenset({"escalation-raised"})
BREACHED = frozenset({"dossier-breached", "apology-required"})
IN_VIEW = frozenset({"deadline-near-due", "apology-pending-raised"})


class Change(NamedTuple):
    """Why, in the words of CHANGELOG; which types are no longer said, and which newly; the class before and now."""

    why: str
    extra: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    outcome: tuple[str, str] | None = None


CHANGES = {
    "a letter, a late result": Change(TO_ROLES),
    "reopened the same evening": Change(
        "no longer breached at an instant at which the result was there",
        extra=BREACHED | RUNGS | {"deadline-moved"}, missing=frozenset({"deadline-moved"}), outcome=("late", "on_time"),
    ),
    "a supplement that was dated back over the due date": Change(
        "extension or a letter of ten days back cured a breach",
        extra=frozenset({"deadline-moved", "apology-lapsed", "clock-restarted", "clock-paused"}),
        missing=RUNGS | {"integrity-flag-raised"}, outcome=("early", "late"),
    ),
    "an ending that was dated back and waited": Change(
        "What ends while it waits is judged with what was left of its term (B18)",
        extra=frozenset({"integrity-flag-raised"}), missing=BREACHED | RUNGS | {"integrity-flag-raised"},
    ),
    "ready while it waited": Change(TO_ROLES),
    "one dong ended the wait": Change(
        "A financial wait ends when the payments since the request cover it; until now one đồng ended it",
        extra=IN_VIEW | {"deadline-moved", "clock-resumed", "apology-lapsed"}, outcome=("on_time", "early"),
    ),
    "a day to answer that passed": Change(
        "`supplement-expired.v1` is said when the day to answer passes (B17)", missing=frozenset({"supplement-expired"})
    ),
    "a letter after a reopening": Change(TO_ROLES),
    "waived before the breach": Change(TO_ROLES),
    "corrected to an earlier day": Change(
        "earlier due date takes effect (`deadline-recomputed.v1`, rule B20)",
        extra=IN_VIEW | {"apology-lapsed"}, missing=BREACHED | RUNGS | {"deadline-near-due", "deadline-recomputed"},
        outcome=("early", "late"),
    ),
    "extended into a year without a notice": Change(
        "an extension to such a day is flagged and moves nothing, where until now it took the dossier's clock away",
        extra=frozenset({"clock-not-armed"}), missing=BREACHED | RUNGS | IN_VIEW | {"integrity-flag-raised"},
    ),
    "an appointment later than the term": Change(TO_ROLES),
}  # fmt: skip
Said = dict[str, dict[str, Any]]


@cache
def _lives() -> dict[str, dict[str, Any]]:
    return {life["life"]: life for life in map(json.loads, text_of(LIVES).splitlines())}


def _said_now(life: dict[str, Any]) -> Said:
    # The file leaves the chain out, which it had; who reads a log checks it (ADR 0027).
    events = chained(from_structured(one["event"]) for one in life["recorded"])
    records = [
        product.record_of(event, datetime.fromisoformat(one["appended_at"]), number)
        for number, (event, one) in enumerate(zip(events, life["recorded"], strict=True))
    ]
    said = product.in_bulk(rules_of(PUBLISHED), records, datetime.fromisoformat(life["until"]))
    return {one["id"]: one for one in (json.loads(dumps(to_structured(event))) for event in said)}


def _types(said: Said, ids: set[str]) -> set[str]:
    return {said[one]["type"].removesuffix(".v1") for one in ids}


def _outcomes(said: Said) -> list[str]:
    return [one["data"]["outcome"] for one in said.values() if one["type"] == "ending-classified.v1"]


def _otherwise(old: Said, new: Said) -> Iterator[tuple[str, str]]:
    """(type, field) of what has the same id and says something else, but for whom it tells."""
    for event_id in old.keys() & new.keys():
        before, now = old[event_id]["data"], new[event_id]["data"]
        for name in before.keys() | now.keys():
            if before.get(name) != now.get(name) and name != "to_roles":
                yield old[event_id]["type"], name


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_said_otherwise_of_an_old_log_is_what_the_changelog_says(name: str) -> None:
    life, change = _lives()[name], CHANGES[name]
    old, new = {one["id"]: one for one in life["said"]}, _said_now(life)
    assert change.why in " ".join(text_of("CHANGELOG.md").split())
    assert _types(old, old.keys() - new.keys()) == change.extra
    assert _types(new, new.keys() - old.keys()) == change.missing
    # A verdict keeps its id: what it says otherwise is the class that is listed, and what goes with it.
    assert {event_type for event_type, _ in _otherwise(old, new)} <= {"ending-classified.v1"}
    before, now = _outcomes(old), _outcomes(new)
    assert [pair for pair in zip(before, now, strict=True) if pair[0] != pair[1]] == [change.outcome] * bool(
        change.outcome
    )


def test_every_old_life_is_told() -> None:
    assert list(_lives()) == list(CHANGES)
