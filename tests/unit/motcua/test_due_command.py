"""`motcua due` is a stable interface: its keys, its times with +07:00, its exit codes."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from motcua.commands.due_command import command
from motcua.output import CommandError

UNITS = {"ngay_lam_viec": "working_day", "gio": "hour", "ngay": "calendar_day"}
ROWS = list(
    csv.DictReader((Path(__file__).parents[1] / "rules" / "appendix_a" / "a2_deadlines.csv").read_text().splitlines())
)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def as_json(*arguments: str) -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['received_at']}+{row['term']}{row['unit']}")
def test_every_row_of_appendix_a2_comes_out_of_the_command(row: dict[str, str]) -> None:
    answer = as_json("--accepted", row["received_at"], "--term", row["term"], "--unit", UNITS[row["unit"]])
    assert answer["effective_start"] == f"{row['effective_start']}:00+07:00"
    assert answer["due_at"] == f"{row['due_at']}:00+07:00"


def test_the_table_shows_each_day_counted_and_the_holidays_by_name() -> None:
    shown = run("--accepted", "2026-02-11T10:20", "--term", "7", "--unit", "working_day").stdout
    assert "2026-02-27T17:00:00+07:00" in shown
    assert "nghỉ lễ (Tết Nguyên đán)" in shown
    assert "Thứ Năm 26/02/2026" in shown


def test_a_due_date_in_a_year_without_a_notice_is_called_provisional() -> None:
    arguments = ("--term", "10", "--unit", "working_day")
    assert as_json("--accepted", "2026-12-24T10:00", *arguments)["is_provisional"] is True
    assert as_json("--accepted", "2026-12-10T10:00", *arguments)["is_provisional"] is False
    assert "TẠM TÍNH" in run("--accepted", "2026-12-24T10:00", *arguments).stdout


def test_a_month_and_a_same_day_term() -> None:
    assert (
        as_json("--accepted", "2026-01-31T09:00", "--term", "1", "--unit", "month")["due_at"]
        == "2026-03-02T17:00:00+07:00"
    )
    late = as_json("--accepted", "2026-03-06T15:30", "--term", "1", "--unit", "same_day")
    assert late["due_at"] == "2026-03-09T17:00:00+07:00"


def test_another_offset_is_the_same_instant() -> None:
    arguments = ("--term", "1", "--unit", "working_day")
    assert as_json("--accepted", "2026-03-09T03:00:00Z", *arguments) == as_json(
        "--accepted", "2026-03-09T10:00", *arguments
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("--accepted", "2026-03-09T10:00", "--term", "0", "--unit", "working_day"),
        ("--accepted", "2026-12-20T10:00", "--term", "3000", "--unit", "working_day"),
        ("--accepted", "2026-03-09T10:00", "--term", "1", "--unit", "working_day", "--calendar", "mars"),
    ],
    ids=["no term", "past the last covered year", "unknown calendar"],
)
def test_what_the_rules_refuse_is_one_clear_error(arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert isinstance(done.exception, CommandError)
    assert done.exception.exit_code == 1
    assert str(done.exception)


@pytest.mark.parametrize("arguments", [(), ("--accepted", "hôm qua", "--term", "1", "--unit", "hour")])
def test_a_wrong_command_line_is_a_usage_error(arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
