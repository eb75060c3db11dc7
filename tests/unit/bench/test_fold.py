"""The simple fold that the peers share: what is kept, what is said."""

from typing import Any

import pytest

from bench.peers.fold import DAY, State, fold

Happened = tuple[str, str, dict[str, Any]]
SUBJECT = "11111111-1111-5111-8111-111111111111"
ACCEPTED: Happened = ("dossier-accepted.v1", "2026-03-02T08:00:00+07:00", {"term": {"value": 5, "unit": "working_day"}})
ASKED: Happened = ("supplement-requested.v1", "2026-03-03T08:00:00+07:00", {})
COMPLETED: Happened = ("supplement-completed.v1", "2026-03-05T08:00:00+07:00", {})
READY = "result-ready-at-counter.v1"


def test_the_due_date_is_set_in_plain_days() -> None:
    state, emitted = told(ACCEPTED)
    assert emitted == ["set"]
    assert state["due"] - state["accepted_at"] == 5 * DAY


def test_a_supplement_moves_the_due_date_by_the_length_of_the_pause() -> None:
    state, emitted = told(ACCEPTED, ASKED, COMPLETED)
    assert emitted == ["set", "moved"]
    assert state["due"] - state["accepted_at"] == 7 * DAY
    assert state["paused_at"] is None


@pytest.mark.parametrize(("day", "outcome"), [("07", "met"), ("08", "late")])
def test_the_end_is_met_or_late(day: str, outcome: str) -> None:
    _, emitted = told(ACCEPTED, (READY, f"2026-03-{day}T08:00:00+07:00", {}))
    assert emitted == ["set", outcome]


def test_nothing_is_said_of_what_changes_no_due_date_and_the_end_is_said_once() -> None:
    step: Happened = ("step-started.v1", "2026-03-02T09:00:00+07:00", {})
    ready: Happened = (READY, "2026-03-03T09:00:00+07:00", {})
    assert told(ACCEPTED, step, ready, ready, step)[1] == ["set", "met"]


def test_an_event_that_is_not_newer_is_left_out() -> None:
    state, _ = told(ACCEPTED)
    assert fold(dict(state), SUBJECT, ACCEPTED[2], headers(1, ACCEPTED)) == (None, None)


def told(*happened: Happened) -> tuple[State, list[str]]:
    state: State | None = None
    emitted = []
    for seq, one in enumerate(happened, start=1):
        state, output = fold(state, SUBJECT, one[2], headers(seq, one))
        if output:
            emitted.append(output["type"].removeprefix("bench-deadline-").removesuffix(".v1"))
    assert state is not None
    return state, emitted


def headers(seq: int, happened: Happened) -> dict[str, bytes]:
    return {
        "ce_id": b"e", "ce_streamseq": b"%d" % seq, "ce_type": happened[0].encode(), "ce_time": happened[1].encode(),
        "ce_openedon": b"2026-03-02", "ce_unitid": b"1", "ce_dossiercode": b"H57.1", "ce_procedurecode": b"1.001193",
    }  # fmt: skip
