"""`motcua calendar`: the sums of every version, what is unverified, the end that comes near, and the draft of a year."""

import json
import tomllib
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from motcua.calendar_draft import SOURCE, differences, draft
from motcua.commands.calendar_command import command
from motcua.output import CommandError
from rules.book.rulebook_files import load_rulebook
from rules.calendars.spec import parse_calendar

DATA = files("rules") / "data"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def checked(*arguments: str) -> dict[str, dict[str, Any]]:
    done = run("check", "--json", *arguments)
    return {row["calendar_id"]: row for row in json.loads(done.stdout)["calendars"]}


def test_every_calendar_is_shown_with_its_version_span_and_sums() -> None:
    rows = checked("--on", "2026-03-02")
    assert rows.keys() == {"vn-standard", "vn-saturday-morning", "weekdays-amsterdam"}
    standard = rows["vn-standard"]
    assert (standard["version"], standard["published_at"]) == ("2026.1", "2026-11-21T00:00:00+07:00")
    assert (standard["valid_from"], standard["valid_until"]) == ("2023-01-01", "2026-12-31")
    assert [(year["year"], year["total"], year["checksum"]) for year in standard["years"]] == [
        (2023, 249, "none"),
        (2024, 251, "ok"),
        (2025, 250, "ok"),
        (2026, 249, "ok"),
    ]
    assert standard["years"][3]["working_days"] == [21, 15, 22, 20, 20, 22, 23, 21, 20, 22, 20, 23]


def test_what_is_unverified_is_listed() -> None:
    rows = checked()
    assert [(one["date"], one["name"]) for one in rows["vn-standard"]["unverified"]] == [("2026-01-10", "làm bù")]
    assert [one["what"] for one in rows["vn-saturday-morning"]["unverified"]] == ["make_up", "intake_sessions"]


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2026-10-02", None),  # ninety days are left
        ("2026-10-03", "ends in 89 days, on 2026-12-31"),
        ("2026-12-31", "ends in 0 days, on 2026-12-31"),
        ("2027-01-01", "ended on 2026-12-31"),
    ],
)
def test_a_calendar_that_ends_in_less_than_ninety_days_says_so(on: str, said: str | None) -> None:
    warning = checked("--on", on)["vn-standard"]["warning"]
    assert (said in warning) if said else warning is None
    shown = run("check", "--on", on)
    assert shown.exit_code == (1 if on == "2027-01-01" else 0)  # every new due date is provisional from then on
    assert ("WARNING: vn-standard 2026.1" in shown.stdout) is (said is not None)


def test_from_when_on_a_calendar_is_provisional_is_said() -> None:
    rows = checked("--on", "2026-10-03")
    assert (rows["vn-standard"]["provisional_from"], rows["vn-standard"]["covered_until"]) == (
        "2027-01-01",
        "2036-12-31",
    )
    assert rows["weekdays-amsterdam"]["provisional_from"] is None
    shown = run("check", "--on", "2026-10-03").stdout
    assert "provisional (tạm tính) from 2027-01-01 until 2036-12-31" in shown
    assert "Due dates from 2027-01-01 on are provisional (tạm tính, CAL-6)" in shown


