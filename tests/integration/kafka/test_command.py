"""The command and its jar cache: what is missing is said in one line, and Maven runs once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.embedded.kafka.jars import is_whole, kafka_version, resolve_jars
from tests.embedded.broker import KafkaHandle

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[3]


def _command(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deploy.embedded.kafka", *arguments]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "JAVA_HOME": ""} | environ
    return subprocess.run(command, capture_output=True, text=True, env=env, check=False)


def _script(directory: Path, name: str, body: str) -> None:
    directory.mkdir(exist_ok=True)
    file = directory / name
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)


def _says(run: subprocess.CompletedProcess[str], exit_code: int, *parts: str) -> None:
    """One line on stderr, nothing on stdout."""
    assert run.returncode == exit_code, run.stderr
    assert run.stdout == ""
    assert run.stderr.count("\n") == 1
    for part in ("kafka: ", *parts):
        assert part in run.stderr


def test_no_java_at_all(tmp_path: Path) -> None:
    run = _command("--data", str(tmp_path / "data"), PATH=str(tmp_path))
    _says(run, 10, "Java was not found", "install Java 17 or newer")


def test_a_java_that_only_says_where_to_get_java_counts_as_none(tmp_path: Path) -> None:
    _script(tmp_path / "bin", "java", "echo 'Unable to locate a Java Runtime.' >&2; exit 1")
    _says(_command("--data", str(tmp_path / "data"), PATH=str(tmp_path / "bin")), 10, "Java was not found")


def test_a_java_that_is_too_old(tmp_path: Path) -> None:
    _script(tmp_path / "bin", "java", """echo 'openjdk version "11.0.24" 2024-07-16' >&2""")
    run = _command("--data", str(tmp_path / "data"), PATH=str(tmp_path / "bin"))
    _says(run, 11, "Java 11.0.24", "too old", "install Java 17 or newer")


def test_an_empty_cache_without_maven(tmp_path: Path) -> None:
    run = _command("--fetch-only", PATH=str(tmp_path), MOTCUA_CACHE_DIR=str(tmp_path / "cache"))
    _says(run, 12, "Maven was not found", "apt install maven")


def test_a_maven_that_can_not_fetch_leaves_no_cache(tmp_path: Path) -> None:
    _script(tmp_path / "bin", "mvn", "echo '[ERROR] Could not transfer: no route to host'; exit 1")
    run = _command("--fetch-only", PATH=f"{tmp_path / 'bin'}:/usr/bin:/bin", MOTCUA_CACHE_DIR=str(tmp_path / "cache"))
    _says(run, 13, "Could not transfer: no route to host", "Check the network")
    assert [one.name for one in (tmp_path / "cache" / "kafka").iterdir()] == [f".{kafka_version()}.lock"]


def test_a_port_in_use(kafka: KafkaHandle, tmp_path: Path) -> None:
    run = _command("--data", str(tmp_path / "data"), "--port", str(kafka.port))
    _says(run, 14, f"Port {kafka.port} on 127.0.0.1 can't be used", "--port")


def test_data_in_use(kafka: KafkaHandle) -> None:
    _says(_command("--data", str(kafka.data_dir)), 15, f"pid {kafka.process.pid}", "already runs on")


def test_a_broken_cache_is_filled_again_by_real_maven_once_for_two_starts_at_once(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    _script(tmp_path / "bin", "mvn", f'echo called >> {calls}; exec {shutil.which("mvn")} "$@"')
    environ = {
        **os.environ,
        "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}",
        "MOTCUA_CACHE_DIR": str(tmp_path / "cache"),
    }
    environ.pop("MAVEN_HOME", None)
    jars = tmp_path / "cache" / "kafka" / kafka_version()
    jars.mkdir(parents=True)
    (jars / "kafka-clients.jar").write_bytes(b"half a jar")
    (jars.parent / f".{jars.name}.filling-cut-off").mkdir()
    with ThreadPoolExecutor(2) as both:
        assert {one.result() for one in [both.submit(resolve_jars, environ) for _ in range(2)]} == {jars}
    assert is_whole(jars)
    assert not (jars / "kafka-clients.jar").exists()
    assert calls.read_text() == "called\n"
    assert {one.name for one in jars.parent.iterdir()} == {jars.name, f".{jars.name}.lock"}
    next(jars.glob("kafka_*.jar")).write_bytes(b"cut off")
    assert not is_whole(jars)
