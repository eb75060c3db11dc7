"""How long a deadline event takes under load: `python -m bench.deadlines_latency [--rate N] [--seconds N]`.

One live worker on one core of its own; dossier events come at a steady rate, in small transactions as the relay's. Prints how
long after its action was sent each deadline event that it caused was read: median, 99th percentile, worst; and whether the rate
was held. The limit is a 99th percentile of one second at 1,000 events a second.
"""

import argparse
import asyncio
import tempfile
import time
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.deadlines import pinned_worker
from bench.event_log import PARTITIONS, log_records
from bench.peers.run import beside_the_peers
from bench.table import print_table
from deploy.embedded.kafka.topics import create_topics
from events.topics import Topic
from motcua.topic_specs import topic_specs
from tests.embedded.broker import start_kafka

LIMIT_SECONDS = 1.0
_STEP_SECONDS = 0.05
_WARM_UP_SECONDS = 3.0
_PATIENCE_SECONDS = 10.0


async def pace(bootstrap: str, rate: int, seconds: float, sent_at: dict[bytes, float]) -> float:
    """Send for so long; the rate that was reached. Notes when each event was sent, by its id."""
    records = log_records(int(rate * seconds * 1.2), 1)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id="bench-pace", acks="all")
    await producer.start()
    started, sent = time.perf_counter(), 0
    try:
        while (elapsed := time.perf_counter() - started) < seconds:
            async with producer.transaction():
                for record in islice(records, int(elapsed * rate) - sent):
                    sent_at[dict(record.headers)["ce_id"]] = time.perf_counter()
                    await producer.send(
                        Topic.DOSSIER_EVENTS.value, record.value, key=record.key, headers=record.headers
                    )
                    sent += 1
            await asyncio.sleep(_STEP_SECONDS)
    finally:
        await producer.stop()
    return sent / (time.perf_counter() - started)


async def listen(bootstrap: str, seen_at: dict[bytes, list[float]]) -> None:
    """Note when each deadline event was read, by the event that caused it; until cancelled."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, fetch_max_wait_ms=10)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(Topic.DEADLINE_EVENTS.value, number) for number in range(PARTITIONS)])
        async for record in consumer:
            cause = dict(record.headers)["ce_causationid"]
            seen_at.setdefault(cause, []).append(time.perf_counter())
    finally:
        await consumer.stop()


async def measure(bootstrap: str, rate: int, seconds: float) -> tuple[float, list[float]]:
    """(rate reached, seconds from action to deadline event) after a warm-up."""
    sent_at: dict[bytes, float] = {}
    seen_at: dict[bytes, list[float]] = {}
    listener = asyncio.create_task(listen(bootstrap, seen_at))
    await asyncio.sleep(1)
    begun = time.perf_counter() + _WARM_UP_SECONDS
    reached = await pace(bootstrap, rate, seconds + _WARM_UP_SECONDS, sent_at)
    await asyncio.sleep(_PATIENCE_SECONDS)
    listener.cancel()
    # What time brought is caused by an older event, and was not owed to anybody when that was sent.
    waits = [min(seen) - sent_at[cause] for cause, seen in seen_at.items() if sent_at.get(cause, 0.0) > begun]
    return reached, waits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=30)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        with beside_the_peers():
            kafka = start_kafka(Path(folder) / "kafka", flush_each_append=False)
        with kafka:
            asyncio.run(create_topics(kafka.bootstrap_servers, topic_specs(is_one_machine=True)))
            with pinned_worker(kafka.bootstrap_servers, Path(folder)), beside_the_peers():
                reached, waits = asyncio.run(measure(kafka.bootstrap_servers, chosen.rate, chosen.seconds))
    p99 = quantiles(waits, n=100)[98]
    print_table(
        ("events/s", "deadline events", "p50 s", "p99 s", "worst s", "x limit of 1 s"),
        [
            (
                f"{reached:,.0f}",
                f"{len(waits):,}",
                f"{median(waits):.3f}",
                f"{p99:.3f}",
                f"{max(waits):.3f}",
                f"{p99 / LIMIT_SECONDS:.2f}",
            )
        ],
    )


if __name__ == "__main__":
    main()
