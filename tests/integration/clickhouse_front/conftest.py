"""A real server on a free port, once per run, and plain HTTP to talk to it."""

from __future__ import annotations

import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.embedded.engine import ClickHouseProcess, Passwords, start
from tests.waiting import until

READER_PASSWORD = "chỉ-đọc"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back over HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def code(self) -> int:
        """ClickHouse's error code; 0 for success."""
        return int(self.headers.get("X-ClickHouse-Exception-Code", "0"))


Ask = Callable[..., Reply]


def ask_at(url: str, sql: str | bytes | None = None, body: bytes | None = None, /, **options: object) -> Reply:
    """POST of `sql` (in the URL if there is a body beside it). `headers` and `method` are taken out of the options."""
    headers = dict(options.pop("headers", {}))  # type: ignore[call-overload]
    method = str(options.pop("method", "POST"))
    raw = sql.encode() if isinstance(sql, str) else sql
    query = {name: str(value) for name, value in options.items()}
    if raw is not None and (body is not None or method == "GET"):
        query["query"] = raw.decode()
    elif raw is not None:
        body = raw
    request = urllib.request.Request(
        f"{url}/?{urllib.parse.urlencode(query)}", data=body, headers=headers, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Reply(status=answer.status, headers=dict(answer.headers), body=answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Reply(status=error.code, headers=dict(error.headers), body=error.read())


def until_running(ask: Ask, query_id: str) -> None:
    """Wait until the engine is at work on a query, which it knows by its comment."""
    running = "SELECT Settings['log_comment'] FROM system.processes"
    until(lambda: query_id in ask(running).text, 10, f"{query_id} runs")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseProcess]:
    """One server for all tests that don't kill it; the reader's limits are small enough to be reached."""
    arguments = ("--reader-seconds", "2", "--reader-result-rows", "3000", "--reader-memory-bytes", "200000000",
                 "--reader-rows-to-read", "5000000", "--slow-seconds", "0.5")  # fmt: skip
    path = tmp_path_factory.mktemp("clickhouse") / "dữ liệu"
    running = start(path, passwords=Passwords(reader=READER_PASSWORD), arguments=arguments)
    ask_at(running.url, "CREATE DATABASE motcua")
    ask_at(running.url, "CREATE TABLE motcua.dossiers (n UInt32, s String) ENGINE = MergeTree ORDER BY n")
    ask_at(running.url, "INSERT INTO motcua.dossiers VALUES (1, 'một'), (2, 'cửa')")
    ask_at(running.url, "CREATE DATABASE private")
    ask_at(running.url, "CREATE TABLE private.secrets (n UInt32) ENGINE = MergeTree ORDER BY n AS SELECT 7 AS n")
    ask_at(running.url, "CREATE DICTIONARY private.d (n UInt64, v String DEFAULT '') PRIMARY KEY n "
           "SOURCE(CLICKHOUSE(QUERY 'SELECT 1 AS n, toString(2) AS v')) LAYOUT(FLAT()) LIFETIME(0)")  # fmt: skip
    yield running
    assert running.stop() == 0


@pytest.fixture
def ask(server: ClickHouseProcess) -> Ask:
    """Ask as the writer."""
    return lambda *args, **options: ask_at(server.url, *args, **options)


@pytest.fixture
def ask_as_reader(server: ClickHouseProcess) -> Ask:
    """Ask as the read-only supervisor."""
    return lambda *args, **options: ask_at(server.url, *args, user="supervisor", password=READER_PASSWORD, **options)


@pytest.fixture
def table(ask: Ask) -> Iterator[str]:
    """An empty table `motcua.scratch (n UInt32, s String)`."""
    assert (
        ask("CREATE OR REPLACE TABLE motcua.scratch (n UInt32, s String) ENGINE = MergeTree ORDER BY n").status == 200
    )
    yield "motcua.scratch"
    ask("DROP TABLE IF EXISTS motcua.scratch")


@pytest.fixture
def data_path(tmp_path: Path) -> Path:
    """A data folder of one test's own server."""
    return tmp_path / "clickhouse"
