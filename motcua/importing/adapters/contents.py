"""The bytes of a file, unpacked: plain, gzip, or a zip with one file in it. What is damaged is found at the latest at its end.

Both packings carry a CRC; it is compared when the last byte is read, so a file is whole only once it was read to its end.
"""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from motcua.importing.domain.findings import Effect, Finding, Place

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
DAMAGES: Final = (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error)
"""What reading a damaged file raises."""
_WORKBOOK_MEMBERS = frozenset({"xl/workbook.xml", "xl/workbook.bin", "content.xml"})


class FileFaultError(Exception):
    """Nothing of the run can be sent, because of this finding."""

    def __init__(self, found: Finding) -> None:
        super().__init__(found.message)
        self.found = found


def damaged(file: str, error: Exception) -> FileFaultError:
    """The fault of a file that isn't whole."""
    reason = str(error) or type(error).__name__
    place = Place(file=file)
    return FileFaultError(
        Finding(code="file-damaged", effect=Effect.NOTHING_SENT, place=place, params={"reason": reason})
    )


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook (xlsx, xlsm, xlsb, xls, ods)."""
    with path.open("rb") as raw:
        magic = raw.read(4)
    if magic == OLE_MAGIC:
        return True
    if magic != ZIP_MAGIC:
        return False
    try:
        with zipfile.ZipFile(path) as packed:
            return bool(_WORKBOOK_MEMBERS & set(packed.namelist()))
    except zipfile.BadZipFile as error:
        raise damaged(str(path), error) from error


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The unpacked bytes. Raises FileFaultError where the file isn't whole, at the latest when its last byte is read."""
    with path.open("rb") as raw:
        magic = raw.read(4)
    try:
        if magic[:2] == GZIP_MAGIC:
            with gzip.open(path, "rb") as unpacked:
                yield unpacked  # type: ignore[misc]  # a GzipFile reads like any other
        elif magic == ZIP_MAGIC:
            with zipfile.ZipFile(path) as packed, packed.open(_only_member(packed, path)) as member:
                yield member
        else:
            with path.open("rb") as plain:
                yield plain
    except DAMAGES as error:
        raise damaged(str(path), error) from error


def _only_member(packed: zipfile.ZipFile, path: Path) -> str:
    names = [one for one in packed.namelist() if not one.endswith("/") and not one.startswith("__MACOSX")]
    if len(names) != 1:
        told = f"tệp zip phải chứa đúng một tệp, ở đây có {len(names)}"
        raise FileFaultError(
            Finding(
                code="file-damaged", effect=Effect.NOTHING_SENT, place=Place(file=str(path)), params={"reason": told}
            )
        )
    return names[0]
