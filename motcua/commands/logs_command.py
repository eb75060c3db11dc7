"""`motcua logs`: the logs of the programs, each line with the program's name."""

import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click

from deploy.embedded.processes.rundir import RunDir
from motcua.addresses import data_dir_of
from motcua.output import CommandError, ExitCode, plain

_POLL_SECONDS = 0.3
_TAIL_BYTES = 256 * 1024


@dataclass(slots=True)
class LogFile:
    """A log that may grow, be cut off, or be replaced by a new one when it has become too long."""

    name: str
    path: Path
    _inode: int = 0
    _read_until: int = 0
    _rest: str = field(default="")

    def tail(self, lines: int) -> list[str]:
        """Its last lines; later ones come by `fresh`."""
        with self.path.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(0, size - _TAIL_BYTES))
            text = log.read().decode(errors="replace")
            self._inode, self._read_until = os.fstat(log.fileno()).st_ino, log.tell()
        return text.splitlines()[-lines:] if lines else []

    def fresh(self) -> Iterator[str]:
        """The lines since the last look."""
        try:
            with self.path.open("rb") as log:
                seen = os.fstat(log.fileno())
                if seen.st_ino != self._inode or seen.st_size < self._read_until:
                    self._inode, self._read_until, self._rest = seen.st_ino, 0, ""
                log.seek(self._read_until)
                text = self._rest + log.read().decode(errors="replace")
                self._read_until = log.tell()
        except FileNotFoundError:  # it is just being replaced
            return
        *lines, self._rest = text.split("\n")
        yield from lines


@click.command("logs")
@click.argument("names", metavar="[PROGRAM]...", nargs=-1)
@click.option("-f", "--follow", is_flag=True, help="Go on until Ctrl-C.")
@click.option("-n", "--lines", type=click.IntRange(min=0), default=20, show_default=True, help="How many of each log.")
def command(names: tuple[str, ...], lines: int, *, follow: bool) -> None:
    """Print the last lines of the programs' logs (of all, or of each PROGRAM), and follow them with -f.

    `supervisord` is the log of starts and ends. The files are in the folder `logs` of the data folder.
    """
    logs = _logs(names)
    width = max(len(one.name) for one in logs)
    for one in logs:
        _print(one, one.tail(lines), width)
    while follow:
        time.sleep(_POLL_SECONDS)
        for one in logs:
            _print(one, one.fresh(), width)


def _logs(names: tuple[str, ...]) -> list[LogFile]:
    folder = RunDir(data_dir_of(os.environ)).supervisor_log.parent
    known = {path.stem: path for path in sorted(folder.glob("*.log"))}
    if not known:
        raise CommandError(f"there are no logs in {folder}; nothing was ever started there", ExitCode.AWAY)
    unknown = [name for name in names if name not in known]
    if unknown:
        raise CommandError(f"there is no log of {unknown[0]}; there are {', '.join(known)}", ExitCode.USAGE)
    return [LogFile(name, known[name]) for name in names or known]


def _print(log: LogFile, lines: Iterator[str] | list[str], width: int) -> None:
    for line in lines:
        sys.stdout.write(f"{log.name:<{width}} | {plain(line)}\n")
    sys.stdout.flush()
