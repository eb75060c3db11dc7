"""Records through Faust's own agents without a broker: decode, fold, send, store, tick, remember."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import faust
import pytest

from events.codec import from_kafka, to_kafka
from events.envelope import Event
from services.deadlines.adapters.faust_agents import SAID_HEADER
from services.deadlines.adapters.ticker import Tick, tick_bytes
from services.deadlines.app import Worker, make_app
from services.deadlines.config import DeadlinesConfig
from services.deadlines.domain.errors import StreamGapError
from tests.unit.deadlines.life import Life, at, kinds, term


@dataclass
class MovableClock:
    at: datetime = field(default_factory=lambda: datetime(2026, 3, 2, 8, 0, tzinfo=UTC))

    def now(self) -> datetime:
        return self.at


@dataclass
class Sent:
    """What the agents sent, instead of a broker."""

    records: list[dict[str, Any]] = field(default_factory=list)
    letters: list[dict[str, Any]] = field(default_factory=list)

    def send_soon(self, **record: Any) -> None:
        self.records.append(record)

    async def send(self, **record: Any) -> Any:
        self.letters.append(record)

        async def written() -> None:
            return None

        return written()

    def events(self) -> list[Event]:
        return [from_kafka(record["value"], record["headers"]) for record in self.records]


CLOCK = MovableClock()


@pytest.fixture
async def worker(tmp_path: Path) -> AsyncIterator[Worker]:
    config = DeadlinesConfig(bootstrap_servers="127.0.0.1:1", data_dir=tmp_path)
    made = make_app(config, clock=CLOCK, store="memory://")
    made.app.finalize()
    made.app.flow_control.resume()
    with patch.object(type(made.clocks.table), "send_changelog"), patch.object(faust.Event, "ack"):
        yield made


@pytest.fixture
def sent(worker: Worker) -> Iterator[Sent]:
    topics, sent = worker.agents.topics, Sent()
    with (
        patch.object(topics.deadline_events, "send_soon", sent.send_soon),
        patch.object(topics.dlq, "send", sent.send),
    ):
        yield sent


async def put(worker: Worker, agent: str, key: bytes, value: bytes, headers: list[tuple[str, bytes]]) -> None:
    async with worker.app.agents[agent].test_context() as running:
        await running.put(value, key=key, headers=headers)


async def put_event(worker: Worker, event: Event) -> None:
    key, value, headers = to_kafka(event)
    await put(worker, "dossier-events", key, value, headers)


async def test_an_event_is_folded_into_the_table_and_its_words_are_sent(worker: Worker, sent: Sent) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00")
    await put_event(worker, life.events[0])
    await put_event(worker, life.events[1])
    assert kinds(sent.events()) == ["set", "met early"]
    assert worker.clocks.get(life.dossier_id.encode()) is not None
    assert {record["partition"] for record in sent.records} == {0}


async def test_a_tick_says_what_fell_due_and_only_its_return_is_remembered(worker: Worker, sent: Sent) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5))
    key = life.dossier_id.encode()
    await put_event(worker, life.events[0])
    tick = tick_bytes(Tick(until=at("2026-03-10T00:00"), detected_at=at("2026-03-10T00:01")))
    await put(worker, "deadline-ticks", key, tick, [])
    first = [to_kafka(event) for event in sent.events()[1:]]
    assert kinds(sent.events()) == ["set", "near-due A2", "near-due A3", "near-due A4", "apology-required", "breached"]
    await put(worker, "deadline-ticks", key, tick, [])
    assert [to_kafka(event) for event in sent.events()[6:]] == first
    with_marks = [record for record in sent.records if any(name == SAID_HEADER for name, _ in record["headers"])]
    assert with_marks == [sent.records[5], sent.records[10]]
    for record in sent.records[:6]:
        await put(worker, "deadline-events", key, record["value"], record["headers"])
    await put(worker, "deadline-ticks", key, tick, [])
    assert len(sent.records) == 11


async def test_time_does_not_count_for_imported_dossiers_until_the_import_is_silent(worker: Worker, sent: Sent) -> None:
    life = Life(is_history=True).accepted("2025-03-03T08:00", term(5))
    tick = tick_bytes(Tick(until=CLOCK.now(), detected_at=CLOCK.now()))
    await put_event(worker, life.events[0])
    await put(worker, "deadline-ticks", life.dossier_id.encode(), tick, [])
    assert kinds(sent.events()) == ["set"]
    CLOCK.at += timedelta(seconds=11)
    await put(worker, "deadline-ticks", life.dossier_id.encode(), tick, [])
    assert kinds(sent.events())[-1] == "breached"


async def test_a_finished_dossier_is_forgotten_after_its_time(worker: Worker, sent: Sent) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).ready("2026-03-03T08:00")
    key = life.dossier_id.encode()
    for event in life.events:
        await put_event(worker, event)
    for when, is_kept in (("2026-03-03T09:00:00", True), ("2026-03-03T09:00:01", False)):
        tick = tick_bytes(Tick(until=at(when), detected_at=at(when)))
        await put(worker, "deadline-ticks", key, tick, [])
        assert (worker.clocks.get(key) is not None) is is_kept


async def test_what_cannot_be_read_is_put_aside_unchanged(worker: Worker, sent: Sent) -> None:
    await put(worker, "dossier-events", b"d", b"{]", [("ce_type", b"step-started.v1"), ("dlq_reason", b"forged")])
    (letter,) = sent.letters
    assert (letter["key"], letter["value"]) == (b"d", b"{]")
    assert [name for name, _ in letter["headers"]] == [
        "ce_type",
        "dlq_topic",
        "dlq_partition",
        "dlq_offset",
        "dlq_reason",
    ]
    assert b"not JSON" in dict(letter["headers"])["dlq_reason"]
    assert worker.agents.counters.dead_letters == 1


async def test_a_record_under_the_key_of_another_dossier_is_put_aside(worker: Worker, sent: Sent) -> None:
    _, value, headers = to_kafka(Life().accepted("2026-03-02T08:00", term(5)).events[0])
    await put(worker, "dossier-events", b"another", value, headers)
    assert b"is not the subject" in dict(sent.letters[0]["headers"])["dlq_reason"]
    assert sent.records == []


async def test_a_clock_that_cannot_be_armed_is_reported_once(
    worker: Worker, sent: Sent, caplog: pytest.LogCaptureFixture
) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5), calendar_id="mars").step("2026-03-03T08:00")
    for event in life.events:
        await put_event(worker, event)
    assert sent.records == []
    assert [record.levelname for record in caplog.records if "AL-7" in record.message] == ["ERROR"]
    assert worker.agents.counters.unarmed == 1


async def test_a_gap_in_the_stream_ends_the_agent(worker: Worker, sent: Sent) -> None:
    life = Life().accepted("2026-03-02T08:00", term(5)).step("2026-03-03T08:00").ready("2026-03-04T08:00")
    await put_event(worker, life.events[0])
    with pytest.raises(StreamGapError):
        await put_event(worker, life.events[2])
