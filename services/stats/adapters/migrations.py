"""Applies migrations/NNNN_name.sql in order, once each, and remembers them with their checksum.

Safe to run twice and by two processes at once: every statement creates only what is missing, and both processes would record
the same row. A file that was changed after it was applied is a ChangedMigrationError: nothing is guessed. The one exception says
so itself: `-- superseded: <checksum>` stands for the text that was applied, and a new database does nothing there (ADR 0015).
"""

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files

from clickhouse_connect.driver.client import Client

from services.stats.adapters.clickhouse import insert_rows

_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_SUPERSEDED = re.compile(r"-- superseded: ([0-9a-f]{64})\n")
_RECORD = """CREATE TABLE IF NOT EXISTS migrations
(number UInt32, name String, checksum String, applied_at DateTime64(3, 'Asia/Ho_Chi_Minh') DEFAULT now64(3))
ENGINE = ReplacingMergeTree ORDER BY number"""


class ChangedMigrationError(RuntimeError):
    """An applied migration file no longer has the content that was applied; stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file: its number, its name, the hash of its text or of the text that it stands for, and its statements."""

    number: int
    name: str
    checksum: str
    statements: tuple[str, ...]


def read_migrations() -> list[Migration]:
    """The files of `services/stats/migrations`, in order."""
    folder = files("services.stats") / "migrations"
    named = sorted((item.name, item.read_text("utf-8")) for item in folder.iterdir() if _NAME.fullmatch(item.name))
    return [
        Migration(
            number=int(name[:4]),
            name=name,
            checksum=found[1] if (found := _SUPERSEDED.match(text)) else hashlib.sha256(text.encode()).hexdigest(),
            statements=tuple(part for part in re.split(r";[ \t]*(?:\n|\Z)", text) if _has_code(part)),
        )
        for name, text in named
    ]


def migrate(client: Client, migrations: list[Migration] | None = None) -> list[str]:
    """Bring the database up to date; returns the names applied now. Raises ChangedMigrationError."""
    client.command(_RECORD)
    recorded = client.query("SELECT number, checksum FROM migrations FINAL").result_rows
    applied = {number: checksum for number, checksum in recorded}  # noqa: C416 - dict() has no type for rows
    newly_applied = []
    for migration in read_migrations() if migrations is None else migrations:
        checksum = applied.get(migration.number)
        if checksum is None:
            _apply(client, migration)
            newly_applied.append(migration.name)
        elif checksum != migration.checksum:
            raise ChangedMigrationError(
                f"{migration.name} was changed after it was applied to this database; "
                "put the change into a new migration file and restore this one"
            )
    return newly_applied


def _apply(client: Client, migration: Migration) -> None:
    for statement in migration.statements:
        client.command(statement)
    row = (migration.number, migration.name, migration.checksum)
    insert_rows(client, "migrations", [row], ["number", "name", "checksum"])


def _has_code(statement: str) -> bool:
    return any(line.strip() and not line.strip().startswith("--") for line in statement.splitlines())
