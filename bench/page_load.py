"""What the page answers when everybody opens it in the same moment: connections that all ask at once, and what each of them gets.

`python -m bench.page_load [CONNECTIONS]` on a real engine of its own with as many facts as the demo has, and the page as its own
process. All ask for the same figures, then for 200 different ones, then for the same while a loader goes on counting: how many
got an answer, how many a 503, and after how long. Two versions are compared by running it in two checkouts.
"""

import argparse
import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random
from statistics import quantiles

import aiohttp
import psutil
from clickhouse_connect.driver.client import Client

from bench.figures import COLUMNS, DOSSIERS, row
from bench.table import print_table
from demo.reference import load_units
from deploy.embedded.kafka.launch import free_port
from tests.sql.engines import engine_of_its_own

CONNECTIONS = 2_000
DIFFERENT = 200
MONDAY = date(2026, 3, 2)
START_SECONDS = 20
PATIENCE = aiohttp.ClientTimeout(total=120)
Answer = tuple[str, float]
"""The status, or what went wrong, and the seconds from the beginning of them all to its end."""


def main(connections: int) -> int:
    """Fill, ask, print; 0."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with tempfile.TemporaryDirectory() as folder, engine_of_its_own(Path(folder) / "data") as (engine, client):
        fill(client)
        told = []
        for name, paths, is_counting in (
            ("the same figures", [figures_of(0)], False),
            (f"{DIFFERENT} different figures", [figures_of(nth) for nth in range(DIFFERENT)], False),
            ("the same, while a loader counts", [figures_of(0)], True),
        ):
            with page(f"http://supervisor@{engine.host}:{engine.port}/motcua") as (url, process):
                before = cpu_seconds(engine.process.pid), cpu_seconds(process.pid)
                answers = asyncio.run(asked_at_once(url, paths, connections, client if is_counting else None))
                spent = cpu_seconds(engine.process.pid) - before[0], cpu_seconds(process.pid) - before[1]
            told.append(line(name, answers, spent))
    print_table(
        ("asked at once", "200", "503", "other", "p50 s", "p99 s", "last s", "engine CPU s", "page CPU s"), told
    )
    return 0


def fill(client: Client) -> None:
    """The facts, and a loader's report that it has counted them."""
    for at in range(0, DOSSIERS, 2500):
        chance = Random(at)
        client.insert("dossiers", [row(chance, at + nth) for nth in range(2500)], column_names=COLUMNS)
    report(client, DOSSIERS)


def report(client: Client, counted: int) -> None:
    """What the loader writes after each batch."""
    names = ("topic", "partition", "next_offset", "goal", "unread")
    client.insert("loading", [("dossier-events", 0, counted, 0, 0)], column_names=names)


def figures_of(nth: int) -> str:
    """The address of one of many views: a commune, or everything, in one of some weeks."""
    communes = _communes()
    monday = MONDAY - timedelta(weeks=nth // len(communes))
    unit = f"&unit={communes[nth % len(communes)]}" if nth else ""
    return f"/api/figures.json?from={monday}&to={monday + timedelta(weeks=1)}{unit}"


@contextmanager
def page(clickhouse_url: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The page as a process of its own, ready to answer, and its address."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    line = [sys.executable, "-m", "services.page.app", "--port", str(port)]
    process = subprocess.Popen(line, env={**os.environ, "CLICKHOUSE_URL": clickhouse_url}, stderr=subprocess.DEVNULL)
    try:
        wait_until_ready(url, process)
        yield url, process
    finally:
        process.terminate()
        process.wait(20)


def wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """RuntimeError when the page does not come up."""
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=3):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"the page at {url} does not answer")


async def asked_at_once(url: str, paths: Sequence[str], connections: int, counting: Client | None) -> list[Answer]:
    """Every connection asks one of the paths at the same time; a loader reports new counts beside them if there is one."""
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector, timeout=PATIENCE) as session:
        loading = asyncio.ensure_future(_go_on_counting(counting)) if counting is not None else None
        began = time.monotonic()
        answers = await asyncio.gather(
            *(_asked(session, url + paths[nth % len(paths)], began) for nth in range(connections))
        )
        if loading is not None:
            loading.cancel()
    return answers


async def _asked(session: aiohttp.ClientSession, url: str, began: float) -> Answer:
    try:
        async with session.get(url) as answer:
            await answer.read()
            return str(answer.status), time.monotonic() - began
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return type(error).__name__, time.monotonic() - began


async def _go_on_counting(client: Client) -> None:
    counted = DOSSIERS
    while True:
        counted += 1
        await asyncio.to_thread(report, client, counted)
        await asyncio.sleep(0.5)


def line(name: str, answers: Sequence[Answer], spent: tuple[float, float]) -> tuple[str, ...]:
    """The row of the table; times are of those that were answered with 200."""
    count = Counter(status for status, _ in answers)
    others = {status: number for status, number in count.items() if status not in {"200", "503"}}
    times = sorted(seconds for status, seconds in answers if status == "200") or [float("nan")]
    hundredths = quantiles(times, n=100) if len(times) > 1 else times * 99
    return (
        name, str(count["200"]), str(count["503"]), ", ".join(f"{number} {what}" for what, number in others.items()) or "0",
        f"{hundredths[49]:.2f}", f"{hundredths[98]:.2f}", f"{max(seconds for _, seconds in answers):.2f}",
        f"{spent[0]:.1f}", f"{spent[1]:.1f}",
    )  # fmt: skip


@cache
def _communes() -> list[int]:
    return [one.unit_id for one in load_units() if one.level == "commune" and one.valid_until is None]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("connections", nargs="?", type=int, default=CONNECTIONS)
    raise SystemExit(main(parser.parse_args().connections))
