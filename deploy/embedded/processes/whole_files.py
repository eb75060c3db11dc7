"""Writes small files whole or not at all, and for the owner's eyes only: a power cut or a full disk leaves the old one.

In: path and text. Out: the file, mode 0600, on the disk when `write_whole` returns.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any


class DamagedFileError(Exception):
    """A file that we wrote can't be read any more; the text names it and says what to do."""


def write_whole(path: Path, text: str) -> None:
    """Replace the file in one step. Raises OSError (a full disk); the old file then stands as it was."""
    handle, fresh = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).replace(path)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names of a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_object(path: Path, mended_by: str) -> dict[str, Any]:
    """The JSON object of a file. Raises FileNotFoundError, or DamagedFileError with the way to mend it."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DamagedFileError(f"{path} is damaged ({error}): {mended_by}") from error
    if not isinstance(read, dict):
        raise DamagedFileError(f"{path} is damaged (it holds no JSON object): {mended_by}")
    return read
