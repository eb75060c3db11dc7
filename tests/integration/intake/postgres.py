"""A real PostgreSQL of the test's own: found on the machine or installed, run by an unprivileged user on a free port."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.embedded.kafka.launch import free_port

START_SECONDS = 30.0


class NoPostgresError(Exception):
    """It can't be had on this machine; the text says why."""


@contextmanager
def running_postgres() -> Iterator[dict[str, str]]:
    """The settings of `eventsourcing` for an empty database that lives as long as the context."""
    programs = _programs()
    with tempfile.TemporaryDirectory(prefix="motcua-pg-") as named:
        folder, port = Path(named), free_port()
        user = _unprivileged_user()
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        data = folder / "data"
        _run(
            user, [str(programs / "initdb"), "-D", str(data), "-U", "ledger", "--auth=trust", "-E", "UTF8", "--no-sync"]
        )
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder} -c fsync=on -c max_connections=40"
        start = [str(programs / "pg_ctl"), "-D", str(data), "-w", "-t", str(int(START_SECONDS)), "-o", options]
        _run(user, [*start, "-l", str(folder / "log"), "start"])
        try:
            _run(user, [str(programs / "createdb"), "-h", "127.0.0.1", "-p", str(port), "-U", "ledger", "ledger"])
            yield {
                "PERSISTENCE_MODULE": "eventsourcing.postgres", "POSTGRES_DBNAME": "ledger", "POSTGRES_HOST": "127.0.0.1",
                "POSTGRES_PORT": str(port), "POSTGRES_USER": "ledger", "POSTGRES_PASSWORD": "any",
                "POSTGRES_POOL_SIZE": "2", "POSTGRES_MAX_OVERFLOW": "4",
            }  # fmt: skip
        finally:
            _run(user, [str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "-w", "stop"])


def _programs() -> Path:
    """The folder with initdb and pg_ctl; installed first where we may (root on Debian)."""
    found = _found()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        install = ["apt-get", "install", "-y", "--no-install-recommends", "postgresql"]
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(install, env=environment, capture_output=True, timeout=170, check=False)
        found = _found()
    if found is None:
        raise NoPostgresError(
            "there is no initdb here, and it can't be installed (needs root on Debian, and a network)"
        )
    return found


def _found() -> Path | None:
    on_path = shutil.which("initdb")
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    candidates = [*([Path(on_path).resolve().parent] if on_path else []), *folders]
    return next((one for one in candidates if (one / "initdb").exists() and (one / "pg_ctl").exists()), None)


def _unprivileged_user() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgresError("root may not run PostgreSQL and there is neither a user postgres nor nobody")


def _run(user: pwd.struct_passwd | None, command: list[str]) -> None:
    identity = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    done = subprocess.run(  # type: ignore[call-overload]
        command, **identity, cwd="/", env={"PATH": os.environ["PATH"], "LC_ALL": "C"}, text=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=60, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise NoPostgresError(f"{command[0]} failed: {done.stderr.strip()[-300:]}")
