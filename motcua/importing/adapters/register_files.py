"""The rows of all files of a register, whatever each of them is: CSV, a workbook, or an event log."""

from collections.abc import Iterator
from pathlib import Path

from motcua.importing.adapters.contents import FileFaultError
from motcua.importing.adapters.csv_file import csv_rows
from motcua.importing.domain.findings import Finding
from motcua.importing.domain.mapping import ImportMapping
from motcua.importing.domain.rows import Row, table_rows


def register_rows(path: Path, mapping: ImportMapping) -> Iterator[Row | Finding]:
    """The rows of one file; a fault of the file is the last thing that it yields."""
    try:
        yield from table_rows(mapping, str(path), csv_rows(path, mapping.shape, mapping.columns))
    except FileFaultError as fault:
        yield fault.found
