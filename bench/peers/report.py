"""The table of a comparison; another bench may put rows of its own into it."""

from collections.abc import Mapping, Sequence
from statistics import median

from bench.event_log import LogInfo
from bench.peers.run import Result

BASE = "plain_aiokafka"


def told(info: LogInfo) -> str:
    """The log in one line."""
    return (
        f"log: {info.events:,} events of {info.dossiers:,} dossiers, {info.open_dossiers:,} left open, "
        f"{info.bytes_per_event:,.0f} bytes an event, written in {info.seconds:.1f} s"
    )


COLUMNS = (
    "peer", "events/s", "lowest-highest", "events/CPU s", "2nd half", f"of {BASE}", "us CPU/event", "max RSS MiB",
    "outputs", "changelog",
)  # fmt: skip


def rows(results: Mapping[str, Sequence[Result]]) -> list[tuple[str, ...]]:
    """One row a peer, of the medians of its runs; the ratio is of events per CPU second."""
    base = median(one.per_cpu_second for one in results[BASE]) if BASE in results else None
    found: list[tuple[str, ...]] = []
    for name, of_peer in results.items():
        per_second = sorted(one.per_second for one in of_peer)
        per_cpu_second = median(one.per_cpu_second for one in of_peer)
        found.append(
            (
                name,
                f"{median(per_second):,.0f}",
                f"{per_second[0]:,.0f}-{per_second[-1]:,.0f}",
                f"{per_cpu_second:,.0f}",
                f"{median(one.second_half_per_cpu_second for one in of_peer):,.0f}",
                f"{per_cpu_second / base:.3f}" if base else "",
                f"{1e6 / per_cpu_second:,.1f}",
                f"{max(one.max_rss_mb for one in of_peer):,.0f}",
                f"{of_peer[-1].outputs:,}",
                f"{of_peer[-1].changelog:,}",
            )
        )
    return found
