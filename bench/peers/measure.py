"""How a peer is called and what it prints: one line of JSON. Needs the standard library only, as `fold`."""

import json
import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a peer is given: `group` names its consumer group and its topics, `folder` is empty and for its state."""

    peer: str
    bootstrap: str
    events: int
    group: str
    folder: Path


def read_job(arguments: list[str]) -> Job:
    """PEER BOOTSTRAP EVENTS GROUP FOLDER, as `bench.peers.run` writes them."""
    peer, bootstrap, events, group, folder = arguments
    return Job(peer=peer, bootstrap=bootstrap, events=int(events), group=group, folder=Path(folder))


class Measure:
    """Wall time and processor time from the first record to the end, and of the second half of the records."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._half = job.events // 2
        self._count = 0
        self._marks: list[tuple[float, float]] = []

    def take(self, count: int = 1) -> None:
        """Records are about to be handled."""
        if not self._count:
            self._mark()
        self._count += count
        if len(self._marks) == 1 and self._count > self._half:
            self._mark()

    @property
    def is_complete(self) -> bool:
        """Whether every record was taken."""
        return self._count >= self._job.events

    def finish(self, outputs: int) -> None:
        """Everything is done and acknowledged: print what was measured."""
        self._mark()
        (began, cpu_began), (half, cpu_half), (ended, cpu_ended) = self._marks
        found = {
            "peer": self._job.peer,
            "events": self._count,
            "seconds": ended - began,
            "cpu_seconds": cpu_ended - cpu_began,
            "second_half_seconds": ended - half,
            "second_half_cpu_seconds": cpu_ended - cpu_half,
            "max_rss_mb": max_rss_mb(),
            "outputs": outputs,
        }
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()

    def _mark(self) -> None:
        self._marks.append((time.perf_counter(), time.process_time()))


def max_rss_mb() -> float:
    """The most memory that this process ever had, in MiB; where there is no /proc, with that of its parent before it."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
