"""The real engine, once for the folder, and a database of its own for each test that asks for one."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from clickhouse_connect.driver.client import Client

from deploy.embedded.clickhouse.process import ClickHouseProcess, start
from services.stats.adapters.clickhouse import create_database, open_client
from services.stats.adapters.migrations import migrate
from services.stats.adapters.views import apply_views

NOW = datetime(2026, 11, 21, 5, tzinfo=UTC)


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClickHouseProcess]:
    running = start(tmp_path_factory.mktemp("clickhouse") / "data")
    yield running
    running.stop()


@pytest.fixture(scope="module")
def database_url(engine: ClickHouseProcess) -> str:
    """The URL of a new empty database."""
    return f"{engine.url}/test_{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def client(database_url: str) -> Iterator[Client]:
    """A client of a new database with all migrations applied."""
    create_database(database_url)
    opened = open_client(database_url)
    migrate(opened)
    apply_views(opened)
    yield opened
    opened.close()
