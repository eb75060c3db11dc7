"""How fast a store is rebuilt from a real broker, and what it holds in memory: `python -m bench.rebuild_store [--events N]`.

Whole lives (`bench.intake_record`), sealed as intake does it and published by the relay, become a new SQLite file by what
`motcua rebuild store` runs: events a second, and the process's largest size before and after.
"""

import argparse
import asyncio
import tempfile
from multiprocessing import get_context
from pathlib import Path

from bench.intake_record import Stopwatch, actions_of, append_in_batches, new_store, read_all, relayed, seal_all
from bench.table import print_table
from bench.verify import held_mib
from deploy.embedded.kafka.topics import create_topics
from motcua.rebuilding.run import rebuilt
from motcua.topic_specs import topic_specs
from tests.embedded.broker import start_kafka

LIVES_AT_ONCE = 1_000
EVENTS_OF_A_LIFE = 7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as named:
        folder = Path(named)
        with start_kafka(folder / "kafka", flush_each_append=False) as kafka:
            # In a process of its own, so that what it holds isn't measured.
            of_before = get_context("spawn").Process(
                target=publish, args=(folder, kafka.bootstrap_servers, chosen.events // EVENTS_OF_A_LIFE)
            )
            of_before.start()
            of_before.join()
            assert of_before.exitcode == 0
            before, watch = held_mib(), Stopwatch()
            built = asyncio.run(rebuilt(kafka.bootstrap_servers, {"SQLITE_DBNAME": str(folder / "new.sqlite")}, 20))
            rate = watch.rate(built.events)
            assert built.is_built, built.findings.first
    print(f"{before} MiB before, {held_mib()} MiB at most")
    print_table(
        ("what", "events", "events/s", "per CPU s"),
        [("store from Kafka", f"{built.events:,}", f"{rate.wall:,.0f}", f"{rate.cpu:,.0f}")],
    )


def publish(folder: Path, bootstrap: str, dossiers: int) -> None:
    """A store of so many dossiers, and its topics."""
    asyncio.run(create_topics(bootstrap, topic_specs(is_one_machine=True)))
    store = new_store(folder, "old")
    append_in_batches(store, seal_all(read_all(actions_of(dossiers))), LIVES_AT_ONCE)
    asyncio.run(relayed(store, bootstrap))
    store.close()


if __name__ == "__main__":
    main()
