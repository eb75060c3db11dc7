"""What is run and how it fares: the words that the stack, its files and its callers share. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from deploy.embedded.processes.health import HealthCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One program of the stack.

    `env` is added to the environment of the foreground command. `priority`: lower starts earlier and stops later;
    equal ones keep the order in which they were given. Times are in seconds. A program that ends before it has run
    `settle_s` is tried again up to `max_tries` times with growing pauses (1 s, 2 s, 3 s ...), then given up;
    one that ends later is started again at once. With an exit code of `final_codes` it says that no other try will
    help, and is given up at once.
    """

    name: str
    command: tuple[str, ...]
    health: HealthCheck
    env: Mapping[str, str] = field(default_factory=dict)
    start_timeout_s: float = 30.0
    stop_timeout_s: float = 10.0
    priority: int = 0
    settle_s: int = 5
    max_tries: int = 5
    final_codes: frozenset[int] = frozenset()


class ProgramState(StrEnum):
    """State of a program, as shown to people."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    WAITING_TO_RETRY = "waiting to retry"
    STOPPING = "stopping"
    ENDED = "ended"
    GIVEN_UP = "given up"
    UNKNOWN = "unknown"

    @property
    def has_process(self) -> bool:
        """True if a process exists."""
        return self in {ProgramState.STARTING, ProgramState.RUNNING, ProgramState.STOPPING}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramStatus:
    """How one program fares. `uptime_s` in whole seconds; `exit_code` is that of the last end, None if none yet."""

    name: str
    state: ProgramState
    pid: int | None
    uptime_s: int
    exit_code: int | None
    log_path: Path


def in_start_order(programs: tuple[Program, ...]) -> tuple[Program, ...]:
    """Sorted by priority; equal priorities keep their order."""
    return tuple(sorted(programs, key=lambda program: program.priority))


def log_tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log, or a word that there are none."""
    try:
        text = path.read_text(errors="replace")
    except FileNotFoundError:
        text = ""
    return "\n".join(text.splitlines()[-lines:]) or "(empty)"
