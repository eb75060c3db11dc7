"""The rows of all files of a register, whatever each of them is: CSV, a workbook, or an event log."""

from collections.abc import Iterator
from pathlib import Path

from motcua.importing.adapters.contents import FileFaultError, is_workbook
from motcua.importing.adapters.csv_file import csv_rows
from motcua.importing.adapters.event_log_file import event_log_rows, is_event_log
from motcua.importing.adapters.workbook_file import workbook_sheets
from motcua.importing.domain.findings import Finding
from motcua.importing.domain.mapping import FileShape, ImportMapping
from motcua.importing.domain.rows import RawRow, Row, table_rows


def register_rows(path: Path, mapping: ImportMapping) -> Iterator[Row | Finding]:
    """The rows of one file; a fault of the file is the last thing that it yields."""
    try:
        for label, rows in raw_tables(path, mapping.shape, mapping.columns):
            yield from table_rows(mapping, label, rows)
    except FileFaultError as fault:
        yield fault.found


def raw_tables(path: Path, shape: FileShape, columns: tuple[str, ...]) -> Iterator[tuple[str, Iterator[RawRow]]]:
    """What to call each table of a file, and its rows. Raises FileFaultError, also while rows are read."""
    if is_workbook(path):
        yield from workbook_sheets(path, shape)
    elif is_event_log(path):
        yield str(path), event_log_rows(path)
    else:
        yield str(path), csv_rows(path, shape, columns)
