"""DR-30: an acceptance that a source sends again under a new code is linked to its dossier, whichever door it comes by."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.domain.actions import Action, Answer
from services.intake.domain.naming import dossier_id_of
from services.intake.pipeline import ActionRecorder
from tests.fakes.in_memory_store import InMemoryStore
from tests.flow.intake.conftest import Door
from tests.flow.intake.test_recording import second_ledger
from tests.unit.intake.counter import HISTORY_SOURCE, NOW, SOURCE, START, action, raw_action

FIRST = action("dossier-accepted.v1", 0, subject="HS-1")
HISTORY: dict[str, Any] = {"source": HISTORY_SOURCE, "history": True}


def again(code: str = "HS-2", previous: str = "HS-1", number: int = 0, **attributes: Any) -> Action:
    data = {"previous_code": previous, **attributes.pop("data", {})}
    return action("dossier-accepted.v1", number, subject=code, data=data, **attributes)


def codes(answers: list[Answer]) -> list[str]:
    return [one.refusal.code if one.refusal else "recorded" for one in answers]


def stored(store: InMemoryStore) -> list[Any]:
    return [one.structured for one in store.read_after(0, 1_000)]


def flags(store: InMemoryStore) -> list[Any]:
    return [one["data"] for one in stored(store) if one["type"] == "integrity-flag-raised.v1"]


def test_what_is_accepted_again_under_a_new_code_is_the_assignment_of_that_code(
    ledger: ActionRecorder, store: InMemoryStore
) -> None:
    first, linked = ledger.record([FIRST, again()], NOW)
    assert linked.dossier_id == first.dossier_id
    assert linked.stream_seq == 2
    one = stored(store)[1]
    assert (one["type"], one["dossiercode"], one["time"]) == (
        "dossier-code-assigned.v1",
        "HS-2",
        FIRST.occurred_at.isoformat(),
    )
    assert (one["data"]["code"], one["data"]["previous_code"]) == ("HS-2", "HS-1")
    assert one["data"]["resent_acceptance"]["procedure_code"] == "1.004873"
    assert flags(store) == []


def test_later_actions_under_either_code_come_to_the_same_dossier(ledger: ActionRecorder) -> None:
    ledger.record([FIRST, again()], NOW)
    one, two, three = ledger.record(
        [
            action("supplement-requested.v1", 1, subject="HS-2"),
            action("supplement-completed.v1", 2, subject="HS-1"),
            action("result-ready-at-counter.v1", 3, subject="HS-2"),
        ],
        NOW,
    )
    assert [one.stream_seq, two.stream_seq, three.stream_seq] == [3, 4, 5]
    assert {one.dossier_id, two.dossier_id, three.dossier_id} == {str(FIRST.dossier_id)}


def test_all_of_it_in_one_batch_and_again_by_a_process_that_remembers_nothing(
    ledger: ActionRecorder, store: InMemoryStore
) -> None:
    told = [FIRST, again(), again("HS-3", "HS-2"), action("step-started.v1", 1, subject="HS-3")]
    answers = ledger.record(told, NOW)
    assert {one.dossier_id for one in answers} == {str(FIRST.dossier_id)}
    repeated = second_ledger(store).record(told, NOW)
    assert [one.hash for one in repeated] == [one.hash for one in answers]
    assert all(one.is_replay for one in repeated)
    (later,) = second_ledger(store).record([action("step-completed.v1", 2, subject="HS-2")], NOW)
    assert (later.dossier_id, later.stream_seq) == (str(FIRST.dossier_id), 5)


def test_our_own_id_names_the_dossier_too_also_for_another_source(ledger: ActionRecorder) -> None:
    first, linked = ledger.record([FIRST, again(previous=str(FIRST.dossier_id), source="/bo/nganh")], NOW)
    assert linked.dossier_id == first.dossier_id


def test_the_same_subject_with_another_dossier_code_is_sent_again_too(
    ledger: ActionRecorder, store: InMemoryStore
) -> None:
    anew = action("dossier-accepted.v1", 1, subject="HS-1", dossiercode="H57-0001")
    assert codes(ledger.record([FIRST, anew], NOW)) == ["recorded", "recorded"]
    assert stored(store)[1]["data"]["code"] == "H57-0001"
    (later,) = ledger.record([action("step-started.v1", 2, subject="H57-0001")], NOW)
    assert later.dossier_id == str(FIRST.dossier_id)
    twice = action("dossier-accepted.v1", 3, subject="HS-1", dossiercode="H57-0001")
    assert codes(ledger.record([twice], NOW)) == ["already-accepted"]


def test_without_a_word_of_the_earlier_code_it_is_another_dossier(ledger: ActionRecorder) -> None:
    one, two = ledger.record([FIRST, action("dossier-accepted.v1", 0, subject="HS-2")], NOW)
    assert one.dossier_id != two.dossier_id


def test_nobody_gains_time_what_is_said_otherwise_is_flagged_and_the_first_binds(
    ledger: ActionRecorder, store: InMemoryStore
) -> None:
    later = again(number=24, data={"term": {"value": 30, "unit": "working_day"}}, unitid=9)
    assert codes(ledger.record([FIRST, later], NOW)) == ["recorded", "recorded"]
    (flag,) = flags(store)
    assert (flag["kind"], flag["rule"], flag["target_event_id"]) == ("redated", "DR-30", later.event_id)
    for part in (
        "time 2026-03-03T08:00:00+07:00",
        "unitid 9 instead of 5",
        "term 30 working_day instead of 7 working_day",
    ):
        assert part in flag["detail"]
    state = store.load([FIRST.dossier_id])[FIRST.dossier_id]
    assert (state.accepted_at, state.held_by_unit_id) == (START, 5)


def test_an_acceptance_that_was_corrected_binds_as_corrected(ledger: ActionRecorder, store: InMemoryStore) -> None:
    right = {"time": "2026-03-02T08:05:00+07:00"}
    corrected = action("event-corrected.v1", 1, data={"target_event_id": FIRST.event_id, "corrected_fields": right})
    ledger.record([FIRST, corrected, again(time=right["time"])], NOW)
    assert [one["rule"] for one in flags(store)] == ["B14"]


@pytest.mark.parametrize("ended", ["result-ready-at-counter.v1", "dossier-withdrawn.v1"])
def test_what_has_ended_stays_ended(ledger: ActionRecorder, ended: str) -> None:
    assert codes(ledger.record([FIRST, action(ended, 1), again(number=5)], NOW)) == ["recorded"] * 3
    assert codes(ledger.record([action("step-started.v1", 6, subject="HS-2")], NOW)) == ["already-ended"]


def test_it_may_be_told_of_any_time_and_moves_the_order_of_none(ledger: ActionRecorder) -> None:
    told = [FIRST, action("step-started.v1", 10), again(number=0), action("step-completed.v1", 10, subject="HS-2")]
    assert codes(ledger.record(told, NOW)) == ["recorded"] * 4
    assert codes(ledger.record([again("HS-4", number=30), action("step-started.v1", 11, subject="HS-2")], NOW)) == [
        "recorded",
        "recorded",
    ]


def test_an_unknown_code_is_linked_to_nothing(ledger: ActionRecorder, store: InMemoryStore) -> None:
    assert codes(ledger.record([again()], NOW)) == ["previous-code-unknown"]
    assert codes(ledger.record([again(previous="HS-9", **HISTORY)], NOW)) == ["previous-code-unknown"]
    assert stored(store) == []


@pytest.mark.parametrize("event_type", ["dossier-accepted.v1", "dossier-submitted.v1", "feedback-received.v1"])
def test_a_code_under_which_something_began_is_no_new_code(ledger: ActionRecorder, event_type: str) -> None:
    answers = ledger.record([FIRST, action(event_type, 0, subject="HS-2"), again(number=1)], NOW)
    assert codes(answers) == ["recorded", "recorded", "code-in-use"]
    assigned = action("dossier-code-assigned.v1", 2, data={"code": "HS-2"})
    assert codes(ledger.record([assigned], NOW)) == ["code-in-use"]


def test_a_code_of_one_dossier_is_not_given_to_another(ledger: ActionRecorder) -> None:
    other = action("dossier-accepted.v1", 0, subject="HS-7")
    told = [FIRST, other, again(), again(previous="HS-7", number=1)]
    assert codes(ledger.record(told, NOW)) == ["recorded", "recorded", "recorded", "code-in-use"]
    assert codes(ledger.record([again(previous="HS-7", number=2)], NOW)) == ["code-in-use"]


def test_under_a_linked_code_nothing_begins_anew(ledger: ActionRecorder) -> None:
    openers = ("dossier-accepted.v1", "dossier-submitted.v1", "feedback-received.v1")
    ledger.record([FIRST, again()], NOW)
    answers = ledger.record([action(one, 3, subject="HS-2") for one in openers], NOW)
    assert codes(answers) == ["already-accepted", "already-accepted", "not-a-feedback"]


def test_what_was_submitted_online_gets_its_code_with_its_first_acceptance(
    ledger: ActionRecorder, store: InMemoryStore
) -> None:
    submitted = action("dossier-submitted.v1", 0, subject="DVC-1")
    accepted = again("HS-2", "DVC-1", number=2)
    one, two = ledger.record([submitted, accepted], NOW)
    assert (one.dossier_id, two.stream_seq) == (two.dossier_id, 2)
    assert [(event["type"], event["dossiercode"]) for event in stored(store)] == [
        ("dossier-submitted.v1", "DVC-1"),
        ("dossier-accepted.v1", "HS-2"),
    ]
    answers = ledger.record([action("step-started.v1", 3, subject=code) for code in ("HS-2", "DVC-1")], NOW)
    assert {one.dossier_id for one in answers} == {one.dossier_id for one in (one, two)}


def test_a_code_alone_may_be_told(ledger: ActionRecorder, store: InMemoryStore) -> None:
    assigned = action("dossier-code-assigned.v1", 1, data={"code": "H57-0001"})
    later = action("step-started.v1", 2, subject="H57-0001")
    assert {one.dossier_id for one in ledger.record([FIRST, assigned, later], NOW)} == {str(FIRST.dossier_id)}
    assert codes(ledger.record([action("dossier-code-assigned.v1", 1, subject="HS-9")], NOW)) == ["not-accepted-yet"]
    assert flags(store) == []


def test_history_sends_again_in_its_turn_only(ledger: ActionRecorder) -> None:
    first = action("dossier-accepted.v1", 0, subject="HS-1", **HISTORY)
    assert codes(ledger.record([first, again(**HISTORY)], NOW)) == ["recorded", "recorded"]
    live = action("step-started.v1", 1, subject=str(first.dossier_id))
    assert codes(ledger.record([live, again("HS-3", number=2, **HISTORY)], NOW)) == [
        "recorded",
        "history-on-live-dossier",
    ]


def test_two_processes_that_link_and_begin_under_one_code_at_once_do_one_of_both(
    ledger: ActionRecorder, store: InMemoryStore
) -> None:
    """Each decides before the other has stored: the second to store is told, and decides again."""
    ledger.record([FIRST], NOW)
    other = second_ledger(store)
    before = store.append

    def first_the_other(*args: Any, **named: Any) -> None:
        store.append = before  # type: ignore[method-assign]
        assert codes(other.record([action("dossier-accepted.v1", 0, subject="HS-2")], NOW)) == ["recorded"]
        before(*args, **named)

    store.append = first_the_other  # type: ignore[method-assign]
    assert codes(ledger.record([again(number=1)], NOW)) == ["code-in-use"]

    def first_the_link(*args: Any, **named: Any) -> None:
        store.append = before  # type: ignore[method-assign]
        assert codes(other.record([again("HS-5", number=2)], NOW)) == ["recorded"]
        before(*args, **named)

    store.append = first_the_link  # type: ignore[method-assign]
    assert codes(ledger.record([action("dossier-accepted.v1", 5, subject="HS-5")], NOW)) == ["already-accepted"]


async def test_a_look_up_finds_it_by_each_of_its_codes(door: Door) -> None:
    door.clock.at = START + timedelta(days=3)
    sent_again = raw_action("dossier-accepted.v1", 1, subject="HS-2", data={"previous_code": "HS-1"})
    status, answers, _ = await door.post([raw_action("dossier-accepted.v1", subject="HS-1"), sent_again])
    assert (status, answers["recorded"]) == (200, 2)
    for subject in ("HS-1", "HS-2", str(dossier_id_of(SOURCE, "HS-1"))):
        async with door.client.get(f"/v1/dossiers/{subject}", params={"source": SOURCE}) as response:
            found = await response.json()
        assert (response.status, found["dossier_id"]) == (200, str(dossier_id_of(SOURCE, "HS-1")))
