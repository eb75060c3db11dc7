"""The one decision path over a store: once, in order, and safe against everything that can go wrong between."""

from datetime import timedelta

import pytest

from events.hash_chain import first_break
from services.intake.adapters.known_states import KnownStates
from services.intake.domain.actions import Answer
from services.intake.pipeline import ActionRecorder
from services.intake.ports import AppendConflictError, StoreUnavailableError
from tests.fakes.in_memory_store import InMemoryStore
from tests.unit.intake.counter import NOW, action, judge

ACCEPTED = action("dossier-accepted.v1", 0)
STARTED = action("step-started.v1", 1)
READY = action("result-ready-at-counter.v1", 2)
DELIVERED = action("result-delivered.v1", 3)


def second_ledger(store: InMemoryStore) -> ActionRecorder:
    """Another intake process on the same store."""
    return ActionRecorder(store=store, judge=judge(), known_states=KnownStates(100))


def codes(answers: list[Answer]) -> list[str]:
    return [one.refusal.code if one.refusal else "recorded" for one in answers]


def chain(store: InMemoryStore) -> list[dict[str, object]]:
    return [dict(entry.structured) for entry in store.read_after(0, 1_000)]


def test_the_same_action_is_recorded_once_and_answered_equally(ledger: ActionRecorder, store: InMemoryStore) -> None:
    (first,) = ledger.record([ACCEPTED], NOW)
    (second,) = ledger.record([ACCEPTED], NOW + timedelta(days=1))
    assert (first.is_replay, second.is_replay) == (False, True)
    assert (first.event_id, first.hash, first.recorded_at, first.stream_seq) == (
        second.event_id, second.hash, second.recorded_at, second.stream_seq,
    )  # fmt: skip
    assert store.last_id() == 1


def test_a_duplicate_within_one_batch_is_a_replay_and_other_contents_are_refused(
    ledger: ActionRecorder, store: InMemoryStore
) -> None:
    other = action("dossier-accepted.v1", 0, unitid=6)
    answers = ledger.record([ACCEPTED, ACCEPTED, other, STARTED], NOW)
    assert codes(answers) == ["recorded", "recorded", "id-reused", "recorded"]
    assert answers[0].hash == answers[1].hash
    assert store.last_id() == 2


def test_a_refused_action_does_not_hold_up_others_but_what_depends_on_it_is_refused(ledger: ActionRecorder) -> None:
    unknown = action("dossier-accepted.v1", 0, subject="HS-2", data={"calendar_id": "nowhere"})
    depending = action("step-started.v1", 1, subject="HS-2")
    answers = ledger.record([unknown, depending, ACCEPTED, STARTED], NOW)
    assert codes(answers) == ["unknown-calendar", "not-accepted-yet", "recorded", "recorded"]


def test_a_refused_action_is_not_remembered_and_may_be_mended_under_its_id(ledger: ActionRecorder) -> None:
    assert codes(ledger.record([action("dossier-accepted.v1", id="a", data={"calendar_id": "nowhere"})], NOW)) == [
        "unknown-calendar"
    ]
    assert codes(ledger.record([action("dossier-accepted.v1", id="a")], NOW)) == ["recorded"]


def test_a_conflict_is_decided_again_on_what_the_other_process_recorded(
    ledger: ActionRecorder, store: InMemoryStore
) -> None:
    ledger.record([ACCEPTED], NOW)
    assert codes(second_ledger(store).record([action("dossier-withdrawn.v1", 1)], NOW)) == ["recorded"]
    assert codes(ledger.record([STARTED], NOW)) == ["already-ended"]
    assert store.last_id() == 2


def test_nobody_is_refused_on_an_old_memory(ledger: ActionRecorder, store: InMemoryStore) -> None:
    ledger.record([ACCEPTED], NOW)
    assert codes(second_ledger(store).record([READY], NOW)) == ["recorded"]
    assert codes(ledger.record([DELIVERED], NOW)) == ["recorded"]
    assert first_break(chain(store)) is None


def test_the_same_action_by_two_processes_is_recorded_once(ledger: ActionRecorder, store: InMemoryStore) -> None:
    ledger.record([ACCEPTED], NOW)
    other = second_ledger(store)
    assert other.record([STARTED], NOW)[0].hash == ledger.record([STARTED], NOW)[0].hash
    assert store.last_id() == 2


def test_a_conflict_that_never_ends_is_told_as_unavailable(ledger: ActionRecorder, store: InMemoryStore) -> None:
    store.failures = [AppendConflictError("x")] * 100
    with pytest.raises(StoreUnavailableError):
        ledger.record([ACCEPTED], NOW)
    assert store.last_id() == 0


@pytest.mark.parametrize("is_committed", [False, True])
def test_after_a_commit_of_unknown_outcome_the_same_action_is_recorded_exactly_once(
    ledger: ActionRecorder, store: InMemoryStore, is_committed: bool
) -> None:
    ledger.record([ACCEPTED], NOW)
    store.failures, store.commits_all_the_same = [StoreUnavailableError("broken line")], is_committed
    with pytest.raises(StoreUnavailableError):
        ledger.record([STARTED], NOW)
    assert store.last_id() == (2 if is_committed else 1)
    store.commits_all_the_same = False
    (answer,) = ledger.record([STARTED], NOW)
    assert answer.is_replay is is_committed
    assert codes(ledger.record([READY], NOW)) == ["recorded"]
    assert first_break(chain(store)) is None
    assert store.last_id() == 3


def test_a_conflict_with_our_own_unacknowledged_commit_is_a_replay(
    ledger: ActionRecorder, store: InMemoryStore
) -> None:
    """As when the library repeats an insert whose commit it was not told of."""
    store.failures, store.commits_all_the_same = [AppendConflictError("there already")], True
    (answer,) = ledger.record([ACCEPTED], NOW)
    assert answer.is_recorded
    assert store.last_id() == 1


def test_memory_is_bounded_and_what_falls_out_is_loaded_again(ledger: ActionRecorder, store: InMemoryStore) -> None:
    subjects = [f"HS-{number}" for number in range(8)]
    ledger.record([action("dossier-accepted.v1", subject=one) for one in subjects], NOW)
    assert len(ledger.known_states) == 3
    assert (
        codes(ledger.record([action("step-started.v1", 1, subject=one) for one in subjects], NOW)) == ["recorded"] * 8
    )
    assert store.last_id() == 16


def test_an_action_that_another_process_records_between_two_questions_is_a_replay_not_a_refusal(
    ledger: ActionRecorder, store: InMemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Receipts are asked for first and states after; here the other process is faster in between."""
    load, other, told = store.load, second_ledger(store), []

    def load_late(dossier_ids: object) -> object:
        if not told:
            told.append(True)
            assert codes(other.record([ACCEPTED], NOW)) == ["recorded"]
        return load(dossier_ids)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "load", load_late)
    (answer,) = ledger.record([ACCEPTED], NOW)
    assert (answer.is_recorded, answer.is_replay, store.last_id()) == (True, True, 1)
