"""A real engine of its own with one migrated database, for tests whose data others must not see."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clickhouse_connect.driver.client import Client

from deploy.embedded.clickhouse.process import ClickHouseProcess, start
from services.stats.adapters.clickhouse import create_database, open_client
from services.stats.adapters.migrations import migrate
from services.stats.adapters.views import apply_views


@contextmanager
def engine_of_its_own(folder: Path) -> Iterator[tuple[ClickHouseProcess, Client]]:
    """The running engine and a client of its database `motcua`; both end with the block."""
    running = start(folder)
    try:
        url = f"{running.url}/motcua"
        create_database(url)
        client = open_client(url)
        migrate(client)
        apply_views(client)
        yield running, client
        client.close()
    finally:
        running.stop()
