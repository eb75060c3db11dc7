"""Who asks plainly counts no dossier twice: a reader's SQL without FINAL says what the page says, whatever lies unmerged."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import clickhouse_connect
import pytest
from aiohttp.test_utils import TestClient, TestServer
from clickhouse_connect.driver.client import Client

from services.page.adapters.http_app import build_app
from services.page.config import WebConfig
from services.stats.adapters.unit_register import load_units
from tests.browser.town import town, units
from tests.embedded.engine import ClickHouseProcess
from tests.sql.engines import engine_of_its_own
from tests.sql.loading import load
from tests.unit.stats.dossiers import events_of

pytestmark = pytest.mark.integration

DOSSIERS = 120
OUTCOMES = ("early", "on_time", "late", "unknown", "terminated")
NOW = datetime(2026, 11, 21, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ClickHouseProcess, Client]]:
    """Facts written again with every few events that become known, and nothing merged."""
    with engine_of_its_own(tmp_path_factory.mktemp("plain") / "clickhouse") as (running, writer):
        writer.command("SYSTEM STOP MERGES")
        load_units(writer, units())
        events = list(events_of(town()[:DOSSIERS]))
        random.Random(1).shuffle(events)
        asyncio.run(load(writer, events, batch_sizes=(60, 90), seed=1))
        yield running, writer


@pytest.fixture
def reader(stack: tuple[ClickHouseProcess, Client]) -> Iterator[Client]:
    running, _ = stack
    with clickhouse_connect.get_client(
        host=running.host, port=running.port, username="supervisor", database="motcua"
    ) as client:
        yield client


def of_the_page(running: ClickHouseProcess) -> dict[str, int]:
    """What the page counts from the first dossier to the end of all."""

    async def ask() -> bytes:
        app = build_app(
            WebConfig(clickhouse_url=f"http://supervisor@{running.host}:{running.port}/motcua"), lambda: NOW
        )
        async with TestClient(TestServer(app)) as client:
            return await (await client.get("/api/figures.json?from=2025-01-01&to=2026-11-21&lang=en")).read()

    figures = json.loads(asyncio.run(ask()))["figures"]
    return {name: figures[name] for name in OUTCOMES if figures[name]}


def test_plain_counts_are_those_of_the_page_and_the_writer_sees_how_much_was_rewritten(
    stack: tuple[ClickHouseProcess, Client], reader: Client
) -> None:
    running, writer = stack
    assert writer.command("SELECT count() FROM dossiers") > 2 * DOSSIERS, "the material shows old versions"
    page = of_the_page(running)
    assert set(page) >= {"early", "on_time", "late"}
    ended = "SELECT outcome, count() FROM {table} WHERE outcome != 'open' GROUP BY 1"
    for table in ("dossiers", "motcua.dossiers", "(SELECT * FROM dossiers)", "dossiers AS d", "dossiers FINAL"):
        assert dict(reader.query(ended.format(table=table)).result_rows) == page, table
    assert reader.command("SELECT count() FROM dossiers") == DOSSIERS


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count() FROM dossiers AS a JOIN dossiers AS b ON a.dossier_id = b.dossier_id",
        "SELECT count() FROM dossiers WHERE dossier_id IN (SELECT dossier_id FROM dossiers)",
        "WITH d AS (SELECT * FROM dossiers) SELECT count() FROM d",
        "SELECT (SELECT count() FROM dossiers)",
        "SELECT countIf(1) FROM dossiers",
        "SELECT sum(c) FROM (SELECT 1 AS c FROM dossiers UNION ALL SELECT 1 FROM dossiers WHERE 0)",
        "SELECT count() FROM dossiers LEFT JOIN unit_names USING (unit_id)",
        "SELECT count() FROM dossiers_in_period(level = 'commune', from_on = '2025-01-01', to_on = '2026-11-21', "
        "as_of = '2026-11-21 00:00:00') WHERE received",
        "SELECT count() FROM motcua.dossiers_in_period(level = 'commune', from_on = '2025-01-01', to_on = '2026-11-21', "
        "as_of = '2026-11-21 00:00:00') WHERE received",
    ],
)
def test_each_dossier_counts_once_in_joins_subqueries_and_views(reader: Client, sql: str) -> None:
    assert reader.command(sql) == DOSSIERS


def test_tables_without_versions_are_read_as_they_are(stack: tuple[ClickHouseProcess, Client], reader: Client) -> None:
    _, writer = stack
    writer.command("CREATE TABLE plain (n UInt8) ENGINE = MergeTree ORDER BY n")
    writer.command("INSERT INTO plain VALUES (1), (1)")
    assert reader.command("SELECT count() FROM plain") == 2
    assert reader.command("SELECT count() FROM plain, dossiers WHERE n = 1") == 2 * DOSSIERS


def test_the_catalog_of_a_sql_tool_finds_the_tables_of_the_statistics(reader: Client, tmp_path: Path) -> None:
    named = "SELECT name FROM system.tables WHERE database = 'motcua' AND name IN ('dossiers', 'open_overdue') ORDER BY name"
    assert reader.query(named).result_columns == [["dossiers", "open_overdue"]]
    columns = "SELECT type FROM system.columns WHERE database = 'motcua' AND table = 'dossiers' AND name = 'outcome'"
    assert reader.command(columns) == "LowCardinality(String)"
