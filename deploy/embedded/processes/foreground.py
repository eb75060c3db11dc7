"""The foreground command of a stack, found from another process by the lock that it holds."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from pathlib import Path

from deploy.embedded.processes.errors import NotRunningError, StackError
from deploy.embedded.processes.rundir import RunDir

_POLL_SECONDS = 0.1


def foreground_pid(run_dir: Path) -> int | None:
    """The pid of the command that holds the run directory, None if nobody does."""
    path = RunDir(run_dir.resolve()).lock
    try:
        lock = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        text = os.read(lock, 32).decode(errors="replace").strip()
        return int(text) if text.isdecimal() else None
    else:
        return None
    finally:
        os.close(lock)


def stop_foreground(run_dir: Path, timeout_s: float) -> None:
    """Ask the foreground command to stop everything in order, as Ctrl-C does, and wait until it has.

    Raises NotRunningError if none runs, StackError if it takes longer than `timeout_s`.
    """
    pid = foreground_pid(run_dir)
    if pid is None:
        raise NotRunningError(f"nothing runs on {run_dir}")
    os.kill(pid, signal.SIGTERM)
    give_up_at = time.monotonic() + timeout_s
    while foreground_pid(run_dir) == pid:
        if time.monotonic() > give_up_at:
            raise StackError(f"pid {pid} is still stopping after {timeout_s:g} s")
        time.sleep(_POLL_SECONDS)
