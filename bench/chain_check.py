"""What it costs to check the hash chain of every record: `python -m bench.chain_check [--events N]`.

In turns, since machines are noisy, and in CPU time of this process. The clocks, without a broker: records read and folded with no
look at the chain, with a look at the link alone, and with the content hashed anew. The loader, on a real engine: batches of new
dossiers, without and with the chain; the engine's own CPU time beside it. Medians of the turns.
"""

import argparse
import asyncio
import gc
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

import psutil

from bench.event_log import LogRecord, log_records
from bench.table import print_table
from events.hash_chain import KEPT, Link
from rules.book.procedure_files import load_procedures
from rules.book.rulebook_files import load_rulebook
from rules.clocks.log_time import LogTime
from services.deadlines.adapters.wire.fact_reader import read_fact, read_linked
from services.deadlines.pipeline import Pipeline
from services.stats import pipeline as stats_pipeline
from services.stats.adapters.fact_store import ClickHouseFacts
from services.stats.ports import Record
from tests.sql.engines import engine_of_its_own

TURNS = 7
BATCH, FETCHED = 2_000, 100
KNOWN_AT = 1_782_864_000_000_000
BEFORE, LINK_ONLY, FULL = "no look at the chain", "the link alone", "content hashed anew"


def read_before(one: LogRecord) -> tuple[Any, None]:
    return read_fact(one.key, one.value, one.headers, KNOWN_AT), None


def read_link_only(one: LogRecord) -> tuple[Any, Link]:
    fact, named = read_fact(one.key, one.value, one.headers, KNOWN_AT), dict(one.headers)
    before, own = bytes.fromhex(named["ce_prevhash"].decode()), bytes.fromhex(named["ce_hash"].decode())
    return fact, Link(fact.seq, before[:KEPT], own[:KEPT])


def read_full(one: LogRecord) -> tuple[Any, Link]:
    return read_linked(one.key, one.value, one.headers, KNOWN_AT)


def fold(
    pipeline: Pipeline, records: Sequence[LogRecord], read: Callable[[LogRecord], tuple[Any, Link | None]]
) -> None:
    """A hundred records are read, then folded, as both paths do it."""
    states: dict[bytes, Any] = {}
    time = LogTime()
    for first in range(0, len(records), FETCHED):
        for key, (fact, link) in [(one.key, read(one)) for one in records[first : first + FETCHED]]:
            if link is None:
                states[key], _ = pipeline.on_fact(states.get(key), fact, time)
            else:
                states[key] = pipeline.on_record(states.get(key), fact, link, time).state


def clocks(count: int) -> None:
    rulebook = load_rulebook()
    pipeline = Pipeline(rulebook, load_procedures(rulebook.default_rule_set))
    records = list(log_records(count, 1))
    works: dict[str, Callable[[LogRecord], tuple[Any, Link | None]]] = {
        BEFORE: read_before, LINK_ONLY: read_link_only, FULL: read_full,
    }  # fmt: skip
    seen: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(TURNS):
        for name, read in works.items():
            gc.collect()
            began = process_time()
            fold(pipeline, records, read)
            seen[name].append((process_time() - began) / len(records) * 1e6)
    median = {name: statistics.median(all_of) for name, all_of in seen.items()}
    print_table(
        (f"clocks: read and fold {len(records):,} events", "µs CPU each", "more"),
        [(name, f"{one:.1f}", f"{one - median[BEFORE]:+.1f}") for name, one in median.items()],
    )


class Batch:
    """The loader's source and dead letters."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records

    async def next_batch(self) -> Sequence[Record]:
        """The one batch."""
        return self._records

    async def commit(self, batch: Sequence[Record]) -> None:
        """Nothing to remember."""

    async def send(self, record: Record, reason: str) -> None:
        """Nothing of a true log is put aside."""
        raise AssertionError((record.offset, reason))


def batches(count: int, seed: int) -> Iterator[list[Record]]:
    appended_at = datetime.fromtimestamp(KNOWN_AT / 1e6, UTC)
    records = log_records(count, seed)
    while some := list(islice(records, BATCH)):
        yield [
            Record(
                topic="dossier-events", partition=0, offset=nth, appended_at=appended_at, key=one.key, value=one.value,
                headers=one.headers,
            )
            for nth, one in enumerate(some)
        ]  # fmt: skip


@contextmanager
def unchecked() -> Iterator[None]:
    with patch.object(stats_pipeline, "link_of_record", lambda *_: None):
        yield


def loader(count: int) -> None:
    rows: dict[str, list[tuple[float, float, float]]] = {BEFORE: [], FULL: []}
    with tempfile.TemporaryDirectory() as folder, engine_of_its_own(Path(folder) / "data") as (engine, client):
        store, process = ClickHouseFacts(client), psutil.Process(engine.process.pid)

        def load(seed: int) -> tuple[float, float, float]:
            made = list(batches(count, seed))
            wall, own, others = perf_counter(), process_time(), sum(process.cpu_times()[:2])
            for one in made:
                source = Batch(one)
                asyncio.run(stats_pipeline.load_batch(source, store, source))
            number = sum(map(len, made))
            seconds = perf_counter() - wall
            of_the_engine = sum(process.cpu_times()[:2]) - others
            return number / seconds, (process_time() - own) / number * 1e6, of_the_engine / number * 1e6

        load(1)
        for turn in range(TURNS):
            with unchecked():
                rows[BEFORE].append(load(2 * turn + 2))
            rows[FULL].append(load(2 * turn + 3))
    print_table(
        (f"loader: batches of {BATCH:,}", "rows/s", "µs CPU each", "the engine's"),
        [
            (name, *(f"{statistics.median(one):,.0f}" for one in zip(*all_of, strict=True)))
            for name, all_of in rows.items()
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    count = parser.parse_args().events
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)  # as the worker has it
    clocks(count)
    loader(count)


if __name__ == "__main__":
    main()
