"""`motcua sql`: the statistics by SQL, as the read-only supervisor."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import click
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from motcua.addresses import found
from motcua.output import CommandError, ExitCode, progress_console
from services.stats.questions import UnfinishedStatisticsError, loading, open_client, require_whole, without_password

FORMATS = ("PrettyCompact", "CSVWithNames", "TSVWithNames", "JSON", "JSONEachRow", "Parquet")


@click.command("sql")
@click.argument("query", required=False)
@click.option("--format", "output_format", default="PrettyCompact", show_default=True, help=f"{', '.join(FORMATS)} ...")
@click.option("--json", "as_json", is_flag=True, help="The same as --format JSONEachRow.")
@click.option("--connection", is_flag=True, help="Print the connection for other SQL tools and end.")
def command(query: str | None, output_format: str, *, as_json: bool, connection: bool) -> None:
    """Ask the statistics by SQL as the read-only supervisor. Reads the query from stdin when none is given.

    A FORMAT in the query itself wins over --format. What is printed is ClickHouse's own answer, for programs: cells that a
    spreadsheet would take for formulas are left as they are (the page's and the report's CSV are safe to open).

    Example: motcua sql "SELECT outcome, count() FROM dossiers FINAL GROUP BY outcome"
    """
    url = found(os.environ).reader_url
    if connection:
        click.echo(url)
        return
    text = query or sys.stdin.read()
    try:
        with supervisor_client(url) as client:
            # The default and not a FORMAT of its own behind the text, where the query may have one.
            default = {"X-ClickHouse-Format": "JSONEachRow" if as_json else output_format}
            answer = client.raw_query(text.strip().rstrip(";"), transport_settings=default)
    except ClickHouseError as error:
        raise CommandError(_first_line(error), ExitCode.FINDINGS) from error
    sys.stdout.buffer.write(answer)
    sys.stdout.flush()


@contextmanager
def whole_statistics(url: str) -> Iterator[Client]:
    """A client of statistics that hold everything they once counted; CommandError with the reason where they don't.

    Whether the loader reports is said on stderr only: figures of a while ago are right as of then.
    """
    with supervisor_client(url) as client:
        try:
            seen = loading(client)
            require_whole(seen)
        except UnfinishedStatisticsError as error:
            raise CommandError(str(error), ExitCode.AWAY) from error
        except ClickHouseError as error:
            raise CommandError(f"the statistics are not ready: {_first_line(error)}", ExitCode.AWAY) from error
        if seen.state == "silent":
            ago = f"{seen.silent_seconds} s ago"
            progress_console().print(
                f"motcua: the loader reported last {ago}; what came since is not counted", style="yellow"
            )
        yield client


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
