"""How fast `motcua verify` reads a store, and what it holds in memory: `python -m bench.verify [--events N] [--streams N]`.

First the ends of so many streams in all three places, as one run keeps them: MiB. Then whole lives (`bench.intake_record`),
sealed as intake does it, in an SQLite file: events a second, without and with the root of a day.
"""

import argparse
import resource
import tempfile
from datetime import date
from pathlib import Path
from uuid import uuid4

from bench.intake_record import Stopwatch, actions_of, append_in_batches, new_store, read_all, seal_all
from bench.table import print_table
from motcua.verifying.domain import Ends, Root, Streams, end_of
from motcua.verifying.store_reading import opened_store
from motcua.verifying.verification import verified
from services.stats.domain.periods import ZONE

LIVES_AT_ONCE = 1_000
MEMORY_LIMIT_MIB = 300
HASH = bytes(range(32))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--streams", type=int, default=1_000_000)
    chosen = parser.parse_args()
    before = held_mib()
    kept = hold(chosen.streams)
    print(f"{len(kept):,} streams: {before} MiB before, {held_mib()} MiB with their ends, limit {MEMORY_LIMIT_MIB}")
    del kept
    rows = []
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as named:
        sealed = seal_all(read_all(actions_of(chosen.events // 7)))
        store = new_store(Path(named), "verify")
        append_in_batches(store, sealed, LIVES_AT_ONCE)
        store.close()
        for part, root in (("store", None), ("store, with a root", Root(end_of(date(2999, 1, 1), ZONE)))):
            watch = Stopwatch()
            seen = verified(opened_store(Path(named) / "verify.sqlite"), 20, None, root)
            rate = watch.rate(len(sealed))
            assert seen.findings.count == 0, seen.findings.first
            rows.append((part, f"{len(sealed):,}", f"{rate.wall:,.0f}", f"{rate.cpu:,.0f}"))
    print_table(("what", "events", "events/s", "per CPU s"), rows)


def held_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def hold(count: int) -> Streams:
    """The ends that a run over three places keeps."""
    streams, places = Streams(), (Ends(0), Ends(), Ends())
    for _ in range(count):
        index = streams.index_of(uuid4().int)
        for place in places:
            place.put(index, 9, HASH)
    return streams


if __name__ == "__main__":
    main()
