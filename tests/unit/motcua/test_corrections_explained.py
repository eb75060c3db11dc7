"""A correction stands in the explanation with its effect, or with the reason why it has none (B20)."""

from typing import Any

from rules.explain.dossier_json import explanation_json
from tests.unit.deadlines.life import Life, at, term
from tests.unit.motcua.test_every_event import explained, watched

RIGHT = {"time": at("2026-02-27T08:00").isoformat()}


def told_of(life: Life) -> dict[str, Any]:
    _, emitted = watched(life)
    found = explained(life, emitted)
    assert not found.differs
    return explanation_json(found)


def test_a_correction_that_makes_a_due_date_earlier_is_a_move_with_its_reason() -> None:
    found = told_of(Life().accepted("2026-03-02T08:00", term(5)).corrected("2026-03-04T09:00", RIGHT))
    clock = found["clocks"][0]
    move = clock["moves"][-1]
    assert (move["cause"], move["rule"], move["inputs"]["reason"]) == ("correction", "B20", "gõ nhầm")
    assert move["lawful"]["computed"].startswith("2026-03-06T17:00")
    assert [(note["code"], note["detail"]) for note in found["notes"]] == [("corrected", f"time: {RIGHT['time']}")]
    # The days are counted from the acceptance as corrected; how the first due date was counted stands beside them.
    assert clock["lawful"]["computed"].startswith("2026-03-06T17:00")
    assert clock["original"]["computed"].startswith("2026-03-09T17:00")
    assert clock["first_count"]["due_at"].startswith("2026-03-09T17:00")


def test_a_correction_without_effect_says_why() -> None:
    for fields, number, code in (
        ({"time": at("2026-03-03T08:00").isoformat()}, 1, "not-better"),
        ({"time": "soon"}, 1, "unreadable-correction"),
        ({"unitid": 31}, 1, "no-clock-depends-on-it"),
        ({"time": at("2026-03-03T08:00").isoformat()}, 2, "no-clock-depends-on-it"),
        ({"term": None}, 1, "can-not-be-counted"),
    ):
        life = Life().accepted("2026-03-02T08:00", term(5)).foreseen("2026-03-03T09:00")
        found = told_of(life.corrected("2026-03-04T09:00", fields, number))
        assert [note["code"] for note in found["notes"]] == ["corrected", code]


def test_a_class_that_became_worse_is_explained_as_it_was_said() -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-06T09:00")
    found = told_of(life.corrected("2026-03-12T09:00", {"time": at("2026-03-11T09:00").isoformat()}, 2))
    assert found["clocks"][0]["outcome"] == "late"
    assert [note["code"] for note in found["notes"]] == ["corrected", "classed-worse"]
