"""`motcua units` and `officers` on the running system: loaded by file, shown, loaded again; what contradicts changes nothing."""

import json
from pathlib import Path

import pytest

from tests.integration.stack.conftest import UNITS, RunningStack

pytestmark = pytest.mark.integration
OLD, NEW, CITY = 3019750, 4019753, 1000046
HEADING = "unit_id,code,name,level,unit_type,parent_id,valid_from,valid_until,legal_basis\n"
MINE = f"8000001,80001,Phường Thử,commune,phường,{CITY},2025-07-01,,NQ 1\n"
MAPPING = """
[source]
name = "so-cu"
time_zone = "Asia/Ho_Chi_Minh"
[dossier]
key = "Mã"
unit_id = 8000009
[[units]]
unit_id = 8000009
name = "{name}"
level = "commune"
parent_id = 1000046
valid_from = 2025-07-01
[[events]]
type = "dossier-accepted.v1"
time = "Nhận"
required = true
[events.data]
procedure_code = "1.001193"
term = {{value = 5, unit = "working_day"}}
"""


def load(
    stack: RunningStack, file: Path, *options: str, kind: str = "units"
) -> tuple[int, dict[str, list[dict[str, object]]]]:
    done = stack.run(kind, "load", str(file), "--json", *options)
    return done.returncode, json.loads(done.stdout)


def known_to_statistics(stack: RunningStack, unit_id: int) -> list[list[str]]:
    query = f"SELECT name, valid_from, valid_until FROM units FINAL WHERE unit_id = {unit_id} ORDER BY valid_from"
    return [line.split("\t") for line in stack.run("sql", "--format", "TSV", query).stdout.splitlines()]


def test_a_loaded_file_is_known_everywhere_and_the_second_time_changes_nothing(stack: RunningStack) -> None:
    again = load(stack, UNITS / "units.csv", "--successions", str(UNITS / "successions.csv"))
    assert (again[0], again[1]["changes"]) == (0, [])
    (found,) = stack.json("units", "list", "--search", "phu xuan", "--at", "2025-07-01")
    assert (found["unit_id"], found["valid_from"]) == (NEW, "2025-07-01")
    shown = stack.json("units", "show", str(OLD))
    assert (shown["ending"], shown["successions"][0]["unit_id"]) == ("merged", NEW)
    told = stack.json("units", "history", str(OLD))
    assert [one["type"] for one in told] == ["unit-created.v1", "unit-merged.v1"]
    assert [one["id"] for one in told] == [
        one["id"]
        for one in stack.lines("events", "--topic", "reference-events")
        if one["subject"] == told[0]["subject"]
    ]
    assert known_to_statistics(stack, OLD) == [["Phường Tây Lộc", "2025-01-01", "2025-07-01"]]


