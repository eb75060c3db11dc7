"""A back-up that is cut off, changed, foreign, or of another format is refused, and says which."""

import io
import json
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from motcua.archive import (
    FORMAT,
    MANIFEST,
    STORE,
    ArchiveError,
    Manifest,
    copy_store,
    counts_of,
    described,
    unpack,
    write_archive,
)
from services.intake.adapters.event_store import open_store

EVENTS = 40
COUNTS = ("events", "last_id", "dossiers", "receipts")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """An event store, as intake makes it, with rows of which some were taken away: row ids are no plain count."""
    path = tmp_path / "live.sqlite"
    open_store({"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}).close()
    with sqlite3.connect(path) as writing:
        rows = [(uuid4().hex, 1, "t", b"{}") for _ in range(EVENTS + 2)]
        writing.executemany("INSERT INTO stored_events VALUES (?,?,?,?)", rows)
        writing.execute("DELETE FROM stored_events WHERE rowid < 3")
    writing.close()
    return path


@pytest.fixture
def archive(tmp_path: Path, store: Path) -> Path:
    folder, file = tmp_path / "parts", tmp_path / "a.tar.gz"
    folder.mkdir()
    copy_store(store, folder / STORE)
    manifest = Manifest(
        format=FORMAT,
        version="1",
        taken_at="2026-11-27T00:00:00+00:00",
        store=counts_of(folder / STORE),
        published=None,
        files=described([folder / STORE]),
    )
    write_archive(file, manifest, folder)
    return file


def test_what_is_taken_apart_is_what_was_put_in_row_ids_included(tmp_path: Path, archive: Path, store: Path) -> None:
    (out := tmp_path / "out").mkdir()
    manifest = unpack(archive, out)
    assert (manifest.store.events, manifest.store.last_id) == (EVENTS, EVENTS + 2)
    ask = "SELECT rowid, originator_id FROM stored_events ORDER BY rowid"
    with sqlite3.connect(store) as live, sqlite3.connect(out / STORE) as copy:
        assert copy.execute(ask).fetchall() == live.execute(ask).fetchall()
    live.close()
    copy.close()
    assert archive.stat().st_mode & 0o077 == 0


def changed(archive: Path, change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None) -> None:
    """The same file with other contents."""
    with tarfile.open(archive) as tar:
        parts = {one.name: tar.extractfile(one).read() for one in tar.getmembers()}  # type: ignore[union-attr]
    with tarfile.open(archive, "w:gz") as tar:
        for name, content in {**{name: change(name, part) for name, part in parts.items()}, **(more or {})}.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))


def manifest_with(**given: Any) -> Callable[[str, bytes], bytes]:
    def change(name: str, content: bytes) -> bytes:
        return json.dumps({**json.loads(content), **given}).encode() if name == MANIFEST else content

    return change


def flipped(name: str, content: bytes) -> bytes:
    return content[:-9] + bytes([content[-9] ^ 1]) + content[-8:] if name == STORE else content


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda one: one.write_bytes(one.read_bytes()[: one.stat().st_size // 2]), "damaged"),
        (lambda one: one.write_bytes(b"PK\x03\x04 something else"), "damaged or no back-up"),
        (lambda one: one.write_bytes(b""), "no back-up"),
        (lambda one: changed(one, flipped), "ledger.sqlite is damaged: its SHA-256"),
        (lambda one: changed(one, manifest_with(format=2, version="9.9")), r"format 2 \(of 9.9\); this version reads format 1"),
        (lambda one: changed(one, manifest_with(surprise=1)), "its manifest can't be read"),
        (lambda one: changed(one, manifest_with(files={"../evil": {}})), "which is no back-up"),
        (lambda one: changed(one, manifest_with(store=dict.fromkeys(COUNTS, 1))), "its store holds"),
        (lambda one: changed(one, lambda _, part: part, {"../evil": b"x"}), "'../evil', which its manifest doesn't name"),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused(
    tmp_path: Path, archive: Path, harm: Callable[[Path], None], said: str
) -> None:
    (out := tmp_path / "out").mkdir()
    harm(archive)
    with pytest.raises(ArchiveError, match=said):
        unpack(archive, out)
    assert not (tmp_path / "evil").exists()


def test_a_foreign_database_is_no_store(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "other.sqlite").close()
    with pytest.raises(ArchiveError, match="is no event store"):
        counts_of(tmp_path / "other.sqlite")
