"""The one console script. Commands are loaded when they are called, so that `motcua due` answers at once."""

import errno
import importlib
import logging
import sys
from typing import Any

import click

from motcua.output import CommandError, ExitCode

COMMANDS = {
    "up": "Start everything on this machine and stay until Ctrl-C.",
    "demo": "Start, feed real units with simulated weeks, check every figure, show page and report.",
    "stop": "Stop everything on this machine, from any terminal.",
    "restart": "Stop single programs and start them again.",
    "logs": "Print the programs' logs, and follow them with -f.",
    "status": "Show each process, the lag of each consumer, event counts and the age of the last event.",
    "import": "Record the history of another system from a CSV file.",
    "due": "Work out a due date and the days counted.",
    "explain": "Why a dossier's due dates are what they are, day by day.",
    "calendar": "Check the working calendars; draft the next year's; apply a new version to open dossiers.",
    "figures": "On-time figures by unit for one level and period.",
    "report": "Official reports: `motcua report weekly`.",
    "events": "Print every event of a topic as one CloudEvent a line.",
    "sql": "Ask the statistics by SQL as the read-only supervisor.",
    "units": "Load the administrative units and their changes: `motcua units load FILE`.",
    "officers": "Load who is responsible in which unit, and look it up: `motcua officers load FILE`.",
    "replay": "Derive every deadline event again from the log: `motcua replay deadlines`.",
    "integrity": "List the dossiers with integrity flags.",
    "dlq": "List, show and replay the dead letters: records that a service could not handle.",
    "backup": "Write the event store into one file, also while everything runs.",
    "restore": "Put a back-up into an empty data folder, after it was checked.",
    "verify": "Check every event's hash and chain in the store, on Kafka and in ClickHouse; print the root of a day.",
    "rebuild": "Build anew what follows from the event store: clickhouse, deadlines, kafka.",
    "doctor": "Say what is missing on this machine and how to get it.",
}
"""Name and one line of help; the command itself is `motcua.commands.<name>_command.command`."""

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class Commands(click.Group):
    """A group that imports a command's module only when it is needed."""

    def list_commands(self, _: click.Context) -> list[str]:
        """In the order of the table above, which is the order of need."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """The command of that name."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"motcua.commands.{name}_command").command
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """The help list, without importing anything."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="motcua")
def group() -> None:
    """Motcua - the ledger of the one-stop counter (sổ cái của bộ phận Một cửa).

    Every action on a dossier is an event; deadlines and on-time figures follow from the events alone.
    Start with `motcua doctor`, then `motcua demo`. Data live in .motcua (or MOTCUA_DATA_DIR).

    Exit codes: 0 done, 1 done with findings, 2 wrong usage, 3 a part does not answer, 4 can't start.
    """


def main() -> Any:
    """The console script."""
    for library in ("aiokafka", "clickhouse_connect"):
        # What goes wrong is said once, by the command, in one line.
        logging.getLogger(library).setLevel(logging.CRITICAL)
    try:
        return group.main(standalone_mode=False) or 0
    except click.exceptions.Exit as request:
        return request.exit_code
    except click.ClickException as error:
        error.show()
        return int(ExitCode.USAGE)
    except click.Abort:
        return 130
    except CommandError as error:
        sys.stderr.write(f"motcua: {error}\n")
        return int(error.exit_code)
    except BrokenPipeError:
        # The reader of our output (`| head`) has seen enough.
        sys.stderr.close()
        return 0
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        sys.stderr.write(f"motcua: the disk is full ({error}): free some space and run it again\n")
        return int(ExitCode.CANNOT_START)
