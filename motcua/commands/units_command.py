"""`motcua units`: the administrative units and their changes over time, as data."""

import os
from pathlib import Path

import click
from clickhouse_connect.driver.exceptions import ClickHouseError

from motcua.addresses import found
from motcua.output import CommandError, ExitCode
from motcua.unit_loading import add_units
from services.stats.adapters.units_file import read_units
from services.stats.domain.errors import UnitFileError


@click.group("units")
def command() -> None:
    """Load the administrative units and their changes."""


@command.command("load")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """Load units from a CSV FILE; what is known of other units stays.

    Columns: unit_id, code, name, level (province, district, commune), unit_type, parent_id, valid_from, valid_until, legal_basis.
    """
    try:
        click.echo(f"{load_unit_file(found(os.environ).clickhouse_url, file)} periods of units loaded")
    except UnitFileError as error:
        raise CommandError(str(error), ExitCode.FINDINGS) from error
    except ClickHouseError as error:
        raise CommandError(f"ClickHouse does not answer: {error}", ExitCode.AWAY) from error


def load_unit_file(clickhouse_url: str, file: Path) -> int:
    """Load the file; the number of periods that are now known from it."""
    units = read_units(file)
    add_units(clickhouse_url, units)
    return len(units)
