"""Looks before starting: is what is needed there, and are the ports free? One clear line each."""

import importlib.metadata
import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.kafka.runtimes import check_java, check_maven, require_java
from deploy.embedded.processes.attach import attach
from deploy.embedded.processes.errors import NotRunningError
from motcua.addresses import Addresses
from motcua.output import CommandError, ExitCode

NEEDED_FREE_BYTES = 2 * 1024**3
LEAST_FREE_BYTES = 128 * 1024**2
"""With less nothing is started, and what runs is about to stop."""
PORT_SETTINGS = {
    "kafka": "MOTCUA_KAFKA_PORT",
    "clickhouse": "MOTCUA_CLICKHOUSE_PORT",
    "intake": "MOTCUA_INTAKE_PORT",
    "web": "MOTCUA_WEB_PORT",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at; `advice` says what to do when it is not well."""

    name: str
    is_well: bool
    seen: str
    advice: str = ""


def check_before_start(addresses: Addresses) -> None:
    """CommandError naming the first port that is taken; EmbeddedKafkaError when Java is missing or too old."""
    full = full_disk(Path(addresses.data_dir))
    if full:
        raise CommandError(full, ExitCode.CANNOT_START)
    if addresses.is_own_kafka:
        require_java()
    for name, port in own_ports(addresses).items():
        if port_is_taken(port):
            advice = f"stop what uses it, or set {PORT_SETTINGS[name]} to another port"
            raise CommandError(f"port {port} for {name} is taken; {advice}", ExitCode.CANNOT_START)


def findings(addresses: Addresses) -> list[Finding]:
    """Everything that `motcua doctor` looks at."""
    return [_python(), *_runtimes(addresses), _packages(), _disk(Path(addresses.data_dir)), *_ports(addresses)]


def own_ports(addresses: Addresses) -> dict[str, int]:
    """The ports that `up` opens itself."""
    ports = {"intake": _port_of(addresses.intake_url), "web": _port_of(addresses.web_url)}
    if addresses.is_own_kafka:
        ports["kafka"] = _port_of(addresses.kafka)
    if addresses.is_own_clickhouse:
        ports["clickhouse"] = _port_of(addresses.clickhouse_url.rsplit("/", 1)[0])
    return ports


def is_running(addresses: Addresses) -> bool:
    """Whether `motcua up` runs on the data folder."""
    try:
        attach(addresses.run_dir)
    except NotRunningError:
        return False
    return True


def port_is_taken(port: int) -> bool:
    """Whether another program listens on the loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _python() -> Finding:
    seen = ".".join(map(str, sys.version_info[:3]))
    return Finding(name="Python", is_well=sys.version_info >= (3, 11), seen=seen, advice="install Python 3.11 or newer")


def _runtimes(addresses: Addresses) -> list[Finding]:
    if not addresses.is_own_kafka:
        return []
    checks = {"Java": check_java(), "Maven": check_maven()}
    return [
        Finding(name=name, is_well=one.ok, seen=one.version or "not found", advice=one.advice)
        for name, one in checks.items()
    ]


def _packages() -> Finding:
    seen = f"chdb {importlib.metadata.version('chdb')}, faust {importlib.metadata.version('faust-streaming')}"
    return Finding(name="Packages", is_well=True, seen=seen)


def full_disk(data_dir: Path) -> str:
    """What is to be said of a disk that is full; empty when it isn't."""
    free = _free_bytes(data_dir)
    if free >= LEAST_FREE_BYTES:
        return ""
    return f"the disk is full: {free // 1024**2} MiB free for {data_dir}; free some space, then `motcua up` goes on where it was"


def _free_bytes(data_dir: Path) -> int:
    folder = next(one for one in (data_dir, *data_dir.parents) if one.exists())
    return shutil.disk_usage(folder).free


def _disk(data_dir: Path) -> Finding:
    free = _free_bytes(data_dir)
    advice = f"free some space near {data_dir}, or set MOTCUA_DATA_DIR"
    return Finding(name="Disk", is_well=free > NEEDED_FREE_BYTES, seen=f"{free / 1024**3:.0f} GiB free", advice=advice)


def _ports(addresses: Addresses) -> list[Finding]:
    found = []
    if is_running(addresses):
        return [Finding(name="Ports", is_well=True, seen="in use by the stack that runs here")]
    for name, port in own_ports(addresses).items():
        is_taken = port_is_taken(port)
        advice = f"stop what uses it, or set {PORT_SETTINGS[name]}"
        found.append(
            Finding(
                name=f"Port {port} ({name})", is_well=not is_taken, seen="taken" if is_taken else "free", advice=advice
            )
        )
    return found


def _port_of(address: str) -> int:
    return int(address.rsplit(":", 1)[1])
