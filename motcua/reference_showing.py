"""What `motcua units` and `motcua officers` do alike: load a file, show the difference, show what was recorded of a thing."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from events.data_codec import plain
from events.declaration import names_of, wire_type_of
from motcua.addresses import Addresses
from motcua.output import CommandError, ExitCode, print_json, print_table, progress_console
from motcua.reference_files import UnfitFileError
from motcua.reference_loading import Difference, get_json, load_difference, read_register
from motcua.settling import wait_with_bar
from services.intake.domain.reference_differences import Change, Problem
from services.intake.domain.register import Register

SHOWN = 50
COUNT_TIMEOUT_SECONDS = 180.0


def load_file(
    addresses: Addresses,
    file: Path,
    difference_of: Callable[[Register], Difference],
    *,
    is_dry: bool,
    is_awaited: bool,
    as_json: bool,
) -> int:
    """Have recorded what a file says and the register doesn't, all or nothing, and tell it; the exit code."""
    try:
        difference = difference_of(read_register(addresses.intake_url))
    except UnfitFileError as error:
        difference = Difference(problems=error.problems)
    if not is_dry and not difference.problems:
        load_difference(addresses.intake_url, difference)
        if is_awaited and difference.actions:
            wait_with_bar(addresses, COUNT_TIMEOUT_SECONDS)
    _tell(file, difference, is_dry=is_dry, as_json=as_json)
    return int(ExitCode.FINDINGS if difference.problems else ExitCode.OK)


def show_history(intake_url: str, stream_id: UUID, called: str, *, as_json: bool) -> None:
    """Everything that was recorded of a thing, in order. CommandError where there is nothing."""
    stream, events, after = str(stream_id), [], 0
    while part := get_json(intake_url, "/v1/reference-events", after=after)["events"]:
        after += len(part)
        events += [one for one in part if one["subject"] == stream]
    if not events:
        raise CommandError(f"there is no {called}", ExitCode.FINDINGS)
    if as_json:
        print_json(events)
        return
    rows = [
        (one["streamseq"], one["recordedat"], one["type"], one["data"]["valid_from"], _rest(one["data"]), one["source"])
        for one in events
    ]
    print_table(("No", "Recorded at", "Type", "Valid from", "What", "Source"), rows)


def rows(found: Sequence[dict[str, Any]], columns: Sequence[str]) -> list[list[Any]]:
    """The fields of things as lines of a table."""
    return [[one.get(name) for name in columns] for one in found]


def _tell(file: Path, difference: Difference, *, is_dry: bool, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "file": str(file),
                "is_recorded": not is_dry and not difference.problems,
                "changes": [{"line": one.line, **_change(one)} for one in difference.changes],
                "problems": [
                    {"line": one.line, "column": one.column, "reason": one.reason} for one in difference.problems
                ],
            }
        )
        return
    if difference.problems:
        _show_problems(file, difference.problems)
        click.echo(f"{len(difference.problems)} lines can't become true; nothing was recorded")
        return
    if is_dry:
        shown = [(one.line, one.said.subject, *list(_change(one).values())[1:]) for one in difference.changes[:SHOWN]]
        print_table(("Line", "About", "Type", "From", "What"), shown)
    changed = len({one.said.stream_id for one in difference.changes})
    would = "would be recorded" if is_dry else "recorded"
    click.echo(f"{len(difference.changes)} changes of {changed} {would}")


def _show_problems(file: Path, problems: Sequence[Problem]) -> None:
    out = progress_console()
    for one in problems[:SHOWN]:
        out.print(f"{file}:{one.line}: {one.column}: {one.reason}", markup=False)
    if len(problems) > SHOWN:
        out.print(f"... and {len(problems) - SHOWN} more; --json lists them all")


def _change(change: Change) -> dict[str, Any]:
    said = plain(change.said)
    number = _number_of(said)
    return {
        number: said[number],
        "type": wire_type_of(type(change.said)),
        "valid_from": change.said.valid_from.isoformat(),
        "what": f"{names_of(type(change.said)).vi}: {_rest(said)}",
    }


def _rest(data: dict[str, Any]) -> str:
    about = (_number_of(data), "valid_from")
    return ", ".join(f"{name}={value}" for name, value in data.items() if name not in about)


def _number_of(data: dict[str, Any]) -> str:
    """The field that says which thing it is: the first of every reference event."""
    return next(iter(data))
