"""`motcua officers`: who is responsible where, kept by intake as events."""

import os
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import click

from events.reference_data import officer_stream_id
from motcua.addresses import found
from motcua.officer_files import ABSENCE_COLUMNS, ROLES, read_officer_file
from motcua.officer_loading import officer_difference
from motcua.output import CommandError, ExitCode, print_json, print_table
from motcua.reference_loading import get_json, now
from motcua.reference_showing import load_file, rows, show_history

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("officers")
def command() -> None:
    """Load who has which role in which unit, and look it up."""


@command.command("load")
@click.argument("file", type=_FILE)
@click.option("--absences", type=_FILE, default=None, help="CSV or workbook of who is away when.")
@click.option("--dry-run", is_flag=True, help="Show what would be recorded, and record nothing.")
@click.option("--wait/--no-wait", default=True, help="Wait until the statistics know it.")
@click.option("--json", "as_json", is_flag=True, help="The difference as one JSON object.")
def load(file: Path, absences: Path | None, *, dry_run: bool, wait: bool, as_json: bool) -> int:
    """Record what FILE (CSV, workbook or TOML) says of officers and the register doesn't; of others nothing changes.

    All of it or nothing: what contradicts is named by line and column, with exit code 1. Loading a file twice changes nothing.

    Columns: officer_id (a number, never a name), unit_id, role (officer, team_leader, one_stop, deputy_head, head_of_unit,
    committee_office, vice_chair, chair), deputy_of (empty: a place of one's own), valid_from, valid_until, legal_basis. Of
    --absences: officer_id, valid_from, valid_until. TOML has both, as [[officers]] and [[absences]].
    """
    return load_file(
        found(os.environ),
        file,
        lambda register: officer_difference(register, *read_officer_file(file, absences), now()),
        is_dry=dry_run,
        is_awaited=wait,
        as_json=as_json,
    )


@command.command("list")
@click.option("--unit", "unit_id", type=click.IntRange(min=1), default=None, help="Of this unit only.")
@click.option("--role", type=click.Choice(ROLES), default=None, help="Of this role only.")
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), default=None, help="Day; today by default.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=1000, show_default=True, help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="A JSON list.")
def list_officers(unit_id: int | None, role: str | None, at: datetime | None, limit: int, *, as_json: bool) -> None:
    """List who has which role on a day, who is away, and who acts then."""
    day = at.date().isoformat() if at else None
    answer = get_json(found(os.environ).intake_url, "/v1/officers", unit_id=unit_id, role=role, at=day, limit=limit)
    if as_json:
        print_json(answer["officers"])
        return
    columns = (
        "officer_id",
        "unit_id",
        "role",
        "deputy_of",
        "valid_from",
        "valid_until",
        "is_absent",
        "acting_officer_id",
    )
    print_table(columns, rows(answer["officers"], columns), title=f"{answer['count']} places on {answer['at']}")


@command.command("show")
@click.argument("officer_id")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(officer_id: str, *, as_json: bool) -> None:
    """Show every place that an officer has or had, and when the officer is away."""
    officer = get_json(found(os.environ).intake_url, "/v1/officers/" + quote(officer_id, safe=""))
    if officer is None:
        raise CommandError(f"there is no officer {officer_id}", ExitCode.FINDINGS)
    if as_json:
        print_json(officer)
        return
    columns = ("valid_from", "valid_until", "unit_id", "role", "deputy_of", "legal_basis")
    print_table(columns, rows(officer["assignments"], columns), title=f"Officer {officer['officer_id']}")
    if officer["absences"]:
        days = ABSENCE_COLUMNS[1:]
        print_table(days, rows(officer["absences"], days), title="Away")


@command.command("history")
@click.argument("officer_id")
@click.option("--json", "as_json", is_flag=True, help="The events as a JSON list.")
def history(officer_id: str, *, as_json: bool) -> None:
    """Show everything that was recorded of an officer, in order."""
    intake_url, called = found(os.environ).intake_url, f"officer {officer_id}"
    show_history(intake_url, officer_stream_id(officer_id), called, as_json=as_json)
