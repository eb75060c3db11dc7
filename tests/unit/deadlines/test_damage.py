"""Damaged rows are noticed and put aside, whole ones are left alone; real RocksDB files on disk."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from rocksdict import Options, Rdict

from services.deadlines.adapters.store.damage import (
    DamagedRowsError,
    is_damage,
    note_damage,
    put_aside_damaged,
    tables_of,
    whole_rows,
)

ROWS = 1000


def database(data_dir: Path, partition: int) -> Path:
    path = tables_of(data_dir) / f"open-clocks-{partition}.db"
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = Rdict(str(path), Options(raw_mode=True))
    for number in range(ROWS):
        rows[b"%06d" % number] = os.urandom(200)
    rows.flush()
    rows.close()
    return path


def flip(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(bytes(content))


def read(path: Path) -> int:
    rows = Rdict(str(path), Options(raw_mode=True))
    try:
        return sum(1 for _ in whole_rows(rows))
    finally:
        rows.close()


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("MANIFEST-*", lambda one: one.write_bytes(b"x" * 300)),
        ("CURRENT", lambda one: one.write_bytes(b"x" * 300)),
        ("CURRENT", lambda one: one.write_bytes(b"")),
        ("*.sst", lambda one: one.write_bytes(b"x" * 300)),
        ("*.sst", Path.unlink),
    ],
)
def test_a_database_that_cannot_be_opened_is_put_aside_and_the_others_stay(
    tmp_path: Path, file: str, damage: Callable[[Path], object]
) -> None:
    damaged, well = database(tmp_path, 0), database(tmp_path, 1)
    damage(next(damaged.glob(file)))
    (aside,) = put_aside_damaged(tmp_path)
    assert (damaged.exists(), aside.is_dir(), read(well)) == (False, True, ROWS)
    assert put_aside_damaged(tmp_path) == []


def test_rows_that_end_too_early_are_damage_and_not_fewer_clocks(tmp_path: Path) -> None:
    path = database(tmp_path, 3)
    assert read(path) == ROWS
    flip(next(path.glob("*.sst")))
    assert put_aside_damaged(tmp_path) == []  # it opens all the same
    with pytest.raises(DamagedRowsError) as error:
        read(path)
    note_damage(tmp_path, "open-clocks", 3, error.value)
    (aside,) = put_aside_damaged(tmp_path)
    assert aside.name.startswith("open-clocks-3.db.")
    assert put_aside_damaged(tmp_path) == []


def test_an_empty_database_is_whole(tmp_path: Path) -> None:
    rows = Rdict(str(tmp_path / "empty"), Options(raw_mode=True))
    assert list(whole_rows(rows)) == []
    rows.close()


def test_a_full_disk_is_no_damage() -> None:
    assert not is_damage(OSError("IO error: No space left on device: While appending to file"))
