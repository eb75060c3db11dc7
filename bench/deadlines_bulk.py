"""Where the bulk path's time goes: `python -m bench.deadlines_bulk [--events N]`.

On one log of one real broker: a plain aiokafka loop that only decodes the same bytes (headers to a dict, JSON), then a first load
(from Kafka's bytes to committed deadline events, rows and offsets), then the stages of the load one by one. CPU seconds are this
process's own; the broker's are not in them. `bench.deadlines` compares the whole with other programs.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from bench.event_log import make_log
from bench.table import print_table
from events.topics import Topic
from rules.book.procedure_files import load_procedures
from rules.book.rulebook_files import load_rulebook
from rules.clocks.instants import micros
from rules.clocks.log_time import LogTime
from services.deadlines.adapters.bulk.fold import BulkFold
from services.deadlines.adapters.bulk.loader import BulkLoader, Loaded
from services.deadlines.adapters.bulk.log import LogReader, without_cycle_search
from services.deadlines.adapters.wire.fact_reader import read_fact
from services.deadlines.adapters.wire.record_writer import RecordWriter
from services.deadlines.pipeline import Pipeline
from tests.embedded.broker import start_kafka

GOAL = 60_000
Partitions = dict[int, list[Any]]


class Stopwatch:
    """Wall and CPU seconds by name."""

    def __init__(self) -> None:
        self.wall: dict[str, float] = {}
        self.cpu: dict[str, float] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Add what the block takes."""
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall[name] = self.wall.get(name, 0.0) + time.perf_counter() - wall
        self.cpu[name] = self.cpu.get(name, 0.0) + time.process_time() - cpu


def pipeline() -> Pipeline:
    rulebook = load_rulebook()
    return Pipeline(rulebook, load_procedures(rulebook.default_rule_set))


async def read(bootstrap: str, take: Callable[[int, list[Any]], None]) -> None:
    async with LogReader(bootstrap) as reader:
        for number, end in (await reader.ends(Topic.DOSSIER_EVENTS)).items():
            async for records in reader.read(Topic.DOSSIER_EVENTS, number, end):
                take(number, records)


def decode(_: int, records: list[Any]) -> None:
    for record in records:
        dict(record.headers)
        orjson.loads(record.value)


def stages(partitions: Partitions, watch: Stopwatch) -> int:
    """Read, fold and write apart from each other, in memory; how many words."""
    line, writer, count = pipeline(), RecordWriter(), 0
    for records in partitions.values():
        states: dict[bytes, Any] = {}
        log_time, said_of = LogTime(), []
        with watch.of("read the facts"):
            facts = [read_fact(one.key, one.value, one.headers, one.timestamp * 1000) for one in records]
        with watch.of("fold"):
            for record, fact in zip(records, facts, strict=True):
                states[record.key], emitted = line.on_fact(states.get(record.key), fact, log_time)
                if emitted:
                    said_of.append((record.key, emitted))
        with watch.of("write the words"):
            count += sum(len(writer.write(key.decode(), emitted)) for key, emitted in said_of)
    return count


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=150_000)
    chosen = parser.parse_args()
    watch = Stopwatch()
    with (
        tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder,
        start_kafka(Path(folder) / "kafka", flush_each_append=False) as kafka,
        without_cycle_search(),
    ):
        count = make_log(kafka.bootstrap_servers, chosen.events, 1).events
        loaded = measure(kafka.bootstrap_servers, watch)
    parts = sum(watch.cpu[name] for name in ("fetch and parse", "read the facts", "fold", "write the words"))
    watch.cpu["send, commit, rows and the rest"] = watch.cpu["bulk load"] - parts
    rows = [
        (
            name,
            f"{count / watch.wall[name]:,.0f}" if name in watch.wall else "",
            f"{count / cpu:,.0f}",
            f"{cpu / count * 1e6:.1f}",
        )
        for name, cpu in watch.cpu.items()
    ]
    print(f"{loaded.events:,} events, {loaded.emitted:,} deadline events, {loaded.rows:,} rows")
    print_table(("", "events/s", "events per CPU second", "µs CPU per event"), rows)
    found, plain = count / watch.cpu["bulk load"], count / watch.cpu["plain loop that decodes"]
    print(f"goal {GOAL:,} events per CPU second: {found / GOAL:.2f} of it, {found / plain:.2f} of the plain loop's")


def measure(bootstrap: str, watch: Stopwatch) -> Loaded:
    """Everything on one broker whose log is filled."""
    with watch.of("plain loop that decodes"):
        asyncio.run(read(bootstrap, decode))
    fold, until = BulkFold(pipeline()), micros(datetime.now(UTC)) - 1_000_000
    with watch.of("bulk load"):
        loaded = asyncio.run(BulkLoader(bootstrap, fold).run(until, takes_over=True))
    with watch.of("fetch and parse"):
        asyncio.run(read(bootstrap, lambda *_: None))
    partitions: Partitions = {}
    asyncio.run(read(bootstrap, lambda number, records: partitions.setdefault(number, []).extend(records)))
    stages(partitions, watch)
    return loaded


if __name__ == "__main__":
    main()