def test_a_dry_run_shows_the_difference_and_records_nothing(stack: RunningStack, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(HEADING + MINE, "utf-8")
    code, shown = load(stack, file, "--dry-run")
    assert (code, [one["type"] for one in shown["changes"]]) == (0, ["unit-created.v1"])
    assert stack.run("units", "show", "8000001").returncode == 1
    assert "would be recorded" in stack.run("units", "load", str(file), "--dry-run").stdout
    assert load(stack, file)[0] == 0
    assert known_to_statistics(stack, 8000001) == [["Phường Thử", "2025-07-01", "2149-06-06"]]
    file.write_text(HEADING + MINE.replace("Phường Thử", "Phường Thử Hai"), "utf-8")
    assert [one["line"] for one in load(stack, file)[1]["changes"]] == [2]
    assert known_to_statistics(stack, 8000001) == [["Phường Thử Hai", "2025-07-01", "2149-06-06"]]


def test_a_file_that_contradicts_is_refused_by_line_and_column_as_a_whole(stack: RunningStack, tmp_path: Path) -> None:
    file = tmp_path / "wrong.csv"
    right = MINE.replace("8000001", "8000002")
    file.write_text(HEADING + right + right.replace("8000002", "8000003").replace(str(CITY), "2000475"), "utf-8")
    done = stack.run("units", "load", str(file))
    assert done.returncode == 1
    assert f"{file}:3: parent_id: " in done.stderr
    assert "[unknown-parent]" in done.stderr
    assert stack.run("units", "show", "8000002").returncode == 1


def test_units_of_a_mapping_come_in_and_never_overwrite_the_register(stack: RunningStack, tmp_path: Path) -> None:
    mapping, file = tmp_path / "mapping.toml", tmp_path / "so.csv"
    mapping.write_text(MAPPING.format(name="Phường Sổ Cũ"), "utf-8")
    file.write_text("Mã,Nhận\nSC-1,2025-08-04T08:00:00+07:00\n", "utf-8")
    for _ in range(2):
        done = stack.run("import", str(file), "--mapping", str(mapping), "--json")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout)["flagged"] == 0
    mapping.write_text(MAPPING.format(name="Phường Khác"), "utf-8")
    refused = stack.run("import", str(file), "--mapping", str(mapping))
    assert refused.returncode == 1
    assert "the register says otherwise of unit 8000009" in refused.stderr
    assert [row[0] for row in known_to_statistics(stack, 8000009)] == ["Phường Sổ Cũ"]


OFFICERS = f"""officer_id,unit_id,role,deputy_of,valid_from,valid_until,legal_basis
ld-a,{NEW},head_of_unit,,2025-07-01,,QĐ 1
cb-a,{NEW},one_stop,,2025-07-01,,
cb-a,{NEW},head_of_unit,ld-a,2025-07-01,,
"""
ON_DAY = """SELECT officer_id, deputy_of, is_absent FROM officers FINAL
WHERE role = 'head_of_unit' AND '{0}' >= valid_from AND '{0}' < valid_until"""


def test_officers_of_a_file_are_known_everywhere_and_who_stands_in_for_whom(
    stack: RunningStack, tmp_path: Path
) -> None:
    file, away = tmp_path / "officers.csv", tmp_path / "absences.csv"
    file.write_text(OFFICERS, "utf-8")
    away.write_text("officer_id,valid_from,valid_until\nld-a,2026-03-02,2026-03-09\n", "utf-8")
    both = ("--absences", str(away))
    shown = load(stack, file, *both, "--dry-run", kind="officers")[1]["changes"]
    assert [(one["line"], one["officer_id"]) for one in shown] == [(2, "ld-a"), (3, "cb-a"), (4, "cb-a"), (2, "ld-a")]
    assert stack.asked("SELECT count() FROM officers FINAL") == "0\n"
    assert load(stack, file, *both, kind="officers")[0] == 0
    assert load(stack, file, *both, kind="officers")[1]["changes"] == []
    asked = ("officers", "list", "--unit", str(NEW), "--role", "head_of_unit", "--at", "2026-03-02")
    standing_in, head = stack.json(*asked)
    assert (head["officer_id"], head["is_absent"], head["acting_officer_id"]) == ("ld-a", True, "cb-a")
    assert standing_in["deputy_of"] == "ld-a"
    told = stack.json("officers", "history", "LD-A")
    assert [one["type"] for one in told] == ["officer-assigned-to-unit.v1", "officer-absence-recorded.v1"]
    assert sorted(stack.asked(ON_DAY.format("2026-03-02")).splitlines()) == ["cb-a\tld-a\t0", "ld-a\t\t1"]
    file.write_text(OFFICERS + f"cb-a,{CITY},officer,,2026-01-01,,\n", "utf-8")
    done = stack.run("officers", "load", str(file))
    assert done.returncode == 1
    assert f"{file}:5: unit_id: " in done.stderr
    assert "[officer-elsewhere]" in done.stderr
    assert [one["unit_id"] for one in stack.json("officers", "show", "cb-a")["assignments"]] == [NEW, NEW]
