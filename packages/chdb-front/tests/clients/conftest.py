"""A front with a few orders, and programs in other languages that ask it with their own clients: `make clients`."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from chdb_front.process import FrontProcess, Passwords
from tests.asking import ask_at, start

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).with_name("programs")
READER_PASSWORD = "chi-doc"
STATEMENTS = (
    "CREATE DATABASE shop",
    "CREATE TABLE shop.orders (order_id String, unit_id UInt32, outcome Enum8('open' = 0, 'late' = 1, 'early' = 2), "
    "accepted_at DateTime64(3, 'Asia/Ho_Chi_Minh'), opened_on Date, day DateTime('Asia/Ho_Chi_Minh'), note Nullable(String), "
    "tags Array(LowCardinality(String)), version UInt64) ENGINE = ReplacingMergeTree(version) ORDER BY order_id",
    "INSERT INTO shop.orders SELECT toString(number), 3000001 + number % 7, number % 3, at, '2026-03-02', at, "
    "if(number % 2, NULL, 'ghi chú'), ['a', 'b'], 1 FROM (SELECT number, "
    "toDateTime('2026-03-02 00:00:00', 'Asia/Ho_Chi_Minh') + number * 3600 AS at FROM numbers(1000))",
    "CREATE VIEW shop.late AS SELECT unit_id, count() AS n FROM shop.orders FINAL WHERE outcome = 'late' GROUP BY unit_id",
    "CREATE TABLE shop.scratch (n UInt32, s String, CONSTRAINT c CHECK n != 13) ENGINE = MergeTree ORDER BY n",
)


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontProcess]:
    """A running front; its table `scratch` takes everything but the number 13."""
    running = start(tmp_path_factory.mktemp("front") / "data", passwords=Passwords(reader=READER_PASSWORD))
    for statement in STATEMENTS:
        reply = ask_at(running.url, statement)
        assert reply.status == 200, reply.text
    yield running
    running.stop()


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
