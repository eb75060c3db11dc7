"""The programs of one machine as one thing: started in order, watched, stopped in reverse order.

In: a run directory and programs. Out: running processes, their logs in `<run_dir>/logs/<name>.log`, progress lines.
Promise: a program starts only when the one before it is healthy; when `start` fails or the caller leaves the `with`
block, nothing runs any more; when the caller is killed by -9, supervisord stops everything in order; when supervisord
is killed by -9, its programs end with it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.embedded.processes.attach import attach
from deploy.embedded.processes.control import Control
from deploy.embedded.processes.errors import (
    AlreadyRunningError,
    NotRunningError,
    ProgramFailedError,
    StackError,
    SupervisorDiedError,
)
from deploy.embedded.processes.health import Started
from deploy.embedded.processes.programs import Program, ProgramState, ProgramStatus, in_start_order, log_tail
from deploy.embedded.processes.rundir import (
    STACK_MARK,
    RunDir,
    program_spec,
    remove_socket,
    socket_path,
    supervisor_command,
    supervisor_settings,
)
from deploy.embedded.processes.sweep import kill_marked
from deploy.embedded.processes.tied import tied

_HEALTH_POLL_SECONDS = 0.1
_WATCH_SECONDS = 0.5
_SUPERVISOR_START_SECONDS = 20.0
_SUPERVISOR_STOP_SECONDS = 15.0

OnProgress = Callable[[str, str], None]


class Stack:
    """Runs programs; a context manager that stops them. To be used from the main thread only."""

    def __init__(self, run_dir: Path, programs: Iterable[Program]) -> None:
        self._run_dir = RunDir(run_dir.resolve())
        self._programs = in_start_order(tuple(programs))
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._control: Control | None = None
        self._lock: int | None = None

    def start(self, on_progress: OnProgress) -> None:
        """Start every program in order; `on_progress` gets (program, "starting" | "ready after 1.2 s").

        Raises AlreadyRunningError, or ProgramFailedError after everything was stopped again.
        """
        if threading.current_thread() is not threading.main_thread():
            # Linux ends the programs with the *thread* that started them.
            raise StackError("a stack must be started from the main thread")
        self._take_lock()
        try:
            kill_marked(self._run_dir)  # left over if the foreground and supervisord were both killed
            self._start_supervisor()
            for program in self._programs:
                self._start_program(program, on_progress)
        except BaseException:
            self.stop()
            raise

    def stop(self, on_progress: OnProgress | None = None) -> None:
        """Stop every program, last started first, then the process manager. Does nothing if this object runs nothing."""
        if self._lock is None:  # another foreground command may run here: its programs are not ours to stop
            return
        try:
            self._stop_in_order(on_progress)
        finally:
            self._end_supervisor()
            kill_marked(self._run_dir)
            self._release_lock()

    def status(self) -> list[ProgramStatus]:
        """How every program fares, in start order. Raises NotRunningError."""
        found = {status.name: status for status in self._require_control().statuses()}
        return [found[program.name] for program in self._programs]

    def wait(self, timeout_s: float | None = None, *, on_progress: OnProgress | None = None) -> None:
        """Watch the programs until `timeout_s` seconds are over, for ever if None; tells `on_progress` of restarts.

        Raises ProgramFailedError when a program is given up, SupervisorDiedError when the process manager ended.
        The caller then leaves the `with` block or calls `stop`.
        """
        give_up_at = None if timeout_s is None else time.monotonic() + timeout_s
        before = {status.name: status for status in self._statuses_or_death()}
        while give_up_at is None or time.monotonic() < give_up_at:
            self._pause(_WATCH_SECONDS)
            for status in self._statuses_or_death():
                if status.state is ProgramState.GIVEN_UP:
                    raise self._failed(status.name, f"ended {self._tries(status.name)} times in a row and was given up")
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
        self._run_dir.lock.parent.mkdir(parents=True, exist_ok=True)
        self._run_dir.supervisor_log.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._run_dir.lock, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(lock, 32).decode().strip()
            os.close(lock)
            raise AlreadyRunningError(f"already running on {root} (pid {holder}): stop it first") from error
        self._lock = lock
        with contextlib.suppress(NotRunningError):
            attach(root)
            self._release_lock()
            raise AlreadyRunningError(f"an earlier run on {root} is still stopping: try again in a few seconds")
        os.ftruncate(lock, 0)
        os.write(lock, f"{os.getpid()}\n".encode())

    def _release_lock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _start_supervisor(self) -> None:
        run_dir = self._run_dir
        remove_socket(run_dir)
        socket = socket_path(run_dir)
        run_dir.spec.touch(mode=0o600)
        run_dir.spec.write_text(program_spec(self._programs, run_dir))
        run_dir.settings.write_text(supervisor_settings(self._programs, run_dir, socket))
        run_dir.socket_pointer.write_text(str(socket))
        # SIGTERM and not SIGKILL: when the foreground dies, supervisord still stops the programs in order.
        command = tied(supervisor_command(run_dir), parent_pid=os.getpid(), death_signal=signal.SIGTERM)
        with run_dir.supervisor_log.open("ab") as log:
            self._supervisor = subprocess.Popen(  # noqa: S603 our own command
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal reaches the foreground only
                env=dict(os.environ) | {STACK_MARK: str(run_dir.root)},
            )
        self._control = Control(socket_path=socket, supervisor_log=run_dir.supervisor_log)
        give_up_at = time.monotonic() + _SUPERVISOR_START_SECONDS
        while not self._control.answers():
            if self._supervisor.poll() is not None or time.monotonic() > give_up_at:
                raise StackError(f"supervisord did not start:\n{log_tail(run_dir.supervisor_log)}")
            time.sleep(_HEALTH_POLL_SECONDS)

    def _start_program(self, program: Program, on_progress: OnProgress) -> None:
        if not isinstance(program.health, Started) and program.health.passed():
            raise self._failed(program.name, "was not started, because something else already serves in its place")
        on_progress(program.name, "starting")
        began = time.monotonic()
        self._require_control().start(program.name)
        while True:
            status = next(one for one in self._statuses_or_death() if one.name == program.name)
            if status.state is ProgramState.GIVEN_UP:
                raise self._failed(program.name, f"ended with exit code {status.exit_code} soon after each start")
            if status.state.has_process and program.health.passed():
                on_progress(program.name, f"ready after {time.monotonic() - began:.1f} s")
                return
            if time.monotonic() - began > program.start_timeout_s:
                waited = f"{program.start_timeout_s:g} s"
                raise self._failed(program.name, f"did not become healthy within {waited}: {program.health}")
            self._pause(_HEALTH_POLL_SECONDS)

    def _statuses_or_death(self) -> list[ProgramStatus]:
        try:
            return self._require_control().statuses()
        except NotRunningError as error:
            self._pause(_SUPERVISOR_STOP_SECONDS)
            raise SupervisorDiedError(f"the process manager does not answer: {error}") from error

    def _pause(self, seconds: float) -> None:
        """Sleep, but wake at once when supervisord ends. Raises SupervisorDiedError."""
        if self._supervisor is None:
            raise NotRunningError(f"nothing was started on {self._run_dir.root}")
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._supervisor.wait(seconds)
            raise SupervisorDiedError(f"the process manager ended with {code}; its programs were ended with it")

    def _require_control(self) -> Control:
        if self._control is None:
            raise NotRunningError(f"nothing was started on {self._run_dir.root}")
        return self._control

    def _tries(self, name: str) -> int:
        return next(program.max_tries for program in self._programs if program.name == name) + 1

    def _failed(self, name: str, reason: str) -> ProgramFailedError:
        return ProgramFailedError(program=name, reason=reason, log_tail=log_tail(self._run_dir.log(name)))

    def _stop_in_order(self, on_progress: OnProgress | None) -> None:
        if self._control is None or self._supervisor is None or self._supervisor.poll() is not None:
            return
        with contextlib.suppress(NotRunningError):
            running = {status.name for status in self._control.statuses() if status.state is not ProgramState.STOPPED}
            for program in reversed(self._programs):
                if program.name in running:
                    if on_progress is not None:
                        on_progress(program.name, "stopping")
                    self._control.stop(program.name, timeout_s=program.stop_timeout_s)
            self._control.shut_down()

    def _end_supervisor(self) -> None:
        if self._supervisor is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._supervisor.wait(_SUPERVISOR_STOP_SECONDS)
        if self._supervisor.poll() is None:
            os.killpg(self._supervisor.pid, signal.SIGKILL)
            self._supervisor.wait()
        self._supervisor = None
        self._control = None
        remove_socket(self._run_dir)
