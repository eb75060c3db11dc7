"""`motcua units`: the register of administrative units, kept by intake as events."""

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from events.data_codec import plain
from events.declaration import names_of, wire_type_of
from events.reference_data import unit_stream_id
from motcua.addresses import Addresses, found
from motcua.output import CommandError, ExitCode, print_json, print_table, progress_console
from motcua.settling import wait_with_bar
from motcua.unit_files import UnfitFileError, read_unit_file
from motcua.unit_loading import (
    Difference,
    difference_to,
    get_json,
    load_difference,
    now,
    read_register,
)
from services.intake.domain.unit_differences import Change, Problem

SHOWN = 50
COUNT_TIMEOUT_SECONDS = 180.0
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("units")
def command() -> None:
    """Load the administrative units and their changes, and look them up."""


@command.command("load")
@click.argument("file", type=_FILE)
@click.option("--successions", type=_FILE, default=None, help="CSV of who took over from the units that end.")
@click.option("--dry-run", is_flag=True, help="Show what would be recorded, and record nothing.")
@click.option("--wait/--no-wait", default=True, help="Wait until the statistics know it.")
@click.option("--json", "as_json", is_flag=True, help="The difference as one JSON object.")
def load(file: Path, successions: Path | None, *, dry_run: bool, wait: bool, as_json: bool) -> int:
    """Record what FILE (CSV or TOML) says of units and the register doesn't; of other units nothing changes.

    All of it or nothing: what contradicts is named by line and column, with exit code 1. Loading a file twice changes nothing.

    Columns: unit_id, code, name, level (province, district, commune), unit_type, parent_id, valid_from, valid_until, legal_basis.
    Of --successions: old_unit_id, new_unit_id, share (1 = whole, empty = not said), legal_basis. TOML has both, as [[units]] and
    [[successions]].
    """
    addresses = found(os.environ)
    try:
        difference = difference_of(addresses, file, successions)
    except UnfitFileError as error:
        difference = Difference(problems=error.problems)
    if not dry_run and not difference.problems:
        load_difference(addresses.intake_url, difference)
        if wait and difference.actions:
            wait_with_bar(addresses, COUNT_TIMEOUT_SECONDS)
    _tell(file, difference, dry_run=dry_run, as_json=as_json)
    return int(ExitCode.FINDINGS if difference.problems else ExitCode.OK)


def difference_of(addresses: Addresses, file: Path, successions: Path | None = None) -> Difference:
    """What a file would change in the register of a running intake. Raises UnfitFileError."""
    wanted = read_unit_file(file, successions)
    return difference_to(read_register(addresses.intake_url), *wanted, now())


@command.command("list")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Day; today by default.")
@click.option("--search", default=None, metavar="TEXT", help="Number, code or part of the name, also without marks.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=1000, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list.")
def list_units(at: datetime | None, search: str | None, limit: int, *, as_json: bool) -> None:
    """List the units of a day."""
    day = at.date().isoformat() if at else None
    answer = get_json(found(os.environ).intake_url, "/v1/units", at=day, q=search, limit=limit)
    if as_json:
        print_json(answer["units"])
        return
    columns = ("unit_id", "code", "name", "level", "parent_id", "valid_from", "valid_until")
    print_table(columns, _rows(answer["units"], columns), title=f"{answer['count']} units on {answer['at']}")


@command.command("show")
@click.argument("unit_id", type=click.IntRange(min=1))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(unit_id: int, *, as_json: bool) -> None:
    """Show what a unit was on each day, and who took over from it."""
    unit = get_json(found(os.environ).intake_url, f"/v1/units/{unit_id}")
    if unit is None:
        raise CommandError(f"there is no unit {unit_id}", ExitCode.FINDINGS)
    if as_json:
        print_json(unit)
        return
    columns = ("valid_from", "valid_until", "code", "name", "level", "unit_type", "parent_id", "legal_basis")
    print_table(columns, _rows(unit["periods"], columns), title=f"Unit {unit_id}")
    if unit["successions"]:
        of_successions = ("valid_from", "unit_id", "share_percent", "legal_basis")
        print_table(of_successions, _rows(unit["successions"], of_successions), title="Who took over")


@command.command("history")
@click.argument("unit_id", type=click.IntRange(min=1))
@click.option("--json", "as_json", is_flag=True, help="The events as a JSON list.")
def history(unit_id: int, *, as_json: bool) -> None:
    """Show everything that was recorded of a unit, in order."""
    url, stream, events, after = found(os.environ).intake_url, str(unit_stream_id(unit_id)), [], 0
    while part := get_json(url, "/v1/reference-events", after=after)["events"]:
        after += len(part)
        events += [one for one in part if one["subject"] == stream]
    if not events:
        raise CommandError(f"there is no unit {unit_id}", ExitCode.FINDINGS)
    if as_json:
        print_json(events)
        return
    rows = [
        (one["streamseq"], one["recordedat"], one["type"], one["data"]["valid_from"], _rest(one["data"]), one["source"])
        for one in events
    ]
    print_table(("No", "Recorded at", "Type", "Valid from", "What", "Source"), rows)


def _tell(file: Path, difference: Difference, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "file": str(file),
                "is_recorded": not dry_run and not difference.problems,
                "changes": [{"line": one.line, **_change(one)} for one in difference.changes],
                "problems": [
                    {"line": one.line, "column": one.column, "reason": one.reason} for one in difference.problems
                ],
            }
        )
        return
    if difference.problems:
        show_problems(file, difference.problems)
        click.echo(f"{len(difference.problems)} lines can't become true; nothing was recorded")
        return
    if dry_run:
        rows = [(one.line, *_change(one).values()) for one in difference.changes[:SHOWN]]
        print_table(("Line", "Unit", "What", "From", "Data"), rows)
    changed = len({one.said.unit_id for one in difference.changes})
    would = "would be recorded" if dry_run else "recorded"
    click.echo(f"{len(difference.changes)} changes of {changed} units {would}")


def show_problems(file: Path, problems: Sequence[Problem]) -> None:
    """Name each problem by line and column, as far as people read them."""
    out = progress_console()
    for one in problems[:SHOWN]:
        out.print(f"{file}:{one.line}: {one.column}: {one.reason}", markup=False)
    if len(problems) > SHOWN:
        out.print(f"... and {len(problems) - SHOWN} more; --json lists them all")


def _change(change: Change) -> dict[str, Any]:
    said = change.said
    return {
        "unit_id": said.unit_id,
        "type": wire_type_of(type(said)),
        "valid_from": said.valid_from.isoformat(),
        "what": f"{names_of(type(said)).vi}: {_rest(plain(said))}",
    }


def _rest(data: dict[str, Any]) -> str:
    told = {name: value for name, value in data.items() if name not in ("unit_id", "valid_from")}
    return ", ".join(f"{name}={value}" for name, value in told.items())


def _rows(found_units: Sequence[dict[str, Any]], columns: Sequence[str]) -> list[list[Any]]:
    return [[one.get(name) for name in columns] for one in found_units]
