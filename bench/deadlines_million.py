"""A million open dossiers on one worker: `python -m bench.deadlines_million [--open N] [--due N]`.

Fills the log with acceptances, loads them by the bulk path, and measures on the real worker: recovery from the changelog alone
and from local state, memory per open dossier, what a tick costs when nothing is due (limit 5 ms), and how long after they fell
due 50,000 dossiers of one minute are said (limit 60 s).
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.event_log import RELAY_BATCH, LogRecord, _publish
from deploy.embedded.kafka.topics import create_topics
from events.codec import to_kafka
from events.dossier import DossierAccepted, GivenTerm
from events.envelope import Envelope, Event
from events.topics import Topic
from motcua.topic_specs import topic_specs
from rules.book.procedure_files import load_procedures
from rules.book.rulebook_files import load_rulebook
from rules.clocks.instants import micros
from services.deadlines.adapters.bulk.fold import BulkFold
from services.deadlines.adapters.bulk.loader import BulkLoader
from services.deadlines.adapters.live.timers import Timers
from services.deadlines.pipeline import Pipeline
from tests.embedded.broker import start_kafka

PARTITIONS = 16


def acceptances(first: int, count: int, due_from: datetime | None) -> Iterator[LogRecord]:
    """Dossiers accepted now: due in twenty working days, or spread over the minute that begins at `due_from`."""
    now = datetime.now(UTC)
    for number in range(first, first + count):
        appointment = None if due_from is None else due_from + timedelta(seconds=60 * (number - first) / count)
        dossier_id = str(UUID(int=number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128))
        envelope = Envelope(
            event_id=str(UUID(int=number + 2**100)),
            source="urn:motcua:bench:counter",
            event_type="dossier-accepted.v1",
            dossier_id=dossier_id,
            occurred_at=now,
            recorded_at=now,
            stream_seq=1,
            opened_on=now.date(),
            unit_id=4019753,
            dossier_code=f"H57.19753-261125-{number:07d}",
            channel=1,
        )
        term = None if appointment else GivenTerm(value=20, unit="working_day")
        data = DossierAccepted(procedure_code="1.004837", term=term, appointment_at=appointment)
        yield LogRecord(*to_kafka(Event(envelope=envelope, data=data)))


async def publish(bootstrap: str, records: Iterator[LogRecord]) -> None:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        transactional_id="bench",
        acks="all",
        compression_type="zstd",
        max_batch_size=262_144,
    )
    await producer.start()
    try:
        while batch := list(islice(records, RELAY_BATCH)):
            await _publish(producer, batch)
    finally:
        await producer.stop()


def worker(bootstrap: str, folder: Path) -> tuple[subprocess.Popen[bytes], float, float]:
    """Start one; (process, seconds until its table is whole, resident MiB then)."""
    log_path = folder / "worker.log"
    log_path.unlink(missing_ok=True)
    env = os.environ | {"KAFKA_BOOTSTRAP_SERVERS": bootstrap, "MOTCUA_DATA_DIR": str(folder / "data")}
    start = time.perf_counter()
    with log_path.open("wb") as log:
        process = subprocess.Popen([sys.executable, "-m", "services.deadlines.app"], env=env, stdout=log, stderr=log)
    while "open clocks are whole" not in log_path.read_text():
        if process.poll() is not None:
            raise SystemExit(log_path.read_text()[-2000:])
        time.sleep(0.1)
    return process, time.perf_counter() - start, psutil.Process(process.pid).memory_info().rss / 2**20


async def breaches(bootstrap: str, count: int) -> Sequence[float]:
    """How many seconds after it fell due each breach came onto the topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, isolation_level="read_committed")
    await consumer.start()
    late: list[float] = []
    try:
        tps = [TopicPartition(Topic.DEADLINE_EVENTS.value, number) for number in range(PARTITIONS)]
        consumer.assign(tps)
        await consumer.seek_to_end(*tps)
        give_up_at = time.monotonic() + 300
        while len(late) < count and time.monotonic() < give_up_at:
            for records in (await consumer.getmany(timeout_ms=300)).values():
                for record in records:
                    named = dict(record.headers)
                    if named["ce_type"] == b"dossier-breached.v1":
                        due_at = datetime.fromisoformat(named["ce_time"].decode())
                        late.append(record.timestamp / 1000 - due_at.timestamp())
    finally:
        await consumer.stop()
    return sorted(late)


def tick_milliseconds(count: int) -> float:
    """What it costs to find that nothing is due, with so many pending."""
    timers = Timers()
    for number in range(count):
        timers.add(number % PARTITIONS, 10**15 + number, b"%036d" % number, is_catching_up=False)
    rounds = 1_000
    start = time.process_time()
    for _ in range(rounds):
        timers.waiting(10**15 - 1, lambda _: True)
    return (time.process_time() - start) / rounds * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=1_000_000, dest="open_count")
    parser.add_argument("--due", type=int, default=50_000)
    chosen = parser.parse_args()
    print(
        f"tick with nothing due, {chosen.open_count:,} pending: {tick_milliseconds(chosen.open_count):.4f} ms (limit 5)",
        flush=True,
    )
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as name:
        folder = Path(name)
        with start_kafka(folder / "kafka", flush_each_append=False) as kafka:
            bootstrap = kafka.bootstrap_servers
            asyncio.run(create_topics(bootstrap, topic_specs(is_one_machine=True)))
            asyncio.run(publish(bootstrap, acceptances(1, chosen.open_count, None)))
            rulebook = load_rulebook()
            fold = BulkFold(Pipeline(rulebook, load_procedures(rulebook.default_rule_set)))
            start = time.perf_counter()
            until = micros(datetime.now(UTC)) - 1_000_000
            loaded = asyncio.run(BulkLoader(bootstrap, fold).run(until, takes_over=True))
            took = time.perf_counter() - start
            print(
                f"bulk load: {loaded.events:,} events, {loaded.rows:,} rows in {took:.1f} s ({loaded.events / took:,.0f}/s)",
                flush=True,
            )
            del fold
            measure_worker(bootstrap, folder, chosen)


def measure_worker(bootstrap: str, folder: Path, chosen: argparse.Namespace) -> None:
    process, seconds, resident = worker(bootstrap, folder)
    each = (resident - 70) * 2**20 / chosen.open_count
    print(
        f"start from the changelog alone: {seconds:.1f} s; resident {resident:,.0f} MiB, {each:,.0f} bytes per open dossier",
        flush=True,
    )
    process.terminate()
    process.wait(60)
    process, seconds, resident = worker(bootstrap, folder)
    each = (resident - 70) * 2**20 / chosen.open_count
    print(
        f"start from local state: {seconds:.1f} s; resident {resident:,.0f} MiB, {each:,.0f} bytes per open dossier",
        flush=True,
    )
    size = sum(one.stat().st_size for one in (folder / "data").rglob("*") if one.is_file())
    print(f"on disk: {size / chosen.open_count:,.0f} bytes per open dossier", flush=True)
    try:
        due_from = datetime.now(UTC) + timedelta(seconds=40)
        asyncio.run(publish(bootstrap, acceptances(chosen.open_count + 1, chosen.due, due_from)))
        late = asyncio.run(breaches(bootstrap, chosen.due))
        p50, p99 = late[len(late) // 2], late[int(len(late) * 0.99)]
        print(
            f"{len(late):,} of {chosen.due:,} due within one minute were said: p50 {p50:.1f} s, p99 {p99:.1f} s,"
            f" latest {late[-1]:.1f} s after they fell due (limit 60)"
        )
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    main()
