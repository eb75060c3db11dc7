"""The broker's jars: fetched once by Maven into a cache directory, then used without Maven.

In: `pom.xml` of this package and the cache directory. Out: a directory that holds exactly the jars Maven named.
Promise: a cache directory is either whole or not used. It is filled under another name and renamed, its manifest
lists every jar with its size, and a lock file lets only one process fill it.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

from deploy.embedded.kafka.errors import JarsUnresolvedError, MavenMissingError
from deploy.embedded.kafka.runtimes import check_maven, find_maven

POM = Path(__file__).with_name("pom.xml")
MANIFEST = "manifest.json"

_RESOLVE_SECONDS = 900  # about 45 MB; allow for a slow line
_VERSION_ELEMENT = "m:properties/m:kafka.version"
_POM_NAMESPACE = {"m": "http://maven.apache.org/POM/4.0.0"}


def kafka_version(pom: Path = POM) -> str:
    """The Kafka version that `pom.xml` names."""
    version = ElementTree.parse(pom).findtext(_VERSION_ELEMENT, namespaces=_POM_NAMESPACE)  # noqa: S314 our own file
    if not version:
        raise JarsUnresolvedError(f"{pom} names no kafka.version.")
    return version


def cache_root(environ: Mapping[str, str]) -> Path:
    """MOTCUA_CACHE_DIR, else ~/.cache/motcua."""
    configured = environ.get("MOTCUA_CACHE_DIR")
    return Path(configured) if configured else Path.home() / ".cache" / "motcua"


def resolve_jars(environ: Mapping[str, str] | None = None, *, pom: Path = POM) -> Path:
    """Directory with the broker's jars; fetched from Maven Central if the cache does not hold them whole.

    Safe to call from several processes at once: the first fetches, the others wait for it.
    Raises MavenMissingError or JarsUnresolvedError.
    """
    env = os.environ if environ is None else environ
    jars = cache_root(env) / "kafka" / kafka_version(pom)
    if is_whole(jars, pom):
        return jars
    jars.parent.mkdir(parents=True, exist_ok=True)
    with _exclusive(jars.parent / f".{jars.name}.lock"):
        if not is_whole(jars, pom):
            _fill(jars, pom, env)
    return jars


def are_fetched(environ: Mapping[str, str] | None = None, pom: Path = POM) -> bool:
    """Whether the cache holds the jars whole, so that a start fetches nothing."""
    return is_whole(cache_root(os.environ if environ is None else environ) / "kafka" / kafka_version(pom), pom)


def is_whole(jars: Path, pom: Path = POM) -> bool:
    """True if `jars` was filled for this pom and every jar still has the size it had then."""
    try:
        manifest = json.loads((jars / MANIFEST).read_text())
        return bool(manifest == _manifest(jars, pom))
    except (OSError, ValueError):
        return False


def _manifest(jars: Path, pom: Path) -> dict[str, object]:
    return {
        "pom_sha256": hashlib.sha256(pom.read_bytes()).hexdigest(),
        "jars": {jar.name: jar.stat().st_size for jar in sorted(jars.glob("*.jar"))},
    }


def _fill(jars: Path, pom: Path, environ: Mapping[str, str]) -> None:
    maven = find_maven(environ)
    if maven is None:
        raise MavenMissingError(
            f"Kafka's jars are not in {jars} and Maven was not found to fetch them: {check_maven(environ).advice}."
        )
    for cut_off in jars.parent.glob(f".{jars.name}.filling-*"):  # nobody else fills: we hold the lock
        shutil.rmtree(cut_off, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix=f".{jars.name}.filling-", dir=jars.parent))
    try:
        _run_maven(maven, pom, fresh, environ)
        manifest = _manifest(fresh, pom)
        (fresh / MANIFEST).write_text(json.dumps(manifest, indent=1))
        if jars.exists():
            # A directory can't be renamed over one that is not empty; a reader that started meanwhile waits
            # for the lock because the name is missing or the manifest does not fit.
            jars.rename(fresh.with_name(fresh.name.replace("filling", "broken")))
        fresh.rename(jars)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        for broken in jars.parent.glob(f".{jars.name}.broken-*"):
            shutil.rmtree(broken, ignore_errors=True)


def _run_maven(maven: Path, pom: Path, into: Path, environ: Mapping[str, str]) -> None:
    command = [str(maven), "--quiet", "--batch-mode", "--strict-checksums", "--file", str(pom)]
    command += ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={into}"]
    try:
        run = subprocess.run(  # noqa: S603 a fixed command
            command, capture_output=True, text=True, timeout=_RESOLVE_SECONDS, check=False, env=dict(environ)
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise JarsUnresolvedError(
            f"Maven could not fetch Kafka's jars: {error}. Check the network and retry."
        ) from error
    if run.returncode != 0 or not any(into.glob("kafka_*.jar")):
        raise JarsUnresolvedError(f"Maven could not fetch Kafka's jars: {_reason(run)} Check the network and retry.")


def _reason(run: subprocess.CompletedProcess[str]) -> str:
    """Maven's first line of error, without its colours."""
    lines = [line for line in (run.stdout + run.stderr).splitlines() if "[ERROR]" in line]
    return lines[0].split("[ERROR]", 1)[1].strip() if lines else f"it ended with {run.returncode}."


@contextmanager
def _exclusive(lock: Path) -> Iterator[None]:
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
