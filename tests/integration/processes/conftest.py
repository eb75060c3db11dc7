"""Programs that write a journal, and a way to see that no process is left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from deploy.embedded.kafka.launch import free_port
from deploy.embedded.processes.programs import Program
from deploy.embedded.processes.rundir import RunDir
from deploy.embedded.processes.sweep import kill_marked, marked_processes
from tests.integration.processes.checks import TcpPort
from tests.waiting import until

HERE = Path(__file__).parent


@dataclass
class Office:
    """One run directory, its programs' journal, and what was started in it."""

    root: Path
    foregrounds: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def run_dir(self) -> Path:
        return self.root / "data"

    def program(self, name: str, *options: str, **settings: float) -> Program:
        """A program that listens on a port of its own and is healthy when it does."""
        port = free_port()
        script = (sys.executable, str(HERE / "counter_program.py"), name, str(self.root / "journal"), str(port))
        return Program(name=name, command=(*script, *options), health=TcpPort(port=port), **settings)  # type: ignore[arg-type]

    def journal(self, what: str = "") -> list[str]:
        """Lines `<what> <name> <pid>` of the programs, in the order written; without the pid."""
        path = self.root / "journal"
        lines = path.read_text().splitlines() if path.exists() else []
        return [line.rsplit(" ", 1)[0] for line in lines if line.startswith(what)]

    def pids(self) -> set[int]:
        """Every process that the journal names, children of programs included."""
        found = set()
        for line in (self.root / "journal").read_text().splitlines():
            what, _, pid = line.split()
            found.add(int(pid))
            if what.startswith("child="):
                found.add(int(what.removeprefix("child=")))
        return found

    def alive(self) -> set[int]:
        """Which of them still run (a zombie does not)."""
        return {pid for pid in self.pids() if _runs(pid)} | {one.pid for one in marked_processes(RunDir(self.run_dir))}

    def foreground(self, *programs: Program) -> subprocess.Popen[str]:
        """Run the programs under a foreground command of its own, as in a terminal."""
        file = self.root / "programs.json"
        file.write_text(
            json.dumps(
                [
                    {
                        "name": one.name,
                        "command": one.command,
                        "health": one.health.port,  # type: ignore[attr-defined]
                        "stop_timeout_s": one.stop_timeout_s,
                        "settle_s": one.settle_s,
                        "max_tries": one.max_tries,
                    }
                    for one in programs
                ]
            )
        )
        process = subprocess.Popen(
            [sys.executable, str(HERE / "foreground.py"), str(self.run_dir), str(file)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(HERE.parents[2])},
        )
        self.foregrounds.append(process)
        return process

    def up(self, *programs: Program) -> subprocess.Popen[str]:
        """The same, once everything is up."""
        process = self.foreground(*programs)
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line == "stack: up\n":
                return process
        raise AssertionError("".join(said))


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(root=tmp_path)
    yield made
    for process in made.foregrounds:
        process.kill()
        process.communicate()
    kill_marked(RunDir(made.run_dir.resolve()))


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool], float], None]:
    def wait_until(condition: Callable[[], bool], timeout_s: float) -> None:
        until(condition, timeout_s)

    return wait_until
