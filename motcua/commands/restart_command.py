"""`motcua restart`: stops and starts single programs of a running stack."""

import os
import time

import click

from motcua.addresses import found
from motcua.output import progress_console
from motcua.running import program_of, start_program, stop_program


@click.command("restart")
@click.argument("names", metavar="PROGRAM...", nargs=-1, required=True)
def command(names: tuple[str, ...]) -> None:
    """Stop each PROGRAM of the running stack, start it again and wait until it serves; nothing that was sent is lost.

    The programs: kafka, clickhouse, intake, relay, deadlines, stats, web.
    """
    addresses, out = found(os.environ), progress_console()
    for program in [program_of(addresses, name) for name in names]:
        began = time.monotonic()
        stop_program(addresses, program)
        start_program(addresses, program)
        out.print(f"  {program.name:<12} started again, ready after {time.monotonic() - began:.1f} s")
