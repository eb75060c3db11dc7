"""A back-up as one file: a tar with a manifest that says what is in it, and checks that refuse what can't be right.

`manifest.json` holds the version that wrote it, the time, size and SHA-256 of every file, how many events there are, and the
places: the last number of the store, and what was published of it.
"""

import hashlib
import json
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from deploy.embedded.processes.whole_files import sync_folder

FORMAT = 1
MANIFEST = "manifest.json"
STORE = "ledger.sqlite"
_CHUNK = 1 << 20
_TABLES = ("stored_events", "action_receipts", "acting_persons")


class ArchiveError(Exception):
    """The file is no back-up, is damaged, or was made by a version that this one doesn't know; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCounts:
    """What a store holds. `last_id`: the number of its last event, by which the relay finds its place; units count as streams."""

    events: int
    last_id: int
    dossiers: int
    receipts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands in a back-up. `published`: the last number on Kafka at that time; None where Kafka didn't answer."""

    format: int
    version: str
    taken_at: str
    store: StoreCounts
    published: int | None
    files: Mapping[str, Mapping[str, Any]]


def copy_store(source: Path, target: Path) -> None:
    """A consistent copy of a SQLite store, row ids included, whether or not somebody writes meanwhile."""
    with (
        closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True)) as reading,
        closing(sqlite3.connect(target)) as into,
    ):
        reading.backup(into)
        into.execute("PRAGMA journal_mode=DELETE").fetchall()


def counts_of(store: Path) -> StoreCounts:
    """What a store holds; ArchiveError where it is damaged or is none."""
    try:
        with closing(sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)) as reading:
            (found,) = reading.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise ArchiveError(f"{store.name} is damaged: {found}")
            tables = {name for (name,) in reading.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            missing = [name for name in _TABLES if name not in tables]
            if missing:
                raise ArchiveError(f"{store.name} is no event store: it has no table {missing[0]}")
            ask = "SELECT count(*), coalesce(max(rowid), 0), count(DISTINCT originator_id) FROM stored_events"
            events, last_id, dossiers = reading.execute(ask).fetchone()
            (receipts,) = reading.execute("SELECT count(*) FROM action_receipts").fetchone()
    except sqlite3.DatabaseError as error:
        raise ArchiveError(f"{store.name} can't be read: {error}") from error
    return StoreCounts(events=events, last_id=last_id, dossiers=dossiers, receipts=receipts)


def described(paths: Sequence[Path]) -> dict[str, dict[str, Any]]:
    """Size and SHA-256 of each file, by name."""
    found = {}
    for path in paths:
        with path.open("rb") as file:
            found[path.name] = {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
    return found


def write_archive(archive: Path, manifest: Manifest, folder: Path) -> None:
    """Put the manifest and the files that it names (from `folder`) into one file, whole or not at all, for the owner only."""
    handle, fresh = tempfile.mkstemp(prefix=f".{archive.name}.", dir=archive.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", compresslevel=6) as tar:
                (folder / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
                for name in (MANIFEST, *manifest.files):
                    tar.add(folder / name, arcname=name)
            out.flush()
            os.fsync(out.fileno())
        Path(fresh).replace(archive)
    except BaseException:
        Path(fresh).unlink(missing_ok=True)
        raise
    sync_folder(archive.parent)


def unpack(archive: Path, folder: Path) -> Manifest:
    """Take a back-up apart into `folder` and check everything that the manifest says. Raises ArchiveError."""
    try:
        with tarfile.open(archive, mode="r:gz") as tar:
            first = tar.next()
            if first is None or first.name != MANIFEST:
                raise ArchiveError(f"{archive} is no back-up of Motcua: it doesn't begin with {MANIFEST}")
            manifest = _manifest(archive, tar.extractfile(first))
            waiting = dict(manifest.files)
            while (member := tar.next()) is not None:
                wanted = waiting.pop(member.name, None)
                content = tar.extractfile(member) if member.isfile() else None
                if wanted is None or content is None:
                    raise ArchiveError(f"{archive} holds {member.name!r}, which its manifest doesn't name")
                _take(content, folder / member.name, wanted)
    except (tarfile.TarError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ArchiveError(f"{archive} is damaged or no back-up: {error}") from error
    if waiting:
        raise ArchiveError(f"{archive} is cut off: {', '.join(waiting)} is missing")
    seen = counts_of(folder / STORE)
    if seen != manifest.store:
        raise ArchiveError(f"{archive}: its manifest says {manifest.store}, its store holds {seen}")
    return manifest


def _manifest(archive: Path, content: IO[bytes] | None) -> Manifest:
    try:
        read = json.loads(content.read()) if content is not None else {}
        if read.get("format") != FORMAT:
            version = read.get("version", "an unknown version")
            raise ArchiveError(
                f"{archive} has format {read.get('format')} (of {version}); this version reads format {FORMAT}"
            )
        manifest = Manifest(**{**read, "store": StoreCounts(**read["store"])})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ArchiveError(f"{archive} is no back-up of Motcua: its manifest can't be read ({error})") from error
    if manifest.files.keys() != {STORE}:
        raise ArchiveError(f"{archive}: its manifest names {', '.join(manifest.files)}, which is no back-up")
    return manifest


def _take(content: IO[bytes], target: Path, wanted: Mapping[str, Any]) -> None:
    digest, size = hashlib.sha256(), 0
    with target.open("wb") as file:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if (size, digest.hexdigest()) != (wanted["bytes"], wanted["sha256"]):
        raise ArchiveError(f"{target.name} is damaged: its SHA-256 or its size is not that of the manifest")
