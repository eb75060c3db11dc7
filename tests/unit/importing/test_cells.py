"""What cells of real registers mean: days, numbers, values, units, headers; and how files are written."""

import gzip
import shutil
from pathlib import Path
from typing import Any

import orjson
import pytest

from motcua.importing.adapters.mapping_file import read_mapping
from tests.unit.importing.office import CASES, GOOD, HEADER, REGISTER, figures, file, found, prepared, tried

DATES = '\n[formats]\ndates = ["dd/mm/yyyy", "ddmmyyyy", "yyyymmdd", "excel"]\n'
needs_cases = pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside this checkout")


def sent(folder: Path, by: str, text: str | bytes) -> list[dict[str, Any]]:
    return [orjson.loads(one.action) for one in prepared(by, folder, file(folder, text))]


@pytest.mark.parametrize(
    ("forms", "cell", "instant"),
    [
        ("", "2026-03-02T08:00", "2026-03-02T08:00:00+07:00"),
        ("", "2026-3-2", "2026-03-02T00:00:00+07:00"),
        ("", "2026-03-02 08:00:00.000", "2026-03-02T08:00:00+07:00"),
        ("", "2026-03-02T01:00:00Z", "2026-03-02T01:00:00+00:00"),
        ("", "2026-03-02 05:00:00 CH", "2026-03-02T17:00:00+07:00"),
        ("", "2026-03-02 08h30", "2026-03-02T08:30:00+07:00"),
        ("dd/mm/yyyy", "02/03/2026", "2026-03-02T00:00:00+07:00"),
        ("dd/mm/yyyy", "2.3.2026 8:05", "2026-03-02T08:05:00+07:00"),
        ("dd/mm/yyyy", "02-03-2026 12:15 SA", "2026-03-02T00:15:00+07:00"),
        ("dd/mm/yy", "02/03/26", "2026-03-02T00:00:00+07:00"),
        ("mm/dd/yyyy", "03/02/2026 12:00:03 AM", "2026-03-02T00:00:03+07:00"),
        ("mm/dd/yyyy", "03/02/2026 12:00:03 PM", "2026-03-02T12:00:03+07:00"),
        ("excel", "46083", "2026-03-02T00:00:00+07:00"),
        ("excel", "46083.3333", "2026-03-02T08:00:00+07:00"),
        ("excel", "46083.70833333333", "2026-03-02T17:00:00+07:00"),
        ("ddmmyyyy", "02032026", "2026-03-02T00:00:00+07:00"),
        ("yyyymmdd", "20260302", "2026-03-02T00:00:00+07:00"),
    ],
)
def test_an_instant_is_read_by_the_forms_that_the_mapping_names(
    tmp_path: Path, forms: str, cell: str, instant: str
) -> None:
    by = REGISTER + (f'[formats]\ndates = "{forms}"\n' if forms else "")
    actions = sent(tmp_path, by, HEADER + f"A1,{cell},2026-03-09T17:00,,Trực tiếp\n")
    assert [one["time"] for one in actions] == [instant]


@pytest.mark.parametrize(
    ("forms", "cell"),
    [
        ("", "02/03/2026"),
        ("", "46083"),
        ("dd/mm/yyyy", "31/02/2026"),
        ("dd/mm/yyyy", "03/13/2026"),
        ("dd/mm/yyyy", "hôm qua"),
        ("dd/mm/yyyy", "02/03/2026 25:00"),
        ("excel", "0"),
        ("excel", "20260302"),
        ("excel", "-5"),
    ],
)
def test_what_no_form_fits_is_named_and_never_guessed(tmp_path: Path, forms: str, cell: str) -> None:
    by = REGISTER + (f'[formats]\ndates = "{forms}"\n' if forms else "")
    text = HEADER + f"A1,{cell},2026-03-09T17:00,,Trực tiếp\n"
    assert found(tried(by, file(tmp_path, text))) == [("bad-instant", 2, "Ngày nhận")]


def test_a_bare_day_may_mean_the_end_of_the_day(tmp_path: Path) -> None:
    by = REGISTER.replace('time = "Ngày xong"', 'time = {column = "Ngày xong", bare_day = "end"}')
    actions = sent(tmp_path, by, HEADER + GOOD.replace("2026-03-06T10:00", "2026-03-02"))
    assert [one["time"] for one in actions] == ["2026-03-02T08:00:00+07:00", "2026-03-02T23:59:59+07:00"]


@pytest.mark.parametrize(
    ("cell", "days"), [("5", 5), ("1.200", 1200), ("1,200", 1200), ("1.200đ", 1200), ("5 ngày", None), ("1.20", None)]
)
def test_a_number_may_have_separators_but_no_words(tmp_path: Path, cell: str, days: int | None) -> None:
    by = REGISTER.replace(
        'appointment_at = {column = "Ngày hẹn trả"}', 'term = {value = {column = "N"}, unit = "hour"}'
    )
    text = f'{HEADER.strip()},N\n{GOOD.strip()},"{cell}"\n'
    outcome = tried(by, file(tmp_path, text))
    assert found(outcome) == ([] if days else [("bad-number", 2, "N")])
    if days:
        assert sent(tmp_path, by, text)[0]["data"]["term"] == {"value": days, "unit": "hour"}


def test_values_are_compared_without_case_and_white_space(tmp_path: Path) -> None:
    text = HEADER + GOOD.replace("Trực tiếp", "TRỰC   tiếp ") + GOOD.replace("A1", "A2").replace("Trực tiếp", "")
    assert [one.get("channel") for one in sent(tmp_path, REGISTER, text)][::2] == [1, None]


