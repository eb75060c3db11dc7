"""Intake and the page as processes of their own, each on what it needs and nothing more, for programs that ask them over HTTP."""

import asyncio
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.kafka.launch import free_port
from deploy.embedded.processes.tied import tied
from services.stats.adapters.unit_register import load_units
from tests.browser.town import town, units
from tests.sql.engines import engine_of_its_own
from tests.sql.loading import call_whole, load
from tests.unit.stats.dossiers import events_of
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS, STOP_SECONDS = 40, 20


@contextmanager
def intake(folder: Path) -> Iterator[str]:
    """Intake's HTTP door on a store of its own, and its address; it needs no Kafka to record."""
    needs = {"MOTCUA_DATA_DIR": str(folder), "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    with _served(folder, ["services.intake.app", "serve"], "MOTCUA_INTAKE_PORT", needs) as url:
        yield url


@contextmanager
def page(folder: Path) -> Iterator[str]:
    """The page over an engine of its own with a town's dossiers, and its address; it reads as the supervisor."""
    with engine_of_its_own(folder / "clickhouse") as (engine, client):
        load_units(client, units())
        asyncio.run(load(client, events_of(town())))
        asyncio.run(call_whole(client))
        needs = {"CLICKHOUSE_URL": f"http://supervisor@{engine.host}:{engine.port}/motcua"}
        with _served(folder, ["services.page.app"], "MOTCUA_WEB_PORT", needs) as url:
            yield url


@contextmanager
def _served(folder: Path, module: list[str], port_setting: str, needs: dict[str, str]) -> Iterator[str]:
    """AssertionError with its log if it doesn't come up, or doesn't end in time: then it says where it hangs."""
    port = free_port()
    environment = {**os.environ, **needs, port_setting: str(port), "PYTHONPATH": str(ROOT)}
    command = tied([sys.executable, "-X", "faulthandler", "-m", *module], parent_pid=os.getpid())
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, cwd="/", stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _answers(url), START_SECONDS, log.read_text)
        yield url
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)
            process.wait()
            raise AssertionError(f"it did not end: {log.read_text()}") from None


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
