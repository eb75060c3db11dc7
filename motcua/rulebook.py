"""The rulebook that this installation goes by: the package's, with the calendars of the office's own folder."""

from collections.abc import Mapping
from pathlib import Path

from motcua.addresses import found
from motcua.output import CommandError, ExitCode
from rules.book.rulebook import Rulebook
from rules.book.rulebook_files import load_rulebook
from rules.errors import RulesError


def office_rulebook(environ: Mapping[str, str]) -> Rulebook:
    """The rulebook of the stack that was started on the data folder. CommandError, in one line, where a file can't be used."""
    return checked_rulebook(found(environ).calendars_dir)


def checked_rulebook(calendars_dir: str) -> Rulebook:
    """The same with the calendars of one folder; empty: only the package's."""
    try:
        return load_rulebook(own_calendars=Path(calendars_dir) if calendars_dir else None)
    except (RulesError, OSError) as error:
        where = " ".join(getattr(error, "__notes__", ()))
        told = f"calendars ({calendars_dir or 'of the package'}): {error} {where}".rstrip()
        raise CommandError(told, ExitCode.CANNOT_START) from error