def test_the_first_filled_of_several_columns_is_taken(tmp_path: Path) -> None:
    by = REGISTER.replace('time = "Ngày xong"', 'time = {columns = ["Ngày xong", "Ngày trả"]}')
    text = HEADER.replace("\n", ",Ngày trả\n") + "A1,2026-03-02T08:00,2026-03-09T17:00,,Trực tiếp,2026-03-05T10:00\n"
    assert sent(tmp_path, by, text)[1]["time"] == "2026-03-05T10:00:00+07:00"


UNITS = """
[[units]]
unit_id = 101
name = "Xã Phú Lộc"
code = "PL"
level = "commune"
[[units]]
unit_id = 102
name = "Xã Vinh Lộc"
level = "commune"
[[units]]
unit_id = 103
name = "Xã Vinh Lộc"
level = "commune"
"""


@pytest.mark.parametrize(
    ("cell", "unit_id", "code"),
    [
        ("xã phú  lộc", 101, ""),
        ("PL", 101, ""),
        ("101", 101, ""),
        ("Xã Vinh Lộc", 0, "ambiguous-unit"),
        ("Xã Phú Lọc", 0, "unknown-unit"),
    ],
)
def test_a_unit_is_found_by_name_code_or_number(tmp_path: Path, cell: str, unit_id: int, code: str) -> None:
    by = REGISTER.replace("unit_id = 19990001", 'unit_id = {column = "Kênh", kind = "unit"}') + UNITS
    by = by.replace('channel = {column = "Kênh", values = {"Trực tiếp" = 1, "Trực tuyến" = 2, "Bưu chính" = 3}}', "")
    path = file(tmp_path, HEADER + GOOD.replace("Trực tiếp", cell))
    assert [one for one, _, _ in found(tried(by, path))] == ([code] if code else [])
    assert [orjson.loads(one.action)["unitid"] for one in prepared(by, tmp_path, path)][:1] == (
        [unit_id] if unit_id else []
    )


@needs_cases
@pytest.mark.parametrize("name", ["utf8", "utf8bom", "utf16", "nfd", "cp1258"])
def test_the_encodings_of_the_cases_give_the_same_register(tmp_path: Path, name: str) -> None:
    by = REGISTER + ('[file]\nencoding = "cp1258"\n' if name == "cp1258" else "")
    outcome = tried(by, CASES / f"11-enc-{name}.csv")
    assert found(outcome) == []
    assert figures(outcome, "received", "open") == {"received": 1, "open": 1}


@needs_cases
@pytest.mark.parametrize(
    ("name", "dossiers"),
    [
        ("header-newline", 1),
        ("header-spaces", 1),
        ("semicolon", 1),
        ("sepline", 1),
        ("tab", 1),
        ("title-rows", 1),
        ("trailing-rows", 1),
        ("cells", 6),
    ],
)
def test_the_files_of_the_cases_are_read_as_they_were_meant(name: str, dossiers: int) -> None:
    outcome = tried(read_mapping(CASES / "register.toml"), CASES / f"11-{name}.csv")
    assert found(outcome) == []
    assert (outcome.dossiers, outcome.prepared) == (dossiers, dossiers)


@needs_cases
def test_a_row_of_totals_is_named_unless_the_mapping_skips_it() -> None:
    path = CASES / "11-total-row.csv"
    assert found(tried(REGISTER, path)) == [("empty", 3, "Ngày nhận")]
    skipping = '\n[rows]\nskip = {column = "Số hồ sơ", starts_with = "Tổng cộng"}\n'
    assert found(tried(REGISTER + skipping, path)) == []


@needs_cases
def test_the_dates_of_the_cases_are_read_but_for_the_one_that_nobody_can_read() -> None:
    outcome = tried(REGISTER + DATES, CASES / "11-dates.csv")
    assert found(outcome) == [("bad-instant", 11, "Ngày nhận")]
    assert (outcome.dossiers, outcome.left_out_dossiers) == (12, 1)


@needs_cases
@pytest.mark.parametrize("name", ["08-duplicate-header", "08-duplicate-key-column"])
def test_the_doubled_columns_of_the_cases_are_refused(name: str) -> None:
    assert [code for code, _, _ in found(tried(REGISTER, CASES / f"{name}.csv"))] == ["column-twice"]


@needs_cases
def test_a_due_date_without_a_time_is_the_close_of_its_day() -> None:
    outcome = tried(REGISTER, CASES / "04-due-date-only.csv")
    assert figures(outcome) == {"received": 4, "early": 0, "on_time": 3, "late": 0, "open": 1}
    assert outcome.counts.total()["apology_required"] == 1  # only of the open one, long since


@needs_cases
def test_months_in_order_are_one_register(tmp_path: Path) -> None:
    by = read_mapping(CASES / "10-log.toml")
    outcome = tried(by, CASES / "12-month-02.csv", CASES / "12-month-01.csv")
    assert figures(outcome) == {"received": 3, "early": 1, "on_time": 0, "late": 1, "open": 1}
    shutil.copy(CASES / "12-month-02.csv", tmp_path / "later.csv")
    assert tried(by, tmp_path / "later.csv").continued_dossiers == 3


def test_packed_files_are_read_like_others(tmp_path: Path) -> None:
    packed = file(tmp_path, gzip.compress((HEADER + GOOD).encode()), "so.csv.gz")
    assert tried(REGISTER, packed).prepared == 2
