"""Looks at a running stack from another process, as `motcua status` does."""

from __future__ import annotations

import json
from pathlib import Path

from deploy.embedded.processes.control import ANSWER_SECONDS, Control
from deploy.embedded.processes.errors import NotRunningError
from deploy.embedded.processes.programs import ProgramStatus
from deploy.embedded.processes.rundir import RunDir


class AttachedStack:
    """A stack that another process runs."""

    def __init__(self, run_dir: RunDir, control: Control) -> None:
        self._run_dir = run_dir
        self._control = control

    def status(self) -> list[ProgramStatus]:
        """How every program fares, in start order. Raises NotRunningError if it ended meanwhile, NotAnsweringError."""
        order = list(json.loads(self._run_dir.spec.read_text()))
        return sorted(self._control.statuses(), key=lambda status: order.index(status.name))

    def stop_program(self, name: str, *, timeout_s: float) -> None:
        """Stop one program and wait until it has ended. Raises StackError."""
        self._control.stop(name, timeout_s=timeout_s)

    def start_program(self, name: str) -> None:
        """Ask for one program to be started. Raises StackError."""
        self._control.start(name)


def attach(run_dir: Path, answer_seconds: float = ANSWER_SECONDS) -> AttachedStack:
    """The stack that runs on `run_dir`.

    Raises NotRunningError if none does, NotAnsweringError if its process manager takes longer than `answer_seconds`.
    """
    files = RunDir(run_dir.resolve())
    try:
        socket = Path(files.socket_pointer.read_text())
        control = Control(socket_path=socket, supervisor_log=files.supervisor_log, answer_seconds=answer_seconds)
    except FileNotFoundError as error:
        raise NotRunningError(f"nothing runs on {files.root}") from error
    if not control.answers():
        raise NotRunningError(f"nothing runs on {files.root}")
    return AttachedStack(files, control)
