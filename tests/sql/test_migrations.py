"""Migrations on the real engine: once each, twice without effect, by two at once, and never changed afterwards."""

import threading
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from clickhouse_connect.driver.client import Client

from services.stats.adapters.clickhouse import create_database, database_of, open_client
from services.stats.adapters.migrations import ChangedMigrationError, migrate, read_migrations
from tests.embedded.engine import ClickHouseProcess


@pytest.fixture
def empty(clickhouse: ClickHouseProcess) -> Iterator[Client]:
    url = f"{clickhouse.url}/empty_{uuid.uuid4().hex[:12]}"
    create_database(url)
    create_database(url)  # a second time changes nothing
    client = open_client(url)
    yield client
    client.close()


def test_numbers_have_no_gap_and_say_what_they_do() -> None:
    numbers = [one.number for one in read_migrations()]

    assert numbers == list(range(1, len(numbers) + 1))
    assert [one.number for one in read_migrations() if not one.statements] == [4, 6, 7, 8, 9]  # superseded by the views


def test_migrations_are_for_tables_only() -> None:
    assert [one.name for one in read_migrations() if "VIEW" in " ".join(one.statements).upper()] == []


def test_all_are_applied_once_and_remembered(empty: Client) -> None:
    applied = migrate(empty)

    assert applied == [one.name for one in read_migrations()]
    assert migrate(empty) == []
    assert empty.query("SELECT name FROM migrations FINAL ORDER BY number").result_columns[0] == applied


def test_two_processes_may_migrate_at_once(empty: Client) -> None:
    faults: list[BaseException] = []

    def run() -> None:
        try:
            migrate(empty)
        except BaseException as error:  # noqa: BLE001
            faults.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert faults == []
    assert empty.query("SELECT count() FROM migrations FINAL").first_row == (len(read_migrations()),)


def test_after_a_crash_in_the_middle_the_rest_is_applied(empty: Client) -> None:
    migrate(empty, read_migrations()[:2])
    empty.command("DROP TABLE IF EXISTS units")
    third = read_migrations()[2]
    empty.command(third.statements[0])  # created, but the crash came before it was remembered

    assert migrate(empty) == [one.name for one in read_migrations()[2:]]


def test_a_changed_file_is_a_clear_error(empty: Client) -> None:
    first, *others = read_migrations()
    migrate(empty, [first])

    with pytest.raises(ChangedMigrationError, match=r"0001_create_events\.sql was changed after it was applied"):
        migrate(empty, [replace(first, checksum="other"), *others])


def test_the_database_comes_from_the_url() -> None:
    assert database_of("http://user:password@127.0.0.1:8123/thong_ke") == "thong_ke"
    assert database_of("http://127.0.0.1:8123") == "motcua"
