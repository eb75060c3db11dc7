"""Finds and ends what a stack left behind: every process that carries the stack's mark in its environment."""

from __future__ import annotations

import os

import psutil

from deploy.embedded.processes.rundir import STACK_MARK, RunDir

_ROUNDS = 5
_WAIT_SECONDS = 5.0


def marked_processes(run_dir: RunDir) -> list[psutil.Process]:
    """Processes of this user that belong to the stack, children of its programs included; never the caller."""
    return [process for process in psutil.process_iter() if process.pid != os.getpid() and _marked(process, run_dir)]


def kill_marked(run_dir: RunDir) -> int:
    """Kill -9 every process of the stack until none is left; the number killed."""
    killed = 0
    for _ in range(_ROUNDS):  # a program may have started a child while the list was made
        found = marked_processes(run_dir)
        if not found:
            break
        for process in found:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
            killed += 1
        psutil.wait_procs(found, timeout=_WAIT_SECONDS)
    return killed


def _marked(process: psutil.Process, run_dir: RunDir) -> bool:
    try:
        return bool(process.environ().get(STACK_MARK) == str(run_dir.root))
    except (psutil.Error, OSError):  # ended meanwhile, a zombie, or another user's
        return False
