"""Ties a program to its parent: the program ends when the parent does, even when the parent is killed by -9.

Run as a script: `tied.py --parent PID [--signal TERM] -- COMMAND...`, or `--spec FILE NAME` for a command and its
environment from a file (a file needs no quoting and keeps secrets out of the process list).
On Linux the kernel keeps the promise (PR_SET_PDEATHSIG) and this process becomes the command. Elsewhere this process
stays, watches its parent, and the command runs as its child.
Only the standard library is imported: the script must start fast, without the packages of the project.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import NoReturn

# The pid of the nearest tied ancestor, which is the parent that a program started by it must still have.
TIED_PID = "MOTCUA_TIED_PID"
EXIT_PARENT_GONE = 75

_PR_SET_PDEATHSIG = 1
_WATCH_SECONDS = 0.25


def tied(command: list[str], *, parent_pid: int | None, death_signal: signal.Signals = signal.SIGKILL) -> list[str]:
    """The command line that runs `command` tied to `parent_pid`, or to the nearest tied ancestor if that is None.

    Linux counts the parent's *thread* that started the program: start it from a thread that lives on.
    """
    return [*_script(parent_pid, death_signal), "--", *command]


def tied_by_spec(spec: Path, name: str) -> list[str]:
    """The command line that runs program `name` of a spec file tied to the nearest tied ancestor."""
    return [*_script(None, signal.SIGKILL), "--spec", str(spec), name]


def _script(parent_pid: int | None, death_signal: signal.Signals) -> list[str]:
    parent = [] if parent_pid is None else ["--parent", str(parent_pid)]
    return [sys.executable, "-I", "-S", __file__, "--signal", str(int(death_signal)), *parent]


def main(arguments: list[str]) -> int:
    """Become or watch the command; returns only where the kernel can't tie it, with the command's exit code."""
    parser = argparse.ArgumentParser(prog="tied")
    parser.add_argument("--parent", type=int, default=int(os.environ.get(TIED_PID, "0")))
    parser.add_argument("--signal", type=int, default=int(signal.SIGKILL))
    parser.add_argument("--spec", nargs=2)
    parser.add_argument("--watch", action="store_true", help="watch the parent even where the kernel could")
    parser.add_argument("command", nargs="*")
    given = parser.parse_args(arguments)
    command, environ = _from_spec(*given.spec) if given.spec else (given.command, dict(os.environ))
    if sys.platform == "linux" and not given.watch:
        _die_with_parent(given.signal)
        if os.getppid() != given.parent:  # it died before the kernel was asked
            return EXIT_PARENT_GONE
        _become(command, environ)
    return _watch(command, environ, parent=given.parent, death_signal=given.signal)


def _from_spec(spec: str, name: str) -> tuple[list[str], dict[str, str]]:
    program = json.loads(Path(spec).read_text())[name]
    return program["command"], dict(os.environ) | program["env"]


def _die_with_parent(death_signal: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")


def _become(command: list[str], environ: dict[str, str]) -> NoReturn:
    try:
        os.execvpe(command[0], command, environ | {TIED_PID: str(os.getpid())})  # noqa: S606 no shell is wanted
    except OSError as error:
        sys.exit(f"can't run {command[0]}: {error.strerror}")


def _watch(command: list[str], environ: dict[str, str], *, parent: int, death_signal: int) -> int:
    # Whoever stops the program signals the whole process group, so the watcher itself must not fall to it.
    for ignored in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    child = os.fork()
    if child == 0:
        for restored in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(restored, signal.SIG_DFL)
        _become(command, environ)
    told = False
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code
        if not told and os.getppid() != parent:
            told = True
            os.kill(child, death_signal)
            if death_signal == signal.SIGKILL and os.getpgrp() == os.getpid():
                os.killpg(os.getpgrp(), signal.SIGKILL)  # its children too, and this watcher with them
        time.sleep(_WATCH_SECONDS)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
