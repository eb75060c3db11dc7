"""How fast rows go into the embedded ClickHouse: clickhouse-connect through the front, 1,000 to 100,000 rows at a time.

`python -m bench.front_insert [ROUNDS]` on an engine of its own. Prints median and shortest time of an insert. Two versions
are compared by running it in two checkouts in turn; the shortest times say most on a machine that others use.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import clickhouse_connect
import pyarrow as pa
from clickhouse_connect.driver.client import Client

from bench.table import print_table
from tests.embedded.engine import start

ROUNDS = 30
AT = datetime(2026, 1, 1, tzinfo=UTC)
COLUMNS = ("id", "code", "at", "kind", "nth", "body")
TABLE = (
    "CREATE OR REPLACE TABLE rows_in (id UInt64, code String, at DateTime64(3, 'UTC'), kind LowCardinality(String), nth UInt32, "
    "body String) ENGINE = MergeTree ORDER BY id"
)


def main(rounds: int) -> int:
    """Insert, print; 0."""
    with tempfile.TemporaryDirectory() as folder:
        running = start(Path(folder) / "data")
        try:
            with clickhouse_connect.get_client(host=running.host, port=running.port, compress=False) as client:
                table = [line for size in SIZES for line in lines(client, size, rounds)]
                print_table(("rows", "as", "median ms", "shortest ms"), table)
        finally:
            running.stop()
    return 0


SIZES = (1_000, 10_000, 100_000)


def lines(client: Client, size: int, rounds: int) -> list[tuple[str, ...]]:
    """One line per kind of client for inserts of `size` rows; a tenth of the rounds for the largest."""
    ways = ways_of(client, size)
    table = []
    for name, insert in ways.items():
        client.command(TABLE)
        took = [timed(insert) for _ in range(rounds if size < SIZES[-1] else max(3, rounds // 10))]
        table.append((f"{size:,}", name, f"{1000 * statistics.median(took):.1f}", f"{1000 * min(took):.1f}"))
    return table


def ways_of(client: Client, size: int) -> dict[str, Callable[[], object]]:
    """The same rows as Python lists, as an Arrow table and as CSV text."""
    rows = [(number, f"K{number * 7919}", AT, "kind", number, "p" * 60) for number in range(size)]
    columns = list(zip(*rows, strict=True))
    types = (pa.uint64(), pa.string(), pa.timestamp("ms", tz="UTC"), pa.string(), pa.uint32(), pa.string())
    table = pa.table([pa.array(values, kind) for values, kind in zip(columns, types, strict=True)], names=list(COLUMNS))
    text = b"".join(b"%d,K%d,2026-01-01 00:00:00.000,kind,%d,%s\n" % (n, n * 7919, n, b"p" * 60) for n in range(size))
    return {
        "Python rows": lambda: client.insert("rows_in", rows, column_names=COLUMNS),
        "Arrow": lambda: client.insert_arrow("rows_in", table),
        "CSV": lambda: client.raw_insert("rows_in", list(COLUMNS), text, fmt="CSV"),
    }


def timed(work: Callable[[], object]) -> float:
    """Seconds."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=ROUNDS)
    raise SystemExit(main(parser.parse_args().rounds))
