"""`motcua doctor`: what is missing on this machine and how to get it."""

import os
from dataclasses import asdict

import click

from motcua.addresses import found
from motcua.output import ExitCode, print_json, print_table
from motcua.preflight import findings


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON list instead of a table.")
def command(*, as_json: bool) -> int:
    """Say what is missing on this machine and how to get it. Exit code 4 when something is."""
    seen = findings(found(os.environ))
    if as_json:
        print_json([asdict(one) for one in seen])
    else:
        rows = [("ok" if one.is_well else "!!", one.name, one.seen, "" if one.is_well else one.advice) for one in seen]
        print_table(("", "What", "Seen", "What to do"), rows)
    return int(ExitCode.OK if all(one.is_well for one in seen) else ExitCode.CANNOT_START)
