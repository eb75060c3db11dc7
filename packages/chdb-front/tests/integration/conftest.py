"""A real server on a free port, once per run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from chdb_front.process import FrontProcess, Passwords
from front_asking import READER_PASSWORD, Ask, ask_at, start


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FrontProcess]:
    """One server for all tests that don't kill it; the reader's limits are small enough to be reached."""
    arguments = ("--reader-seconds", "2", "--reader-result-rows", "3000", "--reader-memory-bytes", "200000000",
                 "--reader-rows-to-read", "5000000", "--slow-seconds", "0.5")  # fmt: skip
    path = tmp_path_factory.mktemp("clickhouse") / "dữ liệu"
    running = start(path, passwords=Passwords(reader=READER_PASSWORD), arguments=arguments)
    ask_at(running.url, "CREATE DATABASE shop")
    ask_at(running.url, "CREATE TABLE shop.orders (n UInt32, s String) ENGINE = MergeTree ORDER BY n")
    ask_at(running.url, "INSERT INTO shop.orders VALUES (1, 'một'), (2, 'cửa')")
    ask_at(running.url, "CREATE DATABASE private")
    ask_at(running.url, "CREATE TABLE private.secrets (n UInt32) ENGINE = MergeTree ORDER BY n AS SELECT 7 AS n")
    ask_at(running.url, "CREATE DICTIONARY private.d (n UInt64, v String DEFAULT '') PRIMARY KEY n "
           "SOURCE(CLICKHOUSE(QUERY 'SELECT 1 AS n, toString(2) AS v')) LAYOUT(FLAT()) LIFETIME(0)")  # fmt: skip
    yield running
    assert running.stop() == 0


@pytest.fixture
def ask(server: FrontProcess) -> Ask:
    """Ask as the writer."""
    return lambda *args, **options: ask_at(server.url, *args, **options)


@pytest.fixture
def ask_as_reader(server: FrontProcess) -> Ask:
    """Ask as the read-only reader."""
    return lambda *args, **options: ask_at(server.url, *args, user="reader", password=READER_PASSWORD, **options)


@pytest.fixture
def table(ask: Ask) -> Iterator[str]:
    """An empty table `shop.scratch (n UInt32, s String)`."""
    assert ask("CREATE OR REPLACE TABLE shop.scratch (n UInt32, s String) ENGINE = MergeTree ORDER BY n").status == 200
    yield "shop.scratch"
    ask("DROP TABLE IF EXISTS shop.scratch")


@pytest.fixture
def data_path(tmp_path: Path) -> Path:
    """A data folder of one test's own server."""
    return tmp_path / "clickhouse"
