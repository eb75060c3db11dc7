"""Rows of workbooks (xlsx, xlsm, xlsb, xls, ods) by python-calamine; days and numbers come out as a CSV has them.

A sheet is held in memory while it is read, a large one of an xlsx piece by piece (`large_sheets`). The parts of the container are
read through once before, so that their checksums are compared.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook

from motcua.importing.adapters.contents import DAMAGES, FileFaultError, damaged
from motcua.importing.adapters.large_sheets import pieces
from motcua.importing.domain.findings import Effect, Finding, Place
from motcua.importing.domain.mapping import FileShape
from motcua.importing.domain.rows import RawRow

_LARGEST_WHOLE: Final = 2.0**53
"""Up to which every whole number is exact; a sheet knows no other numbers than floats."""


def workbook_sheets(path: Path, shape: FileShape) -> Iterator[tuple[str, Iterator[RawRow]]]:
    """The sheets that the mapping names, by default the first: what to call each, and its rows. Raises FileFaultError."""
    _require_whole(path)
    try:
        known = CalamineWorkbook.from_path(str(path)).sheet_names  # kept open it would hold the texts of all sheets
        wanted = known if shape.sheets == ("*",) else shape.sheets or known[:1]
        for name in wanted:
            if name not in known:
                raise _fault(path, "sheet-missing", sheet=f"“{name}”", known=", ".join(known))
            label = f"{path} [{name}]" if len(known) > 1 else str(path)
            in_pieces = pieces(path, name)
            yield label, _rows(path, name) if in_pieces is None else _rows_of_pieces(in_pieces, name)
    except CalamineError as error:
        raise _fault(path, "not-of-its-kind", kind=path.suffix, reason=str(error)) from error


def _rows(path: Path, name: str) -> Iterator[RawRow]:
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name)
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield RawRow(number, [_text(cell) for cell in cells])


def _rows_of_pieces(in_pieces: Iterator[io.BytesIO], name: str) -> Iterator[RawRow]:
    for piece in in_pieces:
        yield from _rows_of(piece, name)


def _rows_of(piece: io.BytesIO, name: str) -> Iterator[RawRow]:
    """The rows of a piece; nothing of it is held when the next one is opened."""
    sheet = CalamineWorkbook.from_filelike(piece).get_sheet_by_name(name)
    if sheet.start is None:
        return
    first, left = sheet.start
    for number, cells in enumerate(sheet.to_python(skip_empty_area=True), start=first + 1):
        yield RawRow(number, [*[""] * left, *map(_text, cells)])


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < _LARGEST_WHOLE:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _require_whole(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as packed:
            broken = packed.testzip()
    except DAMAGES as error:
        raise damaged(str(path), error) from error
    if broken is not None:
        raise damaged(str(path), zipfile.BadZipFile(f"CRC: {broken}"))


def _fault(path: Path, code: str, **params: str | int) -> FileFaultError:
    return FileFaultError(Finding(code=code, effect=Effect.NOTHING_SENT, place=Place(file=str(path)), params=params))
