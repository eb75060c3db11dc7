"""Programs in other languages that ask the front with their own clients, and what they should answer."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = Path(__file__).with_name("clients") / "programs"
READER_PASSWORD = "chi-doc"


class Program:
    """The program of one language, copied to where it may be built; what can't be had here is a skip with its reason."""

    def __init__(self, language: str, *tools: str) -> None:
        for tool in tools:
            if shutil.which(tool) is None:
                pytest.skip(f"{tool} is not installed")
        self.folder = ROOT / ".cache" / "clients" / language
        shutil.copytree(PROGRAMS / language, self.folder, dirs_exist_ok=True)

    def fetch(self, *command: str) -> None:
        """Have the language's own tool fetch the client; no network or no registry is no fault of ours."""
        done = self._run(command)
        if done.returncode != 0:
            pytest.skip(f"{' '.join(command)}: {(done.stdout + done.stderr).strip()[-500:]}")

    def build(self, *command: str) -> None:
        """Must succeed once the client is there."""
        done = self._run(command)
        assert done.returncode == 0, done.stdout + done.stderr

    def answers(self, *command: str) -> Mapping[str, str]:
        """What the program prints: a name and what came, a line each, a tab between."""
        done = self._run(command)
        assert done.returncode == 0, done.stdout + done.stderr
        lines = (line.partition("\t") for line in done.stdout.splitlines() if "\t" in line)
        return {name: value for name, _, value in lines}

    def _run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, timeout=900)


def assert_answers(found: Mapping[str, str], expected: Mapping[str, str]) -> None:
    """Each expected answer begins as it should: what follows are versions and query ids."""
    assert {name: found.get(name, "nothing")[: len(start)] for name, start in expected.items()} == expected, found
