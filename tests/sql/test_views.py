"""Views on the real engine: applied when their text, what they read, or the tables changed; old databases too (ADR 0015)."""

import hashlib
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from services.stats.adapters.clickhouse import create_database, open_client
from services.stats.adapters.migrations import Migration, migrate, read_migrations
from services.stats.adapters.views import apply_views, read_views
from services.stats.app import prepared
from tests.embedded.engine import ClickHouseProcess

WITH_VIEWS = Path(__file__).parent / "migrations_with_views"
"""The migrations that held views, as they were applied to databases that exist."""


@pytest.fixture
def empty_url(clickhouse: ClickHouseProcess) -> str:
    url = f"{clickhouse.url}/views_{uuid.uuid4().hex[:12]}"
    create_database(url)
    return url


@pytest.fixture
def tables(empty_url: str) -> Iterator[Client]:
    """A database with tables and without views."""
    client = open_client(empty_url)
    migrate(client)
    yield client
    client.close()


def old_migrations() -> list[Migration]:
    """The present migrations with the old text in place of each superseded one."""
    old = {path.name: path.read_text("utf-8") for path in WITH_VIEWS.iterdir()}
    assert len(old) == 5
    return [
        one
        if one.name not in old
        else Migration(
            number=one.number,
            name=one.name,
            checksum=hashlib.sha256(old[one.name].encode()).hexdigest(),
            statements=tuple(part for part in old[one.name].split(";\n") if part.strip()),
        )
        for one in read_migrations()
    ]


def text_of(client: Client, view: str) -> str:
    return str(client.query(f"SELECT create_table_query FROM system.tables WHERE name = '{view}' "
                            "AND database = currentDatabase()").first_row[0])  # fmt: skip


def test_a_new_database_has_every_view_each_after_those_that_it_reads(tables: Client) -> None:
    applied = apply_views(tables)

    assert sorted(applied) == sorted(read_views())
    assert applied.index("open_overdue") > max(applied.index(one) for one in ("dossiers_in_period", "unit_names"))
    assert apply_views(tables) == []
    assert tables.query("SELECT count() FROM open_overdue").first_row == (0,)


def test_a_database_of_the_old_migrations_is_upgraded(empty_url: str) -> None:
    client = open_client(empty_url)
    migrate(client, old_migrations())
    assert "open_overdue_unapologised" not in text_of(client, "dossiers_in_period")
    client.close()

    prepared(empty_url).close()

    client = open_client(empty_url)
    assert "open_overdue_unapologised" in text_of(client, "dossiers_in_period")
    assert migrate(client) == apply_views(client) == []
    client.close()


@pytest.mark.parametrize("last", [3, 5, 8])
def test_a_database_that_stopped_between_the_old_migrations_is_upgraded_too(empty_url: str, last: int) -> None:
    client = open_client(empty_url)
    migrate(client, old_migrations()[:last])
    client.close()

    client = prepared(empty_url)
    assert client.query("SELECT count() FROM alert_digest").first_row == (0,)
    assert apply_views(client) == []
    client.close()


def test_an_edited_view_is_applied_with_those_that_read_it(tables: Client) -> None:
    views = read_views()
    apply_views(tables, views)
    edited = {**views, "unit_names": views["unit_names"].replace("AS unit_level", "AS unit_level, count() AS periods")}
    assert edited != views

    assert set(apply_views(tables, edited)) == {"unit_names", "open_overdue", "on_time_by_unit_week"}
    assert "periods" in text_of(tables, "unit_names")
    assert apply_views(tables, edited) == []
    assert set(apply_views(tables, views)) == {"unit_names", "open_overdue", "on_time_by_unit_week"}


def test_a_view_that_was_dropped_comes_back(tables: Client) -> None:
    apply_views(tables)
    tables.command("DROP VIEW alert_digest")

    assert apply_views(tables) == ["alert_digest"]


def test_after_a_migration_every_view_is_applied_again(tables: Client) -> None:
    apply_views(tables)
    number = read_migrations()[-1].number + 1
    adds = "ALTER TABLE dossiers ADD COLUMN note String"
    migrate(tables, [*read_migrations(), Migration(number=number, name="new", checksum="c", statements=(adds,))])

    assert sorted(apply_views(tables)) == sorted(read_views())


def test_two_processes_may_apply_at_once(tables: Client) -> None:
    faults: list[BaseException] = []

    def run() -> None:
        try:
            apply_views(tables)
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert faults == []
    assert apply_views(tables) == []
