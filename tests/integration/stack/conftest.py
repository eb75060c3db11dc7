"""The whole system as an operator starts it: `motcua up` in a process of its own, on free ports and an empty data folder."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.kafka.launch import free_port
from motcua.addresses import found
from motcua.commands.sql_command import supervisor_client
from motcua.stack_status import status_of
from services.intake.config import HISTORY_SOURCES
from tests.waiting import until

ROOT = Path(__file__).parents[3]
REGISTERS = ROOT.parent / "shared" / "data" / "registers"
MOTCUA = [sys.executable, "-c", "import sys; from motcua.cli import main; sys.exit(main())"]
UNITS = ROOT / "demo" / "data"
START_SECONDS = 150.0
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningStack:
    """A started stack and the means to ask it as a user would."""

    data_dir: Path
    env: dict[str, str]
    process: subprocess.Popen[bytes]

    def run(self, *arguments: str, timeout: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Run a `motcua` command against the stack."""
        return subprocess.run(
            [*MOTCUA, *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True, timeout=timeout, check=False
        )

    def asked(self, query: str) -> str:
        """What `motcua sql --format TSV` prints, without a program started for it: for what is asked until it holds."""
        with supervisor_client(found(self.env).reader_url) as client:
            answer: bytes = client.raw_query(query, fmt="TSV")
        return answer.decode()

    def seen(self) -> dict[str, Any]:
        """What `motcua status --json` prints, without a program started for it and with more patience on a busy machine."""
        return status_of(found(self.env), PATIENCE_SECONDS)

    def is_green(self) -> bool:
        """Whether `motcua status` would end with exit code 0."""
        seen = self.seen()
        return bool(seen["is_well"] and seen["dead_letters"] == {})

    def json(self, *arguments: str) -> Any:
        """The JSON output of a command that must succeed."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def lines(self, *arguments: str) -> list[dict[str, Any]]:
        """The JSON lines of a command that must succeed."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def pids_of(self, names: Sequence[str]) -> list[int]:
        """The process ids of some programs."""
        by_name = {one["name"]: one["pid"] for one in self.seen()["processes"]}
        return [int(by_name[name]) for name in names]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    """A stack for all tests of this folder, with the units of the demo; they share its data, so each uses its own dossiers."""
    data_dir = tmp_path_factory.mktemp("motcua")
    env = environment(data_dir)
    calendars = data_dir.with_name("calendars")
    calendars.mkdir()
    for file in REGISTERS.glob("hist-*.toml"):
        shutil.copy(file, calendars)
    env["MOTCUA_CALENDARS"] = str(calendars)
    with up(data_dir, env) as running:
        loaded = running.run("units", "load", str(UNITS / "units.csv"), "--successions", str(UNITS / "successions.csv"))
        assert loaded.returncode == 0, loaded.stderr
        yield running
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(60) in (0, 130), (data_dir / "up.log").read_text()


def environment(data_dir: Path) -> dict[str, str]:
    """The environment of a stack of its own on that data folder, with ports of its own."""
    names = ("KAFKA", "CLICKHOUSE", "INTAKE", "WEB")
    ports = {f"MOTCUA_{name}_PORT": str(free_port()) for name in names}
    hidden = ("KAFKA_BOOTSTRAP_SERVERS", "CLICKHOUSE_URL", "PERSISTENCE_MODULE")
    env = {name: value for name, value in os.environ.items() if name not in hidden}
    is_wide = {"COLUMNS": "400"}  # a message that names a file is one line, however long the name of the test's folder
    registers = ",".join(f"urn:motcua:import:{name}" for name in ("permit-receipt", "stl-small", "so-cu"))
    return env | {
        "MOTCUA_DATA_DIR": str(data_dir),
        "PYTHONPATH": str(ROOT),
        HISTORY_SOURCES: registers,
        **ports,
        **is_wide,
    }


@contextmanager
def up(data_dir: Path, env: dict[str, str]) -> Iterator[RunningStack]:
    """The stack once it is up; killed at the end if nobody stopped it."""
    with (data_dir / "up.log").open("wb") as output:
        process = subprocess.Popen([*MOTCUA, "up"], cwd=ROOT, env=env, stdout=output, stderr=subprocess.STDOUT)
    running = RunningStack(data_dir=data_dir, env=env, process=process)
    try:
        _wait_until_up(running.process, data_dir / "up.log")
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
            running.process.wait()


def _wait_until_up(process: subprocess.Popen[bytes], log: Path) -> None:
    def is_up() -> bool:
        assert process.poll() is None, log.read_text()
        return "Ctrl-C" in log.read_text()

    until(is_up, START_SECONDS, log.read_text)
