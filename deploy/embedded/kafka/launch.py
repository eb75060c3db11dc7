"""Prepares a data directory and turns this process into the broker.

In: data directory, port, settings. Out: nothing; on success `launch` never returns, because the process has become
`java` (same pid, so that signals and a parent's death reach the broker itself).
Promise: every refusal is an EmbeddedKafkaError with one line that says what to do, before Java is started.
"""

from __future__ import annotations

import base64
import errno
import fcntl
import os
import shutil
import socket
import subprocess
import uuid
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.kafka.errors import DataDirInUseError, PortTakenError, StorageFormatError
from deploy.embedded.kafka.jars import resolve_jars
from deploy.embedded.kafka.runtimes import require_java
from deploy.embedded.kafka.settings import HOST, BrokerSettings, java_arguments, server_properties

LOG4J2 = Path(__file__).with_name("log4j2.properties")

_FORMAT_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchOptions:
    """What the command line gives. `controller_port` None: a free one is taken at each start."""

    data_dir: Path
    port: int
    controller_port: int | None = None
    flush_each_append: bool = True
    heap_mb: int = 256


def launch(options: LaunchOptions) -> None:
    """Become the broker; never returns. Raises EmbeddedKafkaError before anything was started."""
    data_dir = options.data_dir.resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    _lock(data_dir)
    java = require_java()
    jars = resolve_jars()
    require_free(options.port)
    settings = BrokerSettings(
        port=options.port,
        controller_port=options.controller_port or free_port(),
        log_dir=data_dir / "log",
        flush_each_append=options.flush_each_append,
        heap_mb=options.heap_mb,
    )
    runtime = [str(java), *java_arguments(jars=jars, log4j2=LOG4J2, heap_mb=options.heap_mb)]
    if not (settings.log_dir / "meta.properties").exists():
        _format(runtime, settings, data_dir)
    properties = data_dir / "server.properties"
    properties.write_text(server_properties(settings))
    os.execv(runtime[0], [*runtime, "kafka.Kafka", str(properties)])  # noqa: S606 no shell is wanted


def new_cluster_id() -> str:
    """A random cluster id in Kafka's form: 22 characters that don't begin with a dash (it would read as an option)."""
    while (cluster_id := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return cluster_id


def free_port() -> int:
    """A port of the loopback interface that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _lock(data_dir: Path) -> None:
    """Hold the data directory until this process, or the `java` it becomes, ends."""
    # Kafka locks its log directory too, but only after seconds of start-up and with a stack trace.
    handle = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    os.set_inheritable(handle, True)  # noqa: FBT003 positional by the standard library
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = os.read(handle, 32).decode(errors="replace").strip() or "unknown"
        os.close(handle)
        raise DataDirInUseError(
            f"A broker (pid {holder}) already runs on {data_dir}: stop it or give another --data."
        ) from error
    os.ftruncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())


def require_free(port: int) -> None:
    """Raise PortTakenError if something listens on the port of the loopback interface."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            raise PortTakenError(
                f"Port {port} on {HOST} can't be used ({os.strerror(error.errno)}): "
                "stop what listens there or give another --port."
            ) from error


def _format(runtime: list[str], settings: BrokerSettings, data_dir: Path) -> None:
    """Let Kafka's own tool write a new log directory, under another name until it is whole."""
    if settings.log_dir.exists() and any(settings.log_dir.iterdir()):
        raise StorageFormatError(
            f"{settings.log_dir} holds files but no meta.properties: it was damaged or is not Kafka's; move it away."
        )
    fresh = data_dir / "log.formatting"
    shutil.rmtree(fresh, ignore_errors=True)
    properties = data_dir / "format.properties"
    properties.write_text(
        server_properties(BrokerSettings(port=settings.port, controller_port=settings.controller_port, log_dir=fresh))
    )
    command = [*runtime, "kafka.tools.StorageTool", "format", "-t", new_cluster_id(), "-c", str(properties)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=_FORMAT_SECONDS, check=False)  # noqa: S603
    if run.returncode != 0:
        said = (run.stderr + run.stdout).strip().splitlines()
        raise StorageFormatError(f"Kafka could not format {data_dir}: {said[0] if said else run.returncode}")
    if settings.log_dir.exists():
        settings.log_dir.rmdir()
    fresh.rename(settings.log_dir)
    properties.unlink()
