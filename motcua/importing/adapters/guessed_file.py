"""A first mapping for a file that nobody has described yet."""

from pathlib import Path

from motcua.importing.adapters.contents import FileFaultError
from motcua.importing.adapters.register_files import raw_tables
from motcua.importing.domain.guessing import SAMPLE_ROWS, guessed, sample_of
from motcua.importing.domain.mapping import FileShape
from motcua.importing.domain.rows import RawRow

_OLD_ENCODING = "cp1258"


def guessed_mapping(file: Path, unit_id: int) -> str:
    """The text of a mapping. Raises FileFaultError where the file can't be read at all."""
    try:
        return guessed(sample_of(file.name, _first_rows(file, FileShape())), unit_id)
    except FileFaultError as fault:
        if fault.found.code != "not-in-encoding":
            raise
    rows = _first_rows(file, FileShape(encoding=_OLD_ENCODING))
    return guessed(sample_of(file.name, rows, (f'encoding = "{_OLD_ENCODING}"',)), unit_id)


def _first_rows(file: Path, shape: FileShape) -> list[RawRow]:
    for _, rows in raw_tables(file, shape, ()):
        return [row for row, _ in zip(rows, range(SAMPLE_ROWS + 50), strict=False)]
    return []
