"""A file is read to its end and whole, or nothing of it is sent: what can't be right is named by line and column."""

import gzip
import zipfile
from pathlib import Path

import pytest

from motcua.importing.domain.findings import Effect
from tests.unit.importing.office import GOOD, HEADER, REGISTER, figures, file, found, tried

MANY = "".join(GOOD.replace("A1", f"A{number}") for number in range(1000))


def test_a_whole_file_is_taken_and_its_figures_are_those_of_its_rows(tmp_path: Path) -> None:
    outcome = tried(REGISTER, file(tmp_path, HEADER + GOOD))
    assert found(outcome) == []
    assert figures(outcome) == {"received": 1, "early": 1, "on_time": 0, "late": 0, "open": 0}
    assert (outcome.rows, outcome.dossiers, outcome.prepared) == (1, 1, 2)


def test_an_unclosed_quote_keeps_everything_back_and_is_named_where_it_was_opened(tmp_path: Path) -> None:
    text = HEADER + GOOD + GOOD.replace("A1", "A2").replace("Trực tiếp", '"Trực tiếp') + MANY
    outcome = tried(REGISTER, file(tmp_path, text))
    assert found(outcome) == [("quote-not-closed", 3, "Kênh")]
    assert (outcome.dossiers, outcome.prepared) == (0, 0)
    assert "không gửi gì" in outcome.summary()


def test_a_quote_that_swallows_rows_until_another_one_is_found_too(tmp_path: Path) -> None:
    swallowing = 'A2,2026-03-02T08:00,2026-03-09T17:00,,"Trực\n'
    text = HEADER + swallowing + MANY + 'B1,2026-03-02T08:00,2026-03-09T17:00,,"\n' + GOOD
    assert found(tried(REGISTER, file(tmp_path, text))) == [("quote-not-closed", 2, "Kênh")]


def test_a_line_break_within_quotes_is_white_space(tmp_path: Path) -> None:
    text = HEADER + '"A\n1",2026-03-02T08:00,2026-03-09T17:00,,"Trực\ntiếp"\n' + GOOD
    outcome = tried(REGISTER, file(tmp_path, text))
    assert found(outcome) == []
    assert outcome.dossiers == 2


def test_a_byte_of_another_encoding_is_named_with_the_encoding_that_it_may_be(tmp_path: Path) -> None:
    outcome = tried(REGISTER, file(tmp_path, (HEADER + GOOD).encode() + "A2,\u00ea".encode("cp1258") + b",,,\n"))
    assert found(outcome) == [("not-in-encoding", 3, "thứ 2")]
    assert 'encoding = "cp1258"' in next(outcome.finding_lines())


@pytest.mark.parametrize("at", [0.3, 0.9])
def test_a_gzip_with_a_changed_byte_sends_nothing(tmp_path: Path, at: float) -> None:
    packed = bytearray(gzip.compress((HEADER + MANY).encode()))
    packed[int(len(packed) * at)] ^= 0x55
    outcome = tried(REGISTER, file(tmp_path, bytes(packed), "so.csv.gz"))
    assert outcome.findings.keep_everything_back
    assert (outcome.dossiers, outcome.prepared) == (0, 0)


def test_a_gzip_that_was_cut_off_sends_nothing(tmp_path: Path) -> None:
    packed = gzip.compress((HEADER + MANY).encode())
    assert found(tried(REGISTER, file(tmp_path, packed[:-20], "so.csv.gz"))) == [("file-damaged", 0, "")]


def test_a_zip_with_one_file_is_read_and_a_damaged_one_sends_nothing(tmp_path: Path) -> None:
    path = tmp_path / "so.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("so.csv", HEADER + MANY)
    assert tried(REGISTER, path).dossiers == 1000
    damaged = bytearray(path.read_bytes())
    damaged[60] ^= 0x55
    outcome = tried(REGISTER, file(tmp_path, bytes(damaged), "damaged.zip"))
    assert outcome.findings.count(Effect.NOTHING_SENT) == 1
    assert outcome.dossiers == 0


def test_a_column_that_stands_twice_is_refused_and_not_the_last_one_taken(tmp_path: Path) -> None:
    outcome = tried(REGISTER, file(tmp_path, HEADER.replace("\n", ",Ngày nhận\n") + GOOD.replace("\n", ",\n")))
    assert found(outcome) == [("column-twice", 1, "Ngày nhận")]
    assert outcome.dossiers == 0


def test_a_missing_column_is_named_with_what_it_is_likely_called_here(tmp_path: Path) -> None:
    outcome = tried(REGISTER, file(tmp_path, HEADER.replace("Ngày hẹn trả", "Ngày hẹn tr") + GOOD))
    assert found(outcome) == [("column-missing", 1, "Ngày hẹn trả")]
    assert "có phải “Ngày hẹn tr”?" in next(outcome.finding_lines())


def test_a_fault_in_one_of_several_files_keeps_back_all(tmp_path: Path) -> None:
    good = file(tmp_path, HEADER + GOOD)
    bad = file(tmp_path, HEADER.replace("Kênh", "Ngày xong") + GOOD, "bad.csv")
    assert tried(REGISTER, good, bad).dossiers == 0


def test_a_row_that_is_wrong_by_itself_is_named_and_the_other_dossiers_go_on(tmp_path: Path) -> None:
    rows = (
        GOOD,
        "A2,hôm qua,2026-03-09T17:00,,Trực tiếp\n",
        "A3,2026-03-02T08:00,2026-03-09T17:00,,Điện thoại\n",
        "A4,,2026-03-09T17:00,,Trực tiếp\n",
        "A5,2026-03-02T08:00\n",
        ",2026-03-02T08:00,2026-03-09T17:00,,Trực tiếp\n",
    )
    outcome = tried(REGISTER, file(tmp_path, HEADER + "".join(rows)))
    assert found(outcome) == [
        ("row-incomplete", 6, ""),
        ("no-code", 7, "Số hồ sơ"),
        ("bad-instant", 3, "Ngày nhận"),
        ("unknown-value", 4, "Kênh"),
        ("empty", 5, "Ngày nhận"),
    ]
    assert (outcome.dossiers, outcome.left_out_dossiers, outcome.prepared) == (5, 4, 2)


def test_a_cause_with_thousands_of_rows_is_told_once_with_their_number(tmp_path: Path) -> None:
    outcome = tried(REGISTER, file(tmp_path, HEADER + MANY.replace("Trực tiếp", "?")))
    told = list(outcome.finding_lines())
    assert len(told) == 11
    assert "990 dòng nữa" in told[-1]
    assert outcome.as_json()["findings"][0]["count"] == 1000


def test_what_follows_from_a_refused_acceptance_is_no_cause_of_its_own(tmp_path: Path) -> None:
    outcome = tried(REGISTER, file(tmp_path, HEADER + GOOD.replace("2026-03-02T08:00", "2030-03-02T08:00")))
    assert found(outcome) == [("refused", 2, "Ngày nhận")]
    assert (outcome.left_out_dossiers, outcome.prepared) == (1, 0)
