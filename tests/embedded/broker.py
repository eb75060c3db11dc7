"""Starts the embedded broker as a child process and waits until it serves; for tests and benches.

The product's process manager runs `python -m deploy.embedded.kafka` itself, with the same `answers` as the health check.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.embedded.kafka.answering import answers
from deploy.embedded.kafka.launch import free_port, require_free
from deploy.embedded.kafka.settings import HOST
from deploy.embedded.processes.tied import tied
from tests.waiting import until


class BrokerNotReadyError(Exception):
    """The broker ended, or did not answer in time, after it was started."""


@dataclass(slots=True, kw_only=True)
class KafkaHandle:
    """A running broker; a context manager that stops it."""

    data_dir: Path
    port: int
    process: subprocess.Popen[bytes]

    @property
    def bootstrap_servers(self) -> str:
        """`127.0.0.1:<port>`."""
        return f"{HOST}:{self.port}"

    @property
    def log_path(self) -> Path:
        """Where the broker's output goes."""
        return self.data_dir / "kafka.log"

    def stop(self, timeout_s: float = 30.0) -> None:
        """Orderly stop; kills the broker after `timeout_s` seconds. Does nothing if it has ended."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """Kill -9, as a crash would."""
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        """Return the handle itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the broker."""
        self.stop()


def start_kafka(
    data_dir: Path, port: int | None = None, *, timeout_s: float = 60.0, flush_each_append: bool = False
) -> KafkaHandle:
    """Start a broker on `data_dir` and return when it serves; a free port is chosen if none is given.

    Without `flush_each_append` acknowledged records survive kill -9 but not power loss, which is quicker and enough for
    tests. The broker dies with the calling thread (Linux), so that a killed test run leaves none behind.
    Raises PortTakenError, or BrokerNotReadyError with the end of the broker's output.
    """
    chosen = port or free_port()
    require_free(chosen)  # or another broker there would be taken for this one
    data_dir.mkdir(parents=True, exist_ok=True)
    broker = [sys.executable, "-m", "deploy.embedded.kafka", "--data", str(data_dir), "--port", str(chosen)]
    broker += ["--flush", "append" if flush_each_append else "os"]
    with (data_dir / "kafka.log").open("ab") as log:
        process = subprocess.Popen(
            tied(broker, parent_pid=os.getpid()), stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
        )
    handle = KafkaHandle(data_dir=data_dir, port=chosen, process=process)
    with contextlib.suppress(AssertionError):
        until(lambda: process.poll() is not None or answers(chosen), timeout_s)
    if process.poll() is not None or not answers(chosen):
        handle.kill()
        raise BrokerNotReadyError(f"Kafka did not start (exit code {process.returncode}): {_tail(handle.log_path)}")
    return handle


def _tail(path: Path, lines: int = 8) -> str:
    return " | ".join(path.read_text(errors="replace").splitlines()[-lines:])
