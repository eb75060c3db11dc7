"""The package installed by itself into an empty environment, as somebody gets it who has nothing else of this project."""

from __future__ import annotations

import shutil
import subprocess
import venv
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2]
ASKING = """
import sys
from pathlib import Path
import clickhouse_connect
from chdb_front.process import start
running = start(Path(sys.argv[1]))
with clickhouse_connect.get_client(host=running.host, port=running.port) as client:
    print(client.command("SELECT 1"))
with clickhouse_connect.get_client(host=running.host, port=running.port, username="reader") as client:
    print(client.command("SELECT 2"))
print(running.stop())
"""

pytestmark = [pytest.mark.integration, pytest.mark.clients, pytest.mark.timeout(900)]


def test_it_is_installed_started_and_asked_with_nothing_else_of_the_project(tmp_path: Path) -> None:
    alone = tmp_path / "chdb-front"
    shutil.copytree(PACKAGE, alone, ignore=shutil.ignore_patterns("build", "tests", ".*", "*.egg-info", "__pycache__"))
    venv.create(tmp_path / "environment", with_pip=True)
    commands = tmp_path / "environment" / "bin"
    installing = [str(commands / "pip"), "install", "-q", str(alone), "clickhouse-connect==1.12.0"]
    installed = subprocess.run(installing, cwd=tmp_path, capture_output=True, text=True, check=False)
    if "No matching distribution" in installed.stderr or "Connection" in installed.stderr:
        pytest.skip(f"no registry: {installed.stderr.strip()[-300:]}")
    assert installed.returncode == 0, installed.stderr
    for command in ([str(commands / "chdb-front")], [str(commands / "python"), "-m", "chdb_front"]):
        assert subprocess.check_output([*command, "--version"], cwd=tmp_path, text=True).startswith("chdb-front ")
    asking = [str(commands / "python"), "-c", ASKING, str(tmp_path / "data")]
    assert subprocess.check_output(asking, cwd=tmp_path, text=True).split() == ["1", "2", "0"]
