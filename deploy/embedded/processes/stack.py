"""The programs of one machine as one thing: started in order, watched, stopped in reverse order.

In: a run directory and programs. Out: running processes, their logs in `<run_dir>/logs/<name>.log`, progress lines.
Promise: a program starts only when the one before it is healthy; when `start` fails or the caller leaves the `with`
block, nothing runs any more; when the caller is killed by -9, supervisord stops everything in order; when supervisord
is killed by -9, its programs end with it.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.embedded.processes.attach import attach
from deploy.embedded.processes.control import ANSWER_SECONDS, Control
from deploy.embedded.processes.errors import (
    AlreadyRunningError,
    NotAnsweringError,
    NotRunningError,
    ProgramFailedError,
    StackError,
)
from deploy.embedded.processes.health import Started
from deploy.embedded.processes.programs import Program, ProgramState, ProgramStatus, in_start_order, log_tail
from deploy.embedded.processes.rundir import RunDir
from deploy.embedded.processes.supervisor import OnProgress, Supervisor
from deploy.embedded.processes.sweep import kill_marked

_HEALTH_POLL_SECONDS = 0.1
_WATCH_SECONDS = 0.5


class Stack:
    """Runs programs; a context manager that stops them. To be used from the main thread only."""

    def __init__(self, run_dir: Path, programs: Iterable[Program], *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._run_dir = RunDir(run_dir.resolve())
        self._programs = in_start_order(tuple(programs))
        self._supervisor = Supervisor(self._run_dir, answer_seconds=answer_seconds)
        self._lock: int | None = None

    def start(self, on_progress: OnProgress) -> None:
        """Start every program in order; `on_progress` gets (program, "starting" | "ready after 1.2 s").

        Raises AlreadyRunningError, or ProgramFailedError after everything was stopped again.
        """
        if threading.current_thread() is not threading.main_thread():
            # Linux ends the programs with the *thread* that started them.
            raise StackError("a stack must be started from the main thread")
        self._take_lock()
        self._supervisor.tell = on_progress
        try:
            kill_marked(self._run_dir)  # left over if the foreground and supervisord were both killed
            self._supervisor.start(self._programs)
            for program in self._programs:
                self._start_program(program, on_progress)
        except BaseException:
            self.stop()
            raise

    def stop(self, on_progress: OnProgress | None = None) -> None:
        """Stop every program, last started first, then the process manager. Does nothing if this object runs nothing."""
        if self._lock is None:  # another foreground command may run here: its programs are not ours to stop
            return
        self._supervisor.tell = on_progress
        try:
            self._supervisor.stop_in_order(self._stop_in_order)
        finally:
            self._supervisor.end()
            kill_marked(self._run_dir)
            self._release_lock()

    def status(self) -> list[ProgramStatus]:
        """How every program fares, in start order. Raises NotRunningError, SupervisorDiedError."""
        found = {status.name: status for status in self._supervisor.ask(Control.statuses)}
        return [found[program.name] for program in self._programs]

    def wait(self, timeout_s: float | None = None, *, on_progress: OnProgress | None = None) -> None:
        """Watch the programs until `timeout_s` seconds are over, for ever if None; tells `on_progress` of restarts.

        A process manager that doesn't answer is waited for as long as it lives, and `on_progress` is told.
        Raises ProgramFailedError when a program is given up, SupervisorDiedError when the process manager ended.
        The caller then leaves the `with` block or calls `stop`.
        """
        give_up_at = None if timeout_s is None else time.monotonic() + timeout_s
        self._supervisor.tell = on_progress
        before = {status.name: status for status in self._supervisor.ask(Control.statuses)}
        while give_up_at is None or time.monotonic() < give_up_at:
            self._supervisor.pause(_WATCH_SECONDS)
            for status in self._supervisor.ask(Control.statuses):
                if status.state is ProgramState.GIVEN_UP:
                    raise self._failed(status.name, f"ended {self._tries(status.name)} times in a row and was given up")
                if status.exit_code != before[status.name].exit_code and status.exit_code in self._final(status.name):
                    raise self._failed(status.name, f"can't go on (exit code {status.exit_code})")
                if on_progress is not None and status.pid not in (None, before[status.name].pid):
                    on_progress(status.name, f"started again after exit code {status.exit_code}")
                if status.pid is not None:
                    before[status.name] = status

    def __enter__(self) -> Self:
        """Return the stack itself; nothing is started."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop everything."""
        self.stop()

    def _take_lock(self) -> None:
        root = self._run_dir.root
        for folder in (root, self._run_dir.lock.parent, self._run_dir.supervisor_log.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
        lock = os.open(self._run_dir.lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(lock, 32).decode().strip()
            os.close(lock)
            raise AlreadyRunningError(f"already running on {root} (pid {holder}): stop it first") from error
        self._lock = lock
        if _is_managed(root):
            self._release_lock()
            raise AlreadyRunningError(f"an earlier run on {root} is still stopping: try again in a few seconds")
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())

    def _release_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _start_program(self, program: Program, on_progress: OnProgress) -> None:
        if not isinstance(program.health, Started) and program.health.passed():
            raise self._failed(program.name, "was not started, because something else already serves in its place")
        on_progress(program.name, "starting")
        began = time.monotonic()
        self._supervisor.ask(lambda control: control.start(program.name))
        while True:
            status = next(one for one in self._supervisor.ask(Control.statuses) if one.name == program.name)
            if status.state is ProgramState.GIVEN_UP:
                raise self._failed(program.name, f"ended with exit code {status.exit_code} soon after each start")
            if status.exit_code in program.final_codes:
                raise self._failed(program.name, f"can't go on (exit code {status.exit_code})")
            if status.state.has_process and program.health.passed():
                on_progress(program.name, f"ready after {time.monotonic() - began:.1f} s")
                return
            if time.monotonic() - began > program.start_timeout_s:
                waited = f"{program.start_timeout_s:g} s"
                raise self._failed(program.name, f"did not become healthy within {waited}: {program.health}")
            self._supervisor.pause(_HEALTH_POLL_SECONDS)

    def _tries(self, name: str) -> int:
        return next(program.max_tries for program in self._programs if program.name == name) + 1

    def _final(self, name: str) -> frozenset[int]:
        return next(program.final_codes for program in self._programs if program.name == name)

    def _failed(self, name: str, reason: str) -> ProgramFailedError:
        return ProgramFailedError(program=name, reason=reason, log_tail=log_tail(self._run_dir.log(name)))

    def _stop_in_order(self, control: Control) -> None:
        running = {status.name for status in control.statuses() if status.state is not ProgramState.STOPPED}
        for program in reversed(self._programs):
            if program.name in running:
                if self._supervisor.tell is not None:
                    self._supervisor.tell(program.name, "stopping")
                control.stop(program.name, timeout_s=program.stop_timeout_s)


def _is_managed(root: Path) -> bool:
    """Whether a process manager lives there, even one that doesn't answer."""
    try:
        attach(root)
    except NotRunningError:
        return False
    except NotAnsweringError:
        return True
    return True
