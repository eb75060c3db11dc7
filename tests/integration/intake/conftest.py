"""The run's broker, one store, and real intake processes on them; every test uses dossiers of its own."""

import asyncio
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deploy.embedded.kafka.topics import create_topics
from deploy.embedded.processes.tied import tied
from motcua.topic_specs import topic_specs
from services.intake.adapters.event_store import LedgerStore, open_store
from services.intake.config import HISTORY_SOURCES
from tests.embedded.broker import KafkaHandle
from tests.integration.brokers import emptied
from tests.integration.intake.postgres import NoPostgresError, running_postgres
from tests.unit.intake.counter import HISTORY_SOURCE
from tests.waiting import until

START_SECONDS = 40.0
STOP_SECONDS = 40.0
ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Intake:
    """`serve` and `relay` as processes of their own on one store."""

    folder: Path
    broker: str
    port: int
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def store(self) -> LedgerStore:
        return open_store({"SQLITE_DBNAME": str(self.folder / "store" / "ledger.sqlite")})

    def start(self, name: str) -> None:
        """Start `serve` or `relay` without waiting for it."""
        environment = {
            **os.environ,
            "MOTCUA_DATA_DIR": str(self.folder),
            "MOTCUA_INTAKE_PORT": str(self.port),
            "KAFKA_BOOTSTRAP_SERVERS": self.broker,
            HISTORY_SOURCES: HISTORY_SOURCE,
            "PYTHONPATH": str(ROOT),
        }
        command = tied([sys.executable, "-m", "services.intake.app", name], parent_pid=os.getpid())
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(command, env=environment, cwd="/", stdout=log, stderr=log)

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def kill(self, name: str) -> None:
        """Kill -9."""
        self.processes[name].kill()
        self.processes[name].wait()

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(STOP_SECONDS)

    def wait_until_said(self, name: str, sentence: str, times: int) -> None:
        until(lambda: self.log(name).count(sentence) >= times, START_SECONDS, lambda: self.log(name))

    def wait_until_serving(self) -> None:
        until(self._is_serving, START_SECONDS, lambda: self.log("serve"))

    def _is_serving(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                return True
        except (urllib.error.URLError, OSError):
            assert self.processes["serve"].poll() is None, self.log("serve")
            return False


@pytest.fixture(scope="session")
def postgres() -> Iterator[dict[str, str]]:
    """The settings of a real PostgreSQL; skipped where there is none."""
    try:
        with running_postgres() as settings:
            yield settings
    except NoPostgresError as error:
        pytest.skip(f"no PostgreSQL: {error}")


@pytest.fixture(scope="module")
def broker(kafka: KafkaHandle) -> str:
    """The address of the run's broker, with the product's topics on it, all empty."""
    address = asyncio.run(emptied(kafka.bootstrap_servers))
    asyncio.run(create_topics(address, topic_specs(is_one_machine=True)))
    return address


@pytest.fixture(scope="module")
def intake(broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intake]:
    yield from running_intake(broker, tmp_path_factory.mktemp("intake"))


def running_intake(broker: str, folder: Path) -> Iterator[Intake]:
    """Both processes on a broker, until they are no longer needed."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    started = Intake(folder=folder, broker=broker, port=port)
    started.start("serve")
    started.start("relay")
    started.wait_until_serving()
    yield started
    started.stop()
