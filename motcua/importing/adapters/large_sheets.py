"""A large sheet of an xlsx in pieces, so that little of it is in memory: the same workbook several times, each with some rows.

calamine holds a whole sheet, and a million rows of it take a gigabyte. What a cell says follows from the styles and shared texts
beside it, so a piece is a workbook with all of them; only the text of the sheet is cut, behind the end of a row.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.parsers import expat

LARGE_BYTES = 32 * 2**20
"""A sheet whose text is larger than this is read in pieces."""
PIECE_BYTES = 8 * 2**20
_READ_BYTES = 2**20
_BOOK, _TARGETS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_KEPT = re.compile(r"\[Content_Types\]\.xml|_rels/\.rels|xl/(_rels/)?[^/]+")
_FIRST_ROW = re.compile(rb"<((?:\w+:)?)row[\s/>]")
_WITHOUT_NUMBER = re.compile(rb"<(?:\w+:)?row(?:/?>|\s(?![^>]*?(?<![\w:])r=)[^>]*>)")
_LONGEST_TAG = 2_000
_EXTENT = re.compile(rb"<(?:\w+:)?dimension\s[^>]*/>")
_MARKUP: Final = b"<!"
"""A comment or a CDATA section could hold what looks like the end of a row; no program writes them into a sheet."""


def pieces(path: Path, sheet: str) -> Iterator[io.BytesIO] | None:
    """The sheet as workbooks in order, each with as many rows as fit in PIECE_BYTES of text; rows keep their numbers.

    None where it is small, of another format, or such that it can't be cut: then it has to be read whole.
    """
    if not zipfile.is_zipfile(path):
        return None
    with zipfile.ZipFile(path) as packed:
        part = _part_of(packed, sheet)
        if part is None or packed.getinfo(part).file_size <= LARGE_BYTES or not _can_be_cut(packed, part):
            return None
    return _pieces(path, part)


def _part_of(packed: zipfile.ZipFile, sheet: str) -> str | None:
    """The file of a sheet in the container."""
    names = set(packed.namelist())
    if not {_BOOK, _TARGETS} <= names:
        return None
    found = (of for tag, of in _elements(packed.read(_BOOK)) if tag == "sheet" and of.get("name") == sheet)
    told = next((value for of in found for key, value in of.items() if key.endswith(":id")), None)
    links = {
        of.get("Id"): of.get("Target", "") for tag, of in _elements(packed.read(_TARGETS)) if tag == "Relationship"
    }
    target = links.get(told, "") if told else ""
    part = target[1:] if target.startswith("/") else f"xl/{target}"
    return part if part in names else None


def _elements(text: bytes) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []

    def begins(tag: str, given: dict[str, str]) -> None:
        found.append((tag.rpartition(":")[2], given))

    parser = expat.ParserCreate()
    parser.StartElementHandler = begins
    parser.Parse(text, True)  # noqa: FBT003  # expat's own word for the end
    return found


def _can_be_cut(packed: zipfile.ZipFile, part: str) -> bool:
    """Whether its rows say their numbers, and nothing stands in it that could look like the end of a row."""
    with packed.open(part) as text:
        seen = text.read(_READ_BYTES)
        if _FIRST_ROW.search(seen) is None:
            return False
        while True:
            if _MARKUP in seen or _WITHOUT_NUMBER.search(seen):
                return False
            block = text.read(_READ_BYTES)
            if not block:
                return True
            seen = seen[-_LONGEST_TAG:] + block


def _pieces(path: Path, part: str) -> Iterator[io.BytesIO]:
    with zipfile.ZipFile(path) as packed, packed.open(part) as text:
        beside = _parts_beside(packed)
        waiting = text.read(_READ_BYTES)
        begin = _FIRST_ROW.search(waiting)
        assert begin is not None  # noqa: S101  # looked at before
        prefix = begin[1]
        end = b"</" + prefix + b"row>"
        head, waiting = _EXTENT.sub(b"", waiting[: begin.start()]), waiting[begin.start() :]
        tail = b"</" + prefix + b"sheetData></" + prefix + b"worksheet>"
        while block := text.read(_READ_BYTES):
            waiting += block
            if len(waiting) >= PIECE_BYTES and (cut := waiting.rfind(end)) >= 0:
                yield _workbook(beside, part, (head, waiting[: cut + len(end)], tail))
                waiting = waiting[cut + len(end) :]
        if (cut := waiting.rfind(end)) >= 0:
            yield _workbook(beside, part, (head, waiting[: cut + len(end)], tail))


def _parts_beside(packed: zipfile.ZipFile) -> bytes:
    """A container with what belongs to all sheets."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as beside:
        for name in packed.namelist():
            if _KEPT.fullmatch(name):
                with packed.open(name) as content, beside.open(name, "w") as copy:
                    while block := content.read(_READ_BYTES):
                        copy.write(block)
    return made.getvalue()


def _workbook(beside: bytes, part: str, texts: tuple[bytes, ...]) -> io.BytesIO:
    made = io.BytesIO()
    made.write(beside)
    with zipfile.ZipFile(made, "a") as whole, whole.open(part, "w") as sheet:
        for text in texts:
            sheet.write(text)
    made.seek(0)
    return made