def test_without_the_statistics_nobody_knows_how_many_stand_on_provisional_days(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MOTCUA_CLICKHOUSE_READER_URL", "http://nobody:x@127.0.0.1:1/motcua")
    assert json.loads(run("check", "--json").stdout)["provisional_open_dossiers"] is None
    assert "Open dossiers whose due date is provisional: not known" in run("check").stdout


def test_history_is_not_missing_its_next_year() -> None:
    assert checked("--on", "2026-12-31")["weekdays-amsterdam"]["warning"] is None


def test_the_tables_name_the_calendars_in_vietnamese_and_their_sums() -> None:
    shown = run("check", "--on", "2026-03-02").stdout
    assert "vn-standard 2026.1 Lịch làm việc cơ quan hành chính nhà nước" in shown
    assert "21 15 22 20 20 22 23 21 20 22 20 23" in shown
    assert "làm bù" in shown


def test_the_day_of_asking_is_today_when_none_is_given() -> None:
    ends_soon = datetime.now(UTC).date() > date(2026, 10, 3)
    assert (checked()["vn-standard"]["warning"] is not None) is ends_soon


def folder_with(tmp_path: Path, calendar: str) -> Path:
    for name in ("calendars/vn-standard.toml", "rulesets/vn-2025.1.toml"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text((DATA / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "calendars" / "vn-standard.toml").write_text(calendar, encoding="utf-8")
    return tmp_path


def test_the_newest_version_of_an_own_folder_is_the_one_that_must_go_on(tmp_path: Path) -> None:
    text = (DATA / "calendars/vn-standard.toml").read_text(encoding="utf-8")
    folder = folder_with(tmp_path, text)
    longer = text.replace('version = "2026.1"', 'version = "2027.1"')
    longer = longer.replace("valid_until = 2026-12-31", "valid_until = 2027-12-31")
    (folder / "calendars" / "vn-standard.2027.1.toml").write_text(longer, encoding="utf-8")
    shown = run("check", "--json", "--on", "2026-12-01", "--folder", str(folder))
    rows = json.loads(shown.stdout)["calendars"]
    assert {row["version"]: (row["is_newest"], row["warning"]) for row in rows} == {
        "2026.1": (False, None),
        "2027.1": (True, None),
    }


def test_a_sum_that_differs_is_a_finding_that_names_file_and_year(tmp_path: Path) -> None:
    text = (DATA / "calendars/vn-standard.toml").read_text(encoding="utf-8")
    folder = folder_with(tmp_path, text.replace("working_days = [21, 15, 22,", "working_days = [21, 16, 22,"))
    done = run("check", "--folder", str(folder))
    assert isinstance(done.exception, CommandError)
    assert done.exception.exit_code == 1
    assert "2026 has (21, 15, 22" in str(done.exception)
    assert "in vn-standard.toml" in str(done.exception)


def test_the_draft_of_a_year_is_toml_that_a_calendar_takes() -> None:
    done = run("draft", "2027")
    assert done.exit_code == 0
    drafted = tomllib.loads(done.stdout)["exceptions"]
    assert {row["source_status"] for row in drafted} == {SOURCE}
    assert {row["date"].isoformat() for row in drafted} >= {"2027-01-01", "2027-02-08", "2027-04-30", "2027-09-02"}
    assert not any(row["counts_for_term"] for row in drafted)  # no swap is known, and none is invented
    standard = tomllib.loads((DATA / "calendars/vn-standard.toml").read_text(encoding="utf-8"))
    whole = standard | {"valid_until": date(2027, 12, 31), "exceptions": standard["exceptions"] + drafted}
    spec = parse_calendar(whole, ZoneInfo("Asia/Ho_Chi_Minh"))
    assert spec.entries[date(2027, 2, 8)].name == "Mùng ba Tết Nguyên Đán"


def test_the_draft_has_the_swapped_days_that_the_package_knows() -> None:
    of_2026 = draft(2026, load_rulebook().default_calendar)
    assert of_2026[date(2026, 8, 31)].kind == "off"
    assert (of_2026[date(2026, 8, 22)].kind, of_2026[date(2026, 8, 22)].counts_for_term) == ("make_up", True)
    assert list(of_2026) == sorted(of_2026)
    assert {day.year for day in of_2026} == {2026}


def test_where_counters_are_open_on_saturdays_their_holidays_are_drafted_too() -> None:
    rulebook = load_rulebook()
    standard, saturday = rulebook.default_calendar, rulebook.calendar("vn-saturday-morning")
    more = draft(2027, saturday).keys() - draft(2027, standard).keys()
    assert sorted(more) == [date(2027, 2, 6), date(2027, 5, 1)]
    assert [one.day for one in differences(saturday)] == [one.day for one in differences(standard)]
    assert "date = 2027-02-06" in run("draft", "2027", "--calendar", "vn-saturday-morning").stdout


def test_the_draft_says_where_our_published_days_correct_the_package() -> None:
    shown = run("draft", "2027").stdout
    assert f"# 2026-01-02: published as off (hoán đổi, public-lists); nothing in {SOURCE}" in shown
    assert f"# 2026-01-10: published as make_up (làm bù, unverified); nothing in {SOURCE}" in shown
    assert [one.day.isoformat() for one in differences(load_rulebook().default_calendar)] == [
        "2026-01-02",
        "2026-01-10",
    ]


def test_a_day_that_only_the_package_has_is_a_difference_too() -> None:
    amsterdam = load_rulebook().calendar("weekdays-amsterdam")
    said = [one.sentence() for one in differences(amsterdam)]
    assert f"2014-01-01: not published; off (Tết Dương lịch, {SOURCE}) in {SOURCE}" in said


def test_the_draft_for_programs() -> None:
    told = json.loads(run("draft", "2026", "--json").stdout)
    assert told["source_status"] == SOURCE
    assert told["entries"][0] == {
        "date": "2026-01-01",
        "kind": "off",
        "name": "Tết Dương lịch",
        "name_en": "New Year's Day",
    }
    assert len(told["differences"]) == 2


def test_an_unknown_calendar_and_a_year_without_sense_are_refused() -> None:
    done = run("draft", "2027", "--calendar", "mars")
    assert isinstance(done.exception, CommandError)
    assert run("draft", "27").exit_code == 2
