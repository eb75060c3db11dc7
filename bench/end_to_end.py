"""The whole system on one machine: events/s from HTTP to ClickHouse, how long one action takes, and the memory of the services.

`python -m bench.end_to_end [EVENTS]`. Starts its own stack on free ports and an empty data folder, and stops it again. The limits
are those of the first issue: 2,000 events/s; row visible p50 under 1.5 s; deadline event p50 under 0.5 s; 1.5 GiB.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

import aiohttp
import psutil
from aiokafka import AIOKafkaConsumer

from bench.table import print_table
from deploy.embedded.kafka.launch import free_port
from motcua.addresses import Addresses, found
from motcua.commands.sql_command import supervisor_client
from motcua.kafka_reading import partitions_of, started_consumer
from motcua.sending import Sender
from motcua.settling import wait_until_counted
from services.intake.config import HISTORY_SOURCES

MOTCUA = [sys.executable, "-c", "import sys; from motcua.cli import main; sys.exit(main())"]
SOURCE = "urn:motcua:demo:bench"
EVENTS = 60_000
SINGLE_ACTIONS = 40
SERVICES = ("intake", "relay", "deadlines", "stats", "web")
LIFE = (
    ("dossier-accepted.v1", "02T08:00:00", {"procedure_code": "1.001193", "term": {"value": 5, "unit": "working_day"}}),
    ("step-started.v1", "02T09:00:00", {"step_code": "TL"}),
    ("step-completed.v1", "03T09:00:00", {"step_code": "TL"}),
    ("result-issued.v1", "05T09:00:00", {"document_no": "1/QĐ", "result_kind": "granted"}),
    ("result-ready-at-counter.v1", "05T10:00:00", {"document_no": "1/QĐ"}),
    ("result-delivered.v1", "06T09:00:00", {"method": "counter"}),
)


def main(events: int) -> int:
    """Run once and print the table; 0."""
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as addresses:
        before = cpu_seconds(addresses)
        seconds = asyncio.run(feed(addresses, events))
        spent = {name: used - before[name] for name, used in cpu_seconds(addresses).items()}
        seen = asyncio.run(single_actions(addresses))
        memory = service_memory(addresses)
    print_table(
        ("what", "seen", "limit", "ratio"),
        [
            (
                "dossier events/s, HTTP batch to ClickHouse",
                f"{events / seconds:,.0f}",
                "2,000",
                f"{events / seconds / 2000:.2f}",
            ),
            *[(f"action to {what}, {name} (s)", f"{value:.2f}", limit, "") for what, name, value, limit in seen],
            ("services resident (MiB)", f"{memory / 2**20:,.0f}", "1,536", f"{memory / 2**20 / 1536:.2f}"),
        ],
    )
    print("\nWhere the time goes (CPU of each process while it was fed, in microseconds per dossier event):")
    rows = [(name, f"{used / events * 1e6:,.0f}") for name, used in sorted(spent.items(), key=lambda one: -one[1])]
    print_table(("process", "us/event"), [*rows, ("together", f"{sum(spent.values()) / events * 1e6:,.0f}")])
    return 0


@contextmanager
def running(data_dir: Path, history_source: str = SOURCE) -> Iterator[Addresses]:
    """A stack of its own, which lets one source say history."""
    ports = {f"MOTCUA_{name}_PORT": str(free_port()) for name in ("KAFKA", "CLICKHOUSE", "INTAKE", "WEB")}
    env = {**os.environ, "MOTCUA_DATA_DIR": str(data_dir), HISTORY_SOURCES: history_source, **ports}
    log = data_dir / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen([*MOTCUA, "up"], env=env, stdout=output, stderr=subprocess.STDOUT)
    try:
        while "Ctrl-C" not in log.read_text():
            if process.poll() is not None:
                raise RuntimeError(log.read_text())
            time.sleep(0.2)
        yield found(env)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(90)


async def feed(addresses: Addresses, events: int) -> float:
    """Seconds from the first action sent to the last counted."""
    actions = [one for number in range(events // len(LIFE)) for one in life(f"B-{number}")]
    started = time.monotonic()
    async with aiohttp.ClientSession() as session:
        await Sender(session, addresses.intake_url).send(actions, lambda _: None)
    print(f"intake alone: {len(actions) / (time.monotonic() - started):,.0f} events/s")
    await wait_until_counted(addresses, lambda _: None, 600)
    return time.monotonic() - started


def life(subject: str) -> list[dict[str, Any]]:
    """The actions of one dossier."""
    return [
        {
            "specversion": "1.0", "id": str(uuid4()), "source": SOURCE, "type": event_type, "subject": subject,
            "time": f"2026-03-{at}+07:00", "unitid": 4019753, "channel": 1, "actorid": "cb-1", "history": True, "data": data,
        }
        for event_type, at, data in LIFE
    ]  # fmt: skip


async def single_actions(addresses: Addresses) -> list[tuple[str, str, float, str]]:
    """One live action at a time on the idle system: seconds to its deadline event and to its row in SQL."""
    to_deadline, to_row = [], []
    consumer = await started_consumer(addresses.kafka)
    partitions = await partitions_of(consumer, "deadline-events")
    consumer.assign(partitions)
    await consumer.seek_to_end(*partitions)
    with supervisor_client(addresses.reader_url) as client:
        async with aiohttp.ClientSession() as session:
            for _ in range(SINGLE_ACTIONS):
                action = {**life(f"L-{uuid4()}")[0], "history": False, "source": "https://bench.example.vn"}
                started = time.monotonic()
                async with session.post(f"{addresses.intake_url}/v1/actions", json=action) as response:
                    dossier_id = (await response.json())["dossier_id"]
                query = f"SELECT count() FROM dossiers WHERE dossier_id = '{dossier_id}'"
                seen_at = asyncio.create_task(_deadline_seen(consumer, dossier_id))
                while not (await asyncio.to_thread(client.query, query)).first_row[0]:  # noqa: ASYNC110  # the row is asked for
                    await asyncio.sleep(0.02)
                to_row.append(time.monotonic() - started)
                to_deadline.append(await seen_at - started)
    await consumer.stop()
    return [
        (what, name, value, limit)
        for what, times, limit in (
            ("its row in SQL", to_row, "1.5 (p50)"),
            ("its deadline event", to_deadline, "0.5 (p50)"),
        )
        for name, value in (("p50", median(times)), ("p95", quantiles(times, n=20)[-1]))
    ]


async def _deadline_seen(consumer: AIOKafkaConsumer, dossier_id: str) -> float:
    while True:
        for records in (await consumer.getmany(timeout_ms=100)).values():
            if any(record.key == dossier_id.encode() for record in records):
                return time.monotonic()


def cpu_seconds(addresses: Addresses) -> dict[str, float]:
    """User and system time of every process of the stack, and of this one, which plays the counter systems."""
    used = {name: psutil.Process(pid).cpu_times() for name, pid in pids_of(addresses).items()}
    used["the sender"] = psutil.Process().cpu_times()
    return {name: times.user + times.system for name, times in used.items()}


def service_memory(addresses: Addresses) -> int:
    """Resident bytes of our own services, beside Kafka and ClickHouse."""
    pids = pids_of(addresses)
    sizes = {name: psutil.Process(pids[name]).memory_info().rss for name in SERVICES}
    print(", ".join(f"{name} {size / 2**20:.0f} MiB" for name, size in sizes.items()))
    return sum(sizes.values())


def pids_of(addresses: Addresses) -> dict[str, int]:
    """Process ids by program."""
    done = subprocess.run(
        [*MOTCUA, "status", "--json"],
        env={**os.environ, "MOTCUA_DATA_DIR": addresses.data_dir},
        capture_output=True,
        check=False,
    )
    return {one["name"]: one["pid"] for one in json.loads(done.stdout)["processes"]}


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS))
