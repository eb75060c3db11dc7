"""What commands print: numbers whole at any width, and data as data, whatever brackets or control letters it holds."""

import re

import pytest

from motcua import output
from motcua.output import console, lay_out, plain, print_table, progress_console
from tests.architecture.tree import python_files, text_of

NAMES = ("Đơn vị", "Còn tồn đầu kỳ", "Tiếp nhận", "Đã giải quyết", "Sớm hẹn", "Đúng hẹn", "Quá hạn", "Tỷ lệ đúng hẹn")
ROW = ("Ủy ban nhân dân phường Trần Hưng Đạo", 1234567, 987654, 876543, 765432, 654321, 543210, "93,1 %")


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_no_number_is_broken_over_lines_at_any_width(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    print_table(NAMES, [ROW])
    shown = capsys.readouterr().out
    assert [one for one in ROW[1:] if str(one) not in shown] == []


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_table_is_never_wider_than_the_terminal(
    width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    print_table(
        ("Process", "Pid", "Log"), [("clickhouse", 4194304, "/srv/motcua/data/of/a/long/name/logs/clickhouse.log")]
    )
    shown = capsys.readouterr().out
    assert "4194304" in shown
    assert max(map(len, shown.splitlines())) <= width


def test_in_a_pipe_a_row_is_a_line_however_long_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    print_table(NAMES, [ROW])
    (line,) = [one for one in capsys.readouterr().out.splitlines() if "1234567" in one]
    assert re.search(r"Trần Hưng Đạo.*93,1 %", line)


@pytest.mark.parametrize("text", ["[/x]", "[/cũ]", "xã [bold]Đoài[/bold]", "[link=http://x]y[/link]", ":smile:"])
def test_brackets_in_data_are_printed_as_they_are(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("Mã", "Số"), [(text, 1)], title=text)
    console().print(text)
    progress_console().print(f"  refused: {text}")
    captured = capsys.readouterr()
    assert captured.out.count(text) == 3
    assert text in captured.err


def test_letters_that_steer_a_terminal_are_shown_and_not_obeyed() -> None:
    assert plain("a\x1b]0;x\x07b\tc") == "a�]0;x�b�c"


def test_what_is_no_number_may_be_folded_and_what_is_one_may_not() -> None:
    assert lay_out(("a", "b"), [["x" * 100, "1 %"]], 40) == [(30, False), (3, True)]
    assert lay_out(("a", "b"), [["1" * 40, "x"]], 40) is None


def test_there_is_one_place_that_makes_consoles() -> None:
    makers = [name for name in python_files("motcua", "demo") if re.search(r"\bConsole\(", text_of(name))]
    assert makers == [output.__name__.replace(".", "/") + ".py"]
