"""The deadline processor beside its peers, on one log of one real broker: `python -m bench.deadlines [--events N] [--runs N]`.

One run: the limit (a plain aiokafka loop that only decodes the same bytes), a plain Faust agent with a table, Quix Streams and
Kafka Streams with their state (a far simpler fold, see `bench.peers`), then our bulk path (from Kafka's bytes to committed
deadline events and rows, everything included) and our live worker (Faust, table on disk, changelog, every promise kept; from
being ready to the last committed offset). Peers run `--runs` times, ours once: a second load finds all said. Each process is
pinned to one core, the broker to the others. Ratios count; machines are noisy.
"""

import argparse
import asyncio
import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from bench.event_log import make_log
from bench.peers.measure import max_rss_mb
from bench.peers.report import COLUMNS, rows, told
from bench.peers.run import PEERS, Result, beside_the_peers, ends_of, on_one_processor, run_peer, run_pinned
from bench.table import print_table
from events.topics import Topic
from motcua.kafka_reading import group_lags
from rules.book.procedure_files import load_procedures
from rules.book.rulebook_files import load_rulebook
from rules.clocks.instants import micros
from services.deadlines.adapters.bulk.fold import BulkFold
from services.deadlines.adapters.bulk.loader import BulkLoader
from services.deadlines.pipeline import Pipeline
from tests.embedded.broker import start_kafka

BULK_GOAL, LIVE_GOAL = 60_000, 5_000


def bulk(bootstrap: str) -> None:
    """One load in this process; its figures as a JSON line."""
    rulebook = load_rulebook()
    fold = BulkFold(Pipeline(rulebook, load_procedures(rulebook.default_rule_set)))
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    wall, cpu = time.perf_counter(), time.process_time()
    until = micros(datetime.now(UTC)) - 1_000_000
    loaded = asyncio.run(BulkLoader(bootstrap, fold).run(until, takes_over=True))
    seconds, cpu_seconds = time.perf_counter() - wall, time.process_time() - cpu
    figures = {
        "peer": "motcua_bulk",
        "events": loaded.events,
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "second_half_seconds": seconds / 2,
        "second_half_cpu_seconds": cpu_seconds / 2,
        "max_rss_mb": max_rss_mb(),
        "outputs": loaded.emitted,
        "changelog": loaded.rows,
    }
    sys.stdout.write(json.dumps(figures) + "\n")


@contextmanager
def pinned_worker(bootstrap: str, folder: Path) -> Iterator[psutil.Process]:
    """One live worker on a core of its own, ready, and killed at the end. Raises SystemExit with its log when it dies."""
    env = os.environ | {"KAFKA_BOOTSTRAP_SERVERS": bootstrap, "MOTCUA_DATA_DIR": str(folder)}
    log_path = folder / "worker.log"
    with log_path.open("wb") as log:
        command = [*on_one_processor(), sys.executable, "-m", "services.deadlines.app"]
        worker = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        while "Worker]: Ready" not in log_path.read_text():
            if worker.poll() is not None:
                raise SystemExit(log_path.read_text()[-2000:])
            time.sleep(0.05)
        yield psutil.Process(worker.pid)
        if worker.poll() is not None:
            raise SystemExit(log_path.read_text()[-2000:])
    finally:
        worker.kill()
        worker.wait()


def live(bootstrap: str, events: int, folder: Path) -> Result:
    """One worker on the whole log; from when it is ready to when the group has committed all."""
    with pinned_worker(bootstrap, folder) as process:
        wall, cpu = time.perf_counter(), _cpu(process)
        half: tuple[float, float] | None = None
        while (left := _lag(bootstrap)) > 0:
            if half is None and left <= events // 2:
                half = time.perf_counter(), _cpu(process)
            if process.status() == psutil.STATUS_ZOMBIE:
                raise SystemExit((folder / "worker.log").read_text()[-2000:])
            time.sleep(0.3)
        end, end_cpu = time.perf_counter(), _cpu(process)
        at, at_cpu = half or (wall, cpu)
        return Result(
            peer="motcua_live",
            events=events,
            seconds=end - wall,
            cpu_seconds=end_cpu - cpu,
            second_half_seconds=end - at,
            second_half_cpu_seconds=end_cpu - at_cpu,
            max_rss_mb=process.memory_info().rss / 2**20,
            outputs=sum(asyncio.run(ends_of(bootstrap, Topic.DEADLINE_EVENTS.value)).values()),
            changelog=sum(asyncio.run(ends_of(bootstrap, Topic.DEADLINES_CHANGELOG.value)).values()),
        )


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _lag(bootstrap: str) -> int:
    lags = asyncio.run(group_lags(bootstrap))
    return sum(one.lag for one in lags if one.group == "deadlines" and one.topic == Topic.DOSSIER_EVENTS.value)


def main(arguments: list[str]) -> int:
    """Run everything once and print the table and the goals."""
    if arguments[:1] == ["bulk"]:
        bulk(arguments[1])
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=PEERS, default=PEERS)
    chosen = parser.parse_args(arguments)
    results: dict[str, list[Any]] = {}
    for name in ("bulk", "live"):  # each on a broker of its own: both say everything that is to be said
        with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
            with beside_the_peers():
                kafka = start_kafka(Path(folder) / "kafka", flush_each_append=False)
            with kafka:
                info = make_log(kafka.bootstrap_servers, chosen.events, 1)
                if name == "bulk":
                    print(told(info), flush=True)
                    for _ in range(chosen.runs):
                        for peer in chosen.only:
                            results.setdefault(peer, []).append(run_peer(peer, kafka.bootstrap_servers, info))
                    emitted = run_pinned([sys.executable, "-m", "bench.deadlines", "bulk", kafka.bootstrap_servers])
                    results["motcua_bulk"] = [Result(**emitted)]
                else:
                    results["motcua_live"] = [live(kafka.bootstrap_servers, info.events, Path(folder))]
    print_table(COLUMNS, rows(results))
    for name, goal in (("motcua_bulk", BULK_GOAL), ("motcua_live", LIVE_GOAL)):
        found = results[name][0]
        print(
            f"{name}: {found.per_cpu_second:,.0f} events per second of one core, {found.per_cpu_second / goal:.2f} of {goal:,}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
