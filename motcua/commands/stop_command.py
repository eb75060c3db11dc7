"""`motcua stop`: stops the stack of the data folder, from any terminal."""

import os

import click

from deploy.embedded.processes.errors import NotRunningError, StackError
from deploy.embedded.processes.foreground import stop_foreground
from motcua.addresses import data_dir_of
from motcua.output import CommandError, ExitCode

STOP_SECONDS = 180.0


@click.command("stop")
def command() -> None:
    """Stop everything that `motcua up` or `motcua demo` started on this data folder, in order, as Ctrl-C there does.

    Waits until it has ended. Nothing to stop is no error.
    """
    data_dir = data_dir_of(os.environ)
    try:
        stop_foreground(data_dir, STOP_SECONDS)
    except NotRunningError as error:
        click.echo(str(error))
    except StackError as error:
        raise CommandError(f"{error}; see {data_dir}/logs/supervisord.log", ExitCode.AWAY) from error
    else:
        click.echo("stopped")
