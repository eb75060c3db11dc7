"""Starts the server as a process and stops it: for tests and for programs that bring their own database.

In: a data folder. Out: a handle with the URL. Promise: `start` returns when `/ping` answers; `stop` ends the process.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chdb_front.options import READER_PASSWORD_VARIABLE, WRITER_PASSWORD_VARIABLE

_LOOK_SECONDS = 0.02


class StartError(Exception):
    """The server did not become ready; the message holds what it said, `exit_code` its code or None if it hung."""

    def __init__(self, message: str, exit_code: int | None) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(slots=True, kw_only=True)
class FrontProcess:
    """A running server."""

    process: subprocess.Popen[bytes] = field(repr=False)
    path: Path
    host: str
    port: int
    log_path: Path

    @property
    def url(self) -> str:
        """For CLICKHOUSE_URL."""
        return f"http://{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        """The process id."""
        return self.process.pid

    def log(self) -> str:
        """What the server has written to stderr so far."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def stop(self, timeout_seconds: float = 5.0) -> int:
        """SIGTERM, and SIGKILL if it doesn't help; the exit code (negative: killed by that signal)."""
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            return self.kill()

    def kill(self) -> int:
        """SIGKILL, as a crash would be."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        return self.process.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passwords:
    """Given to the server by its environment."""

    writer: str = field(default="", repr=False)
    reader: str = field(default="", repr=False)


def command(path: Path, *, host: str = "127.0.0.1", port: int = 8123, arguments: Sequence[str] = ()) -> list[str]:
    """The command line of the server, for a process manager."""
    return [sys.executable, "-m", "chdb_front", "--path", str(path), "--host", host, "--port", str(port), *arguments]


def start(
    path: Path, *, host: str = "127.0.0.1", port: int = 0, passwords: Passwords | None = None,
    arguments: Sequence[str] = (), timeout_seconds: float = 20.0,
) -> FrontProcess:  # fmt: skip
    """Starts the server on `path` (port 0: a free one) and waits until it is ready. Raises StartError.

    The server stops by itself, within seconds, when the process that called this is gone.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix="chdb-front-"))
    log_path, port_file = scratch / "stderr.log", scratch / "port"
    passwords = passwords or Passwords()
    environment = {
        **os.environ,
        WRITER_PASSWORD_VARIABLE: passwords.writer,
        READER_PASSWORD_VARIABLE: passwords.reader,
    }
    own = ("--port-file", str(port_file), "--exit-with-parent")
    line = command(path.resolve(), host=host, port=port, arguments=(*own, *arguments))
    with log_path.open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # our own command
            line, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
    started = FrontProcess(process=process, path=path, host=host, port=port, log_path=log_path)
    give_up_at = time.monotonic() + timeout_seconds
    while process.poll() is None and time.monotonic() < give_up_at:
        if _serves(started, port_file):
            return started
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_LOOK_SECONDS)
    exit_code = process.poll()
    started.kill()
    raise StartError(started.log().strip() or f"not ready after {timeout_seconds} s", exit_code)


def _serves(started: FrontProcess, port_file: Path) -> bool:
    if not port_file.exists():
        return False
    started.port = int(port_file.read_text(encoding="ascii"))
    return is_ready(started.url)


def is_ready(url: str, timeout_seconds: float = 1.0) -> bool:
    """True if a server (this one or a real one) answers /ping at `url`."""
    try:
        with urllib.request.urlopen(f"{url}/ping", timeout=timeout_seconds) as answer:  # noqa: S310  # the caller's own URL
            return bool(answer.read() == b"Ok.\n")
    except (urllib.error.URLError, OSError):
        return False
