"""The files of one stack, and what is written into them.

In: run directory and programs. Out: paths; the content of supervisord's settings and of the program spec. Pure but for
`socket_path` and `remove_socket`: a run directory's path may be too long for a unix socket, then it has a short one.
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.processes.programs import Program
from deploy.embedded.processes.tied import tied_by_spec

# Every process of a stack carries this with the run directory as value, so that none can get lost.
STACK_MARK = "MOTCUA_STACK"

# 108 bytes on Linux, 104 on macOS, less what supervisord appends while it makes the socket (".<pid>").
_LONGEST_SOCKET_PATH = 90


@dataclass(frozen=True, slots=True)
class RunDir:
    """Where the files of one stack are."""

    root: Path

    @property
    def lock(self) -> Path:
        """Held by the foreground command; contains its pid."""
        return self.root / "run" / "lock"

    @property
    def settings(self) -> Path:
        """Settings of supervisord."""
        return self.root / "run" / "supervisord.conf"

    @property
    def spec(self) -> Path:
        """Commands and environments of the programs; readable by its owner only."""
        return self.root / "run" / "programs.json"

    @property
    def socket_pointer(self) -> Path:
        """Contains the path of the socket."""
        return self.root / "run" / "socket-path"

    @property
    def supervisor_log(self) -> Path:
        """What the process manager did."""
        return self.root / "logs" / "supervisord.log"

    def log(self, program: str) -> Path:
        """Output of one program."""
        return self.root / "logs" / f"{program}.log"


def socket_path(run_dir: RunDir) -> Path:
    """Path for the control socket: inside the run directory, or in a new short directory if that is too long."""
    inside = run_dir.root / "run" / "control.sock"
    if len(str(inside).encode()) <= _LONGEST_SOCKET_PATH:
        return inside
    short = tempfile.mkdtemp(prefix="motcua-")
    if len(short) > _LONGEST_SOCKET_PATH - 10:
        short = tempfile.mkdtemp(prefix="motcua-", dir="/tmp")
    return Path(short) / "c.sock"


def remove_socket(run_dir: RunDir) -> None:
    """Remove the socket of the last run, its pointer, and the short directory if it had one."""
    with contextlib.suppress(FileNotFoundError):
        socket = Path(run_dir.socket_pointer.read_text())
        socket.unlink(missing_ok=True)
        if socket.parent != run_dir.socket_pointer.parent:
            socket.parent.rmdir()
        run_dir.socket_pointer.unlink()


def program_spec(programs: Sequence[Program], run_dir: RunDir) -> str:
    """Content of the spec file that `tied` reads."""
    mark = {STACK_MARK: str(run_dir.root), "PYTHONUNBUFFERED": "1"}
    return json.dumps(
        {program.name: {"command": list(program.command), "env": mark | dict(program.env)} for program in programs}
    )


def supervisor_settings(programs: Sequence[Program], run_dir: RunDir, socket: Path) -> str:
    """Content of supervisord's settings; `programs` in start order, which is also its order of priority."""
    run = run_dir.settings.parent
    head = _section("unix_http_server", {"file": socket, "chmod": "0700"})
    head += _section(
        "supervisord",
        {
            "nodaemon": "true",
            "silent": "true",
            "logfile": run_dir.supervisor_log,
            "logfile_maxbytes": "5MB",
            "logfile_backups": 2,
            "pidfile": run / "supervisord.pid",
            "umask": "077",  # what the programs write is nobody else's to read
            "childlogdir": run,
            "identifier": "motcua",
            "directory": Path.cwd(),
        },
    )
    factory = "supervisor.rpcinterface:make_main_rpcinterface"
    head += _section("rpcinterface:supervisor", {"supervisor.rpcinterface_factory": factory})
    return head + "".join(
        _section(f"program:{program.name}", _program(program, run_dir, position))
        for position, program in enumerate(programs, start=1)
    )


def _program(program: Program, run_dir: RunDir, position: int) -> dict[str, object]:
    return {
        "command": " ".join(_quoted(part) for part in tied_by_spec(run_dir.spec, program.name)),
        "autostart": "false",  # the stack starts each program after the one before it is healthy
        "autorestart": "true",
        "priority": position,
        "startsecs": program.settle_s,
        "startretries": program.max_tries,
        "stopsignal": "TERM",
        "stopwaitsecs": max(1, round(program.stop_timeout_s)),
        "stopasgroup": "true",
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": run_dir.log(program.name),
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": 3,
    }


def _quoted(part: str) -> str:
    """Quoted for supervisord, which splits a command like a POSIX shell."""
    return "'" + part.replace("'", "'\"'\"'") + "'"


def _section(name: str, options: dict[str, object]) -> str:
    # A percent sign would begin an expansion, a semicolon after a blank a comment.
    lines = [f"{key} = {str(value).replace('%', '%%')}" for key, value in options.items()]
    return f"[{name}]\n" + "\n".join(lines) + "\n\n"


def supervisor_command(run_dir: RunDir) -> list[str]:
    """Command line of supervisord in the foreground."""
    return [sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "--configuration", str(run_dir.settings)]
