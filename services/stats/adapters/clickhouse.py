"""The one place where a ClickHouse client is made, over HTTP only, and where it is given rows to store.

In: a URL such as http://user:password@host:8123/motcua.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client

DEFAULT_DATABASE = "motcua"

_STORED_WHEN_ANSWERED = {"max_partitions_per_insert_block": 0, "async_insert": 0}
"""A batch holds dossiers of as many months as it likes (the server's limit of 100 is against careless partition keys), and the
answer comes after the rows are stored, whatever the server's own default is."""


class RowsNotStoredError(Exception):
    """A server answered that an insert is done and counted fewer rows than it was sent: nobody can tell what is stored."""


def open_client(url: str) -> Client:
    """A client of the URL's database. Raises clickhouse_connect's errors if the server or the database isn't there.

    Without a session, so that several threads may use it at the same time. Close it when done.
    """
    return _client(url, database_of(url))


def insert_rows(client: Client, table: str, rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> None:
    """Store rows, of as many partitions as they have. Raises clickhouse_connect's errors, RowsNotStoredError.

    Storing rows again changes nothing in any table of ours, so whoever sees an error may send them again.
    """
    written = client.insert(table, rows, column_names=columns, settings=_STORED_WHEN_ANSWERED).written_rows
    if written < len(rows):
        raise RowsNotStoredError(f"{table}: {len(rows)} rows were sent, the server counts {written} as written")


def create_database(url: str) -> None:
    """Create the URL's database if it is missing."""
    client = _client(url, "default")
    try:
        client.command("CREATE DATABASE IF NOT EXISTS {name:Identifier}", parameters={"name": database_of(url)})
    finally:
        client.close()


def drop_database(url: str) -> None:
    """Drop the URL's database with everything in it; the loader makes it anew and counts again."""
    client = _client(url, "default")
    try:
        client.command("DROP DATABASE IF EXISTS {name:Identifier} SYNC", parameters={"name": database_of(url)})
    finally:
        client.close()


def database_of(url: str) -> str:
    """The database that the URL names."""
    return urlsplit(url).path.strip("/") or DEFAULT_DATABASE


def without_password(url: str) -> str:
    """The URL as it may be logged."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return urlunsplit((parts.scheme, f"{host}:{parts.port}" if parts.port else host, parts.path, "", ""))


def _client(url: str, database: str) -> Client:
    parts = urlsplit(url)
    options: dict[str, Any] = {
        "interface": parts.scheme or "http",
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or (8443 if parts.scheme == "https" else 8123),
        "username": parts.username or "default",
        "password": parts.password or "",
        "database": database,
        "autogenerate_session_id": False,
        "compress": False,
    }
    return clickhouse_connect.get_client(**options)
