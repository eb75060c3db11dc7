"""The authoring script writes nothing that the sources disagree about; the loaders skip nothing."""

from pathlib import Path

import pytest

from demo import reference
from demo.build_reference import (
    Conversion,
    ReferenceSourceError,
    check,
    clean,
    new_units,
    old_units,
    read_conversions,
    successions,
    unit_type,
)

OLD = [
    {
        "code": 46,
        "districts": [
            {
                "code": 474,
                "name": "Quận Thuận Hóa",
                "wards": [{"code": 19909, "name": "Phường Dương Nỗ"}, {"code": 20176, "name": "Xã Hương Hòa"}],
            }
        ],
    }
]
NEW = {"19909": {"name_with_type": "Phường Dương Nỗ"}}
KEPT = Conversion(19909, "Phường Dương Nỗ", 19909, "Phường Dương Nỗ", "Giữ nguyên")


def test_agreeing_sources_pass_and_the_withdrawn_commune_is_left_out() -> None:
    rows = old_units(OLD)
    check(rows, new_units(NEW), [KEPT])
    assert [row[0] for row in rows] == [2_000_474, 3_019_909]


@pytest.mark.parametrize(
    "line",
    [
        KEPT._replace(old_code=19910),
        KEPT._replace(new_code=19910),
        KEPT._replace(old_name="Xã Phú Dương"),
        KEPT._replace(new_name="Phường Phú Dương"),
        KEPT._replace(note="Nhập"),
    ],
)
def test_sources_that_disagree_are_refused(line: Conversion) -> None:
    with pytest.raises(ReferenceSourceError):
        check(old_units(OLD), new_units(NEW), [line])


def test_a_split_gets_no_share() -> None:
    half = KEPT._replace(note="Nhập một phần")
    assert [row[2:4] for row in successions([half, KEPT])] == [("", "split"), (1, "continued")]


def test_names_are_brought_to_one_unicode_form() -> None:
    assert clean("Xã Hu\u031bo\u031bng  Phu\u0301\n") == "Xã Hương Phú"


def test_a_name_without_a_known_kind_is_refused() -> None:
    with pytest.raises(ReferenceSourceError):
        unit_type("Dương Nỗ")


def test_only_the_lines_of_our_province_are_read(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text(
        "Thành phố Hà Nội (01),Phường A,00160,Phường B,00616,Nhập một phần,Quận C (021),x,\n"
        'Thành phố Huế (46),"Phường Phú Xuân\n",19753,Phường Tây Lộc,19750,Nhập toàn bộ,Quận Phú Xuân (475),x,\n',
        encoding="utf-8",
    )
    assert read_conversions(table) == [
        Conversion(19753, "Phường Phú Xuân", 19750, "Phường Tây Lộc", "Nhập toàn bộ"),
    ]


@pytest.mark.parametrize(
    "row",
    [
        "3019909,19909,Xã A,hamlet,xã,46,2004-01-01,2025-07-01,law",
        "3019909,19909,Xã A,commune,xã,46,2004-01-01,1 July 2025,law",
        "x,19909,Xã A,commune,xã,46,2004-01-01,2025-07-01,law",
        "3019909,19909,Xã A,commune,xã,46,2004-01-01,2025-07-01",
        "3019909,19909,Xã A,commune,xã,46,2004-01-01,2025-07-01,law,more",
    ],
)
def test_a_row_that_cannot_be_read_stops_the_load_and_names_the_line(
    row: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    heading = "unit_id,code,name,level,unit_type,parent_id,valid_from,valid_until,legal_basis"
    good = "3019900,19900,Xã B,commune,xã,46,2004-01-01,2025-07-01,law"
    (tmp_path / "data" / "units.csv").write_text("\n".join([heading, good, row]), encoding="utf-8")
    monkeypatch.setattr(reference, "files", lambda _package: tmp_path)
    with pytest.raises(reference.ReferenceDataError, match=r"units\.csv, line 3"):
        reference.load_units()
