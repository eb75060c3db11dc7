"""Compares the peers on one log of one broker: `python -m bench.peers [--events N] [--runs N | --quick] [--only PEER ...]`."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.event_log import make_log
from bench.peers.report import COLUMNS, rows, told
from bench.peers.run import PEERS, Result, beside_the_peers, run_peer
from bench.table import print_table
from tests.embedded.broker import start_kafka


def main(arguments: Sequence[str]) -> int:
    """Run once and print the table; 1 when the peers that conclude something do not agree."""
    chosen = _chosen(arguments)
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        with beside_the_peers():
            kafka = start_kafka(Path(folder), flush_each_append=False)
        with kafka:
            info = make_log(kafka.bootstrap_servers, chosen.events, chosen.seed)
            print(told(info), flush=True)
            results: dict[str, list[Result]] = {name: [] for name in chosen.only}
            for _ in range(chosen.runs):  # in turns, so that a slow minute of the machine hits everybody
                for name in chosen.only:
                    results[name].append(run_peer(name, kafka.bootstrap_servers, info))
    print_table(COLUMNS, rows(results))
    if len(said := {one.digest for of_peer in results.values() for one in of_peer if one.outputs}) > 1:
        print(f"\nthe peers do not say the same: {said}")
        return 1
    return 0


def _chosen(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=300_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--quick", action="store_const", const=1, dest="runs", help="one run of each")
    parser.add_argument("--only", nargs="+", choices=PEERS, default=PEERS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
