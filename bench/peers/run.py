"""Runs one peer as a process of its own, checks on the broker that it did all it says, and gives its figures back."""

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

from bench.event_log import OUT_TOPIC, PARTITIONS, LogInfo
from bench.peers.installs import ROOT, kafka_streams_command, quix_python

TIMEOUT_SECONDS = 1_800

COMMANDS: Mapping[str, Callable[[], list[str]]] = {
    "plain_raw": lambda: [sys.executable, "-m", "bench.peers.aiokafka_peer"],
    "plain_aiokafka": lambda: [sys.executable, "-m", "bench.peers.aiokafka_peer"],
    "plain_faust": lambda: [sys.executable, "-m", "bench.peers.faust_peer"],
    "quix": lambda: [str(quix_python()), "-m", "bench.peers.quix_peer"],
    "kafka_streams": kafka_streams_command,
}
PEERS = tuple(COMMANDS)


class PeerError(Exception):
    """A peer ended badly, or did not do what it says; the text says what was seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """The figures of one run. `changelog`: records in its changelog; `digest`: of all it said, whatever the order."""

    peer: str
    events: int
    seconds: float
    cpu_seconds: float
    second_half_seconds: float
    second_half_cpu_seconds: float
    max_rss_mb: float
    outputs: int
    changelog: int = 0
    digest: str = ""

    @property
    def per_second(self) -> float:
        """Events per second of the clock on the wall."""
        return self.events / self.seconds

    @property
    def per_cpu_second(self) -> float:
        """Events per second of processor time."""
        return self.events / self.cpu_seconds

    @property
    def second_half_per_cpu_second(self) -> float:
        """The same for the second half of the events, when compilers and caches are warm."""
        return (self.events - self.events // 2) / self.second_half_cpu_seconds


def run_peer(name: str, bootstrap: str, info: LogInfo) -> Result:
    """Let one of `PEERS` read the whole log; for callers outside an event loop.

    Raises PeerError when it fails, hangs, or when the broker does not hold what it says it wrote.
    """
    group = f"bench-{name}-{uuid4().hex[:8]}"
    command = [*COMMANDS[name](), name, bootstrap, str(info.events), group]
    before = asyncio.run(ends_of(bootstrap, OUT_TOPIC))
    with tempfile.TemporaryDirectory(prefix="motcua-bench-") as folder:
        said = run_pinned([*command, str(Path(folder) / "state")])
    result = Result(**said)
    changelog, outputs, digest = asyncio.run(_written(bootstrap, group, before))
    if result.events != info.events:
        raise PeerError(f"{name} handled {result.events} events of {info.events}")
    if result.outputs != outputs:
        raise PeerError(f"{name} says that it wrote {result.outputs} outputs, the broker has {outputs}")
    if name == "plain_faust" and changelog != info.events:
        raise PeerError(f"{name} changed its table {info.events} times, its changelog has {changelog} records")
    return Result(**said, changelog=changelog, digest=digest)


def run_pinned(command: list[str]) -> dict[str, Any]:
    """Run a command on one processor; the JSON object on the last line of its output."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    try:
        done = subprocess.run(
            [*on_one_processor(), *command],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PeerError(f"{command[-5]} did not end within {TIMEOUT_SECONDS} s: {str(error.stderr)[-600:]}") from error
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines or not lines[-1].startswith("{"):
        raise PeerError(f"ended with {done.returncode}: {(done.stdout + done.stderr)[-1500:]}")
    found: dict[str, Any] = json.loads(lines[-1])
    return found


@contextmanager
def beside_the_peers() -> Iterator[None]:
    """Whatever is started inside (the broker) runs on all processors but the one of the peers, where that can be said."""
    if not on_one_processor():
        yield
        return
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, mine - {max(mine)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, mine)


def on_one_processor() -> list[str]:
    if not shutil.which("taskset") or not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2:
        return []
    return ["taskset", "--cpu-list", str(max(os.sched_getaffinity(0)))]


async def ends_of(bootstrap: str, topic: str) -> dict[TopicPartition, int]:
    """The end of every partition of a topic."""
    async with _consumer(bootstrap) as consumer:
        return await _ends(consumer, topic)


async def _written(bootstrap: str, group: str, before: Mapping[TopicPartition, int]) -> tuple[int, int, str]:
    """How many changelog records a peer wrote, how many outputs, and the digest of these."""
    async with _consumer(bootstrap) as consumer:
        topics = [name for name in await consumer.topics() if group in name and "changelog" in name]
        changelog = sum([sum((await _ends(consumer, topic)).values()) for topic in topics])
        ends = await _ends(consumer, OUT_TOPIC)
        total = sum(ends.values()) - sum(before.values())
        outputs = digest = 0
        consumer.assign(list(before))
        for place, offset in before.items():
            consumer.seek(place, offset)
        while outputs < total:
            for records in (await consumer.getmany(timeout_ms=1_000)).values():
                outputs += len(records)
                digest += sum(map(_digest, records))
        return changelog, total, f"{digest % 2**64:016x}"


def _digest(record: Any) -> int:
    """The same for two records that say the same, in whatever spelling of JSON."""
    said = orjson.dumps(orjson.loads(record.value), option=orjson.OPT_SORT_KEYS)
    return int.from_bytes(hashlib.sha256(said).digest()[:8])


async def _ends(consumer: AIOKafkaConsumer, topic: str) -> dict[TopicPartition, int]:
    partitions = [TopicPartition(topic, number) for number in range(PARTITIONS)]  # changelogs follow the log
    ends: dict[TopicPartition, int] = await consumer.end_offsets(partitions)
    return ends


def _consumer(bootstrap: str) -> AIOKafkaConsumer:
    return AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
