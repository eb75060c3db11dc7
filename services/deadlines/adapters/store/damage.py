"""Damaged rows are put aside, one partition's database at a time; the worker then reads them again from the changelog.

A database that can't be opened is seen before Faust opens it. A damaged block in the middle is seen when the rows are read at the
start: RocksDB's rows then simply end there, so the last row that was read is held against the last one that there is.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rocksdict import AccessType, Options, Rdict

_log = logging.getLogger("deadlines")
_DAMAGE = "Corruption"
_MARK = ".damaged"


class DamagedRowsError(Exception):
    """The rows of a partition end before their end: a block of the database is damaged."""


def tables_of(data_dir: Path) -> Path:
    """Where Faust keeps the databases of a worker's tables."""
    return data_dir / "v1" / "tables"


def put_aside_damaged(data_dir: Path, now: datetime | None = None) -> list[Path]:
    """Rename every damaged database of a worker that doesn't run; the new names. What is left out is read from the changelog."""
    moved = []
    for database in sorted(tables_of(data_dir).glob("*.db")):
        mark = database.with_suffix(_MARK)
        reason = mark.read_text(encoding="utf-8") if mark.exists() else _damage_of(database)
        if reason is None:
            continue
        aside = database.with_name(f"{database.name}.{now or datetime.now(UTC):%Y%m%dT%H%M%S}.damaged-rows")
        database.rename(aside)
        mark.unlink(missing_ok=True)
        _log.error(
            "%s is damaged (%s): put aside as %s, its rows come from the changelog", database, reason, aside.name
        )
        moved.append(aside)
    return moved


def whole_rows(rows: Any) -> Iterator[tuple[bytes, bytes]]:
    """Every row of a database. Raises DamagedRowsError where they end too early."""
    last: bytes | None = None
    try:
        for key, row in rows.items():
            last = key
            yield key, row
        behind = rows.iter()
        behind.seek_to_last()
        end = behind.key() if behind.valid() else None
        behind.status()
    except Exception as error:
        if not is_damage(error):
            raise
        raise DamagedRowsError(str(error)) from error
    if end != last:
        raise DamagedRowsError(f"its rows end at {last!r} instead of {end!r}")


def note_damage(data_dir: Path, table: str, partition: int, error: DamagedRowsError) -> None:
    """Leave word for the next start, which puts the database of that partition aside."""
    (tables_of(data_dir) / f"{table}-{partition}{_MARK}").write_text(str(error), encoding="utf-8")


def is_damage(error: BaseException) -> bool:
    """Whether an error of RocksDB says that files are damaged; a full disk or a lock says something else."""
    return str(error).startswith(_DAMAGE)


def _damage_of(database: Path) -> str | None:
    try:
        Rdict(str(database), Options(raw_mode=True), access_type=AccessType.read_only()).close()
    except Exception as error:
        if not is_damage(error):
            raise
        return str(error)
    return None
