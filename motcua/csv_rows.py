"""Reads mapping files (TOML) and the rows of CSV files, also gzip; what can't be read is an error value or a MappingError."""

import csv
import gzip
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from services.intake.domain.mapping import MappingError, Row, RowError

GZIP_MAGIC = b"\x1f\x8b"


def read_mapping(file: Path) -> dict[str, Any]:
    """The parsed mapping file. Raises MappingError when it is not TOML."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise MappingError(f"is not TOML: {error}") from error


def read_rows(file: Path, needed_columns: frozenset[str]) -> Iterator[Row | RowError]:
    """The rows with their 1-based lines. Raises MappingError when a column that the mapping names is not there."""
    with _opened(file) as text:
        reader = csv.reader(text)
        try:
            header = next(reader, None)
            if header is None:
                raise MappingError(f"{file}: is empty")
            missing = needed_columns - set(header)
            if missing:
                raise MappingError(f"{file}: has no column {', '.join(sorted(missing))}; it has {', '.join(header)}")
            for cells in reader:
                if cells:
                    yield _row(header, cells, reader.line_num)
        except (csv.Error, UnicodeDecodeError, EOFError, gzip.BadGzipFile) as error:
            yield RowError(line=reader.line_num + 1, column="", reason=f"the file can't be read from here on: {error}")


def _row(header: list[str], cells: list[str], line: int) -> Row | RowError:
    if len(cells) != len(header):
        return RowError(line=line, column="", reason=f"has {len(cells)} cells where the header has {len(header)}")
    return Row(line=line, cells=dict(zip(header, cells, strict=True)))


def _opened(file: Path) -> TextIO:
    with file.open("rb") as raw:
        is_gzip = raw.read(2) == GZIP_MAGIC
    if is_gzip:
        return gzip.open(file, "rt", encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")
