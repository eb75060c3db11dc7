"""A first mapping is guessed from a file's columns, and the file is imported by it as it stands."""

import tomllib
from pathlib import Path

import pytest

from motcua.importing.adapters.guessed_file import guessed_mapping
from tests.unit.importing.office import REGISTERS, figures, file, found, mapping, tried
from tests.unit.importing.test_other_files import ROWS, workbook

REGISTER = """ỦY BAN NHÂN DÂN XÃ A;;;;;;
STT;Mã số hồ sơ;Tên thủ tục hành chính;Ngày tiếp nhận;Ngày hẹn trả;Ngày trả kết quả;Hình thức nộp
1;A1;Chứng thực;02/03/2026 08:00;09/03/2026;06/03/2026 10:00;Trực tiếp
2;A2;Khai sinh;13/03/2026 08:00;20/03/2026;23/03/2026 10:00;Trực tuyến
3;A3;Khai sinh;13/03/2026 08:00;20/03/2026;;Qua BCCI
"""


def guess(path: Path) -> str:
    return guessed_mapping(path, 19990001)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_guessed_mapping_imports_its_file(tmp_path: Path, encoding: str) -> None:
    path = file(tmp_path, REGISTER.encode(encoding))
    text = guess(path)
    outcome = tried(mapping(text), path)
    assert found(outcome) == []
    assert figures(outcome) == {"received": 3, "early": 1, "on_time": 0, "late": 1, "open": 1}


def test_what_each_column_is_and_which_are_left_is_told(tmp_path: Path) -> None:
    text = guess(file(tmp_path, REGISTER))
    raw = tomllib.loads(text)
    assert raw["dossier"] == {"key": "Mã số hồ sơ", "unit_id": 19990001}
    assert raw["formats"]["dates"] == ["dd/mm/yyyy"]
    accepted, ended = raw["events"]
    assert (accepted["time"], ended["time"]) == ("Ngày tiếp nhận", "Ngày trả kết quả")
    assert accepted["attributes"]["channel"]["values"] == {"Trực tiếp": 1, "Trực tuyến": 2, "Qua BCCI": 3}
    assert accepted["data"] == {
        "procedure_code": {"column": "Tên thủ tục hành chính"},
        "appointment_at": {"column": "Ngày hẹn trả"},
    }
    assert "# Cột chưa dùng: STT" in text


def test_a_file_of_an_old_encoding_is_guessed_with_it(tmp_path: Path) -> None:
    header = "S\u00f4\u0301 h\u00f4\u0300 s\u01a1,Ng\u00e0y nh\u00e2\u0323n\n".encode("cp1258")
    path = file(tmp_path, header + b"A1,2026-03-02T08:00\n")
    text = guess(path)
    assert 'encoding = "cp1258"' in text
    assert tried(mapping(text), path).prepared == 1


def test_a_workbook_is_guessed_too(tmp_path: Path) -> None:
    path = workbook(tmp_path / "so.xlsx", T1=ROWS)
    assert figures(tried(mapping(guess(path)), path), "received", "early") == {"received": 2, "early": 1}


@pytest.mark.skipif(not REGISTERS.exists(), reason="the public registers are not beside this checkout")
def test_a_public_register_is_guessed_well_enough_to_be_counted() -> None:
    path = REGISTERS / "stl-csb-2012.csv.gz"
    text = guess(path).replace('time_zone = "Asia/Ho_Chi_Minh"', 'time_zone = "America/Chicago"')
    raw = tomllib.loads(text)
    assert raw["dossier"]["key"] == "REQUESTID"
    assert [one["time"] for one in raw["events"]] == ["DATETIMEINIT", "DATETIMECLOSED", "DATECANCELLED"]
    assert raw["events"][0]["data"]["appointment_at"] == {"column": "PRJCOMPLETEDATE"}
