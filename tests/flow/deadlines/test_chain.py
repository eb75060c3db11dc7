"""A forged record is a dead letter and a flag, and the true dossier goes on as if it had not been there (ADR 0027)."""

from typing import Any

import pytest
from msgspec.structs import replace

from events.codec import to_kafka
from events.dossier import IntegrityFlagRaised
from events.topics import Topic
from rules.clocks.state import StreamState
from services.deadlines.app import Worker
from tests.flow.deadlines.dossiers import Dossier, at, term
from tests.flow.deadlines.running import Sent, put, put_events, put_tick, record
from tests.forging import FORGERIES, Raw, of_a_number_that_was, too_early

KNOWN_AT = at("2026-03-03T08:00:02")


def life(dossier_id: str = "a") -> Dossier:
    dossier = Dossier(dossier_id).accepted("2026-03-02T08:00", term(5)).asked("2026-03-03T08:00")
    return dossier.supplemented("2026-03-05T08:00").step("2026-03-05T09:00")


async def put_raw(worker: Worker, raw: Raw) -> None:
    await put(worker, record(Topic.DOSSIER_EVENTS, *raw, KNOWN_AT))


def state_of(worker: Worker, dossier_id: str = "a") -> StreamState:
    state = worker.clocks.get(dossier_id.encode(), 0)
    assert state is not None
    return state


async def due_of_the_true_one(worker: Worker) -> Any:
    """Of the same life under another id, which nobody forged."""
    await put_events(worker, life("true").events)
    return state_of(worker, "true").clocks[0].lawful_due_at


def reasons(sent: Sent) -> list[str]:
    return [dict(letter["headers"])["dlq_reason"].decode() for letter in sent.letters]


def flags(sent: Sent) -> list[IntegrityFlagRaised]:
    return [event.data for event in sent.events() if isinstance(event.data, IntegrityFlagRaised)]


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_forged_record_before_the_true_one_does_not_hide_it(worker: Worker, sent: Sent, name: str) -> None:
    forge, why = FORGERIES[name]
    true, forged = life(), forge(life().events, 2)
    await put_events(worker, true.events[:1])
    await put_raw(worker, forged)
    await put_events(worker, true.events[1:])
    assert reasons(sent) == [f"ChainBreakError: {why}"]
    assert (sent.letters[0]["key"], sent.letters[0]["value"]) == forged[:2]
    (flag,) = flags(sent)
    assert (flag.kind, flag.rule, flag.detail) == ("put_aside", "B16", f"ChainBreakError: {why}")
    assert flag.target_event_id == "forged-2"
    state = state_of(worker)
    assert (state.seq, state.ending, state.aside) == (4, None, "")
    assert state.clocks[0].lawful_due_at == await due_of_the_true_one(worker)
    assert sent.kinds().count("set") == 2


async def test_a_forged_first_record_does_not_hide_the_acceptance(worker: Worker, sent: Sent) -> None:
    for name in ("without a hash", "with a wrong predecessor"):
        await put_raw(worker, FORGERIES[name][0](life().events, 1))
    assert worker.clocks.get(b"a", 0) is None
    await put_events(worker, life().events)
    assert reasons(sent) == [
        "ChainBreakError: it has no hash", "ChainBreakError: a first event that has one before it"
    ]  # fmt: skip
    assert state_of(worker).clocks[0].lawful_due_at == await due_of_the_true_one(worker)


@pytest.mark.parametrize("number", [2, 4])
async def test_a_number_that_already_was_is_no_second_time_somebody_elses(
    worker: Worker, sent: Sent, number: int
) -> None:
    await put_events(worker, life().events)
    before = state_of(worker)
    await put_raw(worker, of_a_number_that_was(life().events, number))
    assert reasons(sent) == [f"ChainBreakError: a second event of number {number}"]
    assert state_of(worker) is before
    assert len(flags(sent)) == 1


async def test_a_record_that_comes_again_breaks_nothing(worker: Worker, sent: Sent) -> None:
    await put_events(worker, life().events)
    await put_events(worker, life().events)
    await put_events(worker, life().events[1:2])
    assert (sent.letters, flags(sent)) == ([], [])


async def test_a_whole_record_that_comes_too_early_holds_the_clock_until_the_true_next_one_comes(
    worker: Worker, sent: Sent
) -> None:
    true = life()
    await put_events(worker, true.events[:1])
    await put_raw(worker, too_early(true.events, 9))
    assert reasons(sent) == ["PutAsideError: StreamGapError: event forged-9 has number 9 and follows number 1"]
    await put_tick(worker, b"a", at("2026-03-03T07:59"))
    await put_events(worker, true.events[1:])
    state = state_of(worker)
    assert (state.seq, state.aside, len(sent.letters)) == (4, "", 1)
    assert state.clocks[0].lawful_due_at == await due_of_the_true_one(worker)
    await put_tick(worker, b"a", at("2026-04-01T08:00"))
    assert "breached" in sent.kinds()


async def test_missing_events_that_come_after_all_take_the_dossier_up_again(worker: Worker, sent: Sent) -> None:
    true = life()
    await put_events(worker, [true.events[0], true.events[2], true.events[3]])
    assert len(sent.letters) == 2
    await put_events(worker, true.events[1:])  # what was lost, and the dead letters sent again
    assert (state_of(worker).seq, state_of(worker).aside, len(sent.letters)) == (4, "", 2)
    assert state_of(worker).clocks[0].lawful_due_at == await due_of_the_true_one(worker)


async def test_a_beginning_that_comes_after_all_takes_the_dossier_up_too(worker: Worker, sent: Sent) -> None:
    true = life()
    await put_raw(worker, to_kafka(true.events[1]))
    assert "StreamGapError" in reasons(sent)[0]
    await put_events(worker, true.events)
    assert state_of(worker).clocks[0].lawful_due_at == await due_of_the_true_one(worker)


async def test_a_state_of_before_hashes_were_kept_goes_on_and_is_checked_from_then_on(
    worker: Worker, sent: Sent
) -> None:
    true = life()
    await put_events(worker, true.events[:2])
    worker.clocks.put(b"a", replace(state_of(worker), links=b""), 0)
    await put_events(worker, true.events[1:3])
    await put_raw(worker, FORGERIES["with a wrong predecessor"][0](true.events, 4))
    await put_events(worker, true.events[3:])
    assert reasons(sent) == ["ChainBreakError: it does not follow from the event before"]
    assert state_of(worker).clocks[0].lawful_due_at == await due_of_the_true_one(worker)


async def test_a_forged_record_is_told_in_the_log_and_stops_nobody_else(
    worker: Worker, sent: Sent, caplog: pytest.LogCaptureFixture
) -> None:
    other = Dossier("other").accepted("2026-03-02T08:00", term(5))
    await put_events(worker, life().events[:1])
    forged = record(Topic.DOSSIER_EVENTS, *FORGERIES["without a hash"][0](life().events, 2), KNOWN_AT)
    await put(worker, forged, record(Topic.DOSSIER_EVENTS, *to_kafka(other.events[0]), KNOWN_AT))
    assert sent.kinds() == ["set", "integrity-flag-raised", "set"]
    (line,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert line.message == "dossier-events-0@7 is put aside: ChainBreakError: it has no hash (1 since start)"
