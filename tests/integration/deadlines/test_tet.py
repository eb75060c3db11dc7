"""Everything is off over Tết: what fell due meanwhile is found once when it is on again, and shows that it was found late.

The log's times are those of February 2026 (records bear their own time here), and the worker's clock is set to them. What must
be found is written out by hand: on Friday the 13th the offices close, and open again on Monday the 23rd.
"""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from events.codec import to_kafka
from events.dossier import StepStarted
from events.topics import Topic
from tests.embedded.broker import start_kafka
from tests.flow.deadlines.dossiers import HANOI, Dossier, at, term
from tests.integration.deadlines.expected import expected_of_log
from tests.integration.deadlines.harness import GRACE, Reader, WorkerProcess, drained, make_topics
from tests.integration.deadlines.test_worker import said_by_id, until_said
from tests.waiting import stays_async

pytestmark = pytest.mark.integration

OFF, ON = at("2026-02-12T16:00"), at("2026-02-24T08:00")


def lives() -> list[Dossier]:
    promised = at("2026-02-13T17:00")
    return [
        Dossier("due on the eve").accepted("2026-02-10T09:00", term(3)),
        Dossier("due on the first day").accepted("2026-02-09T09:00", term(5)),
        Dossier("due today").accepted("2026-02-09T09:00", term(6)),
        Dossier("with a step")
        .accepted("2026-02-09T09:00", term(20))
        .then("2026-02-11T09:00", StepStarted(step_code="TD", budget=term(2))),
        Dossier("promised for the eve").accepted("2026-02-09T09:00", term(2)).apologised("2026-02-12T09:00", promised),
        Dossier("waits for the citizen").accepted("2026-02-10T09:00", term(3)).asked("2026-02-11T10:00"),
        Dossier("ended").accepted("2026-02-10T09:00", term(3)).ready("2026-02-12T15:00"),
    ]


MISSED = {
    "due on the eve": [
        "02-13 07:30 deadline-near-due A4",
        "02-13 17:00 apology-required",
        "02-13 17:00 dossier-breached",
        "02-23 17:00 escalation-raised B1",
    ],
    "due on the first day": [
        "02-13 07:30 deadline-near-due A3",
        "02-13 07:30 apology-pending-raised",
        "02-23 07:30 deadline-near-due A4",
        "02-23 17:00 apology-required",
        "02-23 17:00 dossier-breached",
    ],
    "due today": [
        "02-23 07:30 deadline-near-due A3",
        "02-23 07:30 apology-pending-raised",
        "02-24 07:30 deadline-near-due A4",
    ],
    "with a step": ["02-13 07:30 deadline-near-due A4", "02-13 17:00 step-breached"],
    "promised for the eve": [
        "02-14 00:00 second-breach-recorded",
        "02-14 00:00 escalation-raised B3",
        "02-23 17:00 escalation-raised B2",
    ],
}


async def publish(bootstrap: str) -> None:
    """Each event as a record of the instant at which it was recorded."""
    events = sorted((one for life in lives() for one in life.events), key=lambda one: one.envelope.recorded_at)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    for event in events:
        key, value, headers = to_kafka(event)
        known_at = round(event.envelope.recorded_at.timestamp() * 1000)
        await producer.send(Topic.DOSSIER_EVENTS.value, value, key=key, headers=headers, timestamp_ms=known_at)
    await producer.stop()


def worker_at(moment: datetime, bootstrap: str, folder: Path) -> WorkerProcess:
    offset = (moment - datetime.now(UTC)).total_seconds()
    return WorkerProcess(bootstrap, folder, MOTCUA_DEADLINES_CLOCK_OFFSET_SECONDS=str(offset)).start()


async def says(bootstrap: str, worker: WorkerProcess, moment: datetime) -> list[Any]:
    """All that stands on deadline-events, once it is what the pure rules say until a moment; each stands there once."""
    expected = await expected_of_log(bootstrap, moment - GRACE)
    async with Reader(bootstrap, Topic.DEADLINE_EVENTS) as reader:
        await until_said(worker, reader, expected, 20)

        async def has_said_no_more() -> bool:
            return len(await reader.more(500)) == len(expected)

        await stays_async(has_said_no_more, 1.5, lambda: len(reader.records))
        assert said_by_id(reader) == expected
        return reader.records


def found_late(records: list[Any]) -> dict[str, list[str]]:
    """By dossier: the instant, type and rung of what was noticed after the offices had opened again, in order."""
    found: dict[str, list[tuple[datetime, int, str]]] = {}
    for number, record in enumerate(records):
        named = {name: value.decode() for name, value in record.headers}
        due_at, noticed_at = datetime.fromisoformat(named["ce_time"]), datetime.fromisoformat(named["ce_recordedat"])
        if noticed_at >= ON:
            rung = record.value.partition(b'"rung":"')[2][:2].decode()
            told = f"{due_at.astimezone(HANOI):%m-%d %H:%M} {named['ce_type'].removesuffix('.v1')} {rung}".strip()
            found.setdefault(record.key.decode(), []).append((due_at, number, told))
    return {key: [told for _, _, told in sorted(of_key)] for key, of_key in found.items()}


@pytest.mark.timeout(120)
async def test_what_fell_due_over_tet_while_all_was_off_is_found_once_and_late(tmp_path: Path) -> None:
    kafka = start_kafka(tmp_path / "kafka", flush_each_append=True)
    worker = None
    try:
        await make_topics(kafka.bootstrap_servers, has_own_times=True)
        await publish(kafka.bootstrap_servers)
        worker = worker_at(OFF, kafka.bootstrap_servers, tmp_path / "worker")
        before = await says(kafka.bootstrap_servers, worker, OFF)
        assert found_late(before) == {}
        await drained(kafka.bootstrap_servers, Topic.DOSSIER_EVENTS)
        worker.kill()
        await asyncio.to_thread(kafka.kill)

        kafka = await asyncio.to_thread(start_kafka, kafka.data_dir, kafka.port)
        worker = worker_at(ON, kafka.bootstrap_servers, tmp_path / "worker")
        after = await says(kafka.bootstrap_servers, worker, ON)
        assert found_late(after) == MISSED
        assert len(after) == len(before) + sum(map(len, MISSED.values()))

        await drained(kafka.bootstrap_servers, Topic.DEADLINE_TICKS)
        assert worker.stop() == 0
        worker = worker_at(ON, kafka.bootstrap_servers, tmp_path / "worker")
        await worker.logged("open clocks are whole")
        assert len(await says(kafka.bootstrap_servers, worker, ON)) == len(after)
    finally:
        if worker is not None and worker.is_running():
            worker.kill()
        kafka.stop()
