"""Java and Maven on this machine: found or not, which version, what to do. Used by the broker and by `motcua doctor`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.kafka.errors import JavaMissingError, JavaTooOldError

MINIMUM_JAVA = 17  # the oldest Java that runs a Kafka 4 broker

_ASK_SECONDS = 30
_JAVA_ADVICE = (
    f"install Java {MINIMUM_JAVA} or newer (Debian/Ubuntu: `apt install openjdk-17-jre-headless`, "
    "macOS: `brew install openjdk@17`) or set JAVA_HOME"
)
_MAVEN_ADVICE = "install Maven (Debian/Ubuntu: `apt install maven`, macOS: `brew install maven`); it is needed once"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeCheck:
    """What was found of one runtime. `ok` is False when it is missing or too old; `advice` is empty when ok."""

    ok: bool
    path: Path | None
    version: str | None
    advice: str


def check_java(environ: Mapping[str, str] | None = None) -> RuntimeCheck:
    """Find Java in JAVA_HOME, then on PATH, and ask for its version. Never raises for a missing Java."""
    env = os.environ if environ is None else environ
    path = _find("java", env, home=env.get("JAVA_HOME"))
    # macOS has a /usr/bin/java that only says where to get Java: a java that can't tell its version is none.
    said = _ask(path, "-version", env) if path else None
    version = java_version(said) if said else None
    if path is None or version is None:
        return RuntimeCheck(ok=False, path=path, version=None, advice=_JAVA_ADVICE)
    ok = java_major(version) >= MINIMUM_JAVA
    return RuntimeCheck(ok=ok, path=path, version=version, advice="" if ok else _JAVA_ADVICE)


def check_maven(environ: Mapping[str, str] | None = None) -> RuntimeCheck:
    """Find Maven on PATH and ask for its version. Only needed while the jar cache is empty."""
    env = os.environ if environ is None else environ
    path = find_maven(env)
    said = _ask(path, "--version", env) if path else None
    found = re.search(r"Apache Maven (\S+)", said) if said else None
    version = re.sub(r"\x1b\[\d*m", "", found.group(1)) if found else None
    ok = version is not None
    return RuntimeCheck(ok=ok, path=path, version=version, advice="" if ok else _MAVEN_ADVICE)


def find_maven(environ: Mapping[str, str]) -> Path | None:
    """Path of the `mvn` command, or None."""
    return _find("mvn", environ, home=environ.get("MAVEN_HOME"))


def require_java(environ: Mapping[str, str] | None = None) -> Path:
    """Path of a usable `java`.

    Raises JavaMissingError or JavaTooOldError with a line that says what to do.
    """
    check = check_java(environ)
    if check.path is None or check.version is None:
        raise JavaMissingError(f"Java was not found: {check.advice}.")
    if not check.ok:
        raise JavaTooOldError(f"Java {check.version} at {check.path} is too old for Kafka: {check.advice}.")
    return check.path


def java_version(said: str) -> str | None:
    """The version in what `java -version` prints, e.g. "17.0.15"; None if there is none."""
    found = re.search(r'version "([^"]+)"', said)
    return found.group(1) if found else None


def java_major(version: str) -> int:
    """17 for "17.0.15", 8 for the old form "1.8.0_292", 25 for "25-ea"."""
    numbers = [int(number) for number in re.findall(r"\d+", version)]
    if not numbers:
        return 0
    return numbers[1] if numbers[0] == 1 and len(numbers) > 1 else numbers[0]


def _find(command: str, environ: Mapping[str, str], *, home: str | None) -> Path | None:
    if home:
        candidate = Path(home) / "bin" / command
        if os.access(candidate, os.X_OK):
            return candidate
    found = shutil.which(command, path=environ.get("PATH", os.defpath))
    return Path(found) if found else None


def _ask(path: Path, option: str, environ: Mapping[str, str]) -> str | None:
    try:
        answer = subprocess.run(  # noqa: S603 java or mvn, one option
            [str(path), option], capture_output=True, text=True, timeout=_ASK_SECONDS, check=False, env=dict(environ)
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout + answer.stderr if answer.returncode == 0 else None
