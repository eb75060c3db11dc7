"""Files of units: what they hold, where they are wrong, and the difference that they make to the register."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest

from events.declaration import wire_type_of
from motcua.reference_files import FIRST_DAY, UnfitFileError
from motcua.reference_loading import Difference
from motcua.unit_files import COLUMNS, SUCCESSION_COLUMNS, read_unit_file
from motcua.unit_loading import difference_to
from services.intake.domain.register import Register
from tests.unit.intake.counter import NOW, reader
from tests.unit.intake.units import CITY, DISTRICT, NEW, NEWER, OLD, OTHER_DISTRICT, before_the_reform, reform, register

GOOD = "300,027,Phường A,commune,phường,20,2025-01-01,2025-07-01,NQ 1"
DEMO = Path("demo/data")
HUE = [
    f"{CITY},46,Thành phố Huế,province,,,2025-01-01,,",
    f"{DISTRICT},,Quận Phú Xuân,district,,{CITY},2025-01-01,2025-07-01,",
    f"{OTHER_DISTRICT},,Quận Thuận Hóa,district,,{CITY},2025-01-01,2025-07-01,",
    f"{OLD},19750,Phường Tây Lộc,commune,,{DISTRICT},2025-01-01,2025-07-01,",
    f"{NEW},19753,Phường Phú Xuân,commune,,{CITY},2025-07-01,,",
    f"{NEWER},,Phường Kim Long,commune,,{CITY},2025-07-01,,",
]
TAKEN_OVER = [f"{OLD},{NEW},1,"]


def csv(path: Path, columns: Iterable[str], lines: Iterable[str]) -> Path:
    path.write_text("\ufeff" + "\n".join([",".join(columns), *lines]) + "\n", "utf-8")
    return path


def units_csv(path: Path, *lines: str) -> Path:
    return csv(path / "units.csv", COLUMNS, lines)


def difference(path: Path, units: Register, lines: Iterable[str], taken_over: Iterable[str] = TAKEN_OVER) -> Difference:
    file, beside = units_csv(path, *lines), csv(path / "successions.csv", SUCCESSION_COLUMNS, taken_over)
    return difference_to(units, *read_unit_file(file, beside), NOW)


def problems(
    path: Path, units: Register, lines: Iterable[str], taken_over: Iterable[str] = ()
) -> list[tuple[int, str]]:
    found = difference(path, units, lines, taken_over)
    assert not found.actions
    return [(one.line, one.column) for one in found.problems]


def words(found: Difference) -> list[tuple[str, int, str]]:
    assert found.problems == ()
    return [(wire_type_of(type(one.said)), one.unit_id, str(one.said.valid_from)) for one in found.changes]


def loaded(found: Difference, units: Register) -> Register:
    assert found.problems == ()
    for action in found.actions:
        read = reader().read(dict(action))
        assert not hasattr(read, "code"), read
    return register([*map(dict, found.actions)]) if not units.version else units


def test_a_line_is_a_period_and_empty_ends_are_open(tmp_path: Path) -> None:
    (closed, open_ended), _ = read_unit_file(units_csv(tmp_path, GOOD, "1,01,Tỉnh B,province,tỉnh,,,,"))
    assert (closed.unit_id, closed.code, closed.name, closed.level) == (300, "027", "Phường A", "commune")
    assert (closed.parent_id, closed.valid_from, closed.valid_until) == (20, date(2025, 1, 1), date(2025, 7, 1))
    assert (open_ended.parent_id, open_ended.valid_from, open_ended.valid_until) == (None, FIRST_DAY, None)


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        (GOOD.replace("300", "-3", 1), "unit_id", "'-3'"),
        (GOOD.replace("300", "4294967296", 1), "unit_id", "'4294967296'"),
        (GOOD.replace("commune", "village"), "level", "'village'"),
        (GOOD.replace(",20,", ",x,"), "parent_id", "'x'"),
        (GOOD.replace("Phường A", ""), "name", "is empty"),
        (GOOD.replace("2025-07-01", "01/07/2025"), "valid_until", "'01/07/2025'"),
        ("300,027", "", "another number of cells"),
    ],
)
def test_a_wrong_line_is_named_with_its_column(tmp_path: Path, line: str, column: str, said: str) -> None:
    with pytest.raises(UnfitFileError) as raised:
        read_unit_file(units_csv(tmp_path, GOOD, line))
    (problem,) = raised.value.problems
    assert (problem.line, problem.column) == (3, column)
    assert said in problem.reason


def test_every_wrong_line_is_named_at_once(tmp_path: Path) -> None:
    wrong = [GOOD.replace("commune", "village"), GOOD.replace("300", "x", 1), GOOD]
    with pytest.raises(UnfitFileError) as raised:
        read_unit_file(units_csv(tmp_path, *wrong))
    assert [one.line for one in raised.value.problems] == [2, 3]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    file = csv(tmp_path / "units.csv", ("unit_id", "code"), ["1,2"])
    with pytest.raises(UnfitFileError) as raised:
        read_unit_file(file)
    assert [(one.line, one.column) for one in raised.value.problems] == [(1, "name")]


@pytest.mark.parametrize("share", ["0", "2", "half", "0.005", "NaN"])
def test_a_share_is_a_whole_percentage(tmp_path: Path, share: str) -> None:
    with pytest.raises(UnfitFileError) as raised:
        difference(tmp_path, Register(), HUE, [f"{OLD},{NEW},{share},"])
    assert [(one.line, one.column) for one in raised.value.problems] == [(2, "share")]


def test_toml_holds_units_and_who_took_over_and_names_the_line(tmp_path: Path) -> None:
    text = f"""# Huế
