"""`motcua report`: official reports."""

import os
import sys
from datetime import UTC, date, datetime

import click

from motcua.addresses import Addresses, found
from motcua.commands.sql_command import whole_statistics
from motcua.days import day_option
from motcua.output import CommandError, ExitCode
from services.stats.domain.report_formats import to_csv, to_json, to_text
from services.stats.questions import (
    LEVELS,
    UnknownFigureError,
    UnknownUnitError,
    UnusablePeriodError,
    local_day,
    require_known_unit,
    week_of,
    weekly_report,
)

FORMATS = ("text", "json", "csv")


@click.group("report")
def command() -> None:
    """Official reports."""


@command.command("weekly")
@day_option("--week", "day", "Any day of the week; by default last week.")
@click.option("--level", type=click.Choice(LEVELS), default="commune", show_default=True)
@click.option(
    "--unit", "unit_id", type=int, default=None, metavar="ID", help="Only what this unit and those below received."
)
@click.option("--format", "output_format", type=click.Choice(FORMATS), default="text", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--lang", "language", type=click.Choice(("vi", "en")), default="vi", show_default=True)
def weekly(  # one argument per option
    day: date | None, level: str, unit_id: int | None, output_format: str, language: str, *, as_json: bool
) -> None:
    """The weekly quick report (báo cáo nhanh tuần), Monday to Monday.

    Example: motcua report weekly --week 2026-03-02
    """
    monday = week_of(day) if day else week_of(date.fromordinal(local_day(datetime.now(UTC)).toordinal() - 7))
    chosen = "json" if as_json else output_format
    text = weekly_text(found(os.environ), monday, level=level, unit_id=unit_id, output_format=chosen, language=language)
    # CSV begins with a byte order mark for Excel, and both keep their line ends: no translation on the way out.
    sys.stdout.buffer.write(text.encode())
    sys.stdout.flush()


def weekly_text(  # one argument per option of the command
    addresses: Addresses,
    monday: date,
    *,
    level: str = "commune",
    unit_id: int | None = None,
    output_format: str = "text",
    language: str = "vi",
) -> str:
    """The report in one of its formats."""
    try:
        with whole_statistics(addresses.reader_url) as client:
            if unit_id is not None:
                require_known_unit(client, unit_id)
            report = weekly_report(client, monday, level, unit_id)  # type: ignore[arg-type]  # click checked the choice
    except (UnknownFigureError, UnknownUnitError, UnusablePeriodError) as error:
        raise CommandError(str(error), ExitCode.USAGE) from error
    if output_format == "json":
        return to_json(report) + "\n"
    write = to_csv if output_format == "csv" else to_text
    return write(report, language)  # type: ignore[arg-type]  # click checked the choice


def print_weekly_report(addresses: Addresses, day: date) -> None:
    """The week's report as text on stdout."""
    click.echo(weekly_text(addresses, week_of(day)))
