"""The unit file: what it holds, and where it is wrong."""

from datetime import date
from pathlib import Path

import pytest

from services.stats.adapters.units_file import COLUMNS, read_units
from services.stats.domain.errors import UnitFileError
from services.stats.domain.levels import place_units
from services.stats.domain.periods import FIRST_DAY, LAST_DAY

GOOD = "300,027,Phường A,commune,phường,20,2025-01-01,2025-07-01,NQ 1"


def write(path: Path, *lines: str) -> Path:
    file = path / "units.csv"
    file.write_text("\ufeff" + "\n".join([",".join(COLUMNS), *lines]) + "\n", "utf-8")
    return file


def test_a_line_is_a_period_and_empty_ends_are_open(tmp_path: Path) -> None:
    closed, open_ended = read_units(write(tmp_path, GOOD, "1,01,Tỉnh B,province,tỉnh,,,,"))

    assert (closed.unit_id, closed.code, closed.name, closed.level) == (300, "027", "Phường A", "commune")
    assert (closed.parent_id, closed.valid_from, closed.valid_until) == (20, date(2025, 1, 1), date(2025, 7, 1))
    assert (open_ended.parent_id, open_ended.valid_from, open_ended.valid_until) == (0, FIRST_DAY, LAST_DAY)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (GOOD.replace("300", "-3", 1), "units.csv, line 3, column unit_id: '-3'"),
        (GOOD.replace("300", "4294967296", 1), "units.csv, line 3, column unit_id: '4294967296'"),
        (GOOD.replace("commune", "village"), "units.csv, line 3, column level: 'village'"),
        (GOOD.replace(",20,", ",x,"), "units.csv, line 3, column parent_id: 'x'"),
        (GOOD.replace("2025-07-01", "01/07/2025"), "units.csv, line 3, column valid_until: '01/07/2025'"),
        (GOOD.replace("2025-07-01", "2024-07-01"), "units.csv, line 3, column valid_until: 2024-07-01 is not after"),
        ("300,027", "units.csv, line 3: has fewer columns"),
    ],
)
def test_a_wrong_line_is_named_with_its_column(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(UnitFileError, match=message):
        read_units(write(tmp_path, GOOD, line))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    file = tmp_path / "units.csv"
    file.write_text("unit_id,code\n1,2\n", "utf-8")

    with pytest.raises(UnitFileError, match="line 1: the column name is missing"):
        read_units(file)


def test_the_demos_unit_file_has_one_place_for_every_unit_and_day() -> None:
    placed = place_units(read_units(Path("demo/data/units.csv")))

    assert all(one.place.province_id for one in placed)
    assert {one.period.level for one in placed} == {"province", "district", "commune"}
    assert not [one for one in placed if one.valid_from >= date(2025, 7, 1) and one.place.district_id]
