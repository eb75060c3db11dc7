"""Logs are followed over the end of a file: it is replaced by a new one when it has become too long."""

from pathlib import Path

from motcua.commands.logs_command import LogFile


def test_the_last_lines_and_then_what_comes(tmp_path: Path) -> None:
    path = tmp_path / "stats.log"
    path.write_text("1\n2\n3\n")
    log = LogFile("stats", path)
    assert log.tail(2) == ["2", "3"]
    with path.open("a") as writing:
        writing.write("4\nhalf")
    assert list(log.fresh()) == ["4"]
    with path.open("a") as writing:
        writing.write(" and whole\n")
    assert list(log.fresh()) == ["half and whole"]
    assert list(log.fresh()) == []


def test_a_log_that_was_replaced_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "stats.log"
    path.write_text("old\n" * 9)
    log = LogFile("stats", path)
    assert log.tail(0) == []
    path.rename(tmp_path / "stats.log.1")
    assert list(log.fresh()) == []
    path.write_text("new\n")
    assert list(log.fresh()) == ["new"]
