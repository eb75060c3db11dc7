"""The supervisord that a stack started: begun, asked, watched, ended.

Promise: a busy machine is not a dead one. While the process lives, a question is asked again until it is answered, and whoever
watches is told that it takes long; only a process that ended is an error.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from deploy.embedded.processes.control import ANSWER_SECONDS, Control
from deploy.embedded.processes.errors import NotAnsweringError, NotRunningError, StackError, SupervisorDiedError
from deploy.embedded.processes.programs import Program, log_tail
from deploy.embedded.processes.rundir import (
    STACK_MARK,
    RunDir,
    program_spec,
    remove_socket,
    socket_path,
    supervisor_command,
    supervisor_settings,
)
from deploy.embedded.processes.tied import tied
from deploy.embedded.processes.whole_files import write_whole

_POLL_SECONDS = 0.1
_STOP_SECONDS = 15.0
_BUSY_STOP_ANSWERS = 6
"""How many answers' time a process manager that doesn't answer gets to stop everything by itself, before it is killed."""

AnswerT = TypeVar("AnswerT")
OnProgress = Callable[[str, str], None]


class Supervisor:
    """One running supervisord. `tell` may be set at any time: it gets ("supervisord", what is the matter)."""

    def __init__(self, run_dir: RunDir, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._run_dir = run_dir
        self._answer_seconds = answer_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._control: Control | None = None
        self.tell: OnProgress | None = None

    def start(self, programs: Sequence[Program]) -> None:
        """Start it and wait until it answers. Raises StackError if it ends instead."""
        run_dir = self._run_dir
        remove_socket(run_dir)
        socket = socket_path(run_dir)
        _write_settings(run_dir, programs, socket)
        # SIGTERM and not SIGKILL: when the foreground dies, supervisord still stops the programs in order.
        command = tied(supervisor_command(run_dir), parent_pid=os.getpid(), death_signal=signal.SIGTERM)
        with run_dir.supervisor_log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 our own command
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal reaches the foreground only
                env=dict(os.environ) | {STACK_MARK: str(run_dir.root)},
            )
        self._control = Control(
            socket_path=socket, supervisor_log=run_dir.supervisor_log, answer_seconds=self._answer_seconds
        )
        tell_at = time.monotonic() + self._answer_seconds
        while not self.ask(Control.answers):
            if self._process.poll() is not None:
                raise StackError(f"supervisord did not start:\n{log_tail(run_dir.supervisor_log)}")
            if time.monotonic() > tell_at:
                tell_at += self._answer_seconds
                self._say("is slow to start; this waits for it")
            time.sleep(_POLL_SECONDS)

    def ask(self, question: Callable[[Control], AnswerT]) -> AnswerT:
        """The answer, however long it takes while the process lives. Raises SupervisorDiedError, NotRunningError."""
        if self._control is None:
            raise NotRunningError(f"nothing was started on {self._run_dir.root}")
        asked_at, is_told = time.monotonic(), False
        while True:
            try:
                answer = question(self._control)
            except NotAnsweringError:
                self._say(f"has not answered for {time.monotonic() - asked_at:.0f} s; it lives, so this waits for it")
                is_told = True
                self.pause(0.0)
            except NotRunningError as error:
                self.pause(_STOP_SECONDS)  # it closes its socket before it ends
                raise SupervisorDiedError(f"the process manager does not answer: {error}") from error
            else:
                if is_told:
                    self._say(f"answers again after {time.monotonic() - asked_at:.0f} s")
                return answer

    def pause(self, seconds: float) -> None:
        """Sleep, but wake at once when supervisord ends. Raises SupervisorDiedError."""
        if self._process is None:
            raise NotRunningError(f"nothing was started on {self._run_dir.root}")
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(seconds)
            raise SupervisorDiedError(f"the process manager ended with {code}; its programs were ended with it")

    def stop_in_order(self, stop: Callable[[Control], None]) -> None:
        """Let `stop` end the programs one by one, and then supervisord; one that doesn't answer is asked to do it by itself."""
        if self._control is None or self._process is None or self._process.poll() is not None:
            return
        try:
            stop(self._control)
            self._control.shut_down()
        except NotRunningError:
            return
        except NotAnsweringError:
            self._say("does not answer; it was sent SIGTERM, by which it stops everything itself")
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_BUSY_STOP_ANSWERS * self._answer_seconds)
                return
            self._process.kill()  # its programs end with it

    def end(self) -> None:
        """Wait until it has ended; kill it, and its programs with it, when that takes too long."""
        if self._process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_STOP_SECONDS)
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None
        self._control = None
        remove_socket(self._run_dir)

    def _say(self, what: str) -> None:
        if self.tell is not None:
            self.tell("supervisord", what)


def _write_settings(run_dir: RunDir, programs: Sequence[Program], socket: Path) -> None:
    write_whole(run_dir.spec, program_spec(programs, run_dir))
    write_whole(run_dir.settings, supervisor_settings(programs, run_dir, socket))
    write_whole(run_dir.socket_pointer, str(socket))
