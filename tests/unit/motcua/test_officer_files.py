"""Files of officers: what they hold, where they are wrong, and the difference that they make to the register."""

from collections.abc import Iterable
from pathlib import Path

import pytest

from events.declaration import wire_type_of
from motcua.officer_files import ABSENCE_COLUMNS, COLUMNS, read_officer_file
from motcua.officer_loading import officer_difference
from motcua.reference_files import UnfitFileError
from motcua.reference_loading import Difference
from services.intake.domain.register import Register
from tests.unit.importing.test_other_files import workbook
from tests.unit.intake.counter import NOW, reader
from tests.unit.intake.units import NEW, NEWER, OLD, before_the_reform, reform, register

HEAD = f"ld-1,{NEW},head_of_unit,,2025-07-01,,QĐ 1"
DEPUTY = f"cb-1,{NEW},head_of_unit,ld-1,2026-01-01,2026-07-01,"
OFFICER = f"cb-1,{NEW},officer,,2025-07-01,,"
THREE = [DEPUTY, OFFICER, HEAD]
AWAY = ["ld-1,2026-03-02,2026-03-09"]
UNITS = [*before_the_reform(), *reform()]


def csv(path: Path, columns: Iterable[str], lines: Iterable[str]) -> Path:
    path.write_text("\ufeff" + "\n".join([",".join(columns), *lines]) + "\n", "utf-8")
    return path


def difference(path: Path, known: Register, lines: Iterable[str], absences: Iterable[str] = ()) -> Difference:
    file, beside = csv(path / "officers.csv", COLUMNS, lines), csv(path / "absences.csv", ABSENCE_COLUMNS, absences)
    return officer_difference(known, *read_officer_file(file, beside), NOW)


def words(found: Difference) -> list[tuple[int, str, str, str]]:
    assert found.problems == ()
    return [
        (one.line, wire_type_of(type(one.said)), one.said.subject, str(one.said.valid_from)) for one in found.changes
    ]


def after(found: Difference, *before: Difference) -> Register:
    """The register once the doors have read and taken every action."""
    actions = [dict(one) for each in (*before, found) for one in each.actions]
    for one in actions:
        assert not hasattr(reader().read(one), "code"), one
    return register([*UNITS, *actions])


def test_everybody_comes_in_the_order_in_which_it_may_be_said_and_the_second_time_nothing(tmp_path: Path) -> None:
    found = difference(tmp_path, register(UNITS), THREE, AWAY)
    assert words(found) == [
        (3, "officer-assigned-to-unit.v1", "cb-1", "2025-07-01"),
        (4, "officer-assigned-to-unit.v1", "ld-1", "2025-07-01"),
        (2, "officer-assigned-to-unit.v1", "cb-1", "2026-01-01"),
        (2, "officer-absence-recorded.v1", "ld-1", "2026-03-02"),
    ]
    known = after(found)
    assert words(difference(tmp_path, known, THREE, AWAY)) == []
    assert words(difference(tmp_path, known, [HEAD])) == [], "of other officers a file says nothing"
    assert words(difference(tmp_path, known, [HEAD.replace("ld-1", "LD-1")])) == [], "one officer, however it is typed"


