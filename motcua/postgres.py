"""Where a PostgreSQL store is, by the settings of `eventsourcing`."""

from collections.abc import Mapping

_PARTS = {
    "dbname": "POSTGRES_DBNAME", "host": "POSTGRES_HOST", "port": "POSTGRES_PORT", "user": "POSTGRES_USER",
    "password": "POSTGRES_PASSWORD", "connect_timeout": "POSTGRES_CONNECT_TIMEOUT",
}  # fmt: skip


def address_of(settings: Mapping[str, str]) -> dict[str, str]:
    """What psycopg needs to connect."""
    return {name: settings[setting] for name, setting in _PARTS.items() if settings.get(setting)}


def schema_of(settings: Mapping[str, str]) -> str:
    """The schema that holds the store."""
    return settings.get("POSTGRES_SCHEMA") or "public"
