"""The small files of the data folder: whole or not at all, for the owner only, and a clear line when one is damaged."""

import errno
import os
from pathlib import Path

import pytest

from deploy.embedded.processes import whole_files
from deploy.embedded.processes.whole_files import write_whole
from motcua import preflight
from motcua.addresses import AddressError, found, planned, write
from motcua.cli import main
from motcua.output import CommandError


def environ(data_dir: Path) -> dict[str, str]:
    return {"MOTCUA_DATA_DIR": str(data_dir)}


def test_what_is_written_is_found_again_and_nobody_else_may_read_it(tmp_path: Path) -> None:
    addresses = planned(environ(tmp_path), creates=True)
    write(addresses)
    assert found(environ(tmp_path)) == addresses
    assert planned(environ(tmp_path)) == addresses
    files = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert {one.name for one in files} == {"addresses.json", "clickhouse-passwords.json"}
    assert [one for one in files if one.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("content", [b"", b'{"data_dir": "/x", "kaf', b"\x00" * 40, b"[]", b'{"other": 1}'])
@pytest.mark.parametrize("name", ["run/addresses.json", "clickhouse-passwords.json"])
def test_a_half_written_file_is_named_with_what_mends_it(
    tmp_path: Path, name: str, content: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(planned(environ(tmp_path), creates=True))
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AddressError, match=rf"{name}.*rm .*{name}"):
        found(environ(tmp_path))
    monkeypatch.setenv("MOTCUA_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["motcua", "status"])
    assert main() == 4
    assert capsys.readouterr().err.count("\n") == 1
    (tmp_path / name).unlink()
    found(environ(tmp_path))


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "kept.json"
    write_whole(file, "old")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(whole_files.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(file, "new")
    assert (file.read_text(), [one.name for one in tmp_path.iterdir()]) == ("old", ["kept.json"])


def test_on_a_full_disk_nothing_is_started_and_it_is_said_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "LEAST_FREE_BYTES", 2**60)
    with pytest.raises(CommandError, match=f"the disk is full: .* MiB free for {tmp_path}; free some space"):
        preflight.check_before_start(planned(environ(tmp_path)))
