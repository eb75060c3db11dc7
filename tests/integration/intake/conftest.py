"""One broker, one store, and real intake processes on them; every test uses dossiers of its own."""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deploy.embedded.kafka.handle import KafkaHandle, start_kafka
from deploy.embedded.kafka.topics import create_topics
from deploy.embedded.processes.tied import tied
from motcua.topic_specs import topic_specs
from services.intake.adapters.event_store import LedgerStore, open_store

START_SECONDS = 40.0
ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Broker:
    """A broker that can be killed and started again on its data and port."""

    handle: KafkaHandle
    starter: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(max_workers=1))
    """A started broker dies with the thread that started it, so this thread lives as long as the tests."""

    @property
    def address(self) -> str:
        return self.handle.bootstrap_servers

    def kill(self) -> None:
        self.handle.kill()

    async def start(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self.starter, self._start)

    def _start(self) -> None:
        self.handle = start_kafka(self.handle.data_dir, self.handle.port)


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
            process.wait(20)

    def wait_until_said(self, name: str, sentence: str, times: int) -> None:
        give_up_at = time.monotonic() + START_SECONDS
        while self.log(name).count(sentence) < times:
            assert time.monotonic() < give_up_at, self.log(name)
            time.sleep(0.1)

    def wait_until_serving(self) -> None:
        give_up_at = time.monotonic() + START_SECONDS
        while time.monotonic() < give_up_at:
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                assert self.processes["serve"].poll() is None, self.log("serve")
                time.sleep(0.1)
        raise AssertionError(self.log("serve"))


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    started = Broker(start_kafka(tmp_path_factory.mktemp("kafka")))
    asyncio.run(create_topics(started.address, topic_specs(is_one_machine=True)))
    yield started
    started.handle.stop()
    started.starter.shutdown()


@pytest.fixture(scope="session")
def intake(broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Intake]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    started = Intake(folder=tmp_path_factory.mktemp("intake"), broker=broker.address, port=port)
    started.start("serve")
    started.start("relay")
    started.wait_until_serving()
    yield started
    started.stop()
