"""A database of its own on the run's engine for each module that asks for one."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from clickhouse_connect.driver.client import Client

from tests.embedded.engine import ClickHouseProcess
from tests.sql.engines import migrated

NOW = datetime(2026, 11, 21, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def database_url(clickhouse: ClickHouseProcess) -> str:
    """The URL of a new empty database."""
    return f"{clickhouse.url}/test_{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="module")
def client(database_url: str) -> Iterator[Client]:
    """A client of a new database with all migrations applied."""
    with migrated(database_url) as opened:
        yield opened
