"""The rows of one run on the disk, so that a register of a million rows needs little memory: in by file, out by dossier.

A throw-away SQLite file. Rows come out in the order of the dossiers' codes, within a dossier in the order of the files and their
lines, so that neither the order of files nor of rows decides anything.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Self

import orjson

from events.identity import code_of
from motcua.importing.domain.rows import Row

_BATCH = 5_000
_SETTINGS = (
    "PRAGMA journal_mode=OFF",
    "PRAGMA synchronous=OFF",
    "PRAGMA locking_mode=EXCLUSIVE",
    "PRAGMA temp_store=FILE",
    "PRAGMA cache_size=-32000",
)
_TABLE = "CREATE TABLE rows (nth INTEGER PRIMARY KEY, form TEXT, code TEXT, file TEXT, line INT, cells BLOB)"
_IN_ORDER = "SELECT form, code, file, line, cells FROM rows ORDER BY form, file, line, nth"


class RowStore:
    """Rows in, dossiers out."""

    def __init__(self, folder: Path | None, columns: Sequence[str]) -> None:
        """Keep the rows below a folder; without one in memory, for few of them."""
        self._columns = tuple(columns)
        place = ":memory:" if folder is None else folder / "rows.sqlite"
        self._database = sqlite3.connect(place, isolation_level=None)
        for setting in _SETTINGS:
            self._database.execute(setting)
        self._database.execute(_TABLE)
        self._waiting: list[tuple[str, str, str, int, bytes | None]] = []

    def __enter__(self) -> Self:
        """Nothing more than the store itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._database.close()

    def add(self, code: str, row: Row) -> None:
        """Keep one row of a dossier."""
        cells = orjson.dumps([row.cells[name] for name in self._columns])
        self._put((code_of(code), code, row.file, row.line, cells))

    def leave_out(self, code: str, file: str, line: int) -> None:
        """Remember that a row of a dossier can't be used, so that the dossier isn't."""
        self._put((code_of(code), code, file, line, None))

    def dossiers(self) -> Iterator[tuple[str, Sequence[Row] | None]]:
        """Each dossier's code, as it is written first, and its rows; None for the rows where one of them can't be used."""
        self._flush()
        cursor: Iterable[tuple[str, str, str, int, bytes | None]] = self._database.execute(_IN_ORDER)
        for _, group in groupby(cursor, key=lambda one: one[0]):
            kept = list(group)
            if any(one[4] is None for one in kept):
                yield kept[0][1], None
            else:
                yield kept[0][1], [self._row(file, line, cells) for _, _, file, line, cells in kept]

    def count(self) -> int:
        """How many dossiers there are."""
        self._flush()
        (found,) = self._database.execute("SELECT count(DISTINCT form) FROM rows").fetchone()
        return int(found)

    def _row(self, file: str, line: int, cells: bytes | None) -> Row:
        return Row(file, line, dict(zip(self._columns, orjson.loads(cells or b"[]"), strict=True)))

    def _put(self, row: tuple[str, str, str, int, bytes | None]) -> None:
        self._waiting.append(row)
        if len(self._waiting) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._database.execute("BEGIN")
        self._database.executemany(
            "INSERT INTO rows (form, code, file, line, cells) VALUES (?, ?, ?, ?, ?)", self._waiting
        )
        self._database.execute("COMMIT")
        self._waiting = []
