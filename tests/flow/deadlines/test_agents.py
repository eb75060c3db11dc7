"""Records through Faust's own agents without a broker: read, fold, say, keep, tick."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from faust.types import TP

from events.catalog import DOSSIER_TYPES
from events.codec import to_kafka
from events.dossier import IntegrityFlagRaised
from events.topics import Topic
from rules.clocks import falling_due
from rules.clocks.instants import micros
from services.deadlines.adapters.live.record_batches import RecordBatch
from services.deadlines.adapters.live.ticker import Tick, tick_bytes
from services.deadlines.app import Worker
from tests.flow.deadlines.dossiers import Dossier, at, term
from tests.flow.deadlines.running import Sent, put, put_events, put_tick, record
from tests.unit.deadlines.test_bulk_fold import poisonous
from tests.unit.deadlines.test_put_aside import thrown


async def test_an_event_is_folded_into_its_state_and_its_words_are_said(worker: Worker, sent: Sent) -> None:
    dossier = Dossier().accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00")
    await put_events(worker, dossier.events)
    assert sent.kinds() == ["set", "ending-classified"]
    state = worker.clocks.get(dossier.dossier_id.encode(), 0)
    assert state is not None
    assert state.seq == 2
    assert {(emitted["partition"], emitted["key"]) for emitted in sent.records} == {(0, dossier.dossier_id.encode())}


async def test_an_event_becomes_known_when_it_was_appended_to_the_microsecond(worker: Worker, sent: Sent) -> None:
    dossier = Dossier().accepted("2026-03-02T08:00", term(5))
    known_at = at("2026-03-02T08:00:01.007")
    await put_events(worker, dossier.events, known_at)
    state = worker.clocks.get(dossier.dossier_id.encode(), 0)
    assert state is not None
    assert state.known_at == micros(known_at)


async def test_an_event_that_comes_again_is_passed_over_in_silence(worker: Worker, sent: Sent) -> None:
    dossier = Dossier().accepted("2026-03-02T08:00", term(5)).step("2026-03-03T08:00")
    await put_events(worker, dossier.events)
    before, count = worker.clocks.get(dossier.dossier_id.encode(), 0), len(sent.records)
    await put_events(worker, dossier.events)
    assert worker.clocks.get(dossier.dossier_id.encode(), 0) is before
    assert len(sent.records) == count


async def test_a_tick_says_what_fell_due_once(worker: Worker, sent: Sent) -> None:
    dossier = Dossier().accepted("2026-03-02T08:00", term(5))
    key = dossier.dossier_id.encode()
    await put_events(worker, dossier.events)
    detected_at = at("2026-03-09T23:01")
    await put_tick(worker, key, at("2026-03-09T23:00"), detected_at)
    emitted = sent.kinds()
    assert emitted[0] == "set"
    assert {"near-due A2", "near-due A3", "near-due A4", "breached", "apology-required"} <= set(emitted)
    assert {event.envelope.recorded_at for event in sent.events()[1:]} == {detected_at}
    await put_tick(worker, key, at("2026-03-09T23:00"))
    assert sent.kinds() == emitted


async def test_a_tick_from_before_partitions_moved_is_passed_over(worker: Worker, sent: Sent) -> None:
    """What had been recorded before it is perhaps being read anew."""
    dossier = Dossier().accepted("2026-03-02T08:00", term(5))
    await put_events(worker, dossier.events)
    assignment_epoch = worker.ticker.assignment_epoch
    worker.ticker.halt()
    late = micros(at("2026-03-09T23:00"))
    tick = tick_bytes(Tick(until=late, detected_at=late, assignment_epoch=assignment_epoch))
    await put(worker, record(Topic.DEADLINE_TICKS, dossier.dossier_id.encode(), tick, (), at("2026-03-09T23:00")))
    assert sent.kinds() == ["set"]


async def test_time_does_not_count_for_what_is_catching_up_until_its_partition_is_silent(
    worker: Worker, sent: Sent
) -> None:
    dossier = Dossier(is_history=True).accepted("2025-03-03T08:00", term(5))
    key, imported_at = dossier.dossier_id.encode(), at("2026-03-02T08:00")
    await put_events(worker, dossier.events, imported_at)
    await put_tick(worker, key, imported_at + timedelta(seconds=8.999))
    assert sent.kinds() == ["set"]
    await put_tick(worker, key, imported_at + timedelta(seconds=9))  # with the grace of a second: ten
    assert "breached" in sent.kinds()


async def test_a_finished_dossier_is_forgotten_after_its_time(worker: Worker, sent: Sent) -> None:
    dossier = Dossier().accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00")
    key = dossier.dossier_id.encode()
    await put_events(worker, dossier.events)
    for when, is_kept in (("2026-03-03T09:00:00", True), ("2026-03-03T09:00:01", False)):
        await put_tick(worker, key, at(when))
        assert (worker.clocks.get(key, 0) is not None) is is_kept


async def test_what_is_told_of_a_dossier_whose_time_is_over_stops_nobody_though_no_tick_looked(
    worker: Worker, sent: Sent
) -> None:
    dossier = Dossier().accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00")
    dossier.delivered("2026-03-04T08:00").delivered("2026-03-05T08:00")
    await put_events(worker, dossier.events)
    assert worker.clocks.get(dossier.dossier_id.encode(), 0) is None


async def test_what_cannot_be_read_is_put_aside_unchanged(worker: Worker, sent: Sent) -> None:
    headers = [("ce_type", b"step-started.v1"), ("ce_subject", b"d"), ("dlq_reason", b"forged")]
    good = Dossier().accepted("2026-03-02T08:00", term(5)).events[0]
    bad = record(Topic.DOSSIER_EVENTS, b"d", b"{]", headers, at("2026-03-02T08:00"))
    await put(worker, bad, record(Topic.DOSSIER_EVENTS, *to_kafka(good), good.envelope.recorded_at))
    (letter,) = sent.letters
    assert (letter["key"], letter["value"]) == (b"d", b"{]")
    names = [name for name, _ in letter["headers"]]
    assert names == ["ce_type", "ce_subject", "dlq_topic", "dlq_partition", "dlq_offset", "dlq_reason"]
    assert dict(letter["headers"])["dlq_reason"] != b"forged"
    assert sent.kinds() == ["set"]


async def test_a_record_under_the_key_of_another_dossier_is_put_aside(worker: Worker, sent: Sent) -> None:
    _, value, headers = to_kafka(Dossier().accepted("2026-03-02T08:00", term(5)).events[0])
    await put(worker, record(Topic.DOSSIER_EVENTS, b"another", value, headers, at("2026-03-02T08:00")))
    assert b"is not the subject" in dict(sent.letters[0]["headers"])["dlq_reason"]
    assert sent.records == []


async def test_partitions_that_go_while_a_record_is_put_aside_take_the_rest_of_the_parcel_with_them(
    worker: Worker, sent: Sent
) -> None:
    good = Dossier().accepted("2026-03-02T08:00", term(5)).events[0]
    bad = record(Topic.DOSSIER_EVENTS, b"d", b"{]", [], at("2026-03-02T08:00"))

    async def revoke(**_: Any) -> Any:
        worker.clocks.drop()
        return await sent.send()

    record_batch = RecordBatch(
        TP(bad.topic, 0), [bad, record(Topic.DOSSIER_EVENTS, *to_kafka(good), at("2026-03-02T08:00"))], 0
    )
    with patch.object(worker.agents.dependencies.dlq, "send", revoke):
        assert not await worker.agents._fold_all(record_batch)
    assert sent.records == []


async def test_a_clock_that_cannot_be_armed_is_reported_once(
    worker: Worker, sent: Sent, caplog: pytest.LogCaptureFixture
) -> None:
    dossier = Dossier().accepted("2026-03-02T08:00", term(5), calendar_id="mars").step("2026-03-03T08:00")
    await put_events(worker, dossier.events)
    assert "clock-not-armed" in sent.kinds()
    assert [line.levelname for line in caplog.records if "AL-7" in line.message] == ["ERROR"]
    assert worker.agents.counters.unarmed == 1


async def test_an_integrity_flag_is_reported(worker: Worker, sent: Sent, caplog: pytest.LogCaptureFixture) -> None:
    dossier = Dossier().accepted("2026-03-02T08:00", term(5)).accepted("2026-03-02T09:00", term(5))
    await put_events(worker, dossier.events)
    (line,) = [line for line in caplog.records if "integrity flag" in line.message]
    assert (line.levelname, dossier.dossier_id in line.message) == ("WARNING", True)
    assert worker.agents.counters.flags == 1


async def test_a_gap_puts_its_stream_aside_and_the_others_go_on(worker: Worker, sent: Sent) -> None:
    dossier = Dossier().accepted("2026-03-02T08:00", term(5)).step("2026-03-03T08:00").ready("2026-03-04T08:00")
    other = Dossier("other").accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00")
    await put_events(worker, [dossier.events[0], other.events[0], dossier.events[2], other.events[1]])
    assert sent.kinds() == ["set", "set", "near-due A2", "integrity-flag-raised", "ending-classified"]
    (letter,) = sent.letters
    reason = dict(letter["headers"])["dlq_reason"].decode()
    assert reason.startswith("PutAsideError: StreamGapError: event")
    assert worker.agents.counters.put_aside == 1


async def test_whatever_event_the_fold_throws_at_is_a_dead_letter_and_all_others_are_told(
    worker: Worker, sent: Sent
) -> None:
    good = Dossier("good").accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00")
    await put_events(worker, good.events[:1])
    for event_type in DOSSIER_TYPES:
        poison = poisonous(event_type, f"poison of {event_type}")
        about = (poison.key, poison.value, poison.headers, at("2026-03-02T08:00:01"))
        with thrown(RuntimeError("a bug"), dict(poison.headers)["ce_id"].decode()):
            await put(worker, *(record(Topic.DOSSIER_EVENTS, *about) for _ in range(2)))
        letter = sent.letters[-1]
        assert (letter["key"], letter["value"]) == (poison.key, poison.value)
        assert dict(letter["headers"])["dlq_reason"] == b"PutAsideError: RuntimeError: a bug"
    await put_events(worker, good.events[1:])
    assert sent.kinds() == ["set", *["integrity-flag-raised"] * len(DOSSIER_TYPES), "ending-classified"]
    assert len(sent.letters) == len(DOSSIER_TYPES)


async def test_what_cannot_be_said_at_a_look_puts_its_stream_aside_and_the_next_tick_is_told(
    worker: Worker, sent: Sent
) -> None:
    bad, good = (
        Dossier("bad").accepted("2026-03-02T08:00", term(5)),
        Dossier("good").accepted("2026-03-02T08:00", term(5)),
    )
    await put_events(worker, [*bad.events, *good.events])
    real = falling_due._emit

    def emit(transition: Any, clock: Any, wake: Any) -> None:
        if clock.armed_by == bad.events[0].envelope.event_id:
            raise AssertionError("a bug")
        real(transition, clock, wake)

    with patch.object(falling_due, "_emit", emit):
        await put_tick(worker, b"bad", at("2026-03-05T08:00"))
        await put_tick(worker, b"good", at("2026-03-05T08:00"))
        await put_tick(worker, b"bad", at("2026-06-05T08:00"))
    assert sent.kinds() == ["set", "set", "integrity-flag-raised", "near-due A2"]
    state = worker.clocks.get(b"bad", 0)
    assert state is not None
    assert state.aside == "AssertionError: a bug"


async def test_what_cannot_be_written_puts_its_stream_aside(worker: Worker, sent: Sent) -> None:
    bad, good = (
        Dossier("bad").accepted("2026-03-02T08:00", term(5)),
        Dossier("good").accepted("2026-03-02T08:00", term(5)),
    )
    real = worker.agents._writer.write

    def write(dossier_id: str, emitted: Any) -> Any:
        if dossier_id == "bad" and emitted and emitted[0].kind is not IntegrityFlagRaised:
            raise OverflowError("year 0 is out of range")
        return real(dossier_id, emitted)

    with patch.object(worker.agents._writer, "write", write):
        await put_events(worker, [*bad.events, *good.events])
    assert sent.kinds() == ["integrity-flag-raised", "set"]
    assert len(sent.letters) == 1


async def test_a_look_whose_words_cannot_be_written_puts_the_stream_aside(worker: Worker, sent: Sent) -> None:
    dossier = Dossier().accepted("2026-03-02T08:00", term(5))
    await put_events(worker, dossier.events)
    real = worker.agents._writer.write

    def write(dossier_id: str, emitted: Any) -> Any:
        if emitted and emitted[0].kind is not IntegrityFlagRaised:
            raise OverflowError("year 0 is out of range")
        return real(dossier_id, emitted)

    with patch.object(worker.agents._writer, "write", write):
        await put_tick(worker, dossier.dossier_id.encode(), at("2026-03-05T08:00"))
    assert sent.kinds() == ["set", "integrity-flag-raised"]


async def test_partitions_that_move_while_a_refused_event_is_put_aside_leave_the_rest_to_somebody_else(
    worker: Worker, sent: Sent
) -> None:
    dossier = Dossier().accepted("2026-03-02T08:00", term(5)).ready("2026-03-04T08:00")

    async def revoke(**_: Any) -> Any:
        worker.clocks.drop()
        return await sent.send()

    gap = record(Topic.DOSSIER_EVENTS, *to_kafka(dossier.events[1]), at("2026-03-04T08:00"))
    with patch.object(worker.agents.dependencies.dlq, "send", revoke):
        assert not await worker.agents._fold_all(RecordBatch(TP(gap.topic, 0), [gap], 0))
    assert sent.records == []