CHANGED: dict[str, tuple[list[str], list[str], list[tuple[int, str, str, str]]]] = {
    "ended": ([HEAD.replace(",,QĐ", ",2026-05-01,QĐ")], [], [(2, "officer-assignment-ended.v1", "ld-1", "2026-05-01")]),
    "another is head from then on": (
        [f"ld-2,{NEW},head_of_unit,,2026-05-01,,", HEAD.replace(",,QĐ", ",2026-05-01,QĐ")],
        [],
        [
            (3, "officer-assignment-ended.v1", "ld-1", "2026-05-01"),
            (2, "officer-assigned-to-unit.v1", "ld-2", "2026-05-01"),
        ],
    ),
    "moved": (
        [DEPUTY, OFFICER.replace("2025-07-01,", "2025-07-01,2026-01-01"), f"cb-1,{NEWER},officer,,2026-01-01,,"],
        [],
        [
            (3, "officer-assignment-ended.v1", "cb-1", "2026-01-01"),
            (4, "officer-assigned-to-unit.v1", "cb-1", "2026-01-01"),
        ],
    ),
    "stands in for longer": (
        [OFFICER, DEPUTY.replace("2026-07-01", "2026-09-01")],
        [],
        [(3, "officer-assigned-to-unit.v1", "cb-1", "2026-01-01")],
    ),
    "on another ground": (
        [HEAD.replace("QĐ 1", "QĐ 2")], [], [(2, "officer-assigned-to-unit.v1", "ld-1", "2025-07-01")],
    ),
    "back sooner, and away again": (
        [],
        ["ld-1,2026-03-02,2026-03-04", "cb-1,2026-03-05,"],
        [
            (2, "officer-absence-recorded.v1", "ld-1", "2026-03-02"),
            (3, "officer-absence-recorded.v1", "cb-1", "2026-03-05"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGED)
def test_what_a_file_says_otherwise_is_recorded_and_the_second_time_nothing(tmp_path: Path, name: str) -> None:
    lines, absences, expected = CHANGED[name]
    first = difference(tmp_path, register(UNITS), THREE, AWAY)
    found = difference(tmp_path, after(first), lines, absences)
    assert words(found) == expected
    assert words(difference(tmp_path, after(found, first), lines, absences)) == []


WRONG: dict[str, tuple[list[str], list[str], tuple[int, str]]] = {
    "a period that ends before it begins": ([f"x,{NEW},officer,,2026-01-01,2026-01-01,"], [], (2, "valid_until")),
    "an absence that ends before it begins": ([], ["ld-1,2026-01-02,2026-01-01"], (2, "valid_until")),
    "an overlap": ([HEAD, OFFICER, OFFICER.replace("2025-07-01", "2026-01-01"), DEPUTY], [], (4, "valid_from")),
    "an overlap of absences": ([], ["ld-1,2026-03-08,2026-03-10"], (2, "valid_from")),
    "a unit that nobody knows": (["x,99,officer,,2026-01-01,,"], [], (2, "unit_id")),
    "a unit that is no more": ([f"x,{OLD},officer,,2026-01-01,,"], [], (2, "unit_id")),
    "in two units at once": ([DEPUTY, OFFICER, OFFICER.replace(str(NEW), str(NEWER))], [], (4, "unit_id")),
    "two heads": ([HEAD, f"ld-2,{NEW},head_of_unit,,2026-01-01,,"], [], (3, "role")),
    "a ring of deputies": ([HEAD, f"ld-1,{NEW},officer,cb-1,2026-01-01,,"], [], (3, "deputy_of")),
    "a deputy of a stranger": ([f"x,{NEW},officer,y,2026-01-01,,"], [], (2, "deputy_of")),
    "a stranger away": ([], ["x,2026-01-01,"], (2, "valid_from")),
    "what is recorded is left out": ([OFFICER], [], (2, "officer_id")),
    "what is recorded began on another day": ([HEAD.replace("2025-07-01", "2025-08-01")], [], (2, "officer_id")),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_contradicts_is_named_by_line_and_column_and_nothing_is_sent(tmp_path: Path, name: str) -> None:
    lines, absences, expected = WRONG[name]
    known = after(difference(tmp_path, register(UNITS), THREE, AWAY))
    found = difference(tmp_path, known, lines, absences)
    assert not found.actions
    assert [(one.line, one.column) for one in found.problems] == [expected]


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        (f",{NEW},officer,,2026-01-01,,", "officer_id", "is empty"),
        ("x,Huế,officer,,2026-01-01,,", "unit_id", "'Huế'"),
        (f"x,{NEW},director,,2026-01-01,,", "role", "none of officer, team_leader"),
        (f"x,{NEW},officer,,,,", "valid_from", "is empty"),
        (f"x,{NEW},officer,,2026-01-01,soon,", "valid_until", "'soon'"),
    ],
)
def test_a_wrong_cell_is_named_with_its_line_and_column(tmp_path: Path, line: str, column: str, said: str) -> None:
    with pytest.raises(UnfitFileError) as raised:
        read_officer_file(csv(tmp_path / "officers.csv", COLUMNS, [HEAD, line]))
    (problem,) = raised.value.problems
    assert (problem.line, problem.column) == (3, column)
    assert said in problem.reason


def test_toml_holds_both_and_a_workbook_is_read_like_csv(tmp_path: Path) -> None:
    told = tmp_path / "officers.toml"
    told.write_text(
        f'[[officers]]\nofficer_id = "ld-1"\nunit_id = {NEW}\nrole = "head_of_unit"\nvalid_from = 2025-07-01\n'
        '[[absences]]\nofficer_id = "ld-1"\nvalid_from = 2026-03-02\n',
        "utf-8",
    )
    found = officer_difference(register(UNITS), *read_officer_file(told), NOW)
    assert [(line, subject) for line, _, subject, _ in words(found)] == [(1, "ld-1"), (6, "ld-1")]
    book = workbook(tmp_path / "officers.xlsx", A=(COLUMNS, HEAD.split(","), [], OFFICER.split(",")))
    assert read_officer_file(book)[0][0] == read_officer_file(csv(tmp_path / "o.csv", COLUMNS, [HEAD]))[0][0]
    assert [one.line for one in read_officer_file(book)[0]] == [2, 4]
    with pytest.raises(UnfitFileError) as raised:
        read_officer_file(workbook(tmp_path / "officers.xlsx", A=(COLUMNS[1:],)))
    assert [(one.line, one.column) for one in raised.value.problems] == [(1, "officer_id")]
    book.write_bytes(book.read_bytes()[:-30])
    with pytest.raises(UnfitFileError):
        read_officer_file(book)
