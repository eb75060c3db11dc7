"""Whatever a counter sends, however often and in whatever order: the record folds, without a gap, its chain whole."""

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from events.codec import from_structured
from events.hash_chain import first_break
from services.intake.adapters.known_states import KnownStates
from services.intake.domain.actions import Action, Answer
from services.intake.pipeline import ActionRecorder
from services.intake.ports import AppendConflictError, StoreUnavailableError
from tests.fakes.in_memory_store import InMemoryStore
from tests.lanes.examples import examples
from tests.unit.intake.counter import DATA, HISTORY_SOURCE, NOW, action, judge, problems

# Twice as many acceptances and fewer ends, so that most dossiers live for a while.
ROUNDS = ("dossier-submitted.v1", "intake-guidance-issued.v1", "supplement-requested.v1", "supplement-completed.v1")
OPENERS = ("dossier-submitted.v1", "dossier-accepted.v1", "feedback-received.v1")
SUBJECTS = ("HS-1", "HS-2", "HS-3", "019c4b0e-7d5c-7a41-9c11-4f0b6a1d2e00")
CODED = ("dossier-accepted.v1", "dossier-code-assigned.v1")
TYPES = [
    *DATA,
    *["dossier-accepted.v1"] * 15,
    *["dossier-submitted.v1", "feedback-received.v1"] * 2,
    *["supplement-requested.v1", "supplement-completed.v1", "payment-received.v1"] * 4,
]


@st.composite
def actions(draw: st.DrawFn) -> Action:
    event_type = draw(st.sampled_from(TYPES))
    data: dict[str, Any] = {"round_no": draw(st.integers(1, 3))} if event_type in ROUNDS else {}
    past: dict[str, Any] = {"source": HISTORY_SOURCE, "history": True} if draw(st.booleans()) else {}
    subject = draw(st.sampled_from(SUBJECTS))
    number = draw(st.integers(0, 12))
    if event_type in CODED and draw(st.booleans()):
        # Under a new code: as it was named before, or with the code alone (DR-30).
        previous = draw(st.sampled_from(SUBJECTS))
        data = {"previous_code": previous} if event_type == "dossier-accepted.v1" else {"code": previous}
        past["id"] = f"{subject}/{number}/{event_type}/{previous}"
    return action(event_type, number, data=data, subject=subject, **past)


batches = st.lists(st.lists(actions(), max_size=6), max_size=8)
quick = settings(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def ledger(store: InMemoryStore, memory: int = 2) -> ActionRecorder:
    return ActionRecorder(store=store, judge=judge(), known_states=KnownStates(memory))


def told(answer: Answer) -> dict[str, Any]:
    return problems().answer(answer, "vi")


def assert_whole(store: InMemoryStore) -> None:
    streams: dict[str, list[Any]] = defaultdict(list)
    for entry in store.read_after(0, 10_000):
        streams[entry.structured["subject"]].append(entry.structured)
        from_structured(entry.structured)
    for stream in streams.values():
        assert [one["streamseq"] for one in stream] == list(range(1, len(stream) + 1))
        assert stream[0]["type"] in OPENERS
        assert first_break(stream) is None
        assert len({one["openedon"] for one in stream}) == 1
    ids = [one["id"] for stream in streams.values() for one in stream]
    assert len(set(ids)) == len(ids)


@quick
@given(batches)
def test_the_record_is_whole_and_every_recorded_action_stands_in_it_once(sent: list[list[Action]]) -> None:
    store = InMemoryStore()
    recording = ledger(store)
    answers = [one for batch in sent for one in recording.record(batch, NOW)]
    assert_whole(store)
    from_actions = [
        one.structured["id"] for one in store.read_after(0, 10_000) if one.structured["source"] != "urn:motcua:intake"
    ]
    assert sorted(from_actions) == sorted({one.event_id for one in answers if one.event_id})


@quick
@given(batches)
def test_recording_everything_twice_changes_nothing_and_recorded_answers_are_equal(sent: list[list[Action]]) -> None:
    store = InMemoryStore()
    first = [one for batch in sent for one in ledger(store).record(batch, NOW)]
    before = list(store.log)
    again = [one for batch in sent for one in ledger(store).record(batch, NOW)]
    recorded = [(told(one), told(two)) for one, two in zip(first, again, strict=True) if one.is_recorded]
    assert all(one == two for one, two in recorded)
    # A second pass may record what was refused before its time, but never a recorded action again.
    assert store.log[: len(before)] == before
    assert_whole(store)


@quick
@given(batches, st.integers(1, 7))
def test_how_actions_are_cut_into_batches_changes_nothing(sent: list[list[Action]], size: int) -> None:
    flat = [one for batch in sent for one in batch]
    whole, cut = InMemoryStore(), InMemoryStore()
    recording = ledger(cut, memory=100)
    at_once = ledger(whole).record(flat, NOW)
    in_parts = [one for start in range(0, len(flat), size) for one in recording.record(flat[start : start + size], NOW)]
    assert [told(one) for one in at_once] == [told(one) for one in in_parts]
    assert whole.log == cut.log


@quick
@given(batches, st.lists(st.sampled_from(["none", "conflict", "away", "committed"]), max_size=8))
def test_failures_of_the_store_neither_lose_nor_double_anything(sent: list[list[Action]], failures: list[str]) -> None:
    """The sender repeats what was not answered, as docs/connecting.md tells him."""
    store = InMemoryStore()
    recording, waiting = ledger(store), list(failures)
    answers: list[Answer] = []
    for batch in sent:
        for _ in range(len(failures) + 1):
            failure = waiting.pop(0) if waiting else "none"
            store.commits_all_the_same = failure == "committed"
            store.failures = {
                "none": [], "conflict": [AppendConflictError("x")], "away": [StoreUnavailableError("x")],
                "committed": [StoreUnavailableError("x")],
            }[failure]  # fmt: skip
            try:
                answers += recording.record(batch, NOW)
            except StoreUnavailableError:
                continue
            break
        else:
            pytest.fail("more failures than tries")
        store.failures = []
    assert_whole(store)
    stored = {one.structured["id"]: one.structured["hash"] for one in store.read_after(0, 10_000)}
    assert all(stored[one.event_id] == one.hash for one in answers if one.is_recorded)
    from_actions = {key for key in stored if key in {one.event_id for batch in sent for one in batch}}
    assert from_actions == {one.event_id for one in answers if one.is_recorded}
