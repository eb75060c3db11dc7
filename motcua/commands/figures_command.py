"""`motcua figures`: on-time figures by unit (a stable interface for other programs)."""

import os
from datetime import date

import click

from motcua.addresses import found
from motcua.commands.sql_command import whole_statistics
from motcua.days import day_option
from motcua.output import CommandError, ExitCode, print_json, print_table
from services.stats.questions import (
    LEVELS,
    PAGE,
    Rate,
    UnitFigures,
    UnknownFigureError,
    UnknownUnitError,
    UnusablePeriodError,
    figures,
    rate_text,
    require_known_unit,
    values_of,
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
        with whole_statistics(found(os.environ).reader_url) as client:
            if unit_id is not None:
                require_known_unit(client, unit_id)
            counted = figures(client, level, from_on, to_on, unit_id)  # type: ignore[arg-type]  # click checked the choice
    except (UnknownFigureError, UnknownUnitError, UnusablePeriodError) as error:
        raise CommandError(str(error), ExitCode.USAGE) from error
    if as_json:
        print_json([as_object(one) for one in counted])
    else:
        print_table(("Đơn vị", *(figure.vi for figure in PAGE)), [_line(one) for one in counted])


def as_object(one: UnitFigures) -> dict[str, object]:
    """The object of the stable interface: the unit, every figure by its id, rates as 0..1, and the definition."""
    about = {"unit_id": one.unit_id, "unit_name": one.unit_name, "level": one.level}
    return {**about, **values_of(one), "definition": one.definition}


def _line(one: UnitFigures) -> list[object]:
    values = values_of(one)
    shown = [rate_text(values[figure.id]) if isinstance(figure, Rate) else values[figure.id] for figure in PAGE]
    return [one.unit_name, *shown]