[[units]]
unit_id = {CITY}
name = "Thành phố Huế"
level = "province"
valid_from = 2025-01-01

[[units]]
unit_id = {OLD}
name = "Phường Tây Lộc"
level = "commune"
parent_id = {CITY}
valid_from = 2025-01-01
valid_until = 2025-07-01

[[successions]]
old_unit_id = {OLD}
new_unit_id = {CITY}
share = 1
"""
    file = tmp_path / "units.toml"
    file.write_text(text, "utf-8")
    assert words(difference_to(Register(), *read_unit_file(file), NOW))[-1] == ("unit-merged.v1", OLD, "2025-07-01")
    file.write_text(text.replace('"commune"', '"ward"'), "utf-8")
    with pytest.raises(UnfitFileError) as raised:
        read_unit_file(file)
    assert [(one.line, one.column) for one in raised.value.problems] == [(8, "level")]
    file.write_text("[[units", "utf-8")
    with pytest.raises(UnfitFileError):
        read_unit_file(file)


def test_a_whole_province_comes_in_the_order_in_which_it_may_be_said(tmp_path: Path) -> None:
    found = difference(tmp_path, Register(), reversed(HUE))
    assert words(found) == [
        ("unit-created.v1", CITY, "2025-01-01"),
        ("unit-created.v1", OTHER_DISTRICT, "2025-01-01"),
        ("unit-created.v1", DISTRICT, "2025-01-01"),
        ("unit-created.v1", OLD, "2025-01-01"),
        ("unit-created.v1", NEW, "2025-07-01"),
        ("unit-created.v1", NEWER, "2025-07-01"),
        ("unit-merged.v1", OLD, "2025-07-01"),
        ("unit-abolished.v1", DISTRICT, "2025-07-01"),
        ("unit-abolished.v1", OTHER_DISTRICT, "2025-07-01"),
    ]
    assert list(loaded(found, Register()).units) == list(register([*before_the_reform(), *reform()]).units)


def test_a_file_that_says_what_is_recorded_makes_no_change(tmp_path: Path) -> None:
    known = register([*before_the_reform(), *reform()])
    assert words(difference(tmp_path, known, HUE)) == []
    assert words(difference(tmp_path, known, HUE[:1], [])) == [], "of other units a file says nothing"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"{NEW},19753,Phường Phú Xuân Huế,commune,,{CITY},2025-07-01,,", [("unit-renamed.v1", NEW, "2025-07-01")]),
        (f"{NEW},19999,Phường Phú Xuân,commune,phường,{CITY},2025-07-01,,", [("unit-renamed.v1", NEW, "2025-07-01")]),
        (f"{NEW},19753,Phường Phú Xuân,commune,,,2025-07-01,,", [("unit-reparented.v1", NEW, "2025-07-01")]),
        (f"{NEW},19753,Phường Phú Xuân,commune,,{CITY},2025-07-01,,NQ 9", [("unit-renamed.v1", NEW, "2025-07-01")]),
        (
            f"{NEW},19753,Phường Phú Xuân,commune,,{CITY},2025-07-01,2027-01-01,",
            [("unit-abolished.v1", NEW, "2027-01-01")],
        ),
    ],
)
def test_what_a_file_says_otherwise_is_one_word_and_the_second_time_none(
    tmp_path: Path, line: str, expected: list[tuple[str, int, str]]
) -> None:
    known = [*before_the_reform(), *reform()]
    found = difference(tmp_path, register(known), [line], [])
    assert words(found) == expected
    assert words(difference(tmp_path, register([*known, *map(dict, found.actions)]), [line], [])) == []


def test_a_later_change_that_the_file_does_not_have_is_taken_back(tmp_path: Path) -> None:
    two = [
        f"{NEW},19753,Phường Phú Xuân,commune,,{CITY},2025-07-01,2026-01-01,",
        f"{NEW},19753,Phường B,commune,,{CITY},2026-01-01,,",
    ]
    known = [*before_the_reform(), *reform()]
    renamed = difference(tmp_path, register(known), two, [])
    assert words(renamed) == [("unit-renamed.v1", NEW, "2026-01-01")]
    known += map(dict, renamed.actions)
    assert words(difference(tmp_path, register(known), two, [])) == []
    back = difference(tmp_path, register(known), HUE)
    assert words(back) == [("unit-renamed.v1", NEW, "2026-01-01")]
    assert words(difference(tmp_path, register([*known, *map(dict, back.actions)]), HUE)) == []


COMMUNE = "9,,Xã A,commune,,{parent},{since},{until},"
WRONG: dict[str, tuple[list[str], list[str], tuple[int, str]]] = {
    "an overlap": (
        [
            COMMUNE.format(parent=CITY, since=since, until=until)
            for since, until in (("2025-07-01", ""), ("2026-01-01", ""))
        ],
        [],
        (3, "valid_from"),
    ),
    "a gap": (
        [
            COMMUNE.format(parent=CITY, since=since, until=until)
            for since, until in (("2025-07-01", "2025-08-01"), ("2026-01-01", ""))
        ],
        [],
        (3, "valid_from"),
    ),
    "a period that ends before it begins": (
        [COMMUNE.format(parent=CITY, since="2025-07-01", until="2025-06-01")],
        [],
        (2, "valid_until"),
    ),
    "another level": (
        [
            COMMUNE.format(parent=CITY, since="2025-07-01", until="2026-01-01"),
            "9,,Quận A,district,,,2026-01-01,,",
        ],
        [],
        (3, "level"),
    ),
    "a parent that is no more": ([COMMUNE.format(parent=DISTRICT, since="2025-07-01", until="")], [], (2, "parent_id")),
    "a parent that nobody knows": ([COMMUNE.format(parent=77, since="2025-07-01", until="")], [], (2, "parent_id")),
    "a ring": (
        ["7,,Sở A,province,,8,2025-01-01,,", "8,,Sở B,province,,7,2025-01-01,,"],
        [],
        (3, "parent_id"),
    ),
    "a province below a commune": (["9,,Tỉnh A,province,,4019753,2025-07-01,,"], [], (2, "parent_id")),
    "a known unit begins on another day": ([HUE[4].replace("2025-07-01", "2025-08-01")], [], (2, "valid_from")),
    "a known unit is of another level": ([HUE[4].replace("commune", "district")], [], (2, "level")),
    "what ended lives on": ([HUE[3].replace("2025-07-01", "")], [], (2, "valid_until")),
    "what ended ends otherwise": ([HUE[3]], [f"{OLD},{NEWER},1,"], (2, "new_unit_id")),
    "taken over from what goes on": ([HUE[4]], [f"{NEW},{NEWER},1,"], (2, "old_unit_id")),
    "taken over by a stranger": (
        [HUE[4].replace("2025-07-01,,", "2025-07-01,2026-01-01,")],
        [f"{NEW},99,1,"],
        (2, "into_unit_id"),
    ),
    "ended above others": ([HUE[0].replace("2025-01-01,,", "2025-01-01,2026-01-01,")], [], (2, "unit_id")),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_contradicts_is_named_by_line_and_column_and_nothing_is_sent(tmp_path: Path, name: str) -> None:
    lines, taken_over, expected = WRONG[name]
    known = register([*before_the_reform(), *reform()])
    assert problems(tmp_path, known, lines, taken_over)[0] == expected


def test_the_demos_province_is_right_on_every_day_and_says_nothing_the_second_time() -> None:
    wanted = read_unit_file(DEMO / "units.csv", DEMO / "successions.csv")
    found = difference_to(Register(), *wanted, NOW)
    register = loaded(found, Register())
    units = register.units
    assert len(units) == 183
    for period in wanted[0]:
        for day in (period.valid_from, date(2025, 6, 30), date(2025, 7, 1)):
            is_there = period.valid_from <= day and (period.valid_until is None or day < period.valid_until)
            seen = units.on(period.unit_id, day)
            assert ((seen.name, seen.parent_id, seen.level) if seen else None) == (
                (period.name, period.parent_id, period.level) if is_there else None
            )
    assert difference_to(register, *wanted, NOW).changes == []
