"""What the peers need beside our own environment: got once, kept under `build/bench-peers/`, used without network afterwards."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from deploy.embedded.kafka.runtimes import find_maven, require_java

ROOT = Path(__file__).parents[2]
INSTALLS = ROOT / "build" / "bench-peers"
QUIX_LOCK = ROOT / "requirements" / "bench.lock"
STREAMS_PROJECT = Path(__file__).with_name("kafka-streams")
JAVA_OPTIONS = ("-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")


class InstallError(Exception):
    """Something that a peer needs could not be got; the text says what."""


def quix_python() -> Path:
    """The interpreter of an environment with Quix Streams, as pinned in `requirements/bench.lock`."""
    folder = INSTALLS / f"quix-{sys.version_info.major}.{sys.version_info.minor}-{_digest([QUIX_LOCK])}"
    python = folder / "bin" / "python"
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--requirement", str(QUIX_LOCK)])
        (folder / "whole").touch()
    return python


def kafka_streams_command() -> list[str]:
    """The command line of the Java peer, compiled when its sources changed."""
    sources = sorted(one for one in STREAMS_PROJECT.rglob("*") if one.suffix in (".java", ".xml"))
    folder = INSTALLS / f"kafka-streams-{_digest(sources)}"
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        maven = find_maven(os.environ)
        if maven is None:
            raise InstallError("Kafka Streams is compiled by Maven, which was not found: see `motcua doctor`")
        goals = ["compile", "dependency:copy-dependencies", "-DincludeScope=runtime"]
        places = [f"-Dbuild.folder={folder}", f"-DoutputDirectory={folder / 'lib'}"]
        pom = str(STREAMS_PROJECT / "pom.xml")
        _run([str(maven), "--quiet", "--batch-mode", "--strict-checksums", "--file", pom, *goals, *places])
        (folder / "whole").touch()
    class_path = f"{folder / 'classes'}{os.pathsep}{folder / 'lib' / '*'}"
    return [str(require_java()), *JAVA_OPTIONS, "-cp", class_path, "vn.motcua.bench.Main"]


def _digest(files: Iterable[Path]) -> str:
    return hashlib.sha256(b"\0".join(one.read_bytes() for one in files)).hexdigest()[:12]


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode != 0:
        raise InstallError(
            f"{' '.join(command[:4])} ... ended with {done.returncode}: {(done.stdout + done.stderr)[-600:]}"
        )
