"""The one place where a ClickHouse client is made, over HTTP only, from a URL such as http://user:password@host:8123/motcua."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client

DEFAULT_DATABASE = "motcua"


def open_client(url: str) -> Client:
    """A client of the URL's database. Raises clickhouse_connect's errors if the server or the database isn't there.

    Without a session, so that several threads may use it at the same time. Close it when done.
    """
    return _client(url, database_of(url))


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
