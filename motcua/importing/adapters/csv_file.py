"""Rows of a CSV file, strictly: an unclosed quote or a byte that isn't of the encoding is a fault, named by line and column.

Encoding (byte order mark, else UTF-8) and delimiter are found out where the mapping doesn't say them; Excel's first line
`sep=;` is heeded.
"""

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import IO

from motcua.importing.adapters.contents import FileFaultError, opened
from motcua.importing.domain.findings import Effect, Finding, Place
from motcua.importing.domain.mapping import FileShape
from motcua.importing.domain.rows import MOST_TITLE_ROWS, RawRow
from motcua.importing.domain.words import clean

DELIMITERS = (",", ";", "\t", "|")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_GUESSED = ("utf-8", "cp1258", "cp1252")
_MOST_SWALLOWED = 2
"""So many lines of a cell may look like rows of the file; from then on its quote was never closed."""
csv.field_size_limit(8 * 1024 * 1024)


def csv_rows(path: Path, shape: FileShape, columns: Sequence[str]) -> Iterator[RawRow]:
    """The rows, title rows and all. Raises FileFaultError at what can't be read."""
    with opened(path) as raw:
        encoding = shape.encoding or _encoding_of(raw)
        lines = _lines(raw, encoding, str(path))
        first = list(islice(lines, MOST_TITLE_ROWS))
        delimiter = shape.delimiter or _delimiter_of(first, columns)
        skipped = 0
        if first and first[0].strip().lower().startswith("sep="):
            delimiter = shape.delimiter or first[0].strip()[4:5] or delimiter
            first, skipped = first[1:], 1
        yield from _rows(chain(first, lines), delimiter, str(path), skipped)


def _rows(lines: Iterable[str], delimiter: str, file: str, skipped: int) -> Iterator[RawRow]:
    watched = _Watched(lines)
    reader = csv.reader(watched, delimiter=delimiter, strict=True)
    header: Sequence[str] = ()
    begins = skipped + 1
    while True:
        watched.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _not_closed(file, begins, watched.first, delimiter, header, str(error)) from error
        ends = skipped + reader.line_num
        if ends > begins and _swallows(cells, delimiter, len(header)):
            reason = f"ô kéo dài đến dòng {ends} và nuốt các dòng sau"
            raise _not_closed(file, begins, watched.first, delimiter, header, reason)
        header = header if len(header) > 1 and any(header) else cells
        yield RawRow(begins, cells)
        begins = ends + 1


class _Watched:
    """Passes lines on and keeps the first one of each row."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._is_beginning = True
        self.first = ""

    def begin(self) -> None:
        self._is_beginning = True

    def __iter__(self) -> "_Watched":
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if self._is_beginning:
            self.first, self._is_beginning = line, False
        return line


def _swallows(cells: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a cell has lines that look like rows."""
    if width < 2:
        return False
    for cell in cells:
        inner = cell.split("\n")[1:]
        if sum(line.count(delimiter) == width - 1 for line in inner) >= _MOST_SWALLOWED:
            return True
    return False


def _not_closed(file: str, line: int, first: str, delimiter: str, header: Sequence[str], reason: str) -> FileFaultError:
    """The column is where the first line of the row breaks off."""
    try:
        at = len(next(csv.reader([first], delimiter=delimiter))) - 1
    except (csv.Error, StopIteration):
        at = 0
    column = clean(header[at]) if 0 <= at < len(header) else ""
    place = Place(file=file, line=line, column=column)
    return FileFaultError(
        Finding(code="quote-not-closed", effect=Effect.NOTHING_SENT, place=place, params={"reason": reason})
    )


def _encoding_of(raw: IO[bytes]) -> str:
    """By the byte order mark; UTF-8 where there is none."""
    start = raw.read(4)
    raw.seek(0)
    return next((name for mark, name in _MARKS if start.startswith(mark)), "utf-8")


def _lines(raw: IO[bytes], encoding: str, file: str) -> Iterator[str]:
    name = codecs.lookup(encoding).name
    if name.startswith(("utf-16", "utf-32")):
        yield from _wide_lines(raw, encoding, file)
        return
    decode = codecs.getdecoder("utf-8" if name == "utf-8-sig" else name)
    for number, line in enumerate(raw, start=1):
        given = line.removeprefix(codecs.BOM_UTF8) if number == 1 and name.startswith("utf-8") else line
        try:
            yield decode(given)[0]
        except UnicodeDecodeError as error:
            raise _undecodable(file, number, given, error, encoding) from error


def _wide_lines(raw: IO[bytes], encoding: str, file: str) -> Iterator[str]:
    number = 0
    text = io.TextIOWrapper(raw, encoding=encoding, newline="")
    try:
        for number, line in enumerate(text, start=1):  # noqa: B007
            yield line
    except UnicodeError as error:
        place = Place(file=file, line=number + 1)
        told: dict[str, str | int] = {"byte": "?", "encoding": encoding, "hint": ""}
        found = Finding(code="not-in-encoding", effect=Effect.NOTHING_SENT, place=place, params=told)
        raise FileFaultError(found) from error
    finally:
        text.detach()  # the file is closed by who opened it


def _undecodable(file: str, number: int, line: bytes, error: UnicodeDecodeError, encoding: str) -> FileFaultError:
    """The column is told by its number: the header may stand in any line before."""
    before = line[: error.start]
    nth = max(before.count(mark.encode()) for mark in DELIMITERS) + 1
    fitting = next((one for one in _GUESSED if one != encoding and _fits(line, one)), None)
    hint = f'; có thể tệp dùng bảng mã khác: [file] encoding = "{fitting}"' if fitting else ""
    told: dict[str, str | int] = {"byte": f"0x{line[error.start]:02x}", "encoding": encoding, "hint": hint}
    place = Place(file=file, line=number, column=f"thứ {nth}")
    return FileFaultError(Finding(code="not-in-encoding", effect=Effect.NOTHING_SENT, place=place, params=told))


def _fits(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter_of(first: Sequence[str], columns: Sequence[str]) -> str:
    """The one by which the most columns of the mapping are found in one row; a tie goes to the one that makes more cells."""
    wanted = set(columns)

    def score(delimiter: str) -> tuple[int, int]:
        best, width = 0, 0
        try:
            for cells in csv.reader(first, delimiter=delimiter):
                best = max(best, len(wanted & {clean(cell) for cell in cells}))
                width = max(width, len(cells))
        except csv.Error:
            pass
        return best, width

    return max(DELIMITERS, key=score)
