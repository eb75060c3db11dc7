"""Migrated databases on a real engine, and an engine of its own for tests whose data or spoilt views others must not see."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clickhouse_connect.driver.client import Client

from services.stats.adapters.clickhouse import create_database, open_client
from services.stats.adapters.migrations import migrate
from services.stats.adapters.views import apply_views
from tests.embedded.engine import ClickHouseProcess, start


@contextmanager
def migrated(url: str) -> Iterator[Client]:
    """A client of a database that is created and migrated if need be, with its views."""
    create_database(url)
    client = open_client(url)
    try:
        migrate(client)
        apply_views(client)
        yield client
    finally:
        client.close()


@contextmanager
def engine_of_its_own(folder: Path) -> Iterator[tuple[ClickHouseProcess, Client]]:
    """The running engine and a client of its database `motcua`; both end with the block."""
    running = start(folder)
    try:
        with migrated(f"{running.url}/motcua") as client:
            yield running, client
    finally:
        running.stop()
