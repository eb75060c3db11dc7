"""`motcua figures`: on-time figures by unit (a stable interface for other programs)."""

import os
from dataclasses import asdict
from datetime import date

import click

from motcua.addresses import found
from motcua.commands.sql_command import supervisor_client
from motcua.days import day_option
from motcua.output import CommandError, ExitCode, print_json, print_table
from services.stats.adapters.figures import figures
from services.stats.domain.errors import UnknownFigureError, UnusablePeriodError
from services.stats.domain.figures import UnitFigures

LEVELS = ("province", "district", "commune")
COLUMNS = (
    ("carried_in", "Tồn trước"),
    ("received", "Nhận"),
    ("resolved", "Giải quyết"),
    ("early", "Sớm"),
    ("on_time", "Đúng"),
    ("late", "Trễ"),
    ("terminated", "Chấm dứt"),
    ("open", "Đang mở"),
    ("open_within", "Trong hạn"),
    ("open_paused", "Chờ"),
    ("open_overdue", "Quá hạn"),
)


@click.command("figures")
@day_option("--from", "from_on", "First day; without --from and --to all time.")
@day_option("--to", "to_on", "The day after the last.")
@click.option("--level", type=click.Choice(LEVELS), default="commune", show_default=True)
@click.option(
    "--unit", "unit_id", type=int, default=None, metavar="ID", help="Only what this unit and those below received."
)
@click.option("--json", "as_json", is_flag=True, help="A JSON list, one object per unit.")
def command(from_on: date | None, to_on: date | None, level: str, unit_id: int | None, *, as_json: bool) -> None:
    """On-time figures by unit for one level and period (Asia/Ho_Chi_Minh, --to exclusive).

    Definition ontime.resolved.v1: see docs/measures.md.
    Example: motcua figures --from 2026-03-02 --to 2026-03-09 --level commune
    """
    try:
        with supervisor_client(found(os.environ).reader_url) as client:
            counted = figures(client, level, from_on, to_on, unit_id)  # type: ignore[arg-type]  # click checked the choice
    except (UnknownFigureError, UnusablePeriodError) as error:
        raise CommandError(str(error), ExitCode.USAGE) from error
    if as_json:
        print_json([as_object(one) for one in counted])
    else:
        rows = [
            (one.unit_name, *(getattr(one, name) for name, _ in COLUMNS), _percent(one.on_time_rate)) for one in counted
        ]
        print_table(("Đơn vị", *(title for _, title in COLUMNS), "Tỷ lệ đúng hạn"), rows)


def as_object(one: UnitFigures) -> dict[str, object]:
    """The object of the stable interface: the named integers first, then what else is known."""
    values = asdict(one)
    named = ("unit_id", "unit_name", "level", *(name for name, _ in COLUMNS))
    rest = {name: value for name, value in values.items() if name not in named}
    return {**{name: values[name] for name in named}, **rest, "on_time_rate": one.on_time_rate}


def _percent(rate: float | None) -> str | None:
    return None if rate is None else f"{rate * 100:.2f} %".replace(".", ",")
