"""`motcua sql`: the statistics by SQL, as the read-only supervisor."""

import os
import sys
from urllib.parse import urlsplit

import click
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from motcua.addresses import found
from motcua.output import CommandError, ExitCode
from services.stats.adapters.clickhouse import open_client, without_password

FORMATS = ("PrettyCompact", "CSVWithNames", "TSVWithNames", "JSON", "JSONEachRow", "Parquet")


@click.command("sql")
@click.argument("query", required=False)
@click.option("--format", "output_format", default="PrettyCompact", show_default=True, help=f"{', '.join(FORMATS)} ...")
@click.option("--json", "as_json", is_flag=True, help="The same as --format JSONEachRow.")
@click.option("--connection", is_flag=True, help="Print the connection for other SQL tools and end.")
def command(query: str | None, output_format: str, *, as_json: bool, connection: bool) -> None:
    """Ask the statistics by SQL as the read-only supervisor. Reads the query from stdin when none is given.

    Example: motcua sql "SELECT outcome, count() FROM dossiers FINAL GROUP BY outcome"
    """
    url = found(os.environ).reader_url
    if connection:
        click.echo(url)
        return
    text = query or sys.stdin.read()
    try:
        with supervisor_client(url) as client:
            answer = client.raw_query(text.strip().rstrip(";"), fmt="JSONEachRow" if as_json else output_format)
    except ClickHouseError as error:
        raise CommandError(_first_line(error), ExitCode.FINDINGS) from error
    sys.stdout.buffer.write(answer)
    sys.stdout.flush()


def supervisor_client(url: str) -> Client:
    """A client of the statistics; CommandError when they don't answer."""
    try:
        return open_client(url)
    except (ClickHouseError, OSError) as error:
        where = urlsplit(without_password(url)).netloc
        reason = "" if "Failed to establish a new connection" in str(error) else f" ({_first_line(error)})"
        message = f"ClickHouse at {where} does not answer; is `motcua up` running?{reason}"
        raise CommandError(message, ExitCode.AWAY) from error


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
