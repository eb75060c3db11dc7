"""`motcua units`: the register of administrative units, kept by intake as events."""

import os
from datetime import datetime
from pathlib import Path

import click

from events.reference_data import unit_stream_id
from motcua.addresses import found
from motcua.output import CommandError, ExitCode, print_json, print_table
from motcua.reference_loading import Difference, get_json, now
from motcua.reference_showing import load_file, rows, show_history
from motcua.unit_files import read_unit_file
from motcua.unit_loading import difference_to
from services.intake.domain.register import Register

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("units")
def command() -> None:
    """Load the administrative units and their changes, and look them up."""


@command.command("load")
@click.argument("file", type=_FILE)
@click.option(
    "--successions", type=_FILE, default=None, help="CSV or workbook of who took over from the units that end."
)
@click.option("--dry-run", is_flag=True, help="Show what would be recorded, and record nothing.")
@click.option("--wait/--no-wait", default=True, help="Wait until the statistics know it.")
@click.option("--json", "as_json", is_flag=True, help="The difference as one JSON object.")
def load(file: Path, successions: Path | None, *, dry_run: bool, wait: bool, as_json: bool) -> int:
    """Record what FILE (CSV, workbook or TOML) says of units and the register doesn't; of other units nothing changes.

    All of it or nothing: what contradicts is named by line and column, with exit code 1. Loading a file twice changes nothing.

    Columns: unit_id, code, name, level (province, district, commune), unit_type, parent_id, valid_from, valid_until, legal_basis.
    Of --successions: old_unit_id, new_unit_id, share (1 = whole, empty = not said), legal_basis. TOML has both, as [[units]] and
    [[successions]].
    """
    return load_file(
        found(os.environ),
        file,
        lambda register: difference_of(register, file, successions),
        is_dry=dry_run,
        is_awaited=wait,
        as_json=as_json,
    )


def difference_of(register: Register, file: Path, successions: Path | None = None) -> Difference:
    """What a file would change in a register. Raises UnfitFileError."""
    return difference_to(register, *read_unit_file(file, successions), now())


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
    print_table(columns, rows(answer["units"], columns), title=f"{answer['count']} units on {answer['at']}")


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
    print_table(columns, rows(unit["periods"], columns), title=f"Unit {unit_id}")
    if unit["successions"]:
        of_successions = ("valid_from", "unit_id", "share_percent", "legal_basis")
        print_table(of_successions, rows(unit["successions"], of_successions), title="Who took over")


@command.command("history")
@click.argument("unit_id", type=click.IntRange(min=1))
@click.option("--json", "as_json", is_flag=True, help="The events as a JSON list.")
def history(unit_id: int, *, as_json: bool) -> None:
    """Show everything that was recorded of a unit, in order."""
    show_history(found(os.environ).intake_url, unit_stream_id(unit_id), f"unit {unit_id}", as_json=as_json)
